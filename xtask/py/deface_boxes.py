"""Prints what deface hides at its defaults: JSON lines {"photo", "faces": [[x, y, w, h]]}.

    deface_boxes.py PHOTO...

The picture is read as deface reads it, the network looks at all of it, and each box is enlarged as
deface enlarges its masks.
"""

import json
import sys

import imageio.v2
from deface.centerface import CenterFace, ensure_rgb
from deface.deface import scale_bb

THRESHOLD = 0.2
MASK_SCALE = 1.3

network = CenterFace()
for path in sys.argv[1:]:
    seen, _ = network(ensure_rgb(imageio.v2.imread(path)), threshold=THRESHOLD)
    faces = []
    for x1, y1, x2, y2, _score in seen:
        x1, y1, x2, y2 = scale_bb(x1, y1, x2, y2, MASK_SCALE)
        faces.append([float(value) for value in (x1, y1, x2 - x1, y2 - y1)])
    print(json.dumps({"photo": path, "faces": faces}), flush=True)

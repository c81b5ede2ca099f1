"""Writes the public-domain NASA portrait that scikit-image ships, as a JPEG: portrait.py FILE."""

import sys

import skimage.data
from PIL import Image

Image.fromarray(skimage.data.astronaut()).save(sys.argv[1], quality=90)

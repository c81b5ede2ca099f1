"""Writes the seeds of fuzz/corpus: see fuzz/corpus/README.md.

    python make_corpus.py     (needs numpy, Pillow 11.3 or later, pillow-heif)
"""

import io
import json
import pathlib
import struct
import zlib

import numpy
from PIL import Image

try:
    import pillow_heif
    pillow_heif.register_heif_opener()
except ImportError:
    pillow_heif = None

CORPUS = pathlib.Path(__file__).parent / "corpus"


def picture(width=40, height=24, mode="RGB"):
    """A made picture: a ramp, a checkerboard, a little noise from a fixed start."""
    y, x = numpy.mgrid[0:height, 0:width]
    noise = numpy.random.default_rng(7).integers(0, 12, (height, width))
    planes = [x * 6 % 256, y * 10 % 256, (x // 4 + y // 4) % 2 * 120 + noise]
    return Image.fromarray(numpy.dstack(planes).astype("uint8")).convert(mode)


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, depth=8, colour=2, more=b""):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010E] = "a made picture"
    block.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0seed"
    block.get_ifd(0x8825)[1] = "N"
    return block


def jpegs():
    rgb = picture()
    yield "baseline.jpg", saved(rgb, "JPEG", quality=85)
    yield "444.jpg", saved(rgb, "JPEG", quality=95, subsampling=0)
    yield "422.jpg", saved(rgb, "JPEG", quality=70, subsampling=1)
    yield "420.jpg", saved(rgb, "JPEG", quality=50, subsampling=2)
    yield "optimised.jpg", saved(rgb, "JPEG", optimize=True)
    yield "progressive.jpg", saved(rgb, "JPEG", progressive=True)
    yield "restart.jpg", saved(rgb, "JPEG", restart_marker_blocks=2)
    yield "grey.jpg", saved(picture(mode="L"), "JPEG")
    yield "cmyk.jpg", saved(picture(mode="CMYK"), "JPEG")
    yield "turned.jpg", saved(rgb, "JPEG", exif=exif(6))
    yield "comment.jpg", saved(rgb, "JPEG", comment=b"a made picture")
    yield "odd.jpg", saved(picture(17, 9), "JPEG")
    whole = saved(rgb, "JPEG")
    yield "truncated.jpg", whole[: len(whole) * 2 // 3]
    yield "trailer.jpg", whole + b"after the end"
    yield "short-xmp.jpg", whole[:2] + b"\xff\xe1\0\x14http://ns.adobe.com/xmp/extension/\0" + whole[2:]
    at = whole.index(b"\xff\xc0")
    yield "huge.jpg", whole[: at + 5] + b"\xff\xff\xff\xff" + whole[at + 9:]
    yield "arithmetic.jpg", whole[:at] + b"\xff\xc9" + whole[at + 2:]
    yield "twelve-bit.jpg", whole[:at] + b"\xff\xc1" + whole[at + 2: at + 4] + b"\x0c" + whole[at + 5:]
    yield "headers-only.jpg", whole[: whole.index(b"\xff\xda")]


def others():
    rgb, rgba = picture(), picture(mode="RGBA")
    rgba.putalpha(picture(mode="L"))
    yield "rgb.png", saved(rgb, "PNG")
    yield "alpha.png", saved(rgba, "PNG")
    yield "palette.png", saved(picture().quantize(8), "PNG")
    yield "bits.png", saved(picture(mode="1"), "PNG")
    yield "grey-16.png", png(2, 2, b"\0\1\2\3\4\0\5\6\7\x08", depth=16, colour=0)
    yield "text.png", saved(rgb, "PNG", exif=exif(3))
    yield "truncated.png", saved(rgb, "PNG")[:-40]
    yield "bomb.png", png(60_000, 60_000, bytes(200_000))
    yield "zero.png", png(0, 0, b"")
    many = b"".join(chunk(b"tEXt", b"a\0b") for _ in range(50))
    yield "many-chunks.png", png(1, 1, b"\0\1\2\3", more=many)
    yield "lossy.webp", saved(rgb, "WEBP", quality=60)
    yield "lossless.webp", saved(rgba, "WEBP", lossless=True)
    yield "animated.webp", saved(rgb, "WEBP", save_all=True, append_images=[picture(mode="L").convert("RGB")])
    yield "tagged.webp", saved(rgb, "WEBP", exif=exif(8))
    yield "truncated.webp", saved(rgb, "WEBP")[:100]
    yield "raw.tiff", saved(picture(16, 8), "TIFF")
    yield "lzw.tiff", saved(rgb, "TIFF", compression="tiff_lzw")
    yield "deflate.tiff", saved(rgb, "TIFF", compression="tiff_adobe_deflate")
    yield "pages.tiff", saved(picture(8, 8), "TIFF", save_all=True, append_images=[picture(8, 4)])
    yield "grey.tiff", saved(picture(16, 8, "L"), "TIFF")
    directory = struct.pack("<HHIII", 0x0100, 4, 1, 60_000, 0)[:12] + struct.pack("<HHII", 0x0101, 4, 1, 60_000)
    yield "bomb.tiff", b"II*\0\x08\0\0\0\x02\0" + directory + b"\0\0\0\0"
    yield "loop.tiff", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"
    yield "rgb.bmp", saved(picture(9, 7), "BMP")
    yield "palette.bmp", saved(picture(9, 7).quantize(8), "BMP")
    bmp = bytearray(saved(picture(4, 4), "BMP"))
    bmp[18:26] = struct.pack("<ii", 60_000, -60_000)
    yield "bomb.bmp", bytes(bmp)
    yield "still.gif", saved(picture().quantize(16), "GIF")
    yield "animated.gif", saved(picture().quantize(8), "GIF", save_all=True,
                                append_images=[picture(mode="L").quantize(8)], loop=0)
    yield "clear.gif", saved(picture().quantize(8), "GIF", transparency=0)
    gif = bytearray(saved(picture().quantize(4), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    yield "bomb.gif", bytes(gif)
    avif = saved(picture(16, 16), "AVIF", quality=30)
    yield "still.avif", avif
    if pillow_heif:
        yield "still.heic", saved(picture(64, 64), "HEIF", quality=30)
    # As grata gives it to a worker: the file, the PNG that a converter made of it, the file's length.
    seen = png(16, 16, b"".join(b"\0" + bytes(range(48)) for _ in range(16)))
    yield "converted.avif", avif + seen + struct.pack("<Q", len(avif)) + b"grtaHEIF"
    yield "converted-nowhere.avif", avif + seen + struct.pack("<Q", 2**64 - 1) + b"grtaHEIF"
    yield "brand-only.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    yield "huge-box.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf\xff\xff\xff\xffmeta"
    yield "empty", b""
    yield "text", b"this is not a picture"
    yield "vector.svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"


def field(number, kind, data):
    """A field of a protocol buffer: a number, or bytes with their length."""
    def varint(value):
        out = b""
        while True:
            value, low = value >> 7, value & 127
            out += bytes([low | (128 if value else 0)])
            if not value:
                return out
    tag = varint(number << 3 | kind)
    return tag + (varint(data) if kind == 0 else varint(len(data)) + data)


def bundles():
    def shape(*sides):
        return field(2, 2, b"".join(field(1, 2, field(1, 0, side)) for side in sides))
    def port(name, *sides):
        return field(1, 2, name) + field(2, 2, field(1, 2, field(1, 0, 1) + shape(*sides)))
    weight = field(1, 0, 1) + field(2, 0, 1) + field(8, 2, b"w") + field(9, 2, b"\0\0\x80?")
    node = field(1, 2, b"x") + field(1, 2, b"w") + field(2, 2, b"y") + field(4, 2, b"Mul")
    graph = field(1, 2, node) + field(2, 2, b"g") + field(5, 2, weight)
    graph += field(11, 2, port(b"x", 10, 3, 32, 32)) + field(11, 2, port(b"w", 1))
    graph += field(12, 2, port(b"y", 10, 3, 8, 8))
    whole = field(1, 0, 3) + field(2, 2, b"seed") + field(7, 2, graph) + field(8, 2, field(2, 0, 9))
    yield "small.onnx", whole
    yield "truncated.onnx", whole[:-20]
    yield "no-graph.onnx", field(1, 0, 3)
    yield "two-graphs.onnx", whole + field(7, 2, graph)
    outside = field(8, 2, b"w") + field(13, 2, field(1, 2, b"location") + field(2, 2, b"../elsewhere"))
    yield "outside.onnx", field(1, 0, 3) + field(7, 2, field(5, 2, outside))
    yield "long-varint.onnx", b"\xff" * 12
    yield "long-field.onnx", b"\x3a\xff\xff\xff\xff\x0f"


def messages():
    def message(header, body=b"", magic=b"grt1", length=None, body_length=None):
        header = header if isinstance(header, bytes) else json.dumps(header).encode()
        length = len(header) if length is None else length
        body_length = len(body) if body_length is None else body_length
        return magic + struct.pack("<IQ", length, body_length) + header + body
    done = {"Done": {"size": [40, 24], "regions": [[[8, 8, 16, 16], 0.9], [[0, 0, 8, 8], None]],
                     "format": "jpeg", "notes": ["first frame"]}}
    yield "done", message({"id": 1, "verdict": done}, b"bytes of a picture")
    yield "refused", message({"id": 1, "verdict": {"Refused": {"reason": "damaged \u001b[2J"}}})
    yield "other-request", message({"id": 2, "verdict": done}, b"bytes")
    outside = {"Done": dict(done["Done"], regions=[[[39, 8, 4294967295, 16], 0.9]])}
    yield "outside", message({"id": 1, "verdict": outside}, b"bytes")
    yield "no-format", message({"id": 1, "verdict": {"Done": dict(done["Done"], format=None)}})
    yield "two", message({"id": 1, "verdict": done}, b"bytes") * 2
    yield "long-header", message(b"{}", length=0xFFFFFFFF)
    yield "long-body", message({"id": 1, "verdict": done}, body_length=2**64 - 1)
    yield "deep", message(b"[" * 5000)
    yield "garbled", message(b"{\"id\": 1, \"verdict\":")
    yield "not-a-message", b"Segmentation fault\n"
    yield "short", b"grt1\x05"
    yield "empty", b""


def main():
    jpeg, other = list(jpegs()), list(others())
    tagged = ("turned.jpg", "comment.jpg", "trailer.jpg", "truncated.jpg", "text.png", "many-chunks.png",
              "alpha.png", "tagged.webp", "animated.webp", "pages.tiff", "loop.tiff", "rgb.bmp",
              "animated.gif", "still.avif", "still.heic", "huge-box.avif")
    targets = {
        "decode": jpeg + other,
        "jpeg": jpeg,
        "metadata": [seed for seed in jpeg + other if seed[0] in tagged]
                    + [(f"exif-{turn}", exif(turn).tobytes()[6:]) for turn in (1, 6, 9)],
        "bundle": list(bundles()),
        "protocol": list(messages()),
    }
    for target, seeds in targets.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds:
            (folder / name).write_bytes(data)
        print(target, len(seeds), "seeds,", sum(len(data) for _, data in seeds), "bytes")


main()

"""A visitor's picture file decoded within bounds: the header first, then no more memory than stated in docs/inputs.md.

A picture of more than 8 megapixels is shrunk by a whole factor: a JPEG while it is decoded, others strip by strip, so
that the full size is held once at most. Large pictures are decoded one at a time, because several visitors share the
process. Left out on purpose: colour profiles, and decoding PNG in strips, since 50 megapixels fit.
"""

import math
import os
import struct
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import av
import av.error
import numpy as np
import pillow_heif
from av.video.codeccontext import VideoCodecContext
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from core.data.containers import ORIENTATION, Essence, essence, orientation_of
from core.errors import InputError

T = TypeVar("T")
Note = Literal["animated", "cut"]
Rows = Callable[[int, int], Image.Image]  # the rows of a picture from one to before another

MAX_FILE_MB = 100
MAX_MEGAPIXELS = 50
MAX_SIDE_PX = 16_384
MAX_RATIO = 100
KEPT_MEGAPIXELS, SHRUNK_MEGAPIXELS = 8, 4  # pictures larger than the first are shrunk below the second
MAX_DECODE_MB = 270  # of what a decoder holds, by the estimates below
ALONE_MB = 64  # from here on one picture is decoded at a time
MIN_KEPT = 0.5  # of the rows; a file cut off earlier is no picture
STRIP_ROWS = 64  # of the shrunk picture
ROWS_PER_STRIP = 278  # a tag of TIFF

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # Pillow alone would even start Ghostscript
HEIC = ("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence")
DAMAGED = (
    *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error),
    *(TypeError, AttributeError, KeyError, IndexError, OverflowError, ZeroDivisionError),  # TIFF and AVIF: wrong tags
    av.error.FFmpegError,
)
TURNS = {  # EXIF's orientation -> what sets the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = MAX_MEGAPIXELS * 1_000_000 // 2  # Pillow warns above this and refuses above twice this
warnings.simplefilter("ignore", Image.DecompressionBombWarning)
one_at_a_time = ThreadPoolExecutor(1, "large-pictures")


def _begin_anew() -> None:
    """In a fork, which has inherited the executor but not its thread, and would wait for it without end."""
    global one_at_a_time
    one_at_a_time = ThreadPoolExecutor(1, "large-pictures")


os.register_at_fork(after_in_child=_begin_anew)


@dataclass(frozen=True)
class Decoded:
    """A decoded picture, upright and at most 8 megapixels.

    Attributes:
        image: in any of Pillow's modes.
        notes: "animated": the first frame of several; "cut": the file ends early, the rows that are there.
    """

    image: Image.Image
    notes: tuple[Note, ...] = ()


def decode(path: Path) -> Decoded:
    """Decode a picture file.

    Raises:
        InputError: no such file, not a picture, damaged, or too large.
    """
    if not path.is_file():
        raise InputError("Choose or upload a picture first.")
    if path.stat().st_size > MAX_FILE_MB * 1_000_000:
        raise InputError("A picture file may have at most {limit} MB.", limit=MAX_FILE_MB)
    try:
        with path.open("rb") as file:
            if pillow_heif.get_file_mimetype(file) in HEIC:
                return _heif(file)
            return _picture(essence(file), path.stat().st_size)
    except Image.DecompressionBombError as error:
        raise InputError("A picture may have at most {limit} megapixels.", limit=MAX_MEGAPIXELS) from error
    except DAMAGED as error:
        raise InputError("This file is not a picture that can be read. Use PNG, JPEG or WebP.") from error


def _picture(found: Essence, file_bytes: int) -> Decoded:
    """Decode anything but HEIC."""
    if found.size is not None and _factor(*found.size) > 1:
        return _large_webp(found, file_bytes)
    with Image.open(found.stream, formats=FORMATS) as lazy:  # reads the header only
        _factor(*lazy.size)
        animated = getattr(lazy, "is_animated", False) if found.animated is None else found.animated
        orientation = _orientation(lazy) if found.orientation is None else found.orientation
        cost = _draft(lazy, found) if lazy.format == "JPEG" else _cost(lazy, file_bytes)

        def load() -> tuple[Image.Image, int]:
            top, bottom = _load(lazy)
            kept = _shrunk(_rows_of(lazy, top), bottom - top, _factor(*lazy.size))
            lazy.close()  # frees its pixels before the next picture is decoded
            return kept, bottom - top

        image, rows = _in_turn(cost, load)
        notes: list[Note] = ["animated"] if animated else []
        notes += ["cut"] if rows < lazy.height else []
    return Decoded(_upright(image, orientation), tuple(notes))


def _factor(width: int, height: int) -> int:
    """By how much a picture is shrunk, or a sentence if it is too large."""
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise Image.DecompressionBombError
    if max(width, height) > min(MAX_SIDE_PX, MAX_RATIO * min(width, height)):
        raise InputError(
            "Each side may have at most {limit} pixels, and the longer one at most {ratio} times the shorter one.",
            limit=MAX_SIDE_PX,
            ratio=MAX_RATIO,
        )
    megapixels = width * height / 1_000_000
    return 1 if megapixels <= KEPT_MEGAPIXELS else math.ceil(math.sqrt(megapixels / SHRUNK_MEGAPIXELS))


def _draft(lazy: Image.Image, found: Essence) -> float:
    """Let the decoder shrink a large JPEG by 2, 4 or 8, and return the bytes that it holds at most."""
    factor = _factor(*lazy.size)
    coefficients = 2 * found.held_values * lazy.width * lazy.height
    lazy.draft(None, (lazy.width // factor, lazy.height // factor))
    return coefficients + 4 * lazy.width * lazy.height


def _cost(lazy: Image.Image, file_bytes: int) -> float:
    """Bytes that Pillow holds at most while it decodes a picture, as measured by tests/bench/inputs.py."""
    pixels = lazy.width * lazy.height
    stored = 1 if lazy.mode in ("1", "L", "P") else 2 if lazy.mode.startswith("I;16") else 4
    if isinstance(lazy, TiffImageFile):
        strip = min(int(lazy.tag_v2.get(ROWS_PER_STRIP, lazy.height)), lazy.height) * lazy.width * stored
        turned = lazy.tag_v2.get(ORIENTATION, 1) != 1  # Pillow turns it at its full size
        return (2 if turned else 1) * stored * pixels + strip
    slow = lazy.format == "BMP" and "rle" in lazy.tile[0].codec_name  # type: ignore[attr-defined]  # in plain Python
    held = {"WEBP": 17, "AVIF": 10 if lazy.mode == "RGB" else 15, "BMP": 40 if slow else stored}
    whole_file = 2 * file_bytes if lazy.format in ("WEBP", "AVIF") else 0
    return held.get(str(lazy.format), stored) * pixels + whole_file


def _in_turn(cost: float, load: Callable[[], T]) -> T:
    """Decode at once, or after the picture before if this one needs much memory; refuse it if it needs too much.

    A thread of its own, not a lock: each thread's allocator keeps what its thread has freed.
    """
    if cost > MAX_DECODE_MB * 1_000_000:
        raise InputError("This picture needs too much memory. Save it as JPEG, or make it smaller.")
    return one_at_a_time.submit(load).result() if cost > ALONE_MB * 1_000_000 else load()


def _load(lazy: Image.Image) -> tuple[int, int]:
    """Decode the pixels: the first row that is there, and the one after the last; a file may be cut off."""
    try:
        lazy.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
        lazy.tile = []  # type: ignore[attr-defined]  # what has been decoded is all there is
        box = lazy.getbbox(alpha_only=False)  # rows that were not reached are 0; BMP begins with the last one
        if box is None or box[3] - box[1] < MIN_KEPT * lazy.height:
            raise
        return box[1], box[3]
    return 0, lazy.height


def _rows_of(image: Image.Image, begin: int) -> Rows:
    return lambda top, bottom: image.crop((0, begin + top, image.width, begin + bottom))


def _shrunk(rows: Rows, height: int, factor: int) -> Image.Image:
    """A picture of `height` rows shrunk by a whole factor, each pixel the mean of a square; by 1 it stays as it is."""
    if factor == 1:
        return rows(0, height)
    step = STRIP_ROWS * factor
    strips = [_in_levels(rows(top, min(top + step, height))).reduce(factor) for top in range(0, height, step)]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for number, strip in enumerate(strips):
        whole.paste(strip, (0, number * STRIP_ROWS))
    return whole


def _in_levels(strip: Image.Image) -> Image.Image:
    """A picture in a mode whose values can be averaged."""
    if strip.mode in ("P", "PA") or "transparency" in strip.info:
        return strip.convert("RGBA")
    if strip.mode.startswith("I;16"):
        return strip.convert("I")
    return strip.convert("L") if strip.mode == "1" else strip


def _large_webp(found: Essence, file_bytes: int) -> Decoded:
    """Shrink a large WebP with FFmpeg's decoder, which holds it once; Pillow's holds it four times."""
    width, height = found.size or (0, 0)
    factor = _factor(width, height)
    cost = found.held_bytes * width * height + 2 * file_bytes

    def load() -> Image.Image:
        codec: VideoCodecContext = av.CodecContext.create("webp", "r")
        codec.thread_count = 1
        (frame,) = codec.decode(av.Packet(found.stream.read()))
        kind = "rgba" if "a" in frame.format.name else "rgb24"
        small = frame.reformat(width // factor, height // factor, kind, interpolation="AREA")
        return Image.fromarray(small.to_ndarray())

    return Decoded(_upright(_in_turn(math.inf if found.animated else cost, load), found.orientation or 1))


def _heif(file: BinaryIO) -> Decoded:
    """Decode the main picture of a HEIC file, which the decoder has already turned."""
    width, height = pillow_heif.open_heif(file).size
    factor = _factor(width, height)

    def load() -> Image.Image:
        heif = pillow_heif.open_heif(file)  # again, so that its pixels are freed here
        pixels = np.asarray(heif)[:, :width]  # (H, W, C); its rows may be padded

        def rows(top: int, bottom: int) -> Image.Image:
            return Image.frombytes(heif.mode, (width, bottom - top), pixels[top:bottom].tobytes())

        return _shrunk(rows, height, factor)

    return Decoded(_in_turn((8.7 if factor == 1 else 4.7) * width * height, load))


def _orientation(lazy: Image.Image) -> int:
    """Of what Pillow has read; a TIFF it turns by itself."""
    exif = lazy.info.get("exif", b"")
    return 1 if lazy.format == "TIFF" else orientation_of(exif) or 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image

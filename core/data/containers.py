"""What of a picture file its decoder gets to see: the pixels, but neither texts, profiles nor EXIF.

PNG and JPEG are read chunk by chunk, and only the parts that hold pixels are handed on; so nothing in a file's metadata
can cost memory or make a good picture unreadable. The one datum needed, the orientation, is read here. PNG: W3C, third
edition, sec. 5 and 11; JPEG: ITU-T T.81, annex B; EXIF: CIPA DC-008, sec. 4.5 and 4.6.
"""

import io
import os
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

Range = tuple[int, int]  # bytes of a file: first, and the one after the last

PNG_MARK = b"\x89PNG\r\n\x1a\n"
KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
MAX_CHUNKS = 200_000
MAX_EXIF = 65_536  # bytes; JPEG holds no more
ORIENTATION = 0x0112
SHORT, LONG = 3, 4  # EXIF's types of two and four bytes
AVIF_EXIF = re.compile(rb"(?:\0\0\0\0|Exif\0\0)(?:II\*\0\x08\0\0\0|MM\0\*\0\0\0\x08)")
XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')
JFIF, ADOBE = 0xE0, 0xEE  # the two application segments that say how colours are stored
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}  # SOF
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
START_OF_SCAN = 0xDA
MAX_SCANS = 200  # of a JPEG, each of which goes through the whole picture; encoders write ten or so
BLOCK = 1 << 20


@dataclass(frozen=True)
class Essence:
    """A picture file without its metadata.

    Attributes:
        stream: what a decoder reads.
        orientation: as EXIF counts it, 1 to 8; None where the container does not say, and the decoder has to.
        animated: whether the file holds further frames; None as before.
        held_values: coefficients that a JPEG decoder holds until all scans are read, for each pixel; 0 for one scan.
        size: width and height of a WebP in pixels; None for others, whose decoder reads it without further cost.
        held_bytes: what FFmpeg's decoder holds of a WebP, for each pixel.
    """

    stream: BinaryIO
    orientation: int | None = None
    animated: bool | None = None
    held_values: float = 0.0
    size: tuple[int, int] | None = None
    held_bytes: float = 0.0


class Ranges(io.RawIOBase):
    """Ranges of a file, one after the other, as a stream of its own."""

    def __init__(self, file: BinaryIO, ranges: list[Range]) -> None:
        self._file = file
        self._ranges = ranges
        self._ends = list(accumulate(stop - start for start, stop in ranges))  # of each range, in the stream
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place}.get(whence)
        if base is None:
            base = self._ends[-1]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        at = bisect_right(self._ends, self._place)
        if at == len(self._ends):
            return 0
        left = self._ends[at] - self._place
        self._file.seek(self._ranges[at][1] - left)
        read = self._file.read(min(len(buffer), left))
        buffer[: len(read)] = read
        self._place += len(read)
        return len(read)


def essence(file: BinaryIO) -> Essence:
    """Take a picture file apart, as far as its container is PNG, JPEG, WebP or AVIF; others are passed on as they are.

    Raises:
        ValueError, struct.error: its parts do not follow from one another.
    """
    head = file.read(32)
    file.seek(0)
    if head.startswith(PNG_MARK):
        found = _png(file)
    elif head.startswith(b"\xff\xd8\xff"):
        found = _jpeg(file)
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found = _webp(file, head)
    elif head[4:8] == b"ftyp" and b"avi" in head[8:]:
        found = _avif(file)
    else:
        found = Essence(file)
    return found


def orientation_of(exif: bytes) -> int | None:
    """The orientation that EXIF states, 1 to 8; None where it states none or cannot be read."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    try:
        for place in _entries(exif, order) if order else ():
            tag, kind = struct.unpack_from(f"{order}HH", exif, place)
            if tag == ORIENTATION and kind in (SHORT, LONG):
                (value,) = struct.unpack_from(f"{order}{'H' if kind == SHORT else 'I'}", exif, place + 8)
                return int(value) if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None


def _entries(exif: bytes, order: str) -> Iterator[int]:
    """Places of the twelve-byte entries of the first directory."""
    (directory,) = struct.unpack_from(f"{order}I", exif, 4)
    (count,) = struct.unpack_from(f"{order}H", exif, directory)
    yield from range(directory + 2, directory + 2 + 12 * count, 12)


def _joined(ranges: list[Range], more: Range) -> None:
    """Add a range; one that begins where the last one ends makes that longer."""
    if ranges and ranges[-1][1] == more[0]:
        more = (ranges.pop()[0], more[1])
    ranges.append(more)


def _png(file: BinaryIO) -> Essence:
    size = file.seek(0, os.SEEK_END)
    kept: list[Range] = [(0, len(PNG_MARK))]
    place, orientation, frames = len(PNG_MARK), 1, 1
    for _ in range(MAX_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:  # a file that is cut off
            break
        length, kind = struct.unpack(">I4s", head)
        end = min(place + 12 + length, size)
        if kind in KEPT_CHUNKS:
            _joined(kept, (place, end))
        elif kind == b"eXIf":
            orientation = orientation_of(file.read(min(length, MAX_EXIF))) or 1
        elif kind == b"acTL":
            (frames,) = struct.unpack(">I", file.read(4))
        place = end
        if kind == b"IEND":
            break
    else:
        raise ValueError(f"more than {MAX_CHUNKS} chunks")
    return Essence(io.BufferedReader(Ranges(file, kept)), orientation, frames > 1)


def _jpeg(file: BinaryIO) -> Essence:
    """Segments up to the first scan are chosen from, all behind it is kept."""
    size = file.seek(0, os.SEEK_END)
    kept: list[Range] = [(0, 2)]
    orientation, values, components, progressive = None, 0.0, 0, False
    for marker, start, end in _segments(file):
        body = file.read(min(end - start - 4, MAX_EXIF)) if marker != START_OF_SCAN else file.read(1)
        if marker == START_OF_SCAN:
            _joined(kept, (start, size))
            held = progressive or body[0] < components
            if held and _scans(file, start) > MAX_SCANS:
                raise ValueError(f"more than {MAX_SCANS} scans")
            stream = io.BufferedReader(Ranges(file, kept))
            return Essence(stream, orientation or 1, False, values if held else 0.0)
        if marker in FRAMES:
            components, progressive = body[5], marker in PROGRESSIVE
            values = _values_per_pixel(body)
        if marker == 0xE1 and orientation is None:
            orientation = _stated(body)
        if not 0xE0 <= marker <= 0xFE or marker in (JFIF, ADOBE):
            _joined(kept, (start, end))
    raise ValueError("no scan")


def _segments(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Marker, first byte and end of each segment behind the first marker; the file stands at the segment's content."""
    place = 2
    for _ in range(MAX_CHUNKS):
        file.seek(place)
        head = file.read(4)
        first, marker, length = struct.unpack(">BBH", head)  # struct.error where the file ends
        if first != 0xFF:
            raise ValueError("no marker")
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        yield marker, place, place + 2 + length
        place += 2 + length


def _scans(file: BinaryIO, start: int) -> int:
    """Number of scans from a place on; inside a scan the marker cannot occur."""
    file.seek(start)
    count, last = 0, b""
    while block := file.read(BLOCK):
        count += (last + block).count(b"\xff\xda")
        last = block[-1:]
    return count


def _values_per_pixel(frame: bytes) -> float:
    """Coefficients of all components for each pixel, by the sampling factors in a frame's header."""
    factors = [(pair >> 4, pair & 15) for pair in frame[7 : 6 + 3 * frame[5] : 3]]
    most = max(across for across, _ in factors) * max(down for _, down in factors)
    if not most:
        raise ValueError("a sampling factor of zero")
    return sum(across * down for across, down in factors) / most


def _stated(segment: bytes) -> int | None:
    """The orientation in an APP1 segment, of EXIF or else of XMP."""
    if segment.startswith(b"Exif\0\0"):
        return orientation_of(segment)
    stated = XMP_ORIENTATION.search(segment) if segment.startswith(b"http://ns.adobe.com/xap/") else None
    return int(stated[1]) if stated else None


def _avif(file: BinaryIO) -> Essence:
    """A copy whose EXIF has no entries: Pillow would write it anew. AVIF states how it is turned elsewhere."""
    content = bytearray(file.read())
    for found in AVIF_EXIF.finditer(content):
        content[found.end() : found.end() + 2] = b"\0\0"
    return Essence(io.BytesIO(content))


def _webp(file: BinaryIO, head: bytes) -> Essence:
    """Size and kind of a WebP by the headers of its chunks; RFC 9649, sec. 2."""
    chunks = dict(_riff_chunks(file))
    bits = int.from_bytes(head[21:25], "little")
    if b"VP8X" in chunks:
        size = (1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little"))
    elif b"VP8L" in chunks:
        size = (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    else:
        width, height = struct.unpack_from("<HH", head, 26)
        size = (width & 0x3FFF, height & 0x3FFF)
    orientation = None
    if b"EXIF" in chunks:
        file.seek(chunks[b"EXIF"])
        orientation = orientation_of(file.read(MAX_EXIF))
    file.seek(0)
    animated = b"VP8X" in chunks and bool(head[20] & 2)
    held_bytes = 4.2 if b"VP8L" in chunks else 6.7 if b"ALPH" in chunks else 1.7
    return Essence(file, orientation or 1, animated, size=size, held_bytes=held_bytes)


def _riff_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Kind of each chunk, and the place of its content."""
    place = 12
    for _ in range(MAX_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        kind, length = struct.unpack("<4sI", head)
        yield kind, place + 8
        place += 8 + length + length % 2
    raise ValueError(f"more than {MAX_CHUNKS} chunks")

"""A visitor's own set to train on: pictures and zip archives become a folder of small squares, a text becomes a file.

An archive is bounded before it is unpacked: by its members, by their sizes and by how much they were compressed; then
each member is read no further than its bound, whatever the archive says of it. Nothing keeps the path it had: folders
become labels 0, 1, 2, ..., pictures numbers, all PNG.
"""

import contextlib
import functools
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.data import pictures
from core.errors import InputError

FEWEST, MOST = 20, 2000  # pictures
SIDE = 96  # of a kept picture, in pixels
MAX_MEMBERS = 4000
MAX_MEMBER_MB, MAX_TOTAL_MB = 30, 600  # unpacked
UTF8_FLAG = 0x800
MAX_EXPANSION = 200  # times; pictures are compressed already
FEWEST_CHARACTERS, MOST_CHARACTERS = 10_000, 2_000_000
NAMED = 5  # files that were left out, by name
SUFFIXES = pictures.SUFFIXES | {".heic", ".heif", ".avif", ".tif", ".tiff"}
Stopped = Callable[[], bool]


class Member(NamedTuple):
    """A picture file of a visitor: its name, the folder it lay in, and how its bytes are read."""

    name: str
    folder: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Kept:
    """What became of a visitor's files: how many pictures were kept, and the names of up to NAMED that were not."""

    count: int
    left_out: int
    names: tuple[str, ...]


def keep_pictures(paths: Sequence[str | Path], folder: Path, stopped: Stopped = lambda: False) -> Kept:
    """Decode picture files and archives into folder/<label>/<number>.png, squares of at most SIDE pixels.

    Args:
        paths: of pictures and zip archives.
        folder: new or empty.
        stopped: asked before each picture; ends with those kept so far.

    Raises:
        InputError: too few or too many pictures, all alike, or an archive that cannot be unpacked.
    """
    labels: dict[str, int] = {}
    count, spoilt, different = 0, [], set()
    for member in members(paths):
        if stopped():
            break
        try:
            small = square(member, folder)
        except InputError:
            spoilt.append(member.name)
            continue
        label = folder / f"{labels.setdefault(member.folder, len(labels)):04d}"
        label.mkdir(parents=True, exist_ok=True)
        small.save(label / f"{count:05d}.png")
        different.add(small.tobytes())
        count += 1
    if count < FEWEST and not stopped():
        raise InputError("Training needs at least {least} pictures; {count} could be read.", least=FEWEST, count=count)
    if len(different) == 1:
        raise InputError("All these pictures are the same. Bring different ones.")
    return Kept(count, len(spoilt), tuple(spoilt[:NAMED]))


def members(paths: Sequence[str | Path]) -> Iterator[Member]:
    """The picture files among a visitor's files and inside their archives.

    Raises:
        InputError: too many, or an archive that is damaged or a bomb.
    """
    listed = [(path, _listed(path) if zipfile.is_zipfile(path) else None) for path in map(Path, paths)]
    count = sum(1 if infos is None else len(infos) for _, infos in listed)
    if count > MOST:
        raise InputError("A set may have at most {most} pictures; here are {count}.", most=MOST, count=count)
    for path, infos in listed:
        if infos is None:
            yield Member(path.name, "", path.read_bytes)
            continue
        with zipfile.ZipFile(path) as archive:
            for info in infos:
                place = PurePosixPath(_name_of(info))
                yield Member(place.name, place.parent.as_posix(), functools.partial(_read, archive, info))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        return file.read(MAX_MEMBER_MB * 1_000_000)


def _listed(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [info for info in checked(archive.infolist()) if _is_picture(info.filename)]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise InputError("{file} is a damaged archive. Pack it again as a zip.", file=path.name) from error


def checked(infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The members of an archive as they are, if unpacking them costs no more than is allowed.

    Raises:
        InputError: too many, too large, or compressed too much to be pictures.
    """
    total, packed = (sum(getattr(info, size) for info in infos) for size in ("file_size", "compress_size"))
    if len(infos) > MAX_MEMBERS:
        raise InputError("An archive may hold at most {most} files.", most=MAX_MEMBERS)
    if total > MAX_TOTAL_MB * 1e6 or total > MAX_EXPANSION * max(packed, 1_000_000):
        raise InputError(
            "Unpacked, this archive would have {size} MB, which is more than pictures take.", size=round(total / 1e6)
        )
    return infos


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name of a member: archives of macOS are in UTF-8 without saying so, those of a Chinese Windows in GB 2312."""
    if info.flag_bits & UTF8_FLAG:
        return info.filename
    stored = info.filename.encode("cp437")  # as which the standard library has read it
    for encoding in ("utf-8", "gb2312"):
        with contextlib.suppress(UnicodeDecodeError):
            return stored.decode(encoding)
    return info.filename


def _is_picture(name: str) -> bool:
    place = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in place.parts)
    return not name.endswith("/") and not hidden and place.suffix.lower() in SUFFIXES


def square(member: Member, folder: Path) -> Image.Image:
    """A picture's middle square, at most SIDE pixels; the decoder wants a file, which is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "part"
    try:
        part.write_bytes(member.read())
        opened = pictures.open_picture(part)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, NotImplementedError) as error:  # or a password
        raise InputError("This file is not a picture that can be read. Use PNG, JPEG or WebP.") from error
    finally:
        part.unlink(missing_ok=True)
    return Image.fromarray(np.asarray(pictures.square(opened, min(SIDE, *opened.shape[:2]))))


def keep_text(paths: Sequence[str | Path], folder: Path) -> int:
    """Write a visitor's .txt files, UTF-8, as one text folder/text.txt; returns its characters.

    Raises:
        InputError: not UTF-8, too short or too long.
    """
    parts = []
    for path in map(Path, paths):
        if path.stat().st_size > 4 * MOST_CHARACTERS:
            raise _too_long()
        try:
            parts.append(path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InputError("{file} is not a text in UTF-8. Save it as UTF-8 first.", file=path.name) from error
    text = "\n".join(parts)
    if len(text) > MOST_CHARACTERS:
        raise _too_long()
    if len(text) < FEWEST_CHARACTERS:
        raise InputError(
            "Training needs a text of at least {least} characters; this one has {count}.",
            least=FEWEST_CHARACTERS,
            count=len(text),
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "text.txt").write_text(text, encoding="utf-8")
    return len(text)


def _too_long() -> InputError:
    return InputError("A text may have at most {most} characters.", most=MOST_CHARACTERS)

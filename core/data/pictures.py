"""Pictures as the models take them: a visitor's file opened with care, named data sets, any folder.

A named set is a folder of `train/CLASS/*.jpg` and `test/CLASS/*.jpg`, unpacked under a root folder; `folder:PATH` is
searched to its bottom and a picture's class is the folder it lies in. Left out on purpose: lazy loading. The sets of
this project fit into memory as bytes, and a tensor is easier to read than a loader.
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from core.data import decoding
from core.errors import InputError

T = TypeVar("T")
Bytes = NDArray[np.uint8]
Source = str | Path | Bytes | Image.Image | None
Ground = Literal["white", "contrast"]
Split = Literal["train", "val", "test"]

MAX_MEGAPIXELS, MAX_FILE_MB = decoding.MAX_MEGAPIXELS, decoding.MAX_FILE_MB
MIN_SIDE = 8
GROUND_PX = 256  # a picture is made about this small before its ground is chosen
FAINT = 48  # of 255: visible parts that are on average less dark than this do not stand out from white
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}
FOLDERS = {"scenes96": "scenes96", "tinyimagenet64": "tinyimagenet64", "cifar10": "cifar10"}
NATIVE_SIZE = {"scenes96": 96, "tinyimagenet64": 64, "cifar10": 32, "emoji": 64}
VAL_EVERY = 20  # every twentieth picture of a training split is kept aside to choose by; test data choose nothing


@dataclass(frozen=True)
class Pictures:
    """A set in memory.

    Attributes:
        images: (N, 3, S, S) uint8.
        labels: (N,) int64, an index into `classes`. Only probes may look at it.
        classes: folder names.
    """

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]


@dataclass(frozen=True)
class OpenedPicture:
    """A visitor's picture, and what he should know about it.

    Attributes:
        pixels: (H, W, 3) uint8, both sides at least 8, at most 8 megapixels.
        notes: "animated": this is the first frame of several; "cut": the file ends early, these rows are there.
    """

    pixels: Bytes
    notes: tuple[decoding.Note, ...] = ()


def open_picture(source: Source, *, ground: Ground = "contrast") -> Bytes:
    """Open what a visitor brought; the pixels of `open_with_notes`, (H, W, 3) uint8."""
    return open_with_notes(source, ground=ground).pixels


def open_with_notes(source: Source, *, ground: Ground = "contrast") -> OpenedPicture:
    """Open what a visitor brought: any mode, turned as its EXIF says, shrunk to 8 megapixels, without transparency.

    Args:
        source: path of a file, see `core.data.decoding` for its bounds, or a picture already decoded.
        ground: below transparent parts: "white", or "contrast": black where white would leave nothing to see.

    Raises:
        InputError: not a picture, damaged, too large or too small.
    """
    if source is None:
        raise InputError("Choose or upload a picture first.")
    if isinstance(source, np.ndarray):
        if source.dtype != np.uint8 or not (source.ndim == 2 or (source.ndim == 3 and source.shape[2] in (3, 4))):
            raise InputError("This file is not a picture that can be read. Use PNG, JPEG or WebP.")
        source = Image.fromarray(source)
    found = decoding.Decoded(source) if isinstance(source, Image.Image) else decoding.decode(Path(source))
    if min(found.image.size) < MIN_SIDE:
        raise InputError("This picture is too small: each side needs at least {side} pixels.", side=MIN_SIDE)
    return OpenedPicture(np.asarray(_opaque(found.image, ground)), found.notes)


def notes_of(path: str) -> tuple[decoding.Note, ...]:
    """The notes of a picture file; none if it cannot be opened, which is said elsewhere. Each file is decoded once."""
    return _notes_of_file(path, os.stat(path).st_mtime_ns) if os.path.isfile(path) else ()


@functools.lru_cache(maxsize=256)
def _notes_of_file(path: str, changed_ns: int) -> tuple[decoding.Note, ...]:
    try:
        return decoding.decode(Path(path)).notes
    except InputError:
        return ()


def _opaque(picture: Image.Image, ground: Ground) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 and 32 bits: stretch to what is there
        deep = np.nan_to_num(np.asarray(picture).astype(np.float64), posinf=0, neginf=0)
        span = max(float(np.ptp(deep)), 1e-9)
        picture = Image.fromarray((255 * (deep - deep.min()) / span).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        above = picture.convert("RGBA")
        below = Image.new("RGBA", above.size, "white" if ground == "white" or _stands_out(above) else "black")
        return Image.alpha_composite(below, above).convert("RGB")
    return picture.convert("RGB")


def _stands_out(above: Image.Image) -> bool:
    """Whether what is visible of an RGBA picture can be told from white; also if nothing is visible."""
    small = above.reduce(max(1, max(above.size) // GROUND_PX))
    grey, alpha = (np.asarray(part, np.float64) for part in (small.convert("RGB").convert("L"), small.getchannel("A")))
    return float(((255 - grey) * alpha).sum()) >= FAINT * float(alpha.sum())


def square(picture: Bytes, size: int) -> Bytes:
    """Cut the middle square out of a picture (H, W, 3) and resize it to (size, size, 3), antialiased."""
    return np.asarray(ImageOps.fit(Image.fromarray(picture), (size, size), Image.Resampling.BICUBIC))


def to_tensor(pictures: Bytes) -> Tensor:
    """(B, H, W, 3) or (H, W, 3) bytes to (B, 3, H, W) float32 in [0, 1]."""
    batch = pictures if pictures.ndim == 4 else pictures[None]
    return torch.from_numpy(np.ascontiguousarray(batch.transpose(0, 3, 1, 2))).float() / 255


def to_bytes(images: Tensor) -> Bytes:
    """(B, 3, H, W) float in [0, 1], clipped, to (B, H, W, 3) bytes."""
    scaled = (images.detach().float().cpu().clamp(0, 1) * 255).round().to(torch.uint8)
    return cast(Bytes, scaled.permute(0, 2, 3, 1).contiguous().numpy())


def load(spec: str, split: Split, *, size: int, root: str = "data", limit: int = 0) -> Pictures:
    """Load a set, e.g. "scenes96+tinyimagenet64", "emoji", "digits" or "folder:PATH", resized to one size.

    Args:
        spec: named sets or folders, joined by "+".
        split: "train" leaves out every twentieth picture, which is "val"; a folder without train/ and test/ inside is
            one set, cut the same way for "train" and "val" and taken whole for "test".
        size: side of the square pictures, in pixels.
        root: folder that holds the named sets.
        limit: at most so many pictures of each set, evenly spread; 0 takes all.

    Raises:
        InputError: a set is not there or holds no picture.
    """
    parts = [_load_one(part, split, size, root, limit) for part in spec.split("+")]
    classes = tuple(dict.fromkeys(name for part in parts for name in part.classes))
    labels = [torch.tensor([classes.index(part.classes[i]) for i in part.labels.tolist()]) for part in parts]
    return Pictures(torch.cat([part.images for part in parts]), torch.cat(labels).long(), classes)


def _load_one(spec: str, split: Split, size: int, root: str, limit: int) -> Pictures:
    if spec == "emoji":
        from core.data import bundled

        gallery = bundled.emoji_gallery()
        kept = _thin(_share(list(range(len(gallery.images))), split, whole_is_test=False), limit)
        names = [gallery.groups[i][0] for i in kept]
        return _gather([Image.fromarray(gallery.images[i]) for i in kept], names, size)
    if spec == "digits":
        from core.data import optdigits

        digits = optdigits.load()
        kept = _thin(_share(list(range(len(digits.images))), split, whole_is_test=False), limit)
        return _gather([Image.fromarray(digits.images[i]) for i in kept], [str(digits.labels[i]) for i in kept], size)
    files = _thin(find_files(spec, split, root), limit)
    return _gather(files, [file.parent.name for file in files], size)


def find_files(spec: str, split: Split, root: str) -> list[Path]:
    """List the picture files of one set's split in a fixed order; see `load`."""
    folder = Path(spec.removeprefix("folder:")) if spec.startswith("folder:") else Path(root) / FOLDERS.get(spec, spec)
    halves = (folder / "train").is_dir() and (folder / "test").is_dir()
    inside = folder / ("test" if split == "test" else "train") if halves else folder
    every = sorted(file for file in inside.rglob("*") if file.suffix.lower() in SUFFIXES)
    files = _share(every, split, whole_is_test=True)
    if not files:
        raise InputError("There are no pictures in {folder}. Unpack the set there, or name its place.", folder=inside)
    return files


def _share(items: list[T], split: Split, *, whole_is_test: bool) -> list[T]:
    if split == "train":
        return [item for i, item in enumerate(items) if i % VAL_EVERY]
    return items if split == "test" and whole_is_test else items[::VAL_EVERY]


def _thin(items: list[T], limit: int) -> list[T]:
    return items[:: max(1, -(-len(items) // limit))] if limit else items


def _whole(source: Path | Image.Image) -> Bytes:
    """A picture of a set, which has to be there to its last row."""
    opened = open_with_notes(source)
    if "cut" in opened.notes:
        raise InputError("This file is not a picture that can be read. Use PNG, JPEG or WebP.")
    return opened.pixels


def _gather(sources: list[Path] | list[Image.Image], names: list[str], size: int) -> Pictures:
    def read(source: Path | Image.Image) -> Bytes:
        try:
            return square(_whole(source), size)
        except InputError as error:
            raise InputError("The picture {file} cannot be used: {reason}", file=source, reason=error) from error

    with ThreadPoolExecutor() as pool:
        images = np.stack(list(pool.map(read, sources)))
    classes = tuple(sorted(set(names)))
    index = {name: i for i, name in enumerate(classes)}
    labels = torch.tensor([index[name] for name in names])
    return Pictures(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), labels, classes)

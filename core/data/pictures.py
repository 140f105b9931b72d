"""Pictures as the models take them: a visitor's file opened with care, named data sets, any folder.

A named set is a folder of `train/CLASS/*.jpg` and `test/CLASS/*.jpg`, unpacked under a root folder; `folder:PATH` is
searched to its bottom and a picture's class is the folder it lies in. Left out on purpose: lazy loading. The sets of
this project fit into memory as bytes, and a tensor is easier to read than a loader.
"""

import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from core.errors import InputError

T = TypeVar("T")
Bytes = NDArray[np.uint8]
Split = Literal["train", "val", "test"]

MAX_MEGAPIXELS = 8
MAX_FILE_MB = 10
MIN_SIDE = 8
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}
FOLDERS = {"scenes96": "scenes96", "tinyimagenet64": "tinyimagenet64", "cifar10": "cifar10"}
NATIVE_SIZE = {"scenes96": 96, "tinyimagenet64": 64, "cifar10": 32, "emoji": 64}
VAL_EVERY = 20  # every twentieth picture of a training split is kept aside to choose by; test data choose nothing

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # of a visitor; Pillow alone would even start Ghostscript

Image.MAX_IMAGE_PIXELS = MAX_MEGAPIXELS * 1_000_000
warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # `_decode` counts pixels itself


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


def open_picture(source: str | Path | Bytes | Image.Image | None) -> Bytes:
    """Open what a visitor brought: any mode, turned as its EXIF says, transparency laid on white.

    Args:
        source: path of a file of at most 10 MB and 8 megapixels, or a picture already decoded.

    Returns:
        (H, W, 3) uint8, both sides at least 8.

    Raises:
        InputError: not a picture, damaged, too large or too small.
    """
    if source is None:
        raise InputError("Choose or upload a picture first.")
    if isinstance(source, np.ndarray):
        if source.dtype != np.uint8 or not (source.ndim == 2 or (source.ndim == 3 and source.shape[2] in (3, 4))):
            raise InputError("This file is not a picture that can be read. Use PNG, JPEG or WebP.")
        source = Image.fromarray(source)
    picture = source if isinstance(source, Image.Image) else _decode(Path(source))
    if min(picture.size) < MIN_SIDE:
        raise InputError("This picture is too small: each side needs at least {side} pixels.", side=MIN_SIDE)
    return np.asarray(_on_white(picture))


def _decode(path: Path) -> Image.Image:
    if not path.is_file():
        raise InputError("Choose or upload a picture first.")
    if path.stat().st_size > MAX_FILE_MB * 1_000_000:
        raise InputError("A picture file may have at most {limit} MB.", limit=MAX_FILE_MB)
    try:
        with Image.open(path, formats=FORMATS) as lazy:  # reads the header only
            if lazy.width * lazy.height > MAX_MEGAPIXELS * 1_000_000:
                raise Image.DecompressionBombError
            lazy.load()
            return ImageOps.exif_transpose(lazy)
    except Image.DecompressionBombError as error:
        raise InputError("A picture may have at most {limit} megapixels.", limit=MAX_MEGAPIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise InputError("This file is not a picture that can be read. Use PNG, JPEG or WebP.") from error


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 and 32 bits: stretch to what is there
        deep = np.nan_to_num(np.asarray(picture).astype(np.float64), posinf=0, neginf=0)
        span = max(float(np.ptp(deep)), 1e-9)
        picture = Image.fromarray((255 * (deep - deep.min()) / span).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        above = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB")
    return picture.convert("RGB")


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
    """Load a set, e.g. "scenes96", "scenes96+tinyimagenet64", "emoji" or "folder:PATH", resized to one size.

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


def _gather(sources: list[Path] | list[Image.Image], names: list[str], size: int) -> Pictures:
    def read(source: Path | Image.Image) -> Bytes:
        try:
            return square(open_picture(source), size)
        except InputError as error:
            raise InputError("The picture {file} cannot be used: {reason}", file=source, reason=error) from error

    with ThreadPoolExecutor() as pool:
        images = np.stack(list(pool.map(read, sources)))
    classes = tuple(sorted(set(names)))
    index = {name: i for i, name in enumerate(classes)}
    labels = torch.tensor([index[name] for name in names])
    return Pictures(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), labels, classes)

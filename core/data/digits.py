"""Grey pictures of 28 x 28 pixels, white ink on black, as MNIST has them: the named set, any folder, a visitor's own.

LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", sec. III.A, is where the size, the
polarity and the centring come from. MNIST itself is read by torchvision from ROOT/MNIST/raw; nothing is downloaded.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from torch import Tensor
from torchvision.datasets import MNIST

from core.data import photographed_digits, pictures
from core.data.augment import GREY
from core.errors import InputError

Bytes = NDArray[np.uint8]

SIDE = 28
INK_PX = 20  # a digit's longer side inside the 28 x 28 field
SHRUNK_PX = 256  # a photo is made this small before its ink is looked for
FAINT = 40  # of 255: ink and ground less than this apart are no drawing
LIGHT = 127.5  # a border brighter than this is paper
NARROW = 16  # pixels, of the shrunk picture
EVEN = 6  # of 255: shades of an even ground are within this of its median
EVEN_SHARE, EVEN_BORDER = 0.6, 0.75  # of a drawing's pixels, and of those at its border, which ink may touch


@dataclass(frozen=True)
class SeenDigit:
    """A visitor's digit in MNIST's form, (28, 28) uint8, and its box on his photo: left, top, right, bottom, in pixels.

    A drawing, which is seen as a whole, has no box.
    """

    digit: Bytes
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Greys:
    """A set in memory.

    Attributes:
        images: (N, 28, 28) uint8, white ink on black.
        labels: (N,) int64. Only probes may look at it.
    """

    images: Tensor
    labels: Tensor


def load(spec: str, split: pictures.Split, *, root: str = "data", limit: int = 0) -> Greys:
    """Load sets of grey pictures.

    Args:
        spec: "mnist", "emoji", a named set or "folder:PATH", joined by "+"; pictures on a light ground are inverted.
        split: every twentieth picture of the training split is "val"; see `pictures.load` for a folder's splits.
        root: folder that holds MNIST/raw and the other named sets.
        limit: at most so many pictures of each set, evenly spread; 0 takes all.

    Raises:
        InputError: a set is not there or holds no picture.
    """
    parts = [_load_one(part, split, root, limit) for part in spec.split("+")]
    return Greys(torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts]))


def _load_one(spec: str, split: pictures.Split, root: str, limit: int) -> Greys:
    if spec == "mnist":
        found = _mnist(split, root)
        step = max(1, -(-len(found.images) // limit)) if limit else 1
        return Greys(found.images[::step], found.labels[::step])
    coloured = pictures.load(spec, split, size=SIDE, root=root, limit=limit)
    return Greys(white_on_black(luma(coloured.images)), coloured.labels)


def _mnist(split: pictures.Split, root: str) -> Greys:
    try:
        whole = MNIST(root, train=split != "test", download=False)
    except RuntimeError as error:
        raise InputError(
            "There are no pictures in {folder}. Unpack the set there, or name its place.",
            folder=Path(root) / "MNIST" / "raw",
        ) from error
    kept = torch.ones(len(whole.targets), dtype=torch.bool)
    if split != "test":
        kept = (torch.arange(len(kept)) % pictures.VAL_EVERY == 0) == (split == "val")
    return Greys(whole.data[kept], whole.targets[kept])


def luma(images: Tensor) -> Tensor:
    """Bytes (N, 3, H, W) to grey bytes (N, H, W); a grey picture keeps its values."""
    weights = torch.tensor(GREY).view(3, 1, 1)
    return (images.float() * weights).sum(1).round().to(torch.uint8)


def white_on_black(images: Tensor) -> Tensor:
    """Invert each grey picture (N, H, W) uint8 whose border is mostly light."""
    edges = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
    border = torch.cat(edges, dim=1).float().median(1).values  # (N,); the median: ink may touch the edge
    light = rearrange(border > LIGHT, "n -> n 1 1")
    return torch.where(light, 255 - images, images)


def from_visitor(picture: Bytes) -> Bytes:
    """Make a visitor's drawing or photo of a digit look like MNIST: (28, 28) uint8; see `seen_on`."""
    return seen_on(picture).digit


def seen_on(picture: Bytes) -> SeenDigit:
    """Find the digit on a visitor's drawing or photo, and make it look like MNIST.

    A picture of 28 x 28 pixels, as it is or enlarged so that each is a square, is only inverted where its ground is
    light. Of any other the largest ink is scaled to 20 pixels and its centre of mass put into the middle: on an even
    ground, as of a drawing, by its contrast, and on a photo by `photographed_digits`.

    Args:
        picture: (H, W, 3) uint8, from `pictures.open_picture`.

    Raises:
        InputError: hardly anything on the picture stands out from its ground.
    """
    cells = _cells(picture)
    small = Image.fromarray(picture if cells is None else cells)
    small.thumbnail((SHRUNK_PX, SHRUNK_PX))
    grey = luma(torch.from_numpy(rearrange(np.asarray(small), "h w c -> 1 c h w").copy()))
    ink: Bytes = white_on_black(grey)[0].numpy()  # (H, W)
    if int(ink.max()) - int(np.median(ink)) < FAINT and (cells is not None or _is_even(ink)):
        raise InputError("There is nothing drawn on this picture.")
    if cells is not None:
        return SeenDigit(ink)
    if _is_even(ink):
        return SeenDigit(_centred(_alone(ink.astype(np.float32))))
    found = photographed_digits.find(picture)
    return SeenDigit(_placed(found.ink), found.box)


def _is_even(ink: Bytes) -> bool:
    """Whether most of the ground is of one shade, and the border nearly all; a narrow strip counts as even."""
    if min(ink.shape) < NARROW:
        return True
    calm = np.abs(ink.astype(np.int16) - int(np.median(ink))) <= EVEN
    border = np.concatenate([calm[0], calm[-1], calm[:, 0], calm[:, -1]])
    return float(calm.mean()) >= EVEN_SHARE and float(border.mean()) >= EVEN_BORDER


def _alone(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ink without what stands apart from its largest piece."""
    ground = np.median(ink)
    level = (ink - ground) / (ink.max() - ground)
    mask, alone = photographed_digits.main_piece(level > 0.5, level)
    if alone:
        return ink
    return np.where(ndimage.binary_dilation(mask, iterations=2), ink, ground).astype(np.float32)


def _cells(picture: Bytes) -> Bytes | None:
    """The 28 x 28 pixels (28, 28, 3) of which a picture is an enlargement, if it is one."""
    factor, rest = divmod(picture.shape[0], SIDE)
    if rest or picture.shape[0] != picture.shape[1]:
        return None
    cells = picture[::factor, ::factor]
    return cells if np.array_equal(cells.repeat(factor, 0).repeat(factor, 1), picture) else None


def _centred(ink: NDArray[np.float32]) -> Bytes:
    ground = np.median(ink)
    level = (ink - ground) / (ink.max() - ground)
    ink = np.clip(2 * level - 0.5, 0, 1)  # shades of the paper become black, of the pen white
    rows, columns = np.flatnonzero((ink > 0.5).any(1)), np.flatnonzero((ink > 0.5).any(0))
    return _placed(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _placed(ink: NDArray[np.float32]) -> Bytes:
    """Scale ink (H, W) in [0, 1] to fit 20 x 20 and lay it on 28 x 28, its centre of mass in the middle."""
    scale = INK_PX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    drawn = Image.fromarray((ink * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BILINEAR)
    small = np.asarray(drawn)
    mass = small.astype(np.float32) + 1e-6
    y, x = np.average(np.arange(height), weights=mass.sum(1)), np.average(np.arange(width), weights=mass.sum(0))
    middle = (SIDE - 1) / 2
    top, left = (round(min(max(middle - c, 0), SIDE - n)) for c, n in ((float(y), height), (float(x), width)))
    field = np.zeros((SIDE, SIDE), np.uint8)
    field[top : top + height, left : left + width] = small
    return field

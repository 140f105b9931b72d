"""What a visitor can ask of a masked autoencoder: plain values in, frozen results out.

What its features are good for stands in `gallery.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data import pictures
from core.downstream.retrieval import Neighbour, Neighbours, Retrieval
from core.errors import InputError, whole, within
from core.masked import models, pretext
from core.masked.model import MaskedAutoencoder
from core.masked.models import NAME, SMALL, Picture, gallery_size, names, neighbours, open_model, retrieval

__all__ = [
    "MAX_RATIO",
    "METHODS",
    "MIN_RATIO",
    "NAME",
    "SWEEP",
    "About",
    "Attention",
    "Neighbour",
    "Neighbours",
    "Offer",
    "Restoration",
    "Retrieval",
    "Score",
    "Sweep",
    "about",
    "attention",
    "fetch",
    "gallery_size",
    "grow",
    "names",
    "neighbours",
    "offer",
    "reached",
    "restore",
    "restore_painted",
    "retrieval",
    "sweep",
]

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

METHODS = ("model", "linear", "mean")
MIN_RATIO, MAX_RATIO, MAX_SEED = 0.1, 0.95, 2**31 - 1
SWEEP = tuple(round(0.1 + 0.05 * number, 2) for number in range(18))  # 10 to 95 %
PAINTED = 0.05  # a patch is hidden if more than this share of it is painted over
COVER = 128  # the grey that hidden patches are shown in


@dataclass(frozen=True)
class Score:
    """How far one method is off on the hidden patches.

    Attributes:
        method: one of METHODS.
        mse: mean squared error of pixels in [0, 1].
        psnr_db: of that error; infinite if there is none.
    """

    method: str
    mse: float
    psnr_db: float


@dataclass(frozen=True)
class Restoration:
    """One picture, hidden and painted back. All pictures are (S, S, 3) uint8.

    Attributes:
        original: as the model's size has it.
        masked: hidden patches covered in grey.
        restored: what the model paints, everywhere.
        pasted: what it paints where the picture is hidden, the picture elsewhere.
        linear: the same with linear in-painting.
        mean: the same with the mean colour of the visible pixels.
        keep: (G, G), true where a patch is visible.
        scores: one a method, in the order of METHODS.
    """

    original: Bytes
    masked: Bytes
    restored: Bytes
    pasted: Bytes
    linear: Bytes
    mean: Bytes
    keep: Flags
    scores: tuple[Score, ...]

    @property
    def hidden(self) -> int:
        """Number of hidden patches."""
        return int((~self.keep).sum())


@dataclass(frozen=True)
class Sweep:
    """The error at growing mask ratios: `mse` maps each of METHODS to as many numbers as there are `ratios`."""

    ratios: tuple[float, ...]
    mse: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Attention:
    """Where one patch looks, in a picture of which nothing is hidden.

    Attributes:
        picture: (S, S, 3) uint8, as the model sees it.
        row: of the patch, from 0.
        column: of the patch, from 0.
        map: (G, G), its attention to every patch in the encoder's last block, mean of the heads, stretched so that the
            least is 0 and the most is 1.
    """

    picture: Bytes
    row: int
    column: int
    map: Floats


@dataclass(frozen=True)
class About:
    """What stands in the card of a bundled model; metrics are those on scenes96.

    Attributes:
        parameters: trainable numbers.
        size: side of its pictures, in pixels.
        patch: side of a patch, in pixels.
        mse: of the model on the hidden patches at ratio 0.75.
        share: that error over mean fill's.
        psnr_db: of that error.
        n: test pictures.
        linear_share: linear in-painting's error over mean fill's.
        linear_n: test pictures that this was measured on.
    """

    parameters: int
    size: int
    patch: int
    mse: float
    share: float
    psnr_db: float
    n: int
    linear_share: float
    linear_n: int


@dataclass(frozen=True)
class Offer:
    """The model on the Hub: its name, what fetching it costs, and whether it is on this machine already."""

    name: str
    megabytes: int
    at_hand: bool


def restore(picture: Picture, ratio: float = 0.75, seed: float = 0, *, name: str = NAME) -> Restoration:
    """Hide a share of the patches by chance and paint them back.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        ratio: share of the patches to hide, 0.1 to 0.95.
        seed: whole number; the same one hides the same patches, and of two ratios the larger hides some more.
        name: of the model.

    Raises:
        InputError: no picture, a number outside its range, or no such model.
    """
    within(ratio, MIN_RATIO, MAX_RATIO)
    rng = device.generator(whole(seed, 0, MAX_SEED))
    model, where = open_model(name)
    images = _prepare(picture, model)
    return _restore(model, where, images, pretext.random_keep(1, model.config.grid**2, ratio, rng))


def grow(picture: Picture, ratio: float, seed: float, stage: float) -> Restoration:
    """As `restore`, by a small network after part of its training; stage 0 (untrained) to 4 (finished).

    Raises:
        InputError: no picture, a number outside its range, or another stage.
    """
    return restore(picture, ratio, seed, name=snapshots.at(SMALL, stage))


def reached() -> tuple[float, ...]:
    """The small network's error on test scenes over that of mean fill, at the five stages."""
    return snapshots.reached(SMALL, "share")


def restore_painted(picture: Picture, painted: Picture, *, name: str = NAME) -> Restoration:
    """Hide what a visitor painted over and paint it back.

    Args:
        picture: as in `restore`.
        painted: path of a layer, or (h, w, 4) uint8, of any size, laid over the middle square of the picture;
            painted is what is not transparent, or not white. None is a layer without paint.
        name: of the model.

    Raises:
        InputError: nothing is painted, or so much that no patch is left.
    """
    model, where = open_model(name)
    images = _prepare(picture, model)
    return _restore(model, where, images, _painted_keep(painted, model.config.grid))


def sweep(picture: Picture, seed: float = 0, *, name: str = NAME) -> Iterator[Sweep]:
    """The three methods at mask ratios from 10 to 95 %, one ratio more with every result."""
    number = whole(seed, 0, MAX_SEED)
    model, where = open_model(name)
    images = _prepare(picture, model)
    found: dict[str, tuple[float, ...]] = dict.fromkeys(METHODS, ())
    for index, ratio in enumerate(SWEEP):
        keep = pretext.random_keep(1, model.config.grid**2, ratio, device.generator(number))
        for score in _restore(model, where, images, keep).scores:
            found[score.method] = (*found[score.method], score.mse)
        yield Sweep(SWEEP[: index + 1], dict(found))


def attention(picture: Picture, x: float = 0.5, y: float = 0.5, *, name: str = NAME) -> Attention:
    """Where the patch at (x, y) looks; both are shares of the picture's width and height, 0 to 1."""
    within(x, 0, 1)
    within(y, 0, 1)
    model, where = open_model(name)
    images, grid = _prepare(picture, model), model.config.grid
    column, row = min(int(x * grid), grid - 1), min(int(y * grid), grid - 1)
    with torch.inference_mode():
        patches = model.normalise(pretext.patchify(images.to(where), model.config.patch))
        seen = model.encode(patches, torch.ones(1, grid**2, dtype=torch.bool, device=where))
        heads = seen.attention[-1][0, :, 1 + row * grid + column, 1:]  # (heads, N), without the class token
        weights = heads.mean(0).view(grid, grid)
        weights = weights - weights.min()
        stretched = (weights / weights.max().clamp(min=1e-9)).float().cpu().numpy()
    return Attention(pictures.to_bytes(images)[0], row, column, stretched)


def about(name: str = NAME) -> About:
    """Read the card of a bundled model."""
    card = checkpoints.read_card(name)
    found, linear = card.metrics["scenes96"], card.metrics["scenes96, linear in-painting"]
    return About(
        parameters=card.parameters,
        size=card.config["size"],
        patch=card.config["patch"],
        mse=found["mse"],
        share=found["mse"] / found["mean_fill_mse"],
        psnr_db=found["psnr_db"],
        n=int(found["n"]),
        linear_share=linear["mse"] / linear["mean_fill_mse"],
        linear_n=int(linear["n"]),
    )


def offer() -> Offer:
    """The one model on the Hub that the page offers."""
    hub = checkpoints.HUB_MODELS["masked"]
    return Offer(hub.name, hub.megabytes, checkpoints.at_hand(hub.name))


def fetch() -> Offer:
    """Fetch the Hub's model and open it; raises HubUnavailable or CheckpointError."""
    models.fetch(offer().name)
    return offer()


def _prepare(picture: Picture, model: MaskedAutoencoder) -> Tensor:
    return pictures.to_tensor(pictures.square(pictures.open_picture(picture), model.config.size))  # (1, 3, S, S)


def _painted_keep(painted: Picture, grid: int) -> Tensor:
    """Which patches a painted layer leaves: (1, grid^2) bool."""
    keep = torch.ones(1, grid**2, dtype=torch.bool)
    if painted is not None:
        layer = pictures.open_picture(painted)  # laid on white, so paint is what is not white
        ink = Image.fromarray((layer.min(2) < 250).astype(np.float32))
        share = np.asarray(ink.resize((grid, grid), Image.Resampling.BOX))  # (grid, grid)
        keep = torch.from_numpy(share <= PAINTED).flatten()[None]
    if bool(keep.all()):
        raise InputError("Paint over the part of the picture that is to be hidden first.")
    if not bool(keep.any()):
        raise InputError("Everything is painted over. Leave at least one patch visible.")
    return keep


@torch.inference_mode()
def _restore(model: MaskedAutoencoder, where: torch.device, images: Tensor, keep: Tensor) -> Restoration:
    patch, grid = model.config.patch, model.config.grid
    patches = pretext.patchify(images, patch)  # (1, N, P * P * 3)
    restored = model(images.to(where), keep.to(where)).patches.cpu().clamp(0, 1)
    visible = pretext.pixel_mask(keep[0].numpy(), patch, grid)  # (S, S)
    linear = pretext.linear_fill(images[0].permute(1, 2, 0).numpy(), visible)
    filled = {
        "model": pretext.paste(restored, patches, keep),
        "linear": pretext.patchify(torch.from_numpy(linear).permute(2, 0, 1)[None], patch),
        "mean": pretext.mean_fill(patches, keep),
    }
    errors = {method: float(pretext.hidden_loss(filled[method], patches, keep)) for method in METHODS}
    drawn = {method: _draw(filled[method], patch, grid) for method in METHODS}
    original = pictures.to_bytes(images)[0]
    return Restoration(
        original=original,
        masked=np.where(visible[..., None], original, np.uint8(COVER)),
        restored=_draw(restored, patch, grid),
        pasted=drawn["model"],
        linear=drawn["linear"],
        mean=drawn["mean"],
        keep=keep[0].view(grid, grid).numpy(),
        scores=tuple(Score(method, errors[method], pretext.psnr_db(errors[method])) for method in METHODS),
    )


def _draw(patches: Tensor, patch: int, grid: int) -> Bytes:
    drawn: Bytes = pictures.to_bytes(pretext.unpatchify(patches, patch, grid))[0]
    return drawn

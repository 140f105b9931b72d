"""What a visitor can ask of a masked autoencoder: plain values in, frozen results out.

Retrieval by its features is in `models.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data import pictures
from core.downstream.retrieval import Neighbour, Neighbours, Retrieval
from core.errors import InputError, whole, within
from core.masked import pretext
from core.masked.model import MaskedAutoencoder
from core.masked.models import (
    NAME,
    SMALL,
    Picture,
    fetch,
    gallery_size,
    names,
    neighbours,
    offer,
    open_model,
    retrieval,
)
from core.models import Offer

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
    "SetFigures",
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
PAINTED = 0.05  # a patch is hidden if more than this share of it is painted
COVER = 128  # grey level of hidden patches


@dataclass(frozen=True)
class Score:
    """Error of one method on the hidden patches.

    Attributes:
        method: one of METHODS.
        mse: mean squared error of pixels in [0, 1].
        psnr_db: of that error; infinite if it is zero.
    """

    method: str
    mse: float
    psnr_db: float


@dataclass(frozen=True)
class Restoration:
    """One picture, masked and restored. All pictures are (S, S, 3) uint8.

    Attributes:
        original: the picture at the model's size.
        masked: hidden patches covered in grey.
        restored: the model's prediction for all patches.
        pasted: the prediction for hidden patches, the original elsewhere.
        linear: `pasted` for linear in-painting.
        mean: `pasted` for the mean colour of the visible pixels.
        keep: (G, G), true where a patch is visible.
        scores: one per method, in the order of METHODS.
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
    """The error at increasing mask ratios: `mse` maps each of METHODS to one number per ratio."""

    ratios: tuple[float, ...]
    mse: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Attention:
    """Attention of one patch, with no patch hidden.

    Attributes:
        picture: (S, S, 3) uint8, the model's input.
        row: of the patch, from 0.
        column: of the patch, from 0.
        map: (G, G), its attention to every patch in the encoder's last block, mean of the heads, scaled to 0..1.
    """

    picture: Bytes
    row: int
    column: int
    map: Floats


@dataclass(frozen=True)
class SetFigures:
    """Errors on the test pictures of one set.

    Attributes:
        mse: of the model on the hidden patches at ratio 0.75.
        relative_mse: that error over mean fill's.
        psnr_db: of that error.
        n: test pictures.
        same_relative_mse, linear_relative_mse: the model's and linear in-painting's error over mean fill's, both on the
            same pictures under the same masks.
        linear_n: number of these pictures.
        gain: 95 % interval of the second of these errors minus the first.
    """

    mse: float
    relative_mse: float
    psnr_db: float
    n: int
    same_relative_mse: float
    linear_relative_mse: float
    linear_n: int
    gain: tuple[float, float]

    @property
    def verdict(self) -> Literal["better", "worse", "level"]:
        """The model beside linear in-painting; "level" if the interval of their difference contains 0."""
        low, high = self.gain
        return "better" if low > 0 else "worse" if high < 0 else "level"


@dataclass(frozen=True)
class About:
    """Figures of a bundled model's card.

    Attributes:
        parameters: number of trainable parameters.
        size: side of its pictures, in pixels.
        patch: side of a patch, in pixels.
        scenes: errors on scenes96.
        objects: errors on tinyimagenet64.
    """

    parameters: int
    size: int
    patch: int
    scenes: SetFigures
    objects: SetFigures


def restore(picture: Picture, ratio: float = 0.75, seed: float = 0, *, name: str = NAME) -> Restoration:
    """Hide a random share of the patches and restore them.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        ratio: share of the patches to hide, 0.1 to 0.95.
        seed: whole number, of the mask; with one seed a larger ratio hides the same patches and more.
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
    """As `restore`, with a snapshot of the small model; stage 0 (untrained) to 4 (finished).

    Raises:
        InputError: no picture, a number outside its range, or another stage.
    """
    return restore(picture, ratio, seed, name=snapshots.at(SMALL, stage))


def reached() -> tuple[float, ...]:
    """The small model's error on test scenes over that of mean fill, at the five stages."""
    return snapshots.reached(SMALL, "relative_mse")


def restore_painted(picture: Picture, painted: Picture, *, name: str = NAME) -> Restoration:
    """Hide the patches that a visitor painted over and restore them.

    Args:
        picture: as in `restore`.
        painted: path of a layer, or (h, w, 4) uint8, of any size, over the middle square of the picture; pixels that
            are neither transparent nor white are painted. None is an empty layer.
        name: of the model.

    Raises:
        InputError: nothing is painted, or no patch is left visible.
    """
    model, where = open_model(name)
    images = _prepare(picture, model)
    return _restore(model, where, images, _painted_keep(painted, model.config.grid))


def sweep(picture: Picture, seed: float = 0, *, name: str = NAME) -> Iterator[Sweep]:
    """The three methods at mask ratios from 10 to 95 %; every result has one more ratio."""
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
    """Attention of the patch at (x, y), shares of the picture's width and height, 0 to 1."""
    within(x, 0, 1)
    within(y, 0, 1)
    model, where = open_model(name)
    images, grid = _prepare(picture, model), model.config.grid
    column, row = min(int(x * grid), grid - 1), min(int(y * grid), grid - 1)
    with torch.inference_mode():
        patches = model.normalise(pretext.patchify(images.to(where), model.config.patch))
        encoded = model.encode(patches, torch.ones(1, grid**2, dtype=torch.bool, device=where))
        heads = encoded.attention[-1][0, :, 1 + row * grid + column, 1:]  # (heads, N), without the class token
        weights = heads.mean(0).view(grid, grid)
        weights = weights - weights.min()
        stretched = (weights / weights.max().clamp(min=1e-9)).float().cpu().numpy()
    return Attention(pictures.to_bytes(images)[0], row, column, stretched)


def about(name: str = NAME) -> About:
    """Read the card of a bundled model."""
    card = checkpoints.read_card(name)
    scenes, objects = (_figures(card, spec) for spec in ("scenes96", "tinyimagenet64"))
    return About(card.parameters, card.config["size"], card.config["patch"], scenes, objects)


def _figures(card: checkpoints.Card, spec: str) -> SetFigures:
    found, linear = card.metrics[spec], card.metrics[f"{spec}, linear in-painting"]
    return SetFigures(
        mse=found["mse"],
        relative_mse=found["relative_mse"],
        psnr_db=found["psnr_db"],
        n=int(found["n"]),
        same_relative_mse=linear["model_relative_mse"],
        linear_relative_mse=linear["relative_mse"],
        gain=(linear["gain_low"], linear["gain_high"]),
        linear_n=int(linear["n"]),
    )


def _prepare(picture: Picture, model: MaskedAutoencoder) -> Tensor:
    return pictures.to_tensor(pictures.square(pictures.open_picture(picture), model.config.size))  # (1, 3, S, S)


def _painted_keep(painted: Picture, grid: int) -> Tensor:
    """Patches that a painted layer leaves visible: (1, grid^2) bool."""
    keep = torch.ones(1, grid**2, dtype=torch.bool)
    if painted is not None:
        layer = pictures.open_picture(painted, ground="white")  # other colours are paint
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

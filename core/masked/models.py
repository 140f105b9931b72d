"""The models a visitor may name, and what their features are good for: the nearest of the bundled pictures.

Features are the encoder's, averaged over the patches. It sees a regular ninth of every picture, every third patch of
every third row: spread evenly, not fewer than the hardest masks of training leave, ten times as fast as all of them.
"""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data import bundled, pictures
from core.downstream.retrieval import Neighbours, Retrieval, compare, most_alike
from core.errors import CheckpointError, InputError, whole
from core.masked import pretext
from core.masked.model import MaskedAutoencoder

Bytes = NDArray[np.uint8]
Picture = Bytes | str | None

NAME = "masked/photos"
SMALL = "masked/small"  # shown at five moments of its training, and not to be chosen
PIXELS_SIDE = 32  # raw pixels are compared at this size


def names() -> tuple[str, ...]:
    """The checkpoints in the tree to choose from: the shipped one, then a visitor's own."""
    return (NAME, *(name for name in checkpoints.bundled("masked") if name not in (NAME, SMALL)))


def open_model(name: str) -> tuple[MaskedAutoencoder, torch.device]:
    """Open a model by the name that a visitor chose, and tell where it lies.

    Raises:
        InputError: not one that is offered, or one from the Hub that was not fetched yet.
    """
    hub = checkpoints.HUB_MODELS["masked"].name
    if name not in (*names(), hub, *snapshots.moments(SMALL)):
        raise InputError("There is no masked autoencoder called {name} here.", name=name)
    if name == hub and not checkpoints.at_hand(hub):
        raise InputError("Fetch {name} first: its button says how many megabytes that takes.", name=name)
    return fetch(name)


def fetch(name: str) -> tuple[MaskedAutoencoder, torch.device]:
    """Open a model, from the Hub if it is not on this machine; raises HubUnavailable or CheckpointError."""
    checkpoint = checkpoints.load(name, device=device.pick())
    if not isinstance(checkpoint.model, MaskedAutoencoder):
        raise CheckpointError("{name} is no masked autoencoder.", name=name)
    return checkpoint.model, checkpoint.device


@dataclass(frozen=True)
class Description:
    """One kind of description of the gallery; every number of it has mean 0 and deviation 1 over the gallery.

    Without that any two descriptions are alike: they share the mean.

    Attributes:
        rows: (G, D), standardised.
        mean: (D,), before.
        deviation: (D,), before.
    """

    rows: Tensor
    mean: Tensor
    deviation: Tensor

    def standardise(self, others: Tensor) -> Tensor:
        """Bring further descriptions (B, D) to the same scale."""
        return (others - self.mean) / self.deviation


@dataclass(frozen=True)
class Gallery:
    """Every emoji, then every photograph.

    Attributes:
        names: G pairs (English, Chinese).
        images: (G, 64, 64, 3) uint8.
        features: by the encoder.
        pixels: by nothing but pixels.
    """

    names: tuple[tuple[str, str], ...]
    images: Bytes
    features: Description
    pixels: Description


def neighbours(picture: Picture, *, count: int = 8) -> Neighbours:
    """The pictures of the bundled gallery with the largest cosine; the features are the bundled model's."""
    whole(count, 1, 64)
    image = pictures.open_picture(picture)[None]
    kept = gallery()
    by_features, by_pixels = (
        most_alike(described.standardise(query), described.rows, kept.names, kept.images, count)
        for query, described in ((features(image), kept.features), (pixels(image), kept.pixels))
    )
    return Neighbours(by_features, by_pixels)


@functools.cache
def retrieval() -> Retrieval:
    """Compare every emoji with all others; nobody told the model of groups."""
    kept, groups = gallery(), bundled.emoji_gallery().groups
    return compare(kept.features.rows[: len(groups)], kept.pixels.rows[: len(groups)], groups)


def gallery_size() -> int:
    """How many pictures `neighbours` chooses from."""
    return len(gallery().names)


@functools.cache
def gallery(name: str = NAME) -> Gallery:
    """The bundled pictures, described by a bundled model once a process."""
    emoji, photos = bundled.emoji_gallery(), bundled.photographs()
    images = np.concatenate([emoji.images, np.stack([pictures.square(photo.image, 64) for photo in photos])])
    names = emoji.names + tuple(photo.name for photo in photos)
    seen = torch.cat([features(part, name) for part in np.array_split(images, 24)])
    return Gallery(names, images, _describe(seen), _describe(pixels(images)))


def _describe(rows: Tensor) -> Description:
    mean, deviation = rows.mean(0), rows.std(0).clamp(min=1e-6)
    return Description((rows - mean) / deviation, mean, deviation)


@torch.inference_mode()
def features(images: Bytes, name: str = NAME) -> Tensor:
    """Mean of the latents of a regular ninth of the patches: (B, H, W, 3) to (B, D) on the CPU."""
    model, where = open_model(name)
    size, grid = model.config.size, model.config.grid
    squares = np.stack([pictures.square(image, size) for image in images])
    patches = model.normalise(pretext.patchify(pictures.to_tensor(squares).to(where), model.config.patch))
    keep = torch.zeros(grid, grid, dtype=torch.bool, device=where)
    keep[1::3, 1::3] = True
    seen = model.encode(patches, keep.flatten().expand(len(images), -1))
    return seen.latent[:, 1:].mean(1).float().cpu()  # without the class token


def pixels(images: Bytes) -> Tensor:
    """Nothing but the pixels: (B, H, W, 3) to (B, 32 * 32 * 3)."""
    return pictures.to_tensor(np.stack([pictures.square(image, PIXELS_SIDE) for image in images])).flatten(1)

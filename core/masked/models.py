"""The models to choose from, and retrieval of the nearest bundled pictures by their features.

Features are the encoder's latents, averaged over patches. The encoder gets every third patch of every third row: they
are evenly spread, about as many as the largest mask ratio of training leaves, and ten times as fast as all patches.
"""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import models, snapshots
from core.data import bundled, pictures
from core.downstream.retrieval import Neighbours, Retrieval, compare, most_alike
from core.errors import whole
from core.masked import pretext
from core.masked.model import MaskedAutoencoder

Bytes = NDArray[np.uint8]
Picture = Bytes | str | None

NAME = "masked/photos"
SMALL = "masked/small"  # shown with its snapshots, not offered as a model
PIXELS_SIDE = 32  # raw pixels are compared at this size


def names() -> tuple[str, ...]:
    """The checkpoints in the tree to choose from: the shipped one, then a visitor's own."""
    return models.names(NAME, hidden=(SMALL,))


def offer() -> models.Offer:
    """The model on the Hub that the tab offers."""
    return models.offer("masked")


def open_model(name: str) -> tuple[MaskedAutoencoder, torch.device]:
    """Open a model that the tab offers: the model and its device.

    Raises:
        InputError: not offered, or a model from the Hub that is not on this machine.
    """
    offered = (*names(), offer().name, *snapshots.moments(SMALL))
    model, checkpoint = models.open_offered(name, offered, MaskedAutoencoder)
    return model, checkpoint.device


def fetch() -> models.Offer:
    """Fetch the Hub's model and open it; raises HubUnavailable or CheckpointError."""
    models.fetch(offer().name, MaskedAutoencoder)
    return offer()


@dataclass(frozen=True)
class Descriptors:
    """Descriptors of the gallery, standardised to mean 0 and deviation 1 over the gallery.

    Without this the common mean dominates every cosine.

    Attributes:
        rows: (G, D), standardised.
        mean: (D,), before standardisation.
        deviation: (D,), before standardisation.
    """

    rows: Tensor
    mean: Tensor
    deviation: Tensor

    def standardise(self, others: Tensor) -> Tensor:
        """Standardise other descriptors (B, D) in the same way."""
        return (others - self.mean) / self.deviation


@dataclass(frozen=True)
class GalleryDescriptors:
    """Descriptors of `bundled.picture_gallery`.

    Attributes:
        features: of the encoder.
        pixels: raw pixels.
    """

    features: Descriptors
    pixels: Descriptors


def neighbours(picture: Picture, *, count: int = 8) -> Neighbours:
    """The pictures of the bundled gallery with the largest cosine; the features are the bundled model's."""
    whole(count, 1, 64)
    image = pictures.open_picture(picture)[None]
    known, descriptors = bundled.picture_gallery(), gallery()
    by_features, by_pixels = (
        most_alike(kind.standardise(query), kind.rows, known.names, known.images, count)
        for query, kind in ((features(image), descriptors.features), (pixels(image), descriptors.pixels))
    )
    return Neighbours(by_features, by_pixels)


@functools.cache
def retrieval() -> Retrieval:
    """Compare every emoji with all others; the model was trained without the groups."""
    descriptors, groups = gallery(), bundled.picture_gallery().emoji_groups
    return compare(descriptors.features.rows[: len(groups)], descriptors.pixels.rows[: len(groups)], groups)


def gallery_size() -> int:
    """Number of pictures in the gallery."""
    return len(bundled.picture_gallery().names)


@functools.cache
def gallery(name: str = NAME) -> GalleryDescriptors:
    """Describe the bundled pictures by a bundled model, once per process."""
    images = bundled.picture_gallery().images
    latents = torch.cat([features(part, name) for part in np.array_split(images, 24)])
    return GalleryDescriptors(_standardise(latents), _standardise(pixels(images)))


def _standardise(rows: Tensor) -> Descriptors:
    mean, deviation = rows.mean(0), rows.std(0).clamp(min=1e-6)
    return Descriptors((rows - mean) / deviation, mean, deviation)


@torch.inference_mode()
def features(images: Bytes, name: str = NAME) -> Tensor:
    """Mean of the latents of every ninth patch: pictures (B, H, W, 3) to (B, D) on the CPU."""
    model, where = open_model(name)
    size, grid = model.config.size, model.config.grid
    squares = np.stack([pictures.square(image, size) for image in images])
    patches = model.normalise(pretext.patchify(pictures.to_tensor(squares).to(where), model.config.patch))
    keep = torch.zeros(grid, grid, dtype=torch.bool, device=where)
    keep[1::3, 1::3] = True
    encoded = model.encode(patches, keep.flatten().expand(len(images), -1))
    return encoded.latent[:, 1:].mean(1).float().cpu()  # without the class token


def pixels(images: Bytes) -> Tensor:
    """Raw pixels: pictures (B, H, W, 3) to (B, 32 * 32 * 3)."""
    return pictures.to_tensor(np.stack([pictures.square(image, PIXELS_SIDE) for image in images])).flatten(1)

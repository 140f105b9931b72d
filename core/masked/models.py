"""The models to choose from, and retrieval of the nearest bundled pictures by their latents, averaged over patches."""

import functools
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import models, snapshots
from core.checkpoints import Checkpoint
from core.data import bundled, pictures
from core.downstream.gallery import described
from core.downstream.retrieval import Neighbours, Retrieval, compare, most_alike
from core.errors import whole
from core.masked.gallery import describe, mean_latents
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
    checkpoint = _checkpoint(name)
    return cast(MaskedAutoencoder, checkpoint.model), checkpoint.device


def _checkpoint(name: str) -> Checkpoint:
    offered = (*names(), offer().name, *snapshots.moments(SMALL))
    return models.open_offered(name, offered, MaskedAutoencoder)[1]


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


@functools.lru_cache(maxsize=16)
def gallery(name: str = NAME) -> GalleryDescriptors:
    """Descriptors of the bundled pictures by a bundled model, read or computed once per process."""
    latents = described(_checkpoint(name), describe)["latents"]
    return GalleryDescriptors(_standardise(latents), _standardise(pixels(bundled.picture_gallery().images)))


def _standardise(rows: Tensor) -> Descriptors:
    mean, deviation = rows.mean(0), rows.std(0).clamp(min=1e-6)
    return Descriptors((rows - mean) / deviation, mean, deviation)


def features(images: Bytes, name: str = NAME) -> Tensor:
    """Mean latents of pictures: (B, H, W, 3) to (B, D) on the CPU."""
    return mean_latents(*open_model(name), images)


def pixels(images: Bytes) -> Tensor:
    """Raw pixels: pictures (B, H, W, 3) to (B, 32 * 32 * 3)."""
    return pictures.to_tensor(np.stack([pictures.square(image, PIXELS_SIDE) for image in images])).flatten(1)

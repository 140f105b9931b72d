"""The bundled pictures as a masked autoencoder sees them, and which of them are nearest to a visitor's.

Features are those of the encoder, averaged over the patches. It sees a regular quarter of every picture, every second
patch of every second row: as many as in training, spread evenly, and four times as fast as all of them.
"""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data import bundled, pictures
from core.downstream.neighbours import nearest
from core.errors import whole
from core.masked import pretext
from core.masked.explore import NAME, Picture, open_model

Bytes = NDArray[np.uint8]
PIXELS_SIDE = 32  # raw pixels are compared at this size


@dataclass(frozen=True)
class Neighbour:
    """A picture of the gallery: its (English, Chinese) name, (64, 64, 3) uint8, and how similar it is, -1 to 1."""

    name: tuple[str, str]
    image: Bytes
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """The most similar pictures, best first: by the encoder's features, and by nothing but their pixels."""

    by_features: tuple[Neighbour, ...]
    by_pixels: tuple[Neighbour, ...]


@dataclass(frozen=True)
class _Gallery:
    """Names, pictures (G, 64, 64, 3), and both kinds of description (G, D), with the mean (D,) of each."""

    names: tuple[tuple[str, str], ...]
    images: Bytes
    features: Tensor
    pixels: Tensor


def neighbours(picture: Picture, *, count: int = 8, name: str = NAME) -> Neighbours:
    """The pictures of the bundled gallery that are most similar to a picture, by features and by pixels.

    Both are the cosine after the gallery's mean was taken away: without that every two pictures are alike.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        count: how many of each.
        name: of a bundled model.

    Raises:
        InputError: no picture that can be read.
    """
    whole(count, 1, 64)
    image = pictures.open_picture(picture)[None]
    gallery = _gallery(name)
    found = []
    for query, kept in ((_features(image, name), gallery.features), (_pixels(image), gallery.pixels)):
        similarity, index = nearest(query - kept.mean(0), kept - kept.mean(0), count)
        pairs = zip(similarity[0].tolist(), index[0].tolist(), strict=True)
        found.append(tuple(Neighbour(gallery.names[i], gallery.images[i], value) for value, i in pairs))
    return Neighbours(*found)


def gallery_size() -> int:
    """How many pictures `neighbours` chooses from."""
    return len(bundled.emoji_gallery().names) + len(bundled.photographs())


@functools.cache
def _gallery(name: str) -> _Gallery:
    """Every emoji and photograph, described once a process."""
    emoji, photos = bundled.emoji_gallery(), bundled.photographs()
    images = np.concatenate([emoji.images, np.stack([pictures.square(photo.image, 64) for photo in photos])])
    names = emoji.names + tuple(photo.name for photo in photos)
    features = torch.cat([_features(part, name) for part in np.array_split(images, 24)])
    return _Gallery(names, images, features, _pixels(images))


@torch.inference_mode()
def _features(images: Bytes, name: str) -> Tensor:
    """Mean of the latents of a regular quarter of the patches: (B, H, W, 3) bytes to (B, D) on the CPU."""
    model, where = open_model(name)
    size, grid = model.config.size, model.config.grid
    squares = np.stack([pictures.square(image, size) for image in images])
    patches = model.normalise(pretext.patchify(pictures.to_tensor(squares).to(where), model.config.patch))
    keep = torch.zeros(grid, grid, dtype=torch.bool, device=where)
    keep[grid % 2 :: 2, grid % 2 :: 2] = True
    seen = model.encode(patches, keep.flatten().expand(len(images), -1))
    return seen.latent[:, 1:].mean(1).float().cpu()  # without the class token


def _pixels(images: Bytes) -> Tensor:
    """(B, H, W, 3) bytes to (B, 32 * 32 * 3) numbers."""
    return pictures.to_tensor(np.stack([pictures.square(image, PIXELS_SIDE) for image in images])).flatten(1)

"""Nearest neighbours of the bundled digits, by their codes and by their pixels."""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data import bundled
from core.downstream.neighbours import leave_one_out_accuracy, nearest
from core.errors import whole
from core.vae import pretext
from core.vae.models import NAME, Picture, flat, open_model, to_input, view

Bytes = NDArray[np.uint8]
KNN = 5


@dataclass(frozen=True)
class DigitCodes:
    """The model's codes of the bundled digits.

    Attributes:
        mu: (N, Z), mean of q(z | x) of each.
        pixels: (N, 784) in [0, 1], the digits themselves.
        order: the latent axes, 0-based, by mean KL over the digits, largest first.
    """

    mu: Tensor
    pixels: Tensor
    order: tuple[int, ...]


@dataclass(frozen=True)
class Neighbour:
    """A bundled digit: (28, 28) uint8, its label, and its cosine to the query."""

    image: Bytes
    label: int
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """The bundled digits nearest to a picture, nearest first: by the mean of its code, and by its pixels."""

    by_latent: tuple[Neighbour, ...]
    by_pixels: tuple[Neighbour, ...]


@dataclass(frozen=True)
class KNNAccuracy:
    """Leave-one-out accuracy, in [0, 1], of k-nearest-neighbour classifiers on n bundled digits."""

    latent: float
    pixels: float
    chance_level: float
    n: int


@functools.lru_cache(maxsize=16)
def codes(name: str) -> DigitCodes:
    """Encode the bundled digits, once per process."""
    model, where = open_model(name)
    images = bundled.digits().images
    with torch.inference_mode():
        mu, logvar = model.encode(to_input(images, where))
        kl = pretext.kl_nats(mu, logvar).mean(0)  # (Z,)
    return DigitCodes(mu.cpu(), flat(images), tuple(kl.argsort(descending=True).tolist()))


def neighbours(picture: Picture, *, count: float = 8, name: str = NAME) -> Neighbours:
    """The bundled digits nearest to a picture, without itself, nearest first: by mean code, and by pixels."""
    number = whole(count, 1, 64)
    model, where = open_model(name)
    model_input = view(picture)
    with torch.inference_mode():
        code = model.encode(to_input(model_input[None], where))[0].cpu()
    gallery, pixels = codes(name), flat(model_input[None])
    others = (gallery.pixels != pixels).any(1).nonzero().flatten()
    by_latent = _closest(code, gallery.mu, others, number)
    return Neighbours(by_latent, _closest(pixels, gallery.pixels, others, number))


def _closest(query: Tensor, features: Tensor, others: Tensor, count: int) -> tuple[Neighbour, ...]:
    similarity, index = nearest(query, features[others], count)
    known = bundled.digits()
    return tuple(
        Neighbour(known.images[i], int(known.labels[i]), s)
        for s, i in zip(similarity[0].tolist(), others[index[0]].tolist(), strict=True)
    )


@functools.lru_cache(maxsize=16)
def knn_accuracy(name: str = NAME) -> KNNAccuracy:
    """Classify each bundled digit by its 5 nearest others, by code and by pixels."""
    gallery, labels = codes(name), torch.from_numpy(bundled.digits().labels.copy())
    latent, pixels = (leave_one_out_accuracy(rows, labels, k=KNN) for rows in (gallery.mu, gallery.pixels))
    return KNNAccuracy(latent, pixels, chance_level=0.1, n=len(labels))

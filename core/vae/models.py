"""The models to choose from, their input, and the mean digit as a baseline."""

import functools

import numpy as np
import torch
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor

from core import models, snapshots
from core.data import bundled, digits, pictures
from core.vae import pretext
from core.vae.model import VAE

Bytes = NDArray[np.uint8]
Picture = Bytes | str | None
NAME = "vae/mnist"


def names() -> tuple[str, ...]:
    """The checkpoints to choose from: the shipped one, then a visitor's own."""
    return models.names(NAME)


def open_model(name: str) -> tuple[VAE, torch.device]:
    """Open a model that the tab offers: the model and its device; raises InputError for any other."""
    model, checkpoint = models.open_offered(name, (*names(), *snapshots.moments(NAME)), VAE)
    return model, checkpoint.device


@functools.cache
def mean_digit() -> Tensor:
    """(1, 1, 28, 28): mean of the bundled digits with one white and one black picture added."""
    images = to_input(bundled.digits().images, torch.device("cpu"))
    return (images.sum(0, keepdim=True) + 1) / (len(images) + 2)


@functools.cache
def mean_digit_nats() -> float:
    """Naive baseline: mean cost of a bundled digit under the mean digit, in nats."""
    images = to_input(bundled.digits().images, torch.device("cpu"))
    return float(pretext.bernoulli_nats(mean_digit().logit().expand_as(images), images).mean())


def view(picture: Picture) -> Bytes:
    """A visitor's picture as model input: (28, 28) uint8, white ink on black; see `digits.from_visitor`."""
    return digits.from_visitor(pictures.open_picture(picture))


def seen_on(picture: Picture) -> tuple[Bytes, digits.SeenDigit]:
    """A visitor's picture (H, W, 3) uint8, and the digit seen on it with its box on a photo."""
    opened = pictures.open_picture(picture)
    return opened, digits.seen_on(opened)


def to_input(images: Bytes, where: torch.device) -> Tensor:
    """Bytes (B, 28, 28) to pictures (B, 1, 28, 28) in [0, 1] on a device."""
    return rearrange(torch.from_numpy(images.copy()).to(where).float() / 255, "b h w -> b 1 h w")


def flat(images: Bytes) -> Tensor:
    """Bytes (B, 28, 28) to vectors (B, 784) in [0, 1]."""
    return rearrange(torch.from_numpy(images.copy()).float() / 255, "b h w -> b (h w)")

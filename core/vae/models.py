"""The bundled digits as a trained model sees them, computed once a process; the yardsticks of `explore`."""

import functools
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data import bundled
from core.downstream.neighbours import knn_classify
from core.errors import InputError
from core.vae import pretext
from core.vae.model import VAE

Bytes = NDArray[np.uint8]
NAME = "vae/mnist"
KNN = 5


@dataclass(frozen=True)
class Codes:
    """What the model makes of the bundled digits.

    Attributes:
        mu: (N, Z), mean of q(z | x) of each.
        pixels: (N, 784) in [0, 1], the digits themselves.
        order: the latent axes, 0-based, by how much they tell of the digits (mean KL), best first.
    """

    mu: Tensor
    pixels: Tensor
    order: tuple[int, ...]


def names() -> tuple[str, ...]:
    """The checkpoints to choose from: the shipped one, then a visitor's own."""
    return (NAME, *(name for name in checkpoints.bundled("vae") if name != NAME))


def open_model(name: str) -> tuple[VAE, torch.device]:
    """The model of a checkpoint and the device it is on; raises InputError if it is not offered."""
    if name not in (*names(), *snapshots.moments(NAME)):
        raise InputError("Choose one of the models offered.")  # what a visitor sends opens no other file
    where = device.pick()
    return cast(VAE, checkpoints.load(name, device=where).model), where


@functools.cache
def codes(name: str) -> Codes:
    """Encode the bundled digits."""
    model, where = open_model(name)
    images = bundled.digits().images
    with torch.inference_mode():
        mu, logvar = model.encode(to_input(images, where))
        kl = pretext.kl_nats(mu, logvar).mean(0)  # (Z,)
    return Codes(mu.cpu(), flat(images), tuple(kl.argsort(descending=True).tolist()))


@functools.cache
def mean_digit() -> Tensor:
    """(1, 1, 28, 28): how light each pixel is in the bundled digits, one white and one black picture added."""
    images = to_input(bundled.digits().images, torch.device("cpu"))
    return (images.sum(0, keepdim=True) + 1) / (len(images) + 2)


@functools.cache
def mean_digit_nats() -> float:
    """Naive baseline: what a bundled digit costs on average by nothing but their mean."""
    images = to_input(bundled.digits().images, torch.device("cpu"))
    return float(pretext.bernoulli_nats(mean_digit().logit().expand_as(images), images).mean())


def leave_one_out(features: Tensor) -> float:
    """Share of the bundled digits, features (N, D), whose class their 5 nearest others name rightly, in [0, 1]."""
    labels = torch.from_numpy(bundled.digits().labels.copy())
    everyone = torch.arange(len(labels))
    guesses = [
        knn_classify(features[everyone != i], labels[everyone != i], features[i : i + 1], k=KNN) for i in everyone
    ]
    return float((torch.cat(guesses) == labels).float().mean())


def to_input(images: Bytes, where: torch.device) -> Tensor:
    """Bytes (B, 28, 28) to pictures (B, 1, 28, 28) in [0, 1] on a device."""
    return rearrange(torch.from_numpy(images.copy()).to(where).float() / 255, "b h w -> b 1 h w")


def flat(images: Bytes) -> Tensor:
    """Bytes (B, 28, 28) to vectors (B, 784) in [0, 1]."""
    return rearrange(torch.from_numpy(images.copy()).float() / 255, "b h w -> b (h w)")

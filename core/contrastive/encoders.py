"""The three encoders that the page compares, and what they make of the bundled gallery.

The network as SimCLR trained it, the same network untrained, and the one that learned to tell how far a picture was
turned. The last has no projection head: only its features can be compared.
"""

import functools
from typing import Literal, Protocol, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core import checkpoints, device
from core.contrastive.model import Config, SimCLR, embed_features, untrained
from core.data import bundled, pictures
from core.errors import InputError

Bytes = NDArray[np.uint8]
Encoder = Literal["simclr", "rotation", "untrained"]
Space = Literal["projections", "features"]

NAME, ROTATION = "contrastive/simclr-cifar10", "rotation/photos"
ENCODERS: tuple[Encoder, ...] = ("simclr", "rotation", "untrained")
SPACES: tuple[Space, ...] = ("projections", "features")
GALLERY_PX = 64


class Configured(Protocol):
    """What an encoder's Config says here."""

    size: int


class Encoding(Protocol):
    """A model with an encoder inside, whichever wing it comes from."""

    config: Configured
    encoder: nn.Module


def space_of(encoder: str, space: str) -> Space:
    """Where an encoder can be compared when `space` is asked for: the rotation network only by its features."""
    if space not in SPACES:
        raise InputError("Compare projections or features.")
    return "features" if encoder == "rotation" else space


@torch.inference_mode()
def embed(encoder: str, space: str, images: Tensor) -> Tensor:
    """Features or projections (B, D) on the CPU of pictures (B, 3, H, W) in [0, 1] of any size."""
    model, where = open_encoder(encoder)
    small = shrink(images, model.config.size).to(where)
    if space_of(encoder, space) == "projections":
        found: Tensor = cast(SimCLR, model)(small).projections
    else:
        found = model.encoder(small)
    return found.float().cpu()


def shrink(images: Tensor, size: int) -> Tensor:
    """Resize pictures (B, 3, H, W) to (B, 3, size, size), antialiased."""
    small: Tensor = F.interpolate(images, size=size, mode="bilinear", antialias=True)
    return small


def open_encoder(encoder: str) -> tuple[Encoding, torch.device]:
    """The model and where it lies.

    Raises:
        InputError: no such encoder.
    """
    where = device.pick()
    if encoder not in ENCODERS:
        raise InputError("Choose one of the encoders offered.")
    if encoder == "untrained":
        return cast(Encoding, _untrained(str(where))), where
    return cast(Encoding, checkpoints.load(ROTATION if encoder == "rotation" else NAME, device=where).model), where


@functools.cache
def _untrained(where: str) -> SimCLR:
    config = Config(**checkpoints.read_card(NAME).config)
    return untrained(config).to(where).eval().requires_grad_(False)


@functools.cache
def gallery() -> tuple[tuple[tuple[str, str], ...], Bytes]:
    """Names, and pictures (G, 64, 64, 3): the emoji, then the photographs."""
    emoji, photos = bundled.emoji_gallery(), bundled.photographs()
    squares = np.stack([pictures.square(photo.image, GALLERY_PX) for photo in photos])
    return emoji.names + tuple(photo.name for photo in photos), np.concatenate([emoji.images, squares])


@functools.cache
def gallery_features(encoder: Encoder) -> Tensor:
    """Features (G, D) of the gallery, computed once a process."""
    model, where = open_encoder(encoder)
    small = shrink(pictures.to_tensor(gallery()[1]), model.config.size)
    return embed_features(model.encoder, small, device=where, chunk=32)

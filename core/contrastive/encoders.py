"""The encoders that the page compares, and what they make of the bundled gallery.

Networks as SimCLR and MoCo trained them, any that a visitor trained, the same network untrained, and the one that
learned to tell how far a picture was turned. The last has no projection head: only its features can be compared.
"""

import functools
from typing import Literal, Protocol, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core import checkpoints, device, snapshots
from core.checkpoints import Card
from core.contrastive.model import Config, ContrastiveNet, untrained
from core.data import bundled, pictures
from core.downstream import features
from core.errors import InputError

Bytes = NDArray[np.uint8]
Space = Literal["projections", "features"]

NAME, SMALL, DICTIONARY = "contrastive/simclr-cifar10", "contrastive/small", "contrastive/dictionary"
NAMES = {"simclr": NAME, "moco": "contrastive/moco-cifar10", "rotation": "rotation/photos"}  # short -> checkpoint
SPACES: tuple[Space, ...] = ("projections", "features")
GALLERY_PX = 64


class Configured(Protocol):
    """What an encoder's Config says here."""

    size: int


class Encoding(Protocol):
    """A model with an encoder inside, whichever method it comes from."""

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
        found: Tensor = cast(ContrastiveNet, model)(small).projections
    else:
        found = model.encoder(small)
    return found.float().cpu()


def shrink(images: Tensor, size: int) -> Tensor:
    """Resize pictures (B, 3, H, W) to (B, 3, size, size), antialiased."""
    small: Tensor = F.interpolate(images, size=size, mode="bilinear", antialias=True)
    return small


def offered() -> tuple[str, ...]:
    """The encoders to choose from: shipped ones by short names, a visitor's own as "contrastive/<name>"."""
    trained = [name for name in checkpoints.bundled("contrastive", checkpoints.ROOT) if name not in (SMALL, DICTIONARY)]
    shipped = [short for short in ("simclr", "moco") if NAMES[short] in trained]
    own = [name for name in trained if name not in NAMES.values()]
    return (*shipped, *own, "rotation", "untrained")


def size(encoder: str) -> int:
    """Side in pixels at which an encoder takes its pictures."""
    return int(_card(encoder).config["size"])


def open_encoder(encoder: str) -> tuple[Encoding, torch.device]:
    """The model and where it lies; also the small one at a moment of its training, "contrastive/small@25".

    Raises:
        InputError: no such encoder.
    """
    where = device.pick()
    if encoder not in offered() and encoder not in _moments():
        raise InputError("Choose one of the encoders offered.")
    if encoder == "untrained":
        return cast(Encoding, _untrained(str(where))), where
    checkpoint = checkpoints.load(NAMES.get(encoder, encoder), device=where, root=checkpoints.ROOT)
    return cast(Encoding, checkpoint.model), where


def _moments() -> tuple[str, ...]:
    if SMALL not in checkpoints.bundled("contrastive", checkpoints.ROOT):
        return ()
    return snapshots.moments(SMALL)


def _card(encoder: str) -> Card:
    return checkpoints.read_card(NAMES.get(encoder, NAME if encoder == "untrained" else encoder), checkpoints.ROOT)


@functools.cache
def _untrained(where: str) -> ContrastiveNet:
    return untrained(Config(**_card("untrained").config)).to(where).eval().requires_grad_(False)


@functools.cache
def gallery() -> tuple[tuple[tuple[str, str], ...], Bytes]:
    """Names, and pictures (G, 64, 64, 3): the emoji, then the photographs."""
    emoji, photos = bundled.emoji_gallery(), bundled.photographs()
    squares = np.stack([pictures.square(photo.image, GALLERY_PX) for photo in photos])
    return emoji.names + tuple(photo.name for photo in photos), np.concatenate([emoji.images, squares])


@functools.cache
def gallery_features(encoder: str) -> Tensor:
    """Features (G, D) of the gallery, computed once a process."""
    model, where = open_encoder(encoder)
    small = shrink(pictures.to_tensor(gallery()[1]), model.config.size)
    return features.embed(model.encoder, small, device=where, chunk=32)

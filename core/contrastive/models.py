"""The encoders that the page compares.

The networks that SimCLR and MoCo trained, any that a visitor trained, the same network untrained, and the one that the
rotation method trained. The last has no projection head, so only its features can be compared.
"""

import functools
from typing import Literal, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import checkpoints, device, models, snapshots
from core.checkpoints import Card, Checkpoint
from core.contrastive.model import Config, ContrastiveNet, untrained
from core.errors import InputError

Space = Literal["projections", "features"]

# Another method's checkpoint, compared with the contrastive ones; opened by name because no method imports another.
ROTATION = "rotation/photos"
NAME, SMALL, DICTIONARY = "contrastive/simclr-cifar10", "contrastive/small", "contrastive/dictionary"
CHECKPOINTS = {"simclr": NAME, "moco": "contrastive/moco-cifar10", "rotation": ROTATION}  # encoder -> checkpoint
SPACES: tuple[Space, ...] = ("projections", "features")


class ConfigWithSize(Protocol):
    """The part of an encoder's Config that is used here."""

    size: int


class ModelWithEncoder(Protocol):
    """A model of any method that holds an encoder."""

    config: ConfigWithSize
    encoder: nn.Module


def names() -> tuple[str, ...]:
    """The encoders to choose from: shipped ones by short names, a visitor's own as "contrastive/<name>"."""
    trained = [name for name in checkpoints.bundled("contrastive") if name not in (SMALL, DICTIONARY)]
    shipped = [short for short in ("simclr", "moco") if CHECKPOINTS[short] in trained]
    own = [name for name in trained if name not in CHECKPOINTS.values()]
    return (*shipped, *own, "rotation", "untrained")


def open_encoder(encoder: str) -> tuple[ModelWithEncoder, torch.device]:
    """Open an encoder by its name in `names`, or the small one at a stage of its training, "contrastive/small@25".

    Raises:
        InputError: no such encoder.
        CheckpointError: damaged.
    """
    if encoder == "untrained":
        where = device.pick()
        return cast(ModelWithEncoder, _untrained(str(where))), where
    checkpoint = open_checkpoint(encoder)
    return cast(ModelWithEncoder, checkpoint.model), checkpoint.device


def open_checkpoint(encoder: str) -> Checkpoint:
    """Open the checkpoint of a trained encoder; names and errors as in `open_encoder`."""
    offered = (*names(), *snapshots.moments(SMALL))
    if encoder not in offered and not isinstance(encoder, models.OwnRun):
        raise InputError("Choose one of the models offered.")
    checkpoint = CHECKPOINTS.get(encoder, encoder)
    return models.open_offered(checkpoint, (*offered, *CHECKPOINTS.values()), nn.Module)[1]


def space_of(encoder: str, space: str) -> Space:
    """The space in which an encoder is compared: the one asked for, or "features" for the rotation network.

    Raises:
        InputError: no such space.
    """
    if space not in SPACES:
        raise InputError("Compare projections or features.")
    return "features" if encoder == "rotation" else space


@torch.inference_mode()
def embed(encoder: str, space: str, images: Tensor) -> Tensor:
    """Features or projections (B, D) on the CPU of pictures (B, 3, H, W) in [0, 1] of any size."""
    model, where = open_encoder(encoder)
    small = resize(images, model.config.size).to(where)
    if space_of(encoder, space) == "projections":
        found: Tensor = cast(ContrastiveNet, model)(small).projections
    else:
        found = model.encoder(small)
    return found.float().cpu()


def resize(images: Tensor, size: int) -> Tensor:
    """Resize pictures (B, 3, H, W) to (B, 3, size, size), antialiased."""
    small: Tensor = F.interpolate(images, size=size, mode="bilinear", antialias=True)
    return small


def size(encoder: str) -> int:
    """Side in pixels of the pictures that an encoder takes."""
    return int(_card(encoder).config["size"])


def _card(encoder: str) -> Card:
    return checkpoints.read_card(CHECKPOINTS.get(encoder, NAME if encoder == "untrained" else encoder))


@functools.cache
def _untrained(where: str) -> ContrastiveNet:
    return untrained(Config(**_card("untrained").config)).to(where).eval().requires_grad_(False)

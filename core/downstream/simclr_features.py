"""The feature space in which pictures are compared here: what this project's own SimCLR encoder makes of them.

An Inception network would have to be downloaded; this one lies in the tree and was trained without labels on CIFAR-10's
training pictures. It is opened by the name on its card, like any checkpoint, so no method is imported.
"""

import functools
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from core import checkpoints
from core.device import generator
from core.downstream.features import embed
from core.nn.backbones import initialise

NAME = "contrastive/simclr-cifar10"
SIZE = 32  # side in pixels of the pictures it takes


class _Encoding(Protocol):
    encoder: nn.Module


def describe(images: Tensor, where: torch.device, *, trained: bool = True) -> Tensor:
    """Features (N, 256) on the CPU of pictures (N, 3, 32, 32), bytes or in [0, 1].

    Args:
        images: see above.
        where: device.
        trained: False for the same network with weights as they were drawn: the baseline without training.

    Raises:
        CheckpointError: the encoder is not in the tree, or is damaged.
    """
    model = cast(_Encoding, checkpoints.load(NAME, device=where).model if trained else _untrained(where))
    return embed(model.encoder, images, device=where)


@functools.lru_cache(maxsize=2)
def _untrained(where: torch.device) -> nn.Module:
    """The encoder's network with weights drawn from seed 0."""
    model = checkpoints.blank(NAME)
    return initialise(model, generator(0)).to(where).eval().requires_grad_(False)

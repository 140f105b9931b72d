"""The feature space in which pictures are compared here: what this project's own SimCLR encoder makes of them.

An Inception network would have to be downloaded; this one lies in the tree and was trained without labels on CIFAR-10's
training pictures. It is opened by the name on its card, like any checkpoint, so no wing is imported.
"""

from typing import Protocol, cast

import torch
from torch import Tensor, nn

from core import checkpoints
from core.downstream.features import embed

NAME = "contrastive/simclr-cifar10"
SIZE = 32  # side in pixels of the pictures it takes


class _Encoding(Protocol):
    encoder: nn.Module


def describe(images: Tensor, where: torch.device) -> Tensor:
    """Features (N, 256) on the CPU of pictures (N, 3, 32, 32), bytes or in [0, 1].

    Raises:
        CheckpointError: the encoder is not in the tree, or is damaged.
    """
    model = cast(_Encoding, checkpoints.load(NAME, device=where).model)
    return embed(model.encoder, images, device=where)

"""The features of a masked autoencoder, in the form in which all encoders give theirs."""

import torch
from torch import Tensor

from core.masked.model import MaskedAutoencoder
from core.masked.pretext import patchify

MANY = 12  # patches on a side


def side(model: MaskedAutoencoder) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return model.config.size


def encode(model: MaskedAutoencoder, images: Tensor) -> Tensor:
    """Mean latent (B, D) of the patches of pictures (B, 3, S, S) in [0, 1].

    Of a large grid the encoder gets every third patch of every third row, as in `core.masked.gallery`: they are about
    as many as training leaves, and several times as fast as all patches.
    """
    patches, grid = model.normalise(patchify(images, model.config.patch)), model.config.grid
    keep = torch.ones(grid, grid, dtype=torch.bool, device=images.device)
    if grid >= MANY:
        keep = torch.zeros_like(keep)
        keep[1::3, 1::3] = True
    encoded = model.encode(patches, keep.flatten().expand(len(images), -1))
    return encoded.latent[:, 1:].mean(1)  # without the class token

"""Latents of the bundled pictures by a masked autoencoder, kept beside its weights.

The encoder gets every third patch of every third row: they are evenly spread, about as many as the largest mask ratio
of training leaves, and ten times as fast as all patches.
"""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.data import bundled, pictures
from core.downstream.gallery import Described
from core.masked import pretext
from core.masked.model import MaskedAutoencoder

CHUNK = 64  # pictures per call of the encoder


def describe(model: nn.Module, where: torch.device, *, every: int = 1) -> Described:
    """Describe every `every`-th of the G pictures of `bundled.picture_gallery`.

    Returns:
        {"latents": (G / every, D), see `mean_latents`}.
    """
    images = bundled.picture_gallery().images[::every]
    parts = [images[i : i + CHUNK] for i in range(0, len(images), CHUNK)]
    return {"latents": torch.cat([mean_latents(cast(MaskedAutoencoder, model), where, part) for part in parts])}


@torch.inference_mode()
def mean_latents(model: MaskedAutoencoder, where: torch.device, images: NDArray[np.uint8]) -> Tensor:
    """Mean of the latents of every ninth patch: pictures (B, H, W, 3) to (B, D) on the CPU."""
    size, grid = model.config.size, model.config.grid
    squares = np.stack([pictures.square(image, size) for image in images])
    patches = model.normalise(pretext.patchify(pictures.to_tensor(squares).to(where), model.config.patch))
    keep = torch.zeros(grid, grid, dtype=torch.bool, device=where)
    keep[1::3, 1::3] = True
    encoded = model.encode(patches, keep.flatten().expand(len(images), -1))
    return encoded.latent[:, 1:].mean(1).float().cpu()  # without the class token

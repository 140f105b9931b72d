"""Features of the bundled pictures by a rotation network, kept beside its weights."""

from typing import cast

import torch
from torch import nn

from core.data import bundled, pictures
from core.downstream.features import embed
from core.downstream.gallery import Described
from core.rotation.model import RotationNet


def describe(model: nn.Module, where: torch.device, *, every: int = 1) -> Described:
    """Describe every `every`-th of the G pictures of `bundled.picture_gallery`.

    Returns:
        {"features": (G / every, D) of the encoder}.
    """
    images = pictures.to_tensor(bundled.picture_gallery().images[::every])
    return {"features": embed(cast(RotationNet, model).encoder, images, device=where, chunk=32)}

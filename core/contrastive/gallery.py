"""Features of the bundled pictures by each encoder that the page compares, kept beside its weights."""

import functools
from typing import cast

import torch
from torch import Tensor, nn

from core.contrastive import models
from core.contrastive.model import ContrastiveNet, untrained
from core.data import bundled, pictures
from core.downstream.features import embed
from core.downstream.gallery import Described, described


def describe(model: nn.Module, where: torch.device, *, every: int = 1) -> Described:
    """Describe every `every`-th of the G pictures of `bundled.picture_gallery`.

    Returns:
        {"features": (G / every, D) of the encoder; "untrained": the same of a contrastive network as it began}.
    """
    shape = cast(models.ModelWithEncoder, model)
    images = pictures.to_tensor(bundled.picture_gallery().images[::every])
    small = models.resize(images, shape.config.size)
    found = {"features": embed(shape.encoder, small, device=where, chunk=32)}
    if isinstance(model, ContrastiveNet):
        fresh = untrained(model.config).to(where).eval()
        found["untrained"] = embed(fresh.encoder, small, device=where, chunk=32)
    return found


def gallery_features(encoder: str) -> Tensor:
    """Features (G, D) of the bundled gallery by an encoder of `models.names`.

    Raises:
        InputError: no such encoder.
        CheckpointError: damaged.
    """
    if encoder == "untrained":
        return _described("simclr")["untrained"]
    return _described(encoder)["features"]


@functools.lru_cache(maxsize=16)
def _described(encoder: str) -> Described:
    return described(models.open_checkpoint(encoder), describe)

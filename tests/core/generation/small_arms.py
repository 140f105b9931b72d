"""The arms of the study with tiny networks, and their inputs, for tests without trained weights."""

import dataclasses

import torch
from torch import Tensor

from core.device import generator
from core.generation.model import Config

TINY = Config(8, 5, (8, 6), (4, 6), features=12, context=16, heads=8, projection=7)
ARMS = {
    "plain": TINY,
    "rotation": dataclasses.replace(TINY, pretext="rotation"),
    "contrastive": dataclasses.replace(TINY, pretext="contrastive"),
    "references": dataclasses.replace(TINY, encoder="trained"),
    "untrained": dataclasses.replace(TINY, encoder="untrained"),
    "mean": dataclasses.replace(TINY, encoder="trained", attend=False),
}


def noise(count: int, config: Config = TINY) -> Tensor:
    """(count, Z)."""
    return torch.randn(count, config.latent, generator=generator(1, count))


def pictures(count: int, config: Config = TINY) -> Tensor:
    """(count, 3, S, S) in [0, 1]."""
    return torch.rand(count, 3, config.size, config.size, generator=generator(2, count))


def references(count: int, k: int = 3, config: Config = TINY) -> Tensor:
    """(count, k, F), not standardised."""
    return 2 * torch.randn(count, k, config.features, generator=generator(3, count, k)) + 1


def references_for(config: Config, count: int, k: int = 3) -> Tensor | None:
    """References (count, k, F) for an arm conditioned on them, None for the others."""
    return references(count, k, config) if config.encoder else None

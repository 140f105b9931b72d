"""From a seed to pictures: draw noise and apply a generator to it."""

import torch
from torch import Tensor

from core.device import generator
from core.gan.model import Generator
from core.gan.pretext import NO_LIMIT, truncated


def noise(seed: int, count: int, latent: int, limit: float = NO_LIMIT) -> Tensor:
    """Draw truncated standard normal numbers (count, latent), always the same for a seed; see `pretext.truncated`.

    The first rows do not depend on `count`.
    """
    return truncated(torch.rand(count, latent, generator=generator(seed)), limit)


@torch.inference_mode()
def generate(model: Generator, z: Tensor, where: torch.device, chunk: int = 100) -> Tensor:
    """Map noise (B, Z) to pictures (B, 3, S, S) in [0, 1] on the CPU, `chunk` pictures at a time."""
    return torch.cat([model(part.to(where)).cpu() for part in z.split(chunk)])

"""From a seed to pictures: the noise of a seed, and a generator run over it."""

import torch
from torch import Tensor

from core.device import generator
from core.gan.model import Generator
from core.gan.pretext import NO_LIMIT, truncated


def noise(seed: int, count: int, latent: int, limit: float = NO_LIMIT) -> Tensor:
    """(count, latent) truncated standard normal numbers, always the same for a seed; see `pretext.truncated`.

    The first rows do not depend on how many follow.
    """
    return truncated(torch.rand(count, latent, generator=generator(seed)), limit)


@torch.inference_mode()
def paint(model: Generator, z: Tensor, where: torch.device, chunk: int = 100) -> Tensor:
    """Pictures (B, 3, S, S) in [0, 1] on the CPU of noise (B, Z); `chunk` pictures a time."""
    return torch.cat([model(part.to(where)).cpu() for part in z.split(chunk)])

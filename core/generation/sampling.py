"""From a seed to pictures: draw noise and references, and apply a generator to them."""

import torch
from torch import Tensor

from core import device
from core.generation.model import Generator
from core.generation.references import Library

CHUNK = 100


def noise(seed: int, count: int, latent: int) -> Tensor:
    """Draw standard normal numbers (count, latent), always the same for a seed."""
    return torch.randn(count, latent, generator=device.generator(seed))


@torch.inference_mode()
def generate(model: Generator, z: Tensor, references: Tensor | None, where: torch.device) -> Tensor:
    """Map noise (B, Z) and references (B, K, F) to pictures (B, 3, S, S) in [0, 1] on the CPU, in chunks."""
    found = []
    for start in range(0, len(z), CHUNK):
        some = slice(start, start + CHUNK)
        known = None if references is None else references[some].to(where)
        found.append(model(z[some].to(where), known).images.cpu())
    return torch.cat(found)


def sample(model: Generator, seed: int, count: int, library: Library | None, where: torch.device) -> Tensor:
    """Generate pictures (count, 3, S, S) from a seed's noise, each with the references of a picture drawn uniformly."""
    return generate(
        model, noise(seed, count, model.config.latent), None if library is None else library.draw(count, seed), where
    )

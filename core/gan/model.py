"""A residual generator and discriminator for pictures of 32 pixels (Miyato et al. 2018, appendix B.4, table 4).

Narrower than theirs, which had 4 M and 1 M parameters, and widest where maps are small, so that one core can train it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.adversarial import Judgement
from core.backbones import initialise
from core.device import generator
from core.generators import DownBlock, SpectralLinear, UpBlock

FIRST_SIDE = 4  # of the generator's first maps


@dataclass(frozen=True)
class Config:
    """Architecture of both networks.

    Attributes:
        size: side of the pictures in pixels: 4 times 2 for each of the generator's blocks.
        latent: numbers of noise that a picture is made of.
        widths: channels of the generator's maps, first of 4 x 4 positions, then after each block.
        critic_widths: channels after each block of the discriminator; the last one keeps the size of its maps.
    """

    size: int = 32
    latent: int = 64
    widths: Sequence[int] = (128, 96, 64, 48)
    critic_widths: Sequence[int] = (48, 64, 128, 128)


class Generator(nn.Module):
    """Noise in, pictures out. Trained or averaged: this is what is shipped."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        drawn = FIRST_SIDE * 2 ** (len(config.widths) - 1)
        if drawn != config.size:
            raise ValueError(f"{len(config.widths) - 1} blocks draw {drawn} pixels, not {config.size}")
        self.config = config
        self.first = nn.Linear(config.latent, config.widths[0] * FIRST_SIDE**2)
        self.blocks = nn.ModuleList(UpBlock(inner, outer) for inner, outer in pairwise(config.widths))
        self.norm = nn.BatchNorm2d(config.widths[-1])
        self.last = nn.Conv2d(config.widths[-1], 3, 3, padding=1)

    def forward(self, noise: Tensor) -> Tensor:
        """Noise (B, Z), standard normal, to pictures (B, 3, S, S) in [0, 1]."""
        x = self.first(noise).view(len(noise), -1, FIRST_SIDE, FIRST_SIDE)  # (B, widths[0], 4, 4)
        for block in self.blocks:
            x = block(x)
        levels: Tensor = self.last(F.relu(self.norm(x))).float().sigmoid()  # (B, 3, S, S)
        return levels


class Discriminator(nn.Module):
    """Pictures in, a score each: above 0 for real. Every layer's gain is at most about 1."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        widths = (3, *config.critic_widths)
        final = len(widths) - 2
        self.blocks = nn.ModuleList(
            DownBlock(inner, outer, halve=number < final, first=number == 0)
            for number, (inner, outer) in enumerate(pairwise(widths))
        )
        self.score = SpectralLinear(widths[-1], 1)

    def forward(self, images: Tensor) -> Judgement:
        """Judge pictures (B, 3, S, S) in [0, 1]."""
        x = 2 * images - 1
        for block in self.blocks:
            x = block(x)
        features = F.relu(x).sum((2, 3))  # (B, D), a sum as in table 4
        return Judgement(features, self.score(features).squeeze(1))


def untrained(config: Config, seed: int = 0) -> tuple[Generator, Discriminator]:
    """Both networks with weights drawn from `seed` alone, whatever else this process draws meanwhile."""
    pair = Generator(config), Discriminator(config)
    for number, network in enumerate(pair):
        initialise(network, generator(seed, number))
    torch.nn.init.normal_(pair[0].last.weight, std=0.02, generator=generator(seed, 2))  # begin near mid-grey
    return pair

"""A residual generator and discriminator for pictures of 32 pixels (Miyato et al. 2018, appendix B.4, table 4).

Narrower than theirs, which had 4 M and 1 M parameters, and widest where maps are small, so that one core can train it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from core.nn.gan_blocks import ResidualDiscriminator, ResidualGenerator, init_weights
from core.nn.gan_game import DiscriminatorOutput


@dataclass(frozen=True)
class Config:
    """Architecture of both networks.

    Attributes:
        size: side of the pictures in pixels: 4, doubled by each block of the generator.
        latent: length of the noise vector.
        widths: channels of the generator's maps, first of 4 x 4 positions, then after each block.
        discriminator_widths: channels after each block of the discriminator; the last one keeps the size of its maps.
    """

    size: int = 32
    latent: int = 64
    widths: Sequence[int] = (128, 96, 64, 48)
    discriminator_widths: Sequence[int] = (48, 64, 128, 128)


class Generator(ResidualGenerator):
    """Map noise to pictures. The averaged generator is shipped."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__(config.latent, config.widths, config.size)
        self.config = config

    def forward(self, noise: Tensor) -> Tensor:
        """Map noise (B, Z), standard normal, to pictures (B, 3, S, S) in [0, 1]."""
        return self.decode(noise)


class Discriminator(ResidualDiscriminator):
    """Map pictures to one score each, above 0 for real."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__(config.discriminator_widths)
        self.config = config

    def forward(self, images: Tensor) -> DiscriminatorOutput:
        """Score pictures (B, 3, S, S) in [0, 1]."""
        features = self.encode(images)  # (B, D)
        return DiscriminatorOutput(features, self.score(features).squeeze(1))


def untrained(config: Config, seed: int = 0) -> tuple[Generator, Discriminator]:
    """Build both networks with weights drawn from `seed` alone."""
    generator, discriminator = Generator(config), Discriminator(config)
    init_weights(generator, discriminator, seed)
    return generator, discriminator

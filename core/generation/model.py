"""One generator and one discriminator for all arms, and what some arms add to them.

The generator of the GAN method, narrower, may read references: features of real pictures that say what to draw. Eight
heads of attention weigh them, asked by the noise, so that each noise may take something else from the same references
(the tutorial's AttentionGenerator; Casanova et al. 2021, "Instance-Conditioned GAN", arXiv 2109.05070, condition on one
instance without attention). Left out on purpose: the noise in every block, and class-conditional norms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.device import generator
from core.nn.gan_blocks import ResidualDiscriminator, ResidualGenerator, SpectralLinear, begin

TURNS = 4


@dataclass(frozen=True)
class Config:
    """Architecture of both networks, and where references come from.

    Attributes:
        size: side of the pictures in pixels.
        latent: numbers of noise that a picture is made of.
        widths: channels of the generator's maps, first of 4 x 4 positions, then after each block.
        critic_widths: channels after each block of the discriminator.
        encoder: of the references, "trained" or "untrained"; empty for a generator that sees none.
        features: numbers that describe a reference.
        references: how many it was trained with; it takes any number from 1 on.
        attend: weigh the references by attention; their mean otherwise.
        context: numbers that the generator reads of all references together.
        heads: of the attention.
        pretext: a further task of the discriminator, "rotation" or "contrastive"; empty for none.
        projection: numbers in which the contrastive task compares views.
    """

    size: int = 32
    latent: int = 64
    widths: Sequence[int] = (64, 48, 32, 24)
    critic_widths: Sequence[int] = (24, 32, 64, 64)
    encoder: str = ""
    features: int = 256
    references: int = 5
    attend: bool = True
    context: int = 64
    heads: int = 8
    pretext: str = ""
    projection: int = 64


class Painting(NamedTuple):
    """What the generator makes of noise.

    Attributes:
        images: (B, 3, S, S) in [0, 1].
        attention: (B, heads, K), how much each head takes from each of K references, 1 in all; None without references.
    """

    images: Tensor
    attention: Tensor | None


class Reading(NamedTuple):
    """What the discriminator makes of a batch.

    Attributes:
        features: (B, D).
        scores: (B,), above 0 real.
        turns: (B, 4), scores of the quarter turns; None without that task.
        projections: (B, P), in which views are compared; None without that task.
    """

    features: Tensor
    scores: Tensor
    turns: Tensor | None
    projections: Tensor | None


class References(nn.Module):
    """Features of K pictures become one vector: each head's weights come from the noise, the order does not matter.

    Vaswani et al. 2017, "Attention Is All You Need" (arXiv 1706.03762), sec. 3.2.2. With `attend` off all weights are
    1 / K: the same layer without a question.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.attend = config.heads, config.attend
        self.register_buffer("centre", torch.zeros(config.features))
        self.register_buffer("scale", torch.ones(config.features))
        if self.attend:
            self.question = nn.Linear(config.latent, config.context)
            self.attention = nn.MultiheadAttention(
                config.context, config.heads, kdim=config.features, vdim=config.features, batch_first=True
            )
        else:
            self.value = nn.Linear(config.features, config.context)
            self.out = nn.Linear(config.context, config.context)

    def standardise(self, references: Tensor) -> Tensor:
        """References (B, K, F) with the mean 0 and the spread 1 that training pictures have; see `fit`."""
        return (references - self.centre) / self.scale

    @torch.no_grad()
    def fit(self, features: Tensor) -> None:
        """Learn the mean and spread of training pictures' features (N, F); those that never change stay small."""
        spread = features.std(0)
        self.centre.copy_(features.mean(0))
        self.scale.copy_(spread.clamp(min=0.05 * float(spread.mean())))

    def forward(self, noise: Tensor, references: Tensor) -> tuple[Tensor, Tensor]:
        """Noise (B, Z) and references (B, K, F) to a vector (B, context) and weights (B, heads, K)."""
        known = self.standardise(references)
        if not self.attend:
            even = known.new_full((len(known), self.heads, known.shape[1]), 1 / known.shape[1])
            return self.out(self.value(known.mean(1))), even
        asked = self.question(noise).unsqueeze(1)  # (B, 1, context)
        vector, weights = self.attention(asked, known, known, average_attn_weights=False)
        return vector.squeeze(1), weights.squeeze(2)  # (B, context), (B, heads, K)


class Generator(ResidualGenerator):
    """Noise in, and references if it reads any; pictures out. The averaged one is shipped."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__(config.latent + (config.context if config.encoder else 0), config.widths, config.size)
        self.config = config
        self.reader = References(config) if config.encoder else None

    def forward(self, noise: Tensor, references: Tensor | None = None) -> Painting:
        """Draw pictures.

        Args:
            noise: (B, Z), standard normal.
            references: (B, K, F), features of real pictures; for a generator that reads them.
        """
        if self.reader is None:
            return Painting(self.draw(noise), None)
        vector, weights = self.reader(noise, references)
        return Painting(self.draw(torch.cat([noise, vector], 1)), weights)


class Discriminator(ResidualDiscriminator):
    """Pictures in, a score each, and what a further task asks for.

    References enter as in Miyato & Koyama 2018, "cGANs with Projection Discriminator" (arXiv 1802.05637), eq. 3: the
    score grows by how well the picture's features fit a linear map of the references' mean.
    """

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__(config.critic_widths)
        self.config = config
        width = config.critic_widths[-1]
        self.fit = SpectralLinear(config.features, width) if config.encoder else None
        self.turns = SpectralLinear(width, TURNS) if config.pretext == "rotation" else None
        self.project = SpectralLinear(width, config.projection) if config.pretext == "contrastive" else None

    def forward(self, images: Tensor, references: Tensor | None = None) -> Reading:
        """Judge pictures.

        Args:
            images: (B, 3, S, S) in [0, 1].
            references: (B, K, F), standardised; for a discriminator that reads them.
        """
        features = self.read(images)  # (B, D)
        scores = self.score(features).squeeze(1)
        if self.fit is not None and references is not None:
            described = F.normalize(references.mean(1), dim=1)  # (B, F), of length 1, so the gain stays bounded
            scores = scores + (self.fit(described) * features).sum(1)
        turns = None if self.turns is None else self.turns(features)
        return Reading(features, scores, turns, None if self.project is None else self.project(features))


def untrained(config: Config, seed: int = 0) -> tuple[Generator, Discriminator]:
    """Both networks with weights drawn from `seed` alone.

    Discriminators begin with the same blocks in all arms. So do generators, of those that read references among
    themselves and of those that read none: with references the first layer draws more numbers before the blocks do.
    """
    drawing, judging = Generator(config), Discriminator(config)
    begin(drawing, judging, seed)
    if drawing.reader is not None and drawing.reader.attend:
        attention = drawing.reader.attention
        for number, weight in enumerate((attention.q_proj_weight, attention.k_proj_weight, attention.v_proj_weight)):
            nn.init.xavier_uniform_(weight, generator=generator(seed, 3, number))
    return drawing, judging

"""One generator and one discriminator for all arms, and the layers that some arms add.

The generator is that of the GAN method, narrower. It may be conditioned on references: features of real pictures. Eight
attention heads weigh the references; the query is the noise, so each noise can use the same references differently (the
tutorial's AttentionGenerator; Casanova et al. 2021, "Instance-Conditioned GAN", arXiv 2109.05070, condition on one
instance without attention). Left out on purpose: the noise in every block, and class-conditional norms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import device
from core.nn.gan_blocks import ResidualDiscriminator, ResidualGenerator, SpectralLinear, init_weights

TURNS = 4


@dataclass(frozen=True)
class Config:
    """Architecture of both networks, and where references come from.

    Attributes:
        size: side of the pictures in pixels.
        latent: length of the noise vector.
        widths: channels of the generator's maps, first of 4 x 4 positions, then after each block.
        discriminator_widths: channels after each block of the discriminator.
        encoder: of the references, "trained" or "untrained"; empty for a generator without references.
        features: length of a reference's feature vector.
        references: their number in training; the generator accepts any number from 1 on.
        attend: weigh the references by attention; their mean otherwise.
        context: length of the vector that summarises all references for the generator.
        heads: of the attention.
        pretext: a further task of the discriminator, "rotation" or "contrastive"; empty for none.
        projection: length of the vectors that the contrastive task compares.
    """

    size: int = 32
    latent: int = 64
    widths: Sequence[int] = (64, 48, 32, 24)
    discriminator_widths: Sequence[int] = (24, 32, 64, 64)
    encoder: str = ""
    features: int = 256
    references: int = 5
    attend: bool = True
    context: int = 64
    heads: int = 8
    pretext: str = ""
    projection: int = 64


class GeneratorOutput(NamedTuple):
    """The generator's output for noise.

    Attributes:
        images: (B, 3, S, S) in [0, 1].
        attention: (B, heads, K), weights of K references, which sum to 1 per head; None without references.
    """

    images: Tensor
    attention: Tensor | None


class MultiTaskOutput(NamedTuple):
    """The discriminator's output for a batch.

    Attributes:
        features: (B, D).
        scores: (B,), above 0 for real.
        turns: (B, 4), logits of the quarter turns; None without that task.
        projections: (B, P), of the contrastive task; None without that task.
    """

    features: Tensor
    scores: Tensor
    turns: Tensor | None
    projections: Tensor | None


class References(nn.Module):
    """Map the features of K references to one vector; the noise is the query, and the order does not matter.

    Vaswani et al. 2017, "Attention Is All You Need" (arXiv 1706.03762), sec. 3.2.2. Without `attend` all weights are
    1 / K: the same layer without a query.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.attend = config.heads, config.attend
        self.register_buffer("centre", torch.zeros(config.features))
        self.register_buffer("scale", torch.ones(config.features))
        if self.attend:
            self.query = nn.Linear(config.latent, config.context)
            self.attention = nn.MultiheadAttention(
                config.context, config.heads, kdim=config.features, vdim=config.features, batch_first=True
            )
        else:
            self.value = nn.Linear(config.features, config.context)
            self.out = nn.Linear(config.context, config.context)

    def standardise(self, references: Tensor) -> Tensor:
        """Standardise references (B, K, F) to the mean 0 and standard deviation 1 of training pictures; see `fit`."""
        return (references - self.centre) / self.scale

    @torch.no_grad()
    def fit(self, features: Tensor) -> None:
        """Store the mean and standard deviation of training pictures' features (N, F); constant features stay small."""
        spread = features.std(0)
        self.centre.copy_(features.mean(0))
        self.scale.copy_(spread.clamp(min=0.05 * float(spread.mean())))

    def forward(self, noise: Tensor, references: Tensor) -> tuple[Tensor, Tensor]:
        """Map noise (B, Z) and references (B, K, F) to a vector (B, context) and weights (B, heads, K)."""
        known = self.standardise(references)
        if not self.attend:
            even = known.new_full((len(known), self.heads, known.shape[1]), 1 / known.shape[1])
            return self.out(self.value(known.mean(1))), even
        query = self.query(noise).unsqueeze(1)  # (B, 1, context)
        vector, weights = self.attention(query, known, known, average_attn_weights=False)
        return vector.squeeze(1), weights.squeeze(2)  # (B, context), (B, heads, K)


class Generator(ResidualGenerator):
    """Map noise, and references in some arms, to pictures. The averaged generator is shipped."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__(config.latent + (config.context if config.encoder else 0), config.widths, config.size)
        self.config = config
        self.reader = References(config) if config.encoder else None

    def forward(self, noise: Tensor, references: Tensor | None = None) -> GeneratorOutput:
        """Generate pictures.

        Args:
            noise: (B, Z), standard normal.
            references: (B, K, F), features of real pictures, for a generator conditioned on them.
        """
        if self.reader is None:
            return GeneratorOutput(self.decode(noise), None)
        vector, weights = self.reader(noise, references)
        return GeneratorOutput(self.decode(torch.cat([noise, vector], 1)), weights)


class Discriminator(ResidualDiscriminator):
    """Map pictures to one score each, and to the output of a further task.

    References are used as in Miyato & Koyama 2018, "cGANs with Projection Discriminator" (arXiv 1802.05637), eq. 3: the
    score adds the inner product of the picture's features and a linear map of the references' mean.
    """

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__(config.discriminator_widths)
        self.config = config
        width = config.discriminator_widths[-1]
        self.conditioning = SpectralLinear(config.features, width) if config.encoder else None
        self.turns = SpectralLinear(width, TURNS) if config.pretext == "rotation" else None
        self.projection_head = SpectralLinear(width, config.projection) if config.pretext == "contrastive" else None

    def forward(self, images: Tensor, references: Tensor | None = None) -> MultiTaskOutput:
        """Score pictures.

        Args:
            images: (B, 3, S, S) in [0, 1].
            references: (B, K, F), standardised, for a discriminator conditioned on them.
        """
        features = self.encode(images)  # (B, D)
        scores = self.score(features).squeeze(1)
        if self.conditioning is not None and references is not None:
            described = F.normalize(references.mean(1), dim=1)  # (B, F), of length 1, so the score stays bounded
            scores = scores + (self.conditioning(described) * features).sum(1)
        turns = None if self.turns is None else self.turns(features)
        return MultiTaskOutput(
            features, scores, turns, None if self.projection_head is None else self.projection_head(features)
        )


def untrained(config: Config, seed: int = 0) -> tuple[Generator, Discriminator]:
    """Build both networks with weights drawn from `seed` alone.

    Discriminators start with the same blocks in all arms. Generators start with the same blocks within each of two
    groups, with and without references: with references the first layer draws more numbers before the blocks.
    """
    generator, discriminator = Generator(config), Discriminator(config)
    init_weights(generator, discriminator, seed)
    if generator.reader is not None and generator.reader.attend:
        attention = generator.reader.attention
        for number, weight in enumerate((attention.q_proj_weight, attention.k_proj_weight, attention.v_proj_weight)):
            nn.init.xavier_uniform_(weight, generator=device.generator(seed, 3, number))
    return generator, discriminator

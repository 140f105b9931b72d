"""The label a picture gives itself here: whether it is real or was generated, known because we know where it came from.

Goodfellow et al. 2014, "Generative Adversarial Nets" (arXiv 1406.2661), in the hinge form of Miyato et al. 2018. The
discriminator learns the label; the generator learns from the discriminator, which alone has seen real pictures.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from core.nn.gan_game import Round
from core.nn.losses import hinge_apart, hinge_fool

UNTOLD = 2.0  # the discriminator's loss if it gives every picture the score 0
CHANCE = 0.5  # share of pictures told right by guessing, when as many are real as generated
NO_LIMIT = 6.0  # standard deviations; of a billion numbers, two lie farther out


class Losses(NamedTuple):
    """What either player has to make small, and how often the discriminator is right.

    Attributes:
        total: scalar, the sum of both, of which each player's parameters see only their own.
        discriminator: scalar, from 0; `UNTOLD` is chance.
        generator: scalar, any number.
        told: share of all pictures on the right side of 0, in [0, 1].
    """

    total: Tensor
    discriminator: Tensor
    generator: Tensor
    told: Tensor


def losses(played: Round) -> Losses:
    """Both players' losses of one round."""
    real, generated = played.real.scores.float(), played.generated.scores.float()
    apart, fool = hinge_apart(real, generated), hinge_fool(played.fooling.scores.float())
    told = (torch.cat([real > 0, generated < 0])).float().mean()
    return Losses(apart + fool, apart, fool, told)


def truncated(uniform: Tensor, limit: float) -> Tensor:
    """Standard normal numbers none of which is farther from 0 than `limit`: the truncation trick.

    Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis" (arXiv 1809.11096),
    sec. 3.1, draws numbers that are too large again. Here they come through the inverse of the truncated normal's
    distribution function, which gives the same distribution, and the same `uniform` moves smoothly with the limit.

    Args:
        uniform: any shape, evenly drawn from [0, 1).
        limit: above 0, in standard deviations; from `NO_LIMIT` on next to nothing is cut off.
    """
    reach = torch.special.ndtr(torch.tensor(limit, dtype=torch.float64)).item() - 0.5
    inside = 0.5 + (2 * uniform.double() - 1) * reach  # in [0.5 - reach, 0.5 + reach)
    normal: Tensor = torch.special.ndtri(inside).clamp(-limit, limit)
    return normal.to(uniform.dtype)

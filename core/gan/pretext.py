"""The label of a picture: whether it is real or generated, which is known because we know its source.

Goodfellow et al. 2014, "Generative Adversarial Nets" (arXiv 1406.2661), in the hinge form of Miyato et al. 2018. The
discriminator learns the label. The generator learns from the discriminator's gradient and never sees a real picture.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from core.nn.gan_game import GameOutput
from core.nn.losses import hinge_apart, hinge_fool

CHANCE_LOSS = 2.0  # the discriminator's loss if every score is 0
CHANCE_LEVEL = 0.5  # accuracy of guessing, with as many real as generated pictures
NO_LIMIT = 6.0  # standard deviations; two of a billion numbers are farther from 0


class Losses(NamedTuple):
    """The losses of both networks and the discriminator's accuracy.

    Attributes:
        total: scalar, the sum of both losses; each network's parameters receive the gradient of their own loss only.
        discriminator: scalar, from 0; `CHANCE_LOSS` at chance level.
        generator: scalar, any number.
        accuracy: share of all pictures whose score has the right sign, in [0, 1].
    """

    total: Tensor
    discriminator: Tensor
    generator: Tensor
    accuracy: Tensor


def losses(output: GameOutput) -> Losses:
    """The losses of both networks for one forward pass."""
    real, generated = output.real.scores.float(), output.generated.scores.float()
    apart, fool = hinge_apart(real, generated), hinge_fool(output.fooling.scores.float())
    accuracy = torch.cat([real > 0, generated < 0]).float().mean()
    return Losses(apart + fool, apart, fool, accuracy)


def truncated(uniform: Tensor, limit: float) -> Tensor:
    """Map uniform numbers to a truncated standard normal distribution: the truncation trick.

    Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis" (arXiv 1809.11096),
    sec. 3.1, draws numbers beyond the limit again. The inverse of the truncated normal's distribution function gives
    the same distribution, and its results are smooth in the limit.

    Args:
        uniform: any shape, uniform in [0, 1).
        limit: above 0, in standard deviations; `NO_LIMIT` cuts off almost nothing.

    Returns:
        The shape of `uniform`, in [-limit, limit].
    """
    reach = torch.special.ndtr(torch.tensor(limit, dtype=torch.float64)).item() - 0.5
    inside = 0.5 + (2 * uniform.double() - 1) * reach  # in [0.5 - reach, 0.5 + reach)
    normal: Tensor = torch.special.ndtri(inside).clamp(-limit, limit)
    return normal.to(uniform.dtype)

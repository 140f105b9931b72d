"""The label a picture gives itself here: itself. Reconstruct it through a few noisy numbers, and pay for each in nats.

Kingma & Welling 2013, "Auto-Encoding Variational Bayes". The loss is the negative evidence lower bound (ELBO): what it
costs to tell somebody the picture, given the code, plus what it costs to tell the code.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from core.nn.losses import kl_nats as kl_nats

UNIFORM_NATS = 784 * math.log(2)  # a picture of 28 x 28 pixels, each by the toss of a fair coin: 543.4 nats


class NegativeELBO(NamedTuple):
    """What each picture of a batch costs, in nats.

    Attributes:
        mean: scalar, the mean of reconstruction plus KL over the batch.
        reconstruction: (B,), -log p(x | z) of the one z that was drawn.
        kl: (B, Z), KL(q(z | x) || p(z)) of each latent axis.
    """

    mean: Tensor
    reconstruction: Tensor
    kl: Tensor


def negative_elbo(logits: Tensor, images: Tensor, mu: Tensor, logvar: Tensor) -> NegativeELBO:
    """The loss of a variational autoencoder with one draw of z a picture.

    Kingma & Welling 2013, eq. 10.

    Args:
        logits: (B, ...), of the decoder's Bernoulli probabilities.
        images: (B, ...), as `logits`, in [0, 1].
        mu: (B, Z), mean of q(z | x).
        logvar: (B, Z), logarithm of its variance.
    """
    reconstruction = bernoulli_nats(logits, images)
    kl = kl_nats(mu, logvar)
    return NegativeELBO((reconstruction + kl.sum(1)).mean(), reconstruction, kl)


def bernoulli_nats(logits: Tensor, images: Tensor) -> Tensor:
    """-log p(x | z) of each picture under independent Bernoulli pixels.

    Kingma & Welling 2013, eq. 11. Grey pixels count as the share of draws that come out white, so even a perfect copy
    costs `entropy_nats`.

    Args:
        logits: (B, ...).
        images: (B, ...), in [0, 1].

    Returns:
        (B,), nats a picture.
    """
    return F.binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1)


def entropy_nats(images: Tensor) -> Tensor:
    """(B,): what a perfect copy of pictures (B, ...) in [0, 1] costs; 0 if every pixel is black or white."""
    nats: Tensor = torch.special.entr(images) + torch.special.entr(1 - images)
    return nats.flatten(1).sum(1)

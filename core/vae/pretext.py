"""The pretext task: reconstruct a picture from a low-dimensional random code; the picture is its own label.

Kingma & Welling 2013, "Auto-Encoding Variational Bayes". The loss is the negative evidence lower bound (ELBO) in nats:
the cost of the picture given the code (reconstruction), plus the cost of the code (KL).
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from core.nn.losses import kl_nats as kl_nats

ACTIVE = 0.01  # variance, as in the paper
UNIFORM_NATS = 784 * math.log(2)  # chance level: 28 x 28 pixels at one bit each, 543.4 nats


class NegativeELBO(NamedTuple):
    """The loss of a batch and the cost of each picture, in nats.

    Attributes:
        mean: scalar, the mean over the batch of reconstruction plus weighted KL; with weight 1, the negative bound.
        reconstruction: (B,), -log p(x | z) of the sampled z.
        kl: (B, Z), KL(q(z | x) || p(z)) of each latent axis.
    """

    mean: Tensor
    reconstruction: Tensor
    kl: Tensor


def negative_elbo(logits: Tensor, images: Tensor, mu: Tensor, logvar: Tensor, kl_weight: float = 1.0) -> NegativeELBO:
    """The loss of a variational autoencoder with one sample of z per picture.

    Kingma & Welling 2013, eq. 10. The weight on the KL term is beta of Higgins et al. 2017, "beta-VAE: Learning Basic
    Visual Concepts with a Constrained Variational Framework", eq. 4.

    Args:
        logits: (B, ...), of the decoder's Bernoulli probabilities.
        images: (B, ...), as `logits`, in [0, 1].
        mu: (B, Z), mean of q(z | x).
        logvar: (B, Z), logarithm of its variance.
        kl_weight: of the KL term in the mean; 1 gives the negative bound, 0 a plain autoencoder with noise.
    """
    reconstruction = bernoulli_nats(logits, images)
    kl = kl_nats(mu, logvar)
    return NegativeELBO((reconstruction + kl_weight * kl.sum(1)).mean(), reconstruction, kl)


def active_axes(mu: Tensor) -> int:
    """Number of latent axes that depend on the picture: those whose mean varies by more than ACTIVE over pictures.

    Burda et al. 2016, "Importance Weighted Autoencoders", sec. 5.2 (active units).

    Args:
        mu: (N, Z), means of q(z | x) of N pictures.
    """
    return int((mu.var(0, correction=0) > ACTIVE).sum())


def bernoulli_nats(logits: Tensor, images: Tensor) -> Tensor:
    """-log p(x | z) of each picture under independent Bernoulli pixels.

    Kingma & Welling 2013, eq. 11. A grey pixel is the probability of white, so a perfect copy costs
    `entropy_nats`.

    Args:
        logits: (B, ...).
        images: (B, ...), in [0, 1].

    Returns:
        (B,), nats per picture.
    """
    return F.binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1)


def entropy_nats(images: Tensor) -> Tensor:
    """Cost of a perfect copy of pictures (B, ...) in [0, 1], in nats: (B,); 0 if every pixel is black or white."""
    nats: Tensor = torch.special.entr(images) + torch.special.entr(1 - images)
    return nats.flatten(1).sum(1)

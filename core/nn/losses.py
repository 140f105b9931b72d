"""Objectives that more than one method uses; pure functions.

`nt_xent` takes the views of one process. Where a batch is spread over several, `gather` brings all of them together
first, and the gradients that DistributedDataParallel averages are those of the whole batch on one process.
"""

import math
from typing import NamedTuple

import torch
import torch.distributed
import torch.distributed.nn.functional
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor


class PairLoss(NamedTuple):
    """NT-Xent with all it is made of.

    Attributes:
        mean: scalar, nats per view; log(2N - 1) is the chance level.
        rows: (2N,), the loss of each view; rows 2k and 2k + 1 are the two views of item k, as in the paper.
        cosine: (2N, 2N), similarity of every view to every view.
    """

    mean: Tensor
    rows: Tensor
    cosine: Tensor


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> PairLoss:
    """Find the other view of each item among all other views: a softmax over cosine similarities.

    Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual Representations", eq. 1 and algorithm 1.

    Args:
        first: (N, D), one view of each item, embedded; need not be normalised.
        second: (N, D), the other view.
        temperature: t > 0; small makes the hardest negatives count most.
    """
    cosine = pair_cosines(first.float(), second.float())  # (2N, 2N)
    rows = pair_losses(cosine, temperature)
    return PairLoss(rows.mean(), rows, cosine)


def pair_cosines(first: Tensor, second: Tensor) -> Tensor:
    """Cosine of every view to every view, (N, D) and (N, D) to (2N, 2N), the two views of an item side by side."""
    views = F.normalize(rearrange([first, second], "two n d -> (n two) d"), dim=1)  # (2N, D)
    with torch.autocast(views.device.type, enabled=False):  # divided by t, a rounded cosine is off by far too much
        return views @ views.T


def pair_losses(cosine: Tensor, temperature: float) -> Tensor:
    """Loss of each view: the negative log-probability of its partner in a softmax over all other views.

    Chen et al. 2020, eq. 1: -log(exp(s_ij / t) / sum over k != i of exp(s_ik / t)), j the partner of i.

    Args:
        cosine: (2N, 2N), the two views of an item side by side.
        temperature: t > 0.

    Returns:
        (2N,), nats.
    """
    itself = torch.eye(len(cosine), dtype=torch.bool, device=cosine.device)
    logits = (cosine / temperature).masked_fill(itself, -torch.inf)
    return F.cross_entropy(logits, partners(len(cosine), cosine.device), reduction="none")


def partners(views: int, device: torch.device | str = "cpu") -> Tensor:
    """(2N,) int64: where the other view of each view lies, 1, 0, 3, 2, ..."""
    return torch.arange(views, device=device) ^ 1


def info_nce(positive: Tensor, negative: Tensor, temperature: float) -> Tensor:
    """Find the one key that belongs to each query among keys that do not: a softmax over K + 1 similarities.

    He et al. 2020, "Momentum Contrast for Unsupervised Visual Representation Learning", eq. 1:
    -log(exp(q k+ / t) / sum over all K + 1 keys of exp(q k / t)).

    Args:
        positive: (B,), similarity of each query to its own key.
        negative: (B, K), its similarity to the others.
        temperature: t > 0.

    Returns:
        (B,), nats; log(K + 1) is the chance level.
    """
    logits = torch.cat([positive.unsqueeze(1), negative], 1).float() / temperature  # (B, K + 1)
    return torch.logsumexp(logits, 1) - logits[:, 0]


def gather(views: Tensor) -> Tensor:
    """Bring the rows of all processes together, with gradients; one process alone gets its own rows back.

    Every process holds the same result. What each does with a row flows back to the process the row came from, as a
    sum: if all compute the same loss, each gets P times that loss's gradient of its rows, and the mean over processes
    of what follows is the gradient of one process with the whole batch.

    Args:
        views: (B, ...), as many on each of the P processes.

    Returns:
        (P * B, ...): all rows of process 0, then all of process 1, and so on.
    """
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return views
    return torch.cat(torch.distributed.nn.functional.all_gather(views))


def kl_nats(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL divergence of N(mu, exp(logvar)) from N(0, 1), axis by axis, in closed form.

    Kingma & Welling 2013, appendix B.

    Args:
        mu: (B, Z) or any other shape.
        logvar: as `mu`.

    Returns:
        As `mu`, nats; 0 means that the axis carries no information.
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


def psnr_db(mse: float) -> float:
    """Peak signal-to-noise ratio in decibels of a mean squared error in [0, 1] pixels; infinite if there is none."""
    return -10 * math.log10(mse) if mse > 0 else math.inf


def hinge_apart(real: Tensor, generated: Tensor) -> Tensor:
    """A discriminator's loss: real pictures above +1, generated ones below -1; beyond these margins the loss is zero.

    Lim & Ye 2017, "Geometric GAN" (arXiv 1705.02894), sec. 3; Miyato et al. 2018 (arXiv 1802.05957), eq. 16.

    Args:
        real: (B,), scores of real pictures.
        generated: (B,), scores of generated ones.

    Returns:
        Scalar; 2 if it gives every picture the score 0, 0 if all are separated with margin.
    """
    return F.relu(1 - real).mean() + F.relu(1 + generated).mean()


def hinge_fool(generated: Tensor) -> Tensor:
    """A generator's loss: the negative mean score (B,) of its pictures, without a margin (the same papers, eq. 17)."""
    return -generated.mean()

"""Objectives that more than one wing uses; pure functions."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor


class PairLoss(NamedTuple):
    """NT-Xent with all it is made of.

    Attributes:
        mean: scalar, nats a view; log(2N - 1) means chance.
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
    """Loss of each view: how surprised a softmax over all other views is by its partner.

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

"""Objectives that more than one wing uses; pure functions."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class PairLoss(NamedTuple):
    """NT-Xent: its mean, a scalar in nats a view, and the loss of each view (2N,), first views before second views."""

    mean: Tensor
    rows: Tensor


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> PairLoss:
    """Find the other view of each item among all other views: a softmax over cosine similarities.

    Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual Representations", eq. 1.

    Args:
        first: (N, D), one view of each item, embedded; need not be normalised.
        second: (N, D), the other view.
        temperature: t > 0; small makes the hardest negatives count most.

    Returns:
        log(2N - 1) nats a view mean chance.
    """
    count = len(first)
    views = F.normalize(torch.cat([first, second]).float(), dim=1)  # (2N, D)
    itself = torch.eye(2 * count, dtype=torch.bool, device=views.device)
    logits = (views @ views.T / temperature).masked_fill(itself, -torch.inf)  # (2N, 2N)
    partner = torch.arange(2 * count, device=views.device).roll(count)
    rows = F.cross_entropy(logits, partner, reduction="none")
    return PairLoss(rows.mean(), rows)

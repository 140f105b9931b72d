"""How features are spread over their space: measures that show a collapse which the loss alone hides."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def relative_std(features: Tensor) -> float:
    """Standard deviation of normalised features, averaged over dimensions, over that of an even spread.

    Chen & He 2021, "Exploring Simple Siamese Representation Learning", sec. 4.1: 0 if all features are one vector,
    1 if they lie evenly on the sphere, where each of the D dimensions has 1 / sqrt(D).

    Args:
        features: (N, D).
    """
    std = F.normalize(features, dim=1).std(0, correction=0)  # (D,)
    return float(std.mean()) * math.sqrt(features.shape[1])


def effective_rank(features: Tensor) -> float:
    """How many dimensions the features fill: the exponential of the entropy of their singular values' shares.

    Roy & Vetterli 2007, "The effective rank", sec. 2; of centred features. 1 is a line, min(N - 1, D) the most.

    Args:
        features: (N, D).

    Returns:
        NaN if a feature is not finite, as in a run that diverges.
    """
    if not bool(features.isfinite().all()):
        return math.nan
    values = torch.linalg.svdvals((features - features.mean(0)).double())
    total = values.sum()
    if total <= 1e-12 * len(features):
        return 1.0
    shares = values / total
    return float(torch.special.entr(shares).sum().exp())


def alignment(first: Tensor, second: Tensor) -> float:
    """Mean squared distance of the two views of each item on the sphere; 0 is best.

    Wang & Isola 2020, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the
    Hypersphere", sec. 4.1, with exponent 2.

    Args:
        first: (N, D), features of one view of each item.
        second: (N, D), of the other.
    """
    distance = F.normalize(first, dim=1) - F.normalize(second, dim=1)
    return float(distance.square().sum(1).mean())


def uniformity(features: Tensor) -> float:
    """Logarithm of the mean Gaussian potential of all pairs on the sphere; lower is more even, 0 is a single point.

    Wang & Isola 2020, sec. 4.1, with t = 2.

    Args:
        features: (N, D), N > 1.
    """
    return float(torch.pdist(F.normalize(features, dim=1)).square().mul(-2).exp().mean().log())

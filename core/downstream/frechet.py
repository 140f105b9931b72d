"""How near generated pictures are to real ones, as clouds of features: Frechet distance, precision and recall.

None of the three is FID: that name belongs to the features of one Inception network and 50,000 pictures (Heusel et al.
2017, "GANs Trained by a Two Time-Scale Update Rule", arXiv 1706.08500). Here the features are an argument, and
every reported distance names them. All three depend on the number of pictures: compare equal numbers only.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import InputError

FEWEST = 5  # items of a cloud: fewer have no third neighbour


class Gaussian(NamedTuple):
    """A cloud of features as its mean (D,) and covariance (D, D), float64."""

    mean: Tensor
    covariance: Tensor


class Coverage(NamedTuple):
    """Shares in [0, 1]: of generated items that look real, and of real items that could have been generated."""

    precision: float
    recall: float


def gaussian(features: Tensor) -> Gaussian:
    """Mean and covariance of features (N, D), N at least 2."""
    cloud = features.double()
    return Gaussian(cloud.mean(0), torch.cov(cloud.T))


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """Squared Frechet (2-Wasserstein) distance of two Gaussians: 0 if they are the same.

    Dowson & Landau 1982, "The Frechet distance between multivariate normal distributions", eq. 4; for generated
    pictures Heusel et al. 2017, eq. 6: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)). The trace of the root is taken from
    the eigenvalues of C1^(1/2) C2 C1^(1/2), which are those of C1 C2 and, the matrix being symmetric, real.
    """
    shift = (first.mean - second.mean).square().sum()
    values, directions = torch.linalg.eigh(first.covariance)
    root = directions * values.clamp(min=0).sqrt() @ directions.T  # C1^(1/2)
    product = torch.linalg.eigvalsh(root @ second.covariance @ root).clamp(min=0).sqrt().sum()
    distance = shift + first.covariance.trace() + second.covariance.trace() - 2 * product
    return max(0.0, float(distance))


def precision_recall(real: Tensor, generated: Tensor, *, k: int = 3) -> Coverage:
    """Precision and recall of generated items, each set's support being balls around its items.

    Kynkaanniemi et al. 2019, "Improved Precision and Recall Metric for Assessing Generative Models" (arXiv 1904.06991),
    eq. 1 and 2: a ball reaches to the k-th nearest item of the same set.

    Args:
        real: (N, D) features, N > k.
        generated: (M, D), M > k.
        k: the paper's is 3.
    """
    return Coverage(inside(generated, real, k=k), inside(real, generated, k=k))


def cloud_metrics(real: Tensor, other: Tensor) -> dict[str, float]:
    """A card's metrics of features (M, D) against those of real pictures (N, D), N at least M and at least FEWEST.

    Returns:
        {"frechet": distance, "precision", "recall": shares, against as many real ones, evenly spread; "n": N}.
    """
    fewer = spread_out(real, len(other))
    precision, recall = precision_recall(fewer, other, k=min(3, len(fewer) - 1, len(other) - 1))
    distance = frechet_distance(gaussian(real), gaussian(other))
    return {"frechet": distance, "precision": precision, "recall": recall, "n": len(real)}


def spread_out(items: Tensor, count: int) -> Tensor:
    """At most `count` of items (N, ...), evenly from the first to the last: files lie sorted by class."""
    return items[torch.linspace(0, len(items) - 1, min(count, len(items))).round().long()]


def enough(items: Tensor) -> Tensor:
    """The same items (N, ...), if they are enough for a cloud.

    Raises:
        InputError: there are fewer than FEWEST.
    """
    if len(items) < FEWEST:
        raise InputError(
            "A cloud of features needs at least {low} pictures; here are {count}.", low=FEWEST, count=len(items)
        )
    return items


def inside(items: Tensor, support: Tensor, *, k: int = 3) -> float:
    """Share of items (M, D) that lie in the ball of at least one item of the support (N, D), in [0, 1]."""
    radii = torch.cat([torch.cdist(part, support).kthvalue(k + 1, dim=1).values for part in support.split(1000)])
    hit = [(torch.cdist(part, support) <= radii).any(1) for part in items.split(1000)]  # the nearest is the item itself
    return float(torch.cat(hit).float().mean())


def nearest_distances(items: Tensor, gallery: Tensor) -> tuple[Tensor, Tensor]:
    """Euclidean distance (M,) of items (M, D) to the nearest of a gallery (G, D), and its place there (M,)."""
    found = [torch.cdist(part, gallery).min(1) for part in items.split(256)]
    return torch.cat([part.values for part in found]), torch.cat([part.indices for part in found])

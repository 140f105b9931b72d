"""Frechet distance against scipy's matrix root and closed forms; precision and recall against brute force."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch

from core.device import generator
from core.downstream.frechet import (
    Gaussian,
    cloud_metrics,
    enough,
    frechet_distance,
    gaussian,
    inside,
    nearest_distances,
    precision_recall,
    spread_out,
)
from core.errors import InputError


def cloud(seed: int, count: int = 200, width: int = 6) -> torch.Tensor:
    mix = torch.randn(width, width, generator=generator(seed, 1))
    return torch.randn(count, width, generator=generator(seed)) @ mix + seed


def slow(first: torch.Tensor, second: torch.Tensor) -> float:
    """Heusel et al. 2017, eq. 6, with numpy's moments and scipy's root of a matrix that is not symmetric."""
    one, two = first.double().numpy(), second.double().numpy()
    c1, c2 = np.cov(one, rowvar=False), np.cov(two, rowvar=False)
    root = scipy.linalg.sqrtm(c1 @ c2)
    return float(((one.mean(0) - two.mean(0)) ** 2).sum() + np.trace(c1 + c2 - 2 * root.real))


@pytest.mark.parametrize("seeds", [(1, 2), (3, 4), (5, 5)])
def test_it_is_scipys(seeds: tuple[int, int]) -> None:
    first, second = (cloud(seed) for seed in seeds)
    assert frechet_distance(gaussian(first), gaussian(second)) == pytest.approx(slow(first, second), rel=1e-6, abs=1e-6)


def test_round_gaussians_have_closed_form() -> None:
    """N(m, s^2 I) and N(n, t^2 I) in D dimensions: |m - n|^2 + D (s - t)^2."""
    one = Gaussian(torch.zeros(5).double(), 4 * torch.eye(5).double())
    two = Gaussian(torch.full((5,), 3.0).double(), 0.25 * torch.eye(5).double())
    assert frechet_distance(one, two) == pytest.approx(5 * 9 + 5 * (2 - 0.5) ** 2)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-9)


def test_distance_is_symmetric_for_flat_clouds() -> None:
    first, second = cloud(1), cloud(2)
    flat = torch.cat([first[:4], torch.zeros(4, 2)], 1)[:, :6]  # fewer items than axes
    one, two, thin = (gaussian(part) for part in (first, second, flat))
    assert frechet_distance(one, two) == pytest.approx(frechet_distance(two, one), rel=1e-9)
    assert math.isfinite(frechet_distance(one, thin))
    assert frechet_distance(thin, thin) == pytest.approx(0, abs=1e-5)


def brute(items: torch.Tensor, support: torch.Tensor, k: int) -> float:
    """Kynkaanniemi et al. 2019, eq. 1, one distance after the other."""
    radii = []
    for i, point in enumerate(support.tolist()):
        others = sorted(math.dist(point, other) for j, other in enumerate(support.tolist()) if j != i)
        radii.append(others[k - 1])
    hits = [
        any(math.dist(item, point) <= radius for point, radius in zip(support.tolist(), radii, strict=True))
        for item in items.tolist()
    ]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("k", [1, 3])
def test_precision_and_recall_equal_brute_force(k: int) -> None:
    real = torch.randn(40, 2, generator=generator(1))
    generated = 0.4 * torch.randn(30, 2, generator=generator(2)) + 0.5
    found = precision_recall(real, generated, k=k)
    assert found.precision == pytest.approx(brute(generated, real, k))
    assert found.recall == pytest.approx(brute(real, generated, k))
    assert found.precision > found.recall, "it draws the middle only"


def test_cloud_covers_itself_only() -> None:
    real = torch.randn(40, 3, generator=generator(1))
    assert precision_recall(real, real.clone()) == (1.0, 1.0)
    assert precision_recall(real, real + 100) == (0.0, 0.0)


def test_chunks_change_nothing() -> None:
    many = torch.randn(2500, 2, generator=generator(3))
    items = torch.randn(60, 2, generator=generator(4))
    distances = torch.cdist(many, many)
    radii = distances.sort(1).values[:, 3]
    expected = (torch.cdist(items, many) <= radii).any(1).float().mean().item()
    assert inside(items, many) == pytest.approx(expected, abs=0.02), "one point may lie on an edge"


def test_the_nearest_are_found() -> None:
    gallery, items = torch.randn(700, 4, generator=generator(5)), torch.randn(300, 4, generator=generator(6))
    distance, place = nearest_distances(items, gallery)
    for number in (0, 255, 256, 299):
        each = [math.dist(items[number].tolist(), point) for point in gallery.tolist()]
        assert place[number].item() == int(np.argmin(each))
        assert distance[number].item() == pytest.approx(min(each), rel=1e-3)


def test_cloud_metrics_compare_equal_numbers() -> None:
    """Against every second of them, the first and the last among them, where half as many are compared."""
    rng = generator(21)
    real, other = torch.randn(41, 3, generator=rng), 0.6 * torch.randn(21, 3, generator=rng)
    found = cloud_metrics(real, other)
    assert found["frechet"] == frechet_distance(gaussian(real), gaussian(other))
    expected = precision_recall(real[::2], other)
    assert (found["precision"], found["recall"], found["n"]) == (expected.precision, expected.recall, 41)
    assert expected != precision_recall(real[:21], other), "so it matters which ones"


@pytest.mark.parametrize(("count", "expected"), [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (99, list(range(10)))])
def test_items_spread_first_to_last(count: int, expected: list[int]) -> None:
    assert spread_out(torch.arange(10), count).tolist() == expected


def test_a_cloud_needs_five_items() -> None:
    five = torch.zeros(5, 2)
    assert enough(five) is five
    with pytest.raises(InputError, match="at least 5 pictures; here are 4"):
        enough(five[:4])

"""Measures of how features are spread, against closed forms."""

import math

import pytest
import torch

from core.device import generator
from core.downstream.spread import alignment, effective_rank, relative_std, uniformity


def test_one_vector_has_no_spread() -> None:
    same = torch.tensor([[3.0, -1.0, 2.0]]).repeat(20, 1)
    lengths = torch.arange(1, 21)[:, None]
    assert relative_std(same * lengths) == pytest.approx(0, abs=1e-6), "lengths do not count"
    assert effective_rank(same) == 1
    assert uniformity(same) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("dims", [2, 8, 31])
def test_orthonormal_set(dims: int) -> None:
    """Unit vectors: each coordinate is 1 once in D times, so its deviation is sqrt(1/D - 1/D^2)."""
    features = torch.eye(dims)
    assert relative_std(features) == pytest.approx(math.sqrt(1 - 1 / dims), rel=1e-5)
    assert effective_rank(features) == pytest.approx(dims - 1, rel=1e-5), "centring takes one dimension"
    assert uniformity(features) == pytest.approx(-4, rel=1e-5), "all distances squared are 2"


def test_even_spread_is_one() -> None:
    features = torch.randn(20_000, 6, generator=generator(0))
    assert relative_std(features) == pytest.approx(1, abs=0.01)
    assert effective_rank(features) == pytest.approx(6, abs=0.01)


def test_a_line_has_rank_one() -> None:
    line = torch.linspace(-1, 3, 9)[:, None] * torch.tensor([[1.0, 2.0, 3.0, 4.0]]) + 5
    assert effective_rank(line) == pytest.approx(1, abs=1e-3)


def test_rank_is_the_exponential_of_the_entropy() -> None:
    values = torch.tensor([4.0, 2.0, 1.0, 1.0])  # singular values of these four points and their negatives
    features = torch.cat([torch.diag(values), -torch.diag(values)])
    shares = [0.5, 0.25, 0.125, 0.125]
    assert effective_rank(features) == pytest.approx(math.exp(-sum(s * math.log(s) for s in shares)), rel=1e-5)


def test_rank_of_diverged_features_is_nan() -> None:
    features = torch.ones(4, 3)
    features[1, 2] = torch.inf
    assert math.isnan(effective_rank(features))


@pytest.mark.parametrize(("angle_deg", "expected"), [(0, 0.0), (60, 1.0), (90, 2.0), (180, 4.0)])
def test_alignment_is_the_squared_chord(angle_deg: float, expected: float) -> None:
    angle = math.radians(angle_deg)
    first, second = torch.tensor([[7.0, 0.0]]), torch.tensor([[math.cos(angle), math.sin(angle)]])
    assert alignment(first, second) == pytest.approx(expected, abs=1e-6)


def test_uniformity_of_opposite_points() -> None:
    assert uniformity(torch.tensor([[1.0, 0.0], [-1.0, 0.0]])) == pytest.approx(-8, rel=1e-5)
    three = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
    assert uniformity(three) == pytest.approx(math.log((1 + 2 * math.exp(-8)) / 3), rel=1e-5)

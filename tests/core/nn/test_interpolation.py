"""Ways through the latent space: ends, lengths, and the known middle of an arc."""

import math

import pytest
import torch

from core.device import generator
from core.nn import interpolation


@pytest.mark.parametrize("follow", [interpolation.straight, interpolation.spherical])
@pytest.mark.parametrize("steps", [2, 3, 16])
def test_ends_are_the_given_points(follow: object, steps: int) -> None:
    start, end = torch.randn(2, 20, generator=generator(1))
    way = follow(start, end, steps)  # type: ignore[operator]
    assert way.shape == (steps, 20)
    torch.testing.assert_close(way[[0, -1]], torch.stack([start, end]))


def test_straight_steps_are_equal() -> None:
    start, end = torch.randn(2, 20, generator=generator(1))
    strides = interpolation.straight(start, end, 5).diff(dim=0)
    torch.testing.assert_close(strides, ((end - start) / 4).expand(4, -1))


def test_arc_keeps_radius_and_speed() -> None:
    start, end = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    way = interpolation.spherical(start, end, 4)
    expected = [(2 * math.cos(a), 2 * math.sin(a)) for a in (0, math.pi / 6, math.pi / 3, math.pi / 2)]
    torch.testing.assert_close(way, torch.tensor(expected))


@pytest.mark.parametrize("factor", [3.0, -1.0])
def test_parallel_ends_give_straight_path(factor: float) -> None:
    start = torch.tensor([1.0, 2.0, 2.0])
    torch.testing.assert_close(
        interpolation.spherical(start, factor * start, 5), interpolation.straight(start, factor * start, 5)
    )

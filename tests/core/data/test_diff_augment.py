"""DiffAugment: gradients flow through, equal draws change alike, and each policy equals its slow form."""

import pytest
import torch

from core.data import diff_augment
from core.data.diff_augment import POLICIES, apply, draw
from core.device import generator


def batch(count: int = 5, side: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(count, 3, side, side, generator=generator(1)), draw(count, generator(2))


@pytest.mark.parametrize("policies", [(), *((name,) for name in POLICIES), POLICIES])
def test_gradients_pass_as_finite_differences_say(policies: tuple[str, ...]) -> None:
    images, draws = batch(2, 8)
    assert torch.autograd.gradcheck(lambda x: apply(x, draws, policies), images.double().requires_grad_())


@pytest.mark.parametrize("policy", POLICIES)
def test_equal_draws_change_pictures_alike(policy: str) -> None:
    """A batch followed by the same batch, as real and generated pictures are changed."""
    images, draws = batch()
    first, again = apply(images, draws, (policy,)), apply(images.clone(), draws, (policy,))
    assert torch.equal(first, again)
    assert not torch.equal(first, images)
    alone = torch.cat([apply(images[i : i + 1], draws[i : i + 1], (policy,)) for i in range(5)])
    torch.testing.assert_close(first, alone)


def test_nothing_is_changed_without_a_policy() -> None:
    images, draws = batch()
    assert apply(images, draws, ()) is images


def test_draws_are_the_seeds_own() -> None:
    assert torch.equal(draw(4, generator(3)), draw(4, generator(3)))
    assert not torch.equal(draw(4, generator(3)), draw(4, generator(4)))


def test_colour_by_a_slow_loop() -> None:
    images, draws = batch(3, 4)
    found = apply(images, draws, ("colour",))
    for image, result, numbers in zip(images.tolist(), found.tolist(), draws.tolist(), strict=True):
        bright = [[[v + (numbers[0] - 0.5) / 2 for v in row] for row in channel] for channel in image]
        for y in range(4):
            for x in range(4):
                mean = sum(channel[y][x] for channel in bright) / 3
                for channel in bright:
                    channel[y][x] = mean + (channel[y][x] - mean) * 2 * numbers[1]
        middle = sum(v for channel in bright for row in channel for v in row) / 48
        for c in range(3):
            expected = [[middle + (v - middle) * (0.5 + numbers[2]) for v in row] for row in bright[c]]
            torch.testing.assert_close(torch.tensor(result[c]), torch.tensor(expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("number", "offset"), [(0.0, -2), (0.5, 0), (0.999, 2)])
def test_shift_moves_at_most_an_eighth(number: float, offset: int) -> None:
    images, _ = batch(1, 16)
    numbers = torch.full((1, 7), 0.5)
    numbers[0, 3] = number
    moved = apply(images, numbers, ("shift",))
    for x in range(16):
        source = x + offset
        expected = images[..., source] if 0 <= source < 16 else torch.full((1, 3, 16), diff_augment.GREY)
        torch.testing.assert_close(moved[..., x], expected)


def test_cutout_greys_at_most_a_quarter() -> None:
    images = torch.zeros(2, 3, 16, 16)
    numbers = torch.zeros(2, 7)
    numbers[0, 5:] = 0.5
    hidden = apply(images, numbers, ("cutout",)) == diff_augment.GREY
    assert hidden[0].float().mean().item() == 0.25
    assert hidden[1].float().mean().item() == pytest.approx(1 / 16), "its middle lies in the corner"

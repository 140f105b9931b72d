"""Turning pictures and the loss of predicting the turn, against NumPy and closed forms."""

import math

import numpy as np
import pytest
import torch

from core.device import generator
from core.rotation import pretext


@pytest.mark.parametrize(("batch", "side"), [(1, 5), (7, 8)])
def test_turn_equals_numpy(batch: int, side: int) -> None:
    images = torch.rand(batch, 3, side, side, generator=generator(1))
    turns = torch.randint(0, 4, (batch,), generator=generator(2))
    turned = pretext.turn(images, turns)
    for picture, quarter, result in zip(images, turns.tolist(), turned, strict=True):
        assert np.array_equal(np.rot90(picture.numpy(), quarter, axes=(1, 2)), result.numpy())


def test_full_circle_is_identity() -> None:
    images = torch.rand(4, 3, 6, 6, generator=generator(3))
    turns = torch.arange(4)
    assert torch.equal(pretext.turn(pretext.turn(images, turns), (4 - turns) % 4), images)


def test_turn_keeps_its_input() -> None:
    images = torch.rand(2, 3, 4, 4, generator=generator(4))
    before = images.clone()
    pretext.turn(images, torch.tensor([1, 2]))
    assert torch.equal(images, before)


def test_all_turns_groups_by_picture() -> None:
    images = torch.rand(2, 3, 4, 4, generator=generator(5))
    turned, turns = pretext.all_turns(images)
    assert turns.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert torch.equal(turned[0], images[0])
    assert torch.equal(turned[6], images[1].flip(1, 2))


def test_uniform_loss_is_log_four() -> None:
    assert pretext.turn_loss(torch.zeros(5, 4), torch.tensor([0, 1, 2, 3, 0])).item() == pytest.approx(math.log(4))


def test_loss_equals_paper_formula() -> None:
    logits = torch.randn(6, 4, generator=generator(6))
    turns = torch.tensor([3, 1, 0, 2, 2, 1])
    slow = 0.0
    for row, label in zip(logits.tolist(), turns.tolist(), strict=True):
        slow -= math.log(math.exp(row[label]) / sum(math.exp(score) for score in row)) / 6
    assert pretext.turn_loss(logits, turns).item() == pytest.approx(slow, rel=1e-5)


@pytest.mark.parametrize(("turn", "row", "column"), [(0, 0, 0), (1, 1, 0), (2, 1, 1), (3, 0, 1)])
def test_careless_turn_leaves_a_rim(turn: int, row: int, column: int) -> None:
    """Moved down by `row` and right by `column` pixels against NumPy's turn, and black there."""
    images = torch.rand(3, 2, 6, 6, generator=generator(7)) + 0.1
    turned = pretext.turn_with_rim(images, torch.full((3,), turn)).numpy()
    exact = np.rot90(images.numpy(), turn, axes=(2, 3))
    assert np.array_equal(turned[:, :, row:, column:], exact[:, :, : 6 - row, : 6 - column])
    assert not turned[:, :, :row].any()
    assert not turned[:, :, :, :column].any()


def test_careless_turn_equals_one_about_a_pixel() -> None:
    """The rim is that of a turn about a point half a pixel down and right of the centre."""
    picture = torch.arange(1.0, 17.0).view(1, 1, 4, 4)
    for turn in range(4):
        expected = torch.zeros(4, 4)
        for y in range(4):
            for x in range(4):
                down, right = y - 2, x - 2
                for _ in range(turn):
                    down, right = -right, down  # a quarter anticlockwise
                if 0 <= 2 + down < 4 and 0 <= 2 + right < 4:
                    expected[2 + down, 2 + right] = picture[0, 0, y, x]
        assert torch.equal(pretext.turn_with_rim(picture, torch.tensor([turn]))[0, 0], expected)

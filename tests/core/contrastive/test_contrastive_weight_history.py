"""The key network worked out from a trail of weights is the one that following step by step gives."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.contrastive import weight_history
from core.device import generator


def wandering(steps: int) -> list[nn.Linear]:
    """A layer after each of so many steps of a random walk, with a norm's running mean beside its weights."""
    chance, found = generator(0), []
    layer = nn.Linear(3, 2)
    for _ in range(steps):
        found.append(nn.Linear(3, 2))
        found[-1].load_state_dict(layer.state_dict())
        for p in layer.parameters():
            p.data += 0.05 * torch.randn(p.shape, generator=chance)
    return found


def kept(moment: int, networks: list[nn.Linear], folder: Path) -> weight_history.Past:
    keeper = weight_history.Trail(moment)
    for step, network in enumerate(networks):
        keeper.see(step, network)
    path = folder / weight_history.FILE
    path.write_bytes(keeper.packed())
    return weight_history.read(path)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99, 0.9999, 1.0])
def test_equal_to_following_step_by_step_where_every_step_was_kept(momentum: float, tmp_path: Path) -> None:
    networks = wandering(weight_history.QUEUED + 1)
    past = kept(weight_history.QUEUED, networks, tmp_path)
    assert past.steps.tolist() == list(range(weight_history.QUEUED + 1))
    slow = networks[0].weight.detach().clone()
    for now, network in enumerate(networks):
        slow = momentum * slow + (1 - momentum) * network.weight.detach()
        assert torch.allclose(
            weight_history.key_weights(past, momentum, now)["weight"], slow, atol=1e-3
        )  # half precision


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.999])
@pytest.mark.parametrize("now", [0, 1, 37, 100])
def test_between_kept_steps_weights_move_in_a_straight_line(momentum: float, now: int) -> None:
    steps = np.array([0, 10, 30, 100])
    values = np.array([1.0, -2.0, 4.0, 0.0])
    slow = values[0]
    for step in range(now + 1):
        slow = momentum * slow + (1 - momentum) * np.interp(step, steps, values)
    share = weight_history.shares(steps, momentum, now)
    assert share.sum() == pytest.approx(1)
    assert share @ values == pytest.approx(slow)


def test_a_small_step_between_neighbours_survives_half_precision(tmp_path: Path) -> None:
    networks = wandering(weight_history.QUEUED + 1)
    for step, network in enumerate(networks):
        network.weight.data = torch.full((2, 3), 8.0) + 1e-4 * step  # halves know 8 and 8.0078, nothing between
    past = kept(weight_history.QUEUED, networks, tmp_path)
    moved = past.weights["weight"].diff(dim=0)
    assert torch.allclose(moved, torch.full_like(moved, 1e-4), atol=5e-6)


def test_steps_are_dense_at_the_end_and_begin_with_the_first() -> None:
    steps = weight_history.steps_before(512)
    assert (steps[0], steps[-1]) == (0, 512)
    assert set(range(512 - weight_history.QUEUED, 513)) <= set(steps)
    assert len(steps) == 1 + weight_history.QUEUED + 1 + len(weight_history.FURTHER)


def test_a_training_that_ended_early_leaves_no_trail() -> None:
    keeper = weight_history.Trail(20)
    keeper.see(0, nn.Linear(1, 1))
    with pytest.raises(ValueError, match="never came to step"):
        keeper.packed()

"""The key network computed from recorded weights equals the one that step-by-step updates give."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.contrastive import weight_history
from core.device import generator


def random_walk(steps: int) -> list[nn.Linear]:
    """A layer after each of so many steps of a random walk."""
    rng, found = generator(0), []
    layer = nn.Linear(3, 2)
    for _ in range(steps):
        found.append(nn.Linear(3, 2))
        found[-1].load_state_dict(layer.state_dict())
        for p in layer.parameters():
            p.data += 0.05 * torch.randn(p.shape, generator=rng)
    return found


def recorded(last_step: int, networks: list[nn.Linear], folder: Path) -> weight_history.RecordedWeights:
    history = weight_history.WeightHistory(last_step)
    for step, network in enumerate(networks):
        history.record(step, network)
    path = folder / weight_history.FILE
    path.write_bytes(history.to_bytes())
    return weight_history.read(path)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99, 0.9999, 1.0])
def test_equals_step_by_step_updates(momentum: float, tmp_path: Path) -> None:
    networks = random_walk(weight_history.QUEUE_STEPS + 1)
    weights = recorded(weight_history.QUEUE_STEPS, networks, tmp_path)
    assert weights.steps.tolist() == list(range(weight_history.QUEUE_STEPS + 1))
    slow = networks[0].weight.detach().clone()
    for now, network in enumerate(networks):
        slow = momentum * slow + (1 - momentum) * network.weight.detach()
        assert torch.allclose(
            weight_history.key_weights(weights, momentum, now)["weight"], slow, atol=1e-3
        )  # half precision


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.999])
@pytest.mark.parametrize("now", [0, 1, 37, 100])
def test_interpolates_between_kept_steps(momentum: float, now: int) -> None:
    steps = np.array([0, 10, 30, 100])
    values = np.array([1.0, -2.0, 4.0, 0.0])
    slow = values[0]
    for step in range(now + 1):
        slow = momentum * slow + (1 - momentum) * np.interp(step, steps, values)
    coefficients = weight_history.average_coefficients(steps, momentum, now)
    assert coefficients.sum() == pytest.approx(1)
    assert coefficients @ values == pytest.approx(slow)


def test_half_precision_keeps_small_steps(tmp_path: Path) -> None:
    networks = random_walk(weight_history.QUEUE_STEPS + 1)
    for step, network in enumerate(networks):
        network.weight.data = (
            torch.full((2, 3), 8.0) + 1e-4 * step
        )  # half precision has 8 and 8.0078 and nothing between
    weights = recorded(weight_history.QUEUE_STEPS, networks, tmp_path)
    moved = weights.weights["weight"].diff(dim=0)
    assert torch.allclose(moved, torch.full_like(moved, 1e-4), atol=5e-6)


def test_kept_steps_include_the_first() -> None:
    steps = weight_history.kept_steps(512)
    assert (steps[0], steps[-1]) == (0, 512)
    assert set(range(512 - weight_history.QUEUE_STEPS, 513)) <= set(steps)
    assert len(steps) == 1 + weight_history.QUEUE_STEPS + 1 + len(weight_history.EARLIER)


def test_early_end_is_an_error() -> None:
    history = weight_history.WeightHistory(20)
    history.record(0, nn.Linear(1, 1))
    with pytest.raises(ValueError, match="ended before step 4"):
        history.to_bytes()

"""The weights of a query network along its training, from which MoCo's key network follows for any momentum.

The key network is a moving average of the query network's weights (He et al. 2020, eq. 2). So the query weights of
every step give the key network of every momentum at every step, without further training. `WeightHistory` keeps the
weights of every step that the queue spans, and of fewer steps before that; between kept steps they are interpolated
linearly. How the training itself would have gone at another momentum takes runs of their own, see `momentum.py`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import Tensor, nn

FILE = "weight_history.safetensors"
QUEUE_STEPS = 16  # steps that a queue of 4,096 keys spans at 256 keys per step
EARLIER = (20, 24, 32, 48, 64, 96, 128, 192, 256, 384)  # steps before the last one that are kept besides QUEUE_STEPS


@dataclass(frozen=True)
class RecordedWeights:
    """The weights of a network at several steps of its training.

    Attributes:
        steps: (S,), ascending, the first is 0; the weights are those before that optimizer step.
        weights: name of a parameter -> (S, ...).
    """

    steps: NDArray[np.int64]
    weights: dict[str, Tensor]


class WeightHistory:
    """Records a network's weights at the steps that lead up to one step of its training."""

    def __init__(self, last_step: int) -> None:
        """Start empty; `last_step` is the last step to record."""
        self.steps = kept_steps(last_step)
        self._kept: dict[int, dict[str, Tensor]] = {}

    def record(self, step: int, network: nn.Module) -> None:
        """Record the weights and running statistics of `network` if this step is one to keep."""
        if step in self.steps:
            self._kept[step] = {
                name: tensor.detach().float().cpu().clone()
                for name, tensor in network.state_dict().items()
                if tensor.is_floating_point()
            }

    def to_bytes(self) -> bytes:
        """Serialise as safetensors: the last weights in full, the others as half-precision differences from them.

        Raises:
            ValueError: the training ended before the last step to record.
        """
        missing = [step for step in self.steps if step not in self._kept]
        if missing:
            raise ValueError(f"The training ended before step {missing[0]}.")
        last = self._kept[self.steps[-1]]
        tensors = {"steps": torch.tensor(self.steps)}
        for name, end in last.items():
            differences = [(self._kept[step][name] - end).half() for step in self.steps]
            tensors |= {f"last.{name}": end.contiguous(), f"away.{name}": torch.stack(differences).contiguous()}
        return save(tensors)


def kept_steps(last_step: int) -> tuple[int, ...]:
    """The steps to record up to `last_step`: 0, those of EARLIER, then every one of the last QUEUE_STEPS."""
    kept = {last_step - ago for ago in (*range(QUEUE_STEPS + 1), *EARLIER) if ago <= last_step}
    return tuple(sorted({0, *kept}))


def read(path: Path) -> RecordedWeights:
    """Read what `WeightHistory.to_bytes` wrote."""
    tensors = load_file(path)
    names = [name.removeprefix("last.") for name in tensors if name.startswith("last.")]
    weights = {name: tensors[f"last.{name}"] + tensors[f"away.{name}"].float() for name in names}
    return RecordedWeights(tensors["steps"].numpy(), weights)


def average_coefficients(steps: NDArray[np.int64], momentum: float, now: int) -> NDArray[np.float64]:
    """The coefficients of the kept query weights in the moving average that is the key network at step `now`.

    The key network starts as a copy of the query network and is updated before every forward pass:
    k = m k + (1 - m) q. So q of step j has the coefficient (1 - m) m^(now - j), the first one m^now.

    Args:
        steps: (S,), ascending from 0.
        momentum: m, 0 to 1.
        now: at most the last of `steps`.

    Returns:
        (S,), summing to 1.
    """
    every = np.arange(now + 1)
    coefficients = (1 - momentum) * float(momentum) ** (now - every)  # of q at every step
    coefficients[0] = float(momentum) ** now
    interpolation = np.stack([np.interp(every, steps, one) for one in np.eye(len(steps))])  # (S, now + 1)
    return np.asarray(interpolation @ coefficients)


def key_weights(recorded: RecordedWeights, momentum: float, now: int) -> dict[str, Tensor]:
    """The key network's weights at step `now` for a momentum m; m = 0 gives the query network itself."""
    coefficients = torch.from_numpy(average_coefficients(recorded.steps, momentum, now)).float()
    return {name: torch.tensordot(coefficients, tensor, dims=1) for name, tensor in recorded.weights.items()}

"""The past of a query network, from which MoCo's key network can be worked out for any momentum.

The key network is a moving average of the query network's weights (He et al. 2020, eq. 2): whoever has the weights of
every step has the key network of every momentum at every step, without training anything. `Trail` keeps them for as
many steps as keys wait in the queue, and further apart before that; between two kept steps the weights are taken to
have moved in a straight line. What it cannot tell is how the training itself would have gone at another momentum: that
takes runs of their own, see `momentum.py`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import Tensor, nn

FILE = "weight_history.safetensors"
QUEUED = 16  # steps a key waits in a queue of 4,096 at 256 keys a step
FURTHER = (20, 24, 32, 48, 64, 96, 128, 192, 256, 384)  # steps ago that are kept beside the last QUEUED


@dataclass(frozen=True)
class Past:
    """Weights along a training.

    Attributes:
        steps: (S,), ascending, the first of them 0; weights as they were before that optimizer step.
        weights: name -> (S, ...).
    """

    steps: NDArray[np.int64]
    weights: dict[str, Tensor]


class Trail:
    """Keeps a network's weights at the steps that lead up to one moment of its training."""

    def __init__(self, moment: int) -> None:
        """Remember nothing yet; `moment` is the last step to keep."""
        self.steps = steps_before(moment)
        self._kept: dict[int, dict[str, Tensor]] = {}

    def see(self, step: int, network: nn.Module) -> None:
        """Keep the weights and running means of `network` if this step is one of them."""
        if step in self.steps:
            self._kept[step] = {
                name: tensor.detach().float().cpu().clone()
                for name, tensor in network.state_dict().items()
                if tensor.is_floating_point()
            }

    def packed(self) -> bytes:
        """All of it as safetensors: the last weights whole, the others as half-precision differences from them.

        Raises:
            ValueError: the training ended before the last step came.
        """
        missing = [step for step in self.steps if step not in self._kept]
        if missing:
            raise ValueError(f"The training never came to step {missing[0]}.")
        last = self._kept[self.steps[-1]]
        tensors = {"steps": torch.tensor(self.steps)}
        for name, end in last.items():
            away = [(self._kept[step][name] - end).half() for step in self.steps]
            tensors |= {f"last.{name}": end.contiguous(), f"away.{name}": torch.stack(away).contiguous()}
        return save(tensors)


def steps_before(moment: int) -> tuple[int, ...]:
    """The steps that are kept before and at `moment`: 0, some further apart, then every one of the last QUEUED."""
    kept = {moment - ago for ago in (*range(QUEUED + 1), *FURTHER) if ago <= moment}
    return tuple(sorted({0, *kept}))


def read(path: Path) -> Past:
    """Read what `Trail.packed` wrote."""
    tensors = load_file(path)
    names = [name.removeprefix("last.") for name in tensors if name.startswith("last.")]
    weights = {name: tensors[f"last.{name}"] + tensors[f"away.{name}"].float() for name in names}
    return Past(tensors["steps"].numpy(), weights)


def shares(steps: NDArray[np.int64], momentum: float, now: int) -> NDArray[np.float64]:
    """How much of the weights of each kept step is in the key network at step `now`.

    The key network starts as a copy of the query network and follows it before every pass: k = m k + (1 - m) q. So
    q of step j counts (1 - m) m^(now - j) times, the first one m^now times.

    Args:
        steps: (S,), ascending from 0.
        momentum: m, 0 to 1.
        now: at most the last of `steps`.

    Returns:
        (S,), summing to 1.
    """
    passed = np.arange(now + 1)
    weight = (1 - momentum) * float(momentum) ** (now - passed)  # of q at every step
    weight[0] = float(momentum) ** now
    between = np.stack([np.interp(passed, steps, one) for one in np.eye(len(steps))])  # (S, now + 1)
    return np.asarray(between @ weight)


def key_weights(past: Past, momentum: float, now: int) -> dict[str, Tensor]:
    """The key network's weights at step `now` for a momentum m; m = 0 gives the query network itself."""
    share = torch.from_numpy(shares(past.steps, momentum, now)).float()
    return {name: torch.tensordot(share, tensor, dims=1) for name, tensor in past.weights.items()}

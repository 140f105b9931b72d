"""Muon for the matrices and kernels of repeated blocks, AdamW for all other parameters.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks": the momentum of a matrix is replaced by
the nearest matrix with orthonormal rows or columns, so that every direction is learned at the same rate. The kernel of
a convolution counts as a matrix with a row per output channel.
`torch.optim.Muon` takes matrices only and computes in bfloat16, which many processors emulate; here it does so if the
recipe computes in bfloat16.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic iteration, as published: fast, not exact
ITERATIONS = 5


class MuonAdamW(torch.optim.AdamW):
    """AdamW that steps the parameters of groups with "muon": True by Muon, with Nesterov momentum.

    A group's "bf16" says whether its matrices are orthogonalised in bfloat16.
    """

    momentum = 0.95

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; see `torch.optim.Optimizer.step`. The gradients of Muon's groups are None afterwards."""
        loss = None if closure is None else closure()
        for group in self.param_groups:
            if group.get("muon"):
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        dtype = torch.bfloat16 if group.get("bf16") else parameter.dtype
                        self._step_matrix(parameter, group["lr"], group["weight_decay"], dtype)
                        parameter.grad = None  # AdamW leaves it alone
        super().step()
        return loss

    def _step_matrix(self, parameter: Tensor, lr: float, weight_decay: float, dtype: torch.dtype) -> None:
        assert parameter.grad is not None
        state = self.state[parameter]
        if not state:
            state["step"] = torch.tensor(0.0)  # AdamW expects it of every state that it loads
            state["momentum"] = torch.zeros_like(parameter)
        state["step"] += 1
        buffer = state["momentum"]
        buffer.lerp_(parameter.grad, 1 - self.momentum)
        update = orthogonalise(parameter.grad.lerp(buffer, self.momentum).flatten(1).to(dtype))
        rows, columns = update.shape
        step = update.to(parameter.dtype).view_as(parameter)
        parameter.mul_(1 - lr * weight_decay).add_(step, alpha=-lr * max(1.0, rows / columns) ** 0.5)


def orthogonalise(matrix: Tensor) -> Tensor:
    """Bring all singular values near 1 by Newton-Schulz iterations: 0.7 to 1.2 where they were not tiny.

    Args:
        matrix: (M, N).

    Returns:
        (M, N), with the singular vectors of `matrix`.
    """
    a, b, c = COEFFICIENTS
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.mT
    wide = wide / (wide.norm() + 1e-7)
    for _ in range(ITERATIONS):
        gram = wide @ wide.mT
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    result: Tensor = wide if matrix.shape[0] <= matrix.shape[1] else wide.mT
    return result


def block_matrices(model: nn.Module) -> list[nn.Parameter]:
    """Weights of the linear layers and convolutions inside repeated blocks (`nn.ModuleList`).

    Not embeddings, not the first layer, not the output layer.
    """
    blocks = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    layers = [layer for block in blocks for layer in block.modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    weights = [parameter for layer in layers for name, parameter in layer.named_parameters() if name == "weight"]
    return list(dict.fromkeys(weight for weight in weights if weight.requires_grad))

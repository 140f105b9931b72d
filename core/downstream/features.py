"""Run a frozen encoder over many pictures."""

from collections.abc import Callable

import torch
from torch import Tensor


@torch.inference_mode()
def embed(encode: Callable[[Tensor], Tensor], images: Tensor, *, device: torch.device, chunk: int = 128) -> Tensor:
    """Features of many pictures.

    Args:
        encode: pictures (B, 3, S, S) in [0, 1] to features (B, D), in eval mode.
        images: (N, 3, S, S), bytes or in [0, 1], on the CPU.
        device: where the encoder lies.
        chunk: pictures per call of `encode`.

    Returns:
        (N, D) float32 on the CPU.
    """
    found = []
    for part in images.split(chunk):
        scaled = part.float() / 255 if part.dtype == torch.uint8 else part
        found.append(encode(scaled.to(device)).float().cpu())
    return torch.cat(found)

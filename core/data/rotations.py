"""Pictures turned by quarters, each by its own number: the same pixels in other places."""

import torch
from torch import Tensor


def turn(images: Tensor, turns: Tensor) -> Tensor:
    """Turn each picture anticlockwise by its own number of quarter turns.

    Args:
        images: (B, C, S, S), square.
        turns: (B,) int64 in 0..3.

    Returns:
        (B, C, S, S), the same pixels in other places.
    """
    turned = images.clone()
    for quarter in range(1, 4):
        which = turns == quarter
        turned[which] = torch.rot90(images[which], quarter, (-2, -1))
    return turned


def all_turns(images: Tensor) -> tuple[Tensor, Tensor]:
    """Every picture (B, C, S, S) in all four turns: pictures (4B, C, S, S) and turns (4B,), picture by picture."""
    turns = torch.arange(4, device=images.device).repeat(len(images))  # (4B,)
    return turn(images.repeat_interleave(4, 0), turns), turns

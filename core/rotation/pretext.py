"""How unlabelled pictures label themselves here: turn each by a quarter, and ask how far it was turned.

Gidaris et al. 2018, "Unsupervised Representation Learning by Predicting Image Rotations". The label costs nothing and
cannot be guessed without knowing which way up things are. It can, however, be read from traces that a camera or an
encoder leaves (`core/data/augment.py` blurs those); how much is read that way is measured by re-encoding.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

TURNS_DEG = (0, 90, 180, 270)
CHANCE = 1 / len(TURNS_DEG)


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


def turn_loss(logits: Tensor, turns: Tensor) -> Tensor:
    """Cross-entropy of guessing how far each picture was turned.

    Gidaris et al. 2018, eq. 2 and 3.

    Args:
        logits: (B, 4), unnormalised, one score a quarter turn.
        turns: (B,) int64 in 0..3, quarter turns anticlockwise.

    Returns:
        Scalar, nats a picture; log 4 = 1.386 means chance.
    """
    return F.cross_entropy(logits, turns)

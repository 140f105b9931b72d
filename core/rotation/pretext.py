"""How unlabelled pictures label themselves here: each is turned by 0 to 3 quarters, and that number is the label.

Gidaris et al. 2018, "Unsupervised Representation Learning by Predicting Image Rotations". The label costs nothing, and
predicting it takes knowledge of which way up things are. A shortcut exists, however: cameras and image encoders leave
faint traces that turn with the picture (see `traces.py`). `core/data/augment.py` blurs them, and accuracy after
re-encoding shows how much a network relied on them.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.rotations import all_turns as all_turns
from core.data.rotations import turn as turn

TURNS_DEG = (0, 90, 180, 270)
CHANCE_LEVEL = 1 / len(TURNS_DEG)


def turn_loss(logits: Tensor, turns: Tensor) -> Tensor:
    """Cross-entropy of predicting how far each picture was turned.

    Gidaris et al. 2018, eq. 2 and 3.

    Args:
        logits: (B, 4), unnormalised, one score per quarter turn.
        turns: (B,) int64 in 0..3, quarter turns anticlockwise.

    Returns:
        Scalar, nats per picture; log 4 = 1.386 is the chance level.
    """
    return F.cross_entropy(logits, turns)


def turn_with_rim(images: Tensor, turns: Tensor) -> Tensor:
    """Turn as a careless program does: about a point half a pixel below and right of the centre, black where unknown.

    Every turn but none leaves a black row or column, on a side that gives the turn away.

    Args:
        images: (B, C, S, S), square.
        turns: (B,) int64 in 0..3.

    Returns:
        (B, C, S, S), moved by at most one pixel against `turn`.
    """
    turned = turn(images, turns)
    down, right = (turns == 1) | (turns == 2), (turns == 2) | (turns == 3)
    for moved, axis in ((down, -2), (right, -1)):
        shifted = torch.roll(turned[moved], 1, axis)
        shifted.select(axis, 0).zero_()
        turned[moved] = shifted
    return turned

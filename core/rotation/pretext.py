"""How unlabelled pictures label themselves here: turn each by a quarter, and ask how far it was turned.

Gidaris et al. 2018, "Unsupervised Representation Learning by Predicting Image Rotations". The label costs nothing and
cannot be guessed without knowing which way up things are. It can, however, be read from traces that a camera or an
encoder leaves (`core/data/augment.py` blurs those); how much is read that way is measured by re-encoding.
"""

import torch.nn.functional as F
from torch import Tensor

from core.data.rotations import all_turns as all_turns
from core.data.rotations import turn as turn

TURNS_DEG = (0, 90, 180, 270)
CHANCE = 1 / len(TURNS_DEG)


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

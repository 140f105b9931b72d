"""The study's sets, all as colour pictures of 32 x 32 pixels."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data import digits, pictures

SIZE = 32
BORDER = (SIZE - digits.SIDE) // 2


def load(spec: str, split: pictures.Split, *, root: str = "data", limit: int = 0) -> Tensor:
    """Load a set.

    Args:
        spec: "mnist", or what `pictures.load` takes: named sets or "folder:PATH", joined by "+".
        split: see `pictures.load`.
        root: folder that holds the named sets.
        limit: at most so many pictures of each set, evenly spread; 0 takes all.

    Returns:
        (N, 3, 32, 32) uint8; digits are white on black, with a black border.

    Raises:
        InputError: a set is missing or has no pictures.
    """
    parts = []
    for one in spec.split("+"):
        if one == "mnist":
            grey = digits.load(one, split, root=root, limit=limit).images  # (N, 28, 28)
            parts.append(F.pad(grey, (BORDER,) * 4).unsqueeze(1).expand(-1, 3, -1, -1))
        else:
            parts.append(pictures.load(one, split, size=SIZE, root=root, limit=limit).images)
    return torch.cat(parts).contiguous()

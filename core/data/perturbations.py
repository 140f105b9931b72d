"""Changes that keep a picture's content and remove traces of its encoder: a check for shortcuts."""

from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from core.data import augment

Change = Literal["none", "re-encoded", "cropped"]
CHANGES: tuple[Change, ...] = get_args(Change)
SHRUNK, QUALITY = 0.9, 75  # of "re-encoded"
KEPT = 0.8  # of each side, of "cropped"


def apply(images: Tensor, change: Change) -> Tensor:
    """Change pictures (B, 3, S, S) in [0, 1] and keep their size.

    "re-encoded" shrinks to 0.9, passes through JPEG quality 75 and enlarges again; "cropped" keeps the middle 0.8 of
    each side and enlarges it.
    """
    size = images.shape[-1]
    if change == "re-encoded":
        small = interpolate(images, size=round(SHRUNK * size), mode="bilinear", antialias=True)
        images = torch.stack([augment.jpeg(image, QUALITY) for image in small])
    elif change == "cropped":
        edge = round((1 - KEPT) / 2 * size)
        images = images[..., edge : size - edge, edge : size - edge]
    return interpolate(images, size=size, mode="bilinear") if change != "none" else images

"""The features of DINOv2, in the form in which all encoders give theirs."""

from torch import Tensor

from core.compare.model import DINOv2

PATCHES = 8  # on a side: the bundled pictures have 64 pixels, and all 16 x 16 patches of 224 take four times as long


def side(model: DINOv2) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return PATCHES * model.config.patch_size


def encode(model: DINOv2, images: Tensor) -> Tensor:
    """The class token (B, D) of pictures (B, 3, S, S) in [0, 1]."""
    found: Tensor = model(images)
    return found

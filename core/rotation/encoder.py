"""The features of a rotation network, in the form in which all encoders give theirs."""

from torch import Tensor

from core.rotation.model import RotationNet


def side(model: RotationNet) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return model.config.size


def encode(model: RotationNet, images: Tensor) -> Tensor:
    """Pooled features (B, D) of pictures (B, 3, S, S) in [0, 1]."""
    features: Tensor = model(images).features
    return features

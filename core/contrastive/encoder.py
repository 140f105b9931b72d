"""The features of a contrastive network, in the form in which all encoders give theirs."""

from torch import Tensor

from core.contrastive.model import ContrastiveNet


def side(model: ContrastiveNet) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return model.config.size


def encode(model: ContrastiveNet, images: Tensor) -> Tensor:
    """Pooled features (B, D) of pictures (B, 3, S, S) in [0, 1], without the projection head."""
    features: Tensor = model.encoder(images)
    return features

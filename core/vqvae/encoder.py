"""The features of a VQ-VAE, in the form in which all encoders give theirs."""

from torch import Tensor

from core.vqvae.model import VQVAE


def side(model: VQVAE) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return model.config.size


def encode(model: VQVAE, images: Tensor) -> Tensor:
    """Mean over positions (B, D) of the entries that pictures (B, 3, S, S) in [0, 1] are written in."""
    _, codes = model.encode(images)
    return model.codebook.look_up(codes).mean((2, 3))

"""The features of a VAE, in the form in which all encoders give theirs."""

from einops import rearrange
from torch import Tensor

from core.data import digits
from core.vae.model import VAE


def side(model: VAE) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return model.config.side


def encode(model: VAE, images: Tensor) -> Tensor:
    """Means of q(z | x), (B, Z), of pictures (B, 3, S, S) in [0, 1], made grey and white on black."""
    grey = digits.white_on_black(digits.luma((255 * images).round()))  # (B, S, S) uint8
    mean, _ = model.encode(rearrange(grey.float() / 255, "b h w -> b 1 h w"))
    return mean

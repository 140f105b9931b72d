"""The features of a GAN's discriminator, in the form in which all encoders give theirs."""

from torch import Tensor

from core.checkpoints import Checkpoint
from core.gan.evaluation import load_discriminator
from core.gan.model import Discriminator


def beside(checkpoint: Checkpoint) -> Discriminator:
    """The network that encodes: the model of a checkpoint is the generator, the discriminator lies beside it."""
    return load_discriminator(checkpoint)


def side(model: Discriminator) -> int:
    """Side of the square pictures that `encode` takes, in pixels."""
    return model.config.size


def encode(model: Discriminator, images: Tensor) -> Tensor:
    """Pooled features (B, D) of pictures (B, 3, S, S) in [0, 1]."""
    return model.encode(images)

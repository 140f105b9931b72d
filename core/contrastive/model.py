"""An encoder, and a projection head that is discarded after training (SimCLR, Chen et al. 2020, fig. 2).

MoCo v2 (Chen et al. 2020, arXiv 2003.04297) adopted the head, so both methods train this network; see `moco.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from core.device import generator
from core.nn.backbones import EncoderConfig, PictureEncoder, initialise


@dataclass(frozen=True)
class Config:
    """Architecture.

    Attributes:
        size: side of the square pictures it was trained on, in pixels.
        widths: channels of each stage of the encoder.
        depths: blocks in each stage.
        stem_stride: 2 halves the picture before the first stage.
        hidden: width of the projection head's hidden layer.
        projection: width of its output, where the loss is taken.
    """

    size: int = 32
    widths: Sequence[int] = (64, 128, 256)
    depths: Sequence[int] = (1, 1, 1)
    stem_stride: int = 2
    hidden: int = 256
    projection: int = 128


class ContrastiveOutput(NamedTuple):
    """Embeddings of a batch.

    Attributes:
        features: (B, D), of the encoder; used after training.
        projections: (B, P), of the head, of length 1; the input of the loss.
    """

    features: Tensor
    projections: Tensor


class ContrastiveNet(nn.Module):
    """Encoder and projection head. The head becomes invariant to the views, so the encoder can keep more (sec. 4.2)."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = PictureEncoder(
            EncoderConfig(tuple(config.widths), tuple(config.depths), stem_stride=config.stem_stride)
        )
        self.head = nn.Sequential(
            nn.Linear(self.encoder.out_features, config.hidden, bias=False),  # the norm brings its own bias
            nn.BatchNorm1d(config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, config.projection),
        )

    def forward(self, images: Tensor) -> ContrastiveOutput:
        """Embed pictures (B, 3, H, W) in [0, 1]."""
        features = self.encoder(images)  # (B, D)
        return ContrastiveOutput(features, F.normalize(self.head(features).float(), dim=1))


def untrained(config: Config, seed: int = 0) -> ContrastiveNet:
    """Build the network with weights drawn from `seed` alone, independent of the global random state."""
    model = ContrastiveNet(config)
    initialise(model, generator(seed))
    return model

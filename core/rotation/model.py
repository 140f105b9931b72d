"""A picture encoder with four outputs, one per quarter turn (Gidaris et al. 2018, sec. 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from core.nn.backbones import EncoderConfig, PictureEncoder


@dataclass(frozen=True)
class Config:
    """Architecture.

    Attributes:
        size: side of the square pictures it was trained on, in pixels.
        widths: channels of each stage of the encoder.
        depths: blocks in each stage.
        stem_stride: 2 halves the picture before the first stage.
    """

    size: int = 64
    widths: Sequence[int] = (32, 64, 128, 256)
    depths: Sequence[int] = (1, 1, 1, 1)
    stem_stride: int = 2


class RotationOutput(NamedTuple):
    """Scores of a batch, and the features that they were computed from.

    Attributes:
        logits: (B, 4), unnormalised, one score per quarter turn.
        features: (B, D), the mean of `map` over positions.
        map: (B, D, H', W'), the last feature map of the encoder.
    """

    logits: Tensor
    features: Tensor
    map: Tensor


class RotationNet(nn.Module):
    """Encoder and a linear head; the head reads the pooled features, so a class activation map is exact."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = PictureEncoder(
            EncoderConfig(tuple(config.widths), tuple(config.depths), stem_stride=config.stem_stride)
        )
        self.head = nn.Linear(self.encoder.out_features, 4)

    def forward(self, images: Tensor) -> RotationOutput:
        """Score the four turns of pictures (B, 3, H, W) in [0, 1]."""
        last = self.encoder.maps(images)[-1]  # (B, D, H', W')
        features = last.mean((2, 3))  # (B, D)
        return RotationOutput(self.head(features), features, last)

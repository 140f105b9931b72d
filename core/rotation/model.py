"""A picture encoder with four outputs, one a quarter turn (Gidaris et al. 2018, sec. 3.1)."""

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


class Answer(NamedTuple):
    """What the network says of a batch.

    Attributes:
        logits: (B, 4), one score a quarter turn.
        features: (B, D), pooled.
        map: (B, D, H', W'), the last feature map; its mean over positions is `features`.
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

    def forward(self, images: Tensor) -> Answer:
        """Score the four turns of pictures (B, 3, H, W) in [0, 1]."""
        last = self.encoder.maps(images)[-1]  # (B, D, H', W')
        features = last.mean((2, 3))  # (B, D)
        return Answer(self.head(features), features, last)

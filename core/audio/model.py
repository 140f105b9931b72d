"""A transformer over spectrogram frames that restores what was hidden and embeds a whole clip.

The masked part follows Liu et al. 2020, "Mockingjay" (whole frames hidden, both sides visible), the paired views
Saeed et al. 2021, "COLA" and Niizumi et al. 2021, "BYOL-A". Positions enter through a convolution, as in wav2vec 2.0
(Baevski et al. 2020), so a clip may be of any length. Left out on purpose: quantised targets and a waveform encoder;
`Wav2Vec2` at the end of this file opens a Hub model that has them.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from core.data.spectra import MelSettings, log_mel, to_unit


@dataclass(frozen=True)
class Config:
    """Architecture.

    Attributes:
        n_mels: bands of the spectrogram; a multiple of 8.
        n_fft: samples of one window.
        hop: samples from one frame to the next.
        stem: channels of the convolutional stem.
        width: of a frame's features.
        depth: transformer blocks of the encoder.
        heads: of attention.
        decoder_depth: blocks that only restoring uses.
        projection: width of the head that only the contrastive loss uses.
        window: frames of a training clip; a shorter clip is padded with silence to it.
    """

    n_mels: int = 64
    n_fft: int = 512
    hop: int = 160
    stem: int = 32
    width: int = 192
    depth: int = 4
    heads: int = 4
    decoder_depth: int = 1
    projection: int = 128
    window: int = 96

    @property
    def mel(self) -> MelSettings:
        """How this model wants its sounds."""
        return MelSettings(n_fft=self.n_fft, hop=self.hop, n_mels=self.n_mels)


class Heard(NamedTuple):
    """What the network makes of a batch of spectrograms.

    Attributes:
        features: (B, T', D), one row for every two frames.
        embedding: (B, 3 D), mean, deviation and maximum of the features over time.
        projection: (B, P), what the contrastive loss compares.
        restored: (B, F, T), the spectrogram as the network thinks it was, in [-1, 1] and a little beyond.
    """

    features: Tensor
    embedding: Tensor
    projection: Tensor
    restored: Tensor


class SoundTransformer(nn.Module):
    """Convolutional stem -> transformer -> features; from these a clip embedding and a restored spectrogram."""

    config_class = Config
    stride = 2  # frames a feature row stands for

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.hidden_frame = nn.Parameter(torch.zeros(config.n_mels, 1))
        self.stem = nn.Sequential(
            nn.Conv2d(1, config.stem, 3, stride=2, padding=1), nn.GELU(),
            nn.Conv2d(config.stem, config.stem, 3, stride=(2, 1), padding=1), nn.GELU(),
            nn.Conv2d(config.stem, config.stem, 3, stride=(2, 1), padding=1), nn.GELU(),
        )  # fmt: skip
        self.inwards = nn.Linear(config.stem * config.n_mels // 8, d)
        self.positions = nn.Conv1d(d, d, 15, padding=7, groups=d // 16)
        self.encoder = _blocks(config, config.depth)
        self.norm = nn.LayerNorm(d)
        self.decoder = _blocks(config, config.decoder_depth)
        self.outwards = nn.Linear(d, self.stride * config.n_mels)
        self.head = nn.Sequential(nn.Linear(3 * d, 2 * d), nn.GELU(), nn.Linear(2 * d, config.projection))

    @property
    def hop_s(self) -> float:
        """Seconds from one feature row to the next."""
        return self.stride * self.config.mel.hop_s

    def forward(self, mels: Tensor, hidden: Tensor | None = None) -> Heard:
        """Hear spectrograms, some of whose frames may be hidden.

        Args:
            mels: (B, F, T) in [-1, 1], T even.
            hidden: (B, T) bool, true where the network may not look; None hides nothing.
        """
        if hidden is not None:
            mels = torch.where(hidden[:, None], self.hidden_frame, mels)
        maps = self.stem(mels[:, None])  # (B, C, F / 8, T')
        x = self.inwards(rearrange(maps, "b c f t -> b t (c f)"))  # (B, T', D)
        x = x + F.gelu(self.positions(x.mT)).mT
        features = self.norm(self.encoder(x))
        embedding = summarise(features)
        restored = self.outwards(self.decoder(features))  # (B, T', 2 F)
        restored = rearrange(restored, "b t (two f) -> b f (t two)", two=self.stride)
        return Heard(features, embedding, self.head(embedding), restored)

    def mels(self, waves: Tensor) -> Tensor:
        """Sounds (B, S) at 16 kHz as this model takes them: (B, F, T) in [-1, 1], padded with silence, T even."""
        mels = to_unit(log_mel(waves, self.config.mel))
        missing = max(self.config.window - mels.shape[-1], mels.shape[-1] % self.stride)
        return F.pad(mels, (missing // 2, missing - missing // 2), value=-1.0)


def summarise(features: Tensor) -> Tensor:
    """A clip in one row: mean, deviation and maximum over time, (B, T, D) to (B, 3 D)."""
    return torch.cat([features.mean(1), features.std(1, correction=0), features.amax(1)], 1)


def _blocks(config: Config, depth: int) -> nn.Sequential:
    return nn.Sequential(*[
        nn.TransformerEncoderLayer(
            config.width, config.heads, 4 * config.width, dropout=0.0, activation="gelu", batch_first=True,
            norm_first=True,
        )
        for _ in range(depth)
    ])  # fmt: skip

"""A transformer over spectrogram frames that restores hidden frames and embeds a whole clip.

The masked part follows Liu et al. 2020, "Mockingjay" (whole frames hidden, both sides visible), the paired views
Saeed et al. 2021, "COLA" and Niizumi et al. 2021, "BYOL-A". Positions enter through a convolution, as in wav2vec 2.0
(Baevski et al. 2020), so a clip may be of any length. Left out on purpose: quantised targets and a waveform encoder;
`Wav2Vec2` at the end of this file opens a Hub model that has them.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from core.data.spectra import MelSettings, interpolate_hidden, log_mel, to_unit

PROBE_FILE = "probes.safetensors"
CLIP_S = 5.0  # of a longer clip only these first seconds are encoded, in evaluation and on the page


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
        """The spectrogram that this model takes."""
        return MelSettings(n_fft=self.n_fft, hop=self.hop, n_mels=self.n_mels)


class Probe(NamedTuple):
    """A linear classifier on embeddings: weight (C, 3 D), bias (C,), C names. Lies beside the model in `PROBE_FILE`."""

    weight: Tensor
    bias: Tensor
    names: tuple[str, ...]


class SoundTransformerOutput(NamedTuple):
    """The output for a batch of spectrograms.

    Attributes:
        features: (B, T', D), one row for every two frames.
        embedding: (B, 3 D), mean, deviation and maximum of the features over time.
        projection: (B, P), compared by the contrastive loss.
        restored: (B, F, T), the restored spectrogram, in [-1, 1] and a little beyond.
    """

    features: Tensor
    embedding: Tensor
    projection: Tensor
    restored: Tensor


class SoundTransformer(nn.Module):
    """Convolutional stem -> transformer -> features; from these a clip embedding and a restored spectrogram.

    Hidden frames are interpolated linearly between the visible ones and marked by a flag. A decoder predicts them, and
    a few convolutions compute from the interpolation and the prediction what to add to the interpolation.
    """

    config_class = Config
    stride = 2  # frames a feature row stands for

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.stem = nn.Sequential(
            nn.Conv2d(2, config.stem, 3, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(config.stem, config.stem, 3, stride=(2, 1), padding=1),
            nn.GELU(),
            nn.Conv2d(config.stem, config.stem, 3, stride=(2, 1), padding=1),
            nn.GELU(),
        )
        self.inwards = nn.Linear(config.stem * config.n_mels // 8, d)
        self.positions = nn.Conv1d(d, d, 15, padding=7, groups=d // 16)
        self.encoder = _blocks(config, config.depth)
        self.norm = nn.LayerNorm(d)
        self.decoder = _blocks(config, config.decoder_depth)
        self.outwards = nn.Linear(d, self.stride * config.n_mels)
        self.detail = nn.Sequential(
            nn.Conv2d(3, 8, 5, padding=2),
            nn.GELU(),
            nn.Conv2d(8, 8, (3, 7), padding=(1, 12), dilation=(1, 4)),
            nn.GELU(),
            nn.Conv2d(8, 1, 5, padding=2),
        )
        for parameter in self.detail[4].parameters():
            nn.init.zeros_(parameter)  # an untrained network interpolates linearly
        self.head = nn.Sequential(  # at the start clips differ little; the norm over the batch removes what they share
            nn.Linear(3 * d, 2 * d), nn.BatchNorm1d(2 * d), nn.GELU(), nn.Linear(2 * d, config.projection)
        )

    @property
    def hop_s(self) -> float:
        """Seconds from one feature row to the next."""
        return self.stride * self.config.mel.hop_s

    def forward(self, mels: Tensor, hidden: Tensor | None = None) -> SoundTransformerOutput:
        """Encode spectrograms, some of whose frames may be hidden.

        Args:
            mels: (B, F, T) in [-1, 1], T even.
            hidden: (B, T) bool, true for frames that are hidden from the network; None hides none.
        """
        if hidden is None:
            hidden = mels.new_zeros(len(mels), mels.shape[-1], dtype=torch.bool)
        mels = interpolate_hidden(mels, hidden)
        seen = torch.stack([mels, hidden[:, None].to(mels).expand_as(mels)], 1)  # (B, 2, F, T)
        maps = self.stem(seen)  # (B, C, F / 8, T')
        x = self.inwards(rearrange(maps, "b c f t -> b t (c f)"))  # (B, T', D)
        x = x + F.gelu(self.positions(x.mT)).mT
        features = self.norm(self.encoder(x))
        embedding = pool(features)
        predicted = self.outwards(self.decoder(features))  # (B, T', 2 F)
        predicted = rearrange(predicted, "b t (two f) -> b 1 f (t two)", two=self.stride)
        restored = mels + self.detail(torch.cat([seen, predicted], 1))[:, 0]
        return SoundTransformerOutput(features, embedding, self.head(embedding), restored)

    def features(self, wave: Tensor) -> Tensor:
        """Features over time of one sound (S,) at 16 kHz: (T', D), without the padding of a short one."""
        mel = to_unit(log_mel(wave, self.config.mel))
        padded, before = self.pad(mel)
        features = self(padded[None].to(self.device)).features[0]
        first = before // self.stride
        return cast(Tensor, features[first : first + -(-mel.shape[-1] // self.stride)])

    def pad(self, mel: Tensor) -> tuple[Tensor, int]:
        """Add silence around a spectrogram (F, T) until it fills a window, T even; also returns the frames before."""
        missing = max(self.config.window - mel.shape[-1], mel.shape[-1] % self.stride)
        before = missing // 2
        return F.pad(mel, (before, missing - before), value=-1.0), before

    def embed(self, waves: Sequence[Tensor], *, chunk: int = 128) -> Tensor:
        """Embeddings (N, 3 D) of sounds (S_i,) at 16 kHz, on the CPU: the mean over windows as long as in training."""
        cut = [self.windows(to_unit(log_mel(wave, self.config.mel))) for wave in waves]
        windows = torch.cat(cut)  # (sum of W_i, F, window)
        parts = [self(batch.to(self.device)).embedding.float().cpu() for batch in windows.split(chunk)]
        return torch.stack([rows.mean(0) for rows in torch.cat(parts).split([len(item) for item in cut])])

    def windows(self, mel: Tensor) -> Tensor:
        """Cut a spectrogram (F, T) into windows (W, F, window) that cover it, evenly spread; a short one is padded."""
        padded, length = self.pad(mel)[0], self.config.window
        spare = padded.shape[-1] - length
        starts = torch.linspace(0, spare, 1 + -(-spare // length)).round().int().tolist()
        return torch.stack([padded[:, start : start + length] for start in starts])

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.outwards.weight.device


def pool(features: Tensor) -> Tensor:
    """Pool features over time: mean, deviation and maximum over time, (B, T, D) to (B, 3 D)."""
    return torch.cat([features.mean(1), features.std(1, correction=0), features.amax(1)], 1)


class Block(nn.Module):
    """Attention and a two-layer network, each behind a norm and added to what came in (pre-norm).

    The few lines of attention stand here and not in `nn.TransformerEncoderLayer`: on a CPU and for 50 rows they take
    half of its time in the backward pass.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D)."""
        q, k, v = rearrange(self.qkv(self.norm1(x)), "b t (three h d) -> three b h t d", three=3, h=self.heads)
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)  # (B, H, T, T)
        x = x + self.mix(rearrange(weights @ v, "b h t d -> b t (h d)"))
        return cast(Tensor, x + self.mlp(self.norm2(x)))


def _blocks(config: Config, depth: int) -> nn.Sequential:
    return nn.Sequential(*[Block(config.width, config.heads) for _ in range(depth)])


class Wav2Vec2(nn.Module):
    """wav2vec 2.0 from the Hub with the same methods: features over time and an embedding, from a waveform.

    Baevski et al. 2020, "wav2vec 2.0: A Framework for Self-Supervised Learning of Speech Representations". It predicts
    which of a hundred quantised sounds was hidden and has no spectrogram, so it cannot restore one.
    """

    def __init__(self, network: nn.Module, hop_s: float, normalise: bool) -> None:
        super().__init__()
        self.network = network
        self.hop_s = hop_s
        self.normalise = normalise

    @classmethod
    def from_hub(cls, folder: Path) -> "Wav2Vec2":
        """Open a folder of config.json and model.safetensors in the format of `transformers`."""
        from transformers import Wav2Vec2Model  # costs seconds, and only a Hub model needs it

        network = Wav2Vec2Model.from_pretrained(folder, local_files_only=True, use_safetensors=True)  # nosec B615  # a folder
        settings = folder / "preprocessor_config.json"
        normalise = json.loads(settings.read_text(encoding="utf-8"))["do_normalize"] if settings.is_file() else True
        return cls(network, math.prod(network.config.conv_stride) / MelSettings().sample_rate_hz, normalise)

    def forward(self, waves: Tensor) -> Tensor:
        """Frame features (B, T, D) of sounds (B, S) at 16 kHz."""
        if self.normalise:  # as its feature extractor does
            waves = (waves - waves.mean(-1, keepdim=True)) / (waves.var(-1, keepdim=True, correction=0) + 1e-7).sqrt()
        return cast(Tensor, self.network(waves).last_hidden_state)

    def features(self, wave: Tensor) -> Tensor:
        """Features over time of one sound (S,): (T, D)."""
        return cast(Tensor, self(wave[None].to(next(self.parameters()).device))[0])

    def embed(self, waves: Sequence[Tensor]) -> Tensor:
        """Embeddings (N, 3 D) of sounds (S_i,), on the CPU."""
        return torch.cat([pool(self.features(wave)[None]).float().cpu() for wave in waves])

"""A hidden stretch of a sound: what is hidden, the model's restoration, its error, and how it is made audible.

The stretch is hidden in the samples. One frame of a spectrogram is computed from a window of samples, so every frame
whose window reaches into the stretch is hidden too, and levels are counted from the loudest cell that stays visible:
nothing that the model sees depends on a hidden sample.
"""

import functools
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from core import device
from core.audio.model import SoundTransformer
from core.data import spectra

Floats = NDArray[np.float32]
MARGIN = 10  # frames around the hidden ones from which the phase is estimated
FADE = 4  # hops over which the synthesised stretch is faded into the sound


@dataclass(frozen=True)
class HiddenStretch:
    """A sound (S,) and its spectrogram with a stretch to hide.

    Attributes:
        start: the first hidden sample.
        end: the first visible sample after it.
        mel_db: (F, T), true values, -80 dB and up, counted from the loudest visible cell.
        hidden: (T,) bool, frames whose window holds a hidden sample.
        loudest_db: of that visible cell, absolute.
        settings: of the spectrogram.
    """

    wave: Tensor
    start: int
    end: int
    mel_db: Tensor
    hidden: Tensor
    loudest_db: float
    settings: spectra.MelSettings


@dataclass(frozen=True)
class Filling:
    """One way to fill the hidden stretch.

    Attributes:
        stretch: what was hidden.
        filled: (F, T), the spectrogram in dB.
        seed: of the phase that it needs to become sound.
    """

    stretch: HiddenStretch
    filled: Tensor
    seed: int

    @property
    def mel_db(self) -> Floats:
        """The filled spectrogram (F, T) in dB."""
        return cast(Floats, self.filled.numpy())

    @functools.cached_property
    def error_db(self) -> float:
        """Root of the mean squared difference from the truth on the hidden cells."""
        return error_db(self.filled, self.stretch)

    @functools.cached_property
    def wave(self) -> Floats:
        """The sound (S,), synthesised when it is first read: Griffin-Lim takes longer than the network."""
        return cast(Floats, to_wave(self.stretch, self.filled, self.seed).numpy())


def hide_stretch(wave: Tensor, start: int, end: int, settings: spectra.MelSettings) -> HiddenStretch:
    """Hide the samples from `start` to `end` of a sound (S,), S at least one window, and every frame they reach."""
    absolute = spectra.absolute_db(wave, settings)  # (F, T)
    hidden = spectra.frames_reached(len(wave), start, end, settings)
    loudest = absolute[:, ~hidden].max()
    mel = (absolute - loudest).clamp(min=-spectra.FLOOR_DB)
    return HiddenStretch(wave, start, end, mel, hidden, float(loudest), settings)


def fill_with_model(model: SoundTransformer, mel: Tensor, hidden: Tensor) -> Tensor:
    """Restore hidden frames in a window around them as long as those of training: (F, T) dB to (F, T) dB."""
    window, total = model.config.window, mel.shape[-1]
    middle = int(torch.nonzero(hidden).float().mean())
    first = max(0, min(middle - window // 2, total - window))
    part, cover = mel[:, first : first + window], hidden[first : first + window]
    loudest = part[:, ~cover].max()  # a window counts from its own loudest cell, as views did in training
    padded, before = model.pad(spectra.to_unit((part - loudest).clamp(-spectra.FLOOR_DB, 0)))
    around = F.pad(cover, (before, padded.shape[-1] - before - len(cover)))
    where = model.device
    with torch.inference_mode():
        restored = model(padded[None].to(where), around[None].to(where)).restored[0].float().cpu()
    predicted = (spectra.from_unit(restored[:, before : before + len(cover)]) + loudest).clamp(min=-spectra.FLOOR_DB)
    filled = mel.clone()
    filled[:, first : first + window] = torch.where(cover, predicted, part)
    return filled


def error_db(filled: Tensor, stretch: HiddenStretch) -> float:
    """Root mean squared difference (F, T) from the truth on the hidden frames."""
    return float((filled - stretch.mel_db)[:, stretch.hidden].square().mean().sqrt())


def to_wave(stretch: HiddenStretch, filled: Tensor, seed: int) -> Tensor:
    """Make a filled spectrogram (F, T) audible: the stretch is synthesised and faded into the sound (S,)."""
    wave, hop = stretch.wave, stretch.settings.hop
    frames = torch.nonzero(stretch.hidden)
    first, last = max(0, int(frames[0]) - MARGIN), min(len(stretch.hidden), int(frames[-1]) + 1 + MARGIN)
    generator = device.generator(seed)
    piece = spectra.to_sound(filled[:, first:last] + stretch.loudest_db, stretch.settings, generator)
    synthesised = torch.zeros_like(wave)
    target = synthesised[first * hop : first * hop + len(piece)]
    target.copy_(piece[: len(target)])
    weight = fade_window(len(wave), stretch.start, stretch.end, fade=FADE * hop)
    return (weight * synthesised + (1 - weight) * wave).clamp(-1, 1)


def fade_window(samples: int, start: int, end: int, fade: int = 1) -> Tensor:
    """One from `start` to `end`, falling to zero over `fade` samples outside: (samples,)."""
    index = torch.arange(samples)
    outside = torch.maximum(start - index, index - end + 1).clamp(min=0)
    return (1 - outside / fade).clamp(min=0)

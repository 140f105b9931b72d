"""From a spectrogram with a hole to a sound without one: the model's guess, its error, and how it is made audible."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from core import device
from core.audio.model import SoundTransformer
from core.data import spectra

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Filling:
    """One way to fill the hidden stretch: the spectrogram (F, T) in dB, its sound (S,), its error on the hidden cells.

    Attributes:
        error_db: root of the mean squared difference from the truth.
    """

    mel_db: Floats
    wave: Floats
    error_db: float


def fill_by_model(model: SoundTransformer, mel: Tensor, hidden: Tensor) -> Tensor:
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
    guess = (spectra.from_unit(restored[:, before : before + len(cover)]) + loudest).clamp(-spectra.FLOOR_DB, 0)
    filled = mel.clone()
    filled[:, first : first + window] = torch.where(cover, guess, part)
    return filled


def filling(
    wave: Tensor, mel: Tensor, filled: Tensor, hidden: Tensor, settings: spectra.MelSettings, loudest: float, seed: int
) -> Filling:
    """Judge a filled spectrogram and make it audible: the stretch is synthesised and faded into the wave."""
    error = float((filled - mel)[:, hidden].square().mean().sqrt())
    places = torch.nonzero(hidden)
    margin, hop = 10, settings.hop
    first, last = max(0, int(places[0]) - margin), min(len(hidden), int(places[-1]) + 1 + margin)
    piece = spectra.to_sound(filled[:, first:last] + loudest, settings, device.generator(seed))
    start, end = int(places[0]) * hop, (int(places[-1]) + 1) * hop
    laid = torch.zeros_like(wave)
    room = laid[first * hop : first * hop + len(piece)]
    room.copy_(piece[: len(room)])
    weight = inside(wave, start, end, fade=4 * hop)
    return Filling(filled.numpy(), (weight * laid + (1 - weight) * wave).clamp(-1, 1).numpy(), error)


def inside(wave: Tensor, start: int, end: int, fade: int = 1) -> Tensor:
    """One between two samples, falling to zero over `fade` samples outside: (S,)."""
    place = torch.arange(len(wave))
    outside = torch.maximum(start - place, place - end + 1).clamp(min=0)
    return (1 - outside / fade).clamp(min=0)

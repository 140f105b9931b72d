"""Sounds as pictures: log-mel spectrograms, MFCC, and the way back to something audible.

A spectrogram here is in decibels below its own loudest cell, cut off at 80: how loud a clip was recorded does not
matter, and noise under the floor is no detail. `to_unit` brings it to [-1, 1], what networks take.

Davis & Mermelstein 1980 (MFCC); Griffin & Lim 1984 with the momentum of Perraudin et al. 2013 (phase from magnitude).
"""

import functools
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
import torchaudio
from torch import Tensor

FLOOR_DB = 80.0
TINY = 1e-10


@dataclass(frozen=True)
class MelSettings:
    """How a sound becomes a spectrogram.

    Attributes:
        sample_rate_hz: of the sound.
        n_fft: samples of one window, which is a Hann window.
        hop: samples from one frame to the next.
        n_mels: bands, evenly spaced on Slaney's mel scale from 0 Hz to half the rate.
    """

    sample_rate_hz: int = 16_000
    n_fft: int = 512
    hop: int = 160
    n_mels: int = 64

    @property
    def hop_s(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop / self.sample_rate_hz


def log_mel(waves: Tensor, settings: MelSettings) -> Tensor:
    """Spectrogram in dB below the loudest cell: (B, S) or (S,) to (..., n_mels, T) in [-80, 0], T = S // hop + 1."""
    short = settings.n_fft - waves.shape[-1]
    waves = F.pad(waves, (0, short)) if short > 0 else waves
    return relative_db(absolute_db(waves, settings))


def absolute_db(waves: Tensor, settings: MelSettings) -> Tensor:
    """Power in dB, counted from a power of one: (B, S) or (S,), at least one window long, to (..., n_mels, T)."""
    power: Tensor = _mel(settings)(waves.float().cpu()).to(waves.device)  # (..., F, T)
    return 10 * torch.log10(power + TINY)


def relative_db(db: Tensor) -> Tensor:
    """Decibels (..., F, T) counted from the loudest cell of each clip and cut off 80 below it."""
    return (db - db.amax((-2, -1), keepdim=True)).clamp(min=-FLOOR_DB)


def frames_reached(samples: int, start: int, end: int, settings: MelSettings) -> Tensor:
    """Frames that depend on the samples from `start` to `end` of a sound of so many samples: (T,) bool.

    Frame t is computed from `n_fft` samples around sample t * hop; beyond both ends the sound is mirrored.
    """
    inside = torch.zeros(samples)
    inside[start:end] = 1
    half = settings.n_fft // 2
    windows = F.pad(inside[None], (half, half), mode="reflect")[0].unfold(0, settings.n_fft, settings.hop)
    return windows.amax(1) > 0


def to_unit(db: Tensor) -> Tensor:
    """[-80, 0] dB to [-1, 1]."""
    return db / (FLOOR_DB / 2) + 1


def from_unit(unit: Tensor) -> Tensor:
    """[-1, 1] to [-80, 0] dB."""
    return (unit - 1) * (FLOOR_DB / 2)


def interpolate_hidden(mels: Tensor, hidden: Tensor) -> Tensor:
    """Interpolate hidden frames linearly, band by band, from the last visible frame before to the first one after.

    Args:
        mels: (..., F, T).
        hidden: (..., T) bool, at least one false; at an end of the clip the nearest visible frame is held.

    Returns:
        (..., F, T), visible frames as they were.
    """
    total = mels.shape[-1]
    index = torch.arange(total, device=mels.device).expand(hidden.shape)  # (..., T)
    before = torch.where(hidden, -1, index).cummax(-1).values
    after = torch.where(hidden, total, index).flip(-1).cummin(-1).values.flip(-1)
    before, after = torch.where(before < 0, after, before), torch.where(after == total, before, after)
    part = (index - before) / (after - before).clamp(min=1)  # 0 at the last frame before, 1 at the first one after
    ends = [mels.gather(-1, frame[..., None, :].expand_as(mels)) for frame in (before, after)]
    return torch.where(hidden[..., None, :], torch.lerp(ends[0], ends[1], part[..., None, :].to(mels.dtype)), mels)


def mfcc(db: Tensor, count: int = 20) -> Tensor:
    """Mel-frequency cepstral coefficients: the discrete cosine transform of (..., F, T) dB along F, (..., count, T)."""
    basis = torchaudio.functional.create_dct(count, db.shape[-2], norm="ortho").to(db)  # (F, count)
    values: Tensor = basis.T @ db
    return values


def mfcc_summary(db: Tensor, count: int = 20) -> Tensor:
    """The classic features of a clip: mean and deviation of MFCC over time, (..., F, T) to (..., 2 count)."""
    values = mfcc(db, count)
    return torch.cat([values.mean(-1), values.std(-1, correction=0)], -1)


def to_sound(db: Tensor, settings: MelSettings, generator: torch.Generator, *, iterations: int = 32) -> Tensor:
    """Make a mel spectrogram audible: least-squares bands -> frequencies, then Griffin-Lim for the phase it lacks.

    Args:
        db: (n_mels, T), absolute as `absolute_db` gives it.
        settings: as the spectrogram was made.
        generator: on the CPU; draws the first guess of the phase.
        iterations: of Griffin-Lim, each two Fourier transforms.

    Returns:
        (S,), S = (T - 1) * hop, about as loud as the sound that the spectrogram came from.
    """
    magnitude = _spectrum(10 ** (db.float().cpu() / 10), settings).sqrt()  # (K, T)
    window = torch.hann_window(settings.n_fft)
    phase = torch.rand(magnitude.shape, generator=generator) * 2 * math.pi
    guess, last = torch.polar(torch.ones_like(phase), phase), torch.zeros_like(magnitude, dtype=torch.complex64)
    for _ in range(iterations):
        wave = torch.istft(magnitude * guess, settings.n_fft, settings.hop, window=window)
        rebuilt = torch.stft(wave, settings.n_fft, settings.hop, window=window, return_complex=True)
        ahead = rebuilt - 0.99 / 1.99 * last  # Perraudin's momentum, as torchaudio has it
        guess, last = ahead / (ahead.abs() + 1e-16), rebuilt
    return torch.istft(magnitude * guess, settings.n_fft, settings.hop, window=window)


def _spectrum(power: Tensor, settings: MelSettings) -> Tensor:
    """Power of each frequency (K, T) from that of each band (F, T), by multiplicative updates that keep it positive.

    Lee & Seung 2001, "Algorithms for Non-negative Matrix Factorization", eq. 4, with the bands held fixed.
    """
    bands: Tensor = _mel(settings).mel_scale.fb  # (K, F)
    spectrum = bands @ power + TINY
    for _ in range(20):
        spectrum = spectrum * (bands @ power) / (bands @ (bands.T @ spectrum) + TINY)
    return spectrum


@functools.cache
def _mel(settings: MelSettings) -> torchaudio.transforms.MelSpectrogram:
    return torchaudio.transforms.MelSpectrogram(
        settings.sample_rate_hz,
        n_fft=settings.n_fft,
        hop_length=settings.hop,
        n_mels=settings.n_mels,
        mel_scale="slaney",
        norm=None,
    )

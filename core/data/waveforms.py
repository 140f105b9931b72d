"""Sounds made from a formula: tones, chirps, plucked strings and bursts of noise, as pure functions.

All return (S,) float64 at the given rate, at most 1 in size, with no click at either end.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfiltfilt

Samples = NDArray[np.float64]


def fade(samples: Samples, rate_hz: int, *, seconds: float = 0.02) -> Samples:
    """Let the first and the last `seconds` of a sound rise and fall as a raised cosine."""
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, round(seconds * rate_hz)))
    shaped = samples.copy()
    shaped[: len(ramp)] *= ramp
    shaped[-len(ramp) :] *= ramp[::-1]
    return shaped


def tone(pitch_hz: float, seconds: float, rate_hz: int) -> Samples:
    """A pure sine."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return fade(np.sin(2 * np.pi * pitch_hz * time_s), rate_hz)


def chirp(start_hz: float, end_hz: float, seconds: float, rate_hz: int) -> Samples:
    """A sine whose pitch moves by equal musical steps: f(t) = start * (end / start)^(t / seconds)."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    growth = np.log(end_hz / start_hz) / seconds
    phase = 2 * np.pi * start_hz * (np.exp(growth * time_s) - 1) / growth  # the integral of f
    return fade(np.sin(phase), rate_hz)


def pluck(pitch_hz: float, seconds: float, rate_hz: int, rng: np.random.Generator) -> Samples:
    """A plucked string: a burst of noise circulates in a delay line that damps high frequencies.

    Karplus and Strong 1983, "Digital Synthesis of Plucked-String and Drum Timbres", eq. 1. The mean of two neighbours
    adds half a sample to the loop, and the loop has whole samples: the pitch is off by up to 1.6 % at 500 Hz.
    """
    loop = round(rate_hz / pitch_hz - 0.5)
    burst = np.zeros(round(seconds * rate_hz))
    burst[:loop] = rng.uniform(-1, 1, loop)
    feedback = np.zeros(loop + 2)
    feedback[0], feedback[loop:] = 1, -0.498  # a little under one half, so that low strings decay too
    return fade(cast(Samples, lfilter([1.0], feedback, burst)), rate_hz, seconds=0.005)


def noise_bursts(
    low_hz: float, high_hz: float, bursts: int, seconds: float, rate_hz: int, rng: np.random.Generator
) -> Samples:
    """Noise of one band, switched on `bursts` times in `seconds`, on for as long as off."""
    band = butter(4, (low_hz, high_hz), "bandpass", fs=rate_hz, output="sos")
    hiss = sosfiltfilt(band, rng.standard_normal(round(seconds * rate_hz)))
    place = np.arange(len(hiss)) * bursts / len(hiss) % 1  # 0..1 within each burst and its pause
    envelope = np.where(place < 0.5, np.sin(2 * np.pi * place) ** 2, 0)
    return cast(Samples, hiss * envelope)

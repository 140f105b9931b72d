"""Sounds from formulas have the pitch, the sweep and the band that they claim."""

import numpy as np
import pytest

from core.data import waveforms
from core.data.make_sounds import STRINGS, finish, read_credits
from core.data.waveforms import Samples

RATE_HZ = 16_000


def loudest_hz(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    return float(np.argmax(spectrum)) * RATE_HZ / (8 * len(samples))


def test_chirp_sweeps_by_equal_ratios() -> None:
    samples = waveforms.chirp(200, 800, 1.0, RATE_HZ)
    middles = [loudest_hz(samples[at - 400 : at + 400]) for at in (4000, 8000, 12000)]
    assert middles == pytest.approx([200 * 4**0.25, 400, 200 * 4**0.75], rel=0.03)
    backwards = waveforms.chirp(800, 200, 1.0, RATE_HZ)
    assert loudest_hz(backwards[3600:4400]) == pytest.approx(middles[2], rel=0.03)


@pytest.mark.parametrize("pitch_hz", STRINGS.values(), ids=STRINGS.keys())
def test_plucked_string_decays_at_its_pitch(pitch_hz: float) -> None:
    samples = waveforms.pluck(pitch_hz, 1.5, RATE_HZ, np.random.default_rng(1))
    steady = samples[800:8800]
    echo = np.correlate(steady, steady, "full")[len(steady) - 1 :]
    shortest, longest = round(RATE_HZ / pitch_hz * 0.7), round(RATE_HZ / pitch_hz * 1.4)
    period = shortest + int(np.argmax(echo[shortest:longest]))
    assert abs(period - RATE_HZ / pitch_hz) <= 1
    assert np.abs(samples[-2400:]).max() < 0.5 * np.abs(samples[:2400]).max()


def test_noise_has_its_band_and_bursts() -> None:
    samples = waveforms.noise_bursts(500, 2000, 4, 0.8, RATE_HZ, np.random.default_rng(1))
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    assert power[(hz > 450) & (hz < 2200)].sum() / power.sum() > 0.95
    loud = np.abs(samples).reshape(8, -1).max(axis=1) > 0.1  # (8,) on and off by turns
    assert loud.tolist() == [True, False] * 4


def test_finish_trims_and_normalises() -> None:
    samples = np.concatenate([np.zeros(800), waveforms.tone(440, 5.0, RATE_HZ) * 0.01, np.zeros(800)])
    finished = finish(samples)
    assert len(finished) == 3 * RATE_HZ
    assert np.abs(finished).max() == pytest.approx(0.7)
    assert np.abs(finished[:200]).max() > 0.1


def test_credits_keep_only_cc0_clips() -> None:
    text = (
        "Files: etc/samples/one.flac\nCopyright: 2008 Ann <ann@example.org>\nSource: http://e.org/1/\nLicense: CC0\n\n"
        "Files: etc/samples/two.flac\nCopyright: 2009 Bob\nSource: http://e.org/2/\nLicense: MIT\n"
    )
    assert read_credits(text) == {"one": "Ann, 2008, http://e.org/1/, CC0 1.0"}

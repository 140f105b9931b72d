"""Which five seconds of a sound are heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio import clips, explore
from core.data import sounds
from core.errors import InputError
from tests.core.recordings import recorded, tone

RATE = sounds.SAMPLE_RATE_HZ
LATE = np.concatenate([np.zeros(7 * RATE, np.float32), tone(2, RATE), np.zeros(4 * RATE, np.float32)])


def test_late_speech_is_heard(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "late.wav", LATE, RATE)
    found = explore.analyse(tmp_path / "late.wav")
    assert found.seconds == 5
    assert not found.wave[: round(0.09 * RATE)].any()
    assert np.abs(found.wave[round(0.12 * RATE) : round(2.08 * RATE)]).max() > 0.49


@pytest.mark.parametrize(
    ("start_s", "heard_s"), [(-1, (6.9, 11.9)), (0, (0, 5)), (2.5, (2.5, 7.5)), (8, (8, 13)), (12, (8, 13))]
)
def test_part_begins_where_chosen(start_s: float, heard_s: tuple[float, float]) -> None:
    found = clips.heard(LATE, start_s)
    assert (found.start_s, found.end_s) == pytest.approx(heard_s, abs=0.02)
    assert (found.seconds, found.latest_s) == (13, 8)


def test_hum_is_no_first_sound() -> None:
    """A microphone is never silent: the first sound stands out of the hum."""
    rng = np.random.default_rng(0)
    hummed = LATE + 0.005 * rng.standard_normal(len(LATE)).astype(np.float32)
    assert clips.heard(hummed).start_s == pytest.approx(6.9, abs=0.02)


@pytest.mark.parametrize("seconds", [0.11, 3.0, 5.0])
def test_short_sounds_are_heard_from_their_beginning(seconds: float) -> None:
    wave = tone(seconds, RATE)
    wave[: len(wave) // 2] = 0
    found = clips.heard(wave)
    assert (found.start_s, found.end_s, found.latest_s) == (0, len(wave) / RATE, 0)
    assert np.array_equal(clips.clip(wave), wave)


def test_silent_part_is_a_sentence() -> None:
    with pytest.raises(InputError) as caught:
        clips.clip(LATE, 0)
    assert str(caught.value) == "These 5 seconds are silent. Choose a later or an earlier start."
    with pytest.raises(InputError, match="This sound is silent"):
        clips.clip(np.zeros(RATE, np.float32))


@pytest.mark.parametrize("start_s", [-2, 61, float("nan"), None, "1"])
def test_wrong_starts_are_refused(start_s: float) -> None:
    with pytest.raises(InputError):
        clips.heard(LATE, start_s)


def test_cut_recordings_stay_known(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.webm", tone(61, 48_000), live=True)
    found = clips.heard(path)
    assert found.cut
    assert found.seconds == 60
    assert not clips.heard(LATE).cut

"""Which five seconds of a sound are heard: those from the first sound on, or from where the visitor says."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio.model import CLIP_S
from core.data import sounds
from core.data.sounds import SAMPLE_RATE_HZ, Wave
from core.errors import InputError, within

Source = str | Path | sounds.Recording | Wave | None  # a file, or a sound that was decoded
FROM_FIRST_SOUND = -1.0  # a start that says so
FRAME_S = 0.02  # over which loudness is measured
QUIET = 10 ** (-30 / 20)  # of the loudest frame: 30 dB below it
LEAD_S = 0.1  # kept before the first sound: a word may begin softly
CLIP = round(CLIP_S * SAMPLE_RATE_HZ)  # samples


@dataclass(frozen=True, eq=False)
class Heard:
    """A sound, and the part of it that is heard.

    Attributes:
        wave: (S,) in [-1, 1] at 16,000 Hz, at most a minute.
        seconds: of `wave`.
        start_s: where the part begins.
        end_s: where it ends, at most five seconds later.
        latest_s: the latest place where a part of five seconds may begin; 0 for a sound that is no longer.
        cut: `wave` is the first minute of a longer sound that does not give its length.
    """

    wave: Wave
    seconds: float
    start_s: float
    end_s: float
    latest_s: float
    cut: bool


def heard(source: Source, start_s: float = FROM_FIRST_SOUND) -> Heard:
    """Choose the part of a sound that is heard.

    Args:
        source: path or samples.
        start_s: 0 to 60, at most five seconds before the end; -1 begins a little before the first sound.

    Raises:
        InputError: no sound that can be read, or a start out of range.
    """
    within(start_s, FROM_FIRST_SOUND, sounds.MAX_S)
    recording = _recording(source)
    wave = recording.wave
    latest = max(0, len(wave) - CLIP)
    wanted = round(start_s * SAMPLE_RATE_HZ) if start_s >= 0 else first_sound(wave)
    start = min(latest, wanted)
    end = min(len(wave), start + CLIP)
    start_s, end_s, latest_s, seconds = (at / SAMPLE_RATE_HZ for at in (start, end, latest, len(wave)))
    return Heard(wave, seconds, start_s, end_s, latest_s, recording.cut)


def clip(source: Source, start_s: float = FROM_FIRST_SOUND) -> Wave:
    """The part of a sound that is heard: (S,) in [-1, 1] at 16,000 Hz, see `heard`.

    Raises:
        InputError: no sound that can be read, a start out of range, or silence from there on.
    """
    found = heard(source, start_s)
    first = round(found.start_s * SAMPLE_RATE_HZ)
    part = found.wave[first : first + CLIP]
    if len(part) < len(found.wave) and float(np.abs(part).max()) < sounds.SILENT_PEAK:
        raise InputError("These {limit} seconds are silent. Choose a later or an earlier start.", limit=round(CLIP_S))
    return sounds.checked(part)


def first_sound(wave: Wave) -> int:
    """The sample a tenth of a second before the first frame of 20 ms within 30 dB of the loudest one; 0 at least."""
    frame = round(FRAME_S * SAMPLE_RATE_HZ)
    whole = wave[: len(wave) // frame * frame].reshape(-1, frame)  # (frames, 320)
    if not len(whole):
        return 0
    level = np.sqrt(np.square(whole).mean(1))  # (frames,)
    return max(0, int((level >= QUIET * level.max()).argmax()) * frame - round(LEAD_S * SAMPLE_RATE_HZ))


def _recording(source: Source) -> sounds.Recording:
    if isinstance(source, sounds.Recording):
        return source
    return sounds.Recording(source) if isinstance(source, np.ndarray) else sounds.open_recording(source)

"""Decode what SoundFile cannot read: M4A, WebM, AMR and the sound of a video, in a process of its own.

FFmpeg has read hostile files to its harm before. It runs in a small process with limits of memory and time
(`decode_sound.py`): a file that crashes or hangs it costs one sentence, and the page goes on.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "core.data.decode_sound")
MAX_S = 60
WAIT_S = 20.0  # longer than the processor time that the process allows itself: the machine may be busy
PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "LD_LIBRARY_PATH")  # no keys or tokens


@dataclass(frozen=True, eq=False)
class Decoded:
    """Samples as they stand in a file.

    Attributes:
        samples: (S, C) float32, C is 1 or 2.
        rate_hz: of the samples.
        file_rate_hz: of the file, where a higher one was brought down.
        cut: the file goes on after a minute.
    """

    samples: NDArray[np.float32]
    rate_hz: int
    file_rate_hz: int
    cut: bool


def decode_apart(path: Path) -> Decoded:
    """Decode at most the first minute of a sound or of a video's sound track.

    Raises:
        InputError: no sound in it, longer than a minute by what it says itself, damaged, or it takes too long.
    """
    given = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(
            [*COMMAND, str(path.resolve())], cwd=ROOT, env=given, capture_output=True, timeout=WAIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("This sound takes too long to decode. Save it as WAV or MP3.") from error
    if done.returncode == 1:  # an exception of Python, which is a defect here
        raise RuntimeError(done.stderr.decode(errors="replace"))
    if done.returncode:  # FFmpeg crashed, or the process took more than it may
        raise InputError("This sound file is damaged.")
    head, _, samples = done.stdout.partition(b"\n")
    known = json.loads(head)
    _raise_problem(known)
    wave = np.frombuffer(samples, np.float32).reshape(-1, known["channels"])
    return Decoded(wave, known["rate_hz"], known["file_rate_hz"], known["cut"])


def _raise_problem(known: dict[str, Any]) -> None:
    if known["problem"] == "no track":
        raise InputError("This file has no sound track.")
    if known["problem"] == "long":
        raise InputError("A sound may last at most {limit} seconds.", limit=MAX_S)
    if known["problem"]:
        raise InputError("This file is not a sound that can be read. Use WAV, MP3, M4A, Ogg, FLAC or WebM.")

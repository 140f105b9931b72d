"""Sounds as the models take them: a visitor's file, named data sets, any folder.

Everything becomes mono float32 at 16,000 Hz. What a file claims in its header (length, rate, channels) is checked
before a sample is decoded, so a long file costs nothing. What SoundFile cannot read, such as M4A, WebM or a video, is
decoded in a process of its own (`decoding_sounds.py`). A class is the folder of a clip; in the Free Spoken Digit
Dataset it is in the file's name. Left out on purpose: streaming.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
import soundfile
import torch
import torchaudio.functional as AF
from numpy.typing import NDArray
from torch import Tensor

from core.data.decoding_sounds import MAX_S as MAX_S
from core.data.decoding_sounds import decode_apart
from core.errors import InputError

Wave = NDArray[np.float32]
Split = Literal["train", "val", "test"]

SAMPLE_RATE_HZ = 16_000
MAX_FILE_MB = 100  # a minute of a phone's video
MIN_S = 0.1
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
MAX_CHANNELS = 2
RATE_STEP_HZ = 25
SILENT_PEAK = 1e-4  # -80 dB of full scale
CANCELLED = 0.05  # power of the mean of two channels, as a share of the louder one's; 0.25 if the other is silent
NO_LENGTH_FRAMES = 2**36 - 1  # the most a FLAC can claim; SoundFile gives an even larger number for none
SUFFIXES = {".wav", ".ogg", ".flac", ".mp3"}
VAL_EVERY = 20  # every twentieth clip of a training split is for validation; settings are never chosen on test data
TEST_TAKES, VAL_TAKES = range(5), range(5, 10)  # of FSDD: its official test split; our validation split
ESC_TEST_FOLD = "5"


@dataclass(frozen=True)
class Sounds:
    """A set in memory.

    Attributes:
        waves: N tensors (samples,) float32 at 16,000 Hz, each as long as its file.
        labels: (N,) int64, an index into `classes`. For probes and metrics only.
        classes: names, sorted.
        speakers: N names of who speaks (FSDD), else "".
    """

    waves: tuple[Tensor, ...]
    labels: Tensor
    classes: tuple[str, ...]
    speakers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Recording:
    """What a visitor brought.

    Attributes:
        wave: (S,) float32 at 16,000 Hz, at most a minute.
        cut: only the first minute was read of a longer file that does not give its length.
    """

    wave: Wave
    cut: bool = False


def open_sound(path: str | Path | None) -> Wave:
    """The samples of what a visitor brought, see `open_recording`: (S,) float32 at 16,000 Hz."""
    return open_recording(path).wave


def open_recording(path: str | Path | None) -> Recording:
    """Open what a visitor brought: WAV, FLAC, Ogg, MP3, M4A, WebM, AMR, CAF or the sound of a video, 8 to 192 kHz.

    Args:
        path: a file of at most 100 MB and 0.1 to 60 seconds. Of one that does not give its length, such as what a
            browser records, the first 60 seconds are read.

    Raises:
        InputError: not a sound, damaged, too large, too long, too short, empty, silent or not all numbers.
    """
    if path is None:
        raise InputError("Choose, record or upload a sound first.")
    file = Path(path)
    if not file.is_file() or file.stat().st_size > MAX_FILE_MB * 1_000_000:
        raise InputError("A sound file may have at most {limit} MB.", limit=MAX_FILE_MB)
    if file.stat().st_size == 0:
        raise InputError("This file is empty.")
    header = _header(file)
    if header is not None:
        _check_header(header)
        read = _read(file)
        if read is not None:
            return Recording(checked(_mono(*read)))
    decoded = decode_apart(file)
    _check_rate(decoded.file_rate_hz)
    return Recording(checked(_mono(decoded.samples, decoded.rate_hz)), decoded.cut)


def _mono(samples: Wave, rate_hz: int) -> Wave:
    """Samples (S, C) as one channel (S',) at 16,000 Hz: their mean, or the loudest where they cancel each other."""
    if not len(samples):
        raise InputError("This recording is empty.")
    mean, power = samples.mean(axis=1), np.square(samples).mean(axis=0)  # (S,), (C,)
    if float(np.square(mean).mean()) < CANCELLED * float(power.max()):
        mean = samples[:, int(power.argmax())]
    return resample(np.ascontiguousarray(mean), rate_hz)


def checked(wave: Wave) -> Wave:
    """Return a decoded sound (samples,) at 16,000 Hz as it came.

    Raises:
        InputError: shorter than 0.1 s, NaN or infinite somewhere, or silent.
    """
    if len(wave) < MIN_S * SAMPLE_RATE_HZ - 1:
        raise InputError("This sound is shorter than {limit} seconds.", limit=MIN_S)
    if not np.isfinite(wave).all():
        raise InputError("This sound holds samples that are not numbers.")
    if float(np.abs(wave).max()) < SILENT_PEAK:
        raise InputError("This sound is silent.")
    return wave


def resample(wave: Wave, rate_hz: int) -> Wave:
    """Bring a mono sound (samples,) to 16,000 Hz.

    The rate is taken to the nearest 25 Hz, at most 3 cents of pitch: the filter of a rate like 44,101 Hz, which has no
    divisor in common with 16,000, would take gigabytes.
    """
    near = RATE_STEP_HZ * round(rate_hz / RATE_STEP_HZ)
    if near == SAMPLE_RATE_HZ:
        return wave
    return cast(Wave, AF.resample(torch.from_numpy(wave), near, SAMPLE_RATE_HZ).numpy())


def _header(path: Path) -> "soundfile._SoundFileInfo | None":
    """What SoundFile knows of a file; None if it cannot read it, or if the file does not give its length."""
    try:
        header = soundfile.info(str(path))
    except (soundfile.LibsndfileError, OSError, ValueError, TypeError):  # TypeError: a file called *.raw has no header
        return None
    return header if 0 < header.frames < NO_LENGTH_FRAMES else None


def _check_header(header: "soundfile._SoundFileInfo") -> None:
    _check_rate(header.samplerate)
    if header.channels > MAX_CHANNELS:
        raise InputError("A sound may have one or two channels; this one has {channels}.", channels=header.channels)
    if header.frames > MAX_S * header.samplerate:
        raise InputError("A sound may last at most {limit} seconds.", limit=MAX_S)


def _check_rate(rate_hz: int) -> None:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise InputError(
            "A sound needs {low} to {high} samples per second; this one has {rate}.",
            low=MIN_RATE_HZ,
            high=MAX_RATE_HZ,
            rate=rate_hz,
        )


def _read(path: Path) -> tuple[Wave, int] | None:
    """At most a minute of a file that SoundFile can read: samples (S, C) float32 and their rate; None if it cannot."""
    try:
        with soundfile.SoundFile(str(path)) as file:
            rate_hz = int(file.samplerate)
            return file.read(MAX_S * rate_hz, dtype="float32", always_2d=True), rate_hz
    except (soundfile.LibsndfileError, OSError, ValueError):
        return None


def _decode(path: Path) -> Wave:
    """A file of a data set: the mean of its channels, (samples,) float32 at 16,000 Hz."""
    read = _read(path)
    if read is None:
        raise InputError("This sound file is damaged.")
    samples, rate_hz = read
    return resample(np.ascontiguousarray(samples.mean(axis=1)), rate_hz)


def load(spec: str, split: Split, *, root: str = "data", limit: int = 0) -> Sounds:
    """Load a set: "fsdd", "esc10", "fsdd+esc10", or "folder:PATH" of CLASS/*.wav, ogg, flac or mp3.

    Args:
        spec: named sets or folders, joined by "+".
        split: of FSDD, takes 0 to 4 are "test" (the official split), 5 to 9 "val", the rest "train"; of ESC-10, fold 5
            is "test", the others "train" but for every twentieth clip, which is "val"; a folder without train/ and
            test/ inside is cut the same way for "train" and "val" and taken whole for "test".
        root: folder that holds the named sets.
        limit: at most so many clips of each set, evenly spread; 0 takes all.

    Raises:
        InputError: a set is not there, holds no sound, or one of its files cannot be read.
    """
    files: list[Path] = []
    for part in spec.split("+"):
        found = find_files(part, split, root)
        files += found[:: max(1, -(-len(found) // limit))] if limit else found
    with ThreadPoolExecutor() as pool:
        waves = tuple(torch.from_numpy(wave) for wave in pool.map(_decode, files))
    names = [_class_name(file) for file in files]
    classes = tuple(sorted(set(names)))
    labels = torch.tensor([classes.index(name) for name in names])
    return Sounds(waves, labels, classes, tuple(_speaker(file) for file in files))


def find_files(spec: str, split: Split, root: str) -> list[Path]:
    """List the sound files of one set's split in a fixed order; see `load`."""
    folder = Path(spec.removeprefix("folder:")) if spec.startswith("folder:") else Path(root) / spec
    halves = has_halves(folder)
    inside = folder / ("test" if split == "test" else "train") if halves else folder
    files = sorted(file for file in inside.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if spec == "fsdd":
        files = [file for file in files if split == _fsdd_split(file)]
    elif spec == "esc10":
        files = [file for file in files if (split == "test") == file.name.startswith(ESC_TEST_FOLD)]
    if not files:
        raise InputError("There are no sounds in {folder}. Unpack the set there, or name its place.", folder=inside)
    if spec == "fsdd" or (split == "test"):
        return files
    return [file for i, file in enumerate(files) if (i % VAL_EVERY == 0) == (split == "val")]


def has_halves(folder: Path) -> bool:
    """Whether a folder is already cut into train/ and test/."""
    return (folder / "train").is_dir() and (folder / "test").is_dir()


def joined(first: Sounds, second: Sounds) -> Sounds:
    """One set of two, with labels counted anew."""
    classes = tuple(sorted({*first.classes, *second.classes}))
    names = [s.classes[i] for s in (first, second) for i in s.labels.tolist()]
    labels = torch.tensor([classes.index(name) for name in names])
    return Sounds(first.waves + second.waves, labels, classes, first.speakers + second.speakers)


def relabel(data: Sounds, classes: Sequence[str]) -> Tensor:
    """Labels (N,) of a set as indices into other classes; a class that is not among them becomes -1."""
    places = torch.tensor([classes.index(name) if name in classes else -1 for name in data.classes])
    return places[data.labels]


def _fsdd_split(file: Path) -> Split:
    take = int(file.stem.split("_")[2])
    return "test" if take in TEST_TAKES else "val" if take in VAL_TAKES else "train"


def _is_fsdd(file: Path) -> bool:
    return file.parent.name == "recordings" and file.stem.count("_") == 2


def _class_name(file: Path) -> str:
    return file.stem.split("_")[0] if _is_fsdd(file) else file.parent.name


def _speaker(file: Path) -> str:
    return file.stem.split("_")[1] if _is_fsdd(file) else ""

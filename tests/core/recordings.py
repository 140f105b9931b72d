"""Sounds as phones, browsers and video cameras write them: python -m tests.core.recordings FOLDER.

Each is a tone made here, so that a test knows what has to come out.
"""

import struct
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Wave = NDArray[np.float32]
TONE_HZ = 440
CONTAINERS = {  # ending -> (format, codec of the sound, its rate in Hz, codec of the picture)
    "m4a": ("ipod", "aac", 44_100, ""),
    "aac": ("adts", "aac", 44_100, ""),
    "webm": ("webm", "libopus", 48_000, ""),
    "amr": ("amr", "libopencore_amrnb", 8_000, ""),
    "caf": ("caf", "alac", 44_100, ""),
    "mp4": ("mp4", "aac", 48_000, "mpeg4"),
    "mov": ("mov", "aac", 44_100, "mpeg4"),
    "mkv": ("matroska", "libopus", 48_000, "mpeg4"),
    "3gp": ("3gp", "libopencore_amrnb", 8_000, "mpeg4"),
}


def tone(seconds: float, rate_hz: int, hz: float = TONE_HZ) -> Wave:
    """A sine of half the full scale: (S,) float32."""
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def recorded(path: Path, wave: Wave, *, live: bool = False) -> Path:
    """Write samples (S,) in the format of the path's ending, beside a grey picture where that is a video.

    `live` leaves out the length, as a browser does that does not know it while it records.
    """
    kind, codec, rate_hz, picture = CONTAINERS[path.suffix[1:]]
    with av.open(str(path), "w", format=kind, options={"live": "1"} if live else {}) as container:
        sound = cast(AudioStream, container.add_stream(codec, rate=rate_hz, layout="mono"))
        if picture:
            _add_picture(container, picture)
        frame = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), 0
        container.mux([*sound.encode(frame), *sound.encode(None)])
    return path


def silent_film(path: Path) -> Path:
    """Write a video of one grey picture without a sound track."""
    with av.open(str(path), "w") as container:
        _add_picture(container, "mpeg4")
    return path


def _add_picture(container: OutputContainer, codec: str) -> None:
    size: dict[str, Any] = {"width": 32, "height": 32, "pix_fmt": "yuv420p"}
    film = cast(VideoStream, container.add_stream(codec, rate=10, **size))
    grey = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 128, np.uint8), format="rgb24")
    container.mux([*film.encode(grey), *film.encode(None)])


def streamed_flac(path: Path, wave: Wave, rate_hz: int, frames: int = 0) -> Path:
    """Write a FLAC that claims so many samples: 0, as one that was streamed, or 2**36 - 1, the most it can."""
    soundfile.write(path, wave, rate_hz)
    data = bytearray(path.read_bytes())
    data[21:26] = ((data[21] & 0xF0) << 32 | frames).to_bytes(5, "big")  # the last 36 bits before the checksum
    path.write_bytes(data)
    return path


def empty_wav(path: Path, data_bytes: int = 0) -> Path:
    """Write the 44 bytes that Safari records where it may not hear: a head without samples."""
    shape = struct.pack("<IHHIIHH", 16, 1, 1, 44_100, 88_200, 2, 16)
    path.write_bytes(b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + shape + b"data" + struct.pack("<I", data_bytes))
    return path


def write_all(folder: Path) -> None:
    """Write one of each into a folder, to try by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending, (_, _, rate_hz, _) in CONTAINERS.items():
        recorded(folder / f"tone.{ending}", tone(2, rate_hz))
    recorded(folder / "live.webm", tone(2, 48_000), live=True)
    silent_film(folder / "film.mp4")
    streamed_flac(folder / "streamed.flac", tone(2, 16_000), 16_000)
    empty_wav(folder / "empty.wav")
    late = np.concatenate([np.zeros(7 * 16_000, np.float32), tone(2, 16_000)])
    soundfile.write(folder / "late.wav", late, 16_000)
    soundfile.write(folder / "inverse.wav", np.stack([tone(2, 16_000), -tone(2, 16_000)], 1), 16_000)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

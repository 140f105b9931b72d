"""Decode the sound track of one file in a process of its own: python -m core.data.decode_sound PATH.

FFmpeg, through PyAV, reads what phones and browsers record, but a hostile file may hang or crash it. This program
limits its own memory and processor time, opens no other file or address that the file names, and stops after a minute
of sound. `decoding_sounds.py` starts it and reads its answer: one line of JSON, then the samples. Neither NumPy nor
torch is imported, so that it starts in about a fifth of a second.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

MAX_S = 60
MAX_RATE_HZ = 48_000  # a higher rate is brought down to this one, so that a minute takes at most 23 MB
SAMPLE_BYTES = 4
MEMORY_BYTES, PROCESSOR_S = 2**29, 10
FORMATS = "aac,aiff,amr,asf,avi,caf,flac,matroska,mov,mp3,mpegts,ogg,wav"  # no playlists, which name other files
LENGTH_GIVEN = {"asf", "avi", "caf", "matroska", "mov"}  # the others estimate it from their first packets
CODECS = (  # of sound only, so that a video is never decoded
    "aac,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,alac,amrnb,amrwb,eac3,flac,mp2float,mp3,mp3float,opus,pcm_alaw,"
    "pcm_f32be,pcm_f32le,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_u8,"
    "vorbis,wmapro,wmav1,wmav2"
)


def limit_resources() -> None:
    """Let the system end this process when it takes too much; Windows has no such limits."""
    if sys.platform != "win32":
        import resource

        limits = {
            resource.RLIMIT_AS: MEMORY_BYTES,
            resource.RLIMIT_CPU: PROCESSOR_S,
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_CORE: 0,
        }
        for kind, most in limits.items():
            resource.setrlimit(kind, (most, most))


def decode(file: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    """Decode at most a minute.

    Returns:
        What is known of it, and the samples: parts of float32, channels interleaved. `problem` is "" or why there are
        no samples: "unreadable", "no track" or "long"; `rate_hz` and `channels` are those of the samples,
        `file_rate_hz` that of the file; `cut` says that the file goes on after a minute.
    """
    options = {"format_whitelist": FORMATS, "codec_whitelist": CODECS}
    try:
        with av.open(file, "r", options=options) as container:
            stream = container.streams.best("audio")
            if not isinstance(stream, AudioStream):
                return {"problem": "no track"}, []
            return _decode_stream(container, stream)
    except (av.FFmpegError, ValueError, MemoryError):  # ValueError: rate or channels change within the track
        return {"problem": "unreadable"}, []


def _decode_stream(container: InputContainer, stream: AudioStream) -> tuple[dict[str, Any], list[bytes]]:
    codec: AudioCodecContext | None = stream.codec_context  # none for a tag that FFmpeg does not know
    if codec is None or codec.name not in CODECS.split(",") or not codec.sample_rate or not codec.channels:
        return {"problem": "unreadable"}, []
    known = {"file_rate_hz": codec.sample_rate, "rate_hz": min(codec.sample_rate, MAX_RATE_HZ)}
    known["channels"] = min(codec.channels, 2)
    if given_s(container) > MAX_S + 1:  # a container may count a packet more than it has
        return {"problem": "long", **known}, []
    most = MAX_S * known["rate_hz"] * known["channels"] * SAMPLE_BYTES
    parts, size = [], 0
    for part in _samples(container, stream, known):
        parts.append(part[: most - size])
        size += len(part)
        if size > most:
            break
    return {"problem": "", "cut": size > most, **known}, parts


def given_s(container: InputContainer) -> float:
    """The length in seconds that a container gives; 0 where it gives none, as in what browsers record."""
    given = LENGTH_GIVEN & {*container.format.name.split(",")} and container.duration
    return given / av.time_base if given else 0.0


def _samples(container: InputContainer, stream: AudioStream, known: dict[str, int]) -> Iterator[bytes]:
    """The samples frame by frame: float32, at the known rate, with more than two channels mixed to two."""
    layout = "mono" if known["channels"] == 1 else "stereo"
    resampler = AudioResampler(format="flt", layout=layout, rate=known["rate_hz"])
    for frame in _frames(container, stream):
        for resampled in resampler.resample(frame):
            # a plane may end in padding
            yield bytes(resampled.planes[0])[: resampled.samples * known["channels"] * SAMPLE_BYTES]


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame | None]:
    """Decoded frames, then None for what the resampler still holds; damaged packets are left out."""
    for packet in container.demux(stream):
        try:
            yield from stream.codec_context.decode(packet if packet.size else None)
        except av.error.InvalidDataError:
            continue
    yield None


def main(path: str) -> None:
    """Write the answer to the standard output."""
    limit_resources()
    av.logging.set_level(None)
    with Path(path).open("rb") as file:
        known, parts = decode(file)
    sys.stdout.buffer.write(json.dumps(known).encode() + b"\n")
    sys.stdout.buffer.writelines(parts)


if __name__ == "__main__":
    main(sys.argv[1])

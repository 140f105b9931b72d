"""What phones, browsers and cameras record is decoded apart; a file that crashes or hangs FFmpeg costs one sentence."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.data import decode_sound, decoding_sounds, sounds
from core.errors import InputError
from tests.core.recordings import CONTAINERS, recorded, silent_film, streamed_flac, tone


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        sounds.open_recording(path)
    return str(caught.value)


def loudest_hz(wave: sounds.Wave) -> float:
    return float(np.abs(np.fft.rfft(wave)).argmax() * sounds.SAMPLE_RATE_HZ / len(wave))


@pytest.mark.parametrize("ending", CONTAINERS)
def test_every_container_is_decoded(ending: str, tmp_path: Path) -> None:
    wave = sounds.open_sound(recorded(tmp_path / f"a.{ending}", tone(1, CONTAINERS[ending][2])))
    assert wave.dtype == np.float32
    assert len(wave) == pytest.approx(16_000, abs=1300)  # a codec adds part of a packet, or loses one
    assert loudest_hz(wave) == pytest.approx(440, abs=3)


def test_film_without_sound_is_refused(tmp_path: Path) -> None:
    assert refused(silent_film(tmp_path / "a.mp4")) == "This file has no sound track."


def test_known_long_sounds_are_refused(tmp_path: Path) -> None:
    assert refused(recorded(tmp_path / "a.webm", tone(62, 48_000))) == "A sound may last at most 60 seconds."


def test_recording_without_length_is_cut(tmp_path: Path) -> None:
    cut = sounds.open_recording(recorded(tmp_path / "a.webm", tone(62, 48_000), live=True))
    assert cut.cut
    assert len(cut.wave) == 60 * 16_000
    whole = sounds.open_recording(recorded(tmp_path / "b.webm", tone(2, 48_000), live=True))
    assert not whole.cut
    assert len(whole.wave) == 2 * 16_000


def test_decoded_samples_stay_bounded(tmp_path: Path) -> None:
    path = streamed_flac(tmp_path / "a.flac", tone(61, 192_000), 192_000)
    decoded = decoding_sounds.decode_apart(path)
    assert decoded.cut
    assert (decoded.file_rate_hz, decoded.rate_hz) == (192_000, 48_000)
    assert decoded.samples.nbytes == 60 * 48_000 * 4


def test_more_channels_become_two(tmp_path: Path) -> None:
    six = np.stack([tone(1, 16_000, 200 + 100 * i) for i in range(6)], 1) / 4
    soundfile.write(tmp_path / "a.flac", six, 16_000)
    assert decoding_sounds.decode_apart(tmp_path / "a.flac").samples.shape == (16_000, 2)


def test_playlists_open_nothing(tmp_path: Path) -> None:
    """FFmpeg follows a playlist to other files of the server, and to addresses inside its network."""
    recorded(tmp_path / "secret.aac", tone(1, 44_100))
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.aac\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.txt").write_text("ffconcat version 1.0\nfile secret.aac\n")
    for name in ("list.m3u8", "list.txt"):
        assert "not a sound that can be read" in refused(tmp_path / name)


def test_unknown_codec_is_refused(tmp_path: Path) -> None:
    """A wave file names its codec by a number; FFmpeg has no decoder for most of them."""
    soundfile.write(tmp_path / "a.wav", tone(1, 16_000), 16_000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    data[20:22] = b"M3"
    (tmp_path / "a.wav").write_bytes(data)
    assert "not a sound that can be read" in refused(tmp_path / "a.wav")


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    whole = recorded(tmp_path / "whole.m4a", tone(2, 44_100)).read_bytes()
    rng = np.random.default_rng(3)
    for number in range(12):
        damaged = bytearray(whole)
        for place in rng.integers(40, len(whole), 200):
            damaged[place] = rng.integers(256)
        (tmp_path / "damaged.m4a").write_bytes(damaged[: len(whole) // (1 + number % 2)])
        try:
            wave = sounds.open_sound(tmp_path / "damaged.m4a")
        except InputError as error:
            assert str(error)  # noqa: PT017
        else:
            assert len(wave) <= sounds.MAX_S * sounds.SAMPLE_RATE_HZ


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("import os; os.abort()", "This sound file is damaged."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "This sound file is damaged."),
        ("import sys; sys.exit(3221225477)", "This sound file is damaged."),
        ("import time; time.sleep(60)", "This sound takes too long to decode. Save it as WAV or MP3."),
    ],
)
def test_crash_or_hang_is_a_sentence(
    program: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding_sounds, "COMMAND", (sys.executable, "-c", program))
    monkeypatch.setattr(decoding_sounds, "WAIT_S", 1.0)
    assert refused(recorded(tmp_path / "a.m4a", tone(1, 44_100))) == sentence


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_process_limits_memory_and_time() -> None:
    """It may neither take a gigabyte, nor compute for more than ten seconds, nor write a file."""
    program = (
        "import resource; from core.data import decode_sound; decode_sound.limit_resources()\n"
        "print(*(resource.getrlimit(kind)[1] for kind in "
        "(resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)))\n"
        "try: bytearray(2**30)\nexcept MemoryError: print('refused')"
    )
    root = decoding_sounds.ROOT
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(2**29), "10", "0", "refused"]


def test_program_imports_little() -> None:
    program = "import sys, core.data.decode_sound; print({'torch', 'numpy', 'soundfile'} & {*sys.modules})"
    root = decoding_sounds.ROOT
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert decode_sound.MAX_S == sounds.MAX_S == 60


def test_defects_of_ours_are_no_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_sounds, "COMMAND", (sys.executable, "-c", "raise ImportError('no av')"))
    with pytest.raises(RuntimeError, match="no av"):
        decoding_sounds.decode_apart(tmp_path)


def test_keys_stay_in_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    program = "import os; assert 'HF_TOKEN' not in os.environ; print('{\"problem\": \"no track\"}')"
    monkeypatch.setattr(decoding_sounds, "COMMAND", (sys.executable, "-c", program))
    with pytest.raises(InputError, match="no sound track"):
        decoding_sounds.decode_apart(tmp_path)

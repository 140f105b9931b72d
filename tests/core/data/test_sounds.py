"""Decoding of visitors' sounds, the splits of the named sets, and spectrograms forth and back."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
import torchaudio
from scipy.fft import dct

from core.data import sounds, spectra
from core.device import generator
from core.errors import InputError
from tests.core.recordings import empty_wav, streamed_flac, tone

RATE = sounds.SAMPLE_RATE_HZ
SPLITS: tuple[sounds.Split, ...] = ("train", "val", "test")


def written(path: Path, samples: sounds.Wave, rate_hz: int, **settings: str) -> Path:
    soundfile.write(path, samples, rate_hz, **settings)
    return path


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 44101, 48000, 96000, 192000])
def test_every_rate_is_resampled_to_16_khz(rate_hz: int, tmp_path: Path) -> None:
    wave = sounds.open_sound(written(tmp_path / "a.wav", tone(0.5, rate_hz), rate_hz))
    assert wave.dtype == np.float32
    assert len(wave) == pytest.approx(RATE / 2, rel=0.002)
    loudest_hz = np.abs(np.fft.rfft(wave)).argmax() * RATE / len(wave)
    assert loudest_hz == pytest.approx(440, abs=3)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_every_format_is_read(ending: str, tmp_path: Path) -> None:
    wave = sounds.open_sound(written(tmp_path / f"a.{ending}", tone(0.5, RATE), RATE))
    assert len(wave) == pytest.approx(RATE / 2, abs=2500)
    assert 0.3 < np.abs(wave).max() < 0.7


def test_stereo_is_averaged(tmp_path: Path) -> None:
    left, right = tone(0.2, RATE), 0.5 * tone(0.2, RATE, 880)
    path = written(tmp_path / "a.wav", np.stack([left, right], 1), RATE, subtype="FLOAT")
    assert np.allclose(sounds.open_sound(path), (left + right) / 2, atol=1e-6)


def test_inverse_channels_leave_the_louder_one(tmp_path: Path) -> None:
    left, right = 0.6 * tone(0.2, RATE), -0.5 * tone(0.2, RATE)
    path = written(tmp_path / "a.wav", np.stack([left, right], 1), RATE, subtype="FLOAT")
    assert np.allclose(sounds.open_sound(path), left, atol=1e-6)
    path = written(tmp_path / "b.wav", np.stack([left, 0 * left], 1), RATE, subtype="FLOAT")
    assert np.allclose(sounds.open_sound(path), left / 2, atol=1e-6), "one silent channel is averaged as before"


def test_data_sets_keep_plain_means(tmp_path: Path) -> None:
    (tmp_path / "dog").mkdir()
    left = tone(0.2, RATE)
    written(tmp_path / "dog" / "a.wav", np.stack([left, -0.9 * left], 1), RATE, subtype="FLOAT")
    assert np.allclose(sounds.load(f"folder:{tmp_path}", "test").waves[0].numpy(), 0.05 * left, atol=1e-6)


def test_empty_recordings_are_refused(tmp_path: Path) -> None:
    path = empty_wav(tmp_path / "safari.wav")
    assert path.stat().st_size == 44
    assert refused(path) == "This recording is empty."


@pytest.mark.parametrize("frames", [0, 2**36 - 1])
def test_flac_without_length_is_read(frames: int, tmp_path: Path) -> None:
    path = streamed_flac(tmp_path / "streamed.flac", tone(2, RATE), RATE, frames)
    recording = sounds.open_recording(path)
    assert np.allclose(recording.wave, tone(2, RATE), atol=1e-4)
    assert not recording.cut


def test_sound_called_raw_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", tone(0.5, RATE), RATE).rename(tmp_path / "a.raw")
    assert len(sounds.open_sound(path)) == RATE / 2


def refused(path: Path | None) -> str:
    with pytest.raises(InputError) as caught:
        sounds.open_sound(path)
    return caught.value.sentence


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "words.wav").write_text("this is not a sound " * 100)
    (tmp_path / "zeros.wav").write_bytes(bytes(5000))
    whole = written(tmp_path / "whole.flac", tone(1, RATE), RATE).read_bytes()
    (tmp_path / "head.flac").write_bytes(whole[:60])
    assert "empty" in refused(tmp_path / "empty.wav")
    assert "not a sound" in refused(tmp_path / "words.wav")
    assert "not a sound" in refused(tmp_path / "zeros.wav")
    assert refused(tmp_path / "head.flac")
    assert refused(tmp_path / "missing.wav")
    assert "first" in refused(None)


def test_truncated_file_is_read_or_refused(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.ogg", tone(1, RATE), RATE).read_bytes()
    (tmp_path / "torn.ogg").write_bytes(whole[: len(whole) // 2])
    try:
        wave = sounds.open_sound(tmp_path / "torn.ogg")
    except InputError as error:
        assert error.sentence  # noqa: PT017
    else:
        assert len(wave) <= RATE


def test_silence_nan_and_lengths_are_refused(tmp_path: Path) -> None:
    assert "silent" in refused(written(tmp_path / "a.wav", np.zeros(RATE, np.float32), RATE))
    holed = tone(0.5, RATE)
    holed[100] = np.nan
    assert "not numbers" in refused(written(tmp_path / "b.wav", holed, RATE, subtype="FLOAT"))
    assert "shorter" in refused(written(tmp_path / "c.wav", tone(0.01, RATE), RATE))
    assert "channels" in refused(written(tmp_path / "d.wav", np.zeros((RATE, 3), np.float32), RATE))
    assert "samples per second" in refused(written(tmp_path / "e.wav", tone(1, 4000), 4000))


def test_long_sound_is_refused_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "hour.flac", np.zeros(3600 * 8000, np.float32), 8000)
    assert path.stat().st_size < 1_000_000, "small on disk"
    monkeypatch.setattr(sounds, "_read", lambda path: pytest.fail("decoded"))
    assert "at most" in refused(path)


def test_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "large.wav").open("wb") as file:
        file.truncate(100_000_001)
    monkeypatch.setattr(sounds, "_header", lambda path: pytest.fail("read"))
    assert "MB" in refused(tmp_path / "large.wav")


def test_fsdd_and_esc10_splits(tmp_path: Path) -> None:
    (tmp_path / "fsdd" / "recordings").mkdir(parents=True)
    for take in (0, 4, 5, 9, 10, 49):
        written(tmp_path / "fsdd" / "recordings" / f"3_theo_{take}.wav", tone(0.2, 8000), 8000)
    (tmp_path / "esc10" / "rain").mkdir(parents=True)
    for fold in range(1, 6):
        written(tmp_path / "esc10" / "rain" / f"{fold}-7-A.ogg", tone(0.3, RATE), RATE)
    found = {split: sounds.load("fsdd", split, root=str(tmp_path)) for split in SPLITS}
    assert {split: len(data.waves) for split, data in found.items()} == {"train": 2, "val": 2, "test": 2}
    assert found["test"].classes == ("3",)
    assert found["test"].speakers == ("theo", "theo")
    names = {s: [f.name[0] for f in sounds.find_files("esc10", s, str(tmp_path))] for s in SPLITS}
    assert names == {"train": ["2", "3", "4"], "val": ["1"], "test": ["5"]}
    both = sounds.joined(found["train"], sounds.load("esc10", "test", root=str(tmp_path)))
    assert both.classes == ("3", "rain")
    assert both.labels.tolist() == [0, 0, 1]


def test_folders_are_searched_recursively(tmp_path: Path) -> None:
    for place in ("deep/er/dog", "deep/cat"):
        (tmp_path / place).mkdir(parents=True)
        written(tmp_path / place / "a.wav", tone(0.2, RATE), RATE)
    data = sounds.load(f"folder:{tmp_path}", "test")
    assert data.classes == ("cat", "dog")
    with pytest.raises(InputError):
        sounds.load(f"folder:{tmp_path / 'none'}", "test")


def test_mfcc_equals_torchaudios() -> None:
    wave = 0.1 * torch.randn(RATE, generator=generator(0))
    settings = spectra.MelSettings()
    db = spectra.log_mel(wave, settings)
    theirs = torchaudio.transforms.MFCC(
        RATE, 20, melkwargs={"n_fft": 512, "hop_length": 160, "n_mels": 64, "mel_scale": "slaney"}
    )(wave)
    ours = spectra.mfcc(db)
    assert torch.allclose(ours[1:], theirs[1:], atol=0.02), "the first counts loudness, which ours leaves out"
    assert np.allclose(ours.numpy(), dct(db.numpy(), axis=0, norm="ortho")[:20], atol=1e-3)


def test_spectrogram_ignores_recording_level() -> None:
    wave = torch.from_numpy(tone(0.5, RATE) * np.linspace(0, 1, RATE // 2, dtype=np.float32))
    settings = spectra.MelSettings()
    db = spectra.log_mel(wave, settings)
    assert db.shape == (64, RATE // 2 // 160 + 1)
    assert (float(db.max()), float(db.min())) == (0, -80)
    assert torch.allclose(db, spectra.log_mel(0.01 * wave, settings), atol=0.5)
    assert torch.allclose(spectra.from_unit(spectra.to_unit(db)), db, atol=1e-4)


def test_spectrogram_survives_synthesis() -> None:
    settings = spectra.MelSettings()
    wave = torch.from_numpy(tone(0.5, RATE, 500) + 0.5 * tone(0.5, RATE, 1500))
    db = spectra.absolute_db(wave, settings)
    again = spectra.to_sound(db, settings, generator(0))
    assert len(again) == (db.shape[1] - 1) * settings.hop
    assert float(again.std()) == pytest.approx(float(wave.std()), rel=0.25), "as loud"
    loud = db > db.max() - 30
    error = (spectra.absolute_db(again, settings) - db)[loud].square().mean().sqrt()
    assert float(error) < 3, "dB"
    assert torch.equal(again, spectra.to_sound(db, settings, generator(0)))

"""The bundled emoji, photographs, digits and sounds are complete, licence-clean, readable offline and unchangeable."""

import json
import re
import socket
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.data import bundled
from core.errors import InputError

HAN = re.compile(r"[\u4e00-\u9fff]")
NOTICE = Path(__file__).resolve().parents[3] / "NOTICE"


def test_every_emoji_has_its_names() -> None:
    gallery = bundled.emoji_gallery()
    assert gallery.images.shape == (len(gallery.chars), 64, 64, 3)
    assert gallery.images.dtype == np.uint8
    assert 1300 <= len(gallery.chars) <= 1500
    assert len(gallery.chars) == len(set(gallery.chars)) == len(gallery.names) == len(gallery.groups)


def test_emoji_are_distinct_and_not_blank() -> None:
    images = bundled.emoji_gallery().images
    inked = (images < 240).any(axis=-1).mean(axis=(1, 2))  # (N,) share of pixels that are not paper
    assert inked.min() > 0.01
    assert len({image.tobytes() for image in images}) == len(images)


def test_emoji_lie_on_white_cells() -> None:
    images = bundled.emoji_gallery().images.astype(int)
    corners = images[:, [0, 0, -1, -1], [0, -1, 0, -1]]  # (N, 4, 3)
    assert (corners == 255).all(axis=(1, 2)).mean() > 0.9
    heart = images[bundled.emoji_gallery().chars.index("💚"), 32, 32]
    assert heart[1] > heart[0] + 30  # the green heart is green, so sheet and index are in step
    assert heart[1] > heart[2] + 30
    last = images[bundled.emoji_gallery().chars.index("🏴"), 20:30, 20:40]
    assert last.mean() < 90  # the black flag is black, in the last row


def test_skin_tones_and_sequences_are_absent() -> None:
    for char in bundled.emoji_gallery().chars:
        assert not any(0x1F3FB <= ord(point) <= 0x1F3FF for point in char)
        assert len(char.removesuffix("\ufe0f")) == 1


def test_emoji_names_are_in_both_languages() -> None:
    gallery = bundled.emoji_gallery()
    assert all(en and zh and ":" not in en + zh and "_" not in en + zh for en, zh in gallery.names)
    assert np.mean([bool(HAN.search(zh)) for _, zh in gallery.names]) > 0.97
    assert not any(HAN.search(en) for en, _ in gallery.names)
    groups = Counter(gallery.groups)
    assert len(groups) == len({en for en, _ in groups}) == 9
    assert all(HAN.search(zh) and not HAN.search(en) for en, zh in groups)
    assert gallery.groups[gallery.chars.index("🐼")][0] == "Animals & Nature"


def test_digits_are_twenty_per_class() -> None:
    digits = bundled.digits()
    assert digits.images.shape == (200, 28, 28)
    assert Counter(digits.labels.tolist()) == dict.fromkeys(range(10), 20)
    assert len(set(digits.indices.tolist())) == 200
    assert 0 <= digits.indices.min() < digits.indices.max() < 10_000
    ink = digits.images.mean(axis=(1, 2))  # (200,)
    assert ink.min() > 5
    assert ink[digits.labels == 1].mean() < 0.6 * ink[digits.labels == 0].mean()  # a one takes less ink than a zero


def test_photographs_load_with_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a photograph asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    bundled.photographs.cache_clear()
    photographs = bundled.photographs()
    assert len({photograph.key for photograph in photographs}) == len(photographs) == 9
    for photograph in photographs:
        height, width, channels = photograph.image.shape
        assert min(height, width) >= 300
        assert channels == 3
        assert photograph.image.dtype == np.uint8
        assert np.ptp(photograph.image.mean(axis=(0, 1))) > 1  # in colour
        assert HAN.search(photograph.name[1])
        assert photograph.credit


@pytest.mark.parametrize("sound", bundled.sounds(), ids=lambda sound: sound.key)
def test_sound_is_short_and_audible(sound: bundled.Sound) -> None:
    samples = bundled.read_sound(sound.key)
    assert samples.ndim == 1
    assert samples.dtype == np.float32
    assert 0.15 * bundled.SAMPLE_RATE_HZ < len(samples) <= 3 * bundled.SAMPLE_RATE_HZ
    assert np.abs(samples).max() == pytest.approx(0.7, abs=0.001)
    assert np.sqrt(np.mean(samples**2)) > 0.03
    assert abs(samples[0]) < 0.02  # no click at either end
    assert abs(samples[-1]) < 0.02
    assert sound.kind in bundled.KINDS
    assert sound.name[0]
    assert not HAN.search(sound.name[0])
    assert HAN.search(sound.name[1])


def test_every_sound_file_is_listed() -> None:
    files = sorted((bundled.ASSETS / "sounds").glob("*.flac"))
    assert [file.stem for file in files] == sorted(sound.key for sound in bundled.sounds())
    assert sum(file.stat().st_size for file in files) < 2_500_000


def test_every_voice_speaks_every_digit() -> None:
    spoken = [sound for sound in bundled.sounds() if sound.kind == "digit"]
    voices = {sound.speaker for sound in spoken}
    assert len(voices) >= 4
    assert {(sound.label, sound.speaker) for sound in spoken} == {(d, voice) for d in range(10) for voice in voices}
    assert all(sound.label is None and sound.speaker is None for sound in bundled.sounds() if sound.kind != "digit")


def test_borrowed_clips_are_credited_in_notice() -> None:
    notice = NOTICE.read_text(encoding="utf-8")
    clips = [sound for sound in bundled.sounds() if sound.kind == "sample"]
    assert len(clips) >= 30
    for clip in clips:
        author, year, url, licence = clip.credit.rsplit(", ", 3)
        assert author
        assert re.fullmatch(r"20\d\d", year)
        assert re.fullmatch(r"https?://(www\.)?freesound\.org/people/\S+/sounds/\d+/", url)
        assert licence == "CC0 1.0"
        assert re.search(rf"{clip.key} +{re.escape(f'{author}, {year}, {url}')}", notice)


def test_tone_has_the_named_pitch() -> None:
    for hz in (110, 440, 1760):
        samples = bundled.read_sound(f"tone_{hz}")
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
        assert np.argmax(spectrum) * bundled.SAMPLE_RATE_HZ / len(samples) == pytest.approx(hz, abs=2)


def test_unknown_sound_is_one_sentence() -> None:
    for key in ("nothing", "../sounds/tone_440", ""):
        with pytest.raises(InputError, match="no bundled sound"):
            bundled.read_sound(key)


def test_shared_arrays_cannot_be_changed() -> None:
    arrays: list[np.ndarray] = [
        bundled.emoji_gallery().images,
        bundled.digits().images,
        bundled.digits().labels,
        bundled.digits().indices,
        bundled.photographs()[0].image,
        bundled.read_sound("tone_440"),
    ]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_sound_index_names_plain_files() -> None:
    rows = json.loads((bundled.ASSETS / "sounds" / "sounds.json").read_text(encoding="utf-8"))["sounds"]
    assert all(re.fullmatch(r"[a-z0-9_]+\.flac", row["file"]) for row in rows)


def test_picture_gallery_starts_with_emoji() -> None:
    gallery, emoji, photos = bundled.picture_gallery(), bundled.emoji_gallery(), bundled.photographs()
    assert gallery.images.shape == (len(emoji.names) + len(photos), 64, 64, 3)
    assert gallery.emoji_count == len(emoji.names)
    assert gallery.emoji_groups == emoji.groups
    assert gallery.names == (*emoji.names, *(photo.name for photo in photos))
    assert np.array_equal(gallery.images[: gallery.emoji_count], emoji.images)
    assert not gallery.images.flags.writeable

"""The audio tab's handlers as plain functions: what they draw, what they refuse, in both languages."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from core.audio import explore
from core.data import bundled
from demos import audio
from demos._sound_views import outline, playable
from demos._words import Say

SEVEN = explore.sound_path("digit_7_american")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_analysis_is_drawn_in_the_visitors_language(sound_file: Path, language: str) -> None:
    say = Say(language)  # type: ignore[arg-type]
    wave, mel, features, cepstra, size = audio.on_analyse(say, str(sound_file), explore.NAME)
    assert wave.layout.title.text == say("audio.waveform")
    assert len(wave.data[0].x) <= 1000
    assert mel.size == features.size == cepstra.size == (560, 150)
    assert "1.50" in size


def test_restoration_is_drawn_and_playable(sound_file: Path) -> None:
    say = Say("zh")
    hole, restored, linear, *players, bars, verdict = audio.on_restore(say, str(sound_file), 50, 120)
    assert hole.size == restored.size == linear.size
    assert len(players) == 3
    for rate_hz, samples in players:
        assert (rate_hz, samples.dtype) == (16_000, np.int16)
        assert len(samples) == pytest.approx(24_000, abs=2)
    assert np.abs(players[0][1].astype(int)).min() == 0
    assert not np.array_equal(players[0][1], players[1][1])
    assert len(bars.data[0].y) == 3
    assert min(bars.data[0].y) > 0
    assert "dB" in verdict


def test_views_comparison_neighbours_and_probes(sound_file: Path) -> None:
    say = Say("en")
    first, second, sentence = audio.on_views(say, str(sound_file), 1, 3)
    assert first.size == second.size
    assert not np.array_equal(np.asarray(first), np.asarray(second))
    assert "cosine" in sentence
    assert "1.00" in audio.on_compare(say, SEVEN, SEVEN, explore.NAME)
    *players, table = audio.on_neighbours(say, SEVEN, explore.NAME)
    assert len(players) == audio.NEAREST
    name = next(sound.name for sound in bundled.sounds() if sound.key == "digit_7_american")
    assert players[0]["label"] == name[0]
    assert "MFCC" in table
    digit, speaker, read = audio.on_probe(say, SEVEN)
    assert (len(digit.data[0].y), len(speaker.data[0].y)) == (10, 6)
    assert sum(digit.data[0].y) == pytest.approx(1, abs=1e-3)
    assert "chance 10 %" in read


@pytest.mark.parametrize(
    ("place", "length_ms"), [(50, float("nan")), (float("inf"), 100), (101, 100), (50, 5000), (None, 100), (50, "x")]
)
def test_bad_numbers_are_one_sentence(place: float, length_ms: float) -> None:
    with pytest.raises(gr.Error) as caught:
        audio.on_restore(Say("zh"), SEVEN, place, length_ms)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_bad_sounds_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear model,\n")
    say = Say("zh")
    for source in (None, str(tmp_path / "letter.wav")):
        for ask in (
            lambda source=source: audio.on_analyse(say, source, explore.NAME),
            lambda source=source: audio.on_views(say, source, 1, 0),
            lambda source=source: audio.on_compare(say, SEVEN, source, explore.NAME),
            lambda source=source: audio.on_neighbours(say, source, explore.NAME),
            lambda source=source: audio.on_probe(say, source),
        ):
            with pytest.raises(gr.Error) as caught:
                ask()
            assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_without_the_hub_the_bundled_model_stays() -> None:
    if explore.offer().at_hand:
        pytest.skip("the Hub's model is on this machine")
    say = Say("en")
    running = audio.on_fetch(say)
    assert str(explore.offer().megabytes) in next(running)[1]
    with pytest.raises(gr.Error, match="bundled model stays"):
        next(running)
    assert [name for _, name in audio.models(say)] == [explore.NAME]


def test_outline_keeps_the_extremes() -> None:
    wave = np.zeros(80_000, np.float32)
    wave[777], wave[40_000] = 0.9, -0.8
    times, values = outline(wave)
    assert len(times) == len(values) == 1000
    assert (values.max(), values.min()) == (np.float32(0.9), np.float32(-0.8))
    assert playable(np.array([2.0, -2.0], np.float32))[1].tolist() == [32767, -32767]

"""The audio tab's handlers as plain functions: what they draw, what they refuse, in both languages."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from core import checkpoints
from core.audio import explore, train
from core.data import bundled
from demos.audio import tab
from demos.audio.views import outline, playable
from tests.demos.voices import voice
from tests.own_checkpoints import settle

SEVEN = explore.sound_path("digit_7_american")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_analysis_is_drawn_in_the_visitors_language(sound_file: Path, language: str) -> None:
    say = voice("audio", language)  # type: ignore[arg-type]
    wave, mel, features, cepstra, size = tab.on_analyse(say, str(sound_file), explore.NAME)
    assert wave.layout.title.text == say("audio.waveform")
    assert len(wave.data[0].x) <= 1000
    assert mel.size == features.size == cepstra.size == (560, 150)
    assert "1.50" in size


def test_restoration_is_drawn_and_playable(sound_file: Path) -> None:
    say = voice("audio", "zh")
    hole, restored, linear, *players, bars, verdict = tab.on_restore(say, str(sound_file), 50, 120, explore.NAME)
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
    say = voice("audio")
    first, second, sentence = tab.on_views(say, str(sound_file), 1, 3, explore.NAME)
    assert first.size == second.size
    assert not np.array_equal(np.asarray(first), np.asarray(second))
    assert "cosine" in sentence
    assert "1.00" in tab.on_compare(say, SEVEN, SEVEN, explore.NAME)
    *players, table = tab.on_neighbours(say, SEVEN, explore.NAME)
    assert len(players) == tab.NEAREST
    name = next(sound.name for sound in bundled.sounds() if sound.key == "digit_7_american")
    assert players[0]["label"] == name[0]
    assert "MFCC" in table
    digit, speaker, read = tab.on_probe(say, SEVEN, explore.NAME)
    assert (len(digit.data[0].y), len(speaker.data[0].y)) == (10, 6)
    assert sum(digit.data[0].y) == pytest.approx(1, abs=1e-3)
    assert "chance 10 %" in read


@pytest.mark.parametrize(
    ("place", "length_ms"), [(50, float("nan")), (float("inf"), 100), (101, 100), (50, 5000), (None, 100), (50, "x")]
)
def test_bad_numbers_are_one_sentence(place: float, length_ms: float) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_restore(voice("audio", "zh"), SEVEN, place, length_ms, explore.NAME)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_bad_sounds_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear model,\n")
    say = voice("audio", "zh")
    for source in (None, str(tmp_path / "letter.wav")):
        for ask in (
            lambda source=source: tab.on_analyse(say, source, explore.NAME),
            lambda source=source: tab.on_views(say, source, 1, 0, explore.NAME),
            lambda source=source: tab.on_compare(say, SEVEN, source, explore.NAME),
            lambda source=source: tab.on_neighbours(say, source, explore.NAME),
            lambda source=source: tab.on_probe(say, source, explore.NAME),
        ):
            with pytest.raises(gr.Error) as caught:
                ask()
            assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_without_the_hub_the_bundled_model_stays() -> None:
    if explore.offer().at_hand:
        pytest.skip("the Hub's model is on this machine")
    say = voice("audio")
    running = tab.on_fetch(say)
    assert str(explore.offer().megabytes) in next(running)[1]
    with pytest.raises(gr.Error, match="bundled model stays"):
        next(running)
    assert [name for _, name in tab.models(say)] == [explore.NAME]


def test_outline_keeps_the_extremes() -> None:
    wave = np.zeros(80_000, np.float32)
    wave[777], wave[40_000] = 0.9, -0.8
    times, values = outline(wave)
    assert len(times) == len(values) == 1000
    assert (values.max(), values.min()) == (np.float32(0.9), np.float32(-0.8))
    assert playable(np.array([2.0, -2.0], np.float32))[1].tolist() == [32767, -32767]


@pytest.mark.parametrize("name", ["", "audio/other", "../audio/sounds", "rotation/photos", "/etc", None])
def test_only_offered_models_can_be_named(name: str) -> None:
    say = voice("audio", "zh")
    for ask in (
        lambda: tab.on_analyse(say, SEVEN, name),
        lambda: tab.on_restore(say, SEVEN, 50, 100, name),
        lambda: tab.on_views(say, SEVEN, 1, 0, name),
        lambda: tab.on_compare(say, SEVEN, SEVEN, name),
        lambda: tab.on_neighbours(say, SEVEN, name),
        lambda: tab.on_probe(say, SEVEN, name),
    ):
        with pytest.raises(gr.Error, match="请选择所提供的模型之一"):
            ask()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_trained_here_is_offered_and_works_without_probes(
    language: str, tmp_path: Path, sound_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = voice("audio", language)  # type: ignore[arg-type]
    settle(tmp_path / "checkpoints", monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    for key in ("digit_1_woman", "digit_2_woman", "pluck_e4", "sample_misc_crow"):
        (tmp_path / "clips" / f"{key}.flac").write_bytes(Path(explore.sound_path(key)).read_bytes())
    name = f"audio/mine-{language}"
    flags = ["--data", "folder:clips", "--name", name.split("/")[1], "--width", "32", "--depth", "1", "--stem", "8"]
    train.main([*flags, "--window", "24", "--batch", "4", "--steps", "2", "--device", "cpu"])
    assert name in checkpoints.bundled("audio")
    assert tab.models(say)[:2] == [(say("audio.model_sounds"), explore.NAME), (name, name)]
    sound = str(sound_file)
    assert "32" in tab.on_analyse(say, sound, name)[-1], "features of this model, not of the bundled one"
    own, bundled_one = (tab.on_restore(say, sound, 50, 120, model) for model in (name, explore.NAME))
    assert own[6].data[0].y[0] != bundled_one[6].data[0].y[0]
    assert own[6].data[0].y[1:] == bundled_one[6].data[0].y[1:], "the baselines are the same"
    assert len(tab.on_views(say, sound, 1, 0, name)) == 3
    assert "1.00" in tab.on_compare(say, sound, sound, name)
    assert len(tab.on_neighbours(say, sound, name)) == tab.NEAREST + 1
    digit, speaker, read = tab.on_probe(say, sound, name)
    assert read.startswith(say("audio.no_probes", model=name))
    assert (len(digit.data[0].y), len(speaker.data[0].y)) == (10, 6)
    assert say("audio.no_probes", model=explore.NAME) not in tab.on_probe(say, sound, explore.NAME)[2]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_an_untrained_network_can_is_told_once_it_was_measured(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {"accuracy": 0.99, "untrained_accuracy": 0.61}
    monkeypatch.setattr(explore, "metrics", lambda: dict.fromkeys(explore.PROBED.values(), figures))
    sentence = tab._untrained_sentence(voice("audio", language))  # type: ignore[arg-type]
    assert sentence.count("61%") == sentence.count("99%") == 3
    monkeypatch.setattr(explore, "metrics", dict)
    assert tab._untrained_sentence(voice("audio", language)) == ""  # type: ignore[arg-type]

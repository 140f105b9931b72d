"""The audio tab's handlers as plain functions: what they draw and refuse, in both languages."""

from pathlib import Path
from unittest.mock import Mock

import gradio as gr
import numpy as np
import pytest
import soundfile

from core import checkpoints
from core.audio import explore, train
from core.data import bundled, sounds, spectra
from demos.audio import inputs as tab_inputs
from demos.audio import tab
from demos.audio.views import card_sentence, outline, playable, restoring_sentence, untrained_sentence
from demos.page.parts import same
from demos.page.words import Language
from tests.demos.voices import voice
from tests.own_checkpoints import settle

RATE = sounds.SAMPLE_RATE_HZ
SEVEN = explore.sound_path("digit_7_american")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_analysis_is_drawn_in_each_language(sound_file: Path, language: Language) -> None:
    say = voice("audio", language)
    values = tab.on_analyse(say, str(sound_file), explore.NAME)
    assert values.wave.layout.title.text == say("audio.waveform")
    assert len(values.wave.data[0].x) <= 1000
    assert values.mel.size == values.features.size == values.mfcc.size == (560, 150)
    assert "1.50" in values.size


def test_restoration_is_drawn_and_playable(sound_file: Path) -> None:
    say = voice("audio", "zh")
    values = tab.on_restore(say, str(sound_file), 50, 120, explore.NAME)
    lines = tab.on_baselines(say, str(sound_file), 50, 120, explore.NAME)
    assert values.hole.size == values.restored.size == values.truth.size == lines.linear.size == (560, 150)
    for rate_hz, samples in (values.hear_masked, values.hear_restored, lines.hear_linear):
        assert rate_hz == 16_000
        assert samples.dtype == np.int16
        assert len(samples) == pytest.approx(24_000, abs=2)
    assert np.abs(values.hear_masked[1].astype(int)).min() == 0
    assert not np.array_equal(values.hear_masked[1], values.hear_restored[1])
    assert len(lines.errors.data[0].y) == 3
    assert min(lines.errors.data[0].y) > 0
    assert "dB" in values.verdict


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("key", "length_s"), [("digit_7_american", 0.1), ("digit_3_british", 0.15)])
def test_verdict_says_which_is_closer(key: str, length_s: float, language: Language) -> None:
    found = explore.restore(explore.sound_path(key), 0.45, length_s)
    verdict = tab.on_restore(
        voice("audio", language), explore.sound_path(key), 45, 1000 * length_s, explore.NAME
    ).verdict
    closer, no_closer = (
        ("**Closer", "**No closer") if language == "en" else ("**比直线插值更接近", "**并不比直线插值更接近")
    )
    assert verdict.startswith(closer if found.model.error_db < found.linear.error_db else no_closer)
    for kind in (found.model, found.linear, found.mean):
        assert f"{kind.error_db:.1f}" in verdict


def test_only_sounds_that_are_heard_are_synthesised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two players of a restoration, and no third Griffin-Lim for the mean fill; every sound as `restore` gives it."""
    found = explore.restore(SEVEN, 0.45, 0.1)
    expected = [playable(filling.wave)[1] for filling in (found.model, found.linear)]
    synthesise = Mock(side_effect=spectra.to_sound)
    monkeypatch.setattr(spectra, "to_sound", synthesise)
    restored = tab.on_restore(voice("audio"), SEVEN, 45, 100, explore.NAME)
    assert synthesise.call_count == 1
    lines = tab.on_baselines(voice("audio"), SEVEN, 45, 100, explore.NAME)
    assert synthesise.call_count == 2
    assert np.array_equal(restored.hear_restored[1], expected[0])
    assert np.array_equal(lines.hear_linear[1], expected[1])


def test_decoded_sound_answers_like_its_file(sound_file: Path) -> None:
    say, path, recording = voice("audio"), str(sound_file), sounds.open_recording(sound_file)
    for ask in (
        lambda sound: tab.on_restore(say, sound, 50, 120, explore.NAME),
        lambda sound: tab.on_baselines(say, sound, 50, 120, explore.NAME),
        lambda sound: tab.on_views(say, sound, 1, 3, explore.NAME),
        lambda sound: tab.on_analyse(say, sound, explore.NAME),
        lambda sound: tab.on_probe(say, sound, explore.NAME),
        lambda sound: tab.on_neighbours(say, sound, explore.NAME),
        lambda sound: tab.on_compare(say, sound, SEVEN, explore.NAME),
    ):
        assert same(ask(path), ask(recording))
        assert same(ask(path), ask(recording.wave))


def late_speech(path: Path) -> Path:
    """Seven seconds of silence, then a spoken digit and three seconds of silence."""
    digit = bundled.read_sound("digit_7_american")
    soundfile.write(path, np.concatenate([np.zeros(7 * RATE), digit, np.zeros(3 * RATE)]), RATE)
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_part_that_is_heard_is_shown(language: Language, tmp_path: Path) -> None:
    say, path = voice("audio", language), str(late_speech(tmp_path / "late.wav"))
    seconds = soundfile.info(path).duration
    found = tab_inputs.on_heard(say, path, tab.AUTO)
    assert found.part["visible"]
    assert found.start["visible"]
    assert found.start["value"] == pytest.approx(min(6.9, seconds - 5), abs=0.3)
    assert found.start["maximum"] == pytest.approx(seconds - 5)
    assert "<svg" in found.part["value"]
    for number in (found.start["value"], found.start["value"] + 5, seconds):
        assert f"{number:.1f}" in found.part["value"]
    moved = tab_inputs.on_heard(say, path, 2)
    assert moved.start["value"] == 2
    assert say("audio.part", start="2.0", end="7.0", seconds=f"{seconds:.1f}") in moved.part["value"]


def test_short_sounds_are_heard_whole(sound_file: Path) -> None:
    found = tab_inputs.on_heard(voice("audio"), str(sound_file), tab.AUTO)
    assert not found.part["visible"]
    assert not found.start["visible"]
    assert found.start["value"] == tab.AUTO


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cut_recordings_are_said_to_be(language: Language) -> None:
    say, minute = voice("audio", language), np.full(60 * RATE, 0.1, np.float32)
    cut = tab_inputs.on_heard(say, sounds.Recording(minute, cut=True), tab.AUTO)
    assert say("audio.part_cut", limit=60) in cut.part["value"]
    whole = tab_inputs.on_heard(say, sounds.Recording(minute), tab.AUTO)
    assert say("audio.part_cut", limit=60) not in whole.part["value"]


def test_handlers_hear_the_chosen_part(tmp_path: Path) -> None:
    say, path = voice("audio"), str(late_speech(tmp_path / "late.wav"))
    asks = (
        lambda start: tab.on_restore(say, path, 50, 120, explore.NAME, start),
        lambda start: tab.on_baselines(say, path, 50, 120, explore.NAME, start),
        lambda start: tab.on_views(say, path, 1, 3, explore.NAME, start),
        lambda start: tab.on_analyse(say, path, explore.NAME, start),
        lambda start: tab.on_probe(say, path, explore.NAME, start),
        lambda start: tab.on_neighbours(say, path, explore.NAME, start),
        lambda start: tab.on_compare(say, path, SEVEN, explore.NAME, start),
    )
    for ask in asks:
        assert ask(tab.AUTO)
        with pytest.raises(gr.Error, match="These 5 seconds are silent"):
            ask(0)
    assert "digit **7**" in tab.on_probe(say, path, explore.NAME).read


def test_one_action_is_one_event() -> None:
    """An upload, and a move of the start, each answer every question that hears the sound."""
    with gr.Blocks() as page:
        tab.build(voice("audio"))
    start = next(block for block in page.blocks.values() if block.elem_id == "audio-start")
    sound = next(block for block in page.blocks.values() if block.elem_id == "audio-sound")
    for block, name in ((start, "release"), (sound, "upload")):
        events = [fn for fn in page.fns.values() if fn.fn is not None and (block._id, name) in fn.targets]
        assert [fn.name for fn in events] == ["on_follow"]
        heard = {item.elem_id for item in events[0].outputs}
        assert {"audio-part", "audio-verdict", "audio-read", "audio-neighbours", "audio-compared"} <= heard


def test_start_of_another_sound_is_its_own(tmp_path: Path) -> None:
    """The slider's range is that of the last sound; a start beyond the next one is no error of Gradio's."""
    with gr.Blocks() as page:
        tab.build(voice("audio"))
    start = next(block for block in page.blocks.values() if block.elem_id == "audio-start")
    assert start.preprocess(200) == 200
    with pytest.raises(gr.Error, match="outside the range"):
        tab_inputs.on_heard(voice("audio"), str(late_speech(tmp_path / "late.wav")), 200)


def test_two_views_are_drawn(sound_file: Path) -> None:
    values = tab.on_views(voice("audio"), str(sound_file), 1, 3, explore.NAME)
    assert values.view1.size == values.view2.size
    assert not np.array_equal(np.asarray(values.view1), np.asarray(values.view2))
    assert "cosine" in values.views


def test_sound_compared_with_itself() -> None:
    assert "1.00" in tab.on_compare(voice("audio"), SEVEN, SEVEN, explore.NAME)


def test_neighbours_are_players_and_table() -> None:
    values = tab.on_neighbours(voice("audio"), SEVEN, explore.NAME)
    assert len(values) == tab.NEAREST + 1
    name = next(sound.name for sound in bundled.sounds() if sound.key == "digit_7_american")
    assert values.near0["label"] == name[0]
    assert "MFCC" in values.table


def test_probes_are_drawn() -> None:
    values = tab.on_probe(voice("audio"), SEVEN, explore.NAME)
    assert (len(values.digit.data[0].y), len(values.speaker.data[0].y)) == (10, 6)
    assert sum(values.digit.data[0].y) == pytest.approx(1, abs=1e-3)
    assert "chance 10 %" in values.read


@pytest.mark.parametrize(
    ("place", "length_ms"), [(50, float("nan")), (float("inf"), 100), (101, 100), (50, 5000), (None, 100), (50, "x")]
)
def test_bad_numbers_are_one_sentence(place: float, length_ms: float) -> None:
    for ask in (tab.on_restore, tab.on_baselines):
        with pytest.raises(gr.Error) as caught:
            ask(voice("audio", "zh"), SEVEN, place, length_ms, explore.NAME)
        assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_bad_sounds_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear model,\n")
    say = voice("audio", "zh")
    for source in (None, str(tmp_path / "letter.wav")):
        for ask in (
            lambda source=source: tab.on_restore(say, source, 50, 100, explore.NAME),
            lambda source=source: tab.on_baselines(say, source, 50, 100, explore.NAME),
            lambda source=source: tab.on_analyse(say, source, explore.NAME),
            lambda source=source: tab.on_views(say, source, 1, 0, explore.NAME),
            lambda source=source: tab.on_compare(say, SEVEN, source, explore.NAME),
            lambda source=source: tab.on_neighbours(say, source, explore.NAME),
            lambda source=source: tab.on_probe(say, source, explore.NAME),
        ):
            with pytest.raises(gr.Error) as caught:
                ask()
            assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_bundled_model_stays_without_hub() -> None:
    if explore.offer().at_hand:
        pytest.skip("the Hub's model is on this machine")
    say = voice("audio")
    running = tab.on_fetch(say)
    assert str(explore.offer().megabytes) in next(running).status
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
        lambda: tab.on_baselines(say, SEVEN, 50, 100, name),
        lambda: tab.on_views(say, SEVEN, 1, 0, name),
        lambda: tab.on_compare(say, SEVEN, SEVEN, name),
        lambda: tab.on_neighbours(say, SEVEN, name),
        lambda: tab.on_probe(say, SEVEN, name),
    ):
        with pytest.raises(gr.Error, match="请选择所提供的模型之一"):
            ask()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_own_model_works_without_probes(
    language: Language, tmp_path: Path, sound_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = voice("audio", language)
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
    assert "32" in tab.on_analyse(say, sound, name).size, "features of this model, not of the bundled one"
    own, shipped = (tab.on_baselines(say, sound, 50, 120, model).errors.data[0].y for model in (name, explore.NAME))
    assert own[0] != shipped[0]
    assert own[1:] == shipped[1:], "the baselines are the same"
    views = tab.on_views(say, sound, 1, 0, name)
    assert not np.array_equal(np.asarray(views.view1), np.asarray(views.view2))
    assert "1.00" in tab.on_compare(say, sound, sound, name)
    assert "MFCC" in tab.on_neighbours(say, sound, name).table
    probed = tab.on_probe(say, sound, name)
    assert probed.read.startswith(say("audio.no_probes", model=name))
    assert (len(probed.digit.data[0].y), len(probed.speaker.data[0].y)) == (10, 6)
    assert say("audio.no_probes", model=explore.NAME) not in tab.on_probe(say, sound, explore.NAME).read


@pytest.mark.parametrize("language", ["en", "zh"])
def test_untrained_accuracy_is_reported_if_measured(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    paired = {"n": 400.0, "trained_only": 31.0, "untrained_only": 20.0, "mcnemar_p": 0.16}
    figures = {"accuracy": 0.99, "untrained_accuracy": 0.61, **paired}
    monkeypatch.setattr(explore, "metrics", lambda: dict.fromkeys(explore.PROBED.values(), figures))
    sentence = untrained_sentence(voice("audio", language))
    assert sentence.count("61%") == sentence.count("99%") == 3
    assert all(figure in sentence for figure in ("400", "31", "20", "0.16"))
    monkeypatch.setattr(explore, "metrics", dict)
    assert untrained_sentence(voice("audio", language)) == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_card_figures_are_on_the_page(language: Language) -> None:
    card, say = explore.metrics(), voice("audio", language)
    for data in ("fsdd", "fsdd, unheard speaker", "esc10"):
        assert f"{card[data]['knn']:.1%}" in card_sentence(say)
    for data in ("fsdd, restoring", "esc10, restoring"):
        assert f"{card[data]['model_db']:.1f}" in restoring_sentence(say)

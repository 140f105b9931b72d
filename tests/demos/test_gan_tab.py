"""The GAN tab's handlers as plain functions: what they draw, what they refuse, and what they leave alone."""

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core.gan import explore
from demos.gan import tab, views
from demos.page.snapshots import labels
from demos.page.words import Say
from tests.demos.voices import voice

EN = voice("gan")
NAN = float("nan")
NAME = explore.NAME


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_opinion_is_drawn_in_the_visitors_language(photo_file: Path, language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    seen, figure, verdict = tab.on_judge(say, str(photo_file), NAME)
    found = explore.judge(str(photo_file))
    assert np.array_equal(np.asarray(seen)[::7, ::7], found.seen)
    assert [line.name for line in figure.data] == [say("gan.unseen"), say("gan.seen_in_training"), say("gan.generated")]
    for line, scores in zip(figure.data, (found.unseen_scores, found.seen_scores, found.sample_scores), strict=True):
        assert len(line.x) == views.BINS
        assert 0.95 < sum(line.y) <= 1.001, f"all but the tails of {len(scores)}"
    assert figure.layout.shapes[0].x0 == pytest.approx(found.score)
    assert figure.layout.annotations[0].text == say("gan.yours")
    assert f"{found.score:+.2f}" in verdict
    assert say("gan.says_real" if found.score > 0 else "gan.says_generated") in verdict


def test_a_score_beyond_all_others_still_stands_in_the_figure() -> None:
    scores = np.linspace(-1, 1, 500).astype(np.float32)
    figure = views.histogram({"a": scores}, title="t", x="x", y="y", hover="", mark=("m", 4.0))
    assert max(figure.data[0].x) > 3.8
    assert sum(figure.data[0].y) == pytest.approx(1, abs=0.01)


def test_samples_follow_their_seed_and_their_limit() -> None:
    first, again, other, tight = (
        tab.on_sample(EN, seed, limit, NAME)[0].tobytes() for seed, limit in ((1, 3.0), (1, 3.0), (2, 3.0), (1, 0.5))
    )
    assert first == again
    assert len({first, other, tight}) == 3
    sheet, sentence = tab.on_sample(EN, 1, 3.0, NAME)
    assert sheet.size == (8 * 84 - 4, 3 * 84 - 4)
    assert f"{explore.sample(1, 3.0).scores.mean():+.2f}" in sentence


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_walk_is_a_strip_and_two_curves(language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    strip, figure, sentence = tab.on_interpolate(say, 0, 1, 5, NAME)
    assert strip.size == (5 * 84 - 4, 2 * 84 - 4)
    assert [line.name for line in figure.data] == [say("gan.latent"), say("gan.blend")]
    found = explore.interpolate(0, 1, 5)
    assert f"{found.blend_scores[2]:+.2f}" in sentence


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stage_is_drawn_in_the_visitors_language(language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    sheet, verdict, figure = tab.on_grow(say, 2, 0)
    assert sheet.size == (4 * 84 - 4, 3 * 84 - 4)
    assert f"{explore.reached()[2]:.1f}" in verdict
    assert list(figure.data[0].x) == labels(say)
    assert sheet.tobytes() != tab.on_grow(say, 4, 0)[0].tobytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_copy_check_shows_eight_samples_and_says_how_near(language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    pairs, figure, verdict = tab.on_copies(say, 3, NAME)
    found = explore.copies(3, 8)
    assert len(pairs) == tab.COPIES == len(found.nearest)
    assert all(f"{item.distance:.2f}" in caption for item, (_, caption) in zip(found.nearest, pairs, strict=True))
    assert [line.name for line in figure.data] == [say("gan.unseen"), say("gan.mirrored")]
    assert f"{found.near:.2f}" in verdict


def test_classes_have_names_in_both_languages_and_others_keep_their_own() -> None:
    assert (views.kind(EN, "frog"), views.kind(voice("gan", "zh"), "frog")) == ("frog", "青蛙")
    assert views.kind(voice("gan", "zh"), "n01443537") == "n01443537"


def test_a_new_seed_redraws_all_that_follows_from_it() -> None:
    values = tab.on_seed(EN, 5, 3.0, 4, NAME)
    assert len(values) == 2 + 3
    assert values[0].tobytes() == tab.on_sample(EN, 5, 3.0, NAME)[0].tobytes()
    assert values[2].tobytes() == tab.on_grow(EN, 4, 5)[0].tobytes()


def test_another_model_redraws_everything(photo_file: Path) -> None:
    assert len(tab.on_model(EN, str(photo_file), 0, 3.0, 0, 1, 4, NAME)) == 3 + 2 + 3 + 3


@pytest.mark.parametrize(
    "ask",
    [
        lambda say, file: tab.on_judge(say, None, NAME),
        lambda say, file: tab.on_judge(say, file, "gan/none"),
        lambda say, file: tab.on_sample(say, NAN, 1.0, NAME),
        lambda say, file: tab.on_sample(say, None, 1.0, NAME),
        lambda say, file: tab.on_sample(say, 0, 0.0, NAME),
        lambda say, file: tab.on_sample(say, 0, 1.0, "<script>"),
        lambda say, file: tab.on_interpolate(say, 0, -1, 8, NAME),
        lambda say, file: tab.on_interpolate(say, 0, 1, 99, NAME),
        lambda say, file: tab.on_grow(say, 5, 0),
        lambda say, file: tab.on_grow(say, 0, NAN),
        lambda say, file: tab.on_copies(say, 0.5, NAME),
        lambda say, file: tab.on_copies(say, 0, "vae/mnist"),
        lambda say, file: tab.on_seed(say, -1, 3.0, 4, NAME),
        lambda say, file: tab.on_model(say, file, 0, 3.0, 0, 1, 8, "gan/none"),
    ],
)
def test_bad_input_is_one_chinese_sentence(photo_file: Path, ask: Any) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(voice("gan", "zh"), str(photo_file))
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_files_that_are_no_pictures_are_one_sentence(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            tab.on_judge(EN, str(file), NAME)


def test_the_card_is_told_beside_floor_and_ceiling() -> None:
    distances, coverage, text = views.quality(EN)
    card = explore.metrics()
    expected = [card[name]["frechet"] for name in ("training pictures", "blurred", "", "noise")]
    assert list(distances.data[0].y) == pytest.approx(expected, abs=1e-4)
    assert [line.name for line in coverage.data] == [EN("gan.precision"), EN("gan.recall")]
    assert f"{card['']['frechet']:.1f}" in text
    bars, told = views.features(EN)
    assert list(bars.data[0].y) == pytest.approx(
        [card["discriminator"][name] for name in ("knn", "untrained_knn")], abs=1e-4
    )
    assert f"{card['discriminator']['knn']:.1%}" in told


def blocks(say: Say) -> gr.Blocks:
    page: gr.Blocks = gr.Blocks()
    with page:
        tab.build(say)
    return page


def test_a_choice_of_one_is_not_shown_and_the_api_has_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: (NAME,))
    page = blocks(voice("gan", "zh"))
    radio = next(
        block for block in page.blocks.values() if isinstance(block, gr.Radio) and block.elem_id == "gan-model"
    )
    assert not radio.visible
    names = {event.api_name for event in page.fns.values() if event.api_visibility == "public"}
    assert names == {f"gan_{name}_zh" for name in ("judge", "sample", "interpolate", "grow", "copies")}


def test_a_visitors_own_model_stands_beside_the_shipped_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: (NAME, "gan/mine"))
    page = blocks(EN)
    radio = next(
        block for block in page.blocks.values() if isinstance(block, gr.Radio) and block.elem_id == "gan-model"
    )
    assert radio.visible
    assert list(radio.choices) == [(EN("gan.model_cifar10"), NAME), ("gan/mine", "gan/mine")]

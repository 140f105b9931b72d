"""The GAN tab's handlers as plain functions: what they show and what they refuse."""

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
def test_score_is_shown_in_the_language(photo_file: Path, language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    shown = tab.on_judge(say, str(photo_file), NAME)
    figure = shown.scores
    found = explore.judge(str(photo_file))
    assert np.array_equal(np.asarray(shown.seen)[::7, ::7], found.seen)
    assert [line.name for line in figure.data] == [say("gan.unseen"), say("gan.seen_in_training"), say("gan.generated")]
    for line, scores in zip(figure.data, (found.unseen_scores, found.seen_scores, found.sample_scores), strict=True):
        assert len(line.x) == views.BINS
        assert 0.95 < sum(line.y) <= 1.001, f"all but the tails of {len(scores)}"
    assert figure.layout.shapes[0].x0 == pytest.approx(found.score)
    assert figure.layout.annotations[0].text == say("gan.yours")
    assert f"{found.score:+.2f}" in shown.verdict
    assert say("gan.says_real" if found.score > 0 else "gan.says_generated") in shown.verdict


def test_extreme_score_stays_in_the_figure() -> None:
    scores = np.linspace(-1, 1, 500).astype(np.float32)
    figure = views.histogram({"a": scores}, title="t", x="x", y="y", hover="", mark=("m", 4.0))
    assert max(figure.data[0].x) > 3.8
    assert sum(figure.data[0].y) == pytest.approx(1, abs=0.01)


def test_samples_depend_on_seed_and_limit() -> None:
    first, again, other, tight = (
        tab.on_sample(EN, seed, limit, NAME).samples.tobytes()
        for seed, limit in ((1, 3.0), (1, 3.0), (2, 3.0), (1, 0.5))
    )
    assert first == again
    assert len({first, other, tight}) == 3
    sheet, sentence = tab.on_sample(EN, 1, 3.0, NAME)
    assert sheet.size == (6 * 84 - 4, 4 * 84 - 4)
    assert f"{explore.sample(1, 3.0).scores.mean():+.2f}" in sentence


@pytest.mark.parametrize("language", ["en", "zh"])
def test_walk_has_strip_and_two_curves(language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    shown = tab.on_interpolate(say, 0, 1, 5, NAME)
    assert shown.strip.size == (5 * 84 - 4, 2 * 84 - 4)
    assert [line.name for line in shown.walk_scores.data] == [say("gan.latent"), say("gan.blend")]
    found = explore.interpolate(0, 1, 5)
    assert f"{found.blend_scores[2]:+.2f}" in shown.walk_text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_stage_is_shown_in_the_language(language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    shown = tab.on_grow(say, 2, 0)
    assert shown.grown.size == (4 * 84 - 4, 3 * 84 - 4)
    assert f"{explore.reached()[2]:.1f}" in shown.grown_text
    assert list(shown.grown_curve.data[0].x) == labels(say)
    assert shown.grown.tobytes() != tab.on_grow(say, 4, 0).grown.tobytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_copy_check_shows_eight_samples(language: str) -> None:
    say = voice("gan", language)  # type: ignore[arg-type]
    shown = tab.on_copies(say, 3, NAME)
    found = explore.copies(3, 8)
    assert len(shown.copies) == tab.COPIES == len(found.nearest)
    assert all(
        f"{item.distance:.2f}" in caption for item, (_, caption) in zip(found.nearest, shown.copies, strict=True)
    )
    assert [line.name for line in shown.distances.data] == [say("gan.unseen"), say("gan.mirrored")]
    limit = found.threshold
    for figure in (f"{limit.distance:.2f}", f"{limit.true_positive_rate:.0%}", f"{limit.false_positive_rate:.1%}"):
        assert figure in shown.copies_text
    apart = [item.distance for item in found.nearest]
    for values in (apart, found.distances, found.copies):
        assert f"{np.median(values):.2f}" in shown.copies_text
    assert say("gan.these_samples") in str(shown.distances.layout.annotations)
    assert ("Median" if language == "en" else "中位数") in shown.copies_text


def test_classes_have_names_in_both_languages() -> None:
    assert (views.class_name(EN, "frog"), views.class_name(voice("gan", "zh"), "frog")) == ("frog", "青蛙")
    assert views.class_name(voice("gan", "zh"), "n01443537") == "n01443537"


@pytest.mark.parametrize(
    "ask",
    [
        lambda say, file: tab.on_judge(say, None, NAME),
        lambda say, file: tab.on_judge(say, file, "gan/none"),
        lambda say, file: tab.on_sample(say, NAN, 1.0, NAME),
        lambda say, file: tab.on_sample(say, None, 1.0, NAME),  # type: ignore[arg-type]
        lambda say, file: tab.on_sample(say, 0, 0.0, NAME),
        lambda say, file: tab.on_sample(say, 0, 1.0, "<script>"),
        lambda say, file: tab.on_interpolate(say, 0, -1, 8, NAME),
        lambda say, file: tab.on_interpolate(say, 0, 1, 99, NAME),
        lambda say, file: tab.on_grow(say, 5, 0),
        lambda say, file: tab.on_grow(say, 0, NAN),
        lambda say, file: tab.on_copies(say, 0.5, NAME),
        lambda say, file: tab.on_copies(say, 0, "vae/mnist"),
        lambda say, file: tab.on_sample(say, -1, 3.0, NAME),
        lambda say, file: tab.on_interpolate(say, 0, 1, 8, "gan/none"),
    ],
)
def test_bad_input_is_a_chinese_sentence(photo_file: Path, ask: Any) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(voice("gan", "zh"), str(photo_file))
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_files_without_pictures_are_refused(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            tab.on_judge(EN, str(file), NAME)


def test_card_is_shown_beside_its_baselines() -> None:
    distances, coverage, text = tab.on_quality(EN)
    card = explore.metrics()
    expected = [card[name]["frechet"] for name in ("training pictures", "blurred", "", "noise")]
    assert list(distances.data[0].y) == pytest.approx(expected, abs=1e-4)
    assert [line.name for line in coverage.data] == [EN("gan.precision"), EN("gan.recall")]
    assert f"{card['']['frechet']:.1f}" in text
    bars, text = tab.on_features(EN)
    assert list(bars.data[0].y) == pytest.approx(
        [card["discriminator"][name] for name in ("knn", "untrained_knn")], abs=1e-4
    )
    assert f"{card['discriminator']['knn']:.1%}" in text


def blocks(say: Say) -> gr.Blocks:
    page: gr.Blocks = gr.Blocks()
    with page:
        tab.build(say)
    return page


def test_single_model_hides_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: (NAME,))
    page = blocks(EN)
    radio = next(
        block for block in page.blocks.values() if isinstance(block, gr.Radio) and block.elem_id == "gan-model"
    )
    assert not radio.visible
    names = {event.api_name for event in page.fns.values() if event.api_visibility == "public"}
    assert names == {f"gan_{name}" for name in ("judge", "sample", "interpolate", "grow", "copies")}


def test_own_model_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: (NAME, "gan/mine"))
    page = blocks(EN)
    radio = next(
        block for block in page.blocks.values() if isinstance(block, gr.Radio) and block.elem_id == "gan-model"
    )
    assert radio.visible
    assert list(radio.choices) == [(EN("gan.model_cifar10"), NAME), ("gan/mine", "gan/mine")]


def test_shared_inputs_are_followed() -> None:
    """Another seed and another model redraw everything that depends on them."""
    page = blocks(EN)
    ids: dict[int | None, Any] = {block._id: getattr(block, "elem_id", None) for block in page.blocks.values()}
    follows = {
        ids[fn.targets[0][0]]: [getattr(item, "elem_id", None) for item in fn.outputs]
        for fn in page.fns.values()
        if fn.name == "on_follow"
    }
    judged, drawn = ["gan-seen", "gan-scores", "gan-verdict"], ["gan-samples", "gan-samples-text"]
    walk = ["gan-strip", "gan-walk-scores", "gan-walk-text"]
    grown = ["gan-grow-samples", "gan-grow-verdict", "gan-grow-curve"]
    copies = ["gan-copies", "gan-distances", "gan-copies-text"]
    assert sorted(map(str, follows["gan-seed"])) == sorted([*drawn, *grown, *copies, "gan-notice"])
    assert sorted(map(str, follows["gan-model"])) == sorted([*judged, *drawn, *walk, *copies, "gan-notice"])

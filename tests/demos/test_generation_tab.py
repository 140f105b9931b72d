"""The handlers of the tab "Does it help?" as plain functions: what they show and what they refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core.generation import explore
from demos.generation import tab, views
from demos.page import inputs
from demos.page.words import Say
from tests.demos.voices import voice

EN, ZH = voice("generation"), voice("generation", "zh")
NAN = float("nan")
Shown = list[tuple[str, str | None]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The first example as a gallery hands it over."""
    folder = tmp_path_factory.mktemp("shown")
    found: Shown = []
    for number, (image, name) in enumerate(inputs.example(EN, tab.EXAMPLES["mixed"])):
        Image.fromarray(image).save(folder / f"{number}.png")
        found.append((str(folder / f"{number}.png"), name))
    return found


@pytest.mark.parametrize("say", [EN, ZH])
def test_every_arm_has_name_and_distance(say: Say) -> None:
    shown = tab.on_compare(say, 0, "cifar10")
    found = explore.draw()
    assert tab.on_draw(say, 0, 2, "cifar10").now_text == shown.now_text
    assert [caption for _, caption in shown.arms] == [
        say("generation.drawn", arm=views.arm_name(say, arm), distance=f"{distance:.1f}")
        for arm, distance in zip(found.arms, found.distances, strict=True)
    ]
    assert list(shown.now.data[0].x) == pytest.approx(found.distances, abs=1e-4)
    assert views.arm_name(say, found.arms[int(np.argmin(found.distances))]) in shown.now_text
    assert f"{found.distances[found.arms.index('plain')]:.1f}" in shown.now_text, "the baseline"


def test_slider_moves_the_first_set_only() -> None:
    assert tab.on_draw(EN, 0, 0, "cifar10").now_text != tab.on_draw(EN, 0, 2, "cifar10").now_text
    early, late = (tab.on_draw(EN, 0, stage, "mnist") for stage in (0, 2))
    assert early.now_text == late.now_text


def test_references_change_all_their_parts(shown: Shown) -> None:
    assert tab.on_label(EN, shown).size == (4 * 94 - 6, 2 * 94 - 6)
    values = tab.on_attend(EN, shown, 0, 1)
    assert [caption for _, caption in values.conditioned] == [views.arm_name(EN, arm) for arm in explore.CONDITIONED]
    assert values.columns.size == (len(shown) * 70 - 6, 64)
    weights = explore.attend([path for path, _ in shown]).attention[0]
    np.testing.assert_allclose(np.asarray(values.heads.data[0].z), weights, atol=1e-4)
    assert f"**{weights.mean(0).argmax() + 1}**" in values.heads_text


def test_other_picture_shows_other_weights(shown: Shown) -> None:
    first, last = (tab.on_attend(EN, shown, 0, which).heads for which in (1, explore.COUNT))
    assert first.data[0].z != last.data[0].z


def test_missing_references_are_refused() -> None:
    with pytest.raises(gr.Error, match="Choose or upload a picture first"):
        tab.on_label(EN, [])
    with pytest.raises(gr.Error, match="Choose 1 to 8 references"):
        tab.on_attend(EN, [], 0, 1)


@pytest.fixture(scope="module")
def measurements() -> list[explore.Measurement]:
    """The answers of one measurement."""
    return list(explore.measure("references", 0, "mnist"))


@pytest.mark.parametrize("say", [EN, ZH])
def test_measurement_streams_beside_the_record(
    say: Say, measurements: list[explore.Measurement], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, float, str]] = []

    def measure(arm: str, seed: float, data: str) -> Iterator[explore.Measurement]:
        asked.append((arm, seed, data))
        yield from measurements

    monkeypatch.setattr(explore, "measure", measure)
    answers = list(tab.on_measure(say, "references", 0, "mnist"))
    assert asked == [("references", 0, "mnist")]
    assert len(answers) == len(explore.COUNTS)
    figure, sentence = answers[-1].measured, answers[-1].measured_text
    assert list(figure.data[0].x) == list(explore.COUNTS)
    assert list(figure.data[1].x) == [5_000, 10_000]
    assert len(figure.data[0].error_y.array) == len(explore.COUNTS)
    assert "1,024" in sentence
    assert "..." in answers[0].measured_text or "……" in answers[0].measured_text


@pytest.mark.parametrize("say", [EN, ZH])
def test_recorded_distances_come_before_a_measurement(say: Say) -> None:
    shown = tab.on_recorded(say, "references", "mnist")
    assert list(shown.measured.data[0].x) == []
    assert list(shown.measured.data[1].x) == [5_000, 10_000]
    assert shown.measured_text == say("generation.not_measured")


@pytest.mark.parametrize("say", [EN, ZH])
@pytest.mark.parametrize("data", explore.SETS)
def test_results_match_the_record(say: Say, data: str) -> None:
    shown = tab.on_set(say, data)
    study = explore.study(data)
    for figure, row in ((shown.simclr, ""), (shown.efficientnet, explore.EFFICIENTNET)):
        means = [arm.rows[row]["frechet"].mean for arm in study.arms]
        assert list(figure.data[0].x) == pytest.approx([*means, study.floor[row]["frechet"]], abs=1e-4)
    for arm in study.arms:
        assert views.arm_name(say, arm.name) in shown.table
        assert f"{arm.rows['']['frechet'].mean:.2f}" in shown.table
    assert f"{study.floor['']['frechet']:.2f}" in shown.table
    assert views.SETS[data] in tab.on_findings(say, data)


@pytest.mark.parametrize("verdict", ["lower", "higher", "undecided"])
@pytest.mark.parametrize("say", [EN, ZH])
def test_every_verdict_has_its_sentence(say: Say, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has a sentence for every verdict that a record may give."""
    arms = explore.ARMS
    sides = explore.Sides(arms[1:3], (), arms[3:])
    monkeypatch.setattr(
        explore,
        "findings",
        lambda data: explore.Findings(3, arms, sides, sides, sides, verdict, verdict),  # type: ignore[arg-type]
    )
    text = views.findings(say, "cifar10")
    assert say(f"generation.control_{verdict}") in text
    assert say(f"generation.heads_{verdict}") in text
    assert views.arm_name(say, arms[1]) in text
    assert say("generation.none") in text


@pytest.mark.parametrize("say", [EN, ZH])
def test_recall_is_part_of_the_verdict(say: Say) -> None:
    """On CIFAR-10 it separates the arms with references from the plain GAN; the ranges stand beside it."""
    text = views.findings(say, "cifar10")
    recall = explore.study("cifar10").arm("plain").rows[""]["recall"]
    lower = explore.findings("cifar10").recall.lower
    assert lower == explore.CONDITIONED
    names = say("generation.comma").join(views.arm_name(say, arm) for arm in lower)
    assert say("generation.with_range", arms=names, low="0.5%", high="4.4%") in text
    for share in (recall.low, recall.high):
        assert f"{share:.1%}" in text
    assert f"**{say('generation.precision')}**" in text


@pytest.mark.parametrize("say", [EN, ZH])
def test_page_states_the_arms_parameters(say: Say) -> None:
    fewest, most = views.parameters()
    assert (fewest, most) == ("156,859", "267,771")
    assert fewest in views.careful(say)
    assert most in views.careful(say)
    for arm in explore.study().arms:
        assert f"{arm.parameters:,}" in views.results(say, "cifar10").table


def test_one_seed_is_reported_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = explore.Sides((), (), explore.ARMS[1:])
    one = explore.Findings(1, explore.ARMS, sides, sides, sides, "one_seed", "one_seed")
    monkeypatch.setattr(explore, "findings", lambda data: one)
    assert "trained once" in views.findings(EN, "mnist")


def test_published_pairs_show_their_change() -> None:
    table = tab.on_published(EN)
    for name, before, after in explore.PUBLISHED:
        assert name in table
        assert f"{after / before - 1:+.0%}" in table


@pytest.mark.parametrize("say", [EN, ZH])
def test_published_text_gives_no_reason(say: Say) -> None:
    """Faces get worse and bedrooms better by the same loss: both stand there, and nothing explains it."""
    table, text = views.published(say), say("generation.published_text")
    assert "+17%" in table
    assert "-54%" in table
    assert not any(word in text for word in ("upright", "正立", "RCG"))


@pytest.mark.parametrize("name", tab.EXAMPLES)
def test_examples_are_few_enough(name: str) -> None:
    assert 1 <= len(inputs.example(EN, tab.EXAMPLES[name])) <= explore.MAX_REFERENCES


@pytest.mark.parametrize(
    "ask",
    [
        lambda say, shown: tab.on_draw(say, -1, 2, "cifar10"),
        lambda say, shown: tab.on_draw(say, NAN, 2, "cifar10"),
        lambda say, shown: tab.on_draw(say, 0, 9, "cifar10"),
        lambda say, shown: tab.on_draw(say, 0, 2, "<script>"),
        lambda say, shown: tab.on_compare(say, -1, "cifar10"),
        lambda say, shown: tab.on_compare(say, 0, "<script>"),
        lambda say, shown: tab.on_findings(say, "imagenet"),
        lambda say, shown: tab.on_attend(say, shown * 3, 0, 1),
        lambda say, shown: tab.on_attend(say, shown, 0, 0),
        lambda say, shown: tab.on_attend(say, shown, None, 1),  # type: ignore[arg-type]
        lambda say, shown: list(tab.on_measure(say, "plain", -1, "cifar10")),
        lambda say, shown: list(tab.on_measure(say, "../plain", 0, "cifar10")),
        lambda say, shown: tab.on_recorded(say, "plain", "imagenet"),
        lambda say, shown: tab.on_recorded(say, "../plain", "cifar10"),
        lambda say, shown: tab.on_set(say, "imagenet"),
    ],
)
def test_bad_input_is_a_chinese_sentence(shown: Shown, ask: Any) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(ZH, shown)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_files_without_pictures_are_refused(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            tab.on_attend(EN, [(str(file), None)], 0, 1)


def test_outputs_follow_the_named_values() -> None:
    with gr.Blocks() as page:
        tab.build(EN)
    outputs = {fn.name: [item.elem_id for item in fn.outputs] for fn in page.fns.values()}
    named = {
        "on_compare": ("arms", "now", "now-text"),
        "on_draw": ("grow-arms", "grow-now", "grow-text"),
        "on_attend": ("conditioned", "columns", "heads", "heads-text"),
        "on_set": ("simclr", "efficientnet", "table"),
        "on_recorded": ("measured", "measured-text"),
        "on_measure": ("measured", "measured-text"),
    }
    for handler, ids in named.items():
        assert outputs[handler] == [f"generation-{ident}" for ident in ids]

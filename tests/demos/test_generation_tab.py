"""The "Does it help?" tab as plain functions: what they draw, what they refuse, what they say of the record."""

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
def test_every_arm_has_its_pictures_its_name_and_its_distance(say: Say) -> None:
    pairs, figure, sentence = tab.on_draw(say, 0, 2, "cifar10")
    found = explore.draw()
    assert [caption for _, caption in pairs] == [
        say("generation.drawn", arm=views.arm_name(say, arm), distance=f"{distance:.1f}")
        for arm, distance in zip(found.arms, found.distances, strict=True)
    ]
    assert list(figure.data[0].x) == pytest.approx(found.distances, abs=1e-4)
    assert views.arm_name(say, found.arms[int(np.argmin(found.distances))]) in sentence


def test_the_slider_moves_the_first_set_and_leaves_the_second_finished() -> None:
    assert tab.on_draw(EN, 0, 0, "cifar10")[2] != tab.on_draw(EN, 0, 2, "cifar10")[2]
    early, late = (tab.on_draw(EN, 0, stage, "mnist") for stage in (0, 2))
    assert early[2] == late[2]


def test_references_are_labelled_drawn_from_and_weighed(shown: Shown) -> None:
    label, pairs, sheet, figure, sentence = tab.on_references(EN, shown, 0, 1)
    assert label.size == (7 * 94 - 6, 88)
    assert [caption for _, caption in pairs] == [views.arm_name(EN, arm) for arm in explore.TOLD]
    assert sheet.size == (len(shown) * 70 - 6, 64)
    weights = explore.attend([path for path, _ in shown]).attention[0]
    np.testing.assert_allclose(np.asarray(figure.data[0].z), weights, atol=1e-4)
    assert f"**{weights.mean(0).argmax() + 1}**" in sentence


def test_another_picture_shows_its_own_heads(shown: Shown) -> None:
    first, last = (tab.on_attend(EN, shown, 0, which)[2] for which in (1, explore.COUNT))
    assert first.data[0].z != last.data[0].z


def test_no_references_are_no_mistake_when_taken_away_but_one_when_asked_for() -> None:
    assert tab.on_references(EN, [], 0, 1) == gr.skip()
    with pytest.raises(gr.Error, match="Choose 1 to 8 references"):
        tab.on_attend(EN, [], 0, 1)


@pytest.mark.parametrize("say", [EN, ZH])
def test_a_measurement_streams_and_ends_beside_the_record(say: Say) -> None:
    answers = list(tab.on_measure(say, "references", 0, "mnist"))
    assert len(answers) == len(explore.COUNTS)
    figure, sentence = answers[-1]
    assert list(figure.data[0].x) == list(explore.COUNTS)
    assert list(figure.data[1].x) == [5_000, 10_000]
    assert len(figure.data[0].error_y.array) == len(explore.COUNTS)
    assert "1,024" in sentence
    assert "..." in answers[0][1] or "……" in answers[0][1]


@pytest.mark.parametrize("say", [EN, ZH])
@pytest.mark.parametrize("data", explore.SETS)
def test_results_are_the_record(say: Say, data: str) -> None:
    simclr, efficientnet, table, told = tab.on_set(say, data)
    study = explore.study(data)
    for figure, row in ((simclr, ""), (efficientnet, explore.EFFICIENTNET)):
        means = [arm.rows[row]["frechet"].mean for arm in study.arms]
        assert list(figure.data[0].x) == pytest.approx([*means, study.floor[row]["frechet"]], abs=1e-4)
    for arm in study.arms:
        assert views.arm_name(say, arm.name) in table
        assert f"{arm.rows['']['frechet'].mean:.2f}" in table
    assert f"{study.floor['']['frechet']:.2f}" in table
    assert views.SETS[data] in told


@pytest.mark.parametrize("verdict", ["lower", "higher", "apart_not"])
@pytest.mark.parametrize("say", [EN, ZH])
def test_every_verdict_has_its_sentence(say: Say, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the record says, the page can say it, and says something else for each."""
    arms = explore.ARMS
    monkeypatch.setattr(
        explore,
        "findings",
        lambda data: explore.Findings(3, arms, arms[1:3], (), arms[3:], verdict, verdict),  # type: ignore[arg-type]
    )
    told = views.results(say, "cifar10")[3]
    assert say(f"generation.control_{verdict}") in told
    assert say(f"generation.heads_{verdict}") in told
    assert views.arm_name(say, arms[1]) in told
    assert say("generation.none") in told


def test_one_seed_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one = explore.Findings(1, explore.ARMS, (), (), explore.ARMS[1:], "one_seed", "one_seed")
    monkeypatch.setattr(explore, "findings", lambda data: one)
    assert "trained once" in views.results(EN, "mnist")[3]


def test_published_pairs_stand_with_their_change() -> None:
    table = views.published(EN)
    for name, before, after in explore.PUBLISHED:
        assert name in table
        assert f"{after / before - 1:+.0%}" in table


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
        lambda say, shown: tab.on_attend(say, shown * 3, 0, 1),
        lambda say, shown: tab.on_attend(say, shown, 0, 0),
        lambda say, shown: tab.on_attend(say, shown, None, 1),
        lambda say, shown: list(tab.on_measure(say, "plain", -1, "cifar10")),
        lambda say, shown: list(tab.on_measure(say, "../plain", 0, "cifar10")),
        lambda say, shown: tab.on_set(say, "imagenet"),
    ],
)
def test_bad_input_is_one_chinese_sentence(shown: Shown, ask: Any) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(ZH, shown)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_files_that_are_no_pictures_are_one_sentence(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            tab.on_attend(EN, [(str(file), None)], 0, 1)

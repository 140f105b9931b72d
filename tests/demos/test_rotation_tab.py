"""The rotation tab's handlers as plain functions: what they draw, what they refuse, and the score of the game."""

import asyncio
import re
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from core.data import bundled
from demos.page.classes import Classes
from demos.page.words import LANGUAGES, Language
from demos.rotation import tab, views
from tests.demos.voices import voice

NAME = "rotation/photos"
EN = voice("rotation")


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "china.png"
    Image.fromarray(next(item.image for item in bundled.photographs() if item.key == "china")).save(path)
    return str(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_prediction_is_drawn_in_each_language(photo: str, language: Language) -> None:
    say = voice("rotation", language)
    values = tab.on_predict(say, photo, 180, NAME)
    assert values.truth == say("rotation.truth", turn=180, size=64)
    right, wrong = ("**Right.**", "**Wrong.**") if language == "en" else ("**答对了。**", "**答错了。**")
    assert values.verdict.startswith((right, wrong))
    assert say("rotation.probabilities") in values.bars
    assert sum(map(float, re.findall(r"<b>([\d.]+)%</b>", values.bars))) == pytest.approx(100, abs=0.3)
    assert re.findall(r'<li class="marked">.*?<span>(.*?)</span>', values.bars) == [
        say("rotation.true_turn", turn="180°")
    ]
    assert values.turned.size == (320, 320)
    evidence = tab.on_evidence(say, photo, 180, NAME)
    assert len(evidence.table.data[0].z) == 4
    assert evidence.heat.size == (320, 320)


def test_random_turn_is_one_of_four(photo: str) -> None:
    truths = {tab.on_predict(voice("rotation"), photo, tab.RANDOM_TURN, NAME).truth for _ in range(3)}
    assert truths <= {voice("rotation")("rotation.truth", turn=turn, size=64) for turn in views.TURNS}


@pytest.mark.parametrize(("turn", "picture"), [(45, "photo"), (float("nan"), "photo"), (90, None)])
def test_bad_input_is_one_sentence(turn: float, picture: str | None, photo: str) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_predict(voice("rotation", "zh"), photo if picture else None, turn, NAME)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_game_counts_both_players(photo: str) -> None:
    say = voice("rotation")
    dealt = tab.on_deal(say, photo, tab.Game())
    turn = dealt.game.turn_deg
    assert turn is not None
    answered = tab.on_answer(say, turn, dealt.game)
    assert (answered.game.rounds, answered.game.visitor_score) == (1, 1)
    assert answered.game.model_score in (0, 1)
    assert f"It was **{turn}°**" in answered.score
    again = tab.on_answer(say, 0, answered.game)
    assert again[:2] == (say("rotation.no_round"), answered.game), "a round is answered once"
    assert [each.answer["interactive"] for each in (dealt, answered, again)] == [True, False, False]
    assert tab.on_deal(say, photo, answered.game).game.rounds == 1, "the next round keeps the scores"


@pytest.fixture
def own_classes(monkeypatch: pytest.MonkeyPatch) -> Classes:
    """Classes of this test alone."""
    made = Classes(len(views.TURNS))
    monkeypatch.setattr(tab, "classes", lambda: made)
    return made


@pytest.mark.parametrize(("turn", "guess", "off"), [(90, 90, 0), (0, 90, 1), (180, 0, 2), (0, 270, 3), (270, 0, 1)])
def test_guesses_count_for_their_class(photo: str, own_classes: Classes, turn: int, guess: int, off: int) -> None:
    """A guess of 270 where 0 is right is 90 degrees too little."""
    game = tab.Game(turn_deg=turn, picture=photo)
    model_right = tab.on_answer(EN, guess, game, "9b").game.model_score
    assert own_classes.of("9b").off == tuple(int(place == off) for place in range(4))
    assert own_classes.of("9b").model == model_right
    tab.on_answer(EN, guess, game)
    assert own_classes.of("9b").rounds == 1, "without a name nothing is counted"


def test_class_is_shown_as_it_guesses(own_classes: Classes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab, "LOOK_S", 0.01)

    async def watch() -> list[str]:
        stream, seen = tab.on_class(voice("rotation", "zh"), "六班"), []
        for off in (0, 2):
            seen.append(await anext(stream))
            own_classes.add("六班", off, model_right=True)
        seen.append(await anext(stream))
        return seen

    seen = asyncio.run(watch())
    assert [re.findall(r"<b>(\d+)</b>", drawn) for drawn in seen] == [
        ["0", "0", "0", "0"],
        ["1", "0", "0", "0"],
        ["1", "0", "1", "0"],
    ]
    assert "六班" in seen[-1]
    assert "共猜 2 次" in seen[-1]


def test_no_class_no_histogram() -> None:
    async def watch() -> list[str]:
        return [each async for each in tab.on_class(EN, "")]

    assert asyncio.run(watch()) == [""]
    assert tab.on_join(EN, "") > 0


@pytest.mark.parametrize("name", ["a b", "x" * 21, "<i>"])
def test_bad_class_names_are_one_sentence(name: str) -> None:
    with pytest.raises(gr.Error, match="班级名称"):
        tab.on_join(voice("rotation", "zh"), name)


def test_neighbours_are_named_in_each_language(photo: str) -> None:
    english, chinese = (tab.on_neighbours(voice("rotation", language), photo, NAME) for language in LANGUAGES)
    assert len(english) == len(chinese) == 8
    assert english[0][1].startswith("Summer Palace, Beijing")
    assert chinese[0][1].startswith("北京颐和园")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", range(5))
def test_growth_marks_the_chosen_stage(photo: str, language: Language, stage: int) -> None:
    say = voice("rotation", language)
    values = tab.on_grow(say, photo, tab.RANDOM_TURN, stage)
    assert values.bars.count("<li") == 4
    assert values.heat.size == (320, 320)
    reached = values.reached.data[0]
    assert next(iter(reached.x)) == say("page.grow_before")
    assert len(reached.y) == 5
    colours = list(reached.marker.color)
    assert [colours.index(c) for c in colours if colours.count(c) == 1] == [stage]


def test_shortcut_table_compares_two_networks(photo: str) -> None:
    html = tab.on_trial(voice("rotation"), photo)
    assert html.count("<tr") == 8, "a head, three rows of scenes, one of another source, three of the picture"
    assert html.count(" of 4 turns") == 6
    assert html.count("%") == 8 + 6
    with pytest.raises(gr.Error):
        tab.on_trial(voice("rotation"), None)


def test_own_models_keep_their_names() -> None:
    assert views.model_name(voice("rotation", "zh"), "rotation/shortcut") == "会作弊的模型"
    assert views.model_name(voice("rotation"), "rotation/mine") == "rotation/mine"


def test_outputs_follow_the_named_values() -> None:
    with gr.Blocks() as page:
        tab.build(voice("rotation"))
    outputs = {fn.name: [item.elem_id for item in fn.outputs] for fn in page.fns.values()}
    ids = {"turned": "seen"}
    assert outputs["on_predict"] == [f"rotation-{ids.get(name, name)}" for name in views.PredictionValues._fields]
    assert outputs["on_evidence"] == ["rotation-table", "rotation-map"]
    assert outputs["on_grow"] == ["rotation-grow-bars", "rotation-grow-map", "rotation-grow-curve"]

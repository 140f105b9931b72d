"""The rotation tab's handlers as plain functions: what they draw, what they refuse, and the score of the game."""

from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from core.data import bundled
from demos.rotation import tab
from tests.demos.voices import voice

NAME = "rotation/photos"


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "china.png"
    Image.fromarray(next(item.image for item in bundled.photographs() if item.key == "china")).save(path)
    return str(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_prediction_is_drawn_in_the_visitors_language(photo: str, language: str) -> None:
    say = voice("rotation", language)  # type: ignore[arg-type]
    seen, truth, verdict, bars, table, heat = tab.on_predict(say, photo, 180, NAME)
    assert truth == say("rotation.truth", turn=180, size=64)
    assert verdict.startswith(("**Right.**", "**Wrong.**") if language == "en" else ("**答对了。**", "**答错了。**"))
    assert bars.layout.title.text == say("rotation.probabilities")
    assert len(bars.data[0].y) == 4
    assert sum(bars.data[0].y) == pytest.approx(1, abs=1e-3)
    assert len(table.data[0].z) == 4
    assert seen.size == heat.size == (320, 320)


def test_by_chance_means_one_of_four(photo: str) -> None:
    truths = {tab.on_predict(voice("rotation"), photo, -1, NAME)[1] for _ in range(3)}
    assert truths <= {voice("rotation")("rotation.truth", turn=turn, size=64) for turn in tab.TURNS}


@pytest.mark.parametrize(("turn", "picture"), [(45, "photo"), (float("nan"), "photo"), (90, None)])
def test_bad_input_is_one_sentence(turn: float, picture: str | None, photo: str) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_predict(voice("rotation", "zh"), photo if picture else None, turn, NAME)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_the_game_counts_both_players(photo: str) -> None:
    say = voice("rotation")
    _, game, _ = tab.on_deal(say, photo, tab.Round())
    score, after = tab.on_answer(say, game.turn_deg, game)
    assert (after.rounds, after.mine) == (1, 1)
    assert after.model in (0, 1)
    assert f"It was **{game.turn_deg}°**" in score
    assert tab.on_answer(say, 0, after) == (say("rotation.no_round"), after), "a round is answered once"


def test_neighbours_are_named_in_both_languages(photo: str) -> None:
    english, chinese = (tab.on_neighbours(voice("rotation", language), photo, NAME) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert len(english) == len(chinese) == 8
    assert english[0][1].startswith("Summer Palace, Beijing")
    assert chinese[0][1].startswith("北京颐和园")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stage", range(5))
def test_growth_marks_the_stage_and_says_what_was_reached(photo: str, language: str, stage: int) -> None:
    say = voice("rotation", language)  # type: ignore[arg-type]
    bars, heat, reached = tab.on_grow(say, photo, -1, stage)
    assert bars.layout.title.text == say("rotation.probabilities")
    assert heat.size == (320, 320)
    assert next(iter(reached.data[0].x)) == say("page.grow_before")
    assert len(reached.data[0].y) == 5
    colours = list(reached.data[0].marker.color)
    assert [colours.index(c) for c in colours if colours.count(c) == 1] == [stage]


def test_the_cheat_is_given_away_in_a_table(photo: str) -> None:
    html = tab.on_trial(voice("rotation"), photo)
    assert html.count("<tr") == 8, "a head, three rows of scenes, one from elsewhere, three of the picture"
    assert html.count(" of 4 turns") == 6
    assert html.count("%") == 8 + 6
    with pytest.raises(gr.Error):
        tab.on_trial(voice("rotation"), None)


def test_models_are_called_by_words_and_own_ones_by_name() -> None:
    assert tab.model_name(voice("rotation", "zh"), "rotation/shortcut") == "会作弊的模型"
    assert tab.model_name(voice("rotation"), "rotation/mine") == "rotation/mine"

"""The recommendation tab's handlers as plain functions: what they draw in both languages, and what they refuse."""

import gradio as gr
import pytest

from core import checkpoints
from core.data.films import Film
from core.recommendation import explore
from demos.page.snapshots import STAGES
from demos.page.words import Say
from demos.recommendation import tab, views
from tests.demos.voices import voice

SPACE = list(tab.SETS["space"])


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Say:
    return voice("recommendation", request.param)


def test_a_hidden_film_has_no_name_in_the_list_and_one_in_the_verdict(say: Say) -> None:
    strip, verdict, guesses, looked = tab.on_hide(say, SPACE, 1, explore.NAME)
    assert strip.count("<li") == len(SPACE)
    assert "Alien (1979)" not in strip
    assert say("recommendation.mask") in strip
    assert "Alien (1979)" in verdict
    found = explore.hide(SPACE, 1)
    assert f"<b>{found.rank:,}</b>" in verdict
    assert f"{found.candidates:,}" in verdict
    assert guesses.count("<li") == 5
    assert looked.count("<li") == len(SPACE)
    assert looked.count('class="marked"') == 1


def test_three_lists_stand_beside_each_other(say: Say) -> None:
    text, lists = tab.on_next(say, SPACE, explore.NAME)
    assert lists.count("<li") == 30
    for name in ("by_network", "by_knn", "by_popularity"):
        assert say(f"recommendation.{name}") in lists
    assert str(explore.recommend(SPACE).reversed_kept) in text


def test_another_list_is_hidden_in_its_middle_and_answered_everywhere(say: Say) -> None:
    love = list(tab.SETS["love"])
    status, place, strip, verdict, *rest = tab.on_films(say, love, explore.NAME, 4)
    assert status == ""
    assert place["value"] == 3
    assert [number for _, number in place["choices"]] == [1, 2, 3, 4, 5, 6]
    assert place["choices"][0][0] == "1. When Harry Met Sally... (1989)"
    assert (strip, verdict, *rest[:2]) == tab.on_hide(say, love, 3, explore.NAME)
    assert tuple(rest[2:4]) == tab.on_next(say, love, explore.NAME)
    assert len(rest) == 7


@pytest.mark.parametrize("films", [None, [], [260]])
def test_a_list_that_is_being_begun_is_no_mistake(say: Say, films: list[int] | None) -> None:
    status, *others = tab.on_films(say, films, explore.NAME, 4)
    assert status == say("recommendation.more", low=2)
    assert len(others) == 10
    assert all(other == gr.skip() for other in others)


def test_mistakes_are_sentences_in_the_visitors_language(say: Say) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_hide(say, [260, 5_000_000], 1, explore.NAME)
    assert caught.value.message == (
        "Choose only films from the list." if say.language == "en" else "请只选列表中的电影。"
    )
    with pytest.raises(gr.Error):
        tab.on_hide(say, SPACE, 9, explore.NAME)
    with pytest.raises(gr.Error):
        tab.on_next(say, SPACE, "recommendation/nothing")
    with pytest.raises(gr.Error):
        tab.on_similar(say, None, explore.NAME)  # type: ignore[arg-type]
    with pytest.raises(gr.Error):
        tab.on_grow(say, SPACE, 1, 7)


@pytest.mark.parametrize("stage", range(len(STAGES)))
def test_growth_marks_the_stage_and_says_what_was_reached(say: Say, stage: int) -> None:
    guesses, reached, sentence = tab.on_grow(say, SPACE, 3, stage)
    assert guesses.count("<li") == 5
    assert list(reached.data[0].x) == [say(f"page.grow_{name}") for name in STAGES]
    colours = list(reached.data[0].marker.color)
    assert [colours.index(c) for c in colours if colours.count(c) == 1] == [stage]
    assert f"<b>{explore.grow(SPACE, 3, stage).rank:,}</b>" in sentence


def test_neighbours_carry_their_genres_in_the_visitors_language(say: Say) -> None:
    sentence, lists = tab.on_similar(say, 260, explore.NAME)
    assert say("recommendation.genre_Sci-Fi") in sentence
    assert lists.count("<li") == 2 * explore.SHOWN
    assert views.genre(say, "Telenovela") == "Telenovela"
    assert views.genres_of(say, Film(1, "x", ())) == say("recommendation.no_genres")


def test_the_card_stands_beside_its_baselines(say: Say) -> None:
    bars, text = views.draw_card(say, explore.NAME)
    test = explore.metrics()["test"]
    for key in ("hit_rate", "knn_hit_rate", "popularity_hit_rate", "chance_hit_rate", "shuffled_hit_rate"):
        assert f"{test[key]:.1%}" in bars
        assert f"{test[key]:.1%}" in text
    assert bars.count('class="marked"') == 1


def test_the_page_tells_the_licence_and_the_limit_of_the_order(say: Say) -> None:
    told = views.draw_data(say)
    assert "GroupLens" in told
    assert "100,836" in told
    assert f"{explore.metrics()['pace']['minute_share']:.0%}" in told


def test_titles_are_escaped_wherever_they_come_from(say: Say) -> None:
    assert views.named(Film(1, "<b>&", ())) == '<span lang="en">&lt;b&gt;&amp;</span>'
    assert "<script>" not in views.ranking("<script>", [])
    assert "&lt;i&gt;" in views.genres_of(say, Film(1, "x", ("<i>",)))


def test_every_example_is_known_and_can_be_picked(say: Say) -> None:
    offered = {number for _, number in tab.titles(explore.NAME)}
    for name, numbers in tab.SETS.items():
        assert set(numbers) <= offered, name
        assert explore.first_list(numbers) == list(numbers)
        assert say(f"recommendation.set_{name}")


def test_another_model_answers_with_its_own_card(say: Say) -> None:
    films, bars, _, film, *_ = tab.on_model(say, explore.CONTROL)
    assert films["value"] == SPACE
    assert film["value"] == tab.FIRST_FILM
    assert f"{explore.metrics(explore.CONTROL)['test']['hit_rate']:.1%}" in bars
    names = dict((name, label) for label, name in tab.models(say))
    assert names[explore.CONTROL] == say("recommendation.model_shuffled")


def test_without_weights_the_tab_says_what_to_do(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who removes them, since their licence is not the code's, still gets a page."""
    monkeypatch.setattr(checkpoints, "bundled", lambda method: ())
    with gr.Blocks() as page:
        tab.build(say)
    shown = [block for block in page.blocks.values() if getattr(block, "elem_id", None)]
    ids = [block.elem_id for block in shown]
    assert [f"recommendation-step{number}" for number in range(1, 5)] == [name for name in ids if "step" in name]
    (told,) = [block for block in shown if block.elem_id == "recommendation-absent"]
    assert told.value == say("recommendation.absent")

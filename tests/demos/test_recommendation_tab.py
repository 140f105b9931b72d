"""The recommendation tab's handlers as plain functions: what they draw in both languages, and what they refuse."""

from dataclasses import replace
from unittest.mock import Mock

import gradio as gr
import pytest

from core import checkpoints
from core.data.films import Film
from core.downstream.paired import mcnemar
from core.recommendation import explore
from core.recommendation.results import PairedTest
from demos.page.snapshots import STAGES
from demos.page.words import Say
from demos.recommendation import tab, views
from tests.demos.voices import voice

SPACE = list(tab.SETS["space"])


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Say:
    return voice("recommendation", request.param)


def test_hidden_film_is_named_in_verdict_only(say: Say) -> None:
    values = tab.on_hide(say, SPACE, 1, explore.NAME)
    assert values.strip.count("<li") == len(SPACE)
    assert "Alien (1979)" not in values.strip
    assert say("recommendation.mask") in values.strip
    assert "Alien (1979)" in values.verdict
    found = explore.hide(SPACE, 1)
    assert f"<b>{found.rank:,}</b>" in values.verdict
    assert f"{found.candidates:,}" in values.verdict
    assert values.guesses.count("<li") == 5
    attention = tab.on_attention(say, SPACE, 1, explore.NAME)
    assert attention.count("<li") == len(SPACE)
    assert attention.count('class="marked"') == 1
    assert "Alien (1979)" not in attention


@pytest.mark.parametrize(
    ("ranks", "best"),
    [((1, 5, 9), ["network"]), ((4, 2, 9), ["knn"]), ((7, 7, 9), ["network", "knn"]), ((8, 9, 3), ["popularity"])],
)
def test_verdict_names_the_best_method(say: Say, ranks: tuple[int, int, int], best: list[str]) -> None:
    model, knn, popularity = ranks
    found = replace(explore.hide(SPACE, 3), rank=model, knn_rank=knn, popularity_rank=popularity)
    names = say("recommendation.comma").join(say(f"recommendation.{method}") for method in best)
    assert views.hidden_film(say, found).verdict.endswith(f"{say('recommendation.winner', methods=names)}</p>")


def test_three_lists_are_drawn(say: Say) -> None:
    values = tab.on_next(say, SPACE, explore.NAME)
    assert values.next.count("<li") == 30
    for name in ("by_network", "by_knn", "by_popularity"):
        assert say(f"recommendation.{name}") in values.next
    assert str(explore.recommend(SPACE).reversed_kept) in values.next_text


def test_another_list_answers_everywhere(say: Say) -> None:
    love = list(tab.SETS["love"])
    values = tab.on_list(say, love, 3, explore.NAME)
    assert values.status == ""
    assert values.place["value"] == 3
    assert [number for _, number in values.place["choices"]] == [1, 2, 3, 4, 5, 6]
    assert values.place["choices"][0][0] == "1. When Harry Met Sally... (1989)"
    assert values.hidden == tab.on_hide(say, love, 3, explore.NAME)
    assert tab.on_list_next(say, love, explore.NAME) == tab.on_next(say, love, explore.NAME)
    assert tab.on_list_attention(say, love, 3, explore.NAME) == tab.on_attention(say, love, 3, explore.NAME)
    assert tab.on_list_grow(say, love, 3, 1, explore.CONTROL) == tab.on_grow(say, love, 3, 1)


def test_place_stays_within_a_shorter_list(say: Say) -> None:
    values = tab.on_list(say, SPACE[:4], 6, explore.NAME)
    assert values.place["value"] == 2
    assert values.hidden == tab.on_hide(say, SPACE[:4], 2, explore.NAME)
    assert tab.on_list_attention(say, SPACE[:4], 6, explore.NAME) == tab.on_attention(say, SPACE[:4], 2, explore.NAME)
    assert tab.on_list_grow(say, SPACE[:4], 6, 4, explore.NAME) == tab.on_grow(say, SPACE[:4], 2, 4)


@pytest.mark.parametrize("films", [None, [], [260]])
def test_short_list_is_no_mistake(say: Say, films: list[int] | None) -> None:
    values = tab.on_list(say, films, 3, explore.NAME)
    assert values.status == say("recommendation.more", low=2)
    others = [
        values.place,
        *values.hidden,
        *tab.on_list_next(say, films, explore.NAME),
        tab.on_list_attention(say, films, 3, explore.NAME),
        *tab.on_list_grow(say, films, 3, 4, explore.NAME),
    ]
    assert all(other == gr.skip() for other in others)
    with pytest.raises(gr.Error, match="2"):
        tab.on_hide(say, films, 1, explore.NAME)


def test_models_of_the_same_films_keep_the_list(say: Say) -> None:
    assert explore.films(explore.NAME) == explore.films(explore.CONTROL)
    assert tab.on_pickable(say, SPACE, 260, explore.CONTROL) == (gr.skip(), gr.skip())


def test_model_of_other_films_replaces_the_list(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    reels = tuple(Film(number, f"The Reel {number}", ()) for number in range(1, 7))
    everything = explore.films()
    monkeypatch.setattr(explore, "names", lambda: (explore.NAME, "recommendation/mine"))
    monkeypatch.setattr(explore, "films", lambda name: everything if name == explore.NAME else reels)
    monkeypatch.setattr(
        explore, "known_films", lambda numbers, name: {n: reels[n - 1] for n in numbers if n in range(1, 7)}
    )
    films, film = tab.on_pickable(say, SPACE, 260, "recommendation/mine")
    assert films["choices"] == film["choices"] == [(reel.title, reel.number) for reel in reels]
    assert films["value"] == [1, 2, 3, 4, 5]
    assert film["value"] == 1
    assert tab.on_pickable(say, [260, 2], 3, "recommendation/mine")[1]["value"] == 3
    assert all(each == gr.skip() for each in tab.on_list_grow(say, SPACE, 3, 4, "recommendation/mine"))


def test_mistakes_are_sentences_in_each_language(say: Say) -> None:
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
def test_growth_marks_the_stage(say: Say, stage: int) -> None:
    values = tab.on_grow(say, SPACE, 3, stage)
    assert values.grow.count("<li") == 5
    assert list(values.grow_curve.data[0].x) == [say(f"page.grow_{name}") for name in STAGES]
    colours = list(values.grow_curve.data[0].marker.color)
    assert [colours.index(c) for c in colours if colours.count(c) == 1] == [stage]
    assert f"<b>{explore.grow(SPACE, 3, stage).rank:,}</b>" in values.grow_verdict


def test_similar_films_show_translated_genres(say: Say) -> None:
    values = tab.on_similar(say, 260, explore.NAME)
    assert say("recommendation.genre_Sci-Fi") in values.genres_of
    assert values.similar.count("<li") == 2 * explore.SHOWN
    assert views.genre(say, "Telenovela") == "Telenovela"
    assert views.genres_of(say, Film(1, "x", ())) == say("recommendation.no_genres")


def test_card_stands_beside_baselines(say: Say) -> None:
    values = tab.on_card(say, explore.NAME)
    test = explore.metrics()["test"]
    for key in ("hit_rate", "knn_hit_rate", "popularity_hit_rate", "chance_hit_rate", "shuffled_hit_rate"):
        assert f"{test[key]:.1%}" in values.hits
        assert f"{test[key]:.1%}" in values.card
    assert values.hits.count('class="marked"') == 1
    assert views.paired_sentence(say, explore.NAME) in values.card


@pytest.mark.parametrize(("network", "knn", "key"), [(36, 37, "not_significant"), (60, 20, "significant")])
def test_paired_sentence_follows_the_test(
    say: Say, network: int, knn: int, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    p_value = mcnemar(network, knn)
    monkeypatch.setattr(explore, "paired_test", lambda name: PairedTest(network, knn, p_value))
    ahead = say("recommendation.network")
    expected = say(f"recommendation.{key}", network=network, knn=knn, p=f"{p_value:.2g}", ahead=ahead)
    assert views.paired_sentence(say, explore.NAME) == expected


def test_licence_and_limits_are_shown(say: Say) -> None:
    text = views.data(say)
    assert "GroupLens" in text
    assert "100,836" in text
    assert f"{explore.metrics()['pace']['minute_share']:.0%}" in text


def test_titles_are_escaped(say: Say) -> None:
    assert views.named(Film(1, "<b>&", ())) == '<span lang="en">&lt;b&gt;&amp;</span>'
    assert "&lt;i&gt;" in views.genres_of(say, Film(1, "x", ("<i>",)))


def test_every_example_can_be_picked(say: Say) -> None:
    offered = {number for _, number in tab.titles(explore.NAME)}
    for name, numbers in tab.SETS.items():
        assert set(numbers) <= offered, name
        assert explore.first_list(numbers) == list(numbers)
        assert say(f"recommendation.set_{name}")


def test_another_model_shows_its_card(say: Say) -> None:
    values = tab.on_card(say, explore.CONTROL)
    assert f"{explore.metrics(explore.CONTROL)['test']['hit_rate']:.1%}" in values.hits
    assert tab.on_genres(say, explore.CONTROL) != tab.on_genres(say, explore.NAME)
    assert tab.on_film(say, tab.FIRST_FILM, explore.CONTROL) == tab.on_similar(say, tab.FIRST_FILM, explore.CONTROL)
    names = dict((name, label) for label, name in tab.models(say))
    assert names[explore.CONTROL] == say("recommendation.model_shuffled")


def test_missing_weights_are_explained(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their licence differs from that of the code, so a copy may lack them and still shows a page."""
    monkeypatch.setattr(checkpoints, "bundled", lambda method: ())
    with gr.Blocks() as page:
        tab.build(say)
    shown = [block for block in page.blocks.values() if getattr(block, "elem_id", None)]
    ids = [block.elem_id for block in shown]
    assert [f"recommendation-step{number}" for number in range(1, 5)] == [name for name in ids if "step" in name]
    (absent,) = [block for block in shown if block.elem_id == "recommendation-absent"]
    assert absent.value == say("recommendation.absent")


def test_nothing_is_opened_to_lay_out(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "load", Mock(side_effect=AssertionError("a checkpoint is opened")))
    explore.recommender.cache_clear()
    with gr.Blocks():
        parts = tab.build(say)
    assert parts is not None
    assert [question.fold is None for question in parts.questions].count(True) == 2, "the hidden film, similar films"

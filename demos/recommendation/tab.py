"""The recommendation tab: films in order, one of them hidden and predicted, what comes next, the film vectors.

A public call refuses a list, a place or a film that its model does not know. The page asks by handlers of its own: a
list that is too short is no mistake while a visitor picks another one, and another model may know other films.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import gradio as gr

from core.recommendation import explore
from demos.page.backend import ask
from demos.page.events import guard, listen
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.values import outputs
from demos.page.words import Say
from demos.recommendation import views
from demos.recommendation.views import CardValues, GenreValues, GrowthValues, HiddenValues, NextValues, SimilarValues

STEM = "recommendation"
SETS = {
    "space": (1214, 260, 1196, 541, 1240, 2571),
    "family": (1, 4306, 4886, 6377, 8961, 60069),
    "crime": (858, 1213, 296, 1089, 6, 16),
    "love": (1307, 539, 597, 2671, 2424, 6942),
    "fear": (1219, 1997, 1982, 1258, 1347, 1407),
    "old": (912, 923, 904, 908, 903),
}  # MovieLens numbers
FIRST_SET, FIRST_PLACE = "space", 3
FIRST_FILM = 260
Chosen = list[int] | None
Shown = dict[str, Any]  # components by the name of the value that they show


class FilmsValues(NamedTuple):
    """The values of the components that depend on the list: a status, its places, and one of them hidden."""

    status: str
    place: Any
    hidden: HiddenValues


def on_hide(say: Say, chosen: Chosen, place: float, model: str) -> HiddenValues:
    """Hide the film at a place of the list, 1 for the first, and guess it from the others."""
    with guard(say):
        return views.hidden_film(say, ask(explore.hide, chosen, place, model))


def on_attention(say: Say, chosen: Chosen, place: float, model: str) -> str:
    """Hide the film at a place of the list, and show how much attention its place pays to each of the others."""
    with guard(say):
        return views.attention(say, ask(explore.hide, chosen, place, model))


def on_next(say: Say, chosen: Chosen, model: str) -> NextValues:
    """Recommend ten films after a list, by the network, by item neighbours and by popularity."""
    with guard(say):
        return views.recommendation(say, ask(explore.recommend, chosen, model))


def on_grow(say: Say, chosen: Chosen, place: float, stage: float) -> GrowthValues:
    """Guess the hidden film after part of the training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, ask(explore.grow, chosen, place, stage), stage)


def on_similar(say: Say, film: int, model: str) -> SimilarValues:
    """The films most like one, by the model's vectors and by who rated them."""
    with guard(say):
        return views.similar_films(say, ask(explore.similar, film, model))


def on_list(say: Say, chosen: Chosen, place: float, model: str) -> FilmsValues:
    """Offer the places of the list, hide the film at one of them, and guess it from the others."""
    with guard(say):
        films = known_list(chosen, model)
        if not films:
            return FilmsValues(say("recommendation.more", low=explore.MIN_FILMS), gr.skip(), nothing(HiddenValues))
        hidden = place_within(films, place)
        offered = gr.update(choices=places(say, films, model), value=hidden)
        return FilmsValues("", offered, on_hide(say, films, hidden, model))


def on_list_attention(say: Say, chosen: Chosen, place: float, model: str) -> Any:
    """The attention of the hidden place; nothing new while the list is too short."""
    with guard(say):
        films = known_list(chosen, model)
        return on_attention(say, films, place_within(films, place), model) if films else gr.skip()


def on_list_next(say: Say, chosen: Chosen, model: str) -> NextValues:
    """What comes after the list; nothing new while it is too short."""
    with guard(say):
        films = known_list(chosen, model)
        return on_next(say, films, model) if films else nothing(NextValues)


def on_list_grow(say: Say, chosen: Chosen, place: float, stage: float, model: str) -> GrowthValues:
    """The hidden film after part of the training; a visitor's own model has no snapshots and may know other films."""
    with guard(say):
        films = known_list(chosen, model) if model in (explore.NAME, explore.CONTROL) else []
        return on_grow(say, films, place_within(films, place), stage) if films else nothing(GrowthValues)


def on_film(say: Say, film: int, model: str) -> SimilarValues:
    """The films most like one, or like the most rated film of a model that does not know it."""
    with guard(say):
        return on_similar(say, known_film(film, model), model)


def on_pickable(say: Say, chosen: Chosen, film: int, model: str) -> tuple[Any, Any]:
    """Offer the films that the model knows, and leave out the others; nothing new where all models know the same."""
    with guard(say):
        if len({explore.films(name) for name in explore.names()}) == 1:
            return gr.skip(), gr.skip()
        offered = titles(model)
        kept = known_list(chosen, model) or list(explore.known_films(chosen or [], model))
        return gr.update(choices=offered, value=kept), gr.update(choices=offered, value=known_film(film, model))


def on_example(say: Say, name: str, model: str) -> list[int]:
    """Another list: those of its films that the model knows."""
    with guard(say):
        return explore.first_list(SETS[name], model)


def on_card(say: Say, model: str) -> CardValues:
    """How good a model is on the last films of all users."""
    with guard(say):
        return views.card(say, model)


def on_genres(say: Say, model: str) -> GenreValues:
    """How well the vectors of a model separate genres."""
    with guard(say):
        return views.genres(say, model)


def nothing(values: Any) -> Any:
    """The values of a NamedTuple class that leave its components as they are."""
    return values(*[gr.skip()] * len(values._fields))


def known_list(chosen: Chosen, model: str) -> list[int]:
    """The list for a model, which may know other films; empty while it is too short."""
    return explore.first_list(chosen, model) if chosen and len(chosen) >= explore.MIN_FILMS else []


def place_within(films: list[int], place: float) -> float:
    """The hidden place, or the middle of a list that has become shorter."""
    return place if place <= len(films) else (len(films) + 1) // 2


def known_film(film: int, model: str) -> int:
    """A film that a model knows: the one picked, a well-known one, or the most rated."""
    known = explore.known_films([film, FIRST_FILM], model)
    return next(iter(known), explore.films(model)[0].number)


def titles(model: str) -> list[tuple[str, int]]:
    """The films to pick from, the most rated first."""
    return [(film.title, film.number) for film in explore.films(model)]


def places(say: Say, films: list[int], model: str) -> list[tuple[str, int]]:
    """The places of a list, each with its title."""
    known = explore.known_films(films, model)
    return [
        (say("recommendation.item", number=number, title=known[film].title), number)
        for number, film in enumerate(films, 1)
    ]


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: the bundled one, its control, a visitor's own by their names."""
    words = {explore.NAME: "recommendation.model_movielens", explore.CONTROL: "recommendation.model_shuffled"}
    return [(say(words[name]) if name in words else name, name) for name in explore.names()]


def build(say: Say) -> Parts | None:
    """Lay out the tab; without a model in the tree, say how to get one."""
    if explore.NAME not in explore.names():
        build_absent(say)
        return None
    parts, about, first = Parts(say, STEM), explore.trained(), explore.first_list(SETS[FIRST_SET])
    shown: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, low=explore.MIN_FILMS, high=explore.MAX_FILMS):
            films, example = _build_data(say, shown, first)
        with step(say, STEM, 2, ratio=f"{about.ratio:.0%}", last=f"{about.last:.0%}"):
            place = _build_places(say, shown, first)
        with step(say, STEM, 3, candidates=f"{explore.film_count() - len(first) + 1:,}"):
            _build_answer(say, shown)
    with parts.fold("another_model") as fold:
        model = gr.Radio(
            models(say), value=explore.NAME, label=say("recommendation.model"), elem_id="recommendation-model"
        )
    parts.ask(on_list, [films, place, model], outputs(FilmsValues, shown))
    _offer(say, "hide", on_hide, [films, place, model], outputs(HiddenValues, shown))
    _build_next(parts, films, model)
    _build_attention(parts, films, place, model)
    _build_growth(parts, films, place, model)
    _build_card(parts, model)
    with parts.fold("source"):
        gr.Markdown(views.data(say), elem_id="recommendation-data")
    with step(say, STEM, 4):
        film = _build_similar(parts, model)
        _build_genres(parts, model)
    parts.ask(on_pickable, [films, film, model], [films, film], fold=fold, show_progress="hidden")
    listen(say, example.input, on_example, [example, model], [films], model=STEM, show_progress="hidden")
    parts.follow(films, [films.change])
    parts.follow(place, [place.input])
    parts.follow(model, [model.input])
    return parts


def build_absent(say: Say) -> None:
    """The four steps of a copy without the weights, which have a licence of their own."""
    waiting = say("recommendation.absent_step")
    with step(say, STEM, 1, low=explore.MIN_FILMS, high=explore.MAX_FILMS):
        gr.Markdown(say("recommendation.absent"), elem_id="recommendation-absent")
    with step(say, STEM, 2, ratio=waiting, last=waiting):
        gr.Markdown(waiting, elem_classes="quiet")
    with step(say, STEM, 3, candidates=waiting):
        gr.Markdown(waiting, elem_classes="quiet")
    with step(say, STEM, 4):
        gr.Markdown(waiting, elem_classes="quiet")


def _build_data(say: Say, shown: Shown, first: list[int]) -> tuple[gr.Dropdown, gr.Radio]:
    films = gr.Dropdown(
        titles(explore.NAME),
        value=first,
        multiselect=True,
        max_choices=explore.MAX_FILMS,
        label=say("recommendation.films"),
        elem_id="recommendation-films",
        elem_classes="writes-english",
    )
    shown["status"] = gr.Markdown(elem_id="recommendation-status")
    example = gr.Radio(
        [(say(f"recommendation.set_{name}"), name) for name in SETS],
        value=FIRST_SET,
        label=say("page.examples"),
        elem_id="recommendation-set",
    )
    return films, example


def _build_places(say: Say, shown: Shown, first: list[int]) -> gr.Radio:
    place = gr.Radio(
        places(say, first, explore.NAME),
        value=FIRST_PLACE,
        label=say("recommendation.hide"),
        elem_id="recommendation-place",
        elem_classes="writes-english",
    )
    shown |= {"place": place, "strip": _html("strip")}
    return place


def _html(name: str, *classes: str) -> gr.HTML:
    """A part of the page with English titles in it."""
    return gr.HTML(elem_id=f"recommendation-{name}", elem_classes=["writes-english", *classes])


def _build_answer(say: Say, shown: Shown) -> None:
    shown["verdict"] = _html("verdict", "verdict")
    shown["guesses"] = _html("guesses")


def _build_next(parts: Parts, films: gr.Dropdown, model: gr.Radio) -> None:
    with parts.fold("next") as fold:
        shown: Shown = {"next_text": gr.Markdown(elem_id="recommendation-next-text"), "next": _html("next")}
    parts.ask(on_list_next, [films, model], outputs(NextValues, shown), fold=fold)
    _offer(parts.say, "next", on_next, [films, model], outputs(NextValues, shown))


def _build_attention(parts: Parts, films: gr.Dropdown, place: gr.Radio, model: gr.Radio) -> None:
    with parts.fold("attention") as fold:
        attention = _html("attention")
    parts.ask(on_list_attention, [films, place, model], [attention], fold=fold)
    _offer(parts.say, "attention", on_attention, [films, place, model], [attention])


def _build_growth(parts: Parts, films: gr.Dropdown, place: gr.Radio, model: gr.Radio) -> None:
    with growth(parts) as (fold, stage), gr.Row():
        with gr.Column(min_width=300):
            shown: Shown = {"grow_curve": gr.Plot(show_label=False, elem_id="recommendation-grow-curve")}
        with gr.Column(min_width=300):
            shown |= {"grow": _html("grow"), "grow_verdict": _html("grow-verdict")}
    grown = outputs(GrowthValues, shown)
    parts.ask(
        on_list_grow,
        [films, place, stage, model],
        grown,
        on=[stage.change],
        fold=fold,
        trigger_mode="always_last",
        show_progress="hidden",
    )
    _offer(parts.say, "grow", on_grow, [films, place, stage], grown)


def _build_card(parts: Parts, model: gr.Radio) -> None:
    with parts.fold("card") as fold, gr.Row():
        with gr.Column(min_width=300):
            shown: Shown = {"hits": gr.HTML(elem_id="recommendation-hits")}
        with gr.Column(min_width=300):
            shown["card"] = gr.Markdown(elem_id="recommendation-card")
    parts.ask(on_card, [model], outputs(CardValues, shown), fold=fold)


def _build_similar(parts: Parts, model: gr.Radio) -> gr.Dropdown:
    say = parts.say
    film = gr.Dropdown(
        titles(explore.NAME),
        value=known_film(FIRST_FILM, explore.NAME),
        label=say("recommendation.film"),
        elem_id="recommendation-film",
        elem_classes="writes-english",
    )
    shown: Shown = {"genres_of": _html("genres-of"), "similar": _html("similar")}
    found = outputs(SimilarValues, shown)
    parts.ask(on_film, [film, model], found, on=[film.input], show_progress="hidden")
    _offer(say, "similar", on_similar, [film, model], found)
    return film


def _build_genres(parts: Parts, model: gr.Radio) -> None:
    with parts.fold("genres") as fold:
        shown: Shown = {
            "genre_text": gr.Markdown(elem_id="recommendation-genre-text"),
            "genres": gr.Plot(show_label=False, elem_id="recommendation-genres"),
        }
    parts.ask(on_genres, [model], outputs(GenreValues, shown), fold=fold)


def _offer(say: Say, name: str, handler: Callable[..., Any], inputs: list[Any], shown: list[Any]) -> None:
    """A public call, which nothing on the page triggers."""
    listen(say, [], handler, inputs, shown, name=f"recommendation_{name}", model=STEM)

"""The recommendation tab: films in order, one of them hidden and predicted, what comes next, the film vectors."""

from typing import Any, NamedTuple

import gradio as gr

from core.recommendation import explore
from core.recommendation.explore import HiddenFilm
from demos.page.events import bind, guard, listen
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say
from demos.recommendation import views
from demos.recommendation.views import GrowthValues, HiddenValues, NextValues, SimilarValues

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


class PlaceValues(NamedTuple):
    """The values of the components that depend on the hidden place: `HiddenValues` and `GrowthValues`."""

    strip: Any
    verdict: Any
    guesses: Any
    attention: Any
    grow: Any
    grow_curve: Any
    grow_verdict: Any


class FilmsValues(NamedTuple):
    """The values of the components that depend on the list: a status, `PlaceValues` and `NextValues`."""

    status: str
    place: Any
    strip: Any
    verdict: Any
    guesses: Any
    attention: Any
    next_text: Any
    next: Any
    grow: Any
    grow_curve: Any
    grow_verdict: Any


class ModelValues(NamedTuple):
    """The values of the components that depend on the model: what can be picked, `CardValues`, and step 4."""

    films: Any
    hits: str
    card: str
    film: Any
    genres_of: str
    similar: str
    genres: Any
    genre_text: str


def on_films(say: Say, chosen: Chosen, model: str, stage: float) -> FilmsValues:
    """Take a list of films: offer its places, hide the middle one, recommend what comes next."""
    films = chosen or []
    if len(films) < explore.MIN_FILMS:  # a visitor who begins a new list makes no mistake
        nothing = dict.fromkeys(FilmsValues._fields[1:], gr.skip())
        return FilmsValues(status=say("recommendation.more", low=explore.MIN_FILMS), **nothing)
    with guard(say):
        place = (len(films) + 1) // 2
        hidden = explore.hide(films, place, model)
        return FilmsValues(
            status="",
            place=gr.update(choices=places(say, hidden), value=place),
            **views.hidden_film(say, hidden)._asdict(),
            **views.recommendation(say, explore.recommend(films, model))._asdict(),
            **_grown(say, films, place, model, stage),
        )


def on_place(say: Say, chosen: Chosen, place: float, model: str, stage: float) -> PlaceValues:
    """Another place hidden: guessed by the model, and by what it was after part of its training."""
    hidden, grown = on_hide(say, chosen, place, model), _grown(say, chosen, place, model, stage)
    return PlaceValues(**hidden._asdict(), **grown)


def on_hide(say: Say, chosen: Chosen, place: float, model: str) -> HiddenValues:
    """Hide the film at a place of the list, 1 for the first, and guess it from the others."""
    with guard(say):
        return views.hidden_film(say, explore.hide(chosen, place, model))


def on_next(say: Say, chosen: Chosen, model: str) -> NextValues:
    """Recommend ten films after a list, by the network, by item neighbours and by popularity."""
    with guard(say):
        return views.recommendation(say, explore.recommend(chosen, model))


def on_grow(say: Say, chosen: Chosen, place: float, stage: float) -> GrowthValues:
    """Guess the hidden film after part of the training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(chosen, place, stage), stage)


def _grown(say: Say, chosen: Chosen, place: float, model: str, stage: float) -> dict[str, Any]:
    """The `GrowthValues` of a bundled model; a visitor's own has no snapshots here and may know other films."""
    if model in (explore.NAME, explore.CONTROL):
        return on_grow(say, chosen, place, stage)._asdict()
    return dict.fromkeys(GrowthValues._fields, gr.skip())


def on_similar(say: Say, film: int, model: str) -> SimilarValues:
    """The films most like one, by the model's vectors and by who rated them."""
    with guard(say):
        return views.similar_films(say, explore.similar(film, model))


def on_model(say: Say, model: str) -> ModelValues:
    """Another model: what its card says, its genres, and the films it knows, which may be others."""
    with guard(say):
        film = first_film(model)
        return ModelValues(
            films=gr.update(choices=titles(model), value=explore.first_list(SETS[FIRST_SET], model)),
            film=gr.update(choices=titles(model), value=film),
            **views.card(say, model)._asdict(),
            **on_similar(say, film, model)._asdict(),
            **views.genres(say, model)._asdict(),
        )


def first_film(model: str) -> int:
    """The film whose similar ones are shown first: a well-known one, or the most rated that a model knows."""
    known = [film.number for film in explore.films(model)]
    return FIRST_FILM if FIRST_FILM in known else known[0]


def titles(model: str) -> list[tuple[str, int]]:
    """The films to pick from, the most rated first."""
    return [(film.title, film.number) for film in explore.films(model)]


def places(say: Say, found: HiddenFilm) -> list[tuple[str, int]]:
    """The places of a list, each with its title."""
    return [
        (say("recommendation.item", number=number, title=film.title), number)
        for number, film in enumerate(found.films, 1)
    ]


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: the bundled one, its control, a visitor's own by their names."""
    words = {explore.NAME: "recommendation.model_movielens", explore.CONTROL: "recommendation.model_shuffled"}
    return [(say(words[name]) if name in words else name, name) for name in explore.names()]


def build(say: Say) -> None:
    """Lay out the tab with a first example already run; without a model in the tree, say how to get one."""
    if explore.NAME not in explore.names():
        build_absent(say)
        return
    films, about = explore.first_list(SETS[FIRST_SET]), explore.trained()
    hidden = explore.hide(films, FIRST_PLACE)
    first = views.hidden_film(say, hidden)
    shown: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, low=explore.MIN_FILMS, high=explore.MAX_FILMS):
            shown |= _build_data(say, films)
        with step(say, STEM, 2, ratio=f"{about.ratio:.0%}", last=f"{about.last:.0%}"):
            shown |= _build_places(say, hidden, first)
    with step(say, STEM, 3, candidates=f"{hidden.candidates:,}"):
        shown |= _build_answer(say, first) | _build_next(say, films) | _build_card(say) | _build_growth(say, films)
    with step(say, STEM, 4), gr.Row():
        with gr.Column(min_width=300):
            shown |= _build_similar(say)
        with gr.Column(min_width=300):
            shown |= _build_genres(say)
    _connect(say, shown)


def _connect(say: Say, shown: Shown) -> None:
    """Connect every event to its handler."""
    films, model, place, stage = (shown[name] for name in ("films", "model", "place", "stage"))
    film = shown["film"]

    def outputs(values: Any) -> list[Any]:
        return [shown[name] for name in values._fields]

    quiet: dict[str, Any] = {"model": STEM, "show_progress": "hidden"}
    last: dict[str, Any] = {**quiet, "trigger_mode": "always_last"}
    listen(say, film.input, on_similar, [film, model], outputs(SimilarValues), name="recommendation_similar", **quiet)
    listen(say, films.change, on_films, [films, model, stage], outputs(FilmsValues), **last)
    listen(say, place.input, on_place, [films, place, model, stage], outputs(PlaceValues), **last)
    grown = outputs(GrowthValues)
    listen(say, stage.change, on_grow, [films, place, stage], grown, name="recommendation_grow", **last)
    changed = listen(say, model.input, on_model, [model], outputs(ModelValues), **last)
    changed.then(
        bind(on_films, say),
        [films, model, stage],
        outputs(FilmsValues),
        concurrency_id=STEM,
        api_visibility="private",
        show_progress="hidden",
    )
    again = gr.Button(visible=False)  # two calls of the API, for a program that has no list to change
    answered, nexts = outputs(HiddenValues), outputs(NextValues)
    listen(say, again.click, on_hide, [films, place, model], answered, name="recommendation_hide", **last)
    listen(say, again.click, on_next, [films, model], nexts, name="recommendation_next", **last)


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


def _build_data(say: Say, films: list[int]) -> Shown:
    """Step 1: the films, examples, the model, the source of the data and their limits."""
    chosen = gr.Dropdown(
        titles(explore.NAME),
        value=films,
        multiselect=True,
        max_choices=explore.MAX_FILMS,
        label=say("recommendation.films"),
        elem_id="recommendation-films",
        elem_classes="writes-english",
    )
    status = gr.Markdown(elem_id="recommendation-status")
    example = gr.Radio(
        [(say(f"recommendation.set_{name}"), name) for name in SETS],
        value=FIRST_SET,
        label=say("page.examples"),
        elem_id="recommendation-set",
    )
    offered = models(say)
    model = gr.Radio(
        offered,
        value=explore.NAME,
        label=say("recommendation.model"),
        visible=len(offered) > 1,
        elem_id="recommendation-model",
    )
    example.input(
        lambda name, model: explore.first_list(SETS[name], model),
        [example, model],
        chosen,
        api_visibility="private",
        show_progress="hidden",
    )
    gr.Markdown(views.data(say), elem_classes="quiet", elem_id="recommendation-data")
    return {"films": chosen, "status": status, "model": model}


def _build_places(say: Say, hidden: HiddenFilm, first: HiddenValues) -> Shown:
    """Step 2: which film to hide, and the list without it."""
    place = gr.Radio(
        places(say, hidden),
        value=FIRST_PLACE,
        label=say("recommendation.hide"),
        elem_id="recommendation-place",
        elem_classes="writes-english",
    )
    return {"place": place, "strip": _html(first.strip, "recommendation-strip")}


def _html(value: str, elem_id: str) -> gr.HTML:
    """A part of the page with English titles in it."""
    return gr.HTML(value, elem_id=elem_id, elem_classes="writes-english")


def _build_answer(say: Say, first: HiddenValues) -> Shown:
    """Step 3, first part: the hidden film predicted."""
    verdict = _html(first.verdict, "recommendation-verdict")
    with gr.Row():
        with gr.Column(min_width=300):
            guesses = _html(first.guesses, "recommendation-guesses")
        with gr.Column(min_width=300):
            attention = _html(first.attention, "recommendation-attention")
    return {"verdict": verdict, "guesses": guesses, "attention": attention}


def _build_next(say: Say, films: list[int]) -> Shown:
    """Step 3, second part: what comes after the list."""
    first = views.recommendation(say, explore.recommend(films))
    with gr.Column(elem_classes="growth"):
        gr.HTML(f"<h3>{say('recommendation.next')}</h3>")
        text = gr.Markdown(first.next_text, elem_id="recommendation-next-text")
        return {"next_text": text, "next": _html(first.next, "recommendation-next")}


def _build_card(say: Say) -> Shown:
    """Step 3, third part: how good it is on the last films of all users."""
    first = views.card(say, explore.NAME)
    with gr.Row(elem_classes="growth"):
        with gr.Column(min_width=300):
            hits = gr.HTML(first.hits, elem_id="recommendation-hits")
        with gr.Column(min_width=300):
            card = gr.Markdown(first.card, elem_id="recommendation-card")
    return {"hits": hits, "card": card}


def _build_growth(say: Say, films: list[int]) -> Shown:
    """Step 3, last part: the hidden film at five moments of the training."""
    first = on_grow(say, films, FIRST_PLACE, LAST)
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=300):
            reached = gr.Plot(first.grow_curve, show_label=False, elem_id="recommendation-grow-curve")
        with gr.Column(min_width=300):
            grown = _html(first.grow, "recommendation-grow")
            verdict = _html(first.grow_verdict, "recommendation-grow-verdict")
    return {"stage": stage, "grow": grown, "grow_curve": reached, "grow_verdict": verdict}


def _build_similar(say: Say) -> Shown:
    """Step 4: the films most similar to one."""
    start = first_film(explore.NAME)
    first = on_similar(say, start, explore.NAME)
    film = gr.Dropdown(
        titles(explore.NAME),
        value=start,
        label=say("recommendation.film"),
        elem_id="recommendation-film",
        elem_classes="writes-english",
    )
    sentence = _html(first.genres_of, "recommendation-genres-of")
    return {"film": film, "genres_of": sentence, "similar": _html(first.similar, "recommendation-similar")}


def _build_genres(say: Say) -> Shown:
    """Step 4: how well the vectors separate genres."""
    first = views.genres(say, explore.NAME)
    genres = gr.Plot(first.genres, show_label=False, elem_id="recommendation-genres")
    text = gr.Markdown(first.genre_text, elem_classes="quiet", elem_id="recommendation-genre-text")
    return {"genres": genres, "genre_text": text}

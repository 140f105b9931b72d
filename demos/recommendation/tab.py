"""The recommendation tab: films in order, one of them hidden and guessed, what comes next, what film vectors know."""

from typing import Any

import gradio as gr

from core.recommendation import explore
from demos.page.events import bind, guard, listen
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say
from demos.recommendation import views

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


def on_films(say: Say, chosen: Chosen, model: str, stage: float) -> tuple[Any, ...]:
    """Take a list of films: offer its places, hide the middle one, recommend what comes next."""
    films = chosen or []
    if len(films) < explore.MIN_FILMS:  # a visitor who begins a new list makes no mistake
        return (say("recommendation.more", low=explore.MIN_FILMS), *[gr.skip()] * 10)
    with guard(say):
        place = (len(films) + 1) // 2
        hidden = explore.hide(films, place, model)
        offer = gr.update(choices=places(say, hidden), value=place)
        drawn = views.draw_next(say, explore.recommend(films, model))
        return ("", offer, *views.draw_hidden(say, hidden), *drawn, *_grown(say, films, place, model, stage))


def on_place(say: Say, chosen: Chosen, place: float, model: str, stage: float) -> tuple[Any, ...]:
    """Another place hidden: guessed by the model, and by what it was after part of its training."""
    return (*on_hide(say, chosen, place, model), *_grown(say, chosen, place, model, stage))


def on_hide(say: Say, chosen: Chosen, place: float, model: str) -> tuple[Any, ...]:
    """Hide the film at a place of the list, 1 for the first, and guess it from the others."""
    with guard(say):
        return views.draw_hidden(say, explore.hide(chosen, place, model))


def on_next(say: Say, chosen: Chosen, model: str) -> tuple[Any, ...]:
    """Recommend ten films after a list, by the network, by item neighbours and by popularity."""
    with guard(say):
        return views.draw_next(say, explore.recommend(chosen, model))


def on_grow(say: Say, chosen: Chosen, place: float, stage: float) -> tuple[Any, ...]:
    """Guess the hidden film after part of the training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.draw_growth(say, explore.grow(chosen, place, stage), stage)


def _grown(say: Say, chosen: Chosen, place: float, model: str, stage: float) -> Any:
    """What `on_grow` draws, for a bundled model: those alone grow here, and a visitor's own may know other films."""
    return on_grow(say, chosen, place, stage) if model in (explore.NAME, explore.CONTROL) else [gr.skip()] * 3


def on_similar(say: Say, film: int, model: str) -> tuple[str, str]:
    """The films most like one, by the model's vectors and by who rated them."""
    with guard(say):
        return views.draw_similar(say, explore.similar(film, model))


def on_model(say: Say, model: str) -> tuple[Any, ...]:
    """Another model: what its card says, its genres, and the films it knows, which may be others."""
    with guard(say):
        film = first_film(model)
        figure, text = views.draw_card(say, model)
        genres, told = views.draw_genres(say, explore.genres(model)), views.draw_genre_text(say, model)
        picks = gr.update(choices=titles(model), value=explore.first_list(SETS[FIRST_SET], model))
        other = gr.update(choices=titles(model), value=film)
        return picks, figure, text, other, *on_similar(say, film, model), genres, told


def first_film(model: str) -> int:
    """The film whose neighbours are shown first: a well-known one, or the most rated that a model knows."""
    known = [film.number for film in explore.films(model)]
    return FIRST_FILM if FIRST_FILM in known else known[0]


def titles(model: str) -> list[tuple[str, int]]:
    """The films to pick from, the most rated first."""
    return [(film.title, film.number) for film in explore.films(model)]


def places(say: Say, found: explore.Hidden) -> list[tuple[str, int]]:
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
    first = views.draw_hidden(say, hidden)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, low=explore.MIN_FILMS, high=explore.MAX_FILMS):
            model, chosen, status = _build_data(say, films)
        with step(say, STEM, 2, ratio=f"{about.ratio:.0%}", last=f"{about.last:.0%}"):
            place = gr.Radio(
                places(say, hidden),
                value=FIRST_PLACE,
                label=say("recommendation.hide"),
                elem_id="recommendation-place",
                elem_classes="writes-english",
            )
            strip = gr.HTML(first[0], elem_id="recommendation-strip", elem_classes="writes-english")
    with step(say, STEM, 3, candidates=f"{hidden.candidates:,}"):
        answers = [strip, *_build_answer(say, first)]
        nexts = _build_next(say, films)
        card = _build_card(say)
        stage, grown = _build_growth(say, films)
    with step(say, STEM, 4):
        film, told = _build_use(say, model)
    everything = [status, place, *answers, *nexts, *grown]
    heavy: dict[str, Any] = {"model": STEM, "show_progress": "hidden", "trigger_mode": "always_last"}
    listen(say, chosen.change, on_films, [chosen, model, stage], everything, **heavy)
    listen(say, place.input, on_place, [chosen, place, model, stage], [*answers, *grown], **heavy)
    listen(say, stage.change, on_grow, [chosen, place, stage], grown, name="recommendation_grow", **heavy)
    picked = [chosen, *card, film, *told]
    changed = listen(say, model.input, on_model, [model], picked, **heavy)
    changed.then(
        bind(on_films, say),
        [chosen, model, stage],
        everything,
        concurrency_id=STEM,
        api_visibility="private",
        show_progress="hidden",
    )
    again = gr.Button(visible=False)  # two answers of the API, for a program that has no list to change
    listen(say, again.click, on_hide, [chosen, place, model], answers, name="recommendation_hide", **heavy)
    listen(say, again.click, on_next, [chosen, model], nexts, name="recommendation_next", **heavy)


def build_absent(say: Say) -> None:
    """The four steps of a copy that lies here without the weights, which have a licence of their own."""
    waiting = say("recommendation.absent_step")
    with step(say, STEM, 1, low=explore.MIN_FILMS, high=explore.MAX_FILMS):
        gr.Markdown(say("recommendation.absent"), elem_id="recommendation-absent")
    with step(say, STEM, 2, ratio=waiting, last=waiting):
        gr.Markdown(waiting, elem_classes="quiet")
    with step(say, STEM, 3, candidates=waiting):
        gr.Markdown(waiting, elem_classes="quiet")
    with step(say, STEM, 4):
        gr.Markdown(waiting, elem_classes="quiet")


def _build_data(say: Say, films: list[int]) -> tuple[gr.Radio, gr.Dropdown, gr.Markdown]:
    """Step 1: the films, examples, the model, where the data come from and what is wrong with them."""
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
    gr.Markdown(views.draw_data(say), elem_classes="quiet", elem_id="recommendation-data")
    return model, chosen, status


def _build_answer(say: Say, first: tuple[Any, ...]) -> list[Any]:
    """Step 3, first part: the hidden film guessed."""
    verdict = gr.HTML(first[1], elem_id="recommendation-verdict", elem_classes="writes-english")
    with gr.Row():
        with gr.Column(min_width=300):
            guesses = gr.HTML(first[2], elem_id="recommendation-guesses", elem_classes="writes-english")
        with gr.Column(min_width=300):
            looked = gr.HTML(first[3], elem_id="recommendation-attention", elem_classes="writes-english")
    return [verdict, guesses, looked]


def _build_next(say: Say, films: list[int]) -> list[Any]:
    """Step 3, second part: what comes after the list."""
    first = views.draw_next(say, explore.recommend(films))
    with gr.Column(elem_classes="growth"):
        gr.HTML(f"<h3>{say('recommendation.next')}</h3>")
        text = gr.Markdown(first[0], elem_id="recommendation-next-text")
        lists = gr.HTML(first[1], elem_id="recommendation-next", elem_classes="writes-english")
    return [text, lists]


def _build_card(say: Say) -> list[Any]:
    """Step 3, third part: how good it is on users whose last film it never saw."""
    figure, text = views.draw_card(say, explore.NAME)
    with gr.Row(elem_classes="growth"):
        with gr.Column(min_width=300):
            bars = gr.HTML(figure, elem_id="recommendation-hits")
        with gr.Column(min_width=300):
            told = gr.Markdown(text, elem_id="recommendation-card")
    return [bars, told]


def _build_growth(say: Say, films: list[int]) -> tuple[gr.Slider, list[Any]]:
    """Step 3, last part: the hidden film at five moments of the training."""
    first = on_grow(say, films, FIRST_PLACE, LAST)
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=300):
            reached = gr.Plot(first[1], show_label=False, elem_id="recommendation-grow-curve")
        with gr.Column(min_width=300):
            guesses = gr.HTML(first[0], elem_id="recommendation-grow", elem_classes="writes-english")
            verdict = gr.HTML(first[2], elem_id="recommendation-grow-verdict", elem_classes="writes-english")
    return stage, [guesses, reached, verdict]


def _build_use(say: Say, model: gr.Radio) -> tuple[gr.Dropdown, list[Any]]:
    """Step 4: the films most like one, and genres told by the vectors."""
    start = first_film(explore.NAME)
    first = on_similar(say, start, explore.NAME)
    with gr.Row():
        with gr.Column(min_width=300):
            film = gr.Dropdown(
                titles(explore.NAME),
                value=start,
                label=say("recommendation.film"),
                elem_id="recommendation-film",
                elem_classes="writes-english",
            )
            sentence = gr.HTML(first[0], elem_id="recommendation-genres-of", elem_classes="writes-english")
            lists = gr.HTML(first[1], elem_id="recommendation-similar", elem_classes="writes-english")
        with gr.Column(min_width=300):
            genres = gr.Plot(
                views.draw_genres(say, explore.genres()), show_label=False, elem_id="recommendation-genres"
            )
            told = gr.Markdown(
                views.draw_genre_text(say, explore.NAME), elem_classes="quiet", elem_id="recommendation-genre-text"
            )
    listen(
        say,
        film.input,
        on_similar,
        [film, model],
        [sentence, lists],
        name="recommendation_similar",
        model=STEM,
        show_progress="hidden",
    )
    return film, [sentence, lists, genres, told]

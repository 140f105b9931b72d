"""What the recommendation tab shows: results of `core.recommendation.explore` as lists, bars and sentences."""

import html
import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from core.data.films import Film
from core.recommendation import explore
from core.recommendation.explore import GenrePrecision, HiddenFilm, Prediction, Recommendation, SimilarFilms
from demos.page import figures
from demos.page.markup import Row, ranking
from demos.page.snapshots import curve
from demos.page.words import Say

SIGNIFICANT = 0.05  # p-values below it are called a difference


class HiddenValues(NamedTuple):
    """The values of the components that show a hidden film."""

    strip: str
    verdict: str
    guesses: str


class NextValues(NamedTuple):
    """The values of the components that show what comes next."""

    next_text: str
    next: str


class GrowthValues(NamedTuple):
    """The values of the components that show a hidden film at one stage of the training."""

    grow: str
    grow_curve: go.Figure
    grow_verdict: str


class SimilarValues(NamedTuple):
    """The values of the components that show the films similar to one."""

    genres_of: str
    similar: str


class CardValues(NamedTuple):
    """The values of the components that show the figures of the card."""

    hits: str
    card: str


class GenreValues(NamedTuple):
    """The values of the components that show how well the vectors separate genres."""

    genres: go.Figure
    genre_text: str


def hidden_film(say: Say, found: HiddenFilm) -> HiddenValues:
    """The list with a hidden film, the verdict, and first predictions."""
    sentence = say(
        "recommendation.verdict",
        title=named(found.films[found.position]),
        candidates=f"{found.candidates:,}",
        rank=f"{found.rank:,}",
        knn=f"{found.knn_rank:,}",
        popularity=f"{found.popularity_rank:,}",
        chance=percent(1 / found.candidates),
        probability=percent(found.probability),
    )
    text = f"<p>{sentence} {winner(say, found)}</p>"
    return HiddenValues(strip(say, found), text, predictions(say, found))


def winner(say: Say, found: HiddenFilm) -> str:
    """Which method gives the hidden film the best rank, or which of them share it."""
    ranks = {"network": found.rank, "knn": found.knn_rank, "popularity": found.popularity_rank}
    best = [say(f"recommendation.{method}") for method, rank in ranks.items() if rank == min(ranks.values())]
    return say("recommendation.winner", methods=say("recommendation.comma").join(best))


def strip(say: Say, found: HiddenFilm) -> str:
    """The list in its order as chips, the hidden film one of them without its name."""
    chips = []
    for position, film in enumerate(found.films):
        hidden = position == found.position
        text = f"[{say('recommendation.mask')}]" if hidden else named(film)
        chips.append(f'<li class="film{" film-hidden" if hidden else ""}">{text}</li>')
    return f'<ol class="films">{"".join(chips)}</ol>'


def predictions(say: Say, found: HiddenFilm) -> str:
    """The first predictions for the hidden film with their probabilities; the right one, if it is there, is marked."""
    rows = [Row(named(each.film), each.score, percent(each.score)) for each in found.best]
    films = [each.film for each in found.best]
    answer = found.films[found.position]
    return ranking(say("recommendation.guesses"), rows, marked=films.index(answer) if answer in films else None)


def attention(say: Say, found: HiddenFilm) -> str:
    """The attention of the hidden position on each position of the list."""
    names = [named(film) for film in found.films]
    names[found.position] = f"[{say('recommendation.mask')}]"
    rows = [Row(name, share, f"{share:.0%}") for name, share in zip(names, found.attention, strict=True)]
    return ranking(say("recommendation.attention_of"), rows, marked=found.position)


def recommendation(say: Say, found: Recommendation) -> NextValues:
    """What comes next: a sentence, and three lists beside each other."""
    lists = {
        "by_network": [Row(named(each.film), each.score, percent(each.score)) for each in found.model],
        "by_knn": [Row(named(each.film), each.score, f"{each.score:.2f}") for each in found.knn],
        "by_popularity": [Row(named(each.film), each.score, f"{each.score:.0f}") for each in found.popularity],
    }
    return NextValues(say("recommendation.next_text", kept=found.reversed_kept), rankings(say, lists))


def growth(say: Say, found: HiddenFilm, stage: float) -> GrowthValues:
    """A hidden film at one stage of the training: predictions, the hit rate at all stages, a sentence."""
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("recommendation.grow_curve"),
        y=say("recommendation.hits_axis"),
        levels={say("page.chance"): explore.metrics()["test"]["chance_hit_rate"]},
    )
    sentence = say(
        "recommendation.grow_verdict",
        title=named(found.films[found.position]),
        rank=f"{found.rank:,}",
        candidates=f"{found.candidates:,}",
        probability=percent(found.probability),
    )
    return GrowthValues(predictions(say, found), reached, f"<p>{sentence}</p>")


def similar_films(say: Say, found: SimilarFilms) -> SimilarValues:
    """The films most similar to one: its genres in a sentence, and two lists."""
    sentence = say("recommendation.genres_of", title=named(found.film), genres=genres_of(say, found.film))
    lists = {
        "by_vectors": [_with_genres(say, each) for each in found.by_vectors],
        "by_ratings": [_with_genres(say, each) for each in found.by_ratings],
    }
    return SimilarValues(f"<p>{sentence}</p>", rankings(say, lists))


def _with_genres(say: Say, similar: Prediction) -> Row:
    """A row of a list: a film with its genres below, and its cosine."""
    name = f"{named(similar.film)}<small>{genres_of(say, similar.film)}</small>"
    return Row(name, similar.score, f"{similar.score:.2f}")


def genres_of(say: Say, film: Film) -> str:
    """A film's genres in the visitor's language, escaped."""
    names = say("recommendation.comma").join(genre(say, name) for name in film.genres)
    return html.escape(names) or say("recommendation.no_genres")


def genre(say: Say, name: str) -> str:
    """A genre in the visitor's language; one of other data as it is written there."""
    return say(f"recommendation.genre_{name}") if say.has(f"recommendation.genre_{name}") else name


def genres(say: Say, name: str) -> GenreValues:
    """How well the vectors of a model separate genres: a figure, and what the card says."""
    return GenreValues(genre_figure(say, explore.genres(name)), genre_text(say, name))


def genre_figure(say: Say, found: Sequence[GenrePrecision]) -> go.Figure:
    """Each genre's share among nearest films: bars for the vectors, marks for an untrained network and chance."""
    names = [html.escape(genre(say, each.genre)) for each in found]
    figure = go.Figure()
    figure.add_bar(
        x=[round(each.model, 4) for each in found],
        y=names,
        orientation="h",
        name=say("recommendation.vectors"),
        marker={"color": figures.BLUE},
        hovertemplate=say("recommendation.genre_hover"),
    )
    marks = (
        (say("recommendation.untrained"), "circle-open", [each.untrained for each in found]),
        (say("page.chance"), "line-ns", [each.chance_level for each in found]),
    )
    for name, symbol, values in marks:
        figure.add_scatter(
            x=[round(value, 4) for value in values],
            y=names,
            mode="markers",
            name=name,
            hovertemplate=say("recommendation.genre_hover"),
            marker={
                "symbol": symbol,
                "size": 10,
                "color": figures.ORANGE,
                "line": {"width": 2, "color": figures.ORANGE},
            },
        )
    figures.frame(figure, height=160 + 24 * len(names), title=say("recommendation.genre_title"))
    figure.update_layout(legend={"orientation": "h", "y": -0.08, "yanchor": "top", "x": 0}, margin={"b": 96})
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def genre_text(say: Say, name: str) -> str:
    """The genre precisions on the card of a model, in words."""
    figures = explore.metrics(name)["genres"]
    shares = {key: f"{value:.0%}" for key, value in figures.items() if key != "n"}
    return say("recommendation.genre_text", n=f"{figures['n']:,.0f}", often=explore.OFTEN, **shares)


def card(say: Say, name: str) -> CardValues:
    """The figures of the card: hit rates as bars beside baselines and the chance level, and all of it in words."""
    test, validation, about = explore.metrics(name)["test"], explore.metrics(name)["validation"], explore.trained(name)
    shares = {key: f"{value:.1%}" for key, value in test.items() if key != "n"}
    error = math.sqrt(test["hit_rate"] * (1 - test["hit_rate"]) / test["n"])
    tuned = {key: f"{validation[key]:.1%}" for key in ("hit_rate", "knn_hit_rate")}
    order = say("recommendation.order", shuffled_hit_rate=shares["shuffled_hit_rate"], read=about.read)
    control = _control(name)
    if control is not None:
        order += " " + say("recommendation.order_control", control=f"{control['hit_rate']:.1%}")
    text = [
        say("recommendation.accuracy", n=f"{test['n']:,.0f}", error=f"{100 * error:.1f}", **shares),
        paired_sentence(say, name),
        say("recommendation.validation", decay=f"{explore.decay(name):g}", **tuned),
        order,
    ]
    return CardValues(hit_bars(say, name), "\n\n".join(text))


def hit_bars(say: Say, name: str) -> str:
    """The hit rates of the card, the highest first, the network marked."""
    test, control = explore.metrics(name)["test"], _control(name)
    kinds = {
        say("recommendation.in_random_order"): test["shuffled_hit_rate"],
        say("recommendation.knn"): test["knn_hit_rate"],
        say("recommendation.popularity"): test["popularity_hit_rate"],
        say("recommendation.network"): test["hit_rate"],
        say("page.chance"): test["chance_hit_rate"],
    }
    if control is not None:
        kinds[say("recommendation.control")] = control["hit_rate"]
    bars = sorted((Row(kind, share, f"{share:.1%}") for kind, share in kinds.items()), key=lambda bar: -bar.value)
    marked = [bar.name for bar in bars].index(say("recommendation.network"))
    return ranking(say("recommendation.hits"), bars, marked=marked)


def paired_sentence(say: Say, name: str) -> str:
    """Whether the network or item neighbours are ahead, by the users for whom only one of the two is right."""
    paired = explore.paired_test(name)
    ahead = "network" if paired.network_only > paired.knn_only else "knn"
    result = "significant" if paired.p_value < SIGNIFICANT else "not_significant"
    return say(
        f"recommendation.{result}",
        ahead=say(f"recommendation.{ahead}"),
        network=paired.network_only,
        knn=paired.knn_only,
        p=f"{paired.p_value:.2g}",
    )


def _control(name: str) -> dict[str, float] | None:
    """The test figures of the control, which stand beside the bundled model alone."""
    return explore.control() if name == explore.NAME else None


def data(say: Say) -> str:
    """The source of the data, their terms, and a limit of their order."""
    about, pace = explore.trained(), explore.metrics()["pace"]
    source = say("recommendation.licence", ratings=f"{about.ratings:,}", users=f"{about.users:,}")
    shares = {"minute": f"{pace['minute_share']:.0%}", "second": f"{pace['same_second_share']:.0%}"}
    return f"{say('recommendation.pace', **shares)}\n\n{source}"


def rankings(say: Say, lists: dict[str, list[Row]]) -> str:
    """Several rankings beside each other, by the key of their head."""
    drawn = "".join(ranking(say(f"recommendation.{key}"), rows) for key, rows in lists.items())
    return f'<div class="rankings">{drawn}</div>'


def named(film: Film) -> str:
    """A title, escaped and marked as English for screen readers."""
    return f'<span lang="en">{html.escape(film.title)}</span>'


def percent(share: float) -> str:
    """A probability with two significant digits."""
    return f"{share:.1%}" if share >= 0.01 else f"{share:.2%}" if share >= 0.001 else f"{share:.3%}"

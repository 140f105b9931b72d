"""What the recommendation tab shows: answers of `core.recommendation.explore` as lists, bars, tables and sentences."""

import html
import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.data.films import Film
from core.recommendation import explore
from core.recommendation.explore import GenreTold, Guess, Hidden, Likeness, Recommendation
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say

Row = tuple[str, float, str]


def draw_hidden(say: Say, found: Hidden) -> tuple[str, ...]:
    """A hidden film as values: the list with a hole, the verdict, first guesses, where the model looked."""
    figures = {
        "candidates": f"{found.candidates:,}",
        "rank": f"{found.rank:,}",
        "knn": f"{found.knn_rank:,}",
        "popularity": f"{found.popularity_rank:,}",
        "chance": percent(1 / found.candidates),
        "probability": percent(found.probability),
    }
    sentence = say("recommendation.verdict", title=named(found.films[found.place]), **figures)
    return strip(say, found), f"<p>{sentence}</p>", guesses(say, found), attention(say, found)


def strip(say: Say, found: Hidden) -> str:
    """The list in its order as chips, the hidden film one of them without its name."""
    chips = []
    for place, film in enumerate(found.films):
        hidden = place == found.place
        text = f"[{say('recommendation.mask')}]" if hidden else named(film)
        chips.append(f'<li class="film{" film-hidden" if hidden else ""}">{text}</li>')
    return f'<ol class="films">{"".join(chips)}</ol>'


def guesses(say: Say, found: Hidden) -> str:
    """The first guesses for the hidden film with their probabilities; the right one, if it is among them, marked."""
    answer = found.films[found.place]
    return ranking(
        say("recommendation.guesses"),
        [(named(guess.film), guess.score, percent(guess.score)) for guess in found.best],
        marked=[guess.film for guess in found.best].index(answer) if answer in {g.film for g in found.best} else None,
    )


def attention(say: Say, found: Hidden) -> str:
    """How the attention of the hidden place falls on the list."""
    names = [named(film) for film in found.films]
    names[found.place] = f"[{say('recommendation.mask')}]"
    rows = [(name, share, f"{share:.0%}") for name, share in zip(names, found.looked_at, strict=True)]
    return ranking(say("recommendation.attention"), rows, marked=found.place)


def draw_next(say: Say, found: Recommendation) -> tuple[str, str]:
    """What comes next as values: a sentence, and three lists beside each other."""
    lists = (
        ("by_network", [(named(guess.film), guess.score, percent(guess.score)) for guess in found.model]),
        ("by_knn", [(named(guess.film), guess.score, f"{guess.score:.2f}") for guess in found.knn]),
        ("by_popularity", [(named(guess.film), guess.score, f"{guess.score:.0f}") for guess in found.popularity]),
    )
    drawn = "".join(ranking(say(f"recommendation.{name}"), rows) for name, rows in lists)
    return say("recommendation.next_text", kept=found.reversed_kept), f'<div class="rankings">{drawn}</div>'


def draw_growth(say: Say, found: Hidden, stage: float) -> tuple[Any, ...]:
    """A hidden film at one stage of the training: guesses, the hit rate at all stages, a sentence."""
    levels = {say("page.chance"): explore.metrics()["test"]["chance_hit_rate"]}
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("recommendation.grow_curve"),
        y=say("recommendation.hits_axis"),
        levels=levels,
    )
    sentence = say(
        "recommendation.grow_verdict",
        title=named(found.films[found.place]),
        rank=f"{found.rank:,}",
        candidates=f"{found.candidates:,}",
        probability=percent(found.probability),
    )
    return guesses(say, found), reached, f"<p>{sentence}</p>"


def draw_similar(say: Say, found: Likeness) -> tuple[str, str]:
    """The films most like one: its genres in a sentence, and two lists."""
    sentence = say("recommendation.genres_of", title=named(found.film), genres=genres_of(say, found.film))
    lists = ("by_vectors", found.vectors), ("by_ratings", found.rated_by)
    drawn = "".join(
        ranking(say(f"recommendation.{name}"), [_with_genres(say, guess) for guess in guessed])
        for name, guessed in lists
    )
    return f"<p>{sentence}</p>", f'<div class="rankings">{drawn}</div>'


def _with_genres(say: Say, guess: Guess) -> tuple[str, float, str]:
    """A row of a list: a film with its genres below, and its cosine."""
    return f"{named(guess.film)}<small>{genres_of(say, guess.film)}</small>", guess.score, f"{guess.score:.2f}"


def genres_of(say: Say, film: Film) -> str:
    """A film's genres in the visitor's language, escaped."""
    told = say("recommendation.comma").join(genre(say, name) for name in film.genres)
    return html.escape(told) or say("recommendation.no_genres")


def genre(say: Say, name: str) -> str:
    """A genre in the visitor's language; one of other data as it is written there."""
    return say(f"recommendation.genre_{name}") if say.has(f"recommendation.genre_{name}") else name


def draw_genres(say: Say, found: Sequence[GenreTold]) -> go.Figure:
    """Each genre's share among nearest films: bars for the vectors, marks for an untrained network and chance."""
    names = [html.escape(genre(say, told.genre)) for told in found]
    figure = go.Figure()
    figure.add_bar(
        x=[round(told.model, 4) for told in found],
        y=names,
        orientation="h",
        name=say("recommendation.vectors"),
        marker={"color": figures.BLUE},
        hovertemplate=say("recommendation.genre_hover"),
    )
    marks = (
        (say("recommendation.untrained"), "circle-open", [told.untrained for told in found]),
        (say("page.chance"), "line-ns", [told.chance for told in found]),
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


def draw_card(say: Say, name: str) -> tuple[str, str]:
    """What the card says: hit rates as bars beside baselines and chance, and all of it in words."""
    test, control = explore.metrics(name)["test"], explore.control()
    kinds = {
        "in_random_order": test["shuffled_hit_rate"],
        "knn": test["knn_hit_rate"],
        "popularity": test["popularity_hit_rate"],
        "network": test["hit_rate"],
    }
    if control is not None and name == explore.NAME:
        kinds["control"] = control["hit_rate"]
    bars = [(say(f"recommendation.{kind}"), share, f"{share:.1%}") for kind, share in kinds.items()]
    bars.append((say("page.chance"), test["chance_hit_rate"], f"{test['chance_hit_rate']:.1%}"))
    bars.sort(key=lambda bar: -bar[1])
    marked = [bar[0] for bar in bars].index(say("recommendation.network"))
    shares = {key: f"{value:.1%}" for key, value in test.items() if key != "n"}
    error = math.sqrt(test["hit_rate"] * (1 - test["hit_rate"]) / test["n"])
    text = say("recommendation.card", n=f"{test['n']:,.0f}", error=f"{100 * error:.1f}", **shares)
    chosen = explore.metrics(name)["validation"]
    tuned = {key: f"{chosen[key]:.1%}" for key in ("hit_rate", "knn_hit_rate")}
    text += "\n\n" + say("recommendation.validation", **tuned)
    text += "\n\n" + say(
        "recommendation.order", shuffled_hit_rate=shares["shuffled_hit_rate"], read=explore.trained(name).read
    )
    if control is not None and name == explore.NAME:
        text += " " + say("recommendation.order_control", control=f"{control['hit_rate']:.1%}")
    return ranking(say("recommendation.hits"), bars, marked=marked), text


def draw_data(say: Say) -> str:
    """Where the data come from, under which terms, and what their order is worth."""
    about, pace = explore.trained(), explore.metrics()["pace"]
    source = say("recommendation.source", ratings=f"{about.ratings:,}", users=f"{about.users:,}")
    shares = {"minute": f"{pace['minute_share']:.0%}", "second": f"{pace['same_second_share']:.0%}"}
    return f"{say('recommendation.pace', **shares)}\n\n{source}"


def draw_genre_text(say: Say, name: str) -> str:
    """What the card says of genres."""
    told = explore.metrics(name)["genres"]
    shares = {key: f"{value:.0%}" for key, value in told.items() if key != "n"}
    return say("recommendation.genre_text", n=f"{told['n']:,.0f}", often=explore.OFTEN, **shares)


def ranking(head: str, rows: Sequence[Row], marked: int | None = None) -> str:
    """A headed list of bars that lie behind their names, so that long titles can be read at any width.

    Args:
        head: plain text.
        rows: (HTML of the name, value that makes the bar's length, the value in words), best first.
        marked: the row in the second colour.
    """
    longest = max((value for _, value, _ in rows), default=0) or 1
    items = [
        f'<li class="{"marked" if place == marked else ""}"><i style="width: {100 * max(0, value) / longest:.1f}%"></i>'
        f"<span>{name}</span><b>{told}</b></li>"
        for place, (name, value, told) in enumerate(rows)
    ]
    return f'<div class="ranking"><p>{html.escape(head)}</p><ol>{"".join(items)}</ol></div>'


def named(film: Film) -> str:
    """A title, escaped, and told to be English for who reads the page aloud."""
    return f'<span lang="en">{html.escape(film.title)}</span>'


def percent(share: float) -> str:
    """A probability with two digits that count, however small."""
    return f"{share:.1%}" if share >= 0.01 else f"{share:.2%}" if share >= 0.001 else f"{share:.3%}"

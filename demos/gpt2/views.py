"""What the language model answers, drawn for its tab: tables, coloured tokens, bars and sentences."""

import html
from typing import Any

import gradio as gr

from core.gpt2 import explore
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say

FULL_BITS = 12  # of surprise that get the strongest colour: one chance in four thousand


def draw_surprise(say: Say, found: explore.Surprise) -> tuple[Any, ...]:
    """A surprise as the values of step 2: labels, coloured text, sentence, bars."""
    rows = [
        (shown(say, read) if read else say("gpt2.begin"), shown(say, label), f"{p:.1%}")
        for read, label, p in found.labels
    ]
    levels = {say("page.model"): found.bits_per_character}
    if found.unigram is not None:
        levels[say("gpt2.unigram")] = found.unigram
    levels[say("page.chance")] = found.chance
    figure = figures.bars(
        list(levels),
        list(levels.values()),
        title=say("gpt2.bits_title"),
        y=say("gpt2.bits"),
        hover=say("gpt2.bits_hover"),
        marked=0,
        height=240,
    )
    sentence = say(
        "gpt2.verdict",
        bits=f"{found.bits_per_character:.2f}",
        chance=f"{found.chance:.2f}",
        tokens=found.tokens,
        characters=found.characters,
        perplexity=f"{found.perplexity:,.0f}",
        vocabulary=f"{found.vocabulary:,}",
    )
    head = (say("gpt2.read"), say("gpt2.label"), say("gpt2.guessed"))
    return figures.table(head, rows), coloured(say, found.pieces), sentence, figure


def coloured(say: Say, pieces: tuple[explore.Piece, ...]) -> list[tuple[str, float]]:
    """Pieces with the share of the strongest colour that their surprise deserves; lone blanks are made visible."""
    return [
        (piece.text if piece.text.strip() else shown(say, piece.text), min(1.0, piece.bits / FULL_BITS))
        for piece in pieces
    ]


def shown(say: Say, text: str) -> str:
    """A token to read by itself: blanks and line ends made visible."""
    return text.replace(" ", "␣").replace("\n", "⏎") or say("gpt2.end_mark")


def draw_text(say: Say, text: explore.Continuation) -> list[tuple[str, float | None]]:
    """The prompt, uncoloured, and the pieces the model added."""
    return [(text.prompt, None), *coloured(say, text.pieces)]


def draw_alternatives(say: Say, found: explore.Alternatives) -> tuple[Any, ...]:
    """Alternatives as the values of number, sentence, bars and choice; the choice stands on the best other token."""
    names = [shown(say, item.text) for item in found.likeliest]
    tokens = [item.token for item in found.likeliest]
    marked = tokens.index(found.chosen.token) if found.chosen.token in tokens else None
    figure = figures.bars(
        [html.escape(name) for name in names],
        [item.probability for item in found.likeliest],
        title=say("gpt2.alternatives"),
        y=say("gpt2.probability"),
        hover=say("gpt2.alternative_hover"),
        marked=marked,
        percent=True,
        height=260,
    )
    if found.likeliest[0].probability < 0.05:  # so that no two ticks read alike
        figure.update_yaxes(tickformat=".1%")
    sentence = say(
        "gpt2.chosen",
        token=html.escape(shown(say, found.chosen.text)),
        rank=f"{found.rank:,}",
        probability=f"{found.chosen.probability:.2%}",
    )
    pairs = zip(names, found.likeliest, strict=True)
    choices = [(f"{name}  {item.probability:.1%}", item.token) for name, item in pairs]
    return found.number, sentence, figure, gr.update(choices=choices, value=tokens[1 if marked == 0 else 0])


def draw_growth(say: Say, grown: explore.Grown, reached: explore.Reached, stage: float) -> tuple[Any, ...]:
    """The small network at one stage: its text, what the beginning cost it in words, and the curve on test novels."""
    levels = {say("gpt2.grow_counts"): reached.unigram, say("page.chance"): reached.chance}
    figure = curve(
        say, reached.stages, stage, title=say("gpt2.grow_curve"), y=say("gpt2.bits"), levels=levels, percent=False
    )
    found = grown.surprise
    costs = {"unigram": found.unigram, "chance": found.chance, "bits": found.bits_per_character}
    sentence = say("gpt2.grow_verdict", **{name: f"{cost:.2f}" for name, cost in costs.items() if cost is not None})
    if grown.replaced:
        sentence += " " + say("gpt2.grow_replaced")
    return draw_text(say, grown.text), sentence, figure


def draw_nearest(say: Say, found: explore.Neighbourhood, measured: explore.Measure | None) -> tuple[Any, str]:
    """Neighbours of a token as bars, and the measure as a sentence."""
    figure = figures.bars(
        [html.escape(shown(say, text)) for text, _ in found.alike],
        [cosine for _, cosine in found.alike],
        title=say("gpt2.nearest_title", token=html.escape(shown(say, found.token))),
        y=say("gpt2.cosine"),
        hover=say("gpt2.nearest_hover"),
        height=260,
    )
    if measured is None:
        return figure, say("gpt2.kinds_few")
    key = "gpt2.kinds_only" if measured.naive is None else "gpt2.kinds"
    return figure, say(key, **shares(measured))


def shares(measured: explore.Measure) -> dict[str, str]:
    """A measure's figures as a sentence wants them."""
    naive = "" if measured.naive is None else f"{measured.naive:.0%}"
    return {"model": f"{measured.model:.0%}", "naive": naive, "chance": f"{measured.chance:.0%}", "n": str(measured.n)}


def draw_similar(say: Say, found: tuple[explore.Similar, ...], measured: explore.Measure) -> tuple[str, str]:
    """Lines as a table, and the measure as a sentence."""
    rows = [
        (item.line.text, say.pick(item.line.theme), f"{item.similarity:.2f}", f"{item.overlap:.0%}") for item in found
    ]
    head = (say("gpt2.line"), say("gpt2.theme"), say("gpt2.cosine"), say("gpt2.overlap"))
    return figures.table(head, rows), say("gpt2.retrieval", **shares(measured))

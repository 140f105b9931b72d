"""What the GPT-2 tab shows: results of `core.gpt2.explore` as tables, coloured tokens, figures and sentences."""

import html
import time
from typing import Any, NamedTuple

import gradio as gr
import plotly.graph_objects as go

from core.gpt2 import explore
from demos.page import figures, markup
from demos.page.snapshots import curve
from demos.page.tokens import explain_conversion, explain_parts, isolated
from demos.page.words import Say

FULL_BITS = 12  # surprisal with the strongest colour: a probability of one in four thousand
STRONGEST = 0.8  # share of Gradio's red on which text still has a contrast of 4.5

Coloured = list[tuple[str, float]]  # texts and their colours in [0, 1]
Update = dict[str, Any]  # a change of a component, from `gr.update` or `gr.skip`


class SurpriseValues(NamedTuple):
    """The values of the components that show how well a text is predicted: coloured pieces, labels, verdict, figure."""

    pieces: Coloured
    labels: str
    counts: str
    verdict: str
    bars: go.Figure


class AlternativesValues(NamedTuple):
    """The values of the components that show the alternatives of one token."""

    number: int | Update
    chosen: str
    bars: go.Figure | None
    choice: Update


class PickedValues(NamedTuple):
    """The values of the components after a click on a token: the fold opens, then as `AlternativesValues`."""

    fold: Any
    number: int | Update
    chosen: str
    bars: go.Figure | None
    choice: Update


class ContinuationValues(NamedTuple):
    """The values of the components that show a continuation; the last two are skipped while it grows.

    Attributes:
        text: so far.
        pieces: of it, coloured.
        status: how many tokens were added.
        number: of the token whose alternatives are shown.
        done: another number whenever a text is finished.
    """

    text: explore.Continuation
    pieces: list[tuple[str, float | None]]
    status: str
    number: float
    done: int


class GrowthValues(NamedTuple):
    """The values of the components that show the small network at one stage of its training."""

    pieces: list[tuple[str, float | None]]
    verdict: str
    reached: go.Figure


class NearestValues(NamedTuple):
    """The values of the components that show tokens with similar embeddings."""

    bars: go.Figure
    kinds: str


class SimilarValues(NamedTuple):
    """The values of the components that show lines similar to a text."""

    table: str
    themes: str


class WordsValues(NamedTuple):
    """The values of the components of a word that fits the model, and of tokens with similar embeddings."""

    word: str
    found: NearestValues


class LinesValues(NamedTuple):
    """The values of the components of a line that fits the model, and of lines similar to it."""

    line: str
    found: SimilarValues


def surprise(say: Say, found: explore.Surprise) -> SurpriseValues:
    """The surprisal of a text beside its baselines."""
    rows = [
        (visible(say, read) if read else say("gpt2.begin"), visible(say, label), f"{p:.1%}")
        for read, label, p in found.labels
    ]
    levels = {say("page.model"): found.bits_per_character}
    if found.unigram is not None:
        levels[say("gpt2.unigram")] = found.unigram
    levels[say("page.chance")] = found.chance_level
    bars = figures.bars(
        list(levels),
        list(levels.values()),
        title=say("gpt2.bits_title"),
        hover=say("gpt2.bits_hover"),
        marked=0,
        height=140,
    )
    bits = {"bits": f"{found.bits_per_character:.2f}", "chance": f"{found.chance_level:.2f}"}
    counted = {"tokens": found.tokens, "characters": found.characters, "perplexity": f"{found.perplexity:,.0f}"}
    written = "".join(piece.text for piece in found.pieces)
    notes = explain_parts(say, (text for read, label, _ in found.labels for text in (read, label)))
    notes += explain_conversion(say, written, converted=found.converted)
    return SurpriseValues(
        pieces=coloured(say, found.pieces),
        labels=markup.table((say("gpt2.read"), say("gpt2.label"), say("gpt2.guessed")), rows),
        counts=say("gpt2.counts", **counted) + notes,
        verdict=say("gpt2.verdict", **bits, vocabulary=f"{found.vocabulary:,}"),
        bars=bars,
    )


def coloured(say: Say, pieces: tuple[explore.Piece, ...]) -> Coloured:
    """Pieces with the colour of their surprisal, strongest at FULL_BITS; a piece of blanks only is made visible."""
    return [
        (piece.text if piece.text.strip() else visible(say, piece.text), STRONGEST * min(1.0, piece.bits / FULL_BITS))
        for piece in pieces
    ]


def visible(say: Say, text: str) -> str:
    """A token shown alone, with visible blanks and line ends."""
    return text.replace(" ", "␣").replace("\n", "⏎") or say("gpt2.end_mark")


def continued(say: Say, text: explore.Continuation) -> list[tuple[str, float | None]]:
    """The prompt, uncoloured, and the pieces that the model added."""
    return [(text.prompt, None), *coloured(say, text.pieces)]


def writing(say: Say, text: explore.Continuation) -> ContinuationValues:
    """A continuation that is still growing."""
    skipped: Any = gr.skip()
    status = say("gpt2.writing", done=len(text.bits))
    return ContinuationValues(text, continued(say, text), status, number=skipped, done=skipped)


def written(say: Say, text: explore.Continuation) -> ContinuationValues:
    """A finished continuation; the token to look at is the one from which the model wrote."""
    status = say("gpt2.ended" if text.ended else "gpt2.written", done=len(text.bits))
    status += explain_parts(say, (piece.text for piece in text.pieces))
    status += explain_conversion(say, text.prompt, converted=text.converted)
    return ContinuationValues(text, continued(say, text), status, number=text.begun, done=time.monotonic_ns())


def alternatives(say: Say, found: explore.Alternatives) -> AlternativesValues:
    """The alternatives of one token; the choice is set to the most likely other token."""
    names = [visible(say, item.text) for item in found.likeliest]
    tokens = [item.token for item in found.likeliest]
    marked = tokens.index(found.chosen.token) if found.chosen.token in tokens else None
    bars = figures.bars(
        [html.escape(name) for name in names],
        [item.probability for item in found.likeliest],
        title=say("gpt2.alternatives"),
        y=say("gpt2.probability"),
        hover=say("gpt2.alternative_hover"),
        marked=marked,
        percent=True,
        height=260,
    )
    if found.likeliest[0].probability < 0.05:  # two ticks would have the same label otherwise
        bars.update_yaxes(tickformat=".1%")
    chosen = say(
        "gpt2.chosen",
        token=html.escape(isolated(visible(say, found.chosen.text))),
        rank=f"{found.rank:,}",
        probability=f"{found.chosen.probability:.2%}",
    )
    chosen += explain_parts(say, names)
    pairs = zip(names, found.likeliest, strict=True)
    choices = [(f"{isolated(name)}  {item.probability:.1%}", item.token) for name, item in pairs]
    choice = gr.update(choices=choices, value=tokens[1 if marked == 0 else 0])
    return AlternativesValues(found.number, chosen, bars, choice)


def no_alternatives(say: Say) -> AlternativesValues:
    """What stands there as long as there is no text."""
    return AlternativesValues(gr.skip(), say("gpt2.nothing_written"), None, gr.update(choices=[], value=None))


def growth(say: Say, found: explore.Growth, reached: explore.Reached, stage: float) -> GrowthValues:
    """The small network at one stage: its text, the bits of the prompt, and the curve on the test novels."""
    levels = {say("gpt2.grow_counts"): reached.unigram, say("page.chance"): reached.chance_level}
    figure = curve(
        say, reached.stages, stage, title=say("gpt2.grow_curve"), y=say("gpt2.bits"), levels=levels, percent=False
    )
    prompt = found.surprise
    bits = {"unigram": prompt.unigram, "chance": prompt.chance_level, "bits": prompt.bits_per_character}
    verdict = say("gpt2.grow_verdict", **{name: f"{value:.2f}" for name, value in bits.items() if value is not None})
    if found.replaced:
        verdict += " " + say("gpt2.grow_replaced")
    verdict += explain_parts(say, (piece.text for piece in found.text.pieces))
    return GrowthValues(continued(say, found.text), verdict, figure)


def nearest(say: Say, found: explore.Neighbourhood, measured: explore.Measure | None, notes: str) -> NearestValues:
    """Neighbours of a token as bars, and the measure as a sentence, followed by notes about the word."""
    notes += explain_parts(say, [text for text, _ in found.neighbours])
    bars = figures.bars(
        [html.escape(visible(say, text)) for text, _ in found.neighbours],
        [cosine for _, cosine in found.neighbours],
        title=say("gpt2.nearest_title", token=html.escape(isolated(visible(say, found.token)))),
        y=say("gpt2.cosine"),
        hover=say("gpt2.nearest_hover"),
        height=260,
    )
    if measured is None:
        return NearestValues(bars, say("gpt2.kinds_few") + notes)
    key = "gpt2.kinds_only" if measured.naive is None else "gpt2.kinds"
    return NearestValues(bars, say(key, **_percentages(measured)) + notes)


def similar(say: Say, found: tuple[explore.SimilarLine, ...], measured: explore.Measure, notes: str) -> SimilarValues:
    """Lines as a table, and the measure as a sentence, followed by notes about the visitor's line."""
    rows = [
        (item.line.text, say.pick(item.line.theme), f"{item.similarity:.2f}", f"{item.overlap:.0%}") for item in found
    ]
    head = (say("gpt2.line"), say("gpt2.theme"), say("gpt2.cosine"), say("gpt2.overlap"))
    return SimilarValues(markup.table(head, rows), say("gpt2.retrieval", **_percentages(measured)) + notes)


def read_as(say: Say, text: str, model: str) -> str:
    """How a model reads a word or a line, if not as it is written."""
    known = explore.as_read(text, model)
    return explain_conversion(say, known, converted=known != text)


def _percentages(measured: explore.Measure) -> dict[str, str]:
    """The figures of a measure as strings."""
    naive = "" if measured.naive is None else f"{measured.naive:.0%}"
    return {
        "model": f"{measured.model:.0%}",
        "naive": naive,
        "chance": f"{measured.chance_level:.0%}",
        "n": str(measured.n),
    }


def choices(say: Say) -> list[tuple[str, str]]:
    """The models to choose from, as (title, name): shipped and own ones, and the Hub's if it is on this machine."""
    words = {explore.NOVELS: "gpt2.model_novels", explore.TANG: "gpt2.model_tang"}
    offer = explore.offer()
    found = []
    for name in explore.names():
        if name != offer.name:
            parameters = explore.about(name).parameters
            size = {"millions": f"{parameters / 1e6:.1f}", "wan": f"{parameters / 1e4:.0f}"}
            title = say(words[name], **size) if name in words else say("gpt2.model_own", name=name, **size)
            found.append((title, name))
        elif offer.at_hand:
            found.append((say("gpt2.model_hub", name=name), name))
    return found


def card_sentences(say: Say) -> str:
    """The figures of the shipped and own models, from their cards."""
    sentences = []
    for title, name in choices(say):
        if name != explore.offer().name:
            about = explore.about(name)
            values = {"bits": f"{about.bits_per_character:.2f}", "perplexity": f"{about.perplexity:,.0f}"}
            key = "gpt2.card_own" if about.own else "gpt2.card"
            sentences.append(say(key, model=title, n=f"{about.n:,}", **values))
    return "\n\n".join(sentences)

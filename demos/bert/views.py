"""What the BERT tab shows: results of `core.bert.explore` as gaps with candidates, filled texts, bars and sentences."""

import html
from typing import Any, NamedTuple

import gradio as gr
import plotly.graph_objects as go

from core.bert import explore
from demos.page import figures, markup
from demos.page.tokens import explain_parts, from_right, isolated
from demos.page.words import Say

CORRUPTIONS = ("hidden", "replaced", "kept")

Update = dict[str, Any]  # a change of a component, from `gr.update`


class PredictionValues(NamedTuple):
    """The values of the components that show what fills the gaps: candidates and a verdict."""

    gaps: str
    verdict: str


class ExampleValues(NamedTuple):
    """The values of the components that show a training example: coloured tokens and their count."""

    tokens: list[tuple[str, str | None]]
    counts: str


class ComparisonValues(NamedTuple):
    """The values of the components that compare reading both sides with reading from left to right."""

    bars: go.Figure | None
    compared: str


class SensesValues(NamedTuple):
    """The values of the components that show uses of a word: a table and a sentence."""

    uses: str
    measured: str


class WordValues(NamedTuple):
    """The values of the components after a word was chosen: a sentence with it, then as `SensesValues`."""

    query: str
    uses: str
    measured: str


class UsesValues(NamedTuple):
    """The values of all components of step 4: words of the model's language, then as `WordValues`."""

    word: Update
    found: WordValues


def words(found: tuple[str, ...], hidden: tuple[int, ...]) -> Update:
    """The words of a text to click, the hidden ones chosen."""
    side = ["from-right"] if from_right(" ".join(found)) else []
    return gr.update(
        choices=[(word, number) for number, word in enumerate(found)],
        value=list(hidden),
        elem_classes=["words", "writes-english", *side],
    )


def predictions(say: Say, found: explore.Predictions) -> PredictionValues:
    """What the model predicts for each gap."""
    gaps = "".join(_gap(say, gap) for gap in found.gaps)
    parts = explain_parts(say, (text for gap in found.gaps for text in (gap.label or "", *(c.text for c in gap.best))))
    return PredictionValues(f'<div class="gaps">{gaps}</div>', _verdict(say, found) + parts)


def no_gaps(say: Say) -> PredictionValues:
    """The values while no word is hidden."""
    return PredictionValues("", say("bert.none_hidden"))


def _gap(say: Say, gap: explore.Gap) -> str:
    """One gap: the label, five candidates as bars, the naive prediction."""
    rows = "".join(_guess(candidate, right=candidate.text == gap.label) for candidate in gap.best)
    notes = []
    if gap.rank is not None:
        notes.append(say("bert.rank", rank=f"{gap.rank:,}", probability=f"{gap.probability:.1%}"))
    if gap.left is not None:
        notes.append(say("bert.left_guess", guess=html.escape(isolated(gap.left))))
    head = say("bert.gap_open") if gap.label is None else say("bert.gap_label", label=html.escape(gap.label))
    return f'<div class="gap"><p>{head}</p>{rows}<p class="gap-foot">{"<br>".join(notes)}</p></div>'


def _guess(candidate: explore.Candidate, *, right: bool) -> str:
    """A candidate with a bar as long as its probability; the right one has the second colour."""
    style = f"width: {100 * candidate.probability:.1f}%"
    kind = "guess right" if right else "guess"
    share = f"{candidate.probability:.0%}" if candidate.probability >= 0.01 else f"{candidate.probability:.1%}"
    text = html.escape(candidate.text)
    return f'<div class="{kind}"><i style="{style}"></i><b dir="auto">{text}</b><span>{share}</span></div>'


def _verdict(say: Say, found: explore.Predictions) -> str:
    """How many labels were predicted, beside the naive prediction and chance; then the number of gaps without one."""
    labelled = [gap for gap in found.gaps if gap.rank is not None]
    ranks = [gap.rank for gap in found.gaps if gap.rank is not None]
    sentences = []
    if ranks:
        first, among = ranks.count(1), sum(rank <= explore.BEST for rank in ranks)
        sentences.append(say("bert.verdict", first=first, among=among, n=len(ranks), chance=f"{found.vocabulary:,}"))
        if labelled[0].left is not None:
            left = sum(gap.left_right for gap in labelled)
            sentences.append(say("bert.verdict_left", left=left, n=len(ranks)))
    if len(ranks) < len(found.gaps):
        sentences.append(say("bert.verdict_open", n=len(found.gaps) - len(ranks)))
    return " ".join(sentences)


def texts(say: Say, found: explore.Filling) -> str:
    """Both filled texts, different words in the second colour, and the bits of each."""
    differ = _changed(found)
    parts, labelled = [], sum(label is not None for label in found.labels)
    for key, filled in (("at_once", found.at_once), ("one_by_one", found.one_by_one)):
        head = say(f"bert.{key}", right=filled.right, n=labelled, bits=f"{filled.bits:.1f}")
        parts.append(f'<div class="filled"><p class="quiet">{head}</p>{_marked(filled, differ)}</div>')
    if len(found.labels) < 2:
        sentence = say("bert.one_gap")
    elif not found.differ:
        sentence = say("bert.same")
    else:
        better = found.one_by_one.bits < found.at_once.bits
        sentence = say("bert.differ_better" if better else "bert.differ_worse", differ=len(found.differ))
    if len(found.labels) > 1:
        order = ", ".join(
            html.escape(isolated(found.labels[gap] or say("bert.open"))) for gap in found.one_by_one.order
        )
        sentence += " " + say("bert.order_of_filling", order=order)
    written = [text for filled in (found.at_once, found.one_by_one) for text, _ in filled.parts]
    sentence += explain_parts(say, [*written, *(label or "" for label in found.labels)])
    return f'{"".join(parts)}<p class="quiet">{sentence}</p>'


def _changed(found: explore.Filling) -> set[int]:
    """Indices of the filled words, from 0, that differ between the two texts."""
    once, later = ([text for text, new in filled.parts if new] for filled in (found.at_once, found.one_by_one))
    return {number for number, (a, b) in enumerate(zip(once, later, strict=True)) if a != b}


def _marked(filled: explore.FilledText, differ: set[int]) -> str:
    """A filled text as HTML, with the filled words marked and the language given for screen readers."""
    written, number = [], 0
    for text, new in filled.parts:
        if new:
            kind = "differs" if number in differ else "same"
            blank = text[: len(text) - len(text.lstrip(" "))]
            written.append(f'{blank}<mark class="{kind}">{html.escape(text.lstrip(" "))}</mark>')
            number += 1
        else:
            written.append(html.escape(text))
    language = "en" if "".join(text for text, _ in filled.parts).isascii() else "zh"
    text = "".join(written).replace("\n", "<br>")
    return f'<p dir="auto" lang="{language}">{text}</p>'


def training_example(say: Say, found: explore.TrainingExample) -> ExampleValues:
    """A corrupted text as coloured tokens, and the counts as a sentence."""
    names = {kind: say(f"bert.{kind}") for kind in CORRUPTIONS}
    parts = [(text, names.get(kind)) for text, kind in found.parts]
    counts = {kind: sum(each == kind for _, each in found.parts) for kind in CORRUPTIONS}
    sentence = say("bert.drawn", chosen=found.chosen, tokens=found.tokens, **counts)
    return ExampleValues(parts, sentence + explain_parts(say, (text for text, _ in found.parts)))


def no_comparison(say: Say) -> ComparisonValues:
    """The values for a text with a gap that was typed."""
    return ComparisonValues(None, say("bert.no_comparison"))


def comparison(say: Say, found: explore.Comparison) -> ComparisonValues:
    """Bits of each word by both models as bars, and the totals as a sentence."""
    bars = figures.paired_bars(
        [html.escape(word) for word in found.words],
        {say("bert.both_sides"): found.bert, say("bert.left_only"): found.gpt},
        y=say("bert.bits"),
        hover="%{customdata}: %{y:.1f}",
        height=300,
    )
    easier = sum(both < left for both, left in zip(found.bert, found.gpt, strict=True))
    sentence = say(
        "bert.compared",
        bert=f"{found.bert_bits_per_character:.2f}",
        gpt=f"{found.gpt_bits_per_character:.2f}",
        easier=easier,
        n=len(found.words),
        chance=f"{found.chance_level:.2f}",
    )
    if found.unigram_bits_per_character is not None:
        sentence += " " + say("bert.compared_counts", unigram=f"{found.unigram_bits_per_character:.2f}")
    return ComparisonValues(bars, f"{sentence} {_partner(say, found)}")


def _partner(say: Say, found: explore.Comparison) -> str:
    """The GPT-2 of the comparison by name, and in what it differs from the BERT."""
    size, partner_size = (_size(say, parameters) for parameters in (found.parameters, found.partner_parameters))
    steps = f"{found.partner_steps:,}"
    return say("bert.partner", size=size, partner=f"`{found.partner}`", partner_size=partner_size, steps=steps)


def _size(say: Say, parameters: int) -> str:
    """The number of a model's parameters in words."""
    return say("bert.size", millions=f"{parameters / 1e6:.1f}", wan=f"{parameters / 1e4:.0f}")


def senses(say: Say, found: tuple[explore.SimilarUse, ...], measured: explore.Measure) -> SensesValues:
    """Uses of a word as a table, the most similar first, and the measure as a sentence."""
    rows = [
        (item.use.text, say.pick(item.use.sense), f"{item.similarity:.2f}", f"{item.overlap:.0%}") for item in found
    ]
    head = (say("bert.use"), say("bert.sense"), say("bert.cosine"), say("bert.overlap"))
    key = "bert.measured" if measured.untrained is not None else "bert.measured_hub"
    shares = {"model": measured.model, "naive": measured.naive, "chance": measured.chance_level}
    if measured.untrained is not None:
        shares["untrained"] = measured.untrained
    sentence = say(key, n=measured.n, **{name: f"{value:.0%}" for name, value in shares.items()})
    return SensesValues(markup.table(head, rows), sentence)


def choices(say: Say) -> list[tuple[str, str]]:
    """The models to choose from, as (title, name): shipped and own ones, and the Hub's that are on this machine."""
    offered = {offer.name: offer for offer in explore.offers()}
    found = []
    for name in explore.names():
        if name not in offered:
            parameters = explore.parameters(name)
            size = {"millions": f"{parameters / 1e6:.1f}", "wan": f"{parameters / 1e4:.0f}"}
            key = "bert.model_novels" if name == explore.NOVELS else "bert.model_own"
            found.append((say(key, name=name, **size), name))
        elif offered[name].at_hand:
            found.append((say("bert.model_hub", name=name), name))
    return found


def card_sentence(say: Say) -> str:
    """The bundled model's figures on the test novels, from its card."""
    card = explore.figures()
    masked, alone = card.masked, card.one_at_a_time
    return say(
        "bert.card",
        n=f"{masked['n']:,.0f}",
        alone=f"{alone['n']:,.0f}",
        perplexity=f"{alone['perplexity']:,.0f}",
        unigram=f"{alone['unigram_perplexity']:,.0f}",
        chance=f"{alone['chance_perplexity']:,.0f}",
        **{key: f"{masked[key]:.1%}" for key in ("accuracy", "top5_accuracy", "left_accuracy", "frequent_accuracy")},
    )


def probe_sentence(say: Say) -> str:
    """The accuracy of a linear probe that separates the two test novels, from the bundled model's card."""
    found = explore.figures().novel
    shares = {key: f"{found[key]:.0%}" for key in ("accuracy", "untrained_accuracy", "words_accuracy", "chance")}
    return say("bert.probe", n=f"{found['n']:,.0f}", **shares)

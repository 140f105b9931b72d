"""What BERT answers, drawn for its tab: gaps with their candidates, filled texts, bars and sentences."""

import html
from typing import Any

from core.bert import explore
from demos.page import figures
from demos.page.words import Say

FATES = ("hidden", "replaced", "kept")


def draw_filling(say: Say, found: explore.Filling) -> tuple[str, str, str]:
    """A filling as the values of gaps, verdict and filled texts."""
    gaps = "".join(_gap(say, gap) for gap in found.gaps)
    return f'<div class="gaps">{gaps}</div>', _verdict(say, found), _texts(say, found)


def _gap(say: Say, gap: explore.Gap) -> str:
    """One gap: the label, five candidates as bars, the naive guess."""
    rows = "".join(_guess(candidate, right=candidate.text == gap.label) for candidate in gap.best)
    below = say("bert.rank", rank=f"{gap.rank:,}", probability=f"{gap.probability:.1%}")
    if gap.left is not None:
        below += "<br>" + say("bert.left_guess", guess=html.escape(gap.left))
    head = say("bert.gap_label", label=html.escape(gap.label))
    return f'<div class="gap"><p>{head}</p>{rows}<p class="gap-foot">{below}</p></div>'


def _guess(candidate: explore.Candidate, *, right: bool) -> str:
    """A candidate with a bar as long as its probability, the right one in the second colour."""
    style = f"width: {100 * candidate.probability:.1f}%"
    kind = "guess right" if right else "guess"
    share = f"{candidate.probability:.0%}" if candidate.probability >= 0.01 else f"{candidate.probability:.1%}"
    text = html.escape(candidate.text)
    return f'<div class="{kind}"><i style="{style}"></i><b dir="auto">{text}</b><span>{share}</span></div>'


def _verdict(say: Say, found: explore.Filling) -> str:
    """How many gaps were told, beside the naive guess and chance."""
    first = sum(gap.rank == 1 for gap in found.gaps)
    among = sum(gap.rank <= len(gap.best) for gap in found.gaps)
    sentence = say("bert.verdict", first=first, among=among, n=len(found.gaps), chance=f"{found.vocabulary:,}")
    if found.gaps[0].left is not None:
        sentence += " " + say("bert.verdict_left", left=sum(gap.left_right for gap in found.gaps), n=len(found.gaps))
    return sentence


def _texts(say: Say, found: explore.Filling) -> str:
    """Both filled texts, the words that differ in the second colour, and what the model thinks of each."""
    differ = _changed(found)
    parts = []
    for key, told in (("at_once", found.at_once), ("one_by_one", found.one_by_one)):
        head = say(f"bert.{key}", right=told.right, n=len(found.gaps), bits=f"{told.bits:.1f}")
        parts.append(f'<div class="filled"><p class="quiet">{head}</p>{_marked(told, differ)}</div>')
    if len(found.gaps) < 2:
        sentence = say("bert.one_gap")
    elif not found.differ:
        sentence = say("bert.same")
    else:
        better = found.one_by_one.bits < found.at_once.bits
        sentence = say("bert.differ_better" if better else "bert.differ_worse", differ=len(found.differ))
    if len(found.gaps) > 1:
        order = ", ".join(html.escape(found.gaps[gap].label) for gap in found.one_by_one.order)
        sentence += " " + say("bert.order", order=order)
    return f'{"".join(parts)}<p class="quiet">{sentence}</p>'


def _changed(found: explore.Filling) -> set[int]:
    """Numbers of the filled words, from 0, that read differently in the two texts."""
    once, later = ([text for text, new in told.parts if new] for told in (found.at_once, found.one_by_one))
    return {number for number, (a, b) in enumerate(zip(once, later, strict=True)) if a != b}


def _marked(told: explore.Told, differ: set[int]) -> str:
    """A filled text as HTML, what was put in marked, its language named for readers aloud."""
    written, number = [], 0
    for text, new in told.parts:
        if new:
            kind = "differs" if number in differ else "same"
            blank = text[: len(text) - len(text.lstrip(" "))]
            written.append(f'{blank}<mark class="{kind}">{html.escape(text.lstrip(" "))}</mark>')
            number += 1
        else:
            written.append(html.escape(text))
    language = "en" if "".join(text for text, _ in told.parts).isascii() else "zh"
    text = "".join(written).replace("\n", "<br>")
    return f'<p dir="auto" lang="{language}">{text}</p>'


def draw_drawn(say: Say, found: explore.Drawn) -> tuple[list[tuple[str, str | None]], str]:
    """A step of the training as coloured tokens, and its count in words."""
    names = {fate: say(f"bert.{fate}") for fate in FATES}
    parts = [(text, names.get(fate)) for text, fate in found.parts]
    counts = {fate: sum(each == fate for _, each in found.parts) for fate in FATES}
    return parts, say("bert.drawn", chosen=found.chosen, tokens=found.tokens, **counts)


def draw_compared(say: Say, found: explore.Compared) -> tuple[Any, str]:
    """Bits of each word for both readers as bars, and the totals in words."""
    figure = figures.paired_bars(
        [html.escape(word) for word in found.words],
        {say("bert.both_sides"): found.bert, say("bert.left_only"): found.gpt},
        y=say("bert.bits"),
        hover="%{customdata}: %{y:.1f}",
        height=300,
    )
    easier = sum(both < left for both, left in zip(found.bert, found.gpt, strict=True))
    sentence = say(
        "bert.compared",
        bert=f"{found.bert_a_character:.2f}",
        gpt=f"{found.gpt_a_character:.2f}",
        easier=easier,
        n=len(found.words),
        chance=f"{found.chance_a_character:.2f}",
    )
    if found.unigram_a_character is not None:
        sentence += " " + say("bert.compared_counts", unigram=f"{found.unigram_a_character:.2f}")
    return figure, sentence


def draw_senses(say: Say, found: tuple[explore.Used, ...], measured: explore.Measure) -> tuple[str, str]:
    """Uses of a word as a table, the most similar first, and how often such a likeness is right."""
    rows = [
        (item.use.text, say.pick(item.use.sense), f"{item.similarity:.2f}", f"{item.overlap:.0%}") for item in found
    ]
    head = (say("bert.use"), say("bert.sense"), say("bert.cosine"), say("bert.overlap"))
    key = "bert.measured" if measured.untrained is not None else "bert.measured_hub"
    shares = {"model": measured.model, "naive": measured.naive, "chance": measured.chance}
    if measured.untrained is not None:
        shares["untrained"] = measured.untrained
    return figures.table(head, rows), say(key, n=measured.n, **{name: f"{value:.0%}" for name, value in shares.items()})


def card_sentence(say: Say) -> str:
    """The bundled model's figures on the test novels, from its card."""
    card = explore.figures()
    gaps, alone = card.gaps, card.alone
    return say(
        "bert.card",
        n=f"{gaps['n']:,.0f}",
        alone=f"{alone['n']:,.0f}",
        perplexity=f"{alone['perplexity']:,.0f}",
        unigram=f"{alone['unigram_perplexity']:,.0f}",
        chance=f"{alone['chance_perplexity']:,.0f}",
        **{key: f"{gaps[key]:.1%}" for key in ("accuracy", "top5_accuracy", "left_accuracy", "frequent_accuracy")},
    )


def probe_sentence(say: Say) -> str:
    """How well the bundled model's features tell the two test novels apart, from its card."""
    found = explore.figures().novel
    shares = {key: f"{found[key]:.0%}" for key in ("accuracy", "untrained_accuracy", "words_accuracy", "chance")}
    return say("bert.probe", n=f"{found['n']:,.0f}", **shares)

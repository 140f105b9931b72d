"""The BERT tab: click words to hide them, see what fills the gaps, and compare reading both sides with reading one."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr

from core.bert import explore
from demos.bert import views
from demos.bert.views import (
    CORRUPTIONS,
    ComparisonValues,
    ExampleValues,
    PredictionValues,
    SensesValues,
    Update,
    UsesValues,
    WordValues,
)
from demos.page.backend import ask
from demos.page.events import count_up, guard, listen
from demos.page.inputs import preprocessed_by
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.values import FetchValues, outputs
from demos.page.words import Say

STEM = "bert"
FIRST = explore.EXAMPLES[0]
FIRST_WORD = "bear"
COLOURS = {"hidden": "#8db8f7", "replaced": "#f5b27a", "kept": "#7fd0b0"}  # light, for dark letters on them
HIDDEN: dict[str, Any] = {"show_progress": "hidden"}

Components = dict[str, gr.Component]  # by the names of the fields of their values
Hidden = list[int] | None  # words by their numbers, from 0; None for a text whose words nobody has clicked yet


def on_words(say: Say, text: str, model: str) -> Update:
    """The words of a text to click, some of them hidden."""
    with guard(say):
        return views.words(ask(explore.words, text, model), ask(explore.suggest, text, model))


def on_fill(say: Say, text: str, hidden: Hidden, model: str) -> PredictionValues:
    """Predict the hidden words of a text: candidates for each, and a verdict.

    `hidden` lists the words to hide by their numbers, from 0; punctuation counts. A [MASK] in the text is a gap too.
    """
    if hidden == [] and not explore.has_gaps(text):
        return views.no_gaps(say)
    with guard(say):
        chosen = ask(explore.suggest, text, model) if hidden is None else hidden
        return views.predictions(say, ask(explore.predict, text, chosen, model))


def on_order(say: Say, text: str, hidden: Hidden, model: str) -> str:
    """Fill the gaps of a text in two ways, at once and one by one; `hidden` as for `bert_fill`."""
    if hidden == [] and not explore.has_gaps(text):
        return say("bert.none_hidden")
    with guard(say):
        chosen = ask(explore.suggest, text, model) if hidden is None else hidden
        return views.texts(say, ask(explore.fill, text, chosen, model))


def on_draw(say: Say, text: str, model: str, seed: float) -> ExampleValues:
    """Choose and corrupt 15 % of the tokens, as one training step does."""
    with guard(say):
        return views.training_example(say, ask(explore.training_example, text, seed, model))


def on_compare(say: Say, text: str, model: str) -> ComparisonValues:
    """Score each word given both sides, and given the left side only; a text with a [MASK] has no score."""
    if explore.has_gaps(text):
        return views.no_comparison(say)
    with guard(say):
        return views.comparison(say, ask(explore.compare, text, model))


def on_senses(say: Say, text: str, word: str, model: str) -> SensesValues:
    """The bundled uses of a word most similar to its use in a sentence, and how often the most similar is right."""
    with guard(say):
        return views.senses(say, ask(explore.nearest_uses, text, word, model), explore.measured(model))


def on_word(say: Say, word: str, model: str) -> WordValues:
    """Another word: a sentence with it, and the uses most similar to that."""
    query = explore.FIRST_SENTENCE[word]
    return WordValues(query, **on_senses(say, query, word, model)._asdict())


def on_uses(say: Say, word: str, query: str, model: str) -> UsesValues:
    """A word of the model's language, the visitor's if it is one, a sentence with it, and the most similar uses."""
    with guard(say):
        choices = explore.words_of(model)
    if not choices:  # a visitor's own model whose vocabulary cuts our sentences into too many tokens
        none = gr.update(choices=[], value=None)
        return UsesValues(none, WordValues(query="", uses="", measured=say("bert.no_words")))
    if word not in choices:
        return UsesValues(gr.update(choices=choices, value=choices[0]), on_word(say, choices[0], model))
    found = on_senses(say, query, word, model)
    return UsesValues(gr.update(choices=choices, value=word), WordValues(query, *found))


def on_fetch(say: Say, name: str) -> Iterator[FetchValues]:
    """Fetch a model from the Hub and offer it; the bundled one stays whatever happens."""
    offer = next(each for each in explore.offers() if each.name == name)
    skipped: Any = gr.skip()
    yield FetchValues(skipped, say("bert.fetching", name=name, megabytes=offer.megabytes), skipped)
    with guard(say):
        explore.fetch(name)
    chosen = gr.Radio(choices=views.choices(say), value=name)
    yield FetchValues(chosen, say("bert.fetched", name=name), time.monotonic_ns())


class Data(NamedTuple):
    """The inputs of step 1.

    Attributes:
        model: to ask.
        text: the visitor's.
        examples: a button for each of `explore.EXAMPLES`.
        fetched: takes another value once a model of the Hub is here and chosen.
    """

    model: gr.Radio
    text: gr.Textbox
    examples: list[gr.Button]
    fetched: gr.State


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    shown: Components = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, characters=explore.MAX_CHARACTERS, tokens=explore.MAX_TOKENS):
            data = _build_data(say)
        with step(say, STEM, 2):
            words = _build_words(say)
        with step(say, STEM, 3):
            shown["verdict"] = gr.Markdown(elem_id="bert-verdict", elem_classes="verdict")
            shown["gaps"] = gr.HTML(elem_id="bert-gaps")
    on_text, on_gaps = [data.text, data.model], [data.text, words, data.model]
    parts.ask(on_words, on_text, [words], **HIDDEN)
    parts.ask(on_fill, on_gaps, outputs(PredictionValues, shown), name="bert_fill", **HIDDEN)
    with parts.fold("order") as fold:
        texts = gr.HTML(elem_id="bert-texts")
    parts.ask(on_order, on_gaps, [texts], fold=fold, name="bert_order", **HIDDEN)
    _build_comparison(parts, data)
    _build_draw(parts, data)
    with parts.fold("tested"):
        gr.Markdown(views.card_sentence(say), elem_id="bert-card")
    with step(say, STEM, 4):
        _build_uses(parts, data.model)
        with parts.fold("novel"):
            gr.Markdown(views.probe_sentence(say), elem_id="bert-probe")
    parts.follow(words, [words.input])
    parts.follow(data.text, [data.text.input], reset={words: None})
    parts.follow(data.model, [data.model.input, data.fetched.change], reset={words: None})
    for button, example in zip(data.examples, explore.EXAMPLES, strict=True):
        parts.follow(data.text, [button.click], reset={data.text: example.text, words: None})
    return parts


def _build_data(say: Say) -> Data:
    """Step 1: the model, the text, examples, and the Hub's models with their sizes on the buttons."""
    model = gr.Radio(views.choices(say), value=explore.NOVELS, label=say("bert.model"), elem_id="bert-model")
    text = gr.Textbox(FIRST.text, label=say("bert.text"), lines=3, max_lines=6, elem_id="bert-text")
    gr.Markdown(say("page.examples"), elem_classes="quiet")
    with gr.Row():
        examples = [
            gr.Button(say(f"bert.example_{each.key}"), size="sm", min_width=120, elem_id=f"bert-example-{each.key}")
            for each in explore.EXAMPLES
        ]
    offers = explore.offers()
    with gr.Row():
        buttons = [
            gr.Button(
                say(f"bert.fetch_{explore.language(offer.name)}", name=offer.name, megabytes=offer.megabytes),
                size="sm",
                min_width=200,
                visible=not offer.at_hand,
                elem_id=f"bert-fetch-{explore.language(offer.name)}",
            )
            for offer in offers
        ]
    status = gr.Markdown(elem_classes="quiet", elem_id="bert-fetch-status")
    fetched = gr.State(0)
    shown = outputs(FetchValues, {"model": model, "status": status, "fetched": fetched})
    for button, offer in zip(buttons, offers, strict=True):
        name = gr.State(offer.name)
        listen(say, button.click, on_fetch, [name], shown, model="bert-fetch", show_progress="minimal")
    return Data(model, text, examples, fetched)


def _build_words(say: Say) -> gr.CheckboxGroup:
    """Step 2: words to click, which come with the first answer; the numbers of the hidden ones are known."""
    words = gr.CheckboxGroup(
        [],
        value=list(FIRST.hidden),
        label=say("bert.words"),
        elem_id="bert-words",
        elem_classes=["words", "writes-english"],
    )
    # Gradio would compare the numbers with the words of the layout, in an API call too; `explore` checks them.
    return preprocessed_by(words, lambda _, payload: payload)


def _build_comparison(parts: Parts, data: Data) -> None:
    """Each word given both sides, and given the left side only."""
    with parts.fold("compare") as fold:
        bars = gr.Plot(show_label=False, elem_id="bert-bits")
        compared = gr.Markdown(elem_id="bert-compared")
    shown = outputs(ComparisonValues, {"bars": bars, "compared": compared})
    parts.ask(on_compare, [data.text, data.model], shown, fold=fold, name="bert_compare", **HIDDEN)


def _build_draw(parts: Parts, data: Data) -> None:
    """The text as one training step corrupts it."""
    say = parts.say
    with parts.fold("draw") as fold:
        gr.Markdown(say("bert.draw_text"))
        tokens = gr.HighlightedText(
            label=say("bert.drawn_label"),
            color_map={say(f"bert.{kind}"): COLOURS[kind] for kind in CORRUPTIONS},
            show_legend=True,
            elem_id="bert-drawn",
            elem_classes=["tokens", "writes-english"],
        )
        counts = gr.Markdown(elem_classes="quiet", elem_id="bert-drawn-verdict")
        with gr.Row():
            seed = gr.Number(0, label=say("bert.seed"), minimum=0, precision=0, min_width=90, elem_id="bert-seed")
            again = gr.Button(say("bert.again"), min_width=150, elem_id="bert-again")
    count_up(again, seed, explore.MAX_SEED)
    shown = outputs(ExampleValues, {"tokens": tokens, "counts": counts})
    asked = [data.text, data.model, seed]
    parts.ask(on_draw, asked, shown, on=[seed.change], fold=fold, name="bert_draw", **HIDDEN)


def _build_uses(parts: Parts, model: gr.Radio) -> None:
    """Step 4: one word in two senses."""
    say = parts.say
    word = gr.Radio([FIRST_WORD], value=FIRST_WORD, label=say("bert.word"), elem_id="bert-word")
    first = explore.FIRST_SENTENCE[FIRST_WORD]
    with gr.Row():
        query = gr.Textbox(first, label=say("bert.query"), scale=3, min_width=280, elem_id="bert-query")
        go = gr.Button(say("bert.senses_go"), min_width=150, scale=1, elem_id="bert-senses-go")
    uses = gr.HTML(elem_id="bert-uses", elem_classes="writes-english")
    measured = gr.Markdown(elem_classes="quiet", elem_id="bert-measured")
    preprocessed_by(word, lambda _, payload: payload)  # as for the words of step 2
    shown: Components = {"word": word, "query": query, "uses": uses, "measured": measured}
    parts.ask(on_uses, [word, query, model], outputs(UsesValues, shown), **HIDDEN)
    given, senses = [query, word, model], outputs(SensesValues, shown)
    listen(say, [go.click, query.submit], on_senses, given, senses, name="bert_senses", model=STEM, **HIDDEN)
    listen(say, word.input, on_word, [word, model], outputs(WordValues, shown), model=STEM, **HIDDEN)

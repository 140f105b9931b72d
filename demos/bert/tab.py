"""The BERT tab: click words to hide them, see what fills the gaps, and compare reading both sides with reading one."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from core.bert import explore
from demos.bert import views
from demos.bert.views import (
    CORRUPTIONS,
    ComparisonValues,
    ExampleValues,
    FillingValues,
    ModelValues,
    SensesValues,
    TextValues,
    WordValues,
)
from demos.page.events import bind, guard, listen
from demos.page.layout import step
from demos.page.words import Say

STEM = "bert"
FIRST = explore.EXAMPLES[0]
FIRST_WORD = "bear"
COLOURS = {"hidden": "#8db8f7", "replaced": "#f5b27a", "kept": "#7fd0b0"}  # light, for dark letters on them
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
QUICK: dict[str, Any] = {"model": "bert", "show_progress": "hidden"}
LATEST: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}

Components = dict[str, gr.Component]  # by the names of the fields of their values


def on_fill(say: Say, text: str, hidden: list[int], model: str) -> FillingValues:
    """Fill the gaps of a text: candidates for each, a verdict, and the text filled in two ways.

    `hidden` lists the words to hide by their numbers, from 0; punctuation counts.
    """
    if not hidden:
        return views.no_gaps(say)
    with guard(say):
        return views.filling(say, explore.fill(text, hidden, model))


def on_draw(say: Say, text: str, model: str, seed: float) -> ExampleValues:
    """Choose and corrupt 15 % of the tokens, as one training step does."""
    with guard(say):
        return views.training_example(say, explore.training_example(text, seed, model))


def on_compare(say: Say, text: str, model: str) -> ComparisonValues:
    """Score each word given both sides, and given the left side only."""
    with guard(say):
        return views.comparison(say, explore.compare(text, model))


def on_text(say: Say, text: str, model: str, seed: float) -> TextValues:
    """All answers about a new text: its words, two of them hidden, and the three groups below."""
    with guard(say):
        hidden = explore.suggest(text, model)
    return _answers(say, text, hidden, model, seed)


def _answers(say: Say, text: str, hidden: tuple[int, ...], model: str, seed: float) -> TextValues:
    """The words of a text to click, and all answers about it."""
    with guard(say):
        found = explore.words(text, model)
    return TextValues(
        words=views.words(found, hidden),
        **on_fill(say, text, list(hidden), model)._asdict(),
        **on_draw(say, text, model, seed)._asdict(),
        **on_compare(say, text, model)._asdict(),
    )


def on_typing(say: Say, text: str, model: str, seed: float) -> Any:
    """`on_text` while the visitor types; an empty text changes nothing."""
    return on_text(say, text, model, seed) if text.strip() else gr.skip()


def on_senses(say: Say, text: str, word: str, model: str) -> SensesValues:
    """The bundled uses of a word most similar to its use in a sentence, and how often the most similar is right."""
    with guard(say):
        return views.senses(say, explore.nearest_uses(text, word, model), explore.measured(model))


def on_word(say: Say, word: str, model: str) -> WordValues:
    """Another word: a sentence with it, and the uses most similar to that."""
    query = explore.FIRST_SENTENCE[word]
    return WordValues(query, **on_senses(say, query, word, model)._asdict())


def on_model(say: Say, text: str, model: str, seed: float) -> ModelValues:
    """Another model: its answers about the same text, and words of its language."""
    with guard(say):
        choices = explore.words_of(model)
    answers = on_text(say, text, model, seed)._asdict()
    if not choices:  # a visitor's own model whose vocabulary cuts our sentences into too many tokens
        none = gr.update(choices=[], value=None)
        return ModelValues(**answers, word=none, query="", uses="", measured=say("bert.no_words"))
    word = gr.update(choices=choices, value=choices[0])
    return ModelValues(**answers, word=word, **on_word(say, choices[0], model)._asdict())


def on_fetch(say: Say, name: str) -> Iterator[tuple[Any, str]]:
    """Fetch a model from the Hub and offer it; the bundled one stays whatever happens."""
    offer = next(each for each in explore.offers() if each.name == name)
    yield gr.skip(), say("bert.fetching", name=name, megabytes=offer.megabytes)
    with guard(say):
        explore.fetch(name)
    yield gr.Radio(choices=views.choices(say), value=name), say("bert.fetched", name=name)


class Inputs(NamedTuple):
    """What a visitor chooses and writes in steps 1 and 2, beside the words to hide."""

    model: gr.Radio
    text: gr.Textbox
    examples: list[gr.Button]
    seed: gr.Number
    again: gr.Button


def build(say: Say) -> None:
    """Lay out the tab with the answers to a first example."""
    first = _answers(say, FIRST.text, FIRST.hidden, explore.NOVELS, 0)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, characters=explore.MAX_CHARACTERS, tokens=explore.MAX_TOKENS):
            model, text, examples = _build_data(say)
        with step(say, STEM, 2):
            shown, seed, again = _build_label(say, first)
    with step(say, STEM, 3):
        gr.Markdown(views.card_sentence(say), elem_classes="quiet", elem_id="bert-card")
        shown |= _build_answers(say, first)
    with step(say, STEM, 4):
        shown |= _build_uses(say, model)
    _wire(say, Inputs(model, text, examples, seed, again), shown)


def _build_data(say: Say) -> tuple[gr.Radio, gr.Textbox, list[gr.Button]]:
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
    for button, offer in zip(buttons, offers, strict=True):
        name = gr.State(offer.name)
        listen(say, button.click, on_fetch, [name], [model, status], model="bert-fetch", show_progress="minimal")
    return model, text, examples


def _build_label(say: Say, first: TextValues) -> tuple[Components, gr.Number, gr.Button]:
    """Step 2: words to click, and the text as one training step corrupts it."""
    words = gr.CheckboxGroup(
        first.words["choices"],
        value=first.words["value"],
        label=say("bert.words"),
        elem_id="bert-words",
        elem_classes=["words", "writes-english"],
    )
    # Gradio would compare the numbers with the words of the first text, in an API call too; `explore` checks them.
    words.preprocess = lambda payload: payload  # type: ignore[method-assign]
    gr.Markdown(say("bert.draw_text"), elem_classes="quiet")
    tokens = gr.HighlightedText(
        list(first.tokens),
        label=say("bert.drawn_label"),
        color_map={say(f"bert.{kind}"): COLOURS[kind] for kind in CORRUPTIONS},
        show_legend=True,
        elem_id="bert-drawn",
        elem_classes=["tokens", "writes-english"],
    )
    counts = gr.Markdown(first.counts, elem_classes="quiet", elem_id="bert-drawn-verdict")
    with gr.Row():
        seed = gr.Number(0, label=say("bert.seed"), minimum=0, precision=0, min_width=90, elem_id="bert-seed")
        again = gr.Button(say("bert.again"), min_width=150, elem_id="bert-again")
    return {"words": words, "tokens": tokens, "counts": counts}, seed, again


def _build_answers(say: Say, first: TextValues) -> Components:
    """Step 3: gaps with candidates, both filled texts, and the comparison with GPT-2."""
    gaps = gr.HTML(first.gaps, elem_id="bert-gaps")
    verdict = gr.Markdown(first.verdict, elem_id="bert-verdict")
    with gr.Row():
        with gr.Column(min_width=300):
            gr.HTML(f"<h3>{say('bert.fill_head')}</h3>", elem_classes="part")
            texts = gr.HTML(first.texts, elem_id="bert-texts")
        with gr.Column(min_width=300):
            gr.HTML(f"<h3>{say('bert.compare_head')}</h3>", elem_classes="part")
            bars = gr.Plot(first.bars, show_label=False, elem_id="bert-bits")
            compared = gr.Markdown(first.compared, elem_id="bert-compared")
    return {"gaps": gaps, "verdict": verdict, "texts": texts, "bars": bars, "compared": compared}


def _build_uses(say: Say, model: gr.Radio) -> Components:
    """Step 4: one word in two senses, and the probe that separates two novels."""
    first = on_word(say, FIRST_WORD, explore.NOVELS)
    word = gr.Radio(list(explore.words_of()), value=FIRST_WORD, label=say("bert.word"), elem_id="bert-word")
    with gr.Row():
        query = gr.Textbox(first.query, label=say("bert.query"), scale=3, min_width=280, elem_id="bert-query")
        go = gr.Button(say("bert.senses_go"), min_width=150, scale=1, elem_id="bert-senses-go")
    uses = gr.HTML(first.uses, elem_id="bert-uses", elem_classes="writes-english")
    measured = gr.Markdown(first.measured, elem_classes="quiet", elem_id="bert-measured")
    gr.Markdown(views.probe_sentence(say), elem_classes="quiet", elem_id="bert-probe")
    word.preprocess = lambda payload: payload  # type: ignore[method-assign]  # as for the words of step 2
    shown: Components = {"word": word, "query": query, "uses": uses, "measured": measured}
    given, senses = [query, word, model], _in_order(shown, SensesValues._fields)
    listen(say, [go.click, query.submit], on_senses, given, senses, name="bert_senses", **QUICK)
    listen(say, word.input, on_word, [word, model], _in_order(shown, WordValues._fields), **QUICK)
    return shown


def _in_order(shown: Components, fields: tuple[str, ...]) -> list[gr.Component]:
    """The components for the fields of some values, in their order."""
    return [shown[field] for field in fields]


def _wire(say: Say, inputs: Inputs, shown: Components) -> None:
    """The events of steps 1 to 3."""
    words: Any = shown["words"]
    on_one, on_seed = [inputs.text, inputs.model], [inputs.text, inputs.model, inputs.seed]
    filled, drawn, compared, answers, every = (
        _in_order(shown, kind._fields)
        for kind in (FillingValues, ExampleValues, ComparisonValues, TextValues, ModelValues)
    )
    seed = inputs.seed
    listen(say, words.input, on_fill, [inputs.text, words, inputs.model], filled, name="bert_fill", **LATEST)
    listen(say, inputs.text.input, on_typing, on_seed, answers, **LATEST)
    listen(say, inputs.text.submit, on_compare, on_one, compared, name="bert_compare", **QUICK)
    listen(say, [seed.input, seed.submit], on_draw, on_seed, drawn, name="bert_draw", **LATEST)
    redrawn = inputs.again.click(lambda: int(np.random.default_rng().integers(10**6)), None, seed, **QUIET)
    redrawn.then(bind(on_draw, say), on_seed, drawn, concurrency_id=QUICK["model"], **QUIET)
    listen(say, inputs.model.input, on_model, on_seed, every, **QUICK)
    for button, example in zip(inputs.examples, explore.EXAMPLES, strict=True):
        _wire_example(say, button, example, inputs, shown)


def _wire_example(say: Say, button: gr.Button, example: explore.Example, inputs: Inputs, shown: Components) -> None:
    """A click on an example: its text, its own words hidden, and all answers."""

    def on_example(say: Say, model: str, seed: float) -> dict[gr.Component, Any]:
        hidden = example.hidden if explore.language(model) == "en" else explore.suggest(example.text, model)
        answers = _answers(say, example.text, hidden, model, seed)
        return {inputs.text: example.text, **{shown[name]: value for name, value in answers._asdict().items()}}

    outputs = [inputs.text, *_in_order(shown, TextValues._fields)]
    listen(say, button.click, on_example, [inputs.model, inputs.seed], outputs, **QUICK)

"""The BERT tab: click words to hide them, see what fills the gaps, and what reading both sides is worth."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from core.bert import explore
from demos.bert.views import FATES, card_sentence, draw_compared, draw_drawn, draw_filling, draw_senses, probe_sentence
from demos.page.events import bind, guard, listen
from demos.page.layout import step
from demos.page.words import Say

STEM = "bert"
FIRST = explore.EXAMPLES[0]
FIRST_WORD = "bear"
COLOURS = {"hidden": "#8db8f7", "replaced": "#f5b27a", "kept": "#7fd0b0"}  # dark letters stand on them


def on_fill(say: Say, text: str, hidden: list[int], model: str) -> tuple[str, str, str]:
    """Fill the gaps of a text: candidates for each, a verdict, and the text filled in two ways.

    `hidden` lists the words to hide by their numbers, from 0; punctuation counts.
    """
    if not hidden:
        return "", say("bert.none_hidden"), ""
    with guard(say):
        return draw_filling(say, explore.fill(text, hidden, model))


def on_draw(say: Say, text: str, model: str, seed: float) -> tuple[list[tuple[str, str | None]], str]:
    """Choose and change 15 % of the tokens, as one step of the training does."""
    with guard(say):
        return draw_drawn(say, explore.draw(text, seed, model))


def on_compare(say: Say, text: str, model: str) -> tuple[Any, str]:
    """Score each word with both sides in sight, and with the left side only."""
    with guard(say):
        return draw_compared(say, explore.compare(text, model))


def on_text(say: Say, text: str, model: str, seed: float) -> tuple[Any, ...]:
    """Everything about a text just written: its words with two of them hidden, and all answers."""
    with guard(say):
        hidden = explore.suggest(text, model)
    return show(say, text, hidden, model, seed)


def show(say: Say, text: str, hidden: tuple[int, ...], model: str, seed: float) -> tuple[Any, ...]:
    """The words of a text to click, and all answers about it."""
    with guard(say):
        found = explore.words(text, model)
    words = gr.update(choices=[(word, number) for number, word in enumerate(found)], value=list(hidden))
    return (
        words,
        *on_fill(say, text, list(hidden), model),
        *on_draw(say, text, model, seed),
        *on_compare(say, text, model),
    )


def on_typing(say: Say, text: str, model: str, seed: float) -> Any:
    """The same while the visitor types, silent as long as nothing stands there."""
    return on_text(say, text, model, seed) if text.strip() else gr.skip()


def on_senses(say: Say, text: str, word: str, model: str) -> tuple[str, str]:
    """The bundled uses of a word most like its use in a sentence, and how often such a likeness is right."""
    with guard(say):
        return draw_senses(say, explore.nearest_uses(text, word, model), explore.measured(model))


def on_word(say: Say, word: str, model: str) -> tuple[str, str, str]:
    """Another word: a sentence with it, and the uses most like that."""
    return explore.FIRST_SENTENCE[word], *on_senses(say, explore.FIRST_SENTENCE[word], word, model)


def on_model(say: Say, text: str, model: str, seed: float) -> tuple[Any, ...]:
    """Another model: the same text with its eyes, and words of its language."""
    with guard(say):
        choices = explore.words_of(model)
    answers = on_text(say, text, model, seed)
    if not choices:  # a visitor's own model whose vocabulary cuts our sentences into too many tokens
        return *answers, gr.update(choices=[], value=None), "", "", say("bert.no_words")
    return *answers, gr.update(choices=choices, value=choices[0]), *on_word(say, choices[0], model)


def on_fetch(say: Say, name: str) -> Iterator[tuple[Any, str]]:
    """Fetch a model from the Hub and offer it; the bundled one stays whatever happens."""
    offer = next(each for each in explore.offers() if each.name == name)
    yield gr.skip(), say("bert.fetching", name=name, megabytes=offer.megabytes)
    with guard(say):
        explore.fetch(name)
    yield gr.Radio(choices=models(say), value=name), say("bert.fetched", name=name)


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: those in the tree, and those of the Hub that are on this machine."""
    here = {offer.name: offer for offer in explore.offers()}
    choices = []
    for name in explore.names():
        if name not in here:
            parameters = explore.parameters(name)
            size = {"millions": f"{parameters / 1e6:.1f}", "wan": f"{parameters / 1e4:.0f}"}
            key = "bert.model_novels" if name == explore.NOVELS else "bert.model_own"
            choices.append((say(key, name=name, **size), name))
        elif here[name].at_hand:
            choices.append((say("bert.model_hub", name=name), name))
    return choices


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    first = show(say, FIRST.text, FIRST.hidden, explore.NOVELS, 0)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, characters=explore.MAX_CHARACTERS, tokens=explore.MAX_TOKENS):
            model, text, examples = _build_data(say)
        with step(say, STEM, 2):
            words, drawn, seed, again = _build_label(say, first)
    with step(say, STEM, 3):
        gr.Markdown(card_sentence(say), elem_classes="quiet", elem_id="bert-card")
        filled, compared = _build_answers(say, first)
    with step(say, STEM, 4):
        uses = _build_uses(say, model)
    shown = [words, *filled, *drawn, *compared]
    quick: dict[str, Any] = {"model": "bert", "show_progress": "hidden"}
    last: dict[str, Any] = {"trigger_mode": "always_last", **quick}
    listen(say, words.input, on_fill, [text, words, model], filled, name="bert_fill", **last)
    listen(say, text.input, on_typing, [text, model, seed], shown, **last)
    listen(say, text.submit, on_compare, [text, model], compared, name="bert_compare", **quick)
    listen(say, [seed.input, seed.submit], on_draw, [text, model, seed], drawn, name="bert_draw", **last)
    dealt = again.click(
        lambda: int(np.random.default_rng().integers(10**6)),
        None,
        seed,
        api_visibility="private",
        show_progress="hidden",
    )
    dealt.then(
        bind(on_draw, say),
        [text, model, seed],
        drawn,
        concurrency_id="bert",
        api_visibility="private",
        show_progress="hidden",
    )
    listen(say, model.input, on_model, [text, model, seed], [*shown, *uses], **quick)
    for button, example in zip(examples, explore.EXAMPLES, strict=True):
        _wire_example(say, button, example, text, [model, seed], shown)


def _wire_example(
    say: Say, button: gr.Button, example: explore.Example, text: gr.Textbox, asked: list[Any], shown: list[Any]
) -> None:
    """A click on an example: its text, its own words hidden, and all answers."""

    def on_example(say: Say, model: str, seed: float) -> tuple[Any, ...]:
        hidden = example.hidden if explore.language(model) == "en" else explore.suggest(example.text, model)
        return example.text, *show(say, example.text, hidden, model, seed)

    listen(say, button.click, on_example, asked, [text, *shown], model="bert", show_progress="hidden")


def _build_data(say: Say) -> tuple[gr.Radio, gr.Textbox, list[gr.Button]]:
    """Step 1: the model, the text, examples, and the Hub's models with their sizes on the buttons."""
    model = gr.Radio(models(say), value=explore.NOVELS, label=say("bert.model"), elem_id="bert-model")
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


def _build_label(say: Say, first: tuple[Any, ...]) -> tuple[gr.CheckboxGroup, list[Any], gr.Number, gr.Button]:
    """Step 2: words to click, and what a step of the training would do."""
    words = gr.CheckboxGroup(
        first[0]["choices"],
        value=first[0]["value"],
        label=say("bert.words"),
        elem_id="bert-words",
        elem_classes=["words", "writes-english"],
    )
    # Gradio would compare the numbers with the words of the first text, in an API call too; `explore` checks them.
    words.preprocess = lambda payload: payload  # type: ignore[method-assign]
    gr.Markdown(say("bert.draw_text"), elem_classes="quiet")
    tokens = gr.HighlightedText(
        first[4],
        label=say("bert.drawn_label"),
        color_map={say(f"bert.{fate}"): COLOURS[fate] for fate in FATES},
        show_legend=True,
        elem_id="bert-drawn",
        elem_classes=["tokens", "writes-english"],
    )
    sentence = gr.Markdown(first[5], elem_classes="quiet", elem_id="bert-drawn-verdict")
    with gr.Row():
        seed = gr.Number(0, label=say("bert.seed"), minimum=0, precision=0, min_width=90, elem_id="bert-seed")
        again = gr.Button(say("bert.again"), min_width=150, elem_id="bert-again")
    return words, [tokens, sentence], seed, again


def _build_answers(say: Say, first: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
    """Step 3: gaps with candidates, both filled texts, and both readers."""
    gaps = gr.HTML(first[1], elem_id="bert-gaps")
    verdict = gr.Markdown(first[2], elem_id="bert-verdict")
    with gr.Row():
        with gr.Column(min_width=300):
            gr.HTML(f"<h3>{say('bert.fill_head')}</h3>", elem_classes="part")
            texts = gr.HTML(first[3], elem_id="bert-texts")
        with gr.Column(min_width=300):
            gr.HTML(f"<h3>{say('bert.compare_head')}</h3>", elem_classes="part")
            figure = gr.Plot(first[6], show_label=False, elem_id="bert-bits")
            sentence = gr.Markdown(first[7], elem_id="bert-compared")
    return [gaps, verdict, texts], [figure, sentence]


def _build_uses(say: Say, model: gr.Radio) -> list[Any]:
    """Step 4: one word in two senses, and which novel a passage is from."""
    text, table, measured = on_word(say, FIRST_WORD, explore.NOVELS)
    word = gr.Radio(list(explore.words_of()), value=FIRST_WORD, label=say("bert.word"), elem_id="bert-word")
    with gr.Row():
        query = gr.Textbox(text, label=say("bert.query"), scale=3, min_width=280, elem_id="bert-query")
        go = gr.Button(say("bert.senses_go"), min_width=150, scale=1, elem_id="bert-senses-go")
    uses = gr.HTML(table, elem_id="bert-uses", elem_classes="writes-english")
    sentence = gr.Markdown(measured, elem_classes="quiet", elem_id="bert-measured")
    gr.Markdown(probe_sentence(say), elem_classes="quiet", elem_id="bert-probe")
    word.preprocess = lambda payload: payload  # type: ignore[method-assign]  # as for the words of step 2
    quick: dict[str, Any] = {"model": "bert", "show_progress": "hidden"}
    listen(
        say, [go.click, query.submit], on_senses, [query, word, model], [uses, sentence], name="bert_senses", **quick
    )
    listen(say, word.input, on_word, [word, model], [query, uses, sentence], **quick)
    return [word, query, uses, sentence]

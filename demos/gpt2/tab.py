"""The GPT-2 tab: a text labels itself, a model continues it, and every token can be replaced by another."""

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from core.gpt2 import explore
from demos.gpt2 import views
from demos.gpt2.views import (
    AlternativesValues,
    ContinuationValues,
    GrowthValues,
    NearestValues,
    SimilarValues,
    SurpriseValues,
    UsesValues,
)
from demos.page.events import bind, guard, listen
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say

STEM = "gpt2"
FIRST_MODEL = {"en": explore.NOVELS, "zh": explore.TANG}
FIRST_PROMPT = {"en": "novel", "zh": "poem"}
FIRST_LENGTH = 60
EXAMPLES = (
    ("novel", explore.NOVELS),
    ("sea", explore.NOVELS),
    ("poem", explore.TANG),
    ("moon", explore.TANG),
    ("tutorial", explore.TANG),
)
YIELD_S = 0.08
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
QUICK: dict[str, Any] = {"model": "gpt2", "show_progress": "hidden"}
STREAM: dict[str, Any] = {"model": "gpt2-stream", "show_progress": "hidden"}


def on_surprise(say: Say, prompt: str, model: str) -> SurpriseValues:
    """Colour the prompt by surprisal, list its labels, and compare the model with chance and the baseline."""
    with guard(say):
        return views.surprise(say, explore.surprise(prompt, model))


def on_typing(say: Say, prompt: str, model: str) -> Any:
    """`on_surprise` while the visitor types; an empty text changes nothing."""
    return on_surprise(say, prompt, model) if prompt.strip() else gr.skip()


def on_continue(
    say: Say, prompt: str, model: str, length: float, temperature: float, top_k: float, top_p: float, seed: float
) -> Iterator[ContinuationValues]:
    """Continue the prompt; the text streams, the alternatives of its first added token come last."""
    with guard(say):
        settings = explore.Settings(model, length, temperature, top_k, top_p, seed)  # type: ignore[arg-type]
        yield from _stream(say, explore.continue_text(prompt, settings))


def on_branch(
    say: Say, text: explore.Continuation | None, number: float, token: int | None
) -> Iterator[ContinuationValues]:
    """Take the chosen token instead and continue from there with the same settings."""
    with guard(say):
        yield from _stream(say, explore.branch(text, number, token), number)


def _stream(say: Say, steps: Iterator[explore.Continuation], number: float = 1) -> Iterator[ContinuationValues]:
    """Yield a growing text, at most twelve times per second, and with the finished one the alternatives of a token."""
    last, text = 0.0, None
    for text in steps:
        if time.monotonic() - last > YIELD_S:
            last = time.monotonic()
            yield views.writing(say, text)
    if text is not None:
        yield views.written(say, text, explore.alternatives(text, number))


def on_pick(say: Say, text: explore.Continuation | None, event: gr.SelectData) -> Any:
    """Show the alternatives of the piece that was clicked; a click on the prompt, piece 0, changes nothing."""
    if text is None or not 1 <= event.index <= len(text.pieces):
        return gr.skip()
    return on_alternatives(say, text, text.pieces[event.index - 1].number)


def on_alternatives(say: Say, text: explore.Continuation | None, number: float) -> AlternativesValues:
    """Show the ten most likely tokens at the position of an added token, counted from 1."""
    with guard(say):
        return views.alternatives(say, explore.alternatives(text, number))


def on_grow(say: Say, prompt: str, stage: float) -> GrowthValues:
    """Let a small network continue after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(prompt, stage), explore.reached(), stage)


def on_grow_typing(say: Say, prompt: str, stage: float) -> Any:
    """`on_grow` when the prompt changes; an empty text changes nothing."""
    return on_grow(say, prompt, stage) if prompt.strip() else gr.skip()


def on_nearest(say: Say, word: str, model: str) -> NearestValues:
    """The tokens with embeddings most similar to a word's, and how often such a neighbour is of the same kind."""
    with guard(say):
        return views.nearest(say, explore.nearest_tokens(word, model), explore.kinds(model))


def on_similar(say: Say, text: str, model: str) -> SimilarValues:
    """The bundled lines most similar to a text, and how often the most similar line has the same theme."""
    with guard(say):
        return views.similar(say, explore.similar(text, model), explore.retrieval(model))


def on_model(say: Say, model: str) -> UsesValues:
    """A word and a line in the language of the model just chosen, and what is similar to them."""
    with guard(say):
        word, line = explore.first_word(model), explore.QUERIES[explore.language(model)]
    near, similar = on_nearest(say, word, model), on_similar(say, line, model)
    return UsesValues(word=word, line=line, **near._asdict(), **similar._asdict())


def on_fetch(say: Say) -> Iterator[tuple[Any, str]]:
    """Fetch the Hub's model and offer it; the bundled ones stay whatever happens."""
    offer = explore.offer()
    yield gr.skip(), say("gpt2.fetching", name=offer.name, megabytes=offer.megabytes)
    with guard(say):
        explore.fetch(offer.name)
    yield gr.Radio(choices=views.choices(say), value=offer.name), say("gpt2.fetched", name=offer.name)


class Data(NamedTuple):
    """The inputs of step 1."""

    model: gr.Radio
    prompt: gr.Textbox
    examples: list[gr.Button]


class Controls(NamedTuple):
    """The inputs and buttons of step 3; the settings are in the order of `explore.Settings` without the model."""

    settings: list[gr.Component]
    go: gr.Button
    again: gr.Button
    stop: gr.Button


def build(say: Say) -> None:
    """Lay out the tab with the answers to a first example."""
    name, prompt = FIRST_MODEL[say.language], explore.PROMPTS[FIRST_PROMPT[say.language]]
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, limit=f"{explore.MAX_CHARACTERS:,}"):
            data = _build_data(say, name, prompt)
        with step(say, STEM, 2):
            surprise = _build_surprise(say, prompt, name)
    with step(say, STEM, 3):
        gr.Markdown(views.card_sentences(say), elem_classes="quiet")
        controls, continuation = _build_continuation(say, prompt, name)
        _build_growth(say, prompt, data.prompt)
    with step(say, STEM, 4):
        _build_uses(say, data.model, name)
    inputs = [data.prompt, data.model]
    listen(say, data.model.input, on_surprise, inputs, surprise, name="gpt2_surprise", **QUICK)
    listen(say, data.prompt.input, on_typing, inputs, surprise, trigger_mode="always_last", **QUICK)
    _wire_continuation(say, data, controls, continuation, surprise)


def _build_data(say: Say, name: str, text: str) -> Data:
    """Step 1: the model, the prompt, examples, and the Hub's model with its size on the button."""
    model = gr.Radio(views.choices(say), value=name, label=say("gpt2.model"), elem_id="gpt2-model")
    prompt = gr.Textbox(text, label=say("gpt2.prompt"), lines=4, max_lines=8, elem_id="gpt2-prompt")
    gr.Markdown(say("page.examples"), elem_classes="quiet")
    with gr.Row():
        examples = [
            gr.Button(say(f"gpt2.example_{key}"), size="sm", min_width=120, elem_id=f"gpt2-example-{key}")
            for key, _ in EXAMPLES
        ]
    offer = explore.offer()
    fetch = gr.Button(
        say("gpt2.fetch", name=offer.name, megabytes=offer.megabytes),
        size="sm",
        visible=not offer.at_hand,
        elem_id="gpt2-fetch",
    )
    status = gr.Markdown(elem_classes="quiet", elem_id="gpt2-fetch-status")
    listen(say, fetch.click, on_fetch, [], [model, status], model="gpt2-fetch", show_progress="minimal")
    return Data(model, prompt, examples)


def _build_surprise(say: Say, text: str, name: str) -> list[gr.Component]:
    """Step 2: labels, coloured text, sentence, bars."""
    first = views.surprise(say, explore.surprise(text, name))
    shown = {
        "labels": gr.HTML(first.labels, elem_id="gpt2-labels"),
        "pieces": _tokens(first.pieces, say("gpt2.coloured"), "gpt2-surprise"),
        "verdict": gr.Markdown(first.verdict, elem_id="gpt2-verdict"),
        "bars": gr.Plot(first.bars, show_label=False, elem_id="gpt2-bits"),
    }
    return [shown[field] for field in SurpriseValues._fields]


def _tokens(pieces: Sequence[tuple[str, float | None]], label: str, elem_id: str, *classes: str) -> gr.HighlightedText:
    """A text whose pieces are coloured by surprisal."""
    return gr.HighlightedText(
        list(pieces), label=label, show_legend=False, elem_id=elem_id, elem_classes=["tokens", *classes]
    )


def _build_continuation(say: Say, prompt: str, name: str) -> tuple[Controls, list[gr.Component]]:
    """Step 3: settings, the growing text, the alternatives of one token, and the branch."""
    *_, first = _stream(say, explore.continue_text(prompt, explore.Settings(name, FIRST_LENGTH)))
    shown: dict[str, gr.Component] = {"text": gr.State(first.text)}
    with gr.Row():
        with gr.Column(scale=2, min_width=280):
            controls = _build_controls(say)
        with gr.Column(scale=3, min_width=300):
            tokens = _tokens(first.pieces, say("gpt2.continued"), "gpt2-text")
            status = gr.Markdown(first.status, elem_classes="quiet", elem_id="gpt2-status")
            shown |= {"pieces": tokens, "status": status, **_build_alternatives(say, first)}
            branch = gr.Button(say("gpt2.branch"), elem_id="gpt2-branch")
    number, choice = shown["number"], shown["choice"]
    outputs = [shown[field] for field in ContinuationValues._fields]
    looked = [shown[field] for field in AlternativesValues._fields]
    listen(say, tokens.select, on_pick, [shown["text"]], looked, **QUICK)
    inputs = [shown["text"], number]
    triggers = [number.submit, number.input]  # type: ignore[attr-defined]
    listen(say, triggers, on_alternatives, inputs, looked, name="gpt2_alternatives", **QUICK)
    listen(say, branch.click, on_branch, [*inputs, choice], outputs, name="gpt2_branch", trigger_mode="once", **STREAM)
    return controls, outputs


def _build_controls(say: Say) -> Controls:
    """The settings of the sampling and the buttons that start and stop it."""
    first = explore.Settings()
    settings: list[gr.Component] = [
        gr.Slider(1, explore.MAX_LENGTH, FIRST_LENGTH, step=1, label=say("gpt2.length"), elem_id="gpt2-length"),
        gr.Slider(0, 2, first.temperature, step=0.05, label=say("gpt2.temperature"), elem_id="gpt2-temperature"),
        gr.Slider(0, 200, first.top_k, step=1, label=say("gpt2.top_k"), elem_id="gpt2-top-k"),
        gr.Slider(0, 1, first.top_p, step=0.01, label=say("gpt2.top_p"), elem_id="gpt2-top-p"),
        gr.Number(first.seed, label=say("gpt2.seed"), minimum=0, elem_id="gpt2-seed"),
    ]
    with gr.Row():
        go = gr.Button(say("gpt2.go"), variant="primary", min_width=90, elem_id="gpt2-go")
        again = gr.Button(say("gpt2.again"), min_width=90, elem_id="gpt2-again")
        stop = gr.Button(say("gpt2.stop"), min_width=90, elem_id="gpt2-stop")
    return Controls(settings, go, again, stop)


def _build_alternatives(say: Say, first: ContinuationValues) -> dict[str, gr.Component]:
    """The alternatives of one added token, by the fields of `AlternativesValues`."""
    bars = gr.Plot(first.bars, show_label=False, elem_id="gpt2-alternatives")
    chosen = gr.HTML(first.chosen, elem_id="gpt2-chosen")
    with gr.Row():
        number = gr.Number(
            first.number, label=say("gpt2.number"), minimum=1, min_width=120, scale=1, elem_id="gpt2-number"
        )
        choice = gr.Radio(
            first.choice["choices"],
            value=first.choice["value"],
            label=say("gpt2.choice"),
            scale=3,
            elem_id="gpt2-choice",
        )
    return {"number": number, "chosen": chosen, "bars": bars, "choice": choice}


def _build_growth(say: Say, text: str, prompt: gr.Textbox) -> None:
    """Step 3, second half: the small network at five moments of its training."""
    first = views.growth(say, explore.grow(text, LAST), explore.reached(), LAST)
    shown: dict[str, gr.Component] = {}
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=300):
            shown["reached"] = gr.Plot(first.reached, show_label=False, elem_id="gpt2-grow-curve")
        with gr.Column(min_width=300):  # last on a phone too, so that a longer text moves nothing
            shown["verdict"] = gr.Markdown(first.verdict, elem_id="gpt2-grow-verdict")
            label = say("gpt2.grow_text_label")
            shown["pieces"] = _tokens(first.pieces, label, "gpt2-grow-text", "writes-english")
    outputs = [shown[field] for field in GrowthValues._fields]
    latest: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}
    listen(say, stage.change, on_grow, [prompt, stage], outputs, name="gpt2_grow", **latest)
    listen(say, prompt.change, on_grow_typing, [prompt, stage], outputs, **latest)


def _build_uses(say: Say, model: gr.Radio, name: str) -> None:
    """Step 4: tokens with similar uses, and similar lines."""
    first = on_model(say, name)
    with gr.Row():
        with gr.Column(min_width=300):
            word = gr.Textbox(first.word, label=say("gpt2.word"), elem_id="gpt2-word")
            find = gr.Button(say("gpt2.nearest_go"), elem_id="gpt2-nearest-go")
            bars = gr.Plot(first.bars, show_label=False, elem_id="gpt2-nearest")
            kinds = gr.Markdown(first.kinds, elem_classes="quiet", elem_id="gpt2-kinds")
        with gr.Column(min_width=300):
            line = gr.Textbox(first.line, label=say("gpt2.query"), elem_id="gpt2-query")
            search = gr.Button(say("gpt2.similar_go"), elem_id="gpt2-similar-go")
            table = gr.HTML(first.table, elem_id="gpt2-similar")
            themes = gr.Markdown(first.themes, elem_classes="quiet", elem_id="gpt2-retrieval")
    shown = {"word": word, "bars": bars, "kinds": kinds, "line": line, "table": table, "themes": themes}
    nearest, similar, uses = (
        [shown[field] for field in kind._fields] for kind in (NearestValues, SimilarValues, UsesValues)
    )
    listen(say, [find.click, word.submit], on_nearest, [word, model], nearest, name="gpt2_nearest", **QUICK)
    listen(say, [search.click, line.submit], on_similar, [line, model], similar, name="gpt2_similar", **QUICK)
    listen(say, model.change, on_model, [model], uses, **QUICK)


def _wire_continuation(
    say: Say, data: Data, controls: Controls, outputs: list[gr.Component], surprise: list[gr.Component]
) -> None:
    """The events that start a continuation (button, another seed, example), and the one that stops it."""
    first = [data.prompt, data.model]
    inputs = [*first, *controls.settings]
    seed = controls.settings[-1]
    stream = {"concurrency_id": STREAM["model"], **QUIET}
    triggers = [controls.go.click, data.prompt.submit]
    running = [listen(say, triggers, on_continue, inputs, outputs, name="gpt2_continue", **STREAM)]
    drawn = controls.again.click(lambda: int(np.random.default_rng().integers(10**6)), None, seed, **QUIET)
    for button, (key, name) in zip(data.examples, EXAMPLES, strict=True):
        picked = button.click(lambda values=(explore.PROMPTS[key], name): values, None, first, **QUIET)
        picked.then(bind(on_surprise, say), first, surprise, concurrency_id=QUICK["model"], **QUIET)
        running.append(picked.then(bind(on_continue, say), inputs, outputs, **stream))
    running.append(drawn.then(bind(on_continue, say), inputs, outputs, **stream))
    controls.stop.click(None, None, None, cancels=running, **QUIET)

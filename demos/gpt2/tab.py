"""The GPT-2 tab: a text labels itself, a model continues it, and every token can be replaced by another."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr

from core.gpt2 import explore
from core.gpt2.choices import CHOICES
from demos.gpt2 import views
from demos.gpt2.neighbours import build_lines, build_words
from demos.gpt2.views import AlternativesValues, ContinuationValues, GrowthValues, PickedValues, SurpriseValues
from demos.page.backend import ask, stream_together, streams
from demos.page.events import count_up, guard, listen
from demos.page.inputs import preprocessed_by
from demos.page.layout import step
from demos.page.links import in_no_link, of_language
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.values import FetchValues, outputs
from demos.page.words import Say
from demos.training.part import part

STEM = "gpt2"
FIRST_MODEL = {"en": explore.NOVELS, "zh": explore.TANG}
FIRST_PROMPT = {"en": "novel", "zh": "poem"}
FIRST_LENGTH = 30
SHOWN_LABELS = 6
EXAMPLES = (
    ("novel", explore.NOVELS),
    ("sea", explore.NOVELS),
    ("poem", explore.TANG),
    ("moon", explore.TANG),
    ("tutorial", explore.TANG),
)
YIELD_S = 0.08
CALM = 3  # streams; with more, each is shown less often, for showing costs more than writing
AT_ONCE = 32  # events; their texts share each forward pass
HIDDEN: dict[str, Any] = {"show_progress": "hidden"}
STREAM: dict[str, Any] = {"concurrency_id": "gpt2-stream", **HIDDEN}
SHOW_BRANCH = "() => document.getElementById('gpt2-branch-fold').scrollIntoView({block: 'nearest'})"

Components = dict[str, gr.Component]  # by the names of the fields of their values


def on_surprise(say: Say, prompt: str, model: str) -> SurpriseValues:
    """Colour the prompt by surprisal, list its labels, and compare the model with chance and the baseline."""
    with guard(say):
        return views.surprise(say, ask(explore.surprise, prompt, model, labels=SHOWN_LABELS))


def on_continue(
    say: Say, prompt: str, model: str, length: float, temperature: float, top_k: float, top_p: float, seed: float
) -> Iterator[ContinuationValues]:
    """Continue the prompt; the text streams."""
    with guard(say):
        settings = explore.Settings(model, length, temperature, top_k, top_p, seed)  # type: ignore[arg-type]
        yield from _stream(say, stream_together(explore.continue_text, prompt, settings))


def on_branch(
    say: Say, text: explore.Continuation | None, number: float, token: int | None
) -> Iterator[ContinuationValues]:
    """Take the chosen token instead and continue from there with the same settings."""
    with guard(say):
        yield from _stream(say, stream_together(explore.branch, text, number, token))


def _stream(say: Say, steps: Iterator[explore.Continuation]) -> Iterator[ContinuationValues]:
    """Yield a growing text: its first token, then at most twelve times per second, and the finished one."""
    last, text = 0.0, None
    for text in steps:
        if len(text.bits) == 1 or time.monotonic() - last > YIELD_S * max(1, streams() / CALM):
            last = time.monotonic()
            yield views.writing(say, text)
    if text is not None:
        yield views.written(say, text)


def on_pick(say: Say, text: explore.Continuation | None, event: gr.SelectData) -> Any:
    """Show the alternatives of the piece that was clicked; a click on the prompt, piece 0, changes nothing."""
    if text is not None and not 1 <= event.index <= len(text.pieces):
        return gr.skip()
    # a text that is shown and not here is from before a restart: the question about any token of it says so
    found = on_alternatives(say, text, text.pieces[event.index - 1].number if text else 1)
    return PickedValues(gr.Accordion(open=True), *found)


def on_alternatives(say: Say, text: explore.Continuation | None, number: float) -> AlternativesValues:
    """Show the ten most likely tokens at the position of an added token, counted from 1."""
    if text is None:  # to unfold the part before the first text is written is no mistake
        return views.no_alternatives(say)
    with guard(say):
        return views.alternatives(say, ask(explore.alternatives, text, number))


def on_grow(say: Say, prompt: str, stage: float) -> GrowthValues:
    """Let a small network continue after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, ask(explore.grow, prompt, stage), explore.reached(), stage)


def on_fetch(say: Say) -> Iterator[FetchValues]:
    """Fetch the Hub's model and offer it; the bundled ones stay whatever happens."""
    offer = explore.offer()
    skipped: Any = gr.skip()
    yield FetchValues(skipped, say("gpt2.fetching", name=offer.name, megabytes=offer.megabytes), skipped)
    with guard(say):
        explore.fetch(offer.name)
    chosen = gr.Radio(choices=views.choices(say), value=offer.name)
    yield FetchValues(chosen, say("gpt2.fetched", name=offer.name), time.monotonic_ns())


class Data(NamedTuple):
    """The inputs of step 1.

    Attributes:
        model: to ask.
        prompt: the visitor's text.
        examples: a button for each of EXAMPLES.
        fetched: takes another value once the Hub's model is here and chosen.
    """

    model: gr.Radio
    prompt: gr.Textbox
    examples: list[gr.Button]
    fetched: gr.State


class Buttons(NamedTuple):
    """What starts a continuation, starts it with another seed, and stops it."""

    go: gr.Button
    again: gr.Button
    stop: gr.Button


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM, AT_ONCE)
    surprise: Components = {}
    written: Components = {"text": gr.State(), "done": gr.State(0)}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, limit=f"{explore.MAX_CHARACTERS:,}", tokens=f"{explore.MAX_TOKENS:,}"):
            data = _build_data(say)
        with step(say, STEM, 2):
            surprise["pieces"] = _tokens(say("gpt2.coloured"), "gpt2-surprise")
            surprise["labels"] = gr.HTML(elem_id="gpt2-labels")
            surprise["counts"] = gr.Markdown(elem_classes="quiet", elem_id="gpt2-counts")
        with step(say, STEM, 3):
            surprise["verdict"] = gr.Markdown(elem_id="gpt2-verdict", elem_classes="verdict")
            surprise["bars"] = gr.Plot(show_label=False, elem_id="gpt2-bits")
            buttons = _build_text(say, written)
    asked = [data.prompt, data.model]
    parts.ask(on_surprise, asked, outputs(SurpriseValues, surprise), name="gpt2_surprise", **HIDDEN)
    branched = _build_branch(parts, written)
    settings = _build_sampling(parts, buttons.again)
    _build_growth(parts, data.prompt)
    part(parts, CHOICES, model=data.model)
    with parts.fold("tested"):
        gr.Markdown(views.card_sentences(say))
    with step(say, STEM, 4):
        build_words(parts, data.model)
        build_lines(parts, data.model)
    parts.follow(data.prompt, [data.prompt.input])  # before the continuation is asked: it waits for its button
    running = _ask_continuation(parts, data, settings, buttons, written)
    buttons.stop.click(None, None, None, cancels=[branched, *running], api_visibility="private", **HIDDEN)
    return parts


def _build_data(say: Say) -> Data:
    """Step 1: the model, the prompt, examples, and the Hub's model with its size on the button."""
    first = explore.PROMPTS[FIRST_PROMPT[say.language]]
    model = gr.Radio(views.choices(say), value=FIRST_MODEL[say.language], label=say("gpt2.model"), elem_id="gpt2-model")
    prompt = gr.Textbox(first, label=say("gpt2.prompt"), lines=3, max_lines=8, elem_id="gpt2-prompt")
    of_language(model, prompt)
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
    fetched = gr.State(0)
    shown: Components = {"model": model, "status": status, "fetched": fetched}
    listen(say, fetch.click, on_fetch, [], outputs(FetchValues, shown), model="gpt2-fetch", show_progress="minimal")
    return Data(model, prompt, examples, fetched)


def _tokens(label: str, elem_id: str, *classes: str) -> gr.HighlightedText:
    """A text whose pieces are coloured by surprisal."""
    return gr.HighlightedText(label=label, show_legend=False, elem_id=elem_id, elem_classes=["tokens", *classes])


def _build_text(say: Say, written: Components) -> Buttons:
    """Step 3: the growing text, and the buttons below it."""
    written["pieces"] = _tokens(say("gpt2.continued"), "gpt2-text")
    written["status"] = gr.Markdown(elem_classes="quiet", elem_id="gpt2-status")
    with gr.Row():
        return Buttons(
            go=gr.Button(say("gpt2.go"), variant="primary", size="md", scale=3, min_width=80, elem_id="gpt2-go"),
            again=gr.Button(say("gpt2.again"), size="md", scale=4, min_width=120, elem_id="gpt2-again"),
            stop=gr.Button(say("gpt2.stop"), size="md", scale=2, min_width=60, elem_id="gpt2-stop"),
        )


def _build_branch(parts: Parts, written: Components) -> Any:
    """The alternatives of one added token, and the event of the button that takes one of them."""
    say = parts.say
    with parts.fold("branch") as fold:
        bars = gr.Plot(show_label=False, elem_id="gpt2-alternatives")
        chosen = gr.HTML(elem_id="gpt2-chosen")
        with gr.Row():
            number = gr.Number(1, label=say("gpt2.number"), minimum=1, min_width=120, scale=1, elem_id="gpt2-number")
            choice = gr.Radio([], label=say("gpt2.choice"), scale=3, min_width=280, elem_id="gpt2-choice")
        branch = gr.Button(say("gpt2.branch_go"), elem_id="gpt2-branch")
    # Gradio would compare the chosen token with the choices of the layout, which are none; `explore` checks it.
    preprocessed_by(choice, lambda _, payload: payload)
    written["number"] = number
    in_no_link(number)
    text, pieces = written["text"], written["pieces"]
    looked = outputs(AlternativesValues, {"number": number, "chosen": chosen, "bars": bars, "choice": choice})
    parts.ask(
        on_alternatives,
        [text, number],
        looked,
        on=[number.submit, number.input],
        fold=fold,
        name="gpt2_alternatives",
        **HIDDEN,
    )
    parts.follow(text, [written["done"].change])  # type: ignore[attr-defined]
    picked = listen(say, pieces.select, on_pick, [text], [fold, *looked], **parts.slot, **HIDDEN)  # type: ignore[attr-defined]
    picked.then(None, None, None, js=SHOW_BRANCH, api_visibility="private")
    return listen(
        say,
        branch.click,
        on_branch,
        [text, number, choice],
        outputs(ContinuationValues, written),
        name="gpt2_branch",
        trigger_mode="once",
        **parts.slot,
        **STREAM,
    )


def _build_sampling(parts: Parts, again: gr.Button) -> list[gr.Component]:
    """How a continuation samples, in the order of `explore.Settings` without the model."""
    say, first = parts.say, explore.Settings()

    def slider(name: str, high: float, value: float, *, unit: float, low: float = 0) -> gr.Slider:
        ident = name.replace(".", "-").replace("_", "-")
        return gr.Slider(low, high, value, step=unit, label=say(name), min_width=280, elem_id=ident)

    with parts.fold("sampling"):
        with gr.Row():
            temperature = slider("gpt2.temperature", 2, first.temperature, unit=0.05)
            top_k = slider("gpt2.top_k", 200, first.top_k, unit=1)
            top_p = slider("gpt2.top_p", 1, first.top_p, unit=0.01)
        with gr.Row():
            length = slider("gpt2.length", explore.MAX_LENGTH, FIRST_LENGTH, unit=1, low=1)
            seed = gr.Number(first.seed, label=say("gpt2.seed"), minimum=0, min_width=280, elem_id="gpt2-seed")
    count_up(again, seed, explore.MAX_SEED)
    return [length, temperature, top_k, top_p, seed]


def _build_growth(parts: Parts, prompt: gr.Textbox) -> None:
    """The small network at five moments of its training."""
    say = parts.say
    shown: Components = {}
    with growth(parts) as (fold, stage), gr.Row():
        with gr.Column(min_width=300):
            shown["reached"] = gr.Plot(show_label=False, elem_id="gpt2-grow-curve")
        with gr.Column(min_width=300):  # last on a phone too, so that a longer text moves nothing
            shown["verdict"] = gr.Markdown(elem_id="gpt2-grow-verdict")
            shown["pieces"] = _tokens(say("gpt2.grow_text_label"), "gpt2-grow-text", "writes-english")
    parts.ask(
        on_grow,
        [prompt, stage],
        outputs(GrowthValues, shown),
        on=[stage.change],
        fold=fold,
        name="gpt2_grow",
        trigger_mode="always_last",
        **HIDDEN,
    )


def _ask_continuation(
    parts: Parts, data: Data, settings: list[gr.Component], buttons: Buttons, written: Components
) -> list[Any]:
    """Continue the prompt when the tab opens, and on the events returned: a button, a setting, a model, an example."""
    *sliders, seed = settings
    moved = [slider.release for slider in sliders]  # type: ignore[attr-defined]
    asked = parts.ask(
        on_continue,
        [data.prompt, data.model, *settings],
        outputs(ContinuationValues, written),
        on=[buttons.go.click, data.prompt.submit, *moved],
        name="gpt2_continue",
        trigger_mode="always_last",
        **STREAM,
    )
    sown = parts.follow(seed, [seed.change], **HIDDEN)  # type: ignore[attr-defined]
    chosen = parts.follow(data.model, [data.model.input, data.fetched.change])
    examples = [
        parts.follow(data.prompt, [button.click], reset={data.prompt: explore.PROMPTS[key], data.model: name})
        for button, (key, name) in zip(data.examples, EXAMPLES, strict=True)
    ]
    return [asked, sown, chosen, *examples]

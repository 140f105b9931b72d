"""The GPT-2 tab: a text labels itself, a model goes on with it, and every word can be taken back for another."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from core.gpt2 import explore
from demos.gpt2.views import draw_alternatives, draw_growth, draw_nearest, draw_similar, draw_surprise, draw_text
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


def on_surprise(say: Say, prompt: str, model: str) -> tuple[Any, ...]:
    """Colour the prompt by surprise, list the labels it makes itself, and compare with chance and the baseline."""
    with guard(say):
        return draw_surprise(say, explore.surprise(prompt, model))


def on_typing(say: Say, prompt: str, model: str) -> Any:
    """The same while the visitor types, silent as long as nothing stands there."""
    return on_surprise(say, prompt, model) if prompt.strip() else gr.skip()


def on_continue(
    say: Say, prompt: str, model: str, length: float, temperature: float, top_k: float, top_p: float, seed: float
) -> Iterator[tuple[Any, ...]]:
    """Go on from the prompt; the text streams, the alternatives of its first token come last."""
    with guard(say):
        settings = explore.Settings(model, length, temperature, top_k, top_p, seed)  # type: ignore[arg-type]
        yield from stream(say, explore.continue_text(prompt, settings))


def on_branch(
    say: Say, text: explore.Continuation | None, number: float, token: int | None
) -> Iterator[tuple[Any, ...]]:
    """Take the chosen token instead and go on from there with the same settings."""
    with guard(say):
        yield from stream(say, explore.branch(text, number, -1 if token is None else token), number)


def stream(say: Say, steps: Iterator[explore.Continuation], number: float = 1) -> Iterator[tuple[Any, ...]]:
    """Yield a growing text, at most twelve times a second, and with the finished one the alternatives of a token."""
    last, text = 0.0, None
    for text in steps:
        if time.monotonic() - last > YIELD_S:
            last = time.monotonic()
            yield text, draw_text(say, text), say("gpt2.writing", done=len(text.bits)), *[gr.skip()] * 4
    if text is not None:
        sentence = say("gpt2.ended" if text.ended else "gpt2.written", done=len(text.bits))
        found = explore.alternatives(text, number)
        yield text, draw_text(say, text), sentence, *draw_alternatives(say, found)


def on_pick(say: Say, text: explore.Continuation | None, event: gr.SelectData) -> Any:
    """Show the alternatives of the piece that was clicked; the prompt, piece 0, was not the model's choice."""
    if text is None or not 1 <= event.index <= len(text.pieces):
        return gr.skip()
    return on_alternatives(say, text, text.pieces[event.index - 1].number)


def on_alternatives(say: Say, text: explore.Continuation | None, number: float) -> tuple[Any, ...]:
    """Show the ten likeliest tokens where the model added one, 1 for the first."""
    with guard(say):
        return draw_alternatives(say, explore.alternatives(text, number))


def on_grow(say: Say, prompt: str, stage: float) -> tuple[Any, ...]:
    """Let a small network go on after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return draw_growth(say, explore.grow(prompt, stage), explore.reached(), stage)


def on_grow_typing(say: Say, prompt: str, stage: float) -> Any:
    """The same when the beginning changes, silent as long as nothing stands there."""
    return on_grow(say, prompt, stage) if prompt.strip() else gr.skip()


def on_nearest(say: Say, word: str, model: str) -> tuple[Any, str]:
    """The tokens whose embeddings are most like a word's, and how often such a likeness is right."""
    with guard(say):
        return draw_nearest(say, explore.nearest_tokens(word, model), explore.kinds(model))


def on_similar(say: Say, text: str, model: str) -> tuple[str, str]:
    """The bundled lines most like a text, and how often that finds the right theme."""
    with guard(say):
        return draw_similar(say, explore.similar(text, model), explore.retrieval(model))


def on_model(say: Say, model: str) -> tuple[Any, ...]:
    """A word and a line in the language of the model just chosen, and what is like them."""
    with guard(say):
        word, line = explore.first_word(model), explore.QUERIES[explore.language(model)]
    return word, *on_nearest(say, word, model), line, *on_similar(say, line, model)


def on_fetch(say: Say) -> Iterator[tuple[Any, str]]:
    """Fetch the Hub's model and offer it; the bundled ones stay whatever happens."""
    offer = explore.offer()
    yield gr.skip(), say("gpt2.fetching", name=offer.name, megabytes=offer.megabytes)
    with guard(say):
        explore.fetch(offer.name)
    yield gr.Radio(choices=models(say), value=offer.name), say("gpt2.fetched", name=offer.name)


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: those in the tree, and the Hub's when it is on this machine."""
    words = {explore.NOVELS: "gpt2.model_novels", explore.TANG: "gpt2.model_tang"}
    choices = []
    for name in explore.names():
        if name != explore.offer().name:
            parameters = explore.about(name).parameters
            size = {"millions": f"{parameters / 1e6:.1f}", "wan": f"{parameters / 1e4:.0f}"}
            title = say(words[name], **size) if name in words else say("gpt2.model_own", name=name, **size)
            choices.append((title, name))
        elif explore.offer().at_hand:
            choices.append((say("gpt2.model_hub", name=name), name))
    return choices


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    name, prompt_text = FIRST_MODEL[say.language], explore.PROMPTS[FIRST_PROMPT[say.language]]
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, limit=f"{explore.MAX_CHARACTERS:,}"):
            model, prompt, examples = _build_data(say, name, prompt_text)
        with step(say, STEM, 2):
            surprise = _build_surprise(say, prompt_text, name)
    with step(say, STEM, 3):
        gr.Markdown(_card_sentence(say), elem_classes="quiet")
        settings, buttons, outputs = _build_continuation(say, prompt_text, name)
        _build_growth(say, prompt_text, prompt)
    with step(say, STEM, 4):
        _build_uses(say, model, name)
    listen(
        say,
        model.input,
        on_surprise,
        [prompt, model],
        surprise,
        name="gpt2_surprise",
        model="language",
        show_progress="hidden",
    )
    listen(
        say,
        prompt.input,
        on_typing,
        [prompt, model],
        surprise,
        model="language",
        show_progress="hidden",
        trigger_mode="always_last",
    )
    _wire_continuation(say, [prompt, model, *settings], buttons, outputs, examples, surprise)


def _wire_continuation(
    say: Say,
    asked: list[Any],
    buttons: list[gr.Button],
    outputs: list[Any],
    examples: list[gr.Button],
    surprise: list[Any],
) -> None:
    """What starts a continuation, each way the same: the button, another seed, an example; and what stops it."""
    prompt, model, seed = asked[0], asked[1], asked[-1]
    go, again, stop = buttons
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    running = [
        listen(
            say,
            [go.click, prompt.submit],
            on_continue,
            asked,
            outputs,
            name="gpt2_continue",
            model="language-stream",
            show_progress="hidden",
        )
    ]
    dealt = again.click(lambda: int(np.random.default_rng().integers(10**6)), None, seed, **quiet)
    for button, (key, name) in zip(examples, EXAMPLES, strict=True):
        picked = button.click(lambda values=(explore.PROMPTS[key], name): values, None, [prompt, model], **quiet)
        picked.then(bind(on_surprise, say), [prompt, model], surprise, concurrency_id="language", **quiet)
        running.append(picked.then(bind(on_continue, say), asked, outputs, concurrency_id="language-stream", **quiet))
    running.append(dealt.then(bind(on_continue, say), asked, outputs, concurrency_id="language-stream", **quiet))
    stop.click(None, None, None, cancels=running, **quiet)


def _build_data(say: Say, name: str, text: str) -> tuple[gr.Radio, gr.Textbox, list[gr.Button]]:
    """Step 1: the model, the prompt, examples, and the Hub's model with its size on the button."""
    model = gr.Radio(models(say), value=name, label=say("gpt2.model"), elem_id="gpt2-model")
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
    listen(say, fetch.click, on_fetch, [], [model, status], model="language-fetch", show_progress="minimal")
    return model, prompt, examples


def _build_surprise(say: Say, text: str, name: str) -> list[Any]:
    """Step 2: labels, coloured text, sentence, bars."""
    table, tokens, sentence, figure = draw_surprise(say, explore.surprise(text, name))
    return [
        gr.HTML(table, elem_id="gpt2-labels"),
        gr.HighlightedText(
            tokens, label=say("gpt2.coloured"), show_legend=False, elem_id="gpt2-surprise", elem_classes="tokens"
        ),
        gr.Markdown(sentence, elem_id="gpt2-verdict"),
        gr.Plot(figure, show_label=False, elem_id="gpt2-bits"),
    ]


def _build_continuation(say: Say, prompt: str, name: str) -> tuple[list[Any], list[gr.Button], list[Any]]:
    """Step 3: settings, the growing text, the alternatives of one token, and the branch."""
    *_, first = stream(say, explore.continue_text(prompt, explore.Settings(name, FIRST_LENGTH)))
    text = gr.State(first[0])
    with gr.Row():
        with gr.Column(scale=2, min_width=280):
            settings = _build_settings(say)
            with gr.Row():
                go = gr.Button(say("gpt2.go"), variant="primary", min_width=90, elem_id="gpt2-go")
                again = gr.Button(say("gpt2.again"), min_width=90, elem_id="gpt2-again")
                stop = gr.Button(say("gpt2.stop"), min_width=90, elem_id="gpt2-stop")
        with gr.Column(scale=3, min_width=300):
            tokens = gr.HighlightedText(
                first[1], label=say("gpt2.continued"), show_legend=False, elem_id="gpt2-text", elem_classes="tokens"
            )
            status = gr.Markdown(first[2], elem_classes="quiet", elem_id="gpt2-status")
            bars = gr.Plot(first[5], show_label=False, elem_id="gpt2-alternatives")
            chosen = gr.HTML(first[4], elem_id="gpt2-chosen")
            with gr.Row():
                number = gr.Number(
                    first[3], label=say("gpt2.number"), minimum=1, min_width=120, scale=1, elem_id="gpt2-number"
                )
                choice = gr.Radio(
                    first[6]["choices"],
                    value=first[6]["value"],
                    label=say("gpt2.choice"),
                    scale=3,
                    elem_id="gpt2-choice",
                )
            branch = gr.Button(say("gpt2.branch"), elem_id="gpt2-branch")
    looked = [number, chosen, bars, choice]
    outputs = [text, tokens, status, *looked]
    quick: dict[str, Any] = {"model": "language", "show_progress": "hidden"}
    listen(say, tokens.select, on_pick, [text], looked, **quick)
    listen(
        say, [number.submit, number.input], on_alternatives, [text, number], looked, name="gpt2_alternatives", **quick
    )
    listen(
        say,
        branch.click,
        on_branch,
        [text, number, choice],
        outputs,
        name="gpt2_branch",
        model="language-stream",
        show_progress="hidden",
        trigger_mode="once",
    )
    return settings, [go, again, stop], outputs


def _build_settings(say: Say) -> list[Any]:
    """The sliders of the draw, in the order of `explore.Settings` behind the model's name."""
    first = explore.Settings()
    return [
        gr.Slider(1, explore.MAX_LENGTH, FIRST_LENGTH, step=1, label=say("gpt2.length"), elem_id="gpt2-length"),
        gr.Slider(0, 2, first.temperature, step=0.05, label=say("gpt2.temperature"), elem_id="gpt2-temperature"),
        gr.Slider(0, 200, first.top_k, step=1, label=say("gpt2.top_k"), elem_id="gpt2-top-k"),
        gr.Slider(0, 1, first.top_p, step=0.01, label=say("gpt2.top_p"), elem_id="gpt2-top-p"),
        gr.Number(first.seed, label=say("gpt2.seed"), minimum=0, elem_id="gpt2-seed"),
    ]


def _build_growth(say: Say, text: str, prompt: gr.Textbox) -> None:
    """Step 3, second half: the small network at five moments of its training."""
    first = draw_growth(say, explore.grow(text, LAST), explore.reached(), LAST)
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=300):
            reached = gr.Plot(first[2], show_label=False, elem_id="gpt2-grow-curve")
        with gr.Column(min_width=300):  # last on a phone too, so that a longer text moves nothing
            sentence = gr.Markdown(first[1], elem_id="gpt2-grow-verdict")
            tokens = gr.HighlightedText(
                first[0],
                label=say("gpt2.grow_text_label"),
                show_legend=False,
                elem_id="gpt2-grow-text",
                elem_classes=["tokens", "writes-english"],
            )
    grown = [tokens, sentence, reached]
    quick: dict[str, Any] = {"model": "language", "trigger_mode": "always_last", "show_progress": "hidden"}
    listen(say, stage.change, on_grow, [prompt, stage], grown, name="gpt2_grow", **quick)
    listen(say, prompt.change, on_grow_typing, [prompt, stage], grown, **quick)


def _build_uses(say: Say, model: gr.Radio, name: str) -> None:
    """Step 4: tokens used alike, and lines alike."""
    first = on_model(say, name)
    with gr.Row():
        with gr.Column(min_width=300):
            word = gr.Textbox(first[0], label=say("gpt2.word"), elem_id="gpt2-word")
            find = gr.Button(say("gpt2.nearest_go"), elem_id="gpt2-nearest-go")
            bars = gr.Plot(first[1], show_label=False, elem_id="gpt2-nearest")
            kinds = gr.Markdown(first[2], elem_classes="quiet", elem_id="gpt2-kinds")
        with gr.Column(min_width=300):
            line = gr.Textbox(first[3], label=say("gpt2.query"), elem_id="gpt2-query")
            search = gr.Button(say("gpt2.similar_go"), elem_id="gpt2-similar-go")
            table = gr.HTML(first[4], elem_id="gpt2-similar")
            themes = gr.Markdown(first[5], elem_classes="quiet", elem_id="gpt2-retrieval")
    quick: dict[str, Any] = {"model": "language", "show_progress": "hidden"}
    listen(say, [find.click, word.submit], on_nearest, [word, model], [bars, kinds], name="gpt2_nearest", **quick)
    listen(say, [search.click, line.submit], on_similar, [line, model], [table, themes], name="gpt2_similar", **quick)
    listen(say, model.change, on_model, [model], [word, bars, kinds, line, table, themes], **quick)


def _card_sentence(say: Say) -> str:
    sentences = []
    for title, name in models(say):
        if name != explore.offer().name:
            about = explore.about(name)
            figures = {"bits": f"{about.bits_per_character:.2f}", "perplexity": f"{about.perplexity:,.0f}"}
            key = "gpt2.card_own" if about.own else "gpt2.card"
            sentences.append(say(key, model=title, n=f"{about.n:,}", **figures))
    return "\n\n".join(sentences)

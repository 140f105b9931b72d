"""The contrastive tab: two views of every picture, all compared with all, and the loss that pulls pairs together."""

from typing import Any

import gradio as gr

from core.contrastive import explore
from demos.contrastive import views
from demos.page import inputs
from demos.page.events import guard, listen
from demos.page.inputs import Shown
from demos.page.layout import step
from demos.page.snapshots import LAST, growth, stops
from demos.page.words import Say

STEM = "contrastive"
SETS: inputs.Sets = {
    "mixed": (("astronaut", "cat", "coffee", "rocket"), "🐶🌻🚌🎸"),
    "alike": ((), "🍎🍏🍅🍑🐶🐺🐱🐯"),
    "many": (("astronaut", "cat", "coffee", "rocket", "china", "flower"), "🐼🦊🐸🦋🍓🍋🚗🚲🏠🎸"),
}
FIRST_SET, FIRST_ENCODER, FIRST_SPACE, FIRST_TEMPERATURE = "mixed", "simclr", "projections", 0.2
FIRST_STOP = explore.STOPS.index(0.99)  # the momentum the shipped MoCo was trained with
FIRST_VIEWS = (0.2, 0.5, 0.2, 0.0, 0.5)  # crop, jitter, greyscale, blur, flip: what SimCLR was trained with


def on_compare(
    say: Say,
    shown: Shown,
    encoder: str,
    space: str,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    temperature: float,
) -> tuple[Any, ...]:
    """Draw two views of each picture, compare all views with all, and draw what came out."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        sources = [path for path, _ in shown or []]
        found = explore.compare(sources, settings, encoder=encoder, space=space, temperature=temperature, seed=seed)
        return views.comparison(say, found, encoder, space)


def on_loss(say: Say, cosine: list[list[float]], temperature: float) -> tuple[Any, str]:
    """The loss of every view at another temperature, from the matrix alone; nothing is encoded again."""
    with guard(say):
        return views.loss(say, explore.losses(cosine, temperature))


def on_grow(
    say: Say,
    shown: Shown,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    stage: float,
) -> tuple[Any, ...]:
    """Compare the same views by a small network along its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        found = explore.grow([path for path, _ in shown or []], settings, stage, seed=seed)
        return views.growth(say, found, stage)


def on_dictionary(
    say: Say,
    shown: Shown,
    which: float,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    stop: float,
) -> tuple[Any, ...]:
    """Put a view of one picture before MoCo's queue; `stop` is a place among the momenta 0, 0.5, ... 0.9999."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        momentum = explore.momentum_at(stop)
        found = explore.look([path for path, _ in shown or []], which, settings, momentum, seed=seed)
        return *views.dictionary(say, found), *views.record(say, momentum)


def on_neighbours(say: Say, shown: Shown, which: float, encoder: str) -> list[tuple[Any, str]]:
    """The most similar pictures of the gallery, with names and cosines."""
    with guard(say):
        return views.neighbours(say, explore.neighbours([path for path, _ in shown or []], which, encoder=encoder))


def on_pictures(
    say: Say,
    shown: Shown,
    encoder: str,
    space: str,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    temperature: float,
    stage: float,
    stop: float,
) -> Any:
    """All answers for other pictures at once, back to the first of them; silent while the visitor has taken all out.

    One event for all: after an upload, three that waited for a gallery's changes set each other off without end
    (Gradio 6.31 in Chromium).
    """
    if not shown:
        return gr.skip()
    settings = (min_crop, jitter, greyscale, blur, flip, seed)
    compared = on_compare(say, shown, encoder, space, *settings, temperature)
    looked = on_dictionary(say, shown, 1, *settings, stop)
    return *compared, *on_grow(say, shown, *settings, stage), 1, *looked, 1, on_neighbours(say, shown, 1, encoder)


def on_probe(say: Say) -> tuple[Any, str]:
    """How often an emoji's neighbours tell its group, for every encoder and for plain pixels."""
    return views.probe(say, explore.group_probe())


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    examples = inputs.example(say, SETS[FIRST_SET])
    found = explore.compare(
        [image for image, _ in examples],
        explore.view_settings(*FIRST_VIEWS),
        encoder=FIRST_ENCODER,
        space=FIRST_SPACE,
        temperature=FIRST_TEMPERATURE,
    )
    first = views.comparison(say, found, FIRST_ENCODER, FIRST_SPACE)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, low=explore.MIN_PICTURES, high=explore.MAX_PICTURES):
            shown = inputs.gallery(say, STEM, "pictures", SETS, FIRST_SET, height=460)
        with step(say, STEM, 2):
            sliders, seed = _build_views(say)
            sheet = gr.Image(
                first[0],
                label=say("contrastive.views"),
                show_label=False,
                format="png",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="contrastive-views",
            )
            gr.Markdown(views.sizes(say), elem_classes="quiet", elem_id="contrastive-sizes")
    with step(say, STEM, 3):
        encoder, space, temperature, results = _build_answer(say, first)
        cosine = gr.JSON(first[6], visible=False, elem_id="contrastive-cosine")
        stage, grown = _build_growth(say, examples, shown, sliders, seed)
        stop, looked = _build_dictionary(say, examples, shown, [*sliders, seed])
    with step(say, STEM, 4, count=explore.gallery_size()):
        near = _build_use(say, examples, shown, encoder)
    asked, outputs = [shown, encoder, space, *sliders, seed, temperature], [sheet, *results, cosine]
    moved = [encoder.input, space.input, seed.change, *(slider.release for slider in sliders)]
    listen(say, moved, on_compare, asked, outputs, name="contrastive_compare", model=STEM, trigger_mode="always_last")
    everything = [*outputs, *grown, *looked, *near]
    listen(say, shown.change, on_pictures, [*asked, stage, stop], everything, model=STEM, trigger_mode="always_last")
    listen(
        say,
        temperature.input,
        on_loss,
        [cosine, temperature],
        results[2:4],
        name="contrastive_loss",
        queue=False,
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_views(say: Say) -> tuple[list[gr.Slider], gr.Number]:
    def slider(key: str, low: float, value: float) -> gr.Slider:
        return gr.Slider(
            low, 1, value=value, step=0.05, label=say(f"contrastive.{key}"), elem_id=f"contrastive-{key}", min_width=140
        )

    with gr.Row():
        sliders = [slider("crop", 0.05, FIRST_VIEWS[0]), slider("jitter", 0, FIRST_VIEWS[1])]
    with gr.Row():
        sliders += [slider("greyscale", 0, FIRST_VIEWS[2]), slider("blur", 0, FIRST_VIEWS[3])]
    with gr.Row():
        sliders.append(slider("flip", 0, FIRST_VIEWS[4]))
        seed = gr.Number(0, label=say("contrastive.seed"), precision=0, elem_id="contrastive-seed", min_width=140)
    again = gr.Button(say("contrastive.again"), variant="primary", elem_id="contrastive-go")
    again.click(None, seed, seed, js=f"s => ((s || 0) + 1) % {explore.SEEDS + 1}", api_visibility="private")
    return sliders, seed


def _build_answer(say: Say, first: tuple[Any, ...]) -> tuple[gr.Radio, gr.Radio, gr.Slider, list[Any]]:
    with gr.Row():
        encoder = gr.Radio(
            [(views.encoder_name(say, name), name) for name in explore.offered()],
            value=FIRST_ENCODER,
            label=say("contrastive.encoder"),
            elem_id="contrastive-encoder",
        )
        space = gr.Radio(
            [(say(f"contrastive.{name}"), name) for name in explore.SPACES],
            value=FIRST_SPACE,
            label=say("contrastive.space"),
            elem_id="contrastive-space",
        )
    verdict = gr.Markdown(first[1], elem_id="contrastive-verdict")
    with gr.Row():
        with gr.Column(min_width=320):
            matrix = gr.Plot(first[2], show_label=False, elem_id="contrastive-matrix")
            suspects = gr.Markdown(first[5], elem_id="contrastive-suspects", elem_classes="quiet")
        with gr.Column(min_width=320):
            temperature = gr.Slider(
                *explore.TEMPERATURES,
                value=FIRST_TEMPERATURE,
                step=0.01,
                label=say("contrastive.temperature"),
                elem_id="contrastive-temperature",
            )
            bars = gr.Plot(first[3], show_label=False, elem_id="contrastive-bars")
            sentence = gr.Markdown(first[4], elem_id="contrastive-loss")
    return encoder, space, temperature, [verdict, matrix, bars, sentence, suspects]


def _build_growth(
    say: Say, examples: list[tuple[Any, str]], shown: gr.Gallery, sliders: list[gr.Slider], seed: gr.Number
) -> tuple[gr.Slider, list[Any]]:
    found = explore.grow([image for image, _ in examples], explore.view_settings(*FIRST_VIEWS), LAST)
    first = views.growth(say, found, LAST)
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=320):
            matrix = gr.Plot(first[0], show_label=False, elem_id="contrastive-grow-matrix")
        with gr.Column(min_width=320):
            reached = gr.Plot(first[1], show_label=False, elem_id="contrastive-grow-curve")
            verdict = gr.Markdown(first[2], elem_id="contrastive-grow-verdict")  # below, so that nothing jumps
    moved = [stage.change, seed.change, *(slider.release for slider in sliders)]
    listen(
        say,
        moved,
        on_grow,
        [shown, *sliders, seed, stage],
        [matrix, reached, verdict],
        name="contrastive_grow",
        model="contrastive-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return stage, [matrix, reached, verdict]


def _build_dictionary(
    say: Say, examples: list[tuple[Any, str]], shown: gr.Gallery, settings: list[Any]
) -> tuple[gr.Slider, list[Any]]:
    momentum = explore.momentum_at(FIRST_STOP)
    found = explore.look([image for image, _ in examples], 1, explore.view_settings(*FIRST_VIEWS), momentum)
    first = (*views.dictionary(say, found), *views.record(say, momentum))
    with gr.Column(elem_classes="growth", elem_id="contrastive-dictionary"):
        gr.HTML(f"<h3>{say('contrastive.dictionary')}</h3><p>{say('contrastive.dictionary_text')}</p>")
        names = [f"{stop:g}".lstrip("0") or "0" for stop in explore.STOPS]  # short, for telephones
        stop = stops(say("contrastive.momentum_label"), names, value=FIRST_STOP, elem_id="contrastive-momentum")
        with gr.Row():
            with gr.Column(min_width=320):
                which = gr.Slider(
                    1,
                    explore.MAX_PICTURES,
                    value=1,
                    step=1,
                    label=say("contrastive.which"),
                    elem_id="contrastive-query",
                )
                sheet = gr.Image(
                    first[0],
                    label=say("contrastive.query_views"),
                    format="png",
                    interactive=False,
                    buttons=[],
                    height=250,
                    elem_id="contrastive-query-views",
                )
                verdict = gr.Markdown(first[1], elem_id="contrastive-dictionary-verdict")
            with gr.Column(min_width=320):
                queue = gr.Plot(first[2], show_label=False, elem_id="contrastive-queue")
        plots: list[gr.Plot] = []
        for row in (("by-age", "drift"), ("curves", "learned")):
            with gr.Row():
                for name in row:
                    with gr.Column(min_width=320):
                        plots.append(gr.Plot(first[3 + len(plots)], show_label=False, elem_id=f"contrastive-{name}"))
    values = [sheet, verdict, queue, *plots]
    moved = [stop.change, which.release, settings[-1].change, *(slider.release for slider in settings[:-1])]
    listen(
        say,
        moved,
        on_dictionary,
        [shown, which, *settings, stop],
        values,
        name="contrastive_dictionary",
        model="contrastive-dictionary",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return stop, [which, *values]


def _build_use(say: Say, examples: list[tuple[Any, str]], shown: gr.Gallery, encoder: gr.Radio) -> list[Any]:
    first = explore.neighbours([image for image, _ in examples], encoder=FIRST_ENCODER)
    which = gr.Slider(
        1, explore.MAX_PICTURES, value=1, step=1, label=say("contrastive.which"), elem_id="contrastive-which"
    )
    found = gr.Gallery(
        views.neighbours(say, first),
        label=say("contrastive.neighbours"),
        columns=8,
        height=None,
        allow_preview=False,
        elem_id="contrastive-neighbours",
        buttons=[],
    )
    listen(
        say,
        [which.release, encoder.input],
        on_neighbours,
        [shown, which, encoder],
        [found],
        name="contrastive_neighbours",
        model=STEM,
        show_progress="hidden",
        trigger_mode="always_last",
    )
    with gr.Row():
        for metric, bars in views.cards(say).items():
            gr.Plot(bars, show_label=False, min_width=320, elem_id=f"contrastive-card-{metric}")
    gr.Markdown(views.card_text(say), elem_classes="quiet", elem_id="contrastive-card-text")
    with gr.Accordion(say("contrastive.ask"), open=False, elem_id="contrastive-ask") as ask:
        probe = gr.Plot(show_label=False, elem_id="contrastive-probe")
        text = gr.Markdown(elem_classes="quiet", elem_id="contrastive-probe-text")
    listen(say, ask.expand, on_probe, [], [probe, text], name="contrastive_probe", model=STEM)
    return [which, found]

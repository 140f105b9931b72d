"""The VAE tab: squeeze a digit through twenty noisy numbers, and walk the space they span."""

from typing import Any

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder
from numpy.typing import NDArray
from PIL import Image

from core.data import bundled
from core.vae import explore
from demos.page import figures
from demos.page.events import count_up, guard, listen
from demos.page.inputs import picture_input
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say
from demos.vae import views

STEM = "vae"
ENDS = ("a", "b")
FIRST_DIGITS = (40, 140)  # a 2 and a 7 of the bundled digits
SHOWN_EACH = 2  # examples of each class
CANVAS_PX = 224

Bytes = NDArray[np.uint8]


def on_first(
    say: Say, first: str | None, second: str | None, seed: float, steps: float, path: str, count: float, model: str
) -> tuple[Any, ...]:
    """All that follows from a new picture A, in one answer."""
    with guard(say):
        return draw_all(say, first, second, seed, steps, path, count, model)


def draw_all(
    say: Say, first: Any, second: Any, seed: float, steps: float, path: str, count: float, model: str
) -> tuple[Any, ...]:
    """Encoding, walk, workbench and neighbours, one after the other."""
    encoding = explore.encode(first, seed, name=model)
    return (
        *views.encoding(say, encoding),
        *walked(say, explore.interpolate(first, second, steps, path, name=model)),
        *views.workbench(first, model, [float(encoding.mu[axis]) for axis in explore.liveliest(name=model)]),
        *views.neighbours(say, explore.neighbours(first, count=count, name=model)),
    )


def on_model(
    say: Say,
    first: str | None,
    second: str | None,
    seed: float,
    steps: float,
    path: str,
    count: float,
    model: str,
    prior_seed: float,
) -> tuple[Any, ...]:
    """All that another model changes: also the axes it has, what it draws from the prior, and its readout."""
    with guard(say):
        values = draw_all(say, first, second, seed, steps, path, count, model)
        told = views.readout(say, explore.readout(model), explore.latent(model))
        return (
            *values[:12],
            *axis_sliders(say, values[12:20], model),
            *values[20:],
            views.bench_text(say, model),
            views.samples(explore.sample(prior_seed, name=model)),
            *told,
        )


def on_encode(say: Say, picture: str | None, seed: float, model: str) -> tuple[Any, ...]:
    """Encode picture A and decode one draw."""
    with guard(say):
        return views.encoding(say, explore.encode(picture, seed, name=model))


def on_grow(say: Say, picture: str | None, stage: float) -> tuple[Any, ...]:
    """Decode picture A and draws of the prior at one moment of the training, 0 (before) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(picture, stage), stage)


def on_interpolate(
    say: Say, first: str | None, second: str | None, steps: float, path: str, model: str
) -> tuple[Any, ...]:
    """Walk from picture A to picture B."""
    with guard(say):
        return walked(say, explore.interpolate(first, second, steps, path, name=model))


def walked(say: Say, found: explore.Interpolation) -> tuple[Any, ...]:
    """A walk as the values of: strip, animation, its file, curve, sentence."""
    strip, film, curve, sentence = views.walk(say, found)
    file = save_bytes_to_cache(film, "pretext-vae.gif", get_upload_folder())
    return strip, file, file, curve, sentence


def on_decode(say: Say, picture: str | None, model: str, *values: float) -> tuple[Any, ...]:
    """Decode picture A's code with the liveliest axes set to the sliders' values."""
    with guard(say):
        shown = views.decoded(picture, model, values)  # first, since it refuses what is not a number
        return views.plane(explore.plane(name=model), values), shown


def on_click(say: Say, event: gr.SelectData, picture: str | None, model: str, *values: float) -> tuple[Any, ...]:
    """Move the first two sliders to the clicked point of the plane."""
    across, up = (round(value, 2) for value in views.place(event.index))
    with guard(say):
        return views.workbench(picture, model, (across, up, *values[2:]))


def axis_sliders(say: Say, values: Any, model: str) -> list[Any]:
    """The sliders as another model needs them: named after its liveliest axes, and no more than it has."""
    axes = explore.liveliest(name=model)
    named = [
        gr.Slider(label=say("vae.slider", axis=axis + 1), value=value, visible=True)
        for axis, value in zip(axes, values, strict=False)
    ]
    return named + [gr.Slider(value=0, visible=False)] * (explore.LIVELY - len(axes))


def on_sample(say: Say, seed: float, model: str) -> Image.Image:
    """Digits decoded from draws of the prior."""
    with guard(say):
        return views.samples(explore.sample(seed, name=model))


def on_neighbours(say: Say, picture: str | None, count: float, model: str) -> tuple[Any, ...]:
    """The bundled digits most like picture A, by code and by pixels."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(picture, count=count, name=model))


def on_sketch(say: Say, drawing: dict[str, Any] | None, end: str) -> tuple[Any, Any]:
    """Bring a drawing into MNIST's form and put it into picture A or B."""
    with guard(say):
        picture = explore.view(None if drawing is None else drawing["composite"])
        return into(end, picture)


def into(end: str, picture: Bytes) -> tuple[Any, Any]:
    """Values of the pictures A and B: one is new, enlarged to be seen, the other stays."""
    shown = figures.enlarge(picture, views.SEEN_PX)
    return (shown, gr.skip()) if end == ENDS[0] else (gr.skip(), shown)


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    known = bundled.digits().images
    first, second = (known[index] for index in FIRST_DIGITS)
    shown = draw_all(say, first, second, 0, 8, "straight", 8, explore.NAME)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            pictures = _build_data(say, first, second)
        with step(say, STEM, 2):
            seed, model, *coded = _build_label(say, shown[:3])
    with step(say, STEM, 3):
        gr.Markdown(_card_sentence(say), elem_classes="quiet")
        with gr.Row():
            with gr.Column(min_width=300):
                verdict = gr.Markdown(shown[3], elem_id="vae-verdict")
            bars = gr.Plot(shown[4], show_label=False, elem_id="vae-bars")
        walk, ways = _build_walk(say, shown[5:10])
        text, *bench = _build_workbench(say, shown[10:20])
        prior_seed, sheet = _build_prior(say, model)
        _build_growth(say, first, pictures[0])
    with step(say, STEM, 4):
        count, *found = _build_use(say, shown[20:])
        told = _build_readout(say)
    coded += [verdict, bars]
    asked, answers = [*pictures, seed, *ways, count, model], [*coded, *walk, *bench, *found]
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    listen(say, [pictures[0].change], on_first, asked, answers, **last)
    listen(say, [model.input], on_model, [*asked, prior_seed], [*answers, text, sheet, *told], **last)
    listen(say, [seed.change], on_encode, [pictures[0], seed, model], coded, name="vae_encode", model=STEM)
    listen(
        say,
        [pictures[1].change, ways[0].release, ways[1].input],
        on_interpolate,
        [*pictures, *ways, model],
        walk,
        name="vae_interpolate",
        **last,
    )
    _listen_workbench(say, [pictures[0], model], bench)
    listen(say, [count.release], on_neighbours, [pictures[0], count, model], found, name="vae_neighbours", model=STEM)


def _build_data(say: Say, first: Bytes, second: Bytes) -> list[gr.Image]:
    with gr.Row():
        pictures = [
            picture_input(
                value=figures.enlarge(picture, views.SEEN_PX),
                label=say(f"vae.picture_{end}"),
                height=220,
                elem_id=f"vae-picture-{end}",
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
                min_width=140,
                format="png",
            )
            for end, picture in zip(ENDS, (first, second), strict=True)
        ]
    end = gr.Radio(
        [(say(f"vae.end_{end}"), end) for end in ENDS], value=ENDS[0], label=say("vae.end"), elem_id="vae-end"
    )
    labels = bundled.digits().labels
    chosen = [int(index) for digit in range(10) for index in np.flatnonzero(labels == digit)[:SHOWN_EACH]]
    images = bundled.digits().images
    gallery = gr.Gallery(
        [(figures.enlarge(images[index], 84), str(labels[index])) for index in chosen],
        label=say("page.examples"),
        columns=10,
        height=330,
        allow_preview=False,
        elem_id="vae-examples",
        elem_classes="examples",
        interactive=False,
        buttons=[],
    )

    def on_pick(end: str, event: gr.SelectData) -> tuple[Any, Any]:
        return into(end, images[chosen[event.index]])

    gallery.select(on_pick, end, pictures, api_visibility="private", show_progress="hidden")
    with gr.Accordion(say("vae.sketch"), open=False, elem_id="vae-sketch"):
        paper = np.full((CANVAS_PX, CANVAS_PX, 3), 255, np.uint8)  # with a picture under it the pen is ready at once
        drawing = gr.ImageEditor(
            paper,
            label=say("vae.sketch_label"),
            layers=False,
            fixed_canvas=True,
            canvas_size=(CANVAS_PX, CANVAS_PX),
            transforms=(),
            sources=(),
            brush=gr.Brush(9, colors=["#000000"], color_mode="fixed"),
            height=330,
            elem_id="vae-canvas",
            buttons=[],
        )
        use = gr.Button(say("vae.use_sketch"), elem_id="vae-use-sketch")
    listen(say, use.click, on_sketch, [drawing, end], pictures, show_progress="hidden")
    return pictures


def _build_label(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    look: dict[str, Any] = {"height": 220, "buttons": [], "min_width": 140, "format": "png"}
    with gr.Row():
        seen = gr.Image(shown[0], label=say("vae.seen"), elem_id="vae-seen", **look)
        drawn = gr.Image(shown[2], label=say("vae.drawn"), elem_id="vae-drawn", **look)
    code = gr.Plot(shown[1], show_label=False, elem_id="vae-code")
    with gr.Row():
        seed = gr.Number(0, label=say("vae.seed"), elem_id="vae-seed", min_width=120)
        again = gr.Button(say("vae.again"), variant="primary", elem_id="vae-again", min_width=120)
    count_up(again, seed, explore.MAX_SEED)
    offered = explore.names()
    model = gr.Radio(
        [(model_name(say, name), name) for name in offered],
        value=explore.NAME,
        label=say("vae.model"),
        elem_id="vae-model",
        visible=len(offered) > 1,
    )
    return [seed, model, seen, code, drawn]


def model_name(say: Say, name: str) -> str:
    """What a checkpoint is called on the page: the shipped one in words, a visitor's own by its name."""
    return say("vae.model_mnist") if name == explore.NAME else name


def _build_walk(say: Say, shown: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
    gr.Markdown(say("vae.walk"))
    with gr.Row():
        steps = gr.Slider(explore.MIN_STEPS, explore.MAX_STEPS, 8, step=1, label=say("vae.steps"), elem_id="vae-steps")
        path = gr.Radio(
            [(say(f"vae.{name}"), name) for name in explore.PATHS],
            value=explore.PATHS[0],
            label=say("vae.path"),
            elem_id="vae-path",
        )
    strip = gr.Image(shown[0], label=say("vae.strip"), height=190, elem_id="vae-strip", buttons=[], format="png")
    with gr.Row():
        with gr.Column(min_width=220, scale=1):
            film = gr.Image(shown[1], label=say("vae.film"), height=250, elem_id="vae-film", buttons=[])
            file = gr.DownloadButton(say("vae.download"), value=shown[2], elem_id="vae-download", size="sm")
        with gr.Column(min_width=320, scale=2):
            curve = gr.Plot(shown[3], show_label=False, elem_id="vae-surprise")
            sentence = gr.Markdown(shown[4], elem_id="vae-walk-text", elem_classes="quiet")
    return [strip, film, file, curve, sentence], [steps, path]


def _build_workbench(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    axes = explore.liveliest()
    text = gr.Markdown(views.bench_text(say, explore.NAME))
    with gr.Row():
        plane = gr.Image(
            shown[0],
            label=say("vae.plane"),
            height=views.PLANE_PX + 20,
            interactive=False,
            elem_id="vae-plane",
            format="png",
            buttons=[],
            min_width=300,
        )
        with gr.Column(min_width=300):
            picture = gr.Image(
                shown[1], label=say("vae.decoded"), height=240, elem_id="vae-decoded", buttons=[], format="png"
            )
            with gr.Row():
                sliders = [
                    gr.Slider(
                        -explore.REACH,
                        explore.REACH,
                        value,
                        step=0.01,
                        label=say("vae.slider", axis=axis + 1),
                        elem_id=f"vae-axis-{place}",
                        min_width=200,
                    )
                    for place, (axis, value) in enumerate(zip(axes, shown[2:], strict=True))
                ]
    return [text, plane, picture, *sliders]


def _listen_workbench(say: Say, asked: list[Any], bench: list[Any]) -> None:
    plane, shown, *sliders = bench
    releases = [slider.release for slider in sliders]
    listen(
        say,
        releases,
        on_decode,
        [*asked, *sliders],
        [plane, shown],
        name="vae_decode",
        model=STEM,
        trigger_mode="always_last",
        show_progress="hidden",
    )
    listen(say, plane.select, on_click, [*asked, *sliders], bench, model=STEM, show_progress="hidden")


def _build_prior(say: Say, model: gr.Radio) -> list[Any]:
    gr.Markdown(say("vae.prior"))
    with gr.Row():
        seed = gr.Number(0, label=say("vae.seed"), elem_id="vae-prior-seed", min_width=120)
        again = gr.Button(say("vae.again"), elem_id="vae-prior-again", min_width=120)
    drawn = views.samples(explore.sample(0))
    sheet = gr.Image(drawn, label=say("vae.samples"), height=260, elem_id="vae-samples", buttons=[], format="png")
    count_up(again, seed, explore.MAX_SEED)
    listen(say, seed.change, on_sample, [seed, model], [sheet], name="vae_sample", model=STEM, show_progress="hidden")
    return [seed, sheet]


def _build_growth(say: Say, example: Bytes, picture: gr.Image) -> None:
    shown = views.growth(say, explore.grow(example, LAST), LAST)
    look: dict[str, Any] = {"height": 262, "buttons": [], "format": "png", "min_width": 220}
    with growth(say, STEM) as stage:
        verdict = gr.Markdown(shown[2], elem_id="vae-grow-verdict")
        with gr.Row():
            drawn = gr.Image(shown[0], label=say("vae.grow_drawn"), elem_id="vae-grow-drawn", **look)
            sheet = gr.Image(shown[1], label=say("vae.samples"), elem_id="vae-grow-samples", **look)
            with gr.Column(min_width=320, scale=2):
                reached = gr.Plot(shown[3], show_label=False, elem_id="vae-grow-curve")
    listen(
        say,
        [stage.change, picture.change],
        on_grow,
        [picture, stage],
        [drawn, sheet, verdict, reached],
        name="vae_grow",
        model="vae-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_use(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    count = gr.Slider(1, 16, 8, step=1, label=say("vae.count"), elem_id="vae-count")
    with gr.Row():
        galleries = [
            gr.Gallery(
                values,
                label=say(f"vae.near_{kind}"),
                columns=8,
                height=310,
                allow_preview=False,
                min_width=300,
                elem_id=f"vae-near-{kind}",
                interactive=False,
                buttons=[],
            )
            for kind, values in zip(("latent", "pixels"), shown, strict=True)
        ]
    return [count, *galleries]


def _build_readout(say: Say) -> list[Any]:
    bars, text = views.readout(say, explore.readout(), explore.latent())
    return [gr.Plot(bars, show_label=False, elem_id="vae-readout"), gr.Markdown(text, elem_classes="quiet")]


def _card_sentence(say: Say) -> str:
    card = explore.metrics()
    return say(
        "vae.card",
        n=f"{card['n']:,}",
        nats=f"{card['nats']:.1f}",
        kl=f"{card['kl_nats']:.1f}",
        reconstruction=f"{card['reconstruction_nats']:.1f}",
    )

"""The masked-picture tab: hide patches at random or by hand, and restore them."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr
import plotly.graph_objects as go
from gradio.components.image_editor import EditorValue
from PIL import Image

from core.data import bundled
from core.data.pictures import open_picture, square
from core.masked import explore
from core.masked.choices import CHOICES
from demos.masked import views
from demos.masked.views import ErrorValues, GrowthValues, NeighbourValues, RestorationValues
from demos.page.backend import ask, stream
from demos.page.events import count_up, guard, listen
from demos.page.inputs import changes, drawn, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.values import outputs
from demos.page.words import Say
from demos.training.part import part

STEM = "masked"
FIRST_PICTURE, FIRST_RATIO, FIRST_SEED = "china", 0.75, 0
FRAME_S = 0.15  # between two drawings of a growing curve

Shown = dict[str, Any]  # components by the field of the values that they show


class CanvasValues(NamedTuple):
    """A picture to paint on, and what was restored of the one before, now empty."""

    canvas: EditorValue
    painted: RestorationValues


class FetchValues(NamedTuple):
    """The choice of models, and how far fetching the Hub's has come."""

    model: Any
    status: str


def on_restore(say: Say, picture: str | None, ratio: float, seed: float, model: str) -> RestorationValues:
    """Hide random patches and restore them by three methods, with the error of each in a sentence."""
    with guard(say):
        return views.restoration(say, ask(explore.restore, picture, ratio, seed, name=model))


def on_errors(say: Say, picture: str | None, ratio: float, seed: float, model: str) -> ErrorValues:
    """The errors of the same restoration as a table and as bars, and the model's output for all patches."""
    with guard(say):
        return views.errors(say, ask(explore.restore, picture, ratio, seed, name=model))


def on_paint(say: Say, picture: str | None, painted: str | None, model: str) -> RestorationValues:
    """Hide the painted patches and restore them."""
    with guard(say):
        return views.restoration(say, ask(explore.restore_painted, picture, painted, name=model))


def on_stroke(say: Say, picture: str | None, painted: str | None, model: str) -> RestorationValues | dict[str, Any]:
    """The same after every stroke; a new picture with an empty layer is no stroke, and changes nothing."""
    return gr.skip() if painted is None else on_paint(say, picture, painted, model)


def on_sweep(say: Say, picture: str | None, seed: float, model: str) -> Iterator[go.Figure]:
    """The error of the three methods at mask ratios from 10 to 95 %, drawn while it grows."""
    with guard(say):
        drawn_at = 0.0
        for found in stream(explore.sweep, picture, seed, name=model):
            complete = len(found.ratios) == len(explore.SWEEP)
            if complete or time.monotonic() - drawn_at > FRAME_S:
                yield views.sweep(say, found)
                drawn_at = time.monotonic()


def on_grow(say: Say, picture: str | None, ratio: float, seed: float, stage: float) -> GrowthValues:
    """Restore with a small network after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, ask(explore.grow, picture, ratio, seed, stage), stage)


def on_neighbours(say: Say, picture: str | None) -> NeighbourValues:
    """The most similar pictures of the gallery, by features and by raw pixels."""
    with guard(say):
        return views.neighbours(say, ask(explore.neighbours, picture))


def on_retrieval(say: Say) -> str:
    """How often the nearest emoji is of the same group, by features and by raw pixels."""
    return views.retrieval(say, ask(explore.retrieval))


def on_look(say: Say, event: gr.SelectData, picture: str | None, model: str) -> Image.Image:
    """Attention of the clicked patch."""
    with guard(say):
        x, y = (min(max(pixel / views.CANVAS_PX, 0), 1) for pixel in event.index)
        return views.attention(ask(explore.attention, picture, x, y, name=model))


def on_attention(say: Say, picture: str | None, model: str) -> Image.Image:
    """Attention of the middle patch."""
    with guard(say):
        return views.attention(ask(explore.attention, picture, name=model))


def on_canvas(say: Say, picture: str | None) -> CanvasValues:
    """The middle square of a new picture under an empty layer to paint on."""
    with guard(say):
        background = square(open_picture(picture), views.CANVAS_PX)
    return CanvasValues({"background": background, "layers": [], "composite": None}, views.NOTHING)


def on_fetch(say: Say) -> Iterator[FetchValues]:
    """Fetch the Hub's model and offer it; the bundled one stays whatever happens."""
    offer = explore.offer()
    yield FetchValues(gr.skip(), say("masked.fetching", name=offer.name, megabytes=offer.megabytes))
    with guard(say):
        explore.fetch()
    yield FetchValues(gr.Radio(choices=models(say), value=offer.name), say("masked.fetched", name=offer.name))


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: a visitor's own by name, the Hub's only when it is on this machine."""
    about, offer = explore.about(), explore.offer()
    numbers = {"millions": f"{about.parameters / 1e6:.1f}", "wan": f"{about.parameters / 1e4:.0f}"}
    own = [(name, name) for name in explore.names() if name != explore.NAME]
    choices = [(say("masked.model_bundled", size=about.size, **numbers), explore.NAME), *own]
    return [*choices, (say("masked.model_hub", name=offer.name), offer.name)] if offer.at_hand else choices


class Mask(NamedTuple):
    """Components that choose the mask."""

    ratio: gr.Slider
    seed: gr.Number
    go: gr.Button


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = _build_data(say)
        with step(say, STEM, 2):
            masked = _picture(say, "masked", height=240)
            mask = _build_mask(say)
        with step(say, STEM, 3):
            shown = {"masked": masked, **_build_restoration(say)}
    model = _build_model(parts)
    parts.ask(
        on_restore,
        [picture, mask.ratio, mask.seed, model],
        outputs(RestorationValues, shown),
        on=[mask.go.click],
        name="masked_restore",
        trigger_mode="always_last",
    )
    _build_errors(parts, picture, mask, model)
    _build_sweep(parts, picture, mask, model)
    _build_paint(parts, picture, model)
    _build_growth(parts, picture, mask)
    part(parts, CHOICES, model=model)
    with step(say, STEM, 4, count=explore.gallery_size()):
        _build_neighbours(parts, picture)
        _build_groups(parts)
        _build_attention(parts, picture, model)
    parts.follow(picture, changes(picture))
    parts.follow(mask.ratio, [mask.ratio.release])
    parts.follow(mask.seed, [mask.seed.change])
    parts.follow(model, [model.change])
    return parts


def _picture(say: Say, name: str, *, stem: str = STEM, height: int) -> gr.Image:
    """An output named by "masked.<name>" whose pixels stay square; two of them share a phone's width."""
    look: dict[str, Any] = {"buttons": [], "min_width": 130, "elem_classes": "pixels"}
    return gr.Image(label=say(f"masked.{name}"), height=height, elem_id=f"{stem}-{name}", **look)


def _build_data(say: Say) -> gr.Image:
    picture = picture_input(
        value=next(photo.image for photo in bundled.photographs() if photo.key == FIRST_PICTURE),
        label=say("masked.picture"),
        height=240,
        elem_id="masked-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
    )
    photograph_gallery(say, STEM, picture, FIRST_PICTURE)
    return picture


def _build_mask(say: Say) -> Mask:
    low, high = explore.MIN_RATIO, explore.MAX_RATIO
    ratio = gr.Slider(low, high, FIRST_RATIO, step=0.01, label=say("masked.ratio"), elem_id="masked-ratio")
    with gr.Row():
        seed = gr.Number(FIRST_SEED, label=say("masked.seed"), elem_id="masked-seed", min_width=120)
        another = gr.Button(say("masked.another"), elem_id="masked-another", min_width=120)
    count_up(another, seed, explore.MAX_SEED)
    return Mask(ratio, seed, gr.Button(say("masked.go"), variant="primary", elem_id="masked-go"))


def _build_restoration(say: Say, stem: str = STEM) -> Shown:
    """The sentence, and the model's picture beside the original and what needs no learning."""
    shown: Shown = {"verdict": gr.Markdown(elem_id=f"{stem}-verdict", elem_classes="verdict")}
    for pair in (("pasted", "original"), ("linear", "mean")):
        with gr.Row():
            shown |= {name: _picture(say, name, stem=stem, height=180) for name in pair}
    return shown


def _build_model(parts: Parts) -> gr.Radio:
    say, offer = parts.say, explore.offer()
    with parts.fold("another_model"):
        model = gr.Radio(models(say), value=explore.NAME, label=say("masked.model"), elem_id="masked-model")
        label = say("masked.fetch", name=offer.name, megabytes=offer.megabytes)
        fetch = gr.Button(label, size="sm", visible=not offer.at_hand, elem_id="masked-fetch")
        status = gr.Markdown(elem_classes="quiet", elem_id="masked-fetch-status")
    shown = {"model": model, "status": status}
    listen(say, fetch.click, on_fetch, [], outputs(FetchValues, shown), model="masked-fetch", show_progress="minimal")
    return model


def _build_errors(parts: Parts, picture: gr.Image, mask: Mask, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("errors") as fold:
        with gr.Row():
            with gr.Column(min_width=320):
                table = gr.HTML(elem_id="masked-table")
                gr.Markdown(say("masked.baselines"))
            bars = gr.Plot(show_label=False, elem_id="masked-bars")
            with gr.Column(min_width=320):
                restored = _picture(say, "restored", height=260)
                gr.Markdown(say("masked.errors_text"))
        gr.Markdown(views.card(say, explore.about()), elem_id="masked-card")
    shown = {"table": table, "bars": bars, "restored": restored}
    inputs = [picture, mask.ratio, mask.seed, model]
    parts.ask(on_errors, inputs, outputs(ErrorValues, shown), fold=fold, name="masked_errors")


def _build_sweep(parts: Parts, picture: gr.Image, mask: Mask, model: gr.Radio) -> None:
    with parts.fold("sweep") as fold:
        curve = gr.Plot(show_label=False, elem_id="masked-sweep")
    parts.ask(on_sweep, [picture, mask.seed, model], [curve], fold=fold, name="masked_sweep", show_progress="hidden")


def _build_paint(parts: Parts, picture: gr.Image, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("paint") as fold, gr.Row():
        with gr.Column(min_width=320):
            gr.Markdown(say("masked.paint_text"))
            editor = gr.ImageEditor(
                label=say("masked.canvas"),
                layers=False,
                fixed_canvas=True,
                canvas_size=(views.CANVAS_PX, views.CANVAS_PX),
                transforms=(),
                sources=(),
                height=440,
                buttons=[],
                brush=gr.Brush(28, colors=["#e0812f"], color_mode="fixed"),
                elem_id="masked-canvas",
            )
            paint = gr.Button(say("masked.paint_go"), variant="primary", elem_id="masked-paint-go")
        with gr.Column(min_width=320):
            masked = _picture(say, "masked", stem="masked-paint", height=240)
        with gr.Column(min_width=320):
            shown = {"masked": masked, **_build_restoration(say, "masked-paint")}
    restored = outputs(RestorationValues, shown)
    parts.ask(on_canvas, [picture], [editor, *restored], fold=fold, show_progress="hidden")
    inputs = [picture, drawn(editor, "layer"), model]
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    listen(say, paint.click, on_paint, inputs, restored, name="masked_paint", **last)
    listen(say, editor.input, on_stroke, inputs, restored, show_progress="hidden", **last)


def _build_growth(parts: Parts, picture: gr.Image, mask: Mask) -> None:
    say = parts.say
    shown: Shown = {}
    with growth(parts) as (fold, stage):
        shown["grown_verdict"] = gr.Markdown(elem_id="masked-grow-verdict")
        with gr.Row():
            for name in ("masked", "pasted"):
                shown[f"grown_{name}"] = _picture(say, name, stem="masked-grow", height=262)
            with gr.Column(min_width=320, scale=2):
                shown["grown_curve"] = gr.Plot(show_label=False, elem_id="masked-grow-curve")
    parts.ask(
        on_grow,
        [picture, mask.ratio, mask.seed, stage],
        outputs(GrowthValues, shown),
        on=[stage.change],
        fold=fold,
        name="masked_grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_neighbours(parts: Parts, picture: gr.Image) -> None:
    say = parts.say
    gr.Markdown(say("masked.near_text"), elem_classes="quiet")
    shown: Shown = {}
    look: dict[str, Any] = {"allow_preview": False, "interactive": False, "buttons": [], "min_width": 300}
    with gr.Row():
        for name in NeighbourValues._fields:
            ident = f"masked-{name.replace('_', '-')}"
            shown[name] = gr.Gallery(label=say(f"masked.{name}"), columns=4, height=320, elem_id=ident, **look)
    parts.ask(on_neighbours, [picture], outputs(NeighbourValues, shown), name="masked_neighbours")


def _build_groups(parts: Parts) -> None:
    with parts.fold("groups") as fold:
        counted = gr.Markdown(elem_id="masked-retrieval")
        gr.Markdown(parts.say("masked.groups_text"))
    parts.ask(on_retrieval, [], [counted], fold=fold)


def _build_attention(parts: Parts, picture: gr.Image, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("look") as fold:
        gr.Markdown(say("masked.attention_text"))
        heat = gr.Image(
            label=say("masked.attention"),
            height=views.CANVAS_PX + 20,
            interactive=False,
            elem_id="masked-attention",
            buttons=[],
            min_width=300,
        )
    seen = [picture, model]
    parts.ask(on_attention, seen, [heat], fold=fold)
    listen(say, heat.select, on_look, seen, [heat], model=STEM, show_progress="hidden", trigger_mode="always_last")

"""The masked-picture tab: hide patches at random or by hand, and restore them."""

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
import plotly.graph_objects as go
from gradio.components.image_editor import EditorValue
from gradio.processing_utils import save_bytes_to_cache
from PIL import Image

from core.data import bundled
from core.data.pictures import open_picture, square
from core.masked import explore
from demos.masked import views
from demos.masked.views import GrowthValues, NeighbourValues, RestorationValues
from demos.page.events import count_up, guard, listen
from demos.page.inputs import changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.values import outputs
from demos.page.words import Say

STEM = "masked"
FIRST_PICTURE, FIRST_RATIO, FIRST_SEED = "china", 0.75, 0
FRAME_S = 0.15  # between two drawings of a growing curve

Shown = dict[str, Any]  # components by the field of the values that they show


class FetchValues(NamedTuple):
    """The choice of models, and how far fetching the Hub's has come."""

    model: Any
    status: str


def on_restore(say: Say, picture: str | None, ratio: float, seed: float, model: str) -> RestorationValues:
    """Hide random patches, restore them, and measure the error of three methods."""
    with guard(say):
        return views.restoration(say, explore.restore(picture, ratio, seed, name=model))


def on_paint(say: Say, picture: str | None, painted: str | None, model: str) -> RestorationValues:
    """Hide the painted patches and restore them."""
    with guard(say):
        return views.restoration(say, explore.restore_painted(picture, painted, name=model))


def on_stroke(say: Say, picture: str | None, painted: str | None, model: str) -> RestorationValues | dict[str, Any]:
    """The same after every stroke; a new picture with an empty layer is no stroke, and changes nothing."""
    return gr.skip() if painted is None else on_paint(say, picture, painted, model)


def on_sweep(say: Say, picture: str | None, seed: float, model: str) -> Iterator[go.Figure]:
    """The error of the three methods at mask ratios from 10 to 95 %, drawn while it grows."""
    with guard(say):
        drawn_at = 0.0
        for found in explore.sweep(picture, seed, name=model):
            complete = len(found.ratios) == len(explore.SWEEP)
            if complete or time.monotonic() - drawn_at > FRAME_S:
                yield views.sweep(say, found)
                drawn_at = time.monotonic()


def on_grow(say: Say, picture: str | None, ratio: float, seed: float, stage: float) -> GrowthValues:
    """Restore with a small network after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(picture, ratio, seed, stage), stage)


def on_neighbours(say: Say, picture: str | None) -> NeighbourValues:
    """The most similar pictures of the gallery, by features and by raw pixels."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(picture))


def on_look(say: Say, event: gr.SelectData, picture: str | None, model: str) -> Image.Image:
    """Attention of the clicked patch."""
    with guard(say):
        x, y = (min(max(pixel / views.CANVAS_PX, 0), 1) for pixel in event.index)
        return views.attention(explore.attention(picture, x, y, name=model))


def on_attention(say: Say, picture: str | None, model: str) -> Image.Image:
    """Attention of the middle patch, after the picture or the model changed."""
    with guard(say):
        return views.attention(explore.attention(picture, name=model))


def on_canvas(say: Say, picture: str | None) -> EditorValue:
    """The middle square of a new picture under an empty layer to paint on."""
    with guard(say):
        return canvas(open_picture(picture))


def canvas(picture: explore.Bytes) -> EditorValue:
    """Value of the editor: a picture (H, W, 3) to paint on."""
    return {"background": square(picture, views.CANVAS_PX), "layers": [], "composite": None}


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


@dataclass(frozen=True)
class First:
    """What the tab shows when it opens, the same in every language."""

    restoration: explore.Restoration
    sweep: explore.Sweep
    neighbours: explore.Neighbours
    attention: explore.Attention


@functools.cache
def first() -> First:
    """Run the first example, once per process."""
    photo = first_photograph()
    *_, sweep = explore.sweep(photo, FIRST_SEED)
    return First(
        explore.restore(photo, FIRST_RATIO, FIRST_SEED), sweep, explore.neighbours(photo), explore.attention(photo)
    )


def first_photograph() -> explore.Bytes:
    """The picture the tab opens with."""
    return next(photo.image for photo in bundled.photographs() if photo.key == FIRST_PICTURE)


class Mask(NamedTuple):
    """Components that choose the mask."""

    ratio: gr.Slider
    seed: gr.Number
    go: gr.Button
    editor: gr.ImageEditor
    paint: gr.Button


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    values = views.restoration(say, first().restoration)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture, model = _build_data(say)
        with step(say, STEM, 2):
            mask = _build_mask(say)
            preview = gr.Image(
                values.preview, label=say("masked.masked"), height=300, elem_id="masked-masked", buttons=[]
            )
    with step(say, STEM, 3):
        shown = {"preview": preview, **_build_restoration(say, values)}
        shown["sweep"] = gr.Plot(views.sweep(say, first().sweep), show_label=False, elem_id="masked-sweep")
        gr.Markdown(views.card(say, explore.about()), elem_classes="quiet")
        _build_growth(say, picture, mask)
    with step(say, STEM, 4, count=explore.gallery_size()):
        shown |= _build_use(say)
    _listen_restoration(say, picture, model, mask, shown)
    _listen_use(say, picture, model, shown)


def _build_data(say: Say) -> tuple[gr.Image, gr.Radio]:
    picture = picture_input(
        value=first_photograph(),
        label=say("masked.picture"),
        height=300,
        elem_id="masked-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
    )
    photograph_gallery(say, STEM, picture)
    model = gr.Radio(models(say), value=explore.NAME, label=say("masked.model"), elem_id="masked-model")
    offer = explore.offer()
    label = say("masked.fetch", name=offer.name, megabytes=offer.megabytes)
    fetch = gr.Button(label, size="sm", visible=not offer.at_hand, elem_id="masked-fetch")
    status = gr.Markdown(elem_classes="quiet", elem_id="masked-fetch-status")
    shown = {"model": model, "status": status}
    listen(say, fetch.click, on_fetch, [], outputs(FetchValues, shown), model="masked-fetch", show_progress="minimal")
    return picture, model


def _build_mask(say: Say) -> Mask:
    low, high = explore.MIN_RATIO, explore.MAX_RATIO
    with gr.Tabs(overflow_behavior="wrap"):
        with gr.Tab(say("masked.by_chance"), elem_id="masked-by-chance"):
            ratio = gr.Slider(low, high, FIRST_RATIO, step=0.01, label=say("masked.ratio"), elem_id="masked-ratio")
            with gr.Row():
                seed = gr.Number(FIRST_SEED, label=say("masked.seed"), elem_id="masked-seed", min_width=120)
                another = gr.Button(say("masked.another"), elem_id="masked-another", min_width=120)
            go = gr.Button(say("masked.go"), variant="primary", elem_id="masked-go")
        with gr.Tab(say("masked.by_hand"), elem_id="masked-by-hand"):
            gr.Markdown(say("masked.paint_text"), elem_classes="quiet")
            editor = gr.ImageEditor(
                canvas(first_photograph()),
                label=say("masked.canvas"),
                layers=False,
                fixed_canvas=True,
                canvas_size=(views.CANVAS_PX, views.CANVAS_PX),
                transforms=(),
                sources=(),
                height=480,
                buttons=[],
                brush=gr.Brush(28, colors=["#e0812f"], color_mode="fixed"),
                elem_id="masked-canvas",
            )
            paint = gr.Button(say("masked.paint_go"), variant="primary", elem_id="masked-paint-go")
    count_up(another, seed, explore.MAX_SEED)
    return Mask(ratio, seed, go, _layer_only(editor), paint)


def _layer_only(editor: gr.ImageEditor) -> gr.ImageEditor:
    """Hand the handler the path of the painted layer, undecoded, for `core.data.pictures` to open with care."""

    def preprocess(payload: Any) -> str | None:
        sent = payload and editor.blob_storage.pop(payload.id, None) if payload and payload.id else payload
        layer = sent.layers[0] if sent and sent.layers else None
        if isinstance(layer, bytes):
            return str(save_bytes_to_cache(layer, "layer.png", editor.GRADIO_CACHE))
        return None if layer is None else str(layer.path)

    editor.preprocess = preprocess  # type: ignore[assignment,method-assign]
    return editor


def _build_restoration(say: Say, values: RestorationValues) -> Shown:
    names = ("original", "masked", "restored", "pasted", "linear", "mean")
    with gr.Row():
        shown = {
            name: gr.Image(
                getattr(values, name),
                label=say(f"masked.{name}"),
                height=200,
                elem_id="masked-hidden" if name == "masked" else f"masked-{name}",
                buttons=[],
                min_width=110,
                elem_classes="pixels",
            )
            for name in names
        }
    verdict = gr.Markdown(values.verdict, elem_id="masked-verdict")
    with gr.Row():
        with gr.Column(min_width=320):
            table = gr.HTML(values.table, elem_id="masked-table")
            gr.Markdown(say("masked.baselines"), elem_classes="quiet")
        bars = gr.Plot(values.bars, show_label=False, elem_id="masked-bars")
    return {**shown, "verdict": verdict, "table": table, "bars": bars}


def _build_growth(say: Say, picture: gr.Image, mask: Mask) -> None:
    values = views.growth(say, explore.grow(first_photograph(), FIRST_RATIO, FIRST_SEED, LAST), LAST)
    look: dict[str, Any] = {"height": 262, "buttons": [], "min_width": 220, "elem_classes": "pixels"}
    shown: Shown = {}
    with growth(say, STEM) as stage:
        shown["grown_verdict"] = gr.Markdown(values.grown_verdict, elem_id="masked-grow-verdict")
        with gr.Row():
            for name in ("masked", "pasted"):
                label, value = say(f"masked.{name}"), getattr(values, f"grown_{name}")
                shown[f"grown_{name}"] = gr.Image(value, label=label, elem_id=f"masked-grow-{name}", **look)
            with gr.Column(min_width=320, scale=2):
                shown["grown_curve"] = gr.Plot(values.grown_curve, show_label=False, elem_id="masked-grow-curve")
    listen(
        say,
        [stage.change, *changes(picture), mask.ratio.release, mask.seed.change],
        on_grow,
        [picture, mask.ratio, mask.seed, stage],
        outputs(GrowthValues, shown),
        name="masked_grow",
        model="masked-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_use(say: Say) -> Shown:
    values = views.neighbours(say, first().neighbours)
    shown: Shown = {}
    look: dict[str, Any] = {"allow_preview": False, "interactive": False, "buttons": [], "min_width": 300}
    with gr.Row():
        for kind in ("features", "pixels"):
            name = f"near_{kind}"
            look |= {"label": say(f"masked.near_{kind}"), "elem_id": f"masked-near-{kind}"}
            shown[name] = gr.Gallery(getattr(values, name), columns=4, height=320, **look)
    gr.Markdown(views.retrieval(say, explore.retrieval()), elem_classes="quiet", elem_id="masked-retrieval")
    with gr.Row():
        shown["attention"] = gr.Image(
            views.attention(first().attention),
            label=say("masked.attention"),
            height=views.CANVAS_PX + 20,
            interactive=False,
            elem_id="masked-attention",
            buttons=[],
            min_width=300,
        )
        gr.Markdown(say("masked.attention_text"), elem_classes="quiet")
    return shown


def _listen_restoration(say: Say, picture: gr.Image, model: gr.Radio, mask: Mask, shown: Shown) -> None:
    """What starts a restoration, a sweep, or a new canvas."""
    last: dict[str, Any] = {"trigger_mode": "always_last"}
    restored = outputs(RestorationValues, shown)
    changed = [*changes(picture), mask.seed.change, model.change]
    starts, inputs = [mask.go.click, mask.ratio.release, *changed], [picture, mask.ratio, mask.seed, model]
    listen(say, starts, on_restore, inputs, restored, name="masked_restore", model=STEM, **last)
    painted = [picture, mask.editor, model]
    listen(say, mask.paint.click, on_paint, painted, restored, name="masked_paint", model=STEM, **last)
    listen(say, mask.editor.input, on_stroke, painted, restored, model=STEM, show_progress="hidden", **last)
    seeded, sweep = [picture, mask.seed, model], [shown["sweep"]]
    last["show_progress"] = "hidden"
    listen(say, changed, on_sweep, seeded, sweep, name="masked_sweep", model="masked-sweep", **last)
    listen(say, changes(picture), on_canvas, [picture], [mask.editor], show_progress="hidden")


def _listen_use(say: Say, picture: gr.Image, model: gr.Radio, shown: Shown) -> None:
    """What starts a search for neighbours, or another attention map."""
    quiet: dict[str, Any] = {"model": "masked-use", "show_progress": "hidden", "trigger_mode": "always_last"}
    near, heat, seen = outputs(NeighbourValues, shown), shown["attention"], [picture, model]
    listen(say, changes(picture), on_neighbours, [picture], near, name="masked_neighbours", **quiet)
    listen(say, [*changes(picture), model.change], on_attention, seen, [heat], **quiet)
    listen(say, heat.select, on_look, seen, [heat], **quiet)

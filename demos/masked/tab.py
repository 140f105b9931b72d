"""The masked-picture tab: hide patches by chance or by hand, and let the model paint them back."""

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from core.data import bundled
from core.data.pictures import open_picture, square
from core.masked import explore
from demos.masked import views
from demos.page.events import count_up, guard, listen
from demos.page.inputs import photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say

STEM = "masked"
FIRST_PICTURE, FIRST_RATIO, FIRST_SEED = "china", 0.75, 0
OUTPUTS = 10  # values of one restoration
FRAME_S = 0.15  # between two drawings of a growing curve


def on_restore(say: Say, picture: str | None, ratio: float, seed: float, model: str) -> tuple[Any, ...]:
    """Hide patches by chance, paint them back, and count the error of three methods."""
    with guard(say):
        return views.restoration(say, explore.restore(picture, ratio, seed, name=model))


def on_paint(say: Say, picture: str | None, painted: str | None, model: str) -> tuple[Any, ...]:
    """Hide what was painted over and paint it back."""
    with guard(say):
        return views.restoration(say, explore.restore_painted(picture, painted, name=model))


def on_stroke(say: Say, picture: str | None, painted: str | None, model: str) -> tuple[Any, ...]:
    """The same after every stroke; a new picture under a clean layer is no stroke, and changes nothing."""
    return (gr.skip(),) * OUTPUTS if painted is None else on_paint(say, picture, painted, model)


def on_sweep(say: Say, picture: str | None, seed: float, model: str) -> Iterator[Any]:
    """The error of the three methods at mask ratios from 10 to 95 %, drawn while it grows."""
    with guard(say):
        drawn_at = 0.0
        for found in explore.sweep(picture, seed, name=model):
            whole = len(found.ratios) == len(explore.SWEEP)
            if whole or time.monotonic() - drawn_at > FRAME_S:
                yield views.sweep(say, found)
                drawn_at = time.monotonic()


def on_grow(say: Say, picture: str | None, ratio: float, seed: float, stage: float) -> tuple[Any, ...]:
    """Restore with a small network after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(picture, ratio, seed, stage), stage)


def on_neighbours(say: Say, picture: str | None) -> tuple[Any, Any]:
    """The most similar pictures of the gallery, by features and by raw pixels."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(picture))


def on_look(say: Say, event: gr.SelectData, picture: str | None, model: str) -> Any:
    """Where the clicked patch looks."""
    with guard(say):
        x, y = (min(max(place / views.CANVAS_PX, 0), 1) for place in event.index)
        return views.attention(explore.attention(picture, x, y, name=model))


def on_attention(say: Say, picture: str | None, model: str) -> Any:
    """Where the middle patch looks, after the picture or the model changed."""
    with guard(say):
        return views.attention(explore.attention(picture, name=model))


def on_canvas(say: Say, picture: str | None) -> Any:
    """The middle square of a new picture under a clean layer to paint on."""
    with guard(say):
        return canvas(open_picture(picture))


def canvas(picture: explore.Bytes) -> Any:
    """Value of the editor: a picture (H, W, 3) to paint on."""
    return {"background": square(picture, views.CANVAS_PX), "layers": [], "composite": None}


def on_fetch(say: Say) -> Iterator[tuple[Any, str]]:
    """Fetch the Hub's model and offer it; the bundled one stays whatever happens."""
    offer = explore.offer()
    yield gr.skip(), say("masked.fetching", name=offer.name, megabytes=offer.megabytes)
    with guard(say):
        explore.fetch()
    yield gr.Radio(choices=models(say), value=offer.name), say("masked.fetched", name=offer.name)


def models(say: Say) -> list[tuple[str, str]]:
    """The models there are to choose from, a visitor's own by name, the Hub's only when it is on this machine."""
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
    """Run the first example once a process."""
    photo = first_photograph()
    *_, sweep = explore.sweep(photo, FIRST_SEED)
    return First(
        explore.restore(photo, FIRST_RATIO, FIRST_SEED), sweep, explore.neighbours(photo), explore.attention(photo)
    )


def first_photograph() -> explore.Bytes:
    """The picture the tab opens with."""
    return next(photo.image for photo in bundled.photographs() if photo.key == FIRST_PICTURE)


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    shown = views.restoration(say, first().restoration)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture, model = _build_data(say)
        with step(say, STEM, 2):
            settings, buttons, editor = _build_mask(say)
            masked = gr.Image(shown[0], label=say("masked.masked"), height=300, elem_id="masked-masked", buttons=[])
    with step(say, STEM, 3):
        outputs = [masked, *_build_restoration(say, shown[1:])]
        curve = gr.Plot(views.sweep(say, first().sweep), show_label=False, elem_id="masked-sweep")
        gr.Markdown(_card_sentence(say), elem_classes="quiet")
        _build_growth(say, picture, *settings)
    with step(say, STEM, 4, count=explore.gallery_size()):
        galleries, heat = _build_use(say)
    _listen(say, [picture, *settings, model], buttons, editor, [*outputs], curve)
    quiet: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": "always_last"}
    listen(
        say, picture.change, on_neighbours, [picture], galleries, name="masked_neighbours", model="masked-use", **quiet
    )
    listen(say, [picture.change, model.change], on_attention, [picture, model], [heat], model="masked-use", **quiet)
    listen(say, heat.select, on_look, [picture, model], [heat], model="masked-use", **quiet)


def _listen(
    say: Say, asked: list[Any], buttons: list[gr.Button], editor: gr.ImageEditor, outputs: list[Any], curve: gr.Plot
) -> None:
    """What starts a restoration, a sweep, or a new canvas."""
    picture, ratio, seed, model = asked
    go, paint = buttons
    changes = [picture.change, seed.change, model.change]
    listen(
        say,
        [go.click, ratio.release, *changes],
        on_restore,
        asked,
        outputs,
        name="masked_restore",
        model=STEM,
        trigger_mode="always_last",
    )
    listen(
        say,
        [paint.click],
        on_paint,
        [picture, editor, model],
        outputs,
        name="masked_paint",
        model=STEM,
        trigger_mode="always_last",
    )
    listen(
        say,
        [editor.input],
        on_stroke,
        [picture, editor, model],
        outputs,
        model=STEM,
        trigger_mode="always_last",
        show_progress="hidden",
    )
    listen(
        say,
        changes,
        on_sweep,
        [picture, seed, model],
        [curve],
        name="masked_sweep",
        model="masked-sweep",
        show_progress="hidden",
        trigger_mode="always_last",
    )
    listen(say, picture.change, on_canvas, [picture], [editor], show_progress="hidden")


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
    fetch = gr.Button(
        say("masked.fetch", name=offer.name, megabytes=offer.megabytes),
        size="sm",
        visible=not offer.at_hand,
        elem_id="masked-fetch",
    )
    status = gr.Markdown(elem_classes="quiet", elem_id="masked-fetch-status")
    listen(say, fetch.click, on_fetch, [], [model, status], model="masked-fetch", show_progress="minimal")
    return picture, model


def _build_mask(say: Say) -> tuple[list[Any], list[gr.Button], gr.ImageEditor]:
    with gr.Tabs(overflow_behavior="wrap"):
        with gr.Tab(say("masked.by_chance"), elem_id="masked-by-chance"):
            ratio = gr.Slider(
                explore.MIN_RATIO,
                explore.MAX_RATIO,
                FIRST_RATIO,
                step=0.01,
                label=say("masked.ratio"),
                elem_id="masked-ratio",
            )
            with gr.Row():
                seed = gr.Number(FIRST_SEED, label=say("masked.seed"), elem_id="masked-seed", min_width=120)
                another = gr.Button(say("masked.another"), elem_id="masked-another", min_width=120)
            go = gr.Button(say("masked.go"), variant="primary", elem_id="masked-go")
        with gr.Tab(say("masked.by_hand"), elem_id="masked-by-hand"):
            gr.Markdown(say("masked.paint_text"), elem_classes="quiet")
            editor = _layer_only(
                gr.ImageEditor(
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
            )
            paint = gr.Button(say("masked.paint_go"), variant="primary", elem_id="masked-paint-go")
    count_up(another, seed, explore.MAX_SEED)
    return [ratio, seed], [go, paint], editor


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


def _build_restoration(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    names = ("original", "hidden", "restored", "pasted", "linear", "mean")
    labels = ("original", "masked", "restored", "pasted", "linear", "mean")
    with gr.Row():
        pictures = [
            gr.Image(
                value,
                label=say(f"masked.{label}"),
                height=200,
                elem_id=f"masked-{name}",
                buttons=[],
                min_width=110,
                elem_classes="pixels",
            )
            for name, label, value in zip(names, labels, shown, strict=False)
        ]
    verdict = gr.Markdown(shown[6], elem_id="masked-verdict")
    with gr.Row():
        with gr.Column(min_width=320):
            table = gr.HTML(shown[7], elem_id="masked-table")
            gr.Markdown(say("masked.baselines"), elem_classes="quiet")
        bars = gr.Plot(shown[8], show_label=False, elem_id="masked-bars")
    return [*pictures, verdict, table, bars]


def _build_growth(say: Say, picture: gr.Image, ratio: gr.Slider, seed: gr.Number) -> None:
    shown = views.growth(say, explore.grow(first_photograph(), FIRST_RATIO, FIRST_SEED, LAST), LAST)
    with growth(say, STEM) as stage:
        verdict = gr.Markdown(shown[2], elem_id="masked-grow-verdict")
        with gr.Row():
            pictures = [
                gr.Image(
                    value,
                    label=say(f"masked.{label}"),
                    height=262,
                    elem_id=f"masked-grow-{label}",
                    buttons=[],
                    min_width=220,
                    elem_classes="pixels",
                )
                for label, value in zip(("masked", "pasted"), shown, strict=False)
            ]
            with gr.Column(min_width=320, scale=2):
                reached = gr.Plot(shown[3], show_label=False, elem_id="masked-grow-curve")
    listen(
        say,
        [stage.change, picture.change, ratio.release, seed.change],
        on_grow,
        [picture, ratio, seed, stage],
        [*pictures, verdict, reached],
        name="masked_grow",
        model="masked-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_use(say: Say) -> tuple[list[gr.Gallery], gr.Image]:
    shown = views.neighbours(say, first().neighbours)
    with gr.Row():
        galleries = [
            gr.Gallery(
                values,
                label=say(f"masked.near_{kind}"),
                columns=4,
                height=320,
                allow_preview=False,
                min_width=300,
                elem_id=f"masked-near-{kind}",
                interactive=False,
                buttons=[],
            )
            for kind, values in zip(("features", "pixels"), shown, strict=True)
        ]
    found = explore.retrieval()
    numbers = {name: f"{getattr(found, name):.0%}" for name in ("features", "pixels", "chance")}
    gr.Markdown(say("masked.retrieval", n=f"{found.n:,}", **numbers), elem_classes="quiet", elem_id="masked-retrieval")
    with gr.Row():
        heat = gr.Image(
            views.attention(first().attention),
            label=say("masked.attention"),
            height=views.CANVAS_PX + 20,
            interactive=False,
            elem_id="masked-attention",
            buttons=[],
            min_width=300,
        )
        gr.Markdown(say("masked.attention_text"), elem_classes="quiet")
    return galleries, heat


def _card_sentence(say: Say) -> str:
    about = explore.about()
    return say(
        "masked.card",
        n=f"{about.n:,}",
        mse=f"{about.mse:.4f}",
        share=f"{about.share:.0%}",
        psnr=f"{about.psnr_db:.1f}",
        linear=f"{about.linear_share:.0%}",
        linear_n=about.linear_n,
    )

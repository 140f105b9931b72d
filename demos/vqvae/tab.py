"""The VQ-VAE tab: a picture as a map of codes, the codebook, and the picture decoded from edited codes."""

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr

from core.data import bundled
from core.vqvae import explore
from demos.page.events import guard, listen
from demos.page.inputs import changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.values import flattened, outputs
from demos.page.words import Say
from demos.vqvae import views
from demos.vqvae.views import EncodingValues, EntryValues, ModelValues, NeighbourValues, PaintingValues, PictureValues

STEM = "vqvae"
FIRST_PICTURE = "china"
FIRST_BRUSH = 2
FIRST_POSITIONS = ((2, 10), (4, 13))  # in the sky beside the roofs
PLAIN: dict[str, Any] = {"interactive": False, "buttons": [], "format": "png", "elem_classes": "pixels"}
CLICKABLE = {**PLAIN, "show_label": False}  # as wide as its column, with nothing over the picture

Shown = dict[str, Any]  # components by the field of the values that they show


class Controls(NamedTuple):
    """Inputs of an encoding, in the order of `on_encode`'s arguments."""

    picture: gr.Image
    size: gr.Radio
    model: gr.Radio


class Tools(NamedTuple):
    """Components that edit the map."""

    brush: gr.Slider
    undo: gr.Button
    clear: gr.Button


def on_encode(say: Say, picture: str | None, size: float, model: str) -> PictureValues:
    """Encode a picture to a map of codes, and decode it beside three baselines at about as many bits."""
    with guard(say):
        encoding = views.encoding(say, explore.encode(picture, size, name=model), explore.codebook(model))
        return PictureValues(encoding, views.painting(say, explore.paint(picture, "", size, name=model)))


def on_model(say: Say, picture: str | None, size: float, model: str, code: float) -> ModelValues:
    """All results of another model: also its codebook, neighbours and retrieval."""
    with guard(say):
        number = min(int(code), explore.codebook(model).entries - 1)
        return ModelValues(
            picture=on_encode(say, picture, size, model),
            code=number,
            entry=views.entry(say, explore.entry(number, name=model), model),
            neighbours=views.neighbours(say, explore.neighbours(picture, name=model)),
            retrieval=views.retrieval(say, explore.retrieval(model)),
        )


def on_paint(say: Say, picture: str | None, edits: str, size: float, model: str) -> PaintingValues:
    """Decode a picture after edits of its map, one per line: row, column, brush and code, all from 0 but the brush."""
    with guard(say):
        return views.painting(say, explore.paint(picture, edits, size, name=model))


def on_stroke(
    say: Say, event: gr.SelectData, picture: str | None, edits: str, size: float, model: str, brush: float, code: float
) -> PaintingValues:
    """Set the positions around a click to the chosen code."""
    with guard(say):
        now = explore.paint(picture, edits, size, name=model)
        row, column = views.position_at(event.index, len(now.codes))
        return on_paint(say, picture, explore.stroke(edits, row, column, brush, code), size, model)


def on_undo(say: Say, picture: str | None, edits: str, size: float, model: str) -> PaintingValues:
    """Undo the last edit."""
    with guard(say):
        return on_paint(say, picture, explore.undo(edits), size, model)


def on_clear(say: Say, picture: str | None, size: float, model: str) -> PaintingValues:
    """Undo all edits."""
    return on_paint(say, picture, "", size, model)


def on_pick(say: Say, event: gr.SelectData, picture: str | None, size: float, model: str) -> int:
    """The code at the clicked position of the map."""
    with guard(say):
        codes = explore.paint(picture, "", size, name=model).codes
        row, column = views.position_at(event.index, len(codes))
        return int(codes[row, column])


def on_sheet(say: Say, event: gr.SelectData, model: str) -> int | dict[str, Any]:
    """The code at a click on the sheet."""
    with guard(say):
        code = views.code_at(event.index, model)
        return gr.skip() if code is None else code


def on_code(say: Say, code: float, model: str) -> EntryValues:
    """Appearance and usage of one code."""
    with guard(say):
        return views.entry(say, explore.entry(code, name=model), model)


def on_neighbours(say: Say, picture: str | None, model: str) -> NeighbourValues:
    """The emoji nearest to a picture, by their codes and by raw pixels."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(picture, name=model))


@dataclass(frozen=True)
class First:
    """What the tab shows when it opens, the same in every language."""

    encoding: explore.Encoding
    painting: explore.Painting
    code: int
    entry: explore.Entry
    neighbours: explore.Neighbours


@functools.cache
def first() -> First:
    """Run the first example, once per process: two strokes of the reddest code, lanterns in the sky."""
    photo, decoded = first_photograph(), explore.codebook().decoded.astype(float)
    code = int((decoded[..., 0] - decoded[..., 2]).mean((1, 2)).argmax())
    written = ""
    for row, column in FIRST_POSITIONS:
        written = explore.stroke(written, row, column, FIRST_BRUSH, code)
    return First(
        explore.encode(photo), explore.paint(photo, written), code, explore.entry(code), explore.neighbours(photo)
    )


def first_photograph() -> explore.Bytes:
    """The picture the tab opens with."""
    return next(photo.image for photo in bundled.photographs() if photo.key == FIRST_PICTURE)


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    values = views.encoding(say, first().encoding, explore.codebook())
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            controls = _build_data(say)
        with step(say, STEM, 2):
            shown = _build_map(say, values)
    with step(say, STEM, 3):
        shown |= _build_reconstructions(say, values)
        gr.Markdown(say("vqvae.workbench"))
        with gr.Row():
            painted, tools = _build_painting(say)
            shown |= painted | _build_entry(say)
        shown |= _build_edits(say) | _build_usage(say, values)
    with step(say, STEM, 4):
        shown |= _build_use(say)
    _listen_results(say, controls, shown)
    _listen_codes(say, controls, shown)
    _listen_edits(say, controls, tools, shown)


def _build_data(say: Say) -> Controls:
    picture = picture_input(
        value=first_photograph(),
        label=say("vqvae.picture"),
        height=300,
        elem_id="vqvae-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
    )
    photograph_gallery(say, STEM, picture)
    sizes = [(say("vqvae.pixels", size=size), size) for size in explore.SIZES]
    size = gr.Radio(sizes, value=explore.SIZES[0], label=say("vqvae.size"), elem_id="vqvae-size")
    offered = [(say("vqvae.model_photos") if name == explore.NAME else name, name) for name in explore.names()]
    model = gr.Radio(
        offered, value=explore.NAME, label=say("vqvae.model"), elem_id="vqvae-model", visible=len(offered) > 1
    )
    return Controls(picture, size, model)


def _build_map(say: Say, values: EncodingValues) -> Shown:
    code_map = gr.Image(values.code_map, label=say("vqvae.map"), elem_id="vqvae-map", **CLICKABLE)
    map_text = gr.Markdown(values.map_text, elem_id="vqvae-map-text", elem_classes="quiet")
    return {"code_map": code_map, "map_text": map_text}


def _build_reconstructions(say: Say, values: EncodingValues) -> Shown:
    look: dict[str, Any] = {"buttons": [], "min_width": 110, "elem_classes": "pixels", "format": "png"}
    shown: Shown = {}
    with gr.Row():
        for name in ("original", *explore.METHODS):
            look |= {"label": say(f"vqvae.picture_{name}"), "elem_id": f"vqvae-picture-{name}"}
            shown[name] = gr.Image(getattr(values, name), **look)
    shown["verdict"] = gr.Markdown(values.verdict, elem_id="vqvae-verdict")
    with gr.Row():
        with gr.Column(min_width=320, scale=3):
            shown["table"] = gr.HTML(values.table, elem_id="vqvae-table")
            about = explore.about()
            steps = {"steps": f"{about.steps:,}", "gaussian_steps": f"{about.gaussian_steps:,}"}
            gr.Markdown(say("vqvae.methods_text", **steps), elem_classes="quiet")
        with gr.Column(min_width=320, scale=2):
            shown["bars"] = gr.Plot(values.bars, show_label=False, elem_id="vqvae-bars")
    gr.Markdown(views.card(say, explore.about()), elem_classes="quiet", elem_id="vqvae-card")
    return shown


def _build_painting(say: Say) -> tuple[Shown, Tools]:
    values = views.painting(say, first().painting)
    most = explore.MAX_BRUSH // 2
    with gr.Column(min_width=320):
        gr.Markdown(say("vqvae.after"), elem_classes="quiet")
        after = gr.Image(values.after, label=say("vqvae.after"), elem_id="vqvae-after", **CLICKABLE)
        text = gr.Markdown(values.painting_text, elem_id="vqvae-painted", elem_classes="quiet")
        brush = gr.Slider(1, most, FIRST_BRUSH, step=1, label=say("vqvae.brush"), elem_id="vqvae-brush")
        with gr.Row():
            undo = gr.Button(say("vqvae.undo"), elem_id="vqvae-undo", min_width=120)
            clear = gr.Button(say("vqvae.clear"), elem_id="vqvae-clear", min_width=120)
    return {"after": after, "painting_text": text}, Tools(brush, undo, clear)


def _build_entry(say: Say) -> Shown:
    values, code = views.entry(say, first().entry, explore.NAME), first().code
    small = {**PLAIN, "height": 130, "min_width": 110}
    shown: Shown = {}
    with gr.Column(min_width=320):
        gr.Markdown(say("vqvae.sheet"), elem_classes="quiet")
        shown["sheet"] = gr.Image(values.sheet, label=say("vqvae.sheet"), elem_id="vqvae-sheet", **CLICKABLE)
        with gr.Row():
            shown["code"] = gr.Number(code, label=say("vqvae.code"), precision=0, elem_id="vqvae-code", min_width=110)
            decoded, context = values.entry_decoded, values.entry_context
            shown["entry_decoded"] = gr.Image(decoded, label=say("vqvae.look"), elem_id="vqvae-look", **small)
            shown["entry_context"] = gr.Image(context, label=say("vqvae.mean"), elem_id="vqvae-mean", **small)
        shown["entry_text"] = gr.Markdown(values.entry_text, elem_id="vqvae-entry", elem_classes="quiet")
    return shown


def _build_edits(say: Say) -> Shown:
    values = views.painting(say, first().painting)
    with gr.Accordion(say("vqvae.edits_more"), open=False, elem_id="vqvae-more"), gr.Row():
        edits = gr.Textbox(
            values.edits,
            label=say("vqvae.edits"),
            lines=6,
            max_lines=10,
            elem_id="vqvae-edits",
            min_width=260,
            info=say("vqvae.edits_info"),
        )
        before = gr.Image(values.before, label=say("vqvae.before"), height=260, elem_id="vqvae-before", **PLAIN)
    return {"edits": edits, "before": before}


def _build_usage(say: Say, values: EncodingValues) -> Shown:
    gr.Markdown(say("vqvae.usage_head"))
    figure = gr.Plot(values.usage, show_label=False, elem_id="vqvae-usage")
    text = gr.Markdown(values.usage_text, elem_id="vqvae-usage-text", elem_classes="quiet")
    return {"usage": figure, "usage_text": text}


def _build_use(say: Say) -> Shown:
    found, values = views.neighbours(say, first().neighbours), views.retrieval(say, explore.retrieval())
    look: dict[str, Any] = {"allow_preview": False, "interactive": False, "buttons": [], "min_width": 300}
    shown: Shown = {}
    with gr.Row():
        for kind in ("codes", "pixels"):
            look |= {"label": say(f"vqvae.near_{kind}"), "elem_id": f"vqvae-near-{kind}"}
            shown[f"near_{kind}"] = gr.Gallery(getattr(found, f"near_{kind}"), columns=4, height=320, **look)
    with gr.Row():
        with gr.Column(min_width=320):
            shown["retrieval"] = gr.Plot(values.retrieval, show_label=False, elem_id="vqvae-retrieval")
        with gr.Column(min_width=320):
            text = gr.Markdown(values.retrieval_text, elem_classes="quiet", elem_id="vqvae-retrieval-text")
    return {**shown, "retrieval_text": text}


def _listen_results(say: Say, controls: Controls, shown: Shown) -> None:
    """What starts an encoding or a search for neighbours."""
    picture, size, model = controls
    last: dict[str, Any] = {"trigger_mode": "always_last"}
    encoded, found = outputs(PictureValues, shown), outputs(NeighbourValues, shown)
    starts = [*changes(picture), size.input]
    listen(say, starts, flattened(on_encode), controls, encoded, name="vqvae_encode", model=STEM, **last)
    all_results = outputs(ModelValues, shown)
    listen(say, model.input, flattened(on_model), [*controls, shown["code"]], all_results, model=STEM, **last)
    last |= {"model": "vqvae-use", "show_progress": "hidden"}
    listen(say, changes(picture), on_neighbours, [picture, model], found, name="vqvae_neighbours", **last)


def _listen_codes(say: Say, controls: Controls, shown: Shown) -> None:
    """What chooses a code."""
    quiet: dict[str, Any] = {"model": STEM, "show_progress": "hidden"}
    code, entry = shown["code"], outputs(EntryValues, shown)
    listen(say, shown["code_map"].select, on_pick, controls, [code], **quiet)
    listen(say, shown["sheet"].select, on_sheet, [controls.model], [code], **quiet)
    quiet["trigger_mode"] = "always_last"
    listen(say, code.change, on_code, [code, controls.model], entry, name="vqvae_code", **quiet)


def _listen_edits(say: Say, controls: Controls, tools: Tools, shown: Shown) -> None:
    """What edits the map."""
    picture, size, model = controls
    quiet: dict[str, Any] = {"model": STEM, "show_progress": "hidden"}
    edits, painted = shown["edits"], outputs(PaintingValues, shown)
    now = [picture, edits, size, model]
    listen(say, shown["after"].select, on_stroke, [*now, tools.brush, shown["code"]], painted, **quiet)
    listen(say, tools.undo.click, on_undo, now, painted, **quiet)
    listen(say, tools.clear.click, on_clear, controls, painted, **quiet)
    quiet["trigger_mode"] = "always_last"
    listen(say, [edits.blur, edits.submit], on_paint, now, painted, name="vqvae_paint", **quiet)

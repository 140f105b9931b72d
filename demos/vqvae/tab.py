"""The VQ-VAE tab: a picture as a map of codes, the codebook, and the picture decoded from edited codes."""

from typing import Any, NamedTuple

import gradio as gr

from core.data import bundled
from core.vqvae import explore
from core.vqvae.choices import CHOICES
from demos.page.backend import ask
from demos.page.events import guard, listen
from demos.page.inputs import changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say
from demos.training.part import part
from demos.vqvae import codebook_views, views
from demos.vqvae.codebook_views import EntryValues, PaintingValues
from demos.vqvae.views import BaselineValues, EncodingValues, NeighbourValues, RetrievalValues, UsageValues

STEM = "vqvae"
FIRST_PICTURE = "china"
FIRST_BRUSH = 2
FIRST_CODE = 430  # the reddest of the shipped codebook
FIRST_EDITS = (
    f"2 10 {FIRST_BRUSH} {FIRST_CODE}\n4 13 {FIRST_BRUSH} {FIRST_CODE}"  # lanterns in the sky beside the roofs
)
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


def on_encode(say: Say, picture: str | None, size: float, model: str) -> EncodingValues:
    """Encode a picture to a map of codes, and decode it; the error beside those of three baselines."""
    with guard(say):
        return views.encoding(say, ask(explore.encode, picture, size, name=model))


def on_baselines(say: Say, picture: str | None, size: float, model: str) -> BaselineValues:
    """The picture after compression by the codes and by three baselines, with errors and rates."""
    with guard(say):
        return views.baselines(say, ask(explore.encode, picture, size, name=model))


def on_paint(say: Say, picture: str | None, edits: str, size: float, model: str) -> PaintingValues:
    """Decode a picture after edits of its map, one per line: row, column, brush and code, all from 0 but the brush."""
    with guard(say):
        return codebook_views.painting(say, ask(explore.paint, picture, edits, size, name=model))


def on_stroke(
    say: Say, event: gr.SelectData, picture: str | None, edits: str, size: float, model: str, brush: float, code: float
) -> PaintingValues:
    """Set the positions around a click to the chosen code."""
    with guard(say):
        row, column = codebook_views.position_at(event.index, explore.grid(size, name=model))
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
        codes = ask(explore.encode, picture, size, name=model).codes
        row, column = codebook_views.position_at(event.index, len(codes))
        return int(codes[row, column])


def on_sheet(say: Say, event: gr.SelectData, model: str) -> int | dict[str, Any]:
    """The code at a click on the sheet."""
    with guard(say):
        code = codebook_views.code_at(event.index, model)
        return gr.skip() if code is None else code


def on_code(say: Say, code: float, model: str) -> EntryValues:
    """Appearance and usage of one code."""
    with guard(say):
        return codebook_views.entry(say, ask(explore.entry, code, name=model), model)


def on_usage(say: Say, picture: str | None, size: float, model: str) -> UsageValues:
    """Frequency of the codes in the bundled photographs and in the picture."""
    with guard(say):
        return views.used(say, ask(explore.encode, picture, size, name=model), ask(explore.codebook, model))


def on_neighbours(say: Say, picture: str | None, model: str) -> NeighbourValues:
    """The emoji nearest to a picture, by their codes and by raw pixels."""
    with guard(say):
        return views.neighbours(say, ask(explore.neighbours, picture, name=model))


def on_retrieval(say: Say, model: str) -> RetrievalValues:
    """How often the nearest emoji is of the same group, by codes and by raw pixels."""
    with guard(say):
        return views.retrieval(say, ask(explore.retrieval, model))


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    shown: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            controls = _build_data(say)
        with step(say, STEM, 2):
            look: dict[str, Any] = {**CLICKABLE, "height": 330, "elem_id": "vqvae-map", "elem_classes": ""}
            shown["code_map"] = gr.Image(label=say("vqvae.map"), **look)
            shown["map_text"] = gr.Markdown(elem_id="vqvae-map-text", elem_classes="quiet")
        with step(say, STEM, 3):
            shown["verdict"] = gr.Markdown(elem_id="vqvae-verdict", elem_classes="verdict")
            look = {**PLAIN, "height": 200, "elem_id": "vqvae-reconstruction"}
            shown["reconstruction"] = gr.Image(label=say("vqvae.reconstruction"), **look)
            shown["bars"] = gr.Plot(show_label=False, elem_id="vqvae-bars")
    last: dict[str, Any] = {"trigger_mode": "always_last"}
    parts.ask(on_encode, controls, outputs(EncodingValues, shown), name="vqvae_encode", **last)
    _build_baselines(parts, controls)
    edits, code = _build_workbench(parts, controls)
    _build_usage(parts, controls)
    part(parts, CHOICES, model=controls.model)
    with step(say, STEM, 4):
        _build_neighbours(parts, controls)
        _build_retrieval(parts, controls.model)
    listen(say, shown["code_map"].select, on_pick, controls, [code], model=STEM, show_progress="hidden")
    parts.follow(controls.picture, changes(controls.picture), reset={edits: ""})
    parts.follow(controls.size, [controls.size.input], reset={edits: ""})
    parts.follow(controls.model, [controls.model.input], reset={edits: "", code: 0})
    return parts


def _build_data(say: Say) -> Controls:
    picture = picture_input(
        value=next(photo.image for photo in bundled.photographs() if photo.key == FIRST_PICTURE),
        label=say("vqvae.picture"),
        height=220,
        elem_id="vqvae-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
    )
    photograph_gallery(say, STEM, picture, FIRST_PICTURE)
    sizes = [(say("vqvae.pixels", size=size), size) for size in explore.SIZES]
    size = gr.Radio(sizes, value=explore.SIZES[0], label=say("vqvae.size"), elem_id="vqvae-size")
    offered = [(say("vqvae.model_photos") if name == explore.NAME else name, name) for name in explore.names()]
    model = gr.Radio(
        offered, value=explore.NAME, label=say("vqvae.model"), elem_id="vqvae-model", visible=len(offered) > 1
    )
    return Controls(picture, size, model)


def _build_baselines(parts: Parts, controls: Controls) -> None:
    say, about = parts.say, explore.about()
    look: dict[str, Any] = {**PLAIN, "min_width": 110}
    shown: Shown = {}
    with parts.fold("baselines") as fold:
        with gr.Row():
            for name in ("original", *explore.METHODS):
                look |= {"label": say(f"vqvae.picture_{name}"), "elem_id": f"vqvae-picture-{name}"}
                shown[name] = gr.Image(**look)
        shown["table"] = gr.HTML(elem_id="vqvae-table")
        shown["rates"] = gr.Markdown(elem_id="vqvae-rates")
        steps = {"steps": f"{about.steps:,}", "gaussian_steps": f"{about.gaussian_steps:,}"}
        gr.Markdown(say("vqvae.methods_text", **steps))
        gr.Markdown(views.card(say, about), elem_id="vqvae-card")
    parts.ask(on_baselines, controls, outputs(BaselineValues, shown), fold=fold, name="vqvae_baselines")


def _build_workbench(parts: Parts, controls: Controls) -> tuple[gr.Textbox, gr.Number]:
    """A picture to paint on with codes; returns the edits and the chosen code."""
    say = parts.say
    with parts.fold("edit") as fold:
        gr.Markdown(say("vqvae.edit_text"))
        with gr.Row():
            painted, tools = _build_painting(say)
            code, entry = _build_entry(say)
        with gr.Row():
            painted["edits"] = gr.Textbox(
                FIRST_EDITS,
                label=say("vqvae.edits"),
                lines=6,
                max_lines=10,
                elem_id="vqvae-edits",
                min_width=260,
                info=say("vqvae.edits_info"),
            )
            look: dict[str, Any] = {"height": 260, "elem_id": "vqvae-before", **PLAIN}
            painted["before"] = gr.Image(label=say("vqvae.before"), **look)
    _ask_painting(parts, fold, controls, tools, code, painted)
    quiet: dict[str, Any] = {"fold": fold, "show_progress": "hidden", "trigger_mode": "always_last"}
    asked = [code, controls.model]
    parts.ask(on_code, asked, outputs(EntryValues, entry), on=[code.change], name="vqvae_code", **quiet)
    listen(say, entry["sheet"].select, on_sheet, [controls.model], [code], model=STEM, show_progress="hidden")
    return painted["edits"], code


def _build_painting(say: Say) -> tuple[Shown, Tools]:
    most = explore.MAX_BRUSH // 2
    with gr.Column(min_width=320):
        gr.Markdown(say("vqvae.after"), elem_classes="quiet")
        after = gr.Image(label=say("vqvae.after"), elem_id="vqvae-after", **CLICKABLE)
        text = gr.Markdown(elem_id="vqvae-painted")
        brush = gr.Slider(1, most, FIRST_BRUSH, step=1, label=say("vqvae.brush"), elem_id="vqvae-brush")
        with gr.Row():
            undo = gr.Button(say("vqvae.undo"), elem_id="vqvae-undo", min_width=120)
            clear = gr.Button(say("vqvae.clear"), elem_id="vqvae-clear", min_width=120)
    return {"after": after, "painting_text": text}, Tools(brush, undo, clear)


def _build_entry(say: Say) -> tuple[gr.Number, Shown]:
    small = {**PLAIN, "height": 130, "min_width": 110}
    shown: Shown = {}
    with gr.Column(min_width=320):
        gr.Markdown(say("vqvae.sheet"), elem_classes="quiet")
        shown["sheet"] = gr.Image(label=say("vqvae.sheet"), elem_id="vqvae-sheet", **CLICKABLE)
        with gr.Row():
            code = gr.Number(FIRST_CODE, label=say("vqvae.code"), precision=0, elem_id="vqvae-code", min_width=110)
            shown["entry_decoded"] = gr.Image(label=say("vqvae.look"), elem_id="vqvae-look", **small)
            shown["entry_context"] = gr.Image(label=say("vqvae.mean"), elem_id="vqvae-mean", **small)
        shown["entry_text"] = gr.Markdown(elem_id="vqvae-entry")
    return code, shown


def _ask_painting(
    parts: Parts, fold: gr.Accordion, controls: Controls, tools: Tools, code: gr.Number, shown: Shown
) -> None:
    """What edits the map."""
    picture, size, model = controls
    quiet: dict[str, Any] = {"show_progress": "hidden"}
    edits, painted = shown["edits"], outputs(PaintingValues, shown)
    now = [picture, edits, size, model]
    own = [edits.blur, edits.submit]
    parts.ask(on_paint, now, painted, on=own, fold=fold, name="vqvae_paint", trigger_mode="always_last", **quiet)
    quiet["model"] = STEM
    listen(parts.say, shown["after"].select, on_stroke, [*now, tools.brush, code], painted, **quiet)
    listen(parts.say, tools.undo.click, on_undo, now, painted, **quiet)
    listen(parts.say, tools.clear.click, on_clear, controls, painted, **quiet)


def _build_usage(parts: Parts, controls: Controls) -> None:
    with parts.fold("usage") as fold:
        figure = gr.Plot(show_label=False, elem_id="vqvae-usage")
        text = gr.Markdown(elem_id="vqvae-usage-text")
    parts.ask(on_usage, controls, [figure, text], fold=fold, name="vqvae_usage")


def _build_neighbours(parts: Parts, controls: Controls) -> None:
    look: dict[str, Any] = {"allow_preview": False, "interactive": False, "buttons": [], "min_width": 300}
    shown: Shown = {}
    with gr.Row():
        for kind in ("codes", "pixels"):
            look |= {"label": parts.say(f"vqvae.near_{kind}"), "elem_id": f"vqvae-near-{kind}"}
            shown[f"near_{kind}"] = gr.Gallery(columns=4, height=320, **look)
    asked = [controls.picture, controls.model]
    parts.ask(on_neighbours, asked, outputs(NeighbourValues, shown), name="vqvae_neighbours")


def _build_retrieval(parts: Parts, model: gr.Radio) -> None:
    with parts.fold("retrieval") as fold, gr.Row():
        with gr.Column(min_width=320):
            figure = gr.Plot(show_label=False, elem_id="vqvae-retrieval")
        with gr.Column(min_width=320):
            text = gr.Markdown(elem_id="vqvae-retrieval-text")
    parts.ask(on_retrieval, [model], [figure, text], fold=fold, name="vqvae_retrieval")

"""The VQ-VAE tab: a picture as a map of codes, what each code looks like, and the picture decoded with other ones."""

import functools
from dataclasses import dataclass
from typing import Any

import gradio as gr

from core.data import bundled
from core.vqvae import explore
from demos.page.events import guard, listen
from demos.page.inputs import photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.words import Say
from demos.vqvae import views

STEM = "vqvae"
FIRST_PICTURE = "china"
FIRST_BRUSH = 2
FIRST_PLACES = ((2, 10), (4, 13))  # in the sky beside the roofs
# what is clicked is as wide as its column and has nothing lying on it
BOARD: dict[str, Any] = {
    "show_label": False,
    "interactive": False,
    "buttons": [],
    "format": "png",
    "elem_classes": "pixels",
}
CODED, PAINTED, ENTERED = 12, 4, 4  # values of a coding, of a painting and of an entry


def on_encode(say: Say, picture: str | None, size: float, model: str) -> tuple[Any, ...]:
    """Encode a picture to a map of codes, and decode it beside three other ways to spend as many bits."""
    with guard(say):
        found = explore.encode(picture, size, name=model)
        return *views.coding(say, found, model), *views.painting(say, explore.paint(picture, "", size, name=model))


def on_model(say: Say, picture: str | None, size: float, model: str, code: float) -> tuple[Any, ...]:
    """All that another model changes: also its codebook and what its codes are good for."""
    with guard(say):
        number = min(int(code), explore.book(model).entries - 1)
        return (
            *on_encode(say, picture, size, model),
            number,
            *views.entry(say, explore.entry(number, name=model), model),
            *views.neighbours(say, explore.neighbours(picture, name=model)),
            *views.retrieval(say, explore.retrieval(model)),
        )


def on_paint(say: Say, picture: str | None, edits: str, size: float, model: str) -> tuple[Any, ...]:
    """Decode a picture after edits of its map, one a line: row, column, brush and code, all from 0 but the brush."""
    with guard(say):
        return views.painting(say, explore.paint(picture, edits, size, name=model))


def on_stroke(
    say: Say, event: gr.SelectData, picture: str | None, edits: str, size: float, model: str, brush: float, code: float
) -> tuple[Any, ...]:
    """Give the places around a click the chosen code."""
    with guard(say):
        now = explore.paint(picture, edits, size, name=model)
        row, column = views.place_under(event.index, len(now.codes))
        return on_paint(say, picture, explore.stroke(edits, row, column, brush, code), size, model)


def on_undo(say: Say, picture: str | None, edits: str, size: float, model: str) -> tuple[Any, ...]:
    """Take back the last edit."""
    with guard(say):
        return on_paint(say, picture, explore.undo(edits), size, model)


def on_clear(say: Say, picture: str | None, size: float, model: str) -> tuple[Any, ...]:
    """Take back all edits."""
    return on_paint(say, picture, "", size, model)


def on_pick(say: Say, event: gr.SelectData, picture: str | None, size: float, model: str) -> int:
    """The code at the clicked place of the map."""
    with guard(say):
        codes = explore.paint(picture, "", size, name=model).codes
        row, column = views.place_under(event.index, len(codes))
        return int(codes[row, column])


def on_sheet(say: Say, event: gr.SelectData, model: str) -> Any:
    """The code under a click on the sheet."""
    with guard(say):
        code = views.code_under(event.index, model)
        return gr.skip() if code is None else code


def on_code(say: Say, code: float, model: str) -> tuple[Any, ...]:
    """What one code looks like, and how often it is chosen."""
    with guard(say):
        return views.entry(say, explore.entry(code, name=model), model)


def on_neighbours(say: Say, picture: str | None, model: str) -> tuple[Any, Any]:
    """The emoji most like a picture, by the codes they use and by raw pixels."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(picture, name=model))


@dataclass(frozen=True)
class First:
    """What the tab shows when it opens, the same in every language."""

    coding: explore.Coding
    painting: explore.Painting
    code: int
    entry: explore.Entry
    neighbours: explore.Neighbours


@functools.cache
def first() -> First:
    """Run the first example once a process: two strokes of the warmest code, lanterns in the sky."""
    photo, looks = first_photograph(), explore.book().looks.astype(float)
    code = int((looks[..., 0] - looks[..., 2]).mean((1, 2)).argmax())
    written = ""
    for row, column in FIRST_PLACES:
        written = explore.stroke(written, row, column, FIRST_BRUSH, code)
    return First(
        explore.encode(photo), explore.paint(photo, written), code, explore.entry(code), explore.neighbours(photo)
    )


def first_photograph() -> explore.Bytes:
    """The picture the tab opens with."""
    return next(photo.image for photo in bundled.photographs() if photo.key == FIRST_PICTURE)


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    shown = views.coding(say, first().coding, explore.NAME)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            asked = _build_data(say)
        with step(say, STEM, 2):
            coded = _build_map(say, shown[:2])
    with step(say, STEM, 3):
        coded += _build_reconstruction(say, shown[2:10])
        code, entered, painted, tools = _build_workbench(say)
        coded += _build_usage(say, shown[10:])
    with step(say, STEM, 4):
        found, told = _build_use(say)
    picture, size, model = asked
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    listen(say, [picture.change, size.input], on_encode, asked, [*coded, *painted], name="vqvae_encode", **last)
    listen(say, [model.input], on_model, [*asked, code], [*coded, *painted, code, *entered, *found, *told], **last)
    _listen_workbench(say, asked, coded[0], code, entered, painted, tools)
    listen(
        say,
        [picture.change],
        on_neighbours,
        [picture, model],
        found,
        name="vqvae_neighbours",
        model="vqvae-use",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_data(say: Say) -> list[Any]:
    picture = picture_input(
        value=first_photograph(),
        label=say("vqvae.picture"),
        height=300,
        elem_id="vqvae-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
    )
    photograph_gallery(say, STEM, picture)
    size = gr.Radio(
        [(say("vqvae.pixels", size=size), size) for size in explore.SIZES],
        value=explore.SIZES[0],
        label=say("vqvae.size"),
        elem_id="vqvae-size",
    )
    offered = explore.names()
    model = gr.Radio(
        [(say("vqvae.model_photos") if name == explore.NAME else name, name) for name in offered],
        value=explore.NAME,
        label=say("vqvae.model"),
        elem_id="vqvae-model",
        visible=len(offered) > 1,
    )
    return [picture, size, model]


def _build_map(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    codes = gr.Image(shown[0], label=say("vqvae.map"), elem_id="vqvae-map", **BOARD)
    return [codes, gr.Markdown(shown[1], elem_id="vqvae-map-text", elem_classes="quiet")]


def _build_reconstruction(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    names = ("original", *explore.METHODS)
    with gr.Row():
        pictures = [
            gr.Image(
                value,
                label=say(f"vqvae.picture_{name}"),
                elem_id=f"vqvae-picture-{name}",
                buttons=[],
                min_width=110,
                elem_classes="pixels",
                format="png",
            )
            for name, value in zip(names, shown, strict=False)
        ]
    verdict = gr.Markdown(shown[5], elem_id="vqvae-verdict")
    with gr.Row():
        with gr.Column(min_width=320, scale=3):
            table = gr.HTML(shown[6], elem_id="vqvae-table")
            gr.Markdown(say("vqvae.methods_text", **_steps()), elem_classes="quiet")
        with gr.Column(min_width=320, scale=2):
            bars = gr.Plot(shown[7], show_label=False, elem_id="vqvae-bars")
    gr.Markdown(_card_sentence(say), elem_classes="quiet", elem_id="vqvae-card")
    return [*pictures, verdict, table, bars]


def _build_workbench(say: Say) -> tuple[gr.Number, list[Any], list[Any], list[Any]]:
    gr.Markdown(say("vqvae.workbench"))
    before, after, edits, painted = views.painting(say, first().painting)
    page, look, mean, told = views.entry(say, first().entry, explore.NAME)
    plain: dict[str, Any] = {"interactive": False, "buttons": [], "format": "png", "elem_classes": "pixels"}
    with gr.Row():
        with gr.Column(min_width=320):
            gr.Markdown(say("vqvae.after"), elem_classes="quiet")
            after = gr.Image(after, label=say("vqvae.after"), elem_id="vqvae-after", **BOARD)
            text = gr.Markdown(painted, elem_id="vqvae-painted", elem_classes="quiet")
            brush = gr.Slider(
                1, explore.MAX_BRUSH // 2, FIRST_BRUSH, step=1, label=say("vqvae.brush"), elem_id="vqvae-brush"
            )
            with gr.Row():
                undo = gr.Button(say("vqvae.undo"), elem_id="vqvae-undo", min_width=120)
                clear = gr.Button(say("vqvae.clear"), elem_id="vqvae-clear", min_width=120)
        with gr.Column(min_width=320):
            gr.Markdown(say("vqvae.sheet"), elem_classes="quiet")
            sheet = gr.Image(page, label=say("vqvae.sheet"), elem_id="vqvae-sheet", **BOARD)
            with gr.Row():
                code = gr.Number(
                    first().code, label=say("vqvae.code"), precision=0, elem_id="vqvae-code", min_width=110
                )
                look = gr.Image(look, label=say("vqvae.look"), height=130, elem_id="vqvae-look", min_width=110, **plain)
                mean = gr.Image(mean, label=say("vqvae.mean"), height=130, elem_id="vqvae-mean", min_width=110, **plain)
            entry = gr.Markdown(told, elem_id="vqvae-entry", elem_classes="quiet")
    with gr.Accordion(say("vqvae.edits_more"), open=False, elem_id="vqvae-more"), gr.Row():
        edits = gr.Textbox(
            edits,
            label=say("vqvae.edits"),
            lines=6,
            max_lines=10,
            elem_id="vqvae-edits",
            min_width=260,
            info=say("vqvae.edits_info"),
        )
        before = gr.Image(before, label=say("vqvae.before"), height=260, elem_id="vqvae-before", **plain)
    return code, [sheet, look, mean, entry], [before, after, edits, text], [brush, undo, clear]


def _build_usage(say: Say, shown: tuple[Any, ...]) -> list[Any]:
    gr.Markdown(say("vqvae.usage_head"))
    figure = gr.Plot(shown[0], show_label=False, elem_id="vqvae-usage")
    return [figure, gr.Markdown(shown[1], elem_id="vqvae-usage-text", elem_classes="quiet")]


def _listen_workbench(
    say: Say,
    asked: list[Any],
    codes: gr.Image,
    code: gr.Number,
    entered: list[Any],
    painted: list[Any],
    tools: list[Any],
) -> None:
    """What picks a code, and what paints with it."""
    picture, size, model = asked
    _, after, edits, _ = painted
    brush, undo, clear = tools
    quiet: dict[str, Any] = {"model": STEM, "show_progress": "hidden"}
    now = [picture, edits, size, model]
    listen(
        say, [edits.blur, edits.submit], on_paint, now, painted, name="vqvae_paint", trigger_mode="always_last", **quiet
    )
    listen(say, after.select, on_stroke, [*now, brush, code], painted, **quiet)
    listen(say, undo.click, on_undo, now, painted, **quiet)
    listen(say, clear.click, on_clear, asked, painted, **quiet)
    listen(say, codes.select, on_pick, asked, [code], **quiet)
    listen(say, entered[0].select, on_sheet, [model], [code], **quiet)
    listen(say, code.change, on_code, [code, model], entered, name="vqvae_code", trigger_mode="always_last", **quiet)


def _build_use(say: Say) -> tuple[list[gr.Gallery], list[Any]]:
    shown = views.neighbours(say, first().neighbours)
    with gr.Row():
        galleries = [
            gr.Gallery(
                values,
                label=say(f"vqvae.near_{kind}"),
                columns=4,
                height=320,
                allow_preview=False,
                min_width=300,
                elem_id=f"vqvae-near-{kind}",
                interactive=False,
                buttons=[],
            )
            for kind, values in zip(("codes", "pixels"), shown, strict=True)
        ]
    bars, text = views.retrieval(say, explore.retrieval())
    with gr.Row():
        with gr.Column(min_width=320):
            figure = gr.Plot(bars, show_label=False, elem_id="vqvae-retrieval")
        with gr.Column(min_width=320):
            sentence = gr.Markdown(text, elem_classes="quiet", elem_id="vqvae-retrieval-text")
    return galleries, [figure, sentence]


def _steps() -> dict[str, str]:
    about = explore.about()
    return {"steps": f"{about.steps:,}", "rival": f"{about.gaussian_steps:,}"}


def _card_sentence(say: Say) -> str:
    about = explore.about()
    return say(
        "vqvae.card",
        n=f"{about.n:,}",
        psnr=f"{about.psnr_db:.1f}",
        gaussian=f"{about.gaussian_psnr_db:.1f}",
        jpeg=f"{about.jpeg_psnr_db:.1f}",
        mean=f"{about.mean_colour_psnr_db:.1f}",
        used=f"{about.used_share:.1%}",
        perplexity=f"{about.perplexity:.0f}",
        entries=about.entries,
        dim=f"{about.bits_per_dim:.3f}",
        fitted=f"{about.entropy_bits_per_dim:.3f}",
        gaussian_dim=f"{about.gaussian_bits_per_dim:.3f}",
    )

"""The foot of every tab: a link with all that is set on it, its QR code, and what a teacher's link hides.

assets/links.js builds and copies the link in the browser alone; assets/early.js hides.
"""

import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import gradio as gr
import segno
from gradio.blocks import Block

from core.errors import InputError
from demos.page import links
from demos.page.events import CHEAP_LIMIT, bind, guard
from demos.page.links import Values
from demos.page.words import Say, shortened

STEPS = (1, 2, 3, 4)
MOST_NAMES, MOST_CHARACTERS = 5, 30  # of refused settings in a sentence
QR_PX = 4  # of a module, where the page is wide enough


class Foot(NamedTuple):
    """The components of the foot.

    `hide` and `only` are settings of the link as every control is; assets/links.js clicks `opened`, which nobody sees.
    """

    opened: gr.Button
    copy: gr.Button
    code: gr.Button
    hide: gr.CheckboxGroup
    only: gr.Checkbox
    link: gr.Textbox
    note: gr.Markdown
    drawn: gr.HTML


def on_qr(say: Say, link: str) -> gr.HTML:
    """Draw a link as a QR code."""
    with guard(say):
        if not 0 < len(link) <= links.LONGEST:
            raise InputError("A link has at most {limit} characters.", limit=links.LONGEST)
        code = segno.make(link, error="l", micro=False)
    drawn = code.svg_inline(scale=QR_PX, light="#fff", title=say("page.qr_title"), omitsize=True)
    style = f"max-width: {QR_PX * code.symbol_size()[0]}px"
    return gr.HTML(f'<div class="qr" style="{style}">{drawn}</div>', visible=True)


def opened(
    say: Say, linked: links.Linked, usual: Values, found: Values, answers: Callable[[Values], Iterator[Values]]
) -> Iterator[Values]:
    """The settings of a link, then the answers to them; if those cannot be answered, a sentence and the usual ones.

    Args:
        say: the strings of the page.
        linked: what the address sets.
        usual: what the same components are laid out with.
        found: what is in the components that are read.
        answers: to what is found.
    """
    note_refused(say, linked.refused)
    if not linked.shown:
        yield from answers(found)
        return
    try:
        yield linked.shown
        for answer in answers({**found, **linked.given}):
            values, gone = links.kept(answer, linked)
            note_refused(say, gone)
            yield values
    except gr.Error as error:
        gr.Info(f"{error.message} {say('page.link_failed')}", title=say("page.link_note"))
        yield usual
        yield from answers({**found, **{item: usual[item] for item in linked.given}})


def note_refused(say: Say, names: Sequence[str]) -> None:
    """Say which settings of a link are left out, if any."""
    if names:
        listed = ", ".join(f"“{shortened(name, MOST_CHARACTERS)}”" for name in names[:MOST_NAMES])
        gr.Info(html.escape(say("page.link_refused", names=listed)), title=say("page.link_note"))


def lay_out(say: Say, method: str) -> Foot:
    """Lay out the foot of a tab."""
    opened = gr.Button("", visible="hidden", elem_id=f"{method}-opened")
    look: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 130}
    with gr.Row(elem_classes="share"):
        copy = gr.Button(say("page.copy_link"), elem_id=f"{method}-copy", **look)
        code = gr.Button(say("page.qr"), elem_id=f"{method}-qr-go", **look)
    link = gr.Textbox(label=say("page.link"), buttons=["copy"], max_lines=4, visible=False, elem_id=f"{method}-link")
    note = gr.Markdown(visible=False, elem_id=f"{method}-link-note", elem_classes="quiet")
    drawn = gr.HTML(visible=False, elem_id=f"{method}-qr")
    with gr.Accordion(say("page.teacher"), open=False, elem_id=f"{method}-teacher"):
        gr.Markdown(say("page.teacher_text"), elem_classes="quiet")
        steps = [(say("page.hide_step", number=number), str(number)) for number in STEPS]
        hide = gr.CheckboxGroup(steps, label=say("page.hide"), elem_id=f"{method}-hide")
        only = gr.Checkbox(label=say("page.only"), elem_id=f"{method}-only")
    return Foot(opened, copy, code, hide, only, link, note, drawn)


def connect(say: Say, foot: Foot, tab: Block, method: str, controls: Mapping[str, Any]) -> None:
    """Connect the foot of a tab.

    Args:
        say: the strings of the page.
        foot: of the tab.
        tab: with everything laid out.
        method: of the tab.
        controls: that the link holds, by their names.
    """
    run = [each for each in links.walk(tab) if each.elem_id == f"{method}-train-link"]  # of a shared training
    inputs = [*map(links.named, controls.values()), *run]
    known = json.dumps(known_to_script(say, method, controls))
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    shown = [foot.link, foot.note]
    foot.copy.click(None, inputs, shown, js=f"(...given) => copyLink({known}, given)", **private)
    built = foot.code.click(None, inputs, shown, js=f"(...given) => showLink({known}, given)", **private)
    cheap: dict[str, Any] = {"concurrency_limit": CHEAP_LIMIT, "show_progress_on": []}
    built.then(bind(on_qr, say), [foot.link], [foot.drawn], **cheap, **private)


def known_to_script(say: Say, method: str, controls: Mapping[str, Any]) -> dict[str, Any]:
    """What assets/links.js has to know of a tab.

    `names` and `usual` are the controls with the values they are laid out with, None for one whose value depends on the
    language; `media` are those that are named by an example.
    """
    return {
        "method": method,
        "names": list(controls),
        "usual": [None if links.is_of_language(each) else links.named(each).value for each in controls.values()],
        "media": [name for name, each in controls.items() if links.examples_of(each)],
        "longest": links.LONGEST,
        "says": {key: say(f"page.link_{key}") for key in ("copied", "by_hand", "own", "long")},
    }

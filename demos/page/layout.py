"""The frame of the page: head, foot, groups of tabs, the four steps, and the script that runs in the browser."""

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import gradio as gr

from core.errors import CheckpointError
from demos.page.words import Say

ASSETS = Path(__file__).parents[2] / "assets"
STYLE = ASSETS / "style.css"


def group(say: Say, name: str) -> AbstractContextManager[object]:
    """A row of tabs, named by "page.group_<name>"."""
    return gr.Tab(say(f"page.group_{name}"), id=name, elem_id=f"{name}-group")


@contextlib.contextmanager
def tab(say: Say, stem: str) -> Iterator[gr.Tab]:
    """A tab named by "<stem>.tab", with the id that links and tests use.

    A checkpoint that is missing or damaged leaves a sentence in it and the other tabs as they are.
    """
    with gr.Tab(say(f"{stem}.tab"), id=stem, elem_id=f"{stem}-tab") as laid_out:
        try:
            yield laid_out
        except CheckpointError as error:
            laid_out.children.clear()
            gr.Markdown(say.error(error), elem_id=f"{stem}-notice")


@contextlib.contextmanager
def step(say: Say, stem: str, number: int, **values: object) -> Iterator[None]:
    """One of the four steps: a card with its number, title "<stem>.step<n>" and text "<stem>.step<n>_text"."""
    with gr.Column(elem_classes="step-card", elem_id=f"{stem}-step{number}", min_width=340):
        title, text = say(f"{stem}.step{number}"), say(f"{stem}.step{number}_text", **values)
        gr.HTML(
            f'<div class="step-head"><span class="step-number">{number}</span><h2>{title}</h2></div>'
            f'<p class="step-text">{text}</p>'
        )
        yield


def head(say: Say) -> None:
    """Name, purpose and the link to the other language, which keeps the tab."""
    other = "zh" if say.language == "en" else "en"
    link = "./zh" if other == "zh" else "./"
    gr.HTML(
        f'<header class="page-head"><h1>{say("page.name")}</h1><p>{say("page.lead")}</p>'
        f'<a id="language" lang="{other}" href="{link}">{say("page.other_language")}</a></header>'
        f'<div id="connection" role="status"><p class="lost">{say("page.lost")}</p>'
        f'<p class="back">{say("page.back")}</p>'
        f'<p class="changed">{say("page.changed")} <a href="">{say("page.reload")}</a></p></div>'
    )
    gr.Markdown(say("page.steps"), elem_classes="quiet")


def foot(say: Say, **limits: object) -> None:
    """The limits and what happens to uploads."""
    gr.HTML(f'<footer class="page-foot">{say("page.footer", **limits)}</footer>')


def follow_links(groups: gr.Tabs, rows: Mapping[str, gr.Tabs], group_of: Mapping[str, str]) -> None:
    """Open the tab that the address names (?tab=vae); assets/links.js names the open tab in the address.

    Args:
        groups: the outer row.
        rows: group -> its row of tabs.
        group_of: tab -> its group.
    """

    def on_open(request: gr.Request) -> list[Any]:
        asked = request.query_params.get("tab", "")
        group = group_of.get(asked)
        if group is None:  # do not move a visitor who has changed the tab meanwhile
            return [gr.skip()] * (1 + len(rows))
        opened = [gr.Tabs(selected=asked) if name == group else gr.skip() for name in rows]
        return [gr.Tabs(selected=group), *opened]

    # On [] no progress is shown; else Gradio would copy the state of the whole page with every message of any event.
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "show_progress_on": []}
    gr.on(None, on_open, None, [groups, *rows.values()], queue=False, **quiet)


def _scripts(*names: str) -> str:
    """Scripts of assets/, as one element of the page."""
    return "<script>\n" + "".join((ASSETS / name).read_text(encoding="utf-8") for name in names) + "</script>\n"


HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
/* narrower margins on phones; in the style sheet Gradio would confine these rules to what lies inside the page */
@media (max-width: 700px) {
  .gradio-container { padding: 0 6px 24px !important; }
  .gradio-container main.fillable, .gradio-container .main.fillable { padding: 8px 2px !important; }
}
</style>
"""
HEAD += _scripts("links.js", "browser.js", "status.js")

CLOCKS = """
<script>
// Every output of Gradio has a clock that counts the seconds of its progress, frame by frame. The clock of the loading
// screen never stops, and when progress starts again within a frame, a clock starts twice. Both keep a processor busy:
// give frames to as many clocks as outputs show progress. This has to run before Gradio's scripts.
const nextFrame = window.requestAnimationFrame.bind(window);
const isClock = (draw) => /performance\\.now\\(\\)-.*\\/1e3/.test(String(draw));
let clocks = 0;
window.requestAnimationFrame = (draw) => {
  if (!isClock(draw)) { return nextFrame(draw); }
  const shown = document.querySelectorAll("[data-testid=status-tracker]:not(.hide)").length;
  if (clocks >= shown) { return 0; }
  clocks += 1;
  return nextFrame((now) => { clocks -= 1; draw(now); });
};
</script>
"""

EARLY = CLOCKS + _scripts("early.js", "connection.js")


def theme() -> gr.themes.Base:
    """Gradio's plain theme with the fonts of the reader's system, so that no font is downloaded."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC")
    look = gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=sans, font_mono=("ui-monospace", "monospace"))
    return look.set(  # white words on Gradio's own blue have a contrast of 3.7:1, on these 5.2 and 6.7
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
    )

"""The frame of the page: head, foot, groups of tabs, the four steps, and what runs in the browser."""

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import gradio as gr

from demos.page.words import Say


def group(say: Say, name: str) -> AbstractContextManager[object]:
    """A row of tabs, named by "page.group_<name>"."""
    return gr.Tab(say(f"page.group_{name}"), id=name, elem_id=f"{name}-group")


def tab(say: Say, stem: str) -> AbstractContextManager[object]:
    """A tab named by "<stem>.tab", with the id that links and tests use."""
    return gr.Tab(say(f"{stem}.tab"), id=stem, elem_id=f"{stem}-tab")


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
    )
    gr.Markdown(say("page.steps"), elem_classes="quiet")


def foot(say: Say, **limits: object) -> None:
    """The limits and what happens to uploads."""
    gr.HTML(f'<footer class="page-foot">{say("page.footer", **limits)}</footer>')


def follow_links(groups: gr.Tabs, rows: Mapping[str, gr.Tabs], group_of: Mapping[str, str]) -> None:
    """Open the tab that the address names (?tab=vae); HEAD names the open tab in the address.

    The link to the other language takes the address along.

    Args:
        groups: the outer row.
        rows: group -> its row of tabs.
        group_of: tab -> its group.
    """

    def on_open(request: gr.Request) -> list[Any]:
        asked = request.query_params.get("tab", "")
        group = group_of.get(asked)
        if group is None:  # nobody is thrown back who has moved on
            return [gr.skip()] * (1 + len(rows))
        opened = [gr.Tabs(selected=asked) if name == group else gr.skip() for name in rows]
        return [gr.Tabs(selected=group), *opened]

    gr.on(None, on_open, None, [groups, *rows.values()], api_visibility="private", queue=False, show_progress="hidden")


HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
/* less air on phones; in the style sheet Gradio would confine these rules to what lies inside the page */
@media (max-width: 700px) {
  .gradio-container { padding: 0 6px 24px !important; }
  .gradio-container main.fillable, .gradio-container .main.fillable { padding: 8px 2px !important; }
}
</style>
<script>
// a group shows the tab that was last open in it, so what is open is known when the click has been answered
const openTab = () => [...document.querySelectorAll('[role=tab][aria-selected=true][id$="-tab-button"]')]
  .find((button) => button.offsetParent);
const nameTab = (clicked, patience) => {
  const opened = openTab();
  if (!opened || clicked.getAttribute("aria-selected") !== "true") {
    if (patience) { setTimeout(nameTab, 40, clicked, patience - 1); }
    return;
  }
  const here = new URL(window.location.href);
  const stem = opened.id.replace("-tab-button", "");
  here.searchParams.set("tab", stem);
  window.history.replaceState(null, "", here);
};
document.addEventListener("click", (event) => {
  const clicked = event.target.closest && event.target.closest("#groups [role=tab]");
  if (clicked) { setTimeout(nameTab, 0, clicked, 50); }
});
// a slider tells of its release when a pointer lets go of it; a key that lets go counts as much
document.addEventListener("keyup", (event) => {
  if (/^(Arrow|Page|Home|End)/.test(event.key) && event.target.matches && event.target.matches("input[type=range]")) {
    event.target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }
});
// at the last moment, for the page may draw the link anew at any time
for (const touched of ["pointerdown", "keydown", "click"]) {
  document.addEventListener(touched, (event) => {
    const link = event.target.closest && event.target.closest("#language");
    if (link) { link.search = window.location.search; }
  }, true);
}
</script>
"""


def theme() -> gr.themes.Base:
    """Gradio's plain theme with the reader's own fonts, so that nothing is fetched from elsewhere."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC")
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=sans, font_mono=("ui-monospace", "monospace"))

"""The page: its two languages, the order of its tabs, and how it is served.

Environment variables, read once in `main`, configure hosting: `demos.page.server.Hosting` has their list.
"""

import importlib
import os
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
import gradio as gr

from core.data import pictures
from demos.page import calls, layout, server
from demos.page.words import LANGUAGES, Say

GROUPS = {  # each a row of tabs, named by "page.group_<group>"; a tab is the package demos/<method>
    "pictures": ("rotation", "contrastive", "masked"),
    "generators": ("vae", "vqvae", "gan", "generation"),
    "language": ("gpt2", "bert"),
    "beyond": ("audio", "recommendation"),
}
UPLOAD_MB = 150  # an hour of sound arrives whole and is refused by one of our sentences, unread
WAITING = 64  # events in the queue before a visitor is asked to come back later


def build() -> gr.Blocks:
    """Build the page twice from one code: English at /, Chinese at /zh."""
    first, *others = map(Say, LANGUAGES)
    page = calls.Page(title=first("page.title"), analytics_enabled=False)
    with page:
        fill(first)
    for say in others:
        with page.route(say("page.title"), f"/{say.language}", show_in_navbar=False):
            fill(say)
    return page


def fill(say: Say) -> None:
    """Lay out one language: the head, the tabs in their groups, the foot."""
    layout.head(say)
    rows = {}
    with gr.Tabs(elem_id="groups", overflow_behavior="wrap") as groups:
        for group, methods in GROUPS.items():
            with layout.group(say, group), gr.Tabs(elem_id=f"{group}-tabs", overflow_behavior="wrap") as rows[group]:
                for method in methods:
                    add_tab(say, method)
    layout.follow_links(groups, rows, {method: group for group in GROUPS for method in GROUPS[group]})
    layout.foot(say, megabytes=pictures.MAX_FILE_MB, megapixels=pictures.MAX_MEGAPIXELS)


def add_tab(say: Say, method: str) -> None:
    """Lay out the tab of one method with its own strings."""
    tab, words = (importlib.import_module(f"demos.{method}.{part}") for part in ("tab", "words"))
    with layout.tab(own := say.adding(words.WORDS), method) as opened:
        tab.build(own).open_with(opened)


def main() -> None:
    """Serve the page."""
    hosting = server.Hosting.of(os.environ)
    with server.own_folder(hosting.folder) as folder:
        page = build().queue(max_size=WAITING, api_open=False)
        page.launch(
            **server.prepare(page, hosting, folder.files),
            server_name=hosting.host,
            server_port=hosting.port,
            share=hosting.share,
            css_paths=Path(__file__).parent / "assets" / "style.css",
            theme=layout.theme(),
            head=layout.HEAD,
            ssr_mode=False,
            run_history=False,
            max_file_size=f"{UPLOAD_MB}mb",
            footer_links=["api"],
        )


if __name__ == "__main__":
    main()

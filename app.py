"""The page: its two languages, the order of its tabs, and how it is served.

Environment variables, read once in `main`, configure hosting: `demos.page.server.Hosting` has their list.
"""

import importlib.util
import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
if importlib.util.find_spec("spaces"):
    importlib.import_module("spaces")  # where a GPU is lent: before all that might start CUDA
import gradio as gr

from core.data import pictures
from demos.page import calls, layout, memory, public_link, restart, server
from demos.page.words import LANGUAGES, Say
from demos.training.part import jobs

GROUPS = {  # each a row of tabs, named by "page.group_<group>"; a tab is the package demos/<method>
    "pictures": ("rotation", "contrastive", "masked"),
    "generators": ("vae", "vqvae", "gan", "generation"),
    "language": ("gpt2", "bert"),
    "beyond": ("audio", "recommendation"),
    "encoders": ("compare",),
}
UPLOAD_MB = 150  # an hour of sound arrives whole and is refused by one of our sentences, unread
WAITING = 256  # events in the queue before a visitor is asked to come back later: a class of a hundred clicks at once


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
    memory.keep_little()
    hosting = server.Hosting.of(os.environ)
    with server.own_folder(hosting.folder) as folder, restart.Ending() as ending:
        page = build().queue(max_size=WAITING, api_open=False)
        public_link.serve(
            page,
            share=hosting.share,
            **server.prepare(page, hosting, folder.files, jobs(), ending),
            css_paths=layout.STYLE,
            theme=layout.theme(),
            head=layout.HEAD,
            max_file_size=f"{UPLOAD_MB}mb",
        )


if __name__ == "__main__":
    main()

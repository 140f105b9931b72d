"""The page: its two languages, the order of its tabs, and how it is served.

Hosting is told by environment variables, read once in `main`: HOST, PORT, SHARE. Without them Gradio decides, which is
what Hugging Face Spaces expects.
"""

import os
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr

from core.data import pictures
from demos import _cache, _headers, _page
from demos._words import LANGUAGES, Say

# isort: split
from demos import audio, bert, contrastive, gan, generation, gpt2, masked, recommendation, rotation, vae, vqvae

GROUPS = {  # each a row of tabs; named by "page.group_<group>"
    "pictures": (rotation, contrastive, masked),
    "generators": (vae, vqvae, gan, generation),
    "language": (gpt2, bert),
    "beyond": (audio, recommendation),
}
TABS = tuple(module for modules in GROUPS.values() for module in modules)
STYLE = Path(__file__).parent / "assets" / "style.css"
UPLOAD_MB = 150  # an hour of sound arrives whole and is refused by one of our sentences, unread
WAITING = 64  # events in the queue before a visitor is told to come back


def build() -> gr.Blocks:
    """Build the page twice from one code: English at /, Chinese at /zh."""
    page: gr.Blocks = gr.Blocks(title=Say("en")("page.title"), analytics_enabled=False, delete_cache=(600, 3600))
    with page:
        fill(Say("en"))
    for language in LANGUAGES[1:]:
        with page.route(Say(language)("page.title"), f"/{language}", show_in_navbar=False):
            fill(Say(language))
    return page


def fill(say: Say) -> None:
    """Lay out one language: the head, the tabs in their groups, the foot."""
    _page.head(say)
    rows = {}
    with gr.Tabs(elem_id="groups", overflow_behavior="wrap") as groups:
        for group, modules in GROUPS.items():
            with _page.group(say, group), gr.Tabs(elem_id=f"{group}-tabs", overflow_behavior="wrap") as rows[group]:
                for module in modules:
                    with _page.tab(say, module.STEM):
                        module.build(say)
    _page.follow_links(groups, rows, {module.STEM: group for group, modules in GROUPS.items() for module in modules})
    _page.foot(say, megabytes=pictures.MAX_FILE_MB, megapixels=pictures.MAX_MEGAPIXELS)


def main() -> None:
    """Serve the page."""
    _cache.keep_whole()
    page = build().queue(max_size=WAITING)
    page.launch(
        server_name=os.environ.get("HOST"),
        server_port=int(os.environ["PORT"]) if "PORT" in os.environ else None,
        share=os.environ.get("SHARE") == "1",
        app_kwargs=_headers.app_settings(),
        css_paths=STYLE,
        theme=_page.theme(),
        head=_page.HEAD,
        ssr_mode=False,
        run_history=False,
        max_file_size=f"{UPLOAD_MB}mb",
        footer_links=["api"],
    )


if __name__ == "__main__":
    main()

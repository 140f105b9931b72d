"""Serving the page, and the public link of `SHARE=1`: Gradio's tunnel, or one sentence why there is none.

Gradio's own `launch(share=True)` says what went wrong in several paragraphs, some of them about other systems. Here the
server answers first, and the tunnel is opened beside it.
"""

from typing import Any

import gradio as gr
import httpx
from gradio import networking
from gradio.exceptions import ChecksumMismatchError, ShareCertificateWriteError
from gradio.utils import get_space

from demos.page.words import LANGUAGES, Say

REASONS: tuple[tuple[type[Exception], str], ...] = (  # the first that fits what `setup_tunnel` raises
    (ShareCertificateWriteError, "page.public_link_folder"),
    (ChecksumMismatchError, "page.public_link_other"),
    (RuntimeError, "page.public_link_silent"),
    (ValueError, "page.public_link_refused"),
    (httpx.HTTPError, "page.public_link_program"),
    (OSError, "page.public_link_stored"),
)


def serve(page: gr.Blocks, *, share: bool, **settings: Any) -> None:
    """Serve a page until the process is interrupted; `settings` are further ones of `launch`."""
    fixed: dict[str, Any] = {"ssr_mode": False, "run_history": False, "footer_links": ["api"], "quiet": True}
    page.launch(**fixed, **settings, share=False, prevent_thread_lock=True)
    for line in (*in_all_languages("page.served", url=str(page.local_url)), *(open_link(page) if share else ())):
        print(line, flush=True)
    page.block_thread()


def open_link(page: gr.Blocks) -> list[str]:
    """Open a public link to a page that is served; returns what it is, or why there is none, in every language."""
    if get_space() is not None:
        return in_all_languages("page.public_link_space")
    try:
        address = networking.setup_tunnel(page.server_name, page.server_port, page.share_token, None, None)
    except tuple(kind for kind, _ in REASONS) as error:
        return in_all_languages(next(key for kind, key in REASONS if isinstance(error, kind)))
    url = "https://" + address.partition("://")[2]
    vars(page).update(share=True, share_url=url)  # from now on Gradio's scripts come from its server, not from here
    return in_all_languages("page.public_link", url=url)


def in_all_languages(key: str, **values: str) -> list[str]:
    """A string for whoever started the server: nobody knows which language he reads."""
    return [Say(language)(key, **values) for language in LANGUAGES]

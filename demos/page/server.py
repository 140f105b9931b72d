"""What the server adds to Gradio: safety headers, compression, pictures that arrive whole, and a queue that idles.

Gradio sends no safety headers. Framing stays allowed: Hugging Face Spaces shows every page inside a frame of its own.

Gradio stores a picture under a name made of its content and writes the file anew each time that picture is an answer.
A browser that is fetching it at this moment, for this visitor or another, gets a part of it and shows a torn page icon.
Here the file is written beside its place and moved there, so whoever reads it gets it whole.

Gradio puts the name of an uploaded file into the address of the file as it is, and shows nothing if the name holds a
percent sign, a quotation mark or the like. Here such characters are left out of the stored name.

Gradio asks its queue for work a thousand times per second, which costs an idle server several per cent of a core. Here
it asks fifty times per second.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import gradio as gr
from gradio import processing_utils
from gradio_client import utils as client_utils
from PIL import Image
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.page import layout
from demos.page.sessions import CAPACITY, Heartbeats, Sessions
from demos.page.sessions import prepare as keep_lean

HEADERS = (
    (b"x-content-type-options", b"nosniff"),  # a file is what its type says, not what it looks like
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
)
GZIP_LEVEL = 5  # 2.7 MB of configuration become 284 KB in 17 ms; level 9: 264 KB in 52 ms
IN_ADDRESSES = str.maketrans("", "", "%#?&\"'\\`<>")
strip_name = client_utils.strip_invalid_filename_characters
QUEUE_POLL_S, PROGRESS_POLL_S = 0.02, 0.1  # Gradio's own: 0.001 and 0.01, on Windows 0.05 and 0.1


class SafetyHeaders:
    """ASGI middleware that adds `HEADERS` to every answer over HTTP."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers where its answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class EarlyScript:
    """ASGI middleware that puts a script at the beginning of the page; Gradio's own `head` runs after its scripts."""

    def __init__(self, app: ASGIApp, script: str) -> None:
        self.app = app
        self.script = script.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; of a whole page in HTML, hold the start back until its length is known."""
        held: list[Message] = []
        parts: list[bytes] = []

        async def send_with_script(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                held.append(message)
            elif not held or message["type"] != "http.response.body":
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = b"".join(parts).replace(b"<head>", b"<head>" + self.script, 1)
                    fixed = [pair for pair in held[0]["headers"] if pair[0] != b"content-length"]
                    await send({**held[0], "headers": [*fixed, (b"content-length", str(len(body)).encode())]})
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_with_script if scope["type"] == "http" else send)


def _is_html(message: Message) -> bool:
    return any(name == b"content-type" and kind.startswith(b"text/html") for name, kind in message.get("headers", []))


def app_settings(sessions: Sessions) -> dict[str, Any]:
    """Settings of the FastAPI application that Gradio builds.

    Starlette compresses what is text and worth it; event streams, pictures and sounds pass as they are.
    """
    return {
        "middleware": [
            Middleware(Heartbeats, sessions),
            Middleware(SafetyHeaders),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=GZIP_LEVEL),
            Middleware(EarlyScript, layout.CLOCKS),
        ]
    }


def prepare(page: gr.Blocks) -> dict[str, Any]:
    """Have Gradio write pictures by `save_whole`, name uploads plainly, poll less often and keep small sessions.

    Returns:
        The arguments of `page.launch` that go with it.
    """
    keep_lean(sessions := Sessions())
    processing_utils.save_pil_to_cache = save_whole
    client_utils.strip_invalid_filename_characters = plain_name
    page._queue.sleep_when_free = QUEUE_POLL_S
    page._queue.progress_update_sleep_when_free = PROGRESS_POLL_S
    return {"app_kwargs": app_settings(sessions), "state_session_capacity": CAPACITY}


def plain_name(filename: str, max_bytes: int = 200) -> str:
    """Name under which an upload is stored: Gradio's, without what means something else in an address."""
    stem, suffix = (part.translate(IN_ADDRESSES) for part in os.path.splitext(filename))
    stored: str = strip_name((stem or "file") + suffix, max_bytes)
    return stored


def save_whole(img: Image.Image, cache_dir: str, name: str = "image", format: str = "webp") -> str:
    """Write a picture into the cache; arguments and path are those of Gradio's own function."""
    content: bytes = processing_utils.encode_pil_to_bytes(img, format)  # type: ignore[no-untyped-call]
    folder = Path(cache_dir) / processing_utils.hash_bytes(content)
    folder.mkdir(exist_ok=True, parents=True)
    target = (folder / f"{name}.{format}").resolve()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
        part.write(content)
    os.replace(part.name, target)
    return str(target)

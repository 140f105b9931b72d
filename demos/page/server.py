"""What the server adds to Gradio: safety headers, and pictures that reach the browser whole.

Gradio sends no safety headers. Framing stays allowed: Hugging Face Spaces shows every page inside a frame of its own.

Gradio stores a picture under a name made of its content and writes the file anew each time that picture is an answer.
A browser that is fetching it at this moment, for this visitor or another, gets a part of it and shows a torn page icon.
Here the file is written beside its place and moved there, so whoever reads it gets it whole.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from gradio import processing_utils
from PIL import Image
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),  # a file is what its type says, not what it looks like
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
)


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


def app_settings() -> dict[str, Any]:
    """Settings of the FastAPI application that Gradio builds."""
    return {"middleware": [Middleware(SafetyHeaders)]}


def keep_whole() -> None:
    """Have Gradio write pictures by `save_whole` from now on."""
    processing_utils.save_pil_to_cache = save_whole


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

"""What the server says to browsers about safety; Gradio itself sends nothing of the kind.

Framing stays allowed: Hugging Face Spaces shows every page inside a frame of its own.
"""

from typing import Any

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

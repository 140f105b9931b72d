"""The headers that go with every answer, first of all what the page may load and who may show it in a frame.

Gradio sends none. Its page starts with scripts in the page and turns the `js` of events into functions, so the policy
has to allow both; it does keep the page from loading from, or sending to, any other machine.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMES = "https://huggingface.co https://*.hf.space"  # where Hugging Face Spaces shows the page
SHARED = "https://gradio.s3-us-west-2.amazonaws.com"  # Gradio's page for a public link loads its scripts from here
FIXED = (
    (b"x-content-type-options", b"nosniff"),  # a file is what its type says, not what it looks like
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
)


def content_policy(frames: str = FRAMES, *, share: bool = False) -> str:
    """The content security policy.

    Args:
        frames: origins, with spaces between them, that may show the page in a frame; "" for none, "*" for all.
        share: whether the page is served through a public link of Gradio.
    """
    also = f" {SHARED}" if share else ""
    return "; ".join(
        (
            f"default-src 'self'{also}",
            f"script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:{also}",
            f"style-src 'self' 'unsafe-inline'{also}",
            f"img-src 'self' data: blob:{also}",
            "media-src 'self' data: blob:",
            f"font-src 'self' data:{also}",
            f"connect-src 'self' data: blob:{also}",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors 'self' {frames}".rstrip(),
        )
    )


class SafetyHeaders:
    """ASGI middleware that adds the fixed headers and a content security policy to every answer over HTTP."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = (*FIXED, (b"content-security-policy", policy.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers where its answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)

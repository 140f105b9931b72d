"""Who may ask what: the routes that the page needs, the names it answers to, and no page of another site.

Gradio opens routes for monitoring, deep links, proxies, recordings of the screen and its own editor. What this page and
its API need is listed in `OPEN`; everything else is not found.

A page of another site that a visitor has open could ask a server on his own machine, by its address or by a name that
is made to point there. So a request needs a `Host` that this server goes by, and an `Origin`, if it has one, that is
the page itself; Gradio allows every origin, credentials included, as soon as the host is not a local one.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import InputError
from demos.page.words import LANGUAGES, Say

PAGES = "|".join(LANGUAGES[1:])
HEALTH = "/healthz"  # answered by `health.py`
READING = re.compile(
    rf"/?|/({PAGES})/?|{HEALTH}/?|/config/?|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/(static|assets|svelte)/.+"
    r"|/gradio_api/(info/?|openapi\.json|app_id/?|startup-events|theme\.css|upload_progress|queue/data|heartbeat/[^/]+"
    r"|call/(v2/)?[^/]+/[^/]+|file=(?!\w+:).+)"
)
WRITING = re.compile(
    r"/gradio_api/(upload|queue/join|cancel|reset/?|component_server/?|run/[^/]+/?|call/(v2/)?[^/]+/?)"
)
OPEN = {"GET": READING, "HEAD": READING, "POST": WRITING}
CANVAS = re.compile(r"/gradio_api/component_server/?")
UPLOAD = "/gradio_api/upload"  # bounded by `uploads.py`
SENT_MB = 5  # of any other request: the values of an event, or a picture of a canvas (`drawings.BLOB_MB`)


def bare(status: int) -> PlainTextResponse:
    """An answer of a status and its name, for programs."""
    return PlainTextResponse(HTTPStatus(status).phrase, status)


def route_path(scope: Scope) -> str:
    """The path of a request below the path that the page is mounted at."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    below = path.removeprefix(root)
    return below if below.startswith("/") or not below else path  # a proxy may have taken the root away already


class Routes:
    """ASGI middleware that lets through what the page and its API need, with a bound on its size."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 404, 411 or 413."""
        refusal = refused(scope["method"], route_path(scope), Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)


def refused(method: str, path: str, headers: Headers) -> PlainTextResponse | None:
    """The answer to a request that is not let through."""
    pattern = OPEN.get(method)
    canvas = CANVAS.fullmatch(path) is not None
    form = headers.get("content-type", "").startswith("multipart/form-data")
    length = headers.get("content-length", "")
    answer = None
    if pattern is None or not pattern.fullmatch(path) or (canvas and not form):
        answer = bare(404)
    elif method == "POST" and path != UPLOAD and not length.isdecimal():
        answer = bare(411)
    elif method == "POST" and path != UPLOAD and int(length) > SENT_MB * 1e6:
        answer = bare(413)
    return answer


@dataclass(frozen=True)
class Hosts:
    """The names that the server answers to: "pretext.example.org", "*.example.org", or "*" for all.

    An address of numbers is always one of them: only a name can be made to point at another machine.

    Attributes:
        names: all of them.
        sites: those that the page is known to be published under, whatever `Host` a proxy puts into a request.
    """

    names: tuple[str, ...]
    sites: tuple[str, ...] = ()

    @classmethod
    def of(cls, listed: str | None, *, share: bool = False, space: str | None = None) -> "Hosts":
        """The names in a list with commas, this machine's, and those of a public link.

        A Hugging Face Space is public, lies behind a proxy and says its names itself: it answers to all.
        """
        own = socket.gethostname().lower()
        published = [name.strip().lower() for name in f"{listed or ''},{space or ''}".split(",") if name.strip()]
        local = ["localhost", own, own + ".local"]
        open_to = (["*.gradio.live"] if share else []) + (["*"] if space else [])
        return cls((*local, *open_to, *published), tuple(name for name in published if "*" not in name))

    def include(self, host: str) -> bool:
        """Whether a `Host` header is one of the names, or an address of numbers."""
        name = bare_host(host)
        try:
            ipaddress.ip_address(name)
        except ValueError:
            ends = tuple(each[1:] for each in self.names if each.startswith("*."))
            return "*" in self.names or (name != "" and (name in self.names or name.endswith(ends)))
        return True


def bare_host(host: str) -> str:
    """The name in a `Host` header, without port and brackets."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/@\s]+))(?::\d*)?", host.strip())
    return (found[1] or found[2]).lower().rstrip(".") if found else ""


class OwnNames:
    """ASGI middleware that refuses a host that the server does not go by."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400."""
        if scope["type"] == "http" and not self.hosts.include(Headers(scope=scope).get("host", "")):
            unknown = InputError("This server does not go by this name. Whoever runs it can add it to HOSTS.")
            said = "\n".join(Say(language).error(unknown) for language in LANGUAGES)
            await PlainTextResponse(said, 400)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class OwnOrigin:
    """ASGI middleware in the place of Gradio's for cross-origin requests: a page of another origin may change nothing.

    It gets no header either that would let it read an answer.
    """

    def __init__(
        self, app: ASGIApp, strict_cors: bool = True, parent_app: Any = None, sites: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        self.sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        safe = scope["type"] != "http" or scope["method"] in ("GET", "HEAD")
        if safe or is_own_origin(Headers(scope=scope), self.sites):
            await self.app(scope, receive, send)
        else:
            await bare(403)(scope, receive, send)


def is_own_origin(headers: Headers, sites: tuple[str, ...] = ()) -> bool:
    """Whether a request comes from the page itself or from a program, which names no origin.

    Behind a proxy the page's host is one of `sites`, or in X-Forwarded-Host, which a page of another site cannot set.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    _, _, place = origin.partition("://")
    own = (headers.get("host", ""), headers.get("x-forwarded-host", "").split(",")[0], *sites)
    return without_default_port(place) in map(without_default_port, filter(None, own))


def without_default_port(host: str) -> str:
    """A host without :80 or :443."""
    return re.sub(r":(80|443)$", "", host.strip().lower())

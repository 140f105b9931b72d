"""The log-in of a page that is not for everybody: one user name and one password for all, from AUTH=user:password.

Without it every address answers 401, except `PUBLIC`. A browser gets a form in the language of the page, which leads
to the address that was asked for, its query included; a program sends the pair to /login, as Gradio's client does, or
with every request (HTTP Basic), as Prometheus does.

A log-in is a signed cookie with the time at which it ends. The key is derived from the pair, so that a visitor stays
logged in when the server is started again, and at each of several servers; another password ends all log-ins.
"""

import base64
import binascii
import hashlib
import hmac
import html
import math
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import InputError
from demos.page.calls import Refusal, read, say_from
from demos.page.doors import route_path
from demos.page.limits import Buckets, Limits
from demos.page.words import LANGUAGES, Language, Say

# Without a log-in: what a container engine asks, and what Gradio asks itself when it starts, which answers "true".
PUBLIC = ("/healthz", "/gradio_api/startup-events")
PAGES: dict[str, Language] = {
    "": "en",
    "/": "en",
    **{f"/{each}{end}": each for each in LANGUAGES[1:] for end in ("", "/")},
}
LOGIN = "/login"
STYLE = Path(__file__).parents[2] / "assets" / "login.css"
KEPT_S = 7 * 24 * 3600
WRONG_PER_MINUTE = 30  # of one address; a class that mistypes once each finds 100 at first
WRONG_AT_ONCE = 100


@dataclass(frozen=True)
class Pair:
    """A user name and a password."""

    user: str
    password: str

    @classmethod
    def of(cls, setting: str | None) -> "Pair | None":
        """Read AUTH; None if it is not set.

        Raises:
            ValueError: it is set and is no pair, so that a page that should be closed does not open.
        """
        if setting is None:
            return None
        user, _, password = setting.partition(":")
        if not user or not password:
            raise ValueError("AUTH=user:password, both needed")
        return cls(user, password)

    def is_same(self, user: str, password: str) -> bool:
        """Compare in a time that does not depend on where they differ."""
        return hmac.compare_digest(_digest(user) + _digest(password), _digest(self.user) + _digest(self.password))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class Cookies:
    """Signs and checks the cookie of a log-in."""

    def __init__(self, pair: Pair) -> None:
        # Slow on purpose: a cookie that was seen must not help to try passwords.
        self.key = hashlib.scrypt(pair.password.encode(), salt=f"pretext {pair.user}".encode(), n=2**14, r=8, p=1)
        self.name = "pretext-" + hmac.digest(self.key, b"name", "sha256").hex()[:8]

    def signed(self, now: float | None = None) -> str:
        """A cookie's value that is good for `KEPT_S`."""
        until = str(int((time.time() if now is None else now) + KEPT_S))
        return f"{until}.{self._signature(until)}"

    def is_good(self, value: str, now: float | None = None) -> bool:
        """Whether a value was signed here and is not over."""
        until, _, signature = value.partition(".")
        own = hmac.compare_digest(signature.encode(), self._signature(until).encode())
        return own and until.isdecimal() and int(until) > (time.time() if now is None else now)

    def _signature(self, until: str) -> str:
        return hmac.digest(self.key, until.encode("utf-8", "surrogatepass"), "sha256").hex()


class Login:
    """ASGI middleware that lets nobody in without the pair.

    Args:
        app: the application.
        pair: that opens it.
        limits: knows the address of a visitor.
    """

    def __init__(self, app: ASGIApp, pair: Pair, limits: Limits) -> None:
        self.app = app
        self.pair = pair
        self.limits = limits
        self.cookies = Cookies(pair)
        self.wrong = Buckets(WRONG_PER_MINUTE, WRONG_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with the form, or with a status of 4xx."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, headers = route_path(scope).rstrip("/"), Headers(scope=scope)
        form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if path in PUBLIC or self._has_cookie(headers):
            answer: ASGIApp = self.app
        elif scope["method"] == "POST" and form and (path == LOGIN or path in PAGES):
            answer = await self._answer(scope, receive, path, headers)
        elif (given := basic(headers.get("authorization", ""))) is not None:
            wrong = self._check(scope, *given)
            answer = self._refusal(wrong, say_from(headers)) if wrong else self.app
        elif path in PAGES and scope["method"] in ("GET", "HEAD"):
            answer = page(Say(PAGES[path]), 401)
        else:
            answer = self._refusal(InputError("Log in first: open the page again."), say_from(headers))
        await answer(scope, receive, send)

    def _has_cookie(self, headers: Headers) -> bool:
        cookie = cookie_parser(headers.get("cookie", "")).get(self.cookies.name, "")
        return cookie != "" and self.cookies.is_good(cookie)

    def _check(self, scope: Scope, user: str, password: str) -> InputError | None:
        """The sentence for a wrong pair; after many of them no pair of that address is looked at for a while."""
        address = self.limits.address(scope)
        if wait_s := self.wrong.wait(address):
            return InputError(
                "Too many wrong passwords came from here. Try again in {seconds} seconds.", seconds=math.ceil(wait_s)
            )
        if self.pair.is_same(user, password):
            return None
        self.wrong.take(address)
        return InputError("The user name or the password is wrong.")

    def _refusal(self, error: InputError, say: Say) -> Response:
        return JSONResponse({"detail": say.error(error)}, status_of(error))

    async def _answer(self, scope: Scope, receive: Receive, path: str, headers: Headers) -> Response:
        """The answer to the form: the page that was asked for, or the form once more; a program gets JSON."""
        say = Say(PAGES[path]) if path in PAGES else say_from(headers)
        try:
            sent = parse_qs((await read(receive, headers)).decode("utf-8", "replace"), max_num_fields=20)
        except (Refusal, ValueError):  # too long, or too many fields
            sent = {}
        user, password = (sent.get(name, [""])[0] for name in ("username", "password"))
        wrong = self._check(scope, user.strip(), password)
        if wrong:
            return page(say, status_of(wrong), say.error(wrong)) if path in PAGES else self._refusal(wrong, say)
        query = scope.get("query_string", b"").decode("latin-1")
        here = f"?{query}"  # the same address, whatever a proxy puts before its path
        answer = RedirectResponse(here, 303) if path in PAGES else JSONResponse({"success": True})
        self._remember(answer, scope, headers)
        return answer

    def _remember(self, answer: Response, scope: Scope, headers: Headers) -> None:
        secure = "https" in (scope.get("scheme"), headers.get("x-forwarded-proto", "").split(",")[0].strip())
        cookie = f"{self.cookies.name}={self.cookies.signed()}; Path=/; HttpOnly"
        # Inside a frame of another site, such as a Space, a browser sends only this kind, and only over https.
        cookie += "; Secure; SameSite=None; Partitioned" if secure else "; SameSite=Lax"
        answer.raw_headers.append((b"set-cookie", cookie.encode()))


def status_of(error: InputError) -> int:
    """401, or 429 where it says for how long."""
    return 429 if "seconds" in error.values else 401


def basic(header: str) -> tuple[str, str] | None:
    """The user name and the password of a header of HTTP Basic; None if it is none."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, found, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if found else None


def page(say: Say, status: int, wrong: str = "") -> HTMLResponse:
    """The form, with a sentence if something was wrong."""
    title, lead, user, password, go = (say(f"page.login_{key}") for key in ("title", "lead", "user", "password", "go"))
    other, link = ("zh", "./zh") if say.language == "en" else ("en", "./")
    said = f'<p class="wrong" role="alert">{wrong}</p>' if wrong else ""
    language = "zh-Hans" if say.language == "zh" else "en"
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE.read_text()}</style></head><body><main>"
        f"<h1>{title}</h1><p>{lead}</p>{said}"
        f'<form method="post"><label>{user}<input name="username" autocomplete="username" required autofocus></label>'
        f'<label>{password}<input name="password" type="password" autocomplete="current-password" required></label>'
        f'<button>{go}</button></form><p><a href="{link}" lang="{other}">{say("page.other_language")}</a></p>'
        "</main></body></html>",
        status,
        {"cache-control": "no-store"},
    )

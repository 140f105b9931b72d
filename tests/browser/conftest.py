"""A live server, one Chromium, and watched windows, a browser context each, closed after their tests."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.browser import chromium
from tests.browser.page_actions import WAIT_MS, Files
from tests.browser.serving import Server, serve

LOCALES = {"en": "en-GB", "zh": "zh-CN"}
HEIGHT = {1440: 900, 390: 844}


@dataclass
class Watched:
    """A page and what went wrong on it: console errors, exceptions, requests to another machine."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path in a new window and close the old one, whose Gradio would log an error if it navigated away."""
        old, self.page = self.page, self.page.context.new_page()
        old.close()
        self.listen()
        self.page.goto(self.url + path)
        return self.page

    def listen(self) -> None:
        """Record errors from now on."""
        page = self.page
        page.on("console", lambda message: self._on_console(page, message))
        page.on("pageerror", lambda error: self._note(page, f"exception: {error}"))
        page.on("request", lambda request: self._on_request(page, request))

    def _note(self, page: Page, what: str) -> None:
        if page is self.page:
            self.wrong.append(what)

    def _on_console(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(page, f"console: {message.text} ({message.location.get('url')})")

    def _on_request(self, page: Page, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self._note(page, f"request to {request.url[:200]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page, served once per session; or the running one that PRETEXT_URL names."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    running = os.environ.get("PRETEXT_URL")
    if running:
        log.touch()
        yield Server(running.rstrip("/"), log)
    else:
        with serve(log) as server:
            yield server


@pytest.fixture(scope="session")
def page_url(server: Server) -> str:
    """Address of the running page, without a slash at its end."""
    return server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    found = chromium.find()
    assert found, "There is no Chromium: `make test` installs one, or name one in PRETEXT_CHROMIUM."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        yield running
        running.close()


Opener = Callable[..., Watched]  # (width, language="en") -> the page


@contextlib.contextmanager
def windows(browser: Browser, url: str, query: str = "") -> Iterator[Opener]:
    """Open the page at a width in a language, once each, at an address ending in `query`; all are closed at the end."""
    kept: dict[tuple[int, str], Watched] = {}

    def open_page(width: int, language: str = "en") -> Watched:
        if (width, language) not in kept:
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHT[width]}, locale=LOCALES[language], permissions=["microphone"]
            )
            context.set_default_timeout(WAIT_MS)
            watched = Watched(context.new_page(), url)
            watched.go(("/" if language == "en" else f"/{language}") + query)
            kept[width, language] = watched
        return kept[width, language]

    try:
        yield open_page
    finally:
        for watched in kept.values():
            watched.page.context.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, page_url: str) -> Iterator[Opener]:
    """The windows of one file of tests; test_tabs.py has its own for each tab."""
    with windows(browser, page_url) as open_page:
        yield open_page


@pytest.fixture
def visit(opened: Opener, server: Server) -> Iterator[Opener]:
    """`opened`, and after the test: nothing went wrong on the pages it used nor in the server's log."""
    used: list[Watched] = []
    before = server.log.stat().st_size

    def open_page(width: int, language: str = "en") -> Watched:
        used.append(opened(width, language))
        return used[-1]

    yield open_page
    wrong = [line for watched in used for line in watched.wrong]
    for watched in used:
        watched.wrong.clear()
    assert not wrong, "\n".join(wrong)
    with server.log.open("rb") as log:
        log.seek(before)
        said = log.read().decode(errors="replace")
    assert "Traceback" not in said, said[-4000:]


@pytest.fixture(scope="session")
def files(photo_file: Path, other_photo_file: Path, sound_file: Path) -> Files:
    """What a visitor brings along."""
    return Files(photo_file, other_photo_file, sound_file)

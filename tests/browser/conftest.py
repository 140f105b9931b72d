"""A live server, one Chromium, and one watched page for each width and language."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.walks import WAIT_MS, Files

ROOT = Path(__file__).parents[2]
START_S = 180
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
HEIGHT = {1440: 900, 390: 844}
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)  # fmt: skip


@dataclass(frozen=True)
class Server:
    """A running page and the file its output goes to."""

    url: str
    log: Path


@dataclass
class Watched:
    """A page and whatever went wrong on it since the last look: console errors, exceptions, foreign requests."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"exception: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text} ({message.location.get('url')})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.wrong.append(f"request to {request.url[:200]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`python app.py` on a free port, as a visitor of `make run` gets it."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    port = _free_port()
    command = [sys.executable, os.environ.get("PRETEXT_APP", str(ROOT / "app.py"))]
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "SHARE": "0", "PYTHONUNBUFFERED": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", process, log)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, f"the server stopped:\n{log.read_text()[-3000:]}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.25)
    raise AssertionError(f"the server did not answer within {START_S} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def page_url(server: Server) -> str:
    """Address of the running page, without a slash at its end."""
    return server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one named by PRETEXT_CHROMIUM, the system's, or the one that Playwright installed."""
    found = os.environ.get("PRETEXT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        chromium.close()


Opener = Callable[[int, str], Watched]


@pytest.fixture(scope="session")
def opened(browser: Browser, page_url: str) -> Iterator[Opener]:
    """Open the page at a width in a language, once a session: later tests go on where earlier ones stopped."""
    kept: dict[tuple[int, str], Watched] = {}

    def open_page(width: int, language: str) -> Watched:
        if (width, language) not in kept:
            size = {"width": width, "height": HEIGHT[width]}
            context = browser.new_context(viewport=size, locale=LOCALES[language], permissions=["microphone"])  # type: ignore[arg-type]
            context.set_default_timeout(WAIT_MS)
            watched = Watched(context.new_page(), page_url)
            watched.listen()
            watched.page.goto(page_url + ("/" if language == "en" else f"/{language}"))
            kept[width, language] = watched
        return kept[width, language]

    yield open_page
    for watched in kept.values():
        watched.page.context.close()


@pytest.fixture
def visit(opened: Opener, server: Server) -> Iterator[Opener]:
    """`opened`, and after the test: nothing went wrong on the pages it used nor in the server's log."""
    used: list[Watched] = []
    before = server.log.stat().st_size

    def open_page(width: int, language: str = "en") -> Watched:
        watched = opened(width, language)
        watched.wrong.clear() if used else None
        used.append(watched)
        return watched

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
def files(photo_file: Path, sound_file: Path) -> Files:
    """What a visitor brings along."""
    return Files(photo_file, sound_file)

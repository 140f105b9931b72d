"""What the page costs: to start, to send, to open, and for each visitor. Every function measures one served program.

Times are of the whole process tree; memory is resident. A `Run` that serves `PLAIN`, one button beside the same
libraries, gives what Gradio and the imports cost on this machine.
"""

import contextlib
import json
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.every_scenario import SCENARIOS
from tests.browser.page_actions import GROUP_OF, STEMS
from tests.browser.serving import ROOT, Server, resident_mb, serve

PAGE, PLAIN = ROOT / "app.py", ROOT / "tests" / "bench" / "plain_page.py"
VISITORS = 1000
GONE_S = 660  # sessions go ten minutes after their last event
WAIT_MS = 120_000
SETTLED_MS = 3000  # until the script that draws figures has arrived, too


@dataclass(frozen=True)
class Run:
    """A program that serves, and its process."""

    server: Server
    process: psutil.Process

    def cpu_s(self) -> float:
        """Processor seconds of the process and its children so far."""
        processes = [self.process, *self.process.children(recursive=True)]
        return float(sum(sum(each.cpu_times()[:2]) for each in processes))


@contextlib.contextmanager
def started(program: Path) -> Iterator[Run]:
    """Serve a program until its /config has answered."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt", "/config", program) as server:
        assert server.pid is not None
        yield Run(server, psutil.Process(server.pid))


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium."""
    found = chromium.find()
    assert found, "There is no Chromium: `make chromium` installs one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        yield browser
        browser.close()


def start(program: Path) -> dict[str, float]:
    """Processor seconds from the start of the process to the answer of /config, and the memory then."""
    with started(program) as run:
        return {"start_cpu": run.cpu_s(), "start_memory": resident_mb(run.process)}


def opened_memory() -> float:
    """Memory after every tab of both languages was opened once, in MB."""
    with started(PAGE) as run, browsing() as browser:
        for language in ("", "zh"):
            page = browser.new_page()
            for stem in STEMS:
                page.goto(f"{run.server.url}/{language}?tab={stem}")
                answered(page, stem)
            page.close()
        return resident_mb(run.process)


def sent_and_ready(browser: Browser, program: Path, answer: str) -> dict[str, float]:
    """Bytes over the wire and seconds until something shows: a script that is true then.

    Of three visits the shortest, and the one that received most: on a busy machine a large file may come too late.
    """
    sizes, times_s = [], []
    with started(program) as run:
        for _ in range(3):
            page, sent = browser.new_context(viewport={"width": 1440, "height": 900}).new_page(), [0.0]
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.on("Network.loadingFinished", lambda event, sent=sent: sent.append(event["encodedDataLength"]))
            begun = time.monotonic()
            page.goto(run.server.url, wait_until="commit")
            page.wait_for_function(answer, timeout=WAIT_MS, polling=20)
            ready_s = time.monotonic() - begun
            page.wait_for_timeout(SETTLED_MS)
            sizes.append(sum(sent))
            times_s.append(ready_s)
            page.context.close()
    return {"page_bytes": max(sizes), "page_ready": min(times_s)}


def tab_open() -> dict[str, float]:
    """Seconds from the click on a tab to its first answer, each tab in a fresh process."""
    found = {}
    for stem in STEMS:
        with started(PAGE) as run, browsing() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            first = STEMS[0] if stem != STEMS[0] else STEMS[1]
            page.goto(f"{run.server.url}/?tab={first}")
            answered(page, first)
            page.locator(f"#{GROUP_OF[stem]}-group-button").click()
            begun = time.monotonic()
            page.locator(f"#{stem}-tab-button").click()
            answered(page, stem)
            found[stem] = time.monotonic() - begun
    return found


def answered(page: Page, stem: str) -> None:
    """Wait until the outputs that a tab opens with show something."""
    page.wait_for_function(ANSWERED, arg=list(SCENARIOS[stem].first), timeout=WAIT_MS, polling=20)


ANSWERED = """(ids) => ids.every((id) => {
  const box = document.getElementById(id);
  if (!box) { return false; }
  const shown = box.querySelector("img, .js-plotly-plot .main-svg, canvas, audio, svg.waveform, td, li, mark");
  const filled = [...box.querySelectorAll("textarea, input")].some((item) => item.value);
  return shown || filled || (box.innerText ?? "").trim().length > 0;
})"""


def sessions(visitors: int = VISITORS, wait_s: float = GONE_S) -> dict[str, float]:
    """Memory that visitors with one question each add, and what stays when they are gone; the first event's time."""
    with started(PAGE) as run:
        asked = question(run.server.url)
        for number in range(20):
            ask(run.server.url, asked, f"warm{number}")
        costs = []
        for number in range(10):
            times = []
            for _ in range(2):
                begun = run.cpu_s()
                ask(run.server.url, asked, f"cost{number}")
                times.append(run.cpu_s() - begun)
            costs.append(times[0] - times[1])
        before = resident_mb(run.process)
        for number in range(visitors):
            ask(run.server.url, asked, f"visitor{number}")
        added = resident_mb(run.process) - before
        time.sleep(wait_s)
        found = {"session_memory": added, "session_cpu_ms": round(1000 * statistics.median(costs), 1)}
        return found | ({"session_memory_gone": resident_mb(run.process) - before} if wait_s >= GONE_S else {})


def question(url: str) -> dict[str, Any]:
    """The rotation tab's main question as a browser sends it: event and data."""
    (event,) = (each for each in config(url)["dependencies"] if each["api_name"] == "rotation_predict")
    return {"fn_index": event["id"], "data": values(url, event)}


def config(url: str) -> dict[str, Any]:
    """The components and events of a page."""
    with urllib.request.urlopen(f"{url}/config") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def values(url: str, event: dict[str, Any]) -> list[Any]:
    """What the inputs of an event are laid out with."""
    props = {each["id"]: each["props"] for each in config(url)["components"]}
    return [props[ident].get("value") for ident in event["inputs"]]


def join(url: str, asked: dict[str, Any], session: str) -> None:
    """Ask in a session."""
    body = json.dumps({**asked, "session_hash": session}).encode()
    request = urllib.request.Request(
        f"{url}/gradio_api/queue/join", body, {"content-type": "application/json"}, method="POST"
    )
    urllib.request.urlopen(request).close()


def ask(url: str, asked: dict[str, Any], session: str) -> None:
    """Ask in a session and wait for the answer."""
    join(url, asked, session)
    with urllib.request.urlopen(f"{url}/gradio_api/queue/data?session_hash={session}") as stream:
        for line in stream:
            if b"process_completed" in line:
                assert b'"success":true' in line, line[:500]
                return
    raise AssertionError("the stream ended without an answer")

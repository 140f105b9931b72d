"""SIGTERM answers what runs, refuses what comes, and leaves nothing behind; a page that is built again has its name."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.context import Context

from demos.page.restart import FETCH_S, STARTS, Ending, layout_id, name_start
from tests.browser.serving import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, time
from pathlib import Path
import gradio as gr
from core.rotation.choices import CHOICES
from core.training.jobs import Jobs
from demos.page import restart, server

jobs = Jobs()

def on_slow(seconds: float) -> str:
    time.sleep(seconds)
    return "answered"

def on_stream(seconds: float):
    for number in range(int(seconds * 10)):
        time.sleep(0.1)
        yield str(number)
    yield "answered"

def on_train(minutes: float):
    job = jobs.submit("rotation", {**CHOICES.usual, "width": 8, "minutes": minutes}, "me")
    while job.state in ("waiting", "running"):
        jobs.watch(job, "me")
        time.sleep(0.1)
        yield "step" if job.rows else "nothing yet"
    yield job.state

hosting = server.Hosting.of({"HOST": "127.0.0.1", "PORT": sys.argv[1], "GRADIO_TEMP_DIR": sys.argv[2]})
with server.own_folder(hosting.folder) as folder, restart.Ending(grace_s=float(sys.argv[3])) as ending:
    with gr.Blocks() as page:
        seconds, text = gr.Number(1), gr.Textbox()
        gr.Button().click(on_slow, seconds, text, api_name="slow", concurrency_limit=1)
        gr.Button().click(on_stream, seconds, text, api_name="stream")
        gr.Button().click(on_train, seconds, text, api_name="train")
    page.queue(max_size=8, api_open=False)
    settings = server.prepare(page, hosting, folder.files, jobs, ending)
    page.launch(**settings, ssr_mode=False, run_history=False)
"""


class Program:
    """A page with a slow question, in a process of its own."""

    def __init__(self, folder: Path, grace_s: float) -> None:
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        command = [sys.executable, "-c", PROGRAM, str(port), str(folder), str(grace_s)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while not self.is_up():
            assert self.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1)  # Gradio looks once more whether its page answers

    def is_up(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"{self.url}/gradio_api/startup-events", timeout=10).read())
        except OSError:
            return False

    def call(self, name: str, seconds: float) -> str:
        """Ask a question, and return the id of its event."""
        body = json.dumps({"data": [seconds]}).encode()
        headers = {"content-type": "application/json"}
        asked = urllib.request.Request(f"{self.url}/gradio_api/call/{name}", body, headers)
        return str(json.load(urllib.request.urlopen(asked, timeout=10))["event_id"])

    def answer(self, name: str, event: str) -> str:
        """The messages of a question until its end."""
        with urllib.request.urlopen(f"{self.url}/gradio_api/call/{name}/{event}", timeout=60) as stream:
            return str(stream.read().decode())


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Any]:
    started: list[Program] = []

    def start(grace_s: float) -> Program:
        started.append(Program(tmp_path / "gradio", grace_s))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def test_running_clicks_are_answered_before_the_end(programs: Any, tmp_path: Path) -> None:
    """One runs, one waits behind it, one streams; each is fetched after the signal, as a slow network would."""
    program = programs(20)
    asked = [
        ("slow", program.call("slow", 3)),
        ("slow", program.call("slow", 1)),
        ("stream", program.call("stream", 3)),
    ]
    answers: list[str] = []
    threads = [threading.Thread(target=lambda each=each: answers.append(program.answer(*each))) for each in asked]
    time.sleep(0.5)
    program.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    time.sleep(0.5)
    for thread in threads:
        thread.start()
    with pytest.raises(urllib.error.HTTPError) as refused:
        program.call("slow", 1)
    assert (refused.value.code, "is being started again" in refused.value.read().decode()) == (400, True)
    for thread in threads:
        thread.join(30)
    assert [answer.rstrip().endswith('data: ["answered"]') for answer in answers] == [True] * 3
    assert program.process.wait(20) == 0
    assert 3 < time.monotonic() - began < 15
    assert list((tmp_path / "gradio").iterdir()) == []


def test_endless_click_does_not_hold_the_server(programs: Any) -> None:
    program = programs(1)
    program.call("slow", 600)
    time.sleep(0.5)
    program.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    program.process.wait(20)
    assert 1 <= time.monotonic() - began < 10, "a second of grace, and Gradio's five for open connections"


def test_training_ends_with_the_server(programs: Any) -> None:
    """It would take five minutes; its visitor sees where it ended."""
    program = programs(20)
    event = program.call("train", 5)
    answers: list[str] = []
    reading = threading.Thread(target=lambda: answers.append(program.answer("train", event)))
    reading.start()
    time.sleep(1)
    program.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert program.process.wait(20) == 0
    assert time.monotonic() - began < 12
    reading.join()
    assert answers[0].rstrip().endswith('["over"]')


class Queue:
    """Gradio's queue: nothing runs, no message waits, and the last one of an event is still being sent."""

    def __init__(self) -> None:
        self.active_jobs: list[None] = [None]
        self.pending_messages_per_session: dict[str, Any] = {}
        self.pending_event_ids_session = {"window": {"event"}}

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize(("sent_after_s", "least_s", "most_s"), [(0.4, 0.4, 1.5), (60, FETCH_S, FETCH_S + 1)])
def test_last_message_is_sent_before_the_end(sent_after_s: float, least_s: float, most_s: float) -> None:
    """A page that does not fetch its answer is not waited for longer than `FETCH_S`."""
    queue = Queue()
    sending = threading.Timer(sent_after_s, lambda: queue.pending_event_ids_session["window"].clear())
    sending.start()
    began = time.monotonic()
    Ending().wait(SimpleNamespace(_queue=queue), began + 20)  # type: ignore[arg-type]
    assert least_s <= time.monotonic() - began < most_s
    sending.cancel()


def test_idle_server_ends_at_once(programs: Any) -> None:
    program = programs(20)
    program.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert program.process.wait(20) == 0
    assert time.monotonic() - began < 10, "half of what running clicks are given"


def test_signal_before_the_page_ends_the_process() -> None:
    with Ending() as ending, pytest.raises(KeyboardInterrupt):
        ending.on_signal(signal.SIGTERM, None)


def test_same_layout_has_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Built twice, a page has one name and two starts; another component, another event or another order changes it."""

    def page(*kinds: type[gr.Textbox] | type[gr.Number], event: bool = True) -> gr.Blocks:
        monkeypatch.setattr(Context, "id", 0)  # as in a new process
        built = gr.Blocks()
        with built:
            made = [kind() for kind in kinds]
            if event:
                made[0].submit(lambda value: value, made[0], made[-1], api_name="ask")
        return built

    kinds = (gr.Textbox, gr.Number)
    names = [layout_id(each) for each in (page(*kinds), page(*kinds), page(*kinds[::-1]), page(*kinds, event=False))]
    assert names[0] == names[1]
    assert len(set(names)) == 3
    starts = [page(*kinds) for _ in range(2)]
    for each in starts:
        name_start(each)
    assert starts[0].app_id // STARTS == starts[1].app_id // STARTS
    assert max(each.app_id for each in starts) < 2**53, "JavaScript's numbers"


def test_script_knows_the_same_number_of_starts() -> None:
    assert f"const STARTS = {STARTS};" in (ROOT / "assets" / "connection.js").read_text(encoding="utf-8")

"""What whoever runs the page can see of it: numbers for Prometheus at /metrics, and one line of JSON per question.

Neither holds anything that a visitor wrote, nor the name of a file. A session is named in the log by a hash whose key
is made when the server starts, so that lines of one session can be put together and lead nowhere else.
"""

import datetime
import functools
import hmac
import json
import secrets
import sys
import time
import traceback
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.queueing import Event
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.page.doors import route_path
from demos.page.sessions import Sessions

PATH = "/metrics"
TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)
MOST_PLACES = 12  # of a defect, the last ones
SHARED = "page"  # what belongs to no tab
ROUTES = {"upload": "upload", "join": "question", "call": "question", "run": "question"}
ABOUT = {  # what Prometheus shows beside a name, in English as all of it
    "pretext_questions": "Questions by how they ended.",
    "pretext_question_seconds": "Seconds from start to end.",
    "pretext_wait_seconds": "Seconds in the queue.",
    "pretext_refusals": "What was not answered, and why.",
    "pretext_refused_requests": "Requests refused.",
    "pretext_queue_length": "Questions in the queue.",
    "pretext_running": "Questions that are being answered.",
    "pretext_sessions": "Sessions with an open window.",
    "pretext_trainings": "Trainings in the page.",
}
Write = Callable[[str], Any]
Metric = TypeVar("Metric", Counter, Histogram)


class Trainings(Protocol):
    """The trainings of the page, as far as they are counted."""

    def counts(self) -> dict[str, int]:
        """How many are running and how many wait."""


class Meter:
    """Counts the questions of one page.

    Args:
        page: whose questions they are.
        sessions: of the page.
        trainings: of the page.
        write: takes the lines of the log; None for no log.
    """

    def __init__(self, page: gr.Blocks, sessions: Sessions, trainings: Trainings, write: Write | None = None) -> None:
        self.page, self.sessions, self.trainings, self.write = page, sessions, trainings, write
        self.key = secrets.token_bytes(32)
        self.registry = CollectorRegistry()
        self.questions = self._new(Counter, "pretext_questions", "tab", "outcome")
        self.seconds = self._new(Histogram, "pretext_question_seconds", "tab", buckets=BUCKETS_S)
        self.waited = self._new(Histogram, "pretext_wait_seconds", "tab", buckets=BUCKETS_S)
        self.refusals = self._new(Counter, "pretext_refusals", "tab", "reason")
        self.requests = self._new(Counter, "pretext_refused_requests", "route", "status")
        self.registry.register(Present(self))

    def _new(self, kind: type[Metric], name: str, *labels: str, **settings: Any) -> Metric:
        return kind(name, ABOUT[name], labels, registry=self.registry, **settings)

    def asked(self, event: Event) -> None:
        """A question leaves the queue."""
        self.waited.labels(tab_of(event.fn)).observe(time.monotonic() - event.enqueue_time)

    def ended(self, event: Event, seconds: float, outcome: str) -> None:
        """A question is over: "answered", "refused" with a sentence, "failed" by a defect, or its visitor "left"."""
        tab = tab_of(event.fn)
        self.questions.labels(tab, outcome).inc()
        self.seconds.labels(tab).observe(seconds)
        if outcome == "refused":
            self.refusals.labels(tab, "input").inc()
        self._log(event.fn, event.session_hash, outcome=outcome, seconds=round(seconds, 4))

    def refused(self, fn: BlockFunction, session: str | None, reason: str) -> None:
        """A question got no place in the queue: "busy", "rate" or "ending"."""
        self.refusals.labels(tab_of(fn), reason).inc()
        self._log(fn, session, outcome=reason)

    def _log(self, fn: BlockFunction, session: str | None, **found: Any) -> None:
        if self.write is not None:
            line = {"time": now(), "tab": tab_of(fn), "call": fn.api_name or fn.name, **found}
            line["session"] = self.alias(session)
            self.write(json.dumps(line))

    def alias(self, session: str | None) -> str:
        """What a session is called in the log."""
        return hmac.digest(self.key, (session or "").encode("utf-8", "surrogatepass"), "sha256").hex()[:12]


class Present:
    """What is counted when it is asked for: queue, sessions and trainings."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges, as `prometheus_client` asks for them."""
        queue = self.meter.page._queue
        waiting = [event for each in list(queue.event_queue_per_concurrency_id.values()) for event in list(each.queue)]
        running = [event for job in list(queue.active_jobs) if job is not None for event in job]
        for name, events in {"pretext_queue_length": waiting, "pretext_running": running}.items():
            family = GaugeMetricFamily(name, ABOUT[name], labels=["tab"])
            for tab, count in Tally(tab_of(event.fn) for event in events).items():
                family.add_metric([tab], count)
            yield family
        yield GaugeMetricFamily(name := "pretext_sessions", ABOUT[name], len(self.meter.sessions.windows))
        trainings = GaugeMetricFamily(name := "pretext_trainings", ABOUT[name], labels=["state"])
        for state, count in self.meter.trainings.counts().items():
            trainings.add_metric([state], count)
        yield trainings


@functools.lru_cache(maxsize=4096)
def tab_of(fn: BlockFunction) -> str:
    """The tab that an event belongs to: the one around its outputs or inputs."""
    for block in (*fn.outputs, *fn.inputs):
        around: Any = block
        while around is not None:
            if isinstance(around, gr.Tab) and (around.elem_id or "") == f"{around.id}-tab":
                return str(around.id)
            around = getattr(around, "parent", None)
    return SHARED


class Watched:
    """ASGI middleware that answers /metrics, if it is open, and counts the requests that are refused.

    Args:
        app: the application.
        meter: counts.
        is_open: whether /metrics is there.
    """

    def __init__(self, app: ASGIApp, meter: Meter, *, is_open: bool) -> None:
        self.app = app
        self.meter = meter
        self.is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and look at the status of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = route_path(scope)

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                self.meter.requests.labels(route_of(path), str(message["status"])).inc()
            await send(message)

        if self.is_open and path == PATH and scope["method"] in ("GET", "HEAD"):
            answer: ASGIApp = Response(generate_latest(self.meter.registry), media_type=TYPE)
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send_and_count)


def route_of(path: str) -> str:
    """The kind of a path: "question", "upload" or "other", so that no visitor can make up a label."""
    parts = path.split("/")
    return next((kind for part, kind in ROUTES.items() if part in parts[:4]), "other")


class Traces:
    """In the place of the module `traceback` in Gradio: a defect as a line of JSON.

    Its message is left out, because it often repeats what a visitor gave.
    """

    def __init__(self, write: Write) -> None:
        self.write = write

    def print_exc(self) -> None:
        """Write the kind of the error that is being handled, and the places in the code that led to it."""
        error = sys.exception()
        frames = traceback.extract_tb(error.__traceback__) if error else []
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        self.write(json.dumps({"time": now(), "error": type(error).__name__, "places": places[-MOST_PLACES:]}))


def now() -> str:
    """The present as ISO 8601 in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def print_line(line: str) -> None:
    """Write a line of the log to the standard output, whole."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

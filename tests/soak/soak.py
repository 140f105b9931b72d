"""A class on one server: many sessions that ask, upload, stream and vanish, beside a training; what came of it.

Every answer is compared with that of another server which was asked the same while it had nothing else to do.
"""

import asyncio
import contextlib
import json
import statistics
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from tests.browser.serving import resident_mb, serve
from tests.hostile.caller import API, Caller, Event
from tests.soak.variants import Question, differences, questions, with_content

LIGHT_S = 0.5  # a question that takes no longer alone is light
VANISHING = 10  # every tenth session leaves in mid-call
WAIT_S = 120
BUSY = ("busy", "queue")  # words of the sentence of a full queue


@dataclass(frozen=True)
class Plan:
    """A class and its hour.

    Attributes:
        sessions: pupils, each with a window.
        seconds: how long they ask.
        think_s: mean pause of each between an answer and the next question.
        variants: of each question; half a second each, twice, before the class begins.
        training: whether one runs all the time.
    """

    sessions: int = 100
    seconds: float = 600
    think_s: float = 15
    variants: int = 4
    training: bool = True


@dataclass
class Result:
    """What a soak found.

    Attributes:
        times_s: by question, from the request to the complete answer.
        first_s: by question that streams, from the request to the first message with content.
        alone_s: by question, the same of the idle server.
        wrong: answers that differ from those of the idle server, and how.
        errors: sentences and failures that were no honest refusal.
        refused: sentences of a full queue.
        vanished: calls that were left before they were answered.
        memory_mb: resident memory of the server and its children, once a second.
    """

    times_s: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first_s: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    alone_s: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    vanished: int = 0
    memory_mb: list[float] = field(default_factory=list)

    def light_p95_s(self) -> float:
        """95th percentile over all light questions."""
        times = [each for name, found in self.times_s.items() if self.alone_s[name] <= LIGHT_S for each in found]
        return float(np.percentile(times, 95))

    def growth(self) -> float:
        """Memory of the last tenth over that in the middle."""
        tenth = max(1, len(self.memory_mb) // 10)
        middle = len(self.memory_mb) // 2
        return statistics.mean(self.memory_mb[-tenth:]) / statistics.mean(self.memory_mb[middle : middle + tenth]) - 1


@dataclass(frozen=True)
class Reply:
    """An answer as a browser gets it: when its first content came, when all, and the values or a sentence."""

    first_s: float
    seconds: float
    data: list[Any] | None
    sentence: str | None = None


async def ask(http: httpx.AsyncClient, session: str, number: int, values: list[Any], leave_s: float = 1e9) -> Reply:
    """Cause an event in a session, and wait for its answer or leave."""
    begun, first = time.perf_counter(), 0.0
    body = {"data": values, "fn_index": number, "session_hash": session}
    joined = await http.post(f"{API}/queue/join", json=body)
    if joined.status_code != 200:
        return Reply(0, time.perf_counter() - begun, None, f"{joined.status_code} {joined.text[:200]}")
    async with http.stream("GET", f"{API}/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            if time.perf_counter() - begun > leave_s:
                break
            message = json.loads(line[6:]) if line.startswith("data: ") else {}
            if message.get("msg") in ("process_generating", "process_completed"):
                first = first or time.perf_counter() - begun
            if message.get("msg") == "process_completed":
                output, seconds = message["output"], time.perf_counter() - begun
                if message["success"]:
                    return Reply(first, seconds, with_content(output["data"]))
                return Reply(first, seconds, None, str(output.get("error")))
    return Reply(first, time.perf_counter() - begun, None)


def client(url: str) -> httpx.AsyncClient:
    """A client of any number of connections; the server closes those that idle for five seconds."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200, keepalive_expiry=2)
    return httpx.AsyncClient(base_url=url, timeout=WAIT_S, trust_env=False, limits=limits)


async def answers_alone(url: str, asked: list[Question], result: Result) -> dict[int, Any]:
    """The answers to all questions, one after the other, and the shortest time of each; by index into `asked`."""
    found: dict[int, Any] = {}
    async with client(url) as http:
        for index, question in enumerate(asked):
            reply = await ask(http, f"alone{index}", question.event["id"], question.values)
            if reply.data is not None:  # what the laid out values cannot answer, such as no drawing, is not asked
                found[index] = reply.data
                result.alone_s[question.name] = min(reply.seconds, result.alone_s.get(question.name, WAIT_S))
    return found


class Class:
    """The sessions of a soak."""

    def __init__(self, plan: Plan, asked: list[Question], expected: dict[int, Any], result: Result) -> None:
        self.plan, self.asked, self.expected, self.result = plan, asked, expected, result
        self.end = time.monotonic() + plan.seconds

    async def session(self, http: httpx.AsyncClient, number: int) -> None:
        """Ask one question after the other; in every tenth session, some are left in mid-call."""
        rng = np.random.default_rng(number)
        await asyncio.sleep(float(rng.uniform(0, self.plan.think_s)))
        count = 0
        while time.monotonic() < self.end:
            count += 1
            index = int(rng.choice(list(self.expected)))
            leaves = number % VANISHING == 0 and count % 2 == 0
            name = f"soak{number}-{count}" if leaves else f"soak{number}"
            try:
                await self.question(http, name, index, leave_s=0 if leaves else 1e9)
            except httpx.HTTPError as error:
                self.result.errors.append(f"{self.asked[index].name}: {type(error).__name__} {error}")
            await asyncio.sleep(float(rng.exponential(self.plan.think_s)))

    async def question(self, http: httpx.AsyncClient, session: str, index: int, leave_s: float) -> None:
        """Ask one question and note what came."""
        question = self.asked[index]
        reply = await ask(http, session, question.event["id"], question.values, leave_s)
        if reply.sentence is not None:
            if any(word in reply.sentence for word in BUSY):
                self.result.refused[question.name] += 1
            else:
                self.result.errors.append(f"{question.name}: {reply.sentence}")
        elif reply.data is None:
            self.result.vanished += 1
        else:
            self.result.times_s[question.name].append(reply.seconds)
            if question.streams:
                self.result.first_s[question.name].append(reply.first_s)
            found = list(differences(self.expected[index], reply.data))
            self.result.wrong += [f"{question.name} {question.values}: {found[:3]}"] if found else []

    async def run(self, url: str, training: Event | None) -> None:
        """All sessions, and one that trains."""
        async with client(url) as http:
            tasks = [self.session(http, number) for number in range(self.plan.sessions)]
            if training is not None:
                tasks.append(self.train(http, training))
            await asyncio.gather(*tasks)

    async def train(self, http: httpx.AsyncClient, event: Event) -> None:
        """Start one training after the other until the end."""
        number = 0
        while time.monotonic() < self.end:
            number += 1
            left = self.end - time.monotonic()
            budget = 5 * int(np.clip(left / 5, 2, 60))
            values = [budget if value is BUDGET else value for value in event["values"]]
            reply = await ask(http, f"trainer{number}", event["id"], values)
            if reply.sentence is not None:
                self.result.errors.append(f"training: {reply.sentence}")
                return


BUDGET = object()


def training_event(caller: Caller, tab: str = "rotation") -> Event:
    """The event of a Train part's start button, with values as laid out and BUDGET for its budget."""
    idents = {each["props"].get("elem_id"): ident for ident, each in caller.components.items()}
    start = idents[f"{tab}-train-start"]
    event = next(each for each in caller.events.values() if [start, "click"] in map(list, each["targets"]))
    values = [BUDGET if item["type"] == "slider" else item["props"].get("value") for item in caller.inputs(event)]
    return {**event, "values": values}


@contextlib.contextmanager
def watched(pid: int, result: Result) -> Iterator[None]:
    """Note the memory of a process and its children once a second, in a thread."""
    ended = threading.Event()

    def watch() -> None:
        process = psutil.Process(pid)
        while not ended.wait(1):
            result.memory_mb.append(resident_mb(process))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def soak(plan: Plan) -> Result:
    """Ask an idle server, then let a class loose on another."""
    result = Result()
    with tempfile.TemporaryDirectory() as folder:
        with serve(Path(folder) / "idle.txt", "/config") as idle:
            asked = questions(Caller(idle.url), plan.variants)
            expected = asyncio.run(answers_alone(idle.url, asked, result))
        (Path(folder) / "busy").mkdir()
        with serve(Path(folder) / "busy" / "log.txt", "/config") as busy:
            caller = Caller(busy.url)
            again = questions(caller, plan.variants)  # the files that are laid out lie elsewhere
            assert busy.pid is not None
            with watched(busy.pid, result):
                asyncio.run(
                    Class(plan, again, expected, result).run(
                        busy.url, training_event(caller) if plan.training else None
                    )
                )
    return result

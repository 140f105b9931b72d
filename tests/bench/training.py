"""What training in the page achieves, and what it costs others: `python -m tests.bench train`."""

import contextlib
import queue
import re
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from core.training import live
from core.training.jobs import Jobs
from core.training.live import Update
from tests.bench import page as served

SEEDS = range(5)
SECONDS = 60
CLICKS = 21
VIEWERS = 100


def runs(method: str, seconds: float = SECONDS) -> list[list[dict[str, float]]]:
    """The rows of a usual run on the emoji for each seed, one after the other in this process."""
    found = []
    for seed in SEEDS:
        updates: list[Update] = []
        with tempfile.TemporaryDirectory() as folder:
            recipe = live.usual(method, data="emoji", resume=folder, minutes=seconds / 60, seed=seed)
            live.run(method, recipe, updates.append, lambda: False)
        found.append([update.row for update in updates])
    return found


def speed(rows: list[dict[str, float]], batch: int) -> float:
    """Pictures per second of a whole run, measuring included."""
    return rows[-1]["step"] * batch / rows[-1]["elapsed_s"]


def gain(rows: list[dict[str, float]]) -> float:
    """Percentage points of k-NN accuracy over the untrained network: the mean of the last five measurements."""
    return 100 * (statistics.mean(row["knn"] for row in rows[-5:]) - rows[0]["knn"])


def click_ms() -> tuple[float, float]:
    """Milliseconds that a question of the rotation tab takes at the median: alone, and while a worker trains."""
    with served.started(served.PAGE) as run:
        alone = _median_ms(run.server.url)
        jobs = Jobs()  # the same queue and worker as the page's
        job = jobs.submit("rotation", dict(vars(live.usual("rotation", minutes=10.0))), "bench")
        while len(job.rows) < 3:
            jobs.watch(job, "bench")
            time.sleep(0.2)
        beside = _median_ms(run.server.url, lambda: jobs.watch(job, "bench"))
        assert job.state == "running"
        jobs.close()
    return alone, beside


def viewer_ms(seconds: float = 20.0) -> float:
    """Milliseconds of the web process that one more viewer of a run costs per second."""
    with served.started(served.PAGE) as run:
        url = run.server.url
        events = {
            each["api_name"]: each for each in reversed(served.config(url)["dependencies"])
        }  # the first of a name
        teacher = Viewer(url, events["on_start"]["id"], served.values(url, events["on_start"]), "teacher")
        token = teacher.token()
        alone = _spent_s(run, seconds)
        pupils = [Viewer(url, events["on_open"]["id"], [token], f"pupil{number}") for number in range(VIEWERS)]
        for pupil in pupils:
            pupil.token()
        together = _spent_s(run, seconds)
        seen = [pupil.messages for pupil in pupils]
        assert min(seen) > seconds / 3, seen  # they did see it
    return 1000 * (together - alone) / VIEWERS / seconds


def _spent_s(run: served.Run, seconds: float) -> float:
    """Processor time of the web process alone, not of the worker that it started."""
    before = sum(run.process.cpu_times()[:2])
    time.sleep(seconds)
    return float(sum(run.process.cpu_times()[:2]) - before)


class Viewer(threading.Thread):
    """A window that waits for what an event streams."""

    def __init__(self, url: str, event: int, data: list[Any], session: str) -> None:
        super().__init__(daemon=True)
        served.join(url, {"fn_index": event, "data": data}, session)
        self.address = f"{url}/gradio_api/queue/data?session_hash={session}"
        self.found: queue.Queue[str] = queue.Queue()
        self.messages = 0
        self.start()

    def run(self) -> None:
        """Read messages until the server ends."""
        with contextlib.suppress(OSError), urllib.request.urlopen(self.address) as stream:
            for line in stream:
                if b"process_generating" in line:
                    self.messages += 1
                    tokens = re.findall(r"run=([\w-]{16})", line.decode())
                    self.found.put(tokens[0] if tokens else "")

    def token(self) -> str:
        """The run that is shown; waits for the first message."""
        return self.found.get(timeout=60)


def _median_ms(url: str, between: Callable[[], None] = lambda: None) -> float:
    asked, times = served.question(url), []
    for number in range(CLICKS + 3):
        asked["data"][1] = (90, 180)[number % 2]  # another turn each time, or the first answer would be kept
        between()
        begun = time.perf_counter()
        served.ask(url, asked, "visitor")
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times[3:])

"""Trainings that the page's visitors asked for: one at a time, in order, each for as long as somebody watches it.

The web process knows a job by its token, which is also its link: whoever has the link may watch the run, which is how a
whole class sees one training. A job's files lie in a folder of its own, which goes when nobody has looked at it for
`KEPT_S`.
"""

import contextlib
import contextvars
import functools
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError, PretextError, TrainingFailed
from core.training.lent import Lend, take_all

State = Literal["waiting", "running", "over", "failed"]
WAITING = 8  # jobs that wait; one more is refused
KEPT = 24  # jobs that are over, and their files
KEPT_S = 600
LEFT_S = 1.5  # a run ends when nobody has watched it for so long
UNHEARD_S = 30.0  # a worker that does not heed a stop for so long is killed,
LOADING_S = 1.0  # or for so long while it reads its data, which it does not leave
ROWS = 2000
TREE = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "core.training.worker"]


@dataclass
class Job:
    """One training. What it shows changes under `changed`, which counts up with every report.

    Attributes:
        token: names it, and cannot be guessed.
        method: "rotation", ...
        recipe: fields of the method's recipe, as plain values.
        folder: of its run.
        files: what the visitor brought, if it is trained on that.
        text: whether these are texts.
        kept: what became of these files, see `archives.Kept`.
        loading: whether the worker is still reading the data.
        state: "over" after its budget or a stop, "failed" with an `error`.
        place: while it waits, how many runs come before it.
        rows: the curves: one dictionary about every second.
        before, now: the examples at the first report and at the last, as `worker` writes them.
        owner: the session that asked for it; only it may stop the run or have it go on, and its next run ends this.
        watched: session -> when it last looked.
        context: of the event that asked for it, by which a host knows whom it lends a GPU.
    """

    token: str
    method: str
    recipe: dict[str, Any]
    folder: Path
    files: tuple[str, ...] = ()
    text: bool = False
    kept: dict[str, Any] = field(default_factory=dict)
    loading: bool = False
    state: State = "waiting"
    place: int = 0
    rows: list[dict[str, float]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    now: list[dict[str, Any]] = field(default_factory=list)
    error: PretextError | None = None
    changed: int = 0
    stopping: bool = False
    owner: str = ""
    watched: dict[str, float] = field(default_factory=dict)
    last_seen: float = field(default_factory=time.monotonic)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    @property
    def budget_s(self) -> float:
        """Seconds that the run may take in all."""
        return float(60 * self.recipe["minutes"])

    @property
    def checkpoint(self) -> Path:
        """The folder of its weights and card, once it is over."""
        return self.folder / "checkpoint"


class Jobs:
    """The queue of trainings of one server, and its worker process.

    Args:
        parent: where the folders of jobs are made; the temporary folder unless given.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self.parent = parent
        self.jobs: dict[str, Job] = {}
        self.queue: list[Job] = []
        self.news = threading.Condition()
        self.thread: threading.Thread | None = None
        self.process: subprocess.Popen[str] | None = None
        self.lend: Lend | None = None

    def borrow_by(self, lend: Lend) -> None:
        """Train on a GPU that is lent for one run at a time, wherever one is; the worker takes the others."""
        self.lend = lend

    def submit(
        self, method: str, recipe: dict[str, Any], session: str, files: Sequence[str] = (), *, text: bool = False
    ) -> Job:
        """Queue a new run; it starts when those before it are over.

        Args:
            method: with a module `core.<method>.live`.
            recipe: fields of its recipe, without `resume`, and without `data` if there are files.
            session: who watches it.
            files: of a visitor, to train on.
            text: whether these are texts.

        Raises:
            InputError: too many wait.
        """
        with self.news:
            if len(self.queue) >= WAITING:
                raise InputError(
                    "{count} trainings are waiting already. Try again in about {minutes} minutes.",
                    count=len(self.queue),
                    minutes=max(1, round(sum(each.budget_s for each in self.queue) / 60)),
                )
            folder = Path(tempfile.mkdtemp(prefix="training-", dir=self.parent))
            place = {"resume": str(folder / "run"), **({"data": f"folder:{folder / 'data'}"} if files else {})}
            job = Job(secrets.token_urlsafe(12), method, {**recipe, **place}, folder / "run", tuple(files), text)
            job.folder.mkdir()
            job.owner = session
            for earlier in self.jobs.values():
                earlier.stopping = earlier.stopping or earlier.owner == session
            self.jobs[job.token] = job
            self._queue(job, session)
        return job

    def go_on(self, job: Job, seconds: float, session: str) -> None:
        """Give a run that is over more time; raises InputError for another session."""
        _check_owner(job, session)
        with self.news:
            if job.state == "over":
                spent_s = job.rows[-1]["elapsed_s"] if job.rows else 0.0
                job.recipe = {**job.recipe, "minutes": (spent_s + seconds) / 60}
                self._queue(job, session)

    def _queue(self, job: Job, session: str) -> None:
        job.state, job.stopping = "waiting", False
        job.changed += 1
        job.watched[session] = time.monotonic()
        self.queue.append(job)
        self._place()
        if self.thread is None:
            self.thread = threading.Thread(target=self._work, name="trainings", daemon=True)
            self.thread.start()
        self.news.notify_all()

    def _place(self) -> None:
        ahead = sum(job.state == "running" for job in self.jobs.values())
        for number, job in enumerate(self.queue):
            job.place = ahead + number
            job.changed += 1

    def warm(self) -> None:
        """Start the worker, which takes seconds, before the first run is asked for."""
        with self.news:
            self._worker()

    def find(self, token: str) -> Job:
        """The job of a token, which is kept for another `KEPT_S`.

        Raises:
            InputError: there is none, or no longer.
        """
        job = self.jobs.get(token)
        if job is None:
            raise InputError("This training is no longer here. Start a new one.")
        job.last_seen = time.monotonic()
        return job

    def watch(self, job: Job, session: str) -> None:
        """Note that a session looks at a job."""
        with self.news:
            job.watched[session] = job.last_seen = time.monotonic()

    def leave(self, session: str) -> None:
        """A session's window is gone; what it alone watched is stopped at once."""
        with self.news:
            for job in self.jobs.values():
                job.watched.pop(session, None)

    def stop(self, job: Job, session: str) -> None:
        """End a run at its next step, or take it out of the queue; raises InputError for another session."""
        _check_owner(job, session)
        with self.news:
            job.stopping = True

    def stop_all(self) -> None:
        """End every run, since the server ends; what they have learned until then is kept as after any stop."""
        with self.news:
            for job in self.jobs.values():
                job.stopping = True

    def counts(self) -> dict[str, int]:
        """How many are running and how many wait."""
        with self.news:
            return {"running": sum(job.state == "running" for job in self.jobs.values()), "waiting": len(self.queue)}

    def close(self) -> None:
        """End the worker, if there is one."""
        if self.process is not None:
            self.process.kill()
            with contextlib.suppress(BrokenPipeError):  # what was still to be written to it
                self.process.communicate()

    def sweep(self) -> None:
        """Forget jobs that nobody has looked at for `KEPT_S`, and the oldest of more than `KEPT`."""
        with self.news:
            over = [job for job in self.jobs.values() if job.state in ("over", "failed")]
            over.sort(key=lambda job: job.last_seen)
            oldest = time.monotonic() - KEPT_S
            for number, job in enumerate(over):
                if job.last_seen < oldest or number < len(over) - KEPT:
                    del self.jobs[job.token]
                    shutil.rmtree(job.folder.parent, ignore_errors=True)

    # --- the thread that feeds the worker ---

    def _work(self) -> None:
        while True:
            with self.news:
                while not self.queue:
                    self.news.wait()
                job = self.queue.pop(0)
                job.state = "running"
                job.changed += 1
                self._place()
            if self._wanted(job):
                self._train(job)
            with self.news:
                job.state = "failed" if job.error else "over"
                job.changed += 1

    def _wanted(self, job: Job) -> bool:
        with self.news:
            return not job.stopping and any(seen >= time.monotonic() - LEFT_S for seen in job.watched.values())

    def _train(self, job: Job) -> None:
        """Have a job trained on a GPU that is lent, or else by the worker."""
        order = {name: getattr(job, name) for name in ("token", "method", "recipe", "files", "text")}
        job.loading = True
        if self.lend is None or not self._train_lent(job, order, self.lend):
            self._train_here(job, order)

    def _train_lent(self, job: Job, order: dict[str, Any], lend: Lend) -> bool:
        """Whether a GPU was lent, and the job trained there; a file passes a stop on."""
        stop, over = job.folder.parent / "stop", threading.Event()
        stop.unlink(missing_ok=True)
        threading.Thread(target=self._guard, args=(job, over, stop.touch, lambda: None), daemon=True).start()
        found = take_all(lend, {**order, "stop": str(stop)}, job.context, functools.partial(self._take, job))
        over.set()
        job.error = defect() if found is False else job.error
        return found is not None

    def _train_here(self, job: Job, order: dict[str, Any]) -> None:
        """Have the worker train a job; a stop is passed on, a worker that does not heed it is killed."""
        with self.news:
            process = self._worker()
        over = threading.Event()
        tell = functools.partial(_write, process, {"stop": job.token})
        threading.Thread(target=self._guard, args=(job, over, tell, process.kill), daemon=True).start()
        try:
            _write(process, order)
            for report in _reports(process):
                if self._take(job, report):
                    return
            self._bury(job, process)
        except BrokenPipeError:
            self._bury(job, process)
        finally:
            over.set()

    def _bury(self, job: Job, process: subprocess.Popen[str]) -> None:
        """The worker has died, of a defect or of a stop; wait until it is gone, so that the next run gets a new one."""
        wanted = self._wanted(job)
        process.kill()
        process.wait()
        job.error = defect() if wanted or not job.loading else None

    def _guard(self, job: Job, over: threading.Event, tell: Callable[[], None], kill: Callable[[], None]) -> None:
        """Pass a stop on as soon as nobody wants the job; kill what does not heed it."""
        while self._wanted(job):
            if over.wait(0.2):
                return
        with contextlib.suppress(OSError, ValueError):  # it has died meanwhile, or its input is closed
            tell()
        deaf = job.loading and not over.wait(LOADING_S) and job.loading
        if deaf or not over.wait(UNHEARD_S):
            kill()

    def _take(self, job: Job, report: dict[str, Any]) -> bool:
        """Add a report to a job; whether it was the last one."""
        with self.news:
            if "row" in report:
                job.rows = [*job.rows, report["row"]][-ROWS:]
                job.loading, job.now = False, report["examples"]
                job.before = job.before or job.now
            job.kept = report.get("kept", job.kept)
            if "error" in report:
                job.error = PretextError(report["error"], **report["values"])
            job.changed += 1
        return "done" in report or "error" in report

    def _worker(self) -> subprocess.Popen[str]:
        """The worker, started if there is none."""
        if self.process is None or self.process.poll() is not None:
            self.close()
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self.process = subprocess.Popen(COMMAND, cwd=TREE, **pipes)
        return self.process


def _check_owner(job: Job, session: str) -> None:
    if session != job.owner:
        raise InputError("Only the window that started this training can stop it or have it go on.")


def defect() -> TrainingFailed:
    """What visitors are told when a training, or its worker, has died."""
    return TrainingFailed("This training failed. The server's log says why.")


def _write(process: subprocess.Popen[str], order: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()


def _reports(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)

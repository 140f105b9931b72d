"""The queue of trainings and its worker process: reports, order, stops, links, and what is forgotten."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from core import checkpoints
from core.errors import InputError
from core.rotation.choices import CHOICES
from core.training import jobs as module
from core.training.jobs import Job, Jobs
from tests.core.data.test_archives import many, packed

LONG_S = 300.0


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """One queue for all tests: its worker takes seconds to start."""
    found = Jobs(tmp_path_factory.mktemp("jobs"))
    found.warm()
    yield found
    found.close()


def recipe(seconds: float) -> dict[str, object]:
    return {**CHOICES.usual, "width": 8, "minutes": seconds / 60}


def wait(jobs: Jobs, job: Job, until: Callable[[], bool], *, watching: bool = True, most_s: float = 60) -> float:
    """Watch a job until something holds; the seconds it took."""
    begun = time.monotonic()
    while not until():
        assert time.monotonic() - begun < most_s, (job.state, job.rows[-1:], job.error)
        if watching:
            for name in ("me", "you", "they"):
                jobs.watch(job, name)
        time.sleep(0.05)
    return time.monotonic() - begun


def is_over(job: Job) -> Callable[[], bool]:
    return lambda: job.state in ("over", "failed")


def test_run_is_reported_and_its_weights_open(jobs: Jobs) -> None:
    job = jobs.submit("rotation", recipe(3), "me")
    wait(jobs, job, is_over(job))
    assert job.error is None
    first, last = job.rows[0], job.rows[-1]
    assert first["step"] == 0
    assert last["elapsed_s"] >= 3
    assert {"loss", "accuracy", "knn", "spread", "rank", "seen_loss", "held_out_loss", "items_per_s"} <= last.keys()
    assert len(job.before) == len(job.now) == 4
    opened = checkpoints.open_anew(str(job.checkpoint), torch.device("cpu"), checkpoints.ROOT)
    assert opened.card is not None
    assert opened.card.steps == last["step"]
    assert f"--steps {last['step']}" in opened.card.command
    assert opened.card.metrics["last measurement of the live run"]["knn"] == last["knn"]


def test_run_goes_on_where_it_ended(jobs: Jobs) -> None:
    job = jobs.submit("rotation", recipe(2), "me")
    wait(jobs, job, is_over(job))
    before = len(job.rows), job.rows[-1]
    jobs.go_on(job, 2, "me")
    wait(jobs, job, is_over(job))
    resumed = job.rows[before[0]]
    assert resumed["step"] == before[1]["step"]
    assert job.rows[-1]["elapsed_s"] >= 4
    lines = (job.folder / "metrics.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    assert steps == sorted(set(steps)), "the log of a run that went on reads as one"


def test_stop_ends_the_run_at_hand(jobs: Jobs) -> None:
    job = jobs.submit("rotation", recipe(LONG_S), "me")
    wait(jobs, job, lambda: len(job.rows) > 1)
    jobs.stop(job, job.owner)
    assert wait(jobs, job, is_over(job)) < 3
    assert (job.checkpoint / "card.json").is_file(), "what was learned until then"


def test_only_who_started_a_run_controls_it(jobs: Jobs) -> None:
    """Of a class that watches one run, nobody can end it for the others."""
    job = jobs.submit("rotation", recipe(LONG_S), "me")
    wait(jobs, job, lambda: len(job.rows) > 0)
    with pytest.raises(InputError, match="Only the window that started this training"):
        jobs.stop(job, "you")
    with pytest.raises(InputError, match="Only the window that started this training"):
        jobs.go_on(job, 60, "you")
    assert job.state == "running"
    assert not job.stopping
    jobs.stop(job, "me")
    wait(jobs, job, is_over(job))


def test_stop_ends_no_other_run(jobs: Jobs) -> None:
    """A stop that comes when its run has ended already is not for the one that has begun meanwhile."""
    first = jobs.submit("rotation", recipe(1), "me")
    wait(jobs, first, is_over(first))
    second = jobs.submit("rotation", recipe(3), "me")
    wait(jobs, second, lambda: second.state == "running")
    assert jobs.process is not None
    module._write(jobs.process, {"stop": first.token})
    wait(jobs, second, is_over(second))
    assert second.rows[-1]["elapsed_s"] >= 3


def test_defect_is_a_sentence_and_costs_one_run(jobs: Jobs) -> None:
    job = jobs.submit("rotation", {**recipe(1), "no_such_field": 1}, "me")
    wait(jobs, job, is_over(job))
    assert str(job.error) == module.defect().sentence
    again = jobs.submit("rotation", recipe(1), "me")
    wait(jobs, again, is_over(again))
    assert again.error is None


def test_run_that_nobody_watches_ends(jobs: Jobs) -> None:
    """A window that closes ends its run within two seconds, unless somebody else watches it."""
    job = jobs.submit("rotation", recipe(LONG_S), "me")
    wait(jobs, job, lambda: len(job.rows) > 1)
    begun = time.monotonic()
    while time.monotonic() - begun < 2 * module.LEFT_S:
        jobs.watch(job, "another")
        time.sleep(0.1)
    assert job.state == "running", "another one still watches"
    jobs.leave("another")
    wait(jobs, job, lambda: job.state != "running", watching=False, most_s=2)


def test_next_run_of_a_visitor_ends_the_one_before(jobs: Jobs) -> None:
    first = jobs.submit("rotation", recipe(LONG_S), "me")
    wait(jobs, first, lambda: len(first.rows) > 0)
    second = jobs.submit("rotation", recipe(LONG_S), "me")
    wait(jobs, second, lambda: second.state == "running", most_s=5)
    assert first.state == "over"
    jobs.stop(second, second.owner)
    wait(jobs, second, is_over(second))


def test_runs_wait_in_order(jobs: Jobs) -> None:
    running, second, third = (jobs.submit("rotation", recipe(LONG_S), name) for name in ("me", "you", "they"))
    wait(jobs, running, lambda: running.state == "running")
    assert [second.state, third.state] == ["waiting", "waiting"]
    assert [second.place, third.place] == [1, 2]
    jobs.stop(second, second.owner)
    jobs.stop(running, running.owner)
    wait(jobs, third, lambda: third.state == "running")
    assert second.state == "over"
    assert not second.rows, "it was taken out of the queue"
    jobs.stop(third, third.owner)
    wait(jobs, third, is_over(third))


def test_own_pictures_are_trained_on(jobs: Jobs, tmp_path: Path) -> None:
    path = packed(tmp_path / "own.zip", many(20, "a/") | many(20, "b/") | {"bad.png": b"x"})
    job = jobs.submit("rotation", recipe(1), "me", [str(path)])
    wait(jobs, job, is_over(job))
    assert job.error is None
    assert job.kept == {"count": 40, "left_out": 1, "names": ["bad.png"]}
    assert job.rows[-1]["chance_knn"] == pytest.approx(0.5, abs=0.03)
    card = (job.checkpoint / "card.json").read_text()
    assert "folder:PATH" in card
    assert str(tmp_path) not in card
    assert str(job.folder) not in card


def test_unfit_set_is_told_in_a_sentence(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("rotation", recipe(1), "me", [str(packed(tmp_path / "own.zip", many(3)))])
    wait(jobs, job, is_over(job))
    assert job.state == "failed"
    assert str(job.error) == "Training needs at least 20 pictures; 3 could be read."


def test_worker_that_dies_costs_one_run(jobs: Jobs) -> None:
    job = jobs.submit("rotation", recipe(LONG_S), "me")
    wait(jobs, job, lambda: len(job.rows) > 0)
    assert jobs.process is not None
    jobs.process.kill()
    wait(jobs, job, is_over(job), most_s=5)
    assert str(job.error) == module.defect().sentence
    again = jobs.submit("rotation", recipe(1), "me")
    wait(jobs, again, is_over(again))
    assert again.error is None


def test_stop_while_data_load_is_no_failure(jobs: Jobs, tmp_path: Path) -> None:
    """The worker is killed, since it cannot be asked while it reads; here an archive that never comes."""
    os.mkfifo(tmp_path / "never.zip")
    job = jobs.submit("rotation", recipe(LONG_S), "me", [str(tmp_path / "never.zip")])
    wait(jobs, job, lambda: job.loading)
    jobs.stop(job, job.owner)
    assert wait(jobs, job, is_over(job)) < 3
    assert (job.state, job.error, job.rows) == ("over", None, [])
    again = jobs.submit("rotation", recipe(1), "me")
    wait(jobs, again, is_over(again))
    assert again.error is None
    assert not again.loading


# --- without a worker ---


@pytest.fixture
def idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """A queue that nothing is taken from."""
    monkeypatch.setattr(Jobs, "_work", lambda self: None)
    return Jobs(tmp_path)


def test_full_queue_refuses(idle: Jobs) -> None:
    for number in range(module.WAITING):
        idle.submit("rotation", recipe(60), f"visitor {number}")
    with pytest.raises(InputError, match=r"8 trainings are waiting already\. Try again in about 8 minutes"):
        idle.submit("rotation", recipe(60), "me")
    assert len(idle.jobs) == module.WAITING


def test_tokens_cannot_be_guessed(idle: Jobs) -> None:
    tokens = {idle.submit("rotation", recipe(60), "me").token for _ in range(5)}
    assert len(tokens) == 5
    assert min(map(len, tokens)) >= 16
    with pytest.raises(InputError, match="no longer here"):
        idle.find("0" * 16)


def test_what_nobody_looks_at_is_forgotten(idle: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    kept = []
    for number in range(4):
        job = idle.submit("rotation", recipe(60), "me")
        job.state, job.last_seen = "over", job.last_seen + number
        kept.append(job)
    waiting = idle.submit("rotation", recipe(60), "me")
    idle.sweep()
    assert list(idle.jobs.values()) == [*kept[2:], waiting]
    assert [job.folder.exists() for job in kept] == [False, False, True, True]
    kept[3].last_seen -= module.KEPT_S + 10
    idle.sweep()
    assert kept[3].token not in idle.jobs
    with pytest.raises(InputError, match="no longer here"):
        idle.find(kept[3].token)

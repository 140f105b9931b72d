"""A run's folder: its log on disk, on a terminal and elsewhere, and what it does for trackio."""

import importlib.machinery
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.training import runs
from tests.core.toy_recipe import SHORT

RECIPE = replace(SHORT, name="logged")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs are written into the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_runs_within_one_second_differ() -> None:
    first, second = (runs.open_folder(RECIPE, "toys") for _ in "ab")
    assert first != second
    assert json.loads((first / "recipe.json").read_text())["lr"] == RECIPE.lr
    assert runs.open_folder(replace(RECIPE, resume=str(first)), "toys") == first


def test_resuming_cuts_log_to_state() -> None:
    folder = runs.open_folder(RECIPE, "toys")
    with runs.Log(folder, RECIPE, "toys", 0) as log:
        for step in range(5):
            log.report(step, float(step), {"loss": 1 / 3})
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 5, "lo')
    with runs.Log(folder, RECIPE, "toys", 3) as log:
        log.report(3, 9.0, {"loss": 0.5})
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [0, 1, 2, 3]
    assert lines[0]["loss"] == 1 / 3, "all digits"
    assert lines[3]["elapsed_s"] == 9.0


def test_plain_output_prints_every_tenth_line(capsys: pytest.CaptureFixture[str]) -> None:
    with runs.Log(runs.open_folder(RECIPE, "toys"), RECIPE, "toys", 0) as log:
        for number in range(21):
            log.report(10 * number, 1.0, {"loss": 0.25})
        assert list(runs.steps(replace(RECIPE, steps=5), 2, shown=True)) == [2, 3, 4]
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"step {step} elapsed_s 1 loss 0.25" for step in (0, 100, 200)]
    assert not said.err, "no progress bar in a file"


def test_terminal_gets_a_progress_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with runs.Log(runs.open_folder(RECIPE, "toys"), RECIPE, "toys", 0) as log:
        log.report(0, 1.0, {"loss": 0.25})
        assert list(runs.steps(replace(RECIPE, steps=5), 2, shown=True)) == [2, 3, 4]
        assert list(runs.steps(replace(RECIPE, steps=5), 2, shown=False)) == [2, 3, 4]
    said = capsys.readouterr()
    assert not said.out
    assert "5/5" in said.err


def test_installed_trackio_gets_the_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, Any]] = []
    trackio = ModuleType("trackio")
    trackio.__spec__ = importlib.machinery.ModuleSpec("trackio", None)
    trackio.init = lambda **given: calls.append(("init", given))  # type: ignore[attr-defined]
    trackio.log = lambda metrics, step: calls.append(("log", (step, metrics)))  # type: ignore[attr-defined]
    trackio.finish = lambda: calls.append(("finish", None))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "trackio", trackio)
    folder = runs.open_folder(RECIPE, "toys")
    with runs.Log(folder, RECIPE, "toys", 0) as log:
        log.report(7, 1.0, {"loss": 0.5})
    assert [name for name, _ in calls] == ["init", "log", "finish"]
    given = calls[0][1]
    assert (given["project"], given["name"]) == ("pretext-toys", f"logged-{folder.name}")
    assert given["config"]["lr"] == RECIPE.lr
    assert calls[1][1] == (7, {"loss": 0.5})
    with runs.Log(folder, replace(RECIPE, smoke=True), "toys", 0):
        assert len(calls) == 3, "a smoke run has no curve"

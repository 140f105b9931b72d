"""`python -m tests.bench.diagnosis [--seeds 10] [--seconds 20] [METHOD ...]`: are runs classified correctly?

Trains every method that has a `live.py`, as usual and with each of its FAILURES, over seeds and on one thread, and
compares the first finding with the expected one. A run that was recorded with the same recipe and seconds is not
recorded again, so this can be stopped, go on, and run method by method; the other rows of docs/diagnosis.md stay.
"""

import argparse
import contextlib
import dataclasses
import importlib
import io
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from core.training import live
from core.training.choices import Choices
from core.training.curves import Curves, from_rows
from core.training.diagnosis import diagnose
from tests.bench.__main__ import machine

ROOT = Path(__file__).parents[2]
RECORDED, DOCS = ROOT / "runs" / "diagnosis", ROOT / "docs" / "diagnosis.md"
HEALTHY = "healthy"
BAR, SEEDS = 0.9, 10  # of the seeds of each preset; how many these must be
# Preset, or method and preset -> the conditions of which one must come first.
EXPECTED = {
    HEALTHY: ("normal",),
    "rate": ("collapsed", "dimensional_collapse", "diverged", "not_finite"),
    "rotation-rim": ("shortcut",),
    "rotation-encoder": ("shortcut", "memorising"),
    "contrastive-cold": ("bad_start",),
    "contrastive-hot": ("uniform",),
    "contrastive-no_crop": ("shortcut",),
    "contrastive-tiny_batch": ("dimensional_collapse",),
    "contrastive-positives": ("collapsed",),
    "vae-kl_0": ("unregularised",),
    "vae-kl_50": ("posterior_collapse",),
    "vqvae-no_restart": ("dead_codes",),
    "masked-easy_mask": ("too_easy",),
    "gpt2-repeated": ("too_easy",),
    "gpt2-rate": ("uniform", "diverged", "not_finite"),
}
HEAD = """\
<!-- Written by `python -m tests.bench.diagnosis`; do not edit. -->
# Does the diagnosis classify runs correctly?

{machine}. "s" is the processor time of one thread that each run got, on the data of the usual recipe. "Found" counts
the first finding of each seed; a preset meets the bar if nine in ten seeds are classified correctly ("so far": of fewer
than ten). A healthy run is correct with or without `still_improving`. The rules are those of `core/training/rules.py`;
their thresholds were chosen on the first three seeds, and what is expected of `cold`, `tiny_batch`, `kl_0`, `easy_mask`
and the rate of GPT-2 was set from the numbers of these, so that only the seeds after them are a test.

| method | preset | s | expected | found | correct | met |
|---|---|---|---|---|---|---|
"""


def choices(method: str) -> Choices:
    """What the page offers for a method."""
    found: Choices = importlib.import_module(f"core.{method}.choices").CHOICES
    return found


def presets(method: str) -> dict[str, dict[str, Any]]:
    """What is changed in the usual recipe, by name."""
    return {HEALTHY: {}} | {name: dict(changes) for name, changes in choices(method).failures.items()}


def recipe_of(method: str, preset: str, seed: int) -> Any:
    """The recipe of a run."""
    return live.usual(method, **{**presets(method)[preset], "minutes": 0.0, "seed": seed})


def rounded(row: dict[str, float]) -> dict[str, float]:
    """A row with four digits of each number, without the speed of the machine."""
    kept = {key: value for key, value in row.items() if key != "items_per_s"}
    return {key: value if key == "step" else float(f"{value:.4g}") for key, value in kept.items()}


def record(method: str, preset: str, seed: int, seconds: float) -> Path:
    """Train, unless the same run was recorded before; returns the file: the recipe, then a line for each report."""
    recipe = recipe_of(method, preset, seed)
    head = json.dumps({"method": method, "seconds": seconds, "recipe": dataclasses.asdict(recipe)})
    path = RECORDED / f"{method}-{preset}-{seed}.jsonl"
    if path.is_file() and path.read_text(encoding="utf-8").splitlines()[0] == head:
        return path
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        running = dataclasses.replace(recipe, resume=folder)
        begun = time.process_time()
        live.run(
            method,
            running,
            lambda update: rows.append(rounded(update.row)),
            lambda: time.process_time() - begun > seconds,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in (head, *map(json.dumps, rows))), encoding="utf-8")
    return path


def methods() -> Iterator[str]:
    """The methods that can be trained in the page."""
    for file in sorted((ROOT / "core").glob("*/live.py")):
        if file.parent.name != "training":
            yield file.parent.name


def stored() -> Iterator[Path]:
    """Recorded curves whose preset there still is, in the order of methods and presets."""
    for method in methods():
        for preset in presets(method):
            yield from sorted(RECORDED.glob(f"{method}-{preset}-*.jsonl"))


def read(path: Path) -> tuple[dict[str, Any], Curves]:
    """The first line of a recorded file, and its curves."""
    head, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return head, from_rows(rows, head["method"], head["recipe"])


def expected(name: str) -> tuple[str, ...]:
    """The conditions of which one must come first in a run of METHOD-PRESET."""
    return EXPECTED[name if name in EXPECTED else name.split("-")[1]]


def table() -> dict[tuple[str, str], str]:
    """A row for each method and preset: what was expected, what was found, and how often that is correct."""
    counts: dict[str, Counter[str]] = {}
    seconds: dict[str, float] = {}
    for path in stored():
        head, curves = read(path)
        name = path.stem.rpartition("-")[0]
        counts.setdefault(name, Counter())[diagnose(curves)[0].condition] += 1
        seconds[name] = head["seconds"]
    lines = {}
    for name, found in counts.items():
        method, preset = name.split("-")
        good = sum(found[condition] for condition in expected(name))
        firsts = ", ".join(f"{condition} {count}" for condition, count in found.most_common())
        met = "no" if good < BAR * found.total() else "yes" if found.total() >= SEEDS else "so far"
        cells = [method, preset, f"{seconds[name]:g}", " or ".join(expected(name)), firsts]
        lines[method, preset] = f"| {' | '.join([*cells, f'{good} of {found.total()}', met])} |"
    return lines


def written() -> dict[tuple[str, str], str]:
    """The rows of the table as it is, whose curves may lie on another machine."""
    lines = DOCS.read_text(encoding="utf-8").splitlines() if DOCS.is_file() else []
    cells = [(line.split(" | "), line) for line in lines if line.startswith("| ") and not line.startswith("| method")]
    return {(first.removeprefix("| "), second): line for (first, second, *_), line in cells}


def main() -> None:
    """Record what is missing, then print the table and write it to docs/diagnosis.md."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("methods", nargs="*", help="every method that can be trained in the page, unless named")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seconds", type=float, default=20.0, help="processor time of each run")
    parser.add_argument("--presets", nargs="*", help="of the methods named; all unless named")
    given = parser.parse_args()
    os.nice(5)
    torch.set_num_threads(1)
    for seed in range(given.seeds):
        for method in given.methods or methods():
            for preset in given.presets or presets(method):
                print(record(method, preset, seed, given.seconds).name, flush=True)
    lines = written() | table()
    names = [(method, preset) for method in methods() for preset in presets(method)]
    body = "".join(f"{lines[name]}\n" for name in names if name in lines)
    print(body)
    DOCS.write_text(HEAD.format(machine=machine()) + body, encoding="utf-8")


if __name__ == "__main__":
    main()

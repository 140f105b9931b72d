"""`python -m tests.bench [NAME ...] [--json]`: what the page costs beside a page of one button, and its bars.

Without names everything is measured, which takes 40 minutes. The figures are written to docs/bench.md with the machine;
a run with names changes only those rows.
"""

import argparse
import json
import platform
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from tests.bench import click_overhead, page, training

DOCS = Path(__file__).parents[2] / "docs" / "bench.md"
READY = """() => document.querySelector("#rotation-picture img")?.naturalWidth > 0
  && document.querySelector("#rotation-verdict")?.innerText.trim().length > 0
  && !document.querySelector("#rotation-go")?.disabled"""
PLAIN_READY = """() => document.querySelector("#go")"""


@dataclass(frozen=True)
class Row:
    """One measured value, the same of the page with one button where there is one, and its bar.

    The bar is the largest value allowed, or the smallest with `least`; `spread` are the smallest and largest of several
    runs, whose median is the value.
    """

    name: str
    value: float
    plain: float | None
    bar: float
    unit: str
    least: bool = False
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool:
        """Whether the value, or its ratio to the plain page's, is within the bar."""
        value = self.value if self.plain is None else self.value / self.plain
        return value >= self.bar if self.least else value <= self.bar

    def line(self) -> str:
        """A row of the table."""
        ratio = "" if self.plain is None else f"{self.value / self.plain:.2f} x"
        bar = f"{'at least ' * self.least}{self.bar:g} {self.unit if self.plain is None else 'x'}"
        plain = "" if self.plain is None else f"{self.plain:.4g}"
        spread = "" if self.spread is None else f" ({self.spread[0]:.4g} to {self.spread[1]:.4g})"
        cells = [
            f"`{self.name}`",
            f"{self.value:.4g}{spread} {self.unit}",
            plain,
            ratio,
            bar,
            "yes" if self.met else "no",
        ]
        return f"| {' | '.join(cells)} |"


def start() -> list[Row]:
    """Processor time and memory of the start."""
    ours, plain = page.start(page.PAGE), page.start(page.PLAIN)
    return [
        Row("start_cpu", ours["start_cpu"], plain["start_cpu"], 1.3, "s"),
        Row("start_memory", ours["start_memory"], plain["start_memory"], 1.3, "MB"),
    ]


def memory() -> list[Row]:
    """Memory after all tabs were opened."""
    return [Row("opened_memory", page.opened_memory(), None, 1200, "MB")]


def first_view() -> list[Row]:
    """Bytes and seconds until the first tab answers."""
    with page.browsing() as browser:
        ours = page.sent_and_ready(browser, page.PAGE, READY)
        plain = page.sent_and_ready(browser, page.PLAIN, PLAIN_READY)
    return [
        Row("page_bytes", ours["page_bytes"] / 1e6, plain["page_bytes"] / 1e6, 1.3, "MB"),
        Row("page_ready", ours["page_ready"], plain["page_ready"], 1.5, "s"),
    ]


def tabs() -> list[Row]:
    """Seconds until an opened tab answers, each in a fresh process."""
    found = page.tab_open()
    print(json.dumps({stem: round(value, 2) for stem, value in found.items()}), flush=True)
    return [Row("tab_open", statistics.median(found.values()), None, 1.5, "s")]


def clicks() -> list[Row]:
    """Milliseconds that a click takes over the bare question."""
    found = click_overhead.overhead_ms()
    print(json.dumps({stem: round(value) for stem, value in found.items()}), flush=True)
    return [Row("click", statistics.median(found.values()), None, 150, "ms")]


def train() -> Iterator[Row]:
    """What trainings in the page reach within a minute, median and range of five seeds, and what they cost others."""
    for method, batch in (("rotation", 64), ("contrastive", 128)):
        runs = training.runs(method)
        if method == "rotation":
            yield _of_seeds("train_speed", [training.speed(run, batch) for run in runs], 800, "pictures/s")
        yield _of_seeds(f"train_gain_{method}", [training.gain(run) for run in runs], 0, "points of k-NN")
    alone, beside = training.click_ms()
    yield Row("train_click", beside - alone, None, 150, "ms")
    yield Row("train_viewer", training.viewer_ms(), None, 30, "ms/s")


def _of_seeds(name: str, values: Sequence[float], bar: float, unit: str) -> Row:
    spread = min(values), max(values)
    return Row(name, statistics.median(values), None, bar, unit, least=True, spread=spread)


def sessions() -> list[Row]:
    """What 1,000 visitors cost, and what stays of them."""
    found = page.sessions()
    return [
        Row("session_memory", found["session_memory"], None, 300, "MB"),
        Row("session_memory_gone", found["session_memory_gone"], None, 60, "MB"),
        Row("session_cpu", found["session_cpu_ms"], None, 20, "ms"),
    ]


MEASURES: dict[str, Callable[[], Iterable[Row]]] = {
    "start": start,
    "memory": memory,
    "first_view": first_view,
    "tabs": tabs,
    "click": clicks,
    "train": train,
    "sessions": sessions,
}
HEAD = """\
<!-- Written by `make bench`; do not edit. -->
# What the page costs

{machine}. "Plain" is a page of one button that imports the same libraries, measured beside it. `page_ready`: for this
page until picture and answer of the first tab show, for the plain one until its button does. A row is written by
`python -m tests.bench NAME`, so that rows may be of several runs on this machine.

| what | this page | plain | ratio | bar | met |
|---|---|---|---|---|---|
"""


def machine() -> str:
    """The machine in words."""
    memory_gb = psutil.virtual_memory().total / 1e9
    kind = f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
    return f"{psutil.cpu_count()} cores ({kind}), {memory_gb:.0f} GB"


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description="Measure what the page costs.")
    parser.add_argument("names", nargs="*", choices=[*MEASURES, []], help="what to measure; everything unless named")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each value")
    given = parser.parse_args()
    rows = []
    for name in given.names or MEASURES:
        for row in MEASURES[name]():
            rows.append(row)
            print(json.dumps(vars(row)) if given.json else row.line(), flush=True)
    write(rows, kept_lines() if given.names else {})


def write(rows: Iterable[Row], kept: dict[str, str]) -> None:
    """Write docs/bench.md: the lines kept, by name, with those of new rows in their place or after them."""
    lines = kept | {row.name: row.line() for row in rows}
    DOCS.write_text(HEAD.format(machine=machine()) + "".join(f"{line}\n" for line in lines.values()), encoding="utf-8")


def kept_lines() -> dict[str, str]:
    """The rows of docs/bench.md by name, of an earlier run on the same machine; none of another one's."""
    text = DOCS.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return {line.split("`")[1]: line for line in rows} if machine() in text else {}


if __name__ == "__main__":
    main()

"""A training as HTML: how far it is, its curves, its examples before and now; drawn once for all who watch it."""

import functools
import html
import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import gradio as gr

from core.training.jobs import Job
from demos.page.markup import Level
from demos.page.words import Say
from demos.training import findings
from demos.training.curves import Line, panel

LARGE = 10  # a loss above this has one decimal place instead of three


class Panel(NamedTuple):
    """One figure: its key in the words, columns with the keys of their names, format ("" by size), and levels.

    A level is the value of a column in the first row, or a number. A figure may need another column beside its own.
    """

    key: str
    columns: tuple[tuple[str, str], ...]
    form: str
    levels: tuple[tuple[str, str | float], ...] = ()
    beside: str = ""


PANELS = (
    Panel("loss", (("loss", ""),), "", (("chance", "chance_loss"),)),
    Panel("bits", (("bits", ""),), ".2f", (("unigram", "unigram_bits"),)),
    Panel("accuracy", (("accuracy", ""),), ".0%", (("chance", "chance_accuracy"),)),
    Panel("relative_mse", (("relative_mse", ""),), ".0%", (("mean_fill", 1.0),)),
    Panel("knn", (("knn", ""),), ".0%", (("untrained", "knn"), ("chance", "chance_knn"))),
    Panel("spread", (("spread", ""),), ".2f", (("even", 1.0), ("untrained", "spread"))),
    Panel("rank", (("rank", ""),), ".0f", (("untrained", "rank"),)),
    Panel("active", (("active", ""),), ".0f"),
    Panel("kl", (("kl", ""),), ".1f"),
    Panel("reconstruction", (("reconstruction", ""),), ".1f", beside="kl"),
    Panel("psnr_db", (("psnr_db", ""),), ".1f", (("untrained", "psnr_db"),)),
    Panel("used", (("used", ""),), ".0f", (("codes", "codes"),)),
    Panel("perplexity", (("perplexity", ""),), ".0f", (("codes", "codes"),)),
    Panel("compared", (("seen_loss", "seen"), ("held_out_loss", "held_out")), ""),
)


def intro(say: Say) -> str:
    """What stands where a run will be shown."""
    return f'<p class="quiet">{say("training.intro")}</p>'


def link(request: gr.Request, job: Job) -> str:
    """The address under which others see the same run."""
    page = str(request.headers.get("referer", "")).split("?")[0]
    return f"{page}?{urlencode({'tab': job.method, 'open': 'train', 'run': job.token})}"


def command(job: Job) -> str:
    """The command line that repeats a run, from its card."""
    found: str = json.loads((job.checkpoint / "card.json").read_text(encoding="utf-8"))["command"]
    return found


def live(say: Say, job: Job, *, text: bool, choice: str) -> str:
    """The whole run as it stands; `choice` is the label of the choice of models that it is added to, if any."""
    return _drawn(say, _Version(job), job.changed, text, choice)


class _Version:
    """A job as the key of a cache: by its token; its changes are a key of their own."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __hash__(self) -> int:
        return hash(self.job.token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Version) and self.job.token == other.job.token


@functools.lru_cache(maxsize=32)
def _drawn(say: Say, version: _Version, changed: int, text: bool, choice: str) -> str:
    job = version.job
    said = f'<p class="train-status" role="status">{status(say, job, text)}</p>'
    parts = [said, *notes(say, job)]
    if job.state in ("over", "failed") and _begun(job):
        parts.append(findings.of_job(say, job))
    if job.rows:
        parts.append(f'<div class="curves">{"".join(panels(say, job.rows, job.budget_s))}</div>')
        parts.append(examples(say, job, text))
    if choice and job.state == "over":
        parts.append(f"<p>{say('training.usable', label=choice)}</p>")
    return f'<div class="training">{"".join(parts)}</div>'


def status(say: Say, job: Job, text: bool) -> str:
    """How far a run is, in a sentence."""
    if job.error is not None:
        return say.error(job.error)
    if job.state == "over":
        return _ended(say, job)
    if job.state == "waiting" or not job.rows:
        return say("training.waiting", place=job.place) if job.state == "waiting" else say("training.loading")
    last = job.rows[-1]
    spent, step = round(last["elapsed_s"]), round(last["step"])
    items = say("training.items_text" if text else "training.items_pictures")
    speed = f"{last.get('items_per_s', 0):,.0f}"
    return say("training.running", spent=spent, budget=round(job.budget_s), step=step, speed=speed, items=items)


def _ended(say: Say, job: Job) -> str:
    if not _begun(job):
        return say("training.no_step")
    return say("training.over", spent=round(job.rows[-1]["elapsed_s"]), step=round(job.rows[-1]["step"]))


def _begun(job: Job) -> bool:
    """Whether a step was taken, of which there is a loss."""
    return any("loss" in row for row in job.rows)


def notes(say: Say, job: Job) -> list[str]:
    """What became of a visitor's files."""
    if not job.kept:
        return []
    found = [f"<p>{say('training.kept', count=job.kept['count'])}</p>"]
    if job.kept["left_out"]:
        names = ", ".join(html.escape(name) for name in job.kept["names"])
        more = job.kept["left_out"] - len(job.kept["names"])
        listed = say("training.and_more", names=names, more=more) if more else names
        found.append(f"<p>{say('training.left_out', names=listed)}</p>")
    return found


def panels(say: Say, rows: Sequence[dict[str, float]], budget_s: float) -> list[str]:
    """A figure for each of PANELS whose columns were measured."""
    span_s = max(budget_s, rows[-1]["elapsed_s"])
    found = []
    for each in PANELS:
        if each.beside and each.beside not in rows[0]:
            continue
        lines = [
            Line(
                say(f"training.{name}") if name else "",
                [(row["elapsed_s"], row[column]) for row in rows if column in row],
            )
            for column, name in each.columns
        ]
        if not any(line.points for line in lines):
            continue
        levels = []
        for key, source in each.levels:
            value = source if isinstance(source, float) else rows[0].get(source, math.nan)
            if math.isfinite(value):
                levels.append(Level(say(f"training.{key}"), value))
        now = " / ".join(_text(line.points[-1][1], each.form) for line in lines if line.points)
        found.append(panel(say(f"training.{each.key}"), now, lines, levels, span_s))
    return found


def _line(name: str, rows: Sequence[dict[str, float]], column: str) -> Line:
    return Line(name, [(row["elapsed_s"], row[column]) for row in rows if column in row])


def _text(value: float, form: str) -> str:
    if not math.isfinite(value):
        return "NaN"
    return format(value, form or (".3f" if abs(value) < LARGE else ".1f"))


def examples(say: Say, job: Job, text: bool) -> str:
    """The examples at the first report and at the last one, side by side."""
    head = say("training.sample" if text else "training.examples")
    rows = [(say("training.before"), job.before), (say("training.now"), job.now)]
    shown = "".join(
        f"<section><h4>{name}</h4>{''.join(_example(say, job, each) for each in given)}</section>"
        for name, given in rows
    )
    return f'<div class="examples-live"><p>{head}</p>{shown}</div>'


def _example(say: Say, job: Job, example: dict[str, Any]) -> str:
    if example["text"]:
        return f'<blockquote dir="auto">{html.escape(example["text"])}</blockquote>'
    pictures = "".join(f'<img src="data:image/png;base64,{png}" alt="">' for png in example["pictures"])
    value = example["value"]
    said = say(f"{job.method}.train_example", value=value) if math.isfinite(value) else ""
    return f"<figure>{pictures}<figcaption>{said}</figcaption></figure>"

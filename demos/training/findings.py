"""What the curves of a run say, as HTML; knows neither Gradio nor torch."""

import html
from pathlib import Path

from core.training.curves import Curves, from_csv, from_rows
from core.training.diagnosis import diagnose
from core.training.findings import Finding
from core.training.jobs import Job
from demos.page.words import Say
from demos.training.words import FINDINGS

HEALTHY = ("normal", "still_improving")


def of_job(say: Say, job: Job) -> str:
    """What is found in a run of the page, which has ended."""
    return drawn(say, from_rows(job.rows, job.method, job.recipe))


def of_csv(say: Say, path: Path) -> str:
    """What is found in curves that somebody brings.

    Raises:
        InputError: they cannot be read.
    """
    return drawn(say, from_csv(path))


def drawn(say: Say, curves: Curves) -> str:
    """The findings, the most important first."""
    head = f"<h4>{say('training.found')}</h4>"
    return f'<div class="findings">{head}{"".join(_item(say, each) for each in diagnose(curves))}</div>'


def _item(say: Say, finding: Finding) -> str:
    words = finding.explanation
    seen = [_in_language(say, line).format(**finding.numbers) for line in finding.seen]
    lines = [
        " ".join(map(html.escape, seen)),
        html.escape(_in_language(say, words.means)),
        say("training.try", text=html.escape(_in_language(say, words.attempt))),
        f"<small>{say('training.source', text=html.escape(words.source))}</small>",
    ]
    kind = "healthy" if finding.condition in HEALTHY else "failed"
    title = say(f"training.found_{finding.condition}")
    return f'<section class="{kind}"><h5>{title}</h5>{"".join(f"<p>{line}</p>" for line in lines)}</section>'


def _in_language(say: Say, sentence: str) -> str:
    return sentence if say.language == "en" else FINDINGS[sentence]

"""How the page is run: who may come in, how fast questions may come, and what is counted and logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import gradio as gr
from gradio import queueing
from starlette.middleware import Middleware

from demos.page.limits import Limits
from demos.page.login import Login, Pair
from demos.page.metrics import Meter, Traces, Trainings, Watched, print_line
from demos.page.sessions import Sessions
from demos.page.watch import Watch


@dataclass(frozen=True)
class Operations:
    """The settings; docs/operations.md explains them.

    Attributes:
        pair: the user name and password that open the page; None for an open page.
        metrics: whether /metrics is there for everybody who may come in.
        log: whether every question is a line of JSON.
        limits: how fast questions may come.
    """

    pair: Pair | None = None
    metrics: bool = False
    log: bool = False
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Operations":
        """Read AUTH, METRICS, LOG, RATE_SESSION, RATE_ADDRESS and PROXY."""
        pair = Pair.of(environ.get("AUTH"))
        shown = environ.get("METRICS") == "1" or pair is not None
        return cls(pair, shown, environ.get("LOG") == "json", Limits.of(environ))

    def begin(self, page: gr.Blocks, sessions: Sessions, trainings: Trainings) -> tuple[list[Middleware], Watch]:
        """Count and limit the questions of a page; returns what goes before its doors, and what counts."""
        if self.log:
            vars(queueing).update(traceback=Traces(print_line))
        meter = Meter(page, sessions, trainings, print_line if self.log else None)
        door = [Middleware(Login, self.pair, self.limits)] if self.pair else []
        return [*door, Middleware(Watched, meter=meter, is_open=self.metrics)], Watch(page, meter, self.limits)

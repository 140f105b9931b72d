"""The part of a tab in which a visitor trains a network: data, settings, what to break, and the run as it goes.

The run itself is a job of `core.training.jobs`, in a process of its own. Its page is an asynchronous generator that
looks at the job twice a second, so that a hundred viewers hold no thread; what they see is drawn once for all.
"""

import asyncio
import dataclasses
import functools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gradio as gr

from core.errors import InputError, within
from core.models import OwnRun
from core.training.choices import Choices, Setting
from core.training.jobs import Job, Jobs
from demos.page.events import guard, listen
from demos.page.files import received
from demos.page.parts import Parts
from demos.page.words import Say
from demos.training import findings, views
from demos.training.words import WORDS

LOOK_S = 0.5
BUDGETS_S = (10, 300, 60)  # smallest, largest, usual
OWN = "own"
PREFIX = "run:"  # of a visitor's own training among the models of a tab
Values = dict[Any, Any]
Choice = gr.Radio | gr.Dropdown


@functools.cache
def jobs() -> Jobs:
    """The trainings of this server."""
    return Jobs()


def opened(value: Any) -> Any:
    """A value as handlers get it: the choice of a visitor's own run becomes the folder that `explore` opens."""
    if not isinstance(value, str) or not value.startswith(PREFIX):
        return value
    return OwnRun(jobs().find(value.removeprefix(PREFIX)).checkpoint)


def run_of(link: str) -> OwnRun:
    """The folder of a picture network that was trained in the page, by the link of its run.

    Raises:
        InputError: no such link, the run is gone, has not ended, or was trained on text.
    """
    token = parse_qs(urlsplit(link.strip()).query).get("run", [""])[0]
    job = jobs().find(token)
    if job.text or not (job.checkpoint / "card.json").is_file():
        raise InputError("This run has no picture network to compare: it is of text, or has not ended.")
    return OwnRun(job.checkpoint)


@dataclasses.dataclass
class Shown:
    """The components of the part, as far as runs change them."""

    token: gr.State
    live: gr.HTML
    start: gr.Button
    stop: gr.Button
    more: gr.Button
    link: gr.Textbox
    weights: gr.File
    command: gr.Textbox
    model: Choice | None = None

    def all(self) -> list[Any]:
        """The outputs of the part's events."""
        given = (getattr(self, field.name) for field in dataclasses.fields(self))
        return [component for component in given if component is not None]


def part(parts: Parts, offered: Choices, *, model: Choice | None = None) -> None:
    """Lay out the fold "train" of a tab.

    Args:
        parts: of the tab.
        offered: what may be chosen.
        model: the choice of models that a finished run is added to.
    """
    parts.say = say = parts.say.adding(WORDS)
    parts.read = opened
    method = parts.method
    broken_choices = [(say(f"{method}.break_{name}"), name) for name in offered.failures]
    with parts.fold("train", "training.fold", "training.why") as fold:
        with gr.Row():
            with gr.Column():
                source, files = _data(say, method, offered)
                budget = gr.Slider(*BUDGETS_S, step=5, label=say("training.budget"), elem_id=f"{method}-train-budget")
            with gr.Column():
                broken = gr.Radio(
                    [(say("training.nothing"), ""), *broken_choices],
                    value="",
                    label=say("training.broken"),
                    info=say("training.broken_info"),
                    elem_id=f"{method}-train-break",
                )
        with gr.Row():
            settings = [_setting(say, method, each) for each in offered.settings]
        with gr.Row():
            start = gr.Button(say("training.start"), variant="primary", elem_id=f"{method}-train-start")
            stop = gr.Button(say("training.stop"), interactive=False, elem_id=f"{method}-train-stop")
            more = gr.Button(say("training.more"), interactive=False, elem_id=f"{method}-train-more")
        shown = _shown(say, method, (start, stop, more), model)
        gr.Markdown(say("training.legend_text" if offered.text else "training.legend"), elem_classes="quiet")
        gr.Markdown(say("training.csv"), elem_classes="quiet")
        curves = gr.UploadButton(say("training.csv_button"), file_types=[".csv"], elem_id=f"{method}-train-csv")
        found = gr.HTML(elem_id=f"{method}-train-found")
    runs, outputs = Runs(method, offered, shown), shown.all()
    quiet: dict[str, Any] = {
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "once",
        "ordered": False,
    }
    inputs = [source, files, budget, broken, *settings]
    listen(say, start.click, runs.on_start, inputs, outputs, **quiet)
    listen(say, more.click, runs.on_more, [shown.token, budget], outputs, **quiet)
    linked = "(_) => [new URL(window.location.href).searchParams.get('run') ?? '']"
    listen(
        say,
        fold.expand,
        runs.on_open,
        [gr.Textbox("", visible=False, elem_id=f"{method}-train-run")],
        outputs,
        js=linked,
        **quiet,
    )
    listen(say, [curves.upload], on_curves, [curves], [found], show_progress="minimal")
    listen(say, stop.click, runs.on_stop, [shown.token], [stop], **quiet)


def _shown(say: Say, method: str, buttons: tuple[gr.Button, gr.Button, gr.Button], model: Choice | None) -> Shown:
    """Lay out what a run changes; the last three show when there is something to show."""
    hidden: dict[str, Any] = {"visible": False, "interactive": False}
    copied: dict[str, Any] = {**hidden, "buttons": ["copy"]}
    start, stop, more = buttons
    return Shown(
        token=gr.State(""),
        live=gr.HTML(views.intro(say), elem_id=f"{method}-train-live"),
        start=start,
        stop=stop,
        more=more,
        link=gr.Textbox(label=say("training.link"), elem_id=f"{method}-train-link", **copied),
        weights=gr.File(
            label=say("training.weights"), elem_id=f"{method}-train-weights", file_count="multiple", **hidden
        ),
        command=gr.Textbox(label=say("training.command"), elem_id=f"{method}-train-command", **copied),
        model=model,
    )


@dataclasses.dataclass(frozen=True)
class Runs:
    """The handlers of the part: start a run, have it go on, follow that of a link, stop."""

    method: str
    offered: Choices
    shown: Shown

    async def on_start(self, say: Say, request: gr.Request, *given: Any) -> AsyncIterator[Values]:
        """Queue a new run and show it until it is over."""
        source, files, budget, broken, *settings = given
        with guard(say):
            recipe = recipe_of(self.offered, source, budget, broken, settings)
            own = [path for path in map(received, files or []) if path] if recipe["data"] == OWN else []
            if recipe["data"] == OWN and not own:
                raise nothing_brought(self.offered.text)
            job = jobs().submit(self.method, recipe, str(request.session_hash), own, text=self.offered.text)
        async for values in self.following(say, job, request):
            yield values

    async def on_more(self, say: Say, request: gr.Request, token: str, budget: float) -> AsyncIterator[Values]:
        """Give a run that is over more time, and show it."""
        with guard(say):
            job = jobs().find(token)
            jobs().go_on(job, within(budget, *BUDGETS_S[:2]), str(request.session_hash))
        async for values in self.following(say, job, request):
            yield values

    async def on_open(self, say: Say, request: gr.Request, token: str) -> AsyncIterator[Values]:
        """Show the run that the address of the page names, if it names one."""
        if not token:
            jobs().warm()
            yield {self.shown.token: gr.skip()}
            return
        with guard(say):
            job = jobs().find(token)
        async for values in self.following(say, job, request):
            yield values

    def on_stop(self, say: Say, request: gr.Request, token: str) -> Values:
        """End the run at its next step; whoever follows it sees that."""
        with guard(say):
            jobs().stop(jobs().find(token), str(request.session_hash))
        return {self.shown.stop: gr.Button(interactive=False)}

    async def following(self, say: Say, job: Job, request: gr.Request) -> AsyncIterator[Values]:
        """What the page shows of a job, whenever it changes, until it is over."""
        shown, session, seen, over = self.shown, str(request.session_hash), -1, False
        yield {shown.token: job.token, shown.link: gr.Textbox(views.link(request, job), visible=True)}
        while not over:
            jobs().watch(job, session)
            if job.changed != seen:
                seen, over = job.changed, job.state in ("over", "failed")
                choice = "" if shown.model is None else str(shown.model.label)
                own = session == job.owner
                yield {
                    shown.live: views.live(say, job, text=self.offered.text, choice=choice),
                    shown.start: gr.Button(interactive=over),
                    shown.stop: gr.Button(interactive=own and not over),
                    shown.more: gr.Button(interactive=own and job.state == "over"),
                }
            await asyncio.sleep(0 if over else LOOK_S)
        if job.state == "over" and job.rows:
            yield self.finished(say, job)

    def finished(self, say: Say, job: Job) -> Values:
        """The weights of a run that is over, its command, and itself as a model of the tab."""
        shown = self.shown
        values: Values = {
            shown.weights: gr.File([str(file) for file in sorted(job.checkpoint.iterdir())], visible=True),
            shown.command: gr.Textbox(views.command(job), visible=True),
        }
        if shown.model is not None:
            choices: list[Any] = [each for each in shown.model.choices if not str(each[1]).startswith(PREFIX)]
            own = (say("training.own_model"), PREFIX + job.token)
            values[shown.model] = gr.update(choices=[*choices, own], visible=True)
        return values


def on_curves(say: Say, path: str | None) -> str:
    """What is found in the curves of a training elsewhere."""
    with guard(say):
        own = received(path)
        return findings.of_csv(say, Path(own)) if own else ""


def recipe_of(offered: Choices, source: str, budget_s: float, broken: str, settings: Sequence[float]) -> dict[str, Any]:
    """The fields of the recipe that a visitor has put together; what is to be broken wins over what was set."""
    chosen = {each.field: value for each, value in zip(offered.settings, settings, strict=True)}
    seconds = within(budget_s, *BUDGETS_S[:2])
    broken_fields = offered.failures.get(broken, {})
    return {**offered.usual, **chosen, "data": source, **broken_fields, "minutes": seconds / 60}


def nothing_brought(text: bool) -> InputError:
    """The error of a start with one's own data without any."""
    if text:
        return InputError("Bring a text first.")
    return InputError("Bring pictures first: files, or a zip archive of them.")


def _data(say: Say, method: str, offered: Choices) -> tuple[gr.Radio, gr.File]:
    """The choice of data, and the files that belong to the choice of one's own."""
    named = [name for name, folder in offered.named.items() if (Path("data") / folder).is_dir()]
    bundled = [(say(f"training.{'text' if offered.text else 'data'}_{name}"), name) for name in offered.data]
    sets: list[Any] = [*bundled, *((name, name) for name in named)]
    source = gr.Radio(
        [*sets, (say("training.data_own"), OWN)],
        value=offered.data[0] if offered.data else OWN,
        label=say("training.data"),
        elem_id=f"{method}-train-data",
    )
    files = gr.File(
        label=say("training.texts" if offered.text else "training.files"),
        file_count="multiple",
        file_types=[".txt"] if offered.text else ["image", ".zip"],
        visible=not offered.data,
        elem_id=f"{method}-train-files",
    )
    source.input(
        None, source, files, js=f"(source) => ({{__type__: 'update', visible: source === '{OWN}'}})",
        api_visibility="private",
    )  # fmt: skip
    return source, files


def _setting(say: Say, method: str, setting: Setting) -> gr.Dropdown:
    choices = [
        (say("training.usual", value=f"{value:g}") if value == setting.usual else f"{value:g}", value)
        for value in setting.choices
    ]
    return gr.Dropdown(
        choices,
        value=setting.usual,
        label=say(f"training.set_{setting.field}"),
        elem_id=f"{method}-train-{setting.field.replace('_', '-')}",
        min_width=140,
    )

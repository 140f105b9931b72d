"""The parts of a tab: its main questions, answered when it is opened, and folds, answered when they are unfolded.

A tab is laid out with empty outputs. The first answer of a question, to the values that its controls are laid out with,
is kept for the process; every visitor who opens the tab gets it. When a picture or a control that several questions
share changes, `Parts.follow` answers those in view as one event, the main ones first, and decodes the picture once.
Which folds are open only the browser knows: assets/browser.js writes it into the hidden `Parts.view`.
"""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from core.compute import SLOTS
from core.data import pictures
from demos.page import links, sharing, values
from demos.page.events import AT_ONCE, guard, listen
from demos.page.words import Say

Handler = Callable[..., Any]
Decoder = Callable[[Any], Any]
Values = dict[Any, Any]  # component -> its value


@dataclass(frozen=True)
class Question:
    """A handler, the components whose values follow its `say`, those it answers into, and the fold it stands in."""

    handler: Handler
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    fold: gr.Accordion | None = None

    def answers(self, say: Say, found: Values) -> Iterator[Values]:
        """The answer to what was found in the components; one after the other if the handler streams."""
        answer = self.handler(say, *(found[item] for item in self.inputs))
        for each in answer if inspect.isgeneratorfunction(self.handler) else [answer]:
            yield dict(zip(self.outputs, each if len(self.outputs) > 1 else [each], strict=True))


class Parts:
    """Collects the questions of a tab while it is laid out, and connects them to what visitors do.

    Args:
        say: the strings of the tab.
        method: of the tab; names its slot in the queue and begins its ids.
        at_once: events of this slot that may run at once; see `core.compute` for what of them computes.
    """

    def __init__(self, say: Say, method: str, at_once: int = AT_ONCE) -> None:
        self.say = say
        self.method = method
        self.slot: dict[str, Any] = {"model": method, "at_once": at_once}
        self.questions: list[Question] = []
        self.read: Decoder = lambda value: value  # what a value becomes before any handler gets it
        self.notice = gr.Markdown(visible=False, elem_id=f"{method}-notice")
        self.view = gr.Textbox("", visible=False, elem_id=f"{method}-view")

    @contextlib.contextmanager
    def fold(self, name: str, heading: str = "", why: str = "") -> Iterator[gr.Accordion]:
        """A closed part of the page, which the address opens with ?tab=<method>&open=<name>.

        Args:
            name: of the part within the tab.
            heading: key of its heading; "<method>.<name>" unless given.
            why: key of a sentence that says why one would open it; "<method>.<name>_why" unless given.
        """
        stem = f"{self.method}.{name}"
        heading, why = self.say(heading or stem), self.say(why or f"{stem}_why")
        ident = f"{self.method}-{name}-fold"
        with gr.Accordion(f"{heading}\n{why}", open=False, elem_id=ident, elem_classes="fold") as fold:
            yield fold

    def ask(
        self,
        handler: Handler,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        *,
        on: Sequence[Any] = (),
        fold: gr.Accordion | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> Any:
        """Answer a question when its part opens and on events of its own.

        Args:
            handler: called as handler(say, *values); a NamedTuple it returns or yields may hold others.
            inputs: components whose values follow `say`.
            outputs: components that the answer goes to, which are laid out empty.
            on: events that belong to this question alone; what it shares with others goes to `follow`.
            fold: where it stands; None for a main question.
            name: public name of the call, see `listen`.
            settings: further arguments of `listen`.

        Returns:
            The event, for `cancels`; None without a trigger or a name.
        """
        question = Question(keep_first(self._reading(handler), inputs), tuple(inputs), tuple(outputs), fold)
        self.questions.append(question)
        triggers = [*on, *([] if fold is None else [fold.expand])]
        if triggers or name is not None:
            settings = {"name": name, **self.slot, **settings}
            return listen(self.say, triggers, question.handler, inputs, outputs, **settings)
        return None

    def _reading(self, handler: Handler) -> Handler:
        """A handler that gets its values as `read` gives them."""

        def read(say: Say, given: Sequence[Any]) -> list[Any]:
            with guard(say):
                return [self.read(value) for value in given]

        if inspect.isgeneratorfunction(handler):

            @functools.wraps(handler)
            def reading(say: Say, *given: Any) -> Any:
                yield from handler(say, *read(say, given))
        else:

            @functools.wraps(handler)
            def reading(say: Say, *given: Any) -> Any:
                return handler(say, *read(say, given))

        return reading

    def follow(
        self,
        source: Any,
        on: Sequence[Any],
        decode: Decoder = pictures.open_with_notes,
        reset: Values | None = None,
        files: Mapping[Any, Decoder] | None = None,
        **settings: Any,
    ) -> Any:
        """When a source changes, answer as one event all questions in view that read it; an emptied text is skipped.

        Args:
            source: an input of several questions.
            on: its events.
            decode: what a file becomes before it reaches the handlers; other values pass as they are. What a visitor
                should know about his picture is shown once, here.
            reset: inputs, and the values they take first, such as none for edits of the last picture; questions that
                read these are answered too.
            files: other inputs that are files, and what each becomes, once for all questions.
            settings: further arguments of `listen`.

        Returns:
            The event, for `cancels`.
        """
        decoders = {**(files or {}), **({source: decode} if isinstance(source, (gr.Image, gr.Audio)) else {})}
        changed = {source, *(reset or {})}
        asked = [question for question in self.questions if changed.intersection(question.inputs)]
        asked.sort(key=lambda question: question.fold is not None)

        def on_follow(say: Say, found: Values, view: str) -> Iterator[Values]:
            unfolded = view.split()
            if "link" in unfolded:  # the values have just come from an address, and are being answered
                yield gr.skip()
                return
            with guard(say), SLOTS.taken():
                decoded = {file: noted(say, decoder(found[file])) for file, decoder in decoders.items()}
            if isinstance(source, gr.Gallery):
                show_notes(say, [note for path, _ in found[source] or [] for note in pictures.notes_of(path)])
            found = {**found, **decoded, **(reset or {})}
            emptied = isinstance(found[source], str) and not found[source].strip()
            in_view = [each for each in asked if each.fold is None or each.fold.elem_id in unfolded]
            if emptied or not in_view:  # a generator that yields nothing would empty the outputs
                yield gr.skip()
                return
            if reset:
                yield reset
            yield from answers_to(in_view, say, found)

        settings = {"trigger_mode": "always_last", **settings}
        return self._listen(on, on_follow, asked, reset or (), view="openFolds", **settings)

    def open_with(self, tab: gr.Tab) -> None:
        """When the tab is opened for the first time, answer its main questions as one event; inside it, offer its link.

        If the page was opened by a link with settings of this tab, another event takes its place, which puts them into
        the controls: for each control among its outputs Gradio would create a component for every visitor.
        What goes wrong at the first view is no visitor's mistake, such as a damaged checkpoint: the tab says so.
        """
        asked = [question for question in self.questions if question.fold is None]
        foot = sharing.lay_out(self.say, self.method)
        controls, folds = links.controls_of(tab, self.method), links.folds_of(tab, self.method)

        def on_first_view(say: Say, found: Values, view: str) -> Iterator[Values]:
            if not view:
                yield gr.skip()
                return
            try:
                yield from answers_to(asked, say, found)
            except gr.Error as error:
                yield {self.notice: gr.Markdown(error.message, visible=True)}

        def on_link(say: Say, found: Values, query: str) -> Iterator[Values]:
            linked = links.read(query, controls, self.method, folds)
            usual = {item: laid_out(item) for item in linked.shown}
            try:
                yield from sharing.opened(say, linked, usual, found, functools.partial(answers_to, asked, say))
            except gr.Error as error:
                yield {self.notice: gr.Markdown(error.message, visible=True)}

        minimal: dict[str, Any] = {"show_progress": "minimal"}
        self._listen([tab.select], on_first_view, asked, view="firstView", **minimal)
        targets = [*controls.values(), *links.companions(controls)]
        opened = self._listen([foot.opened.click], on_link, asked, targets, view="linkQuery", **minimal)
        opened.then(None, None, None, js=f"() => linkDone('{self.method}')", api_visibility="private")
        sharing.connect(self.say, foot, tab, self.method, controls)

    def _listen(
        self,
        on: Sequence[Any],
        handler: Callable[..., Iterator[Values]],
        asked: Sequence[Question],
        more: Iterable[Any] = (),
        *,
        view: str,
        **settings: Any,
    ) -> Any:
        """Connect a handler of several questions: their inputs and what the script sees, their outputs and `more`."""
        inputs = list(dict.fromkeys(item for question in asked for item in question.inputs))
        outputs = list(dict.fromkeys([*more, *(item for question in asked for item in question.outputs)]))

        def answer(say: Say, *given: Any) -> Iterator[Values]:
            *values, seen = given
            yield from handler(say, dict(zip(inputs, values, strict=True)), seen)

        answer.__name__ = handler.__name__
        script = f"(...given) => [...given.slice(0, -1), {view}('{self.method}')]"
        together = ([*inputs, self.view], [*outputs, self.notice])
        return listen(self.say, list(on), answer, *together, js=script, **{**self.slot, **settings})


def noted(say: Say, decoded: Any) -> Any:
    """What has been decoded; of a picture with notes the pixels, while the page shows the notes."""
    if not isinstance(decoded, pictures.OpenedPicture):
        return decoded
    show_notes(say, decoded.notes)
    return decoded.pixels


def show_notes(say: Say, notes: Iterable[str]) -> None:
    """Show each note about a visitor's picture once, for some seconds."""
    for note in dict.fromkeys(notes):
        gr.Info(say(f"page.note_{note}"), title=say("page.note"))


def answers_to(questions: Sequence[Question], say: Say, found: Values) -> Iterator[Values]:
    """The answer to the first question as it comes, then those to all others together.

    Not each by itself: for every output that an answer leaves as it is, Gradio creates a component anew.
    """
    others: Values = {}
    for number, question in enumerate(questions):
        for answer in question.answers(say, found):
            if number == 0:
                yield answer
            else:
                others |= answer
    if others:
        yield others


def keep_first(handler: Handler, inputs: Sequence[Any]) -> Handler:
    """A handler that computes once what it answers to the values `inputs` are laid out with; later it is kept.

    Its NamedTuples, which may hold others, become flat lists; a kept answer that was streamed comes at once.
    """
    kept: list[Any] = []
    untouched = functools.cache(lambda: [laid_out(component) for component in inputs])

    def is_first(given: Sequence[Any]) -> bool:
        return same(given, untouched())

    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def answer(say: Say, *given: Any) -> Any:
            first = is_first(given)
            if first and kept:
                yield _unshared(kept[0])
                return
            last = None
            for each in map(_plain, handler(say, *given)):
                last = _unshared(each)
                yield each
            if first:
                kept.append(last)
    else:

        @functools.wraps(handler)
        def answer(say: Say, *given: Any) -> Any:
            if not is_first(given):
                return _plain(handler(say, *given))
            if not kept:
                kept.append(_plain(handler(say, *given)))
            return _unshared(kept[0])

    return answer


def laid_out(component: Any) -> Any:
    """What a handler gets of a component that nobody has touched."""
    value = component.value
    if isinstance(component, gr.State) or value is None:
        return value
    if getattr(component, "data_model", None) is not None:
        value = component.data_model.model_validate(value)
    return component.preprocess(value)


def same(one: Any, other: Any) -> bool:
    """Whether two values of components are equal, pictures within them included."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and np.array_equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _unshared(answer: Any) -> Any:
    """An answer whose updates are copies: Gradio takes the value out of each one that it gets."""
    if isinstance(answer, dict):
        return dict(answer)
    return (
        [_unshared(item) if isinstance(item, dict) else item for item in answer] if isinstance(answer, list) else answer
    )


def _plain(answer: Any) -> Any:
    return values.flat(answer) if hasattr(answer, "_fields") else answer

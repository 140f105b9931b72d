"""The one place where every question passes: on its way into the queue, when it starts, and when it is over.

Gradio's queue has no hooks; three methods of it are replaced, in one page.
"""

import time
from typing import Any

import gradio as gr
from fastapi import HTTPException
from gradio.block_function import BlockFunction
from gradio.queueing import Event
from gradio.server_messages import ProcessCompletedMessage

from core.errors import InputError
from demos.page.calls import say_of
from demos.page.limits import Limits
from demos.page.metrics import Meter


class Watch:
    """Counts the questions of a page, and refuses those that come too fast or while the server ends.

    Args:
        page: whose queue is watched from now on.
        meter: counts.
        limits: on questions per minute.
    """

    def __init__(self, page: gr.Blocks, meter: Meter, limits: Limits) -> None:
        self.page, self.meter, self.limits = page, meter, limits
        self.ending = False
        self.running: dict[str, float] = {}  # event -> when it began
        queue = page._queue
        self._push, self._process, self._send = queue.push, queue.process_events, queue.send_message
        queue.push = self.push  # type: ignore[method-assign]
        queue.process_events = self.process  # type: ignore[method-assign]
        queue.send_message = self.send  # type: ignore[method-assign]

    def refuse_all(self) -> None:
        """Take no more questions: the server ends."""
        self.ending = True

    async def push(self, body: Any, request: Any, username: str | None) -> Any:
        """Take a question into the queue, or refuse it with a sentence."""
        event, session = self.page.fns[body.fn_index], body.session_hash
        if self.ending:
            self.meter.refused(event, session, "ending")
            sentence = InputError("The server is being started again. Try again in a minute.")
            return False, say_of(event).error(sentence), "error"
        if refusal := self.limits.refusal(request.scope, session):
            self.meter.refused(event, session, "rate")
            raise HTTPException(429, say_of(event).error(refusal))
        pushed = await self._push(body, request, username)
        if not pushed[0]:
            self.meter.refused(event, session, "busy")
        return pushed

    async def process(self, events: list[Event], batch: bool, begin_time: float, fn: BlockFunction) -> None:
        """Answer questions that leave the queue; one that has no answer at the end was left by its visitor."""
        for event in events:
            self.running[event._id] = time.perf_counter()
            self.meter.asked(event)
        try:
            await self._process(events, batch, begin_time, fn)
        finally:
            for event in events:
                self._end(event, "left")

    def send(self, event: Event, event_message: Any) -> None:
        """Hand a message to the session of a question; the last one ends it."""
        if isinstance(event_message, ProcessCompletedMessage) and event.alive:
            self._end(event, outcome_of(event_message))
        self._send(event, event_message)

    def _end(self, event: Event, outcome: str) -> None:
        began = self.running.pop(event._id, None)
        if began is not None:
            self.meter.ended(event, time.perf_counter() - began, outcome)


def outcome_of(message: ProcessCompletedMessage) -> str:
    """How a question ended; only an error that is a sentence has one for the visitor."""
    if message.success:
        return "answered"
    return "refused" if message.output.get("error") else "failed"

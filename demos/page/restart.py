"""What makes a restart harmless: running questions are answered first, and an open page goes on with the new server.

On SIGTERM the server takes no more questions and says so, answers those that run or wait for up to `GRACE_S`, and ends.
Gradio numbers the events of a page in the order of its layout, so that a page that was opened before asks the new
server for the same ones as long as the layout is the same: `name_start` lets the page know.
"""

import hashlib
import secrets
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

import gradio as gr

GRACE_S = 20.0
FETCH_S = 2.0  # for pages to fetch their last answers
LOOK_S = 0.05
STARTS = 4096  # as in assets/connection.js


def layout_id(page: gr.Blocks) -> int:
    """40 bits for the components and events of a page, which are the same whenever the same page is built."""
    blocks = [(number, type(block).__name__) for number, block in page.blocks.items()]
    events = [
        (number, fn.name, fn.api_name, fn.targets, [each._id for each in (*fn.inputs, *fn.outputs)])
        for number, fn in page.fns.items()
    ]
    return int(hashlib.sha256(repr((blocks, events)).encode()).hexdigest()[:10], 16)


def name_start(page: gr.Blocks) -> None:
    """Give Gradio's `app_id` to a page, by which assets/connection.js knows its layout and this start of the server."""
    page.app_id = layout_id(page) * STARTS + secrets.randbelow(STARTS)  # 52 bits; JavaScript has 53


class Ending:
    """Ends the page that it is given on SIGTERM, after its last answers; until there is one, the process ends at once.

    Args:
        grace_s: for answers that run or wait.
    """

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self.grace_s = grace_s
        self.page: gr.Blocks | None = None
        self.first: tuple[Callable[[], None], ...] = ()
        self.before: Any = None

    def __enter__(self) -> Self:
        self.before = signal.signal(signal.SIGTERM, self.on_signal)
        return self

    def __exit__(self, *raised: object) -> None:
        signal.signal(signal.SIGTERM, self.before)

    def watch(self, page: gr.Blocks, *first: Callable[[], None]) -> None:
        """From now on, end this page; `first` is called before, such as what lets no more questions in."""
        self.page, self.first = page, first

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Wait for the answers and close the page; its main thread does nothing else meanwhile.

        Another signal ends it at once.
        """
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if self.page is None or not self.page.is_running:
            raise KeyboardInterrupt
        for each in self.first:
            each()
        self.wait(self.page, time.monotonic() + self.grace_s)
        self.page.close(verbose=False)

    def wait(self, page: gr.Blocks, end: float) -> None:
        """Return when nothing runs or waits and every answer is sent, or at a time of the monotonic clock.

        Gradio forgets the number of an event once its last message is on the way. That no message waits is not enough:
        one that was taken and not yet sent would become "Server stopped unexpectedly.", and its stream would not end.
        """
        queue = page._queue
        while time.monotonic() < end and (len(queue) or any(queue.active_jobs)):
            time.sleep(LOOK_S)
        end = min(end, time.monotonic() + FETCH_S)
        while time.monotonic() < end and any(list(queue.pending_event_ids_session.values())):
            time.sleep(LOOK_S)
        time.sleep(LOOK_S)  # the end of a stream follows its last message

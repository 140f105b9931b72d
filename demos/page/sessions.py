"""What Gradio keeps of each session: little, and only as long as its window is open.

Gradio copies the configuration of all components into every session, for deep links, which this page has not: 2.8 MB
and 220 ms of processor time a session on a page of 1,500 components. It keeps 10,000 sessions until others push them
out. Here a session holds its own values alone, and goes ten minutes after its last event and its last open window.
"""

import datetime
import time
from collections import Counter
from collections.abc import Callable
from copy import copy
from typing import Any

from gradio.state_holder import SessionState, StateHolder
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.page import memory

KEPT_S = 600  # a window that is reloaded or loses its connection finds its session again
CAPACITY = 1000  # sessions; beyond, the one that was used least recently goes


class Sessions:
    """Which sessions have an open window; drops those that have none.

    Args:
        on_gone: called when the last window of a session closes.
    """

    def __init__(self, on_gone: Callable[[str], None] = lambda session: None) -> None:
        self.on_gone = on_gone
        self.windows: Counter[str] = Counter()  # session -> open connections
        self.closed_at: dict[str, float] = {}  # session -> when its last window closed
        self.held: frozenset[str] = frozenset()  # sessions that Gradio keeps values of

    def living(self) -> frozenset[str]:
        """The sessions that have a window or that Gradio still keeps."""
        return self.held | frozenset(self.windows.copy())

    def opened(self, session: str) -> None:
        """A window of the session connected."""
        self.windows[session] += 1

    def closed(self, session: str) -> None:
        """A window of the session is gone."""
        self.windows[session] -= 1
        if self.windows[session] <= 0:
            del self.windows[session]
            self.closed_at[session] = time.time()
            self.on_gone(session)

    def drop_gone(self, holder: StateHolder, now: float | None = None) -> None:
        """Drop what the sessions hold that have had no window and no event for `KEPT_S`."""
        oldest, held = (time.time() if now is None else now) - KEPT_S, len(holder.session_data)
        for session, used in list(holder.time_last_used.items()):
            last = max(used.timestamp(), self.closed_at.get(session, 0.0))
            if session not in self.windows and last < oldest:
                with holder.lock:
                    holder.session_data.pop(session, None)
                    holder.time_last_used.pop(session, None)
        self.closed_at = {session: at for session, at in self.closed_at.items() if at >= oldest}
        self.held = frozenset(holder.time_last_used)
        if len(holder.session_data) < held:
            memory.give_back()


class Heartbeats:
    """ASGI middleware that watches the connection which every window holds open, /heartbeat/<session>."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note when a window's connection begins and ends."""
        _, found, session = scope.get("path", "").rpartition("/heartbeat/")
        if scope["type"] != "http" or not found:
            await self.app(scope, receive, send)
            return
        self.sessions.opened(session)
        try:
            await self.app(scope, receive, send)
        finally:
            self.sessions.closed(session)


def prepare(sessions: Sessions) -> None:
    """Have Gradio keep lean sessions and drop those that are gone, from now on."""
    expire: Callable[[StateHolder], None] = StateHolder.delete_all_expired_state  # Gradio calls it every second

    def expire_and_drop(holder: StateHolder) -> None:
        expire(holder)
        sessions.drop_gone(holder)

    StateHolder.delete_all_expired_state = expire_and_drop  # type: ignore[method-assign]
    lean = {"__init__": begin_lean, "__setitem__": keep_value}
    for name, method in {**lean, "_update_config": _forget, "_update_value_in_config": _forget}.items():
        setattr(SessionState, name, method)


def begin_lean(state: SessionState, blocks: Any) -> None:
    """A session as Gradio begins it, without the copy of the configuration."""
    state.blocks_config = copy(blocks.default_config)
    state.config_values = {}
    state.state_data = {}
    state._state_ttl = {}
    state.is_closed = False
    state.STATE_TTL_WHEN_CLOSED = KEPT_S


def keep_value(state: SessionState, key: int, value: Any) -> None:
    """Keep the value of a `gr.State`, or the component that an event has changed."""
    block = state.blocks_config.blocks.get(key)
    if block is not None and block.stateful:
        state._state_ttl[key] = (block.time_to_live, datetime.datetime.now())  # type: ignore[attr-defined]
        state.state_data[key] = value
    else:
        state.blocks_config.blocks[key] = value


def _forget(state: SessionState, key: int, value: Any = None) -> None:
    """Take the place of a method that updates the copy of the configuration."""

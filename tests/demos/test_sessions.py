"""Sessions hold little and go when they are gone; a session with a window stays, however long it rests."""

import datetime
import time
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from demos.page import sessions
from demos.page.sessions import KEPT_S, Heartbeats, Sessions


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Gradio as `prepare` leaves it, for one test."""
    for kind, names in (
        (SessionState, ("__init__", "__setitem__", "_update_config", "_update_value_in_config")),
        (StateHolder, ("delete_all_expired_state",)),
    ):
        for name in names:
            monkeypatch.setattr(kind, name, getattr(kind, name))
    found = Sessions()
    sessions.prepare(found)
    return found


@pytest.fixture
def page() -> gr.Blocks:
    made = gr.Blocks()
    with made:
        gr.State([1, 2])
        gr.Textbox("long " * 1000)
        gr.Number(3)
    return made


@pytest.fixture
def holder(page: gr.Blocks, watched: Sessions) -> StateHolder:
    made: StateHolder = StateHolder()  # type: ignore[no-untyped-call]
    made.set_blocks(page)
    return made


def parts(page: gr.Blocks) -> list[Any]:
    return [block for block in page.blocks.values() if isinstance(block, (gr.State, gr.Textbox, gr.Number))]


def test_session_keeps_its_own_values(page: gr.Blocks, holder: StateHolder) -> None:
    state, text, _ = parts(page)
    one, other = holder["one"], holder["other"]
    assert one[state._id] == [1, 2]
    one[state._id].append(3)
    one[text._id] = gr.Textbox("mine")
    assert (one[state._id], other[state._id]) == ([1, 2, 3], [1, 2])
    assert one[text._id].value == "mine"
    assert other[text._id] is text
    one[state._id] = "new"
    assert [value for _, value, _ in one.state_components] == ["new"]


def test_session_copies_no_configuration(page: gr.Blocks, holder: StateHolder) -> None:
    state = holder["one"]
    state._update_value_in_config(parts(page)[1]._id, "anything")
    assert state.config_values == {}


def aged(holder: StateHolder, session: str, seconds: float) -> None:
    holder[session]
    holder.time_last_used[session] = datetime.datetime.fromtimestamp(time.time() - seconds)


def test_sessions_without_window_are_dropped(holder: StateHolder, watched: Sessions) -> None:
    aged(holder, "call without a window", KEPT_S + 5)
    aged(holder, "used a moment ago", 5)
    aged(holder, "open since yesterday", 86_400)
    watched.opened("open since yesterday")
    aged(holder, "just closed", 86_400)
    watched.opened("just closed")
    watched.closed("just closed")
    holder.delete_all_expired_state()  # type: ignore[no-untyped-call]
    assert set(holder.session_data) == {"used a moment ago", "open since yesterday", "just closed"}
    watched.drop_gone(holder, now=time.time() + KEPT_S + 10)
    assert set(holder.session_data) == set(holder.time_last_used) == {"open since yesterday"}
    assert not watched.closed_at


def test_second_window_keeps_the_session(watched: Sessions) -> None:
    for _ in range(2):
        watched.opened("a")
    watched.closed("a")
    assert watched.windows["a"] == 1
    watched.closed("a")
    assert "a" not in watched.windows


def test_heartbeat_is_an_open_window() -> None:
    watched, seen = Sessions(), []

    def on_beat(request: Request) -> Response:
        seen.append(dict(watched.windows))
        return Response("ok")

    routes = [Route("/gradio_api/heartbeat/{session}", on_beat), Route("/other", on_beat)]
    with TestClient(Heartbeats(Starlette(routes=routes), watched)) as client:
        client.get("/gradio_api/heartbeat/abc")
        client.get("/other")
    assert seen == [{"abc": 1}, {}]
    assert set(watched.closed_at) == {"abc"}


def test_living_sessions_have_window_or_values(holder: StateHolder, watched: Sessions) -> None:
    aged(holder, "used a moment ago", 5)
    aged(holder, "gone", KEPT_S + 5)
    watched.opened("open, without an event")
    watched.drop_gone(holder)
    assert watched.living() == {"used a moment ago", "open, without an event"}

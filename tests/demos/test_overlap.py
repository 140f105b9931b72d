"""Events of one window that run at once: an answer that comes late does not replace that of a later event."""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.context import LocalContext

from demos.page.events import listen
from demos.page.overlap import OVERLAPS, Overlaps, in_order
from demos.page.words import Say

WAIT_S = 20


def test_a_late_answer_is_left_out() -> None:
    overlaps = Overlaps()
    with overlaps.event("a") as first, overlaps.event("a") as second, overlaps.event("b") as elsewhere:
        assert first({"both": 1, "own": 1}) == {"both": 1, "own": 1}
        assert second({"both": 2}) == {"both": 2}
        assert first({"both": 3, "own": 3}) == {"own": 3}
        assert second({"both": 4, "own": 4}) == {"both": 4, "own": 4}
        assert first({"own": 5}) == {}
        assert elsewhere({"both": 6}) == {"both": 6}, "another window"


def test_leaving_an_output_as_it_is_is_no_answer() -> None:
    overlaps = Overlaps()
    with overlaps.event("a") as first, overlaps.event("a") as second:
        second({"both": gr.skip()})
        assert first({"both": 1}) == {"both": 1}


def test_nothing_is_kept_once_no_event_runs() -> None:
    overlaps = Overlaps()
    with overlaps.event("a") as first:
        with overlaps.event("a") as second:
            second({"both": 2})
        assert first({"both": 1}) == {}, "it still runs"
    with overlaps.event("a") as third:
        assert third({"both": 3}) == {"both": 3}
    assert not overlaps._running
    assert not overlaps._answered


def test_a_stream_gives_way_to_a_later_event() -> None:
    shown, own = gr.Textbox(), gr.Textbox()

    def on_stream(value: str) -> Iterator[list[str]]:
        yield [f"first {value}", "1"]
        yield [f"second {value}", "2"]

    def on_quick(value: str) -> dict[Any, str]:
        return {shown: f"quick {value}"}

    token = LocalContext.request.set(SimpleNamespace(session_hash="window"))  # type: ignore[arg-type]
    try:
        stream = in_order(on_stream, [shown, own])("a")
        assert next(stream) == ["first a", "1"]
        assert in_order(on_quick, [shown])("b") == {shown: "quick b"}
        assert list(stream) == [{own: "2"}]
    finally:
        LocalContext.request.reset(token)


def test_a_stream_of_the_event_loop_is_checked_too() -> None:
    shown = gr.Textbox()

    async def on_stream(value: str) -> AsyncIterator[str]:
        yield f"first {value}"
        yield f"second {value}"

    async def overlapping() -> list[Any]:
        stream = in_order(on_stream, [shown])("a")
        found = [await anext(stream), in_order(lambda value: f"quick {value}", [shown])("b")]
        return [*found, *[each async for each in stream]]

    assert inspect.isasyncgenfunction(in_order(on_stream, [shown])), "Gradio streams it"
    token = LocalContext.request.set(SimpleNamespace(session_hash="window"))  # type: ignore[arg-type]
    try:
        assert asyncio.run(overlapping()) == ["first a", "quick b", gr.skip()]
    finally:
        LocalContext.request.reset(token)


@pytest.mark.parametrize(("session", "late"), [("window", True), ("other", False)])
def test_the_later_question_has_the_last_word(session: str, late: bool) -> None:
    begun, go = threading.Event(), threading.Event()

    def on_slow(say: Say, value: str) -> list[str]:
        """Two answers, when the test says so."""
        begun.set()
        assert go.wait(WAIT_S)
        return [f"slow {value}", "own"]

    def on_quick(say: Say, value: str) -> str:
        """One answer."""
        return f"quick {value}"

    with gr.Blocks() as page:
        text, button, both, own = gr.Textbox(), gr.Button(), gr.Textbox(), gr.Textbox()
        listen(Say("en"), [button.click], on_slow, [text], [both, own], name="slow", queue=False)
        listen(Say("en"), [button.click], on_quick, [text], [both], name="quick", queue=False)
    client = TestClient(gr.routes.App.create_app(page))

    def ask(name: str, value: str, session: str) -> Any:
        given = {"data": [value], "session_hash": session}
        return client.post(f"/gradio_api/run/{name}", json=given).json()["data"]

    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, "slow", "a", "window")
        assert begun.wait(WAIT_S)
        assert ask("quick", "b", session) == ["quick b"]
        go.set()
        assert first.result(WAIT_S) == [gr.skip() if late else "slow a", "own"]
    assert not OVERLAPS._running

"""An event's answer goes to the session that asked, or to the caller who knows the event's id."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.demos.small_page import FILE, png, served, upload


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    with served(own_gradio) as found:
        yield found


def join(client: TestClient, session: str) -> str:
    """Ask for a size in a session, wait until the answer is there, and return the event's id."""
    page = client.app.get_blocks()  # type: ignore[attr-defined]
    (number,) = (number for number, fn in page.fns.items() if fn.api_name == "slow")
    value = {"path": upload(client, png()), "meta": FILE}
    body = {"data": [value], "fn_index": number, "session_hash": session}
    event = str(client.post("/gradio_api/queue/join", json=body).json()["event_id"])
    while event in page._queue.event_ids_to_events:
        time.sleep(0.05)
    return event


def test_event_id_does_not_open_a_session(client: TestClient) -> None:
    event = join(client, "mine")
    for address in (f"call/slow/{event}", f"call/v2/slow/{event}", f"call/slow/{event}?session_hash=other"):
        assert client.get(f"/gradio_api/{address}").text == "Not Found"
    assert '"data":[[10,20,3]]' in client.get("/gradio_api/queue/data?session_hash=mine").text


def test_session_hash_opens_its_event(client: TestClient) -> None:
    event = join(client, "mine")
    assert "[10, 20, 3]" in client.get(f"/gradio_api/call/slow/{event}?session_hash=mine").text


def test_call_without_session_is_its_own(client: TestClient) -> None:
    value = {"path": upload(client, png()), "meta": FILE}
    event = client.post("/gradio_api/call/slow", json={"data": [value]}).json()["event_id"]
    assert "[10, 20, 3]" in client.get(f"/gradio_api/call/slow/{event}").text

"""/healthz says whether the page would answer, and counts what it has."""

from pathlib import Path

import gradio as gr
import pytest
from starlette.testclient import TestClient

from core import checkpoints, models
from core.training.jobs import Jobs
from demos.page import restart, server
from demos.page.health import found
from demos.page.sessions import Sessions
from tests.demos.small_page import LOCAL, build, served

NAME = "vae/mnist"


def begun(folder: Path) -> tuple[gr.Blocks, TestClient]:
    """A page whose queue nobody has started, and a client of it."""
    page = build().queue(max_size=8, api_open=False)
    settings = server.prepare(page, LOCAL, folder, Jobs())["app_kwargs"]
    return page, TestClient(gr.routes.App.create_app(page, app_kwargs=settings))


def test_health_follows_the_queue(own_gradio: Path) -> None:
    """A server that waits for its first request, one that answers, and one that was closed."""
    page, client = begun(own_gradio)
    with client:
        assert (client.get("/healthz").status_code, client.get("/healthz").json()["status"]) == (503, "down")
        assert client.get("/gradio_api/startup-events").json() is True
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert answer.headers["cache-control"] == "no-store"
        page._queue.stopped = True  # what a server that closes sets
        assert client.get("/healthz").status_code == 503


def test_ending_server_is_left_alone(own_gradio: Path) -> None:
    """From SIGTERM on: it answers what runs, and what chooses a server for the next visitor takes another."""
    page = build().queue(max_size=8, api_open=False)
    with restart.Ending() as ending:
        settings = server.prepare(page, LOCAL, own_gradio, Jobs(), ending)["app_kwargs"]
        with TestClient(gr.routes.App.create_app(page, app_kwargs=settings)) as client:
            client.get("/gradio_api/startup-events")
            assert client.get("/healthz").status_code == 200
            for each in ending.first:
                each()
            assert client.get("/healthz").json()["status"] == "down"


def test_full_queue_is_no_illness(own_gradio: Path) -> None:
    """Else a container would be restarted, with every answer that is on its way, because it is asked much."""
    page, client = begun(own_gradio)
    with client:
        client.get("/gradio_api/startup-events")
        page._queue.max_size = 0
        refused = client.post("/gradio_api/call/slow", json={"data": [None]})
        answer = client.get("/healthz")
    assert "busy" in refused.text
    assert (answer.status_code, answer.json()["queue"]) == (200, {"running": 0, "waiting": 0, "most": 0})


def test_health_counts_windows_and_models(own_gradio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "opened", {})
    page, sessions = build(), Sessions()
    before = found(page, sessions)
    for window in ("one", "one", "two", "three"):
        sessions.opened(window)
    sessions.closed("three")
    checkpoints.load(NAME)
    after = found(page, sessions)
    assert (before["visitors"], after["visitors"]) == (0, 2), "a visitor with two windows is one"
    cards = list(checkpoints.ROOT.glob("*/*/card.json"))
    assert before["models"] == {"loaded": [], "bundled": len(cards)}
    assert after["models"]["loaded"] == [NAME]
    assert after["device"] == models.device_name()


def test_health_is_open_and_alone(own_gradio: Path) -> None:
    """Behind a prefix, for HEAD and with a slash; but only to names of the server, and to nobody's writing."""
    with served(own_gradio, root_path="/pretext") as client:
        assert client.get("/pretext/healthz").status_code == 200
        assert client.get("/healthz/").status_code == 200
        assert client.head("/healthz").content == b""
        assert client.post("/healthz").status_code == 404
        assert client.get("/healthz/more").status_code == 404
        assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400

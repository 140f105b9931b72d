"""What Prometheus and the log see of a page: every question once, by tab, and nothing that a visitor wrote."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from core.errors import InputError
from core.training.jobs import Jobs
from demos.page import layout, server
from demos.page.events import guard, listen
from demos.page.metrics import Meter, route_of, tab_of
from demos.page.sessions import Sessions
from demos.page.words import Say

OPEN = {"HOSTS": "testserver", "METRICS": "1", "LOG": "json"}
SECRET = "a visitor's own words"
WORDS = {f"{tab}.tab": (tab, tab) for tab in ("vae", "gpt2")}


def on_answer(say: Say, text: str) -> str:
    return text


def on_refuse(say: Say, text: str) -> str:
    with guard(say):
        raise InputError("Write a sentence first.")


def on_fail(say: Say, text: str) -> str:
    raise KeyError(text)


def on_stream(say: Say, text: str) -> Iterator[str]:
    for number in range(3):
        time.sleep(0.05)
        yield text[:number]


def build() -> gr.Blocks:
    """Two tabs with a question that is answered, one that is refused, one that fails, and one that streams."""
    say = Say("en").adding(WORDS)
    page = gr.Blocks()
    with page, gr.Tabs():
        for tab, handlers in {"vae": (on_answer, on_refuse), "gpt2": (on_fail, on_stream)}.items():
            with layout.tab(say, tab), gr.Row():
                text = gr.Textbox()
                for handler in handlers:
                    listen(say, gr.Button().click, handler, [text], [text], name=f"{tab}_{handler.__name__[3:]}")
    vars(page).update(
        show_error=False, max_file_size=50_000_000, theme=gr.themes.Base(), theme_css=""
    )  # what `launch` sets
    return page


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    page = build().queue(max_size=8, api_open=False)
    settings = server.prepare(page, server.Hosting.of(OPEN), own_gradio, Jobs())["app_kwargs"]
    with TestClient(gr.routes.App.create_app(page, app_kwargs=settings)) as found:
        found.get("/gradio_api/startup-events")
        yield found
        page._queue.close()


def ask(client: TestClient, name: str) -> str:
    """Ask a question and wait for its end; the stream of its messages."""
    event = client.post(f"/gradio_api/call/{name}", json={"data": [SECRET]}).json()["event_id"]
    return client.get(f"/gradio_api/call/{name}/{event}").text


def samples(text: str) -> dict[tuple[str, ...], float]:
    """What Prometheus reads: (name, *values of the labels) -> value."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_question_is_counted_once(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"vae_answer": 3, "vae_refuse": 2, "gpt2_fail": 1, "gpt2_stream": 2}
    for name, times in asked.items():
        for _ in range(times):
            ask(client, name)
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    assert found["pretext_questions_total", "answered", "vae"] == 3
    assert found["pretext_questions_total", "refused", "vae"] == 2
    assert found["pretext_questions_total", "failed", "gpt2"] == 1
    assert found["pretext_questions_total", "answered", "gpt2"] == 2
    assert found["pretext_refusals_total", "input", "vae"] == 2
    assert found["pretext_question_seconds_count", "vae"] == found["pretext_wait_seconds_count", "vae"] == 5
    assert 0.3 < found["pretext_question_seconds_sum", "gpt2"] < 5, "two streams of three times 50 ms"
    assert (found["pretext_sessions",], found["pretext_trainings", "running"]) == (0, 0)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    defects = [line for line in lines if "error" in line]
    lines = [line for line in lines if "error" not in line]
    assert [line["error"] for line in defects] == ["KeyError"]
    assert defects[0]["places"][-1].endswith(" on_fail")
    assert [(line["tab"], line["call"], line["outcome"]) for line in lines] == [
        *[("vae", "vae_answer", "answered")] * 3,
        *[("vae", "vae_refuse", "refused")] * 2,
        ("gpt2", "gpt2_fail", "failed"),
        *[("gpt2", "gpt2_stream", "answered")] * 2,
    ]
    assert all(line["seconds"] > 0.1 for line in lines[-2:])


def test_log_holds_nothing_of_a_visitor(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    number = next(
        each["id"] for each in client.get("/config").json()["dependencies"] if each["api_name"] == "vae_answer"
    )
    for session in ("first session", "second session", "first session"):
        client.post("/gradio_api/queue/join", json={"fn_index": number, "data": [SECRET], "session_hash": session})
        client.get(f"/gradio_api/queue/data?session_hash={session}")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ask(client, "gpt2_fail")
    said = json.dumps(lines) + "".join(capsys.readouterr())
    assert all(set(line) == {"time", "tab", "call", "outcome", "seconds", "session"} for line in lines)
    names = [line["session"] for line in lines]
    assert names[0] == names[2] != names[1]
    for secret in (SECRET, "first session", "second session"):
        assert secret not in said
        assert secret not in client.get("/metrics").text


def test_busy_and_fast_are_refusals(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    meter = meter_of(client)
    event = next(fn for fn in meter.page.fns.values() if fn.api_name == "vae_answer")
    meter.page._queue.max_size = 0
    assert client.post("/gradio_api/call/vae_answer", json={"data": [SECRET]}).status_code == 400
    meter.refused(event, "s", "rate")
    found = samples(client.get("/metrics").text)
    assert found["pretext_refusals_total", "busy", "vae"] == found["pretext_refusals_total", "rate", "vae"] == 1
    assert ("pretext_questions_total", "answered", "vae") not in found
    assert '"outcome": "busy"' in capsys.readouterr().out


def test_refused_requests_are_counted_by_kind(client: TestClient) -> None:
    client.post("/gradio_api/call/no_such", json={"data": []})
    client.post("/gradio_api/upload")
    for number in range(5):
        client.get(f"/made/up/{number}")
    found = samples(client.get("/metrics").text)
    assert found["pretext_refused_requests_total", "question", "404"] == 1
    assert found["pretext_refused_requests_total", "upload", "400"] == 1
    assert found["pretext_refused_requests_total", "other", "404"] == 5, "one label for all addresses"
    assert route_of("/gradio_api/queue/join") == route_of("/gradio_api/call/v2/x") == "question"


def meter_of(client: TestClient) -> Meter:
    """The meter of the page that a client asks."""
    app: Any = client.app
    (found,) = (each.kwargs["meter"] for each in app.user_middleware if "meter" in each.kwargs)
    assert isinstance(found, Meter)
    return found


def test_queue_and_running_are_gauges(client: TestClient) -> None:
    meter = meter_of(client)
    event = SimpleNamespace(fn=next(fn for fn in meter.page.fns.values() if fn.api_name == "gpt2_stream"))
    meter.page._queue.event_queue_per_concurrency_id["a"] = SimpleNamespace(queue=[event, event])  # type: ignore[assignment]
    meter.page._queue.active_jobs = [None, [event]]  # type: ignore[list-item]
    meter.sessions.opened("s")
    found = samples(client.get("/metrics").text)
    meter.page._queue.event_queue_per_concurrency_id.clear()
    meter.page._queue.active_jobs = [None] * 4
    assert (found["pretext_queue_length", "gpt2"], found["pretext_running", "gpt2"]) == (2, 1)
    assert found["pretext_sessions",] == 1


def test_trainings_are_counted_by_state() -> None:
    jobs: Any = Jobs()
    jobs.jobs = {state: SimpleNamespace(state=state) for state in ("running", "over", "failed", "waiting")}
    jobs.queue = [SimpleNamespace(), SimpleNamespace()]
    assert jobs.counts() == {"running": 1, "waiting": 2}


@pytest.mark.parametrize(("settings", "status"), [({}, 404), ({"METRICS": "1"}, 200), ({"METRICS": "yes"}, 404)])
def test_metrics_are_closed_unless_asked_for(own_gradio: Path, settings: dict[str, str], status: int) -> None:
    page = build().queue()
    arguments = server.prepare(page, server.Hosting.of({"HOSTS": "testserver", **settings}), own_gradio, Jobs())
    with TestClient(gr.routes.App.create_app(page, app_kwargs=arguments["app_kwargs"])) as client:
        assert client.get("/metrics").status_code == status
        assert client.get("/metrics", headers={"host": "evil.example"}).status_code == 400


def test_each_page_has_a_registry_of_its_own(own_gradio: Path) -> None:
    first, second = (Meter(build(), Sessions(), Jobs()) for _ in range(2))
    event = next(iter(first.page.fns.values()))
    first.refused(event, None, "busy")
    assert first.registry.get_sample_value("pretext_refusals_total", {"tab": "vae", "reason": "busy"}) == 1
    assert second.registry.get_sample_value("pretext_refusals_total", {"tab": "vae", "reason": "busy"}) is None
    assert REGISTRY.get_sample_value("pretext_refusals_total", {"tab": "vae", "reason": "busy"}) is None


def test_every_event_of_the_page_has_its_tab(built: gr.Blocks) -> None:
    """Those of the page as a whole are few: the one that opens the tab of the address, per language."""
    import app

    tabs = [method for methods in app.GROUPS.values() for method in methods]
    found = [(tab_of(event), event) for event in built.fns.values() if event.fn is not None]
    assert {tab for tab, _ in found} == {*tabs, "page"}
    assert [event.name for tab, event in found if tab == "page"] == ["on_open", "on_open"]
    for tab, event in found:
        if event.api_visibility == "public":
            assert str(event.api_name).startswith(tab)


def test_counting_is_cheap(capsys: pytest.CaptureFixture[str]) -> None:
    """Microseconds per question, log included: a thousandth of what the cheapest event takes (28 ms)."""
    lines: list[str] = []
    meter = Meter(build(), Sessions(), Jobs(), lines.append)
    event: Any = SimpleNamespace(
        fn=next(iter(meter.page.fns.values())), session_hash="s", enqueue_time=time.monotonic(), alive=True
    )
    spent = []
    for _ in range(2000):
        began = time.perf_counter()
        meter.asked(event)
        meter.ended(event, 0.1, "answered")
        spent.append(time.perf_counter() - began)
    median_us = 1e6 * sorted(spent)[1000]
    with capsys.disabled():
        print(f"{median_us:.0f} microseconds per question with the log")
    assert len(lines) == 2000
    assert median_us < 1000

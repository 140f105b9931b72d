"""Routes that the page does not need are not found; other names and other sites are refused."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from core.training.jobs import Jobs
from demos.page import server
from demos.page.doors import Hosts, bare_host, is_own_origin, route_path
from tests.demos.small_page import FILE, LOCAL, build, png, run, served, upload

CLOSED = (
    ("GET", "/monitoring"),
    ("GET", "/monitoring/summary"),
    ("GET", "/monitoring/key"),
    ("GET", "/gradio_api/deep_link?session_hash=a"),
    ("GET", "/gradio_api/proxy=https://a.hf.space/"),
    ("GET", "/gradio_api/file=https://example.org/a.png"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("GET", "/gradio_api/queue/status"),
    ("GET", "/gradio_api/token"),
    ("GET", "/gradio_api/user"),
    ("GET", "/gradio_api/dev/reload"),
    ("GET", "/gradio_api/runs"),
    ("GET", "/gradio_api/vibe-code"),
    ("GET", "/gradio_api/custom_component/a/client/component/index.js"),
    ("GET", "/gradio_api/stream/a/b/1/playlist.m3u8"),
    ("GET", "/logout"),
    ("GET", "/pwa_icon"),
    ("GET", "/svelte"),
    ("GET", "/docs"),
    ("POST", "/login"),
    ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/vibe-edit"),
    ("POST", "/gradio_api/stream/event"),
    ("POST", "/gradio_api/api/size"),
    ("PUT", "/"),
    ("DELETE", "/gradio_api/upload"),
)


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    with served(own_gradio) as found:
        yield found


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_unneeded_routes_are_closed(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path, json={}).text == "Not Found"


def test_needed_routes_are_open(client: TestClient) -> None:
    for path in ("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/gradio_api/info"):
        assert client.get(path).status_code == 200, path
    assert client.head("/").status_code == 200
    assert client.get("/gradio_api/app_id").status_code == 200


def test_calls_cannot_pass_the_queue(client: TestClient) -> None:
    assert client.post("/gradio_api/run/slow", json={"data": [None]}).status_code == 404


def test_large_events_are_refused(client: TestClient) -> None:
    assert client.post("/gradio_api/call/slow", json={"data": ["x" * 5_000_001]}).status_code == 413
    chunked = client.post("/gradio_api/call/slow", content=iter([b"{}"]), headers={"content-type": "application/json"})
    assert chunked.status_code == 411


# --- names ---


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "a b", "evil.example:80", "testserver@a"]
)
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/config", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "192.168.1.7:8000", "[::1]:7860", "TESTSERVER."])
def test_own_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/config", headers={"host": host}).status_code == 200


def test_names_come_from_the_list() -> None:
    hosts = Hosts.of("a.org, *.b.org")
    assert [hosts.include(host) for host in ("a.org", "x.b.org:443", "b.org", "xa.org", "y.gradio.live")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert Hosts.of(None, share=True).include("y.gradio.live")
    space = Hosts.of(None, space="me-demo.hf.space")
    assert space.include("inner.proxy.name")
    assert (space.sites, hosts.sites) == (("me-demo.hf.space",), ("a.org",))
    assert Hosts.of("*").include("anything.example")
    assert not Hosts.of("*.b.org").include("")


def test_ports_and_brackets_are_no_name() -> None:
    assert bare_host("A.org:80") == "a.org"
    assert bare_host("[::1]:80") == "::1"
    assert bare_host("http://a.org") == bare_host("a.org/b") == ""


# --- origins ---


def test_other_sites_may_not_write(client: TestClient) -> None:
    foreign = {"origin": "https://evil.example", "host": "192.168.1.7"}
    for path in (
        "/gradio_api/upload",
        "/gradio_api/queue/join",
        "/gradio_api/call/slow",
        "/gradio_api/component_server",
    ):
        assert client.post(path, json={"data": []}, headers=foreign).status_code == 403
    assert client.options("/config", headers={**foreign, "access-control-request-method": "POST"}).status_code == 403


def test_other_sites_may_not_read(client: TestClient) -> None:
    """Nor a page in a sandbox, whose origin is "null"."""
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        answer = client.get("/config", headers={"origin": origin, "host": "192.168.1.7"})
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_page_is_its_own_origin() -> None:
    def own(origin: str, **more: str) -> bool:
        return is_own_origin(Headers({"host": "a.org:7860", **more, "origin": origin}))

    assert own("http://a.org:7860")
    assert own("https://proxy.org", **{"x-forwarded-host": "proxy.org, inner"})
    assert is_own_origin(Headers({"host": "a.org", "origin": "https://a.org"}))
    assert is_own_origin(Headers({"host": "a.org:443", "origin": "https://a.org"}))
    assert is_own_origin(Headers({"host": "a.org"}))
    behind = Headers({"host": "inner:7860", "origin": "https://me-demo.hf.space"})
    assert is_own_origin(behind, ("me-demo.hf.space",))
    assert not is_own_origin(behind, ("a.org",))
    assert not own("http://a.org")
    assert not own("null")
    assert not own("")


# --- below a root path ---


def test_root_path_is_left_out() -> None:
    def below(path: str, root: str) -> str:
        return route_path({"path": path, "root_path": root})

    assert below("/pretext/config", "/pretext") == "/config"
    assert below("/config", "/pretext") == "/config"
    assert below("/pretextual", "/pretext") == "/pretextual"
    assert below("/config", "") == "/config"
    assert below("/pretext", "/pretext") == ""


def test_proxied_page_works_and_is_closed(own_gradio: Path) -> None:
    with served(own_gradio, root_path="/pretext") as client:
        assert client.get("/config").json()["root"].endswith("/pretext")
        assert client.get("/monitoring/summary").status_code == 404
        assert run(client, "size", {"path": upload(client, png()), "meta": FILE}) == [10, 20, 3]


def test_mounted_page_works_and_is_closed(own_gradio: Path) -> None:
    page = build().queue(max_size=8, api_open=False)
    settings = server.prepare(page, LOCAL, own_gradio, Jobs())["app_kwargs"]
    outer = gr.mount_gradio_app(FastAPI(), page, "/pretext", app_kwargs=settings)
    with TestClient(outer) as client:
        assert client.get("/pretext/config").status_code == 200
        assert "default-src 'self'" in client.get("/pretext/").headers["content-security-policy"]
        assert client.get("/pretext/monitoring/summary").status_code == 404
        foreign = {"origin": "https://evil.example"}
        assert client.post("/pretext/gradio_api/upload", headers=foreign).status_code == 403
        sent = client.post("/pretext/gradio_api/upload", files={"files": ("a.png", png())})
        assert sent.status_code == 200

"""The page is compressed, has its script first, and polls its queue rarely; its process leaves no files behind."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio import processing_utils
from gradio.data_classes import PredictBodyInternal
from gradio_client import utils as client_utils
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.training.jobs import Jobs
from demos.page import files, layout, server
from demos.page.folder import OwnFolder
from demos.page.sessions import CAPACITY, Sessions
from tests.demos.small_page import LOCAL, QUEUE

ROOT = Path(__file__).parents[2]
WAITS = """
import sys, time, pathlib
from demos.page import server
with server.own_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder.files / "upload.png").write_text("a visitor's")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_prepared_pages_poll_rarely(own_gradio: Path) -> None:
    with gr.Blocks() as page:
        gr.Button()
    page.queue(max_size=3)
    settings = server.prepare(page, LOCAL, own_gradio, Jobs())
    assert settings["state_session_capacity"] == CAPACITY
    assert settings["max_threads"] >= 200, "a class that watches a training fills no more than half of the places"
    assert 0.01 <= page._queue.sleep_when_free <= 0.05
    assert 0.05 <= page._queue.progress_update_sleep_when_free <= 0.2
    assert processing_utils.save_pil_to_cache is files.save_picture
    assert client_utils.strip_invalid_filename_characters("50%.png") == "50.png"


def test_script_comes_first_in_pages() -> None:
    """And only in pages: JSON with the same text, such as an answer of the API, stays as it is."""

    def on_page(request: Request) -> Response:
        return HTMLResponse("<html><head><script>later</script></head><body>\u9875</body></html>")

    def on_data(request: Request) -> Response:
        return JSONResponse({"text": "<head>"})

    routes = [Route("/", on_page), Route("/config", on_data)]
    with TestClient(Starlette(routes=routes, **server.app_settings(Sessions(), LOCAL, lambda: QUEUE))) as client:
        page, data = client.get("/", headers={"accept-encoding": "identity"}), client.get("/config")
    assert page.text == f"<html><head>{layout.EARLY}<script>later</script></head><body>\u9875</body></html>"
    assert page.headers["content-length"] == str(len(page.content))
    assert page.headers["x-content-type-options"] == data.headers["x-content-type-options"] == "nosniff"
    assert data.json() == {"text": "<head>"}


@pytest.mark.parametrize(("path", "language"), [("/", "en"), ("/zh", "zh-Hans"), ("/zh/", "zh-Hans")])
def test_pages_name_their_language(path: str, language: str) -> None:
    def on_page(request: Request) -> Response:
        return HTMLResponse('<html\n\tlang="en"><head></head><body lang="en"></body></html>')

    with TestClient(
        Starlette(routes=[Route(path, on_page)], **server.app_settings(Sessions(), LOCAL, lambda: QUEUE))
    ) as client:
        page = client.get(path).text
    assert f'<html\n\tlang="{language}">' in page
    assert '<body lang="en">' in page, "only the page as a whole"


def test_full_queue_says_so_in_the_language_of_the_page(own_gradio: Path) -> None:
    def on_ask(value: str) -> str:
        return value

    with gr.Blocks() as page:
        text = gr.Textbox()
        text.submit(on_ask, text, text)
    with page.route("Chinese", "/zh"):
        chinese = gr.Textbox()
        chinese.submit(on_ask, chinese, chinese)
    page.queue(max_size=1)
    server.prepare(page, LOCAL, own_gradio, Jobs())
    page._queue.max_size = 0
    numbers = {str(event.inputs[0].page): number for number, event in page.fns.items()}

    def pushed(place: str) -> Any:
        body = PredictBodyInternal(fn_index=numbers[place], data=["x"], session_hash="s")
        return asyncio.run(page._queue.push(body, request=Request({"type": "http", "headers": []}), username=None))

    assert pushed("") == (False, "The page is busy: 0 questions are waiting. Try again in a minute.", "error")
    assert pushed("zh") == (False, "现在人很多：有 0 个问题在排队。请过一分钟再试。", "error")


def test_text_is_compressed_and_streams_are_not() -> None:
    def on_page(request: Request) -> Response:
        return HTMLResponse("<html><head></head><body>" + "word " * 5000 + "</body></html>")

    def on_stream(request: Request) -> Response:
        return StreamingResponse((f"data: {'word ' * 500}\n\n" for _ in range(3)), media_type="text/event-stream")

    def on_picture(request: Request) -> Response:
        return Response(bytes(5000), media_type="image/webp")

    paths = ("/", "/gradio_api/queue/data", "/gradio_api/file=a.webp")
    routes = [Route(path, answer) for path, answer in zip(paths, (on_page, on_stream, on_picture), strict=True)]
    with TestClient(Starlette(routes=routes, **server.app_settings(Sessions(), LOCAL, lambda: QUEUE))) as client:
        page, stream, picture = (client.get(path) for path in paths)
        plain = client.get("/", headers={"accept-encoding": "identity"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < len(page.text) / 5
    assert (page.text, stream.status_code, picture.status_code) == (plain.text, 200, 200)
    assert layout.EARLY in page.text
    assert "content-encoding" not in {*plain.headers, *stream.headers, *picture.headers}


def waiting(parent: Path) -> "subprocess.Popen[str]":
    """A process that has a folder of its own with an upload in it."""
    command = [sys.executable, "-c", WAITS, str(parent)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def names(parent: Path) -> list[str]:
    return sorted(file.name for file in parent.rglob("upload.png"))


def test_terminated_server_leaves_nothing(tmp_path: Path) -> None:
    process = waiting(tmp_path)
    assert names(tmp_path) == ["upload.png"]
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    assert list(tmp_path.iterdir()) == []


def test_next_server_clears_after_killed_one(tmp_path: Path) -> None:
    killed, living = waiting(tmp_path), waiting(tmp_path)
    killed.kill()
    killed.wait(timeout=30)
    assert names(tmp_path) == ["upload.png", "upload.png"]
    OwnFolder(tmp_path).remove()
    assert names(tmp_path) == ["upload.png"], "the files of the living server"
    living.terminate()
    living.wait(timeout=30)


def test_hosting_is_read_from_variables() -> None:
    here = server.Hosting.of({})
    assert (here.host, here.port, here.share) == (None, None, False)
    assert here.frames == "https://huggingface.co https://*.hf.space"
    there = server.Hosting.of(
        {
            "HOST": "0.0.0.0",
            "PORT": "80",
            "SHARE": "1",
            "HOSTS": "a.org, *.b.org",
            "FRAMES": "",
            "GRADIO_TEMP_DIR": "/t",
        }
    )
    assert (there.host, there.port, there.share, there.frames, there.folder) == ("0.0.0.0", 80, True, "", Path("/t"))
    assert {"a.org", "*.b.org", "*.gradio.live"} <= set(there.hosts.names)
    assert "me-demo.hf.space" in server.Hosting.of({"SPACE_HOST": "me-demo.hf.space"}).hosts.names

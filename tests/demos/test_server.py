"""Pictures in the cache are where Gradio expects them and complete at every moment; the queue polls rarely."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio import processing_utils
from gradio_client import utils as client_utils
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demos.page import layout, server
from demos.page.server import save_whole
from demos.page.sessions import CAPACITY, Sessions

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))


def test_path_and_content_are_gradios(tmp_path: Path) -> None:
    theirs = Path(processing_utils.save_pil_to_cache(PICTURE, str(tmp_path / "theirs"), format="png"))
    ours = Path(save_whole(PICTURE, str(tmp_path / "ours"), format="png"))
    assert ours.relative_to(tmp_path / "ours") == theirs.relative_to(tmp_path / "theirs")
    assert ours.read_bytes() == theirs.read_bytes()


def test_readers_get_whole_pictures(tmp_path: Path) -> None:
    path = Path(save_whole(PICTURE, str(tmp_path)))
    size = path.stat().st_size
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(save_whole, PICTURE, str(tmp_path)) for _ in range(40)]
        sizes = {len(path.read_bytes()) for _ in range(400)}
        assert {writer.result() for writer in writers} == {str(path)}
    assert sizes == {size}
    assert [file.name for file in path.parent.iterdir()] == [path.name], "no part is left behind"


def test_prepared_pages_poll_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing_utils, "save_pil_to_cache", processing_utils.save_pil_to_cache)
    monkeypatch.setattr(client_utils, "strip_invalid_filename_characters", server.strip_name)
    with gr.Blocks() as page:
        gr.Button()
    page.queue(max_size=3)
    monkeypatch.setattr(server, "keep_lean", lambda sessions: None)
    settings = server.prepare(page)
    assert settings["state_session_capacity"] == CAPACITY
    assert 0.01 <= page._queue.sleep_when_free <= 0.05
    assert 0.05 <= page._queue.progress_update_sleep_when_free <= 0.2
    assert processing_utils.save_pil_to_cache is save_whole
    assert client_utils.strip_invalid_filename_characters("50%.png") == "50.png"


def test_script_comes_first_in_pages() -> None:
    """And only in pages: JSON with the same text, such as an answer of the API, stays as it is."""

    def on_page(request: Request) -> Response:
        return HTMLResponse("<html><head><script>later</script></head><body>\u9875</body></html>")

    def on_data(request: Request) -> Response:
        return JSONResponse({"text": "<head>"})

    routes = [Route("/", on_page), Route("/answer", on_data)]
    with TestClient(Starlette(routes=routes, **server.app_settings(Sessions()))) as client:
        page, data = client.get("/"), client.get("/answer")
    assert page.text == f"<html><head>{layout.CLOCKS}<script>later</script></head><body>\u9875</body></html>"
    assert page.headers["content-length"] == str(len(page.content))
    assert page.headers["x-content-type-options"] == data.headers["x-content-type-options"] == "nosniff"
    assert data.json() == {"text": "<head>"}


def test_text_is_compressed_and_streams_are_not() -> None:
    def on_page(request: Request) -> Response:
        return HTMLResponse("<html><head></head><body>" + "word " * 5000 + "</body></html>")

    def on_stream(request: Request) -> Response:
        return StreamingResponse((f"data: {'word ' * 500}\n\n" for _ in range(3)), media_type="text/event-stream")

    def on_picture(request: Request) -> Response:
        return Response(bytes(5000), media_type="image/webp")

    routes = [Route("/", on_page), Route("/stream", on_stream), Route("/picture", on_picture)]
    with TestClient(Starlette(routes=routes, **server.app_settings(Sessions()))) as client:
        page, stream, picture = (client.get(path) for path in ("/", "/stream", "/picture"))
        plain = client.get("/", headers={"accept-encoding": "identity"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < 1000 < len(page.text)
    assert page.text == plain.text
    assert layout.CLOCKS in page.text
    assert "content-encoding" not in {*plain.headers, *stream.headers, *picture.headers}

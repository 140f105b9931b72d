"""Uploaded files of any name reach the handlers, over HTTP as a browser sends them."""

import io

import gradio as gr
import pytest
from gradio_client import utils as client_utils
from PIL import Image
from starlette.testclient import TestClient

from core.data import pictures
from demos.page import server
from demos.page.inputs import picture_input

NAMES = ["a%20b.png", "a b.png", 'it\'s "it".png', "图片.png", "🐈.png", "n" * 251 + ".png", "no suffix", "a#b?c&.png"]


@pytest.fixture(scope="module")
def client() -> TestClient:
    """A page with one picture, whose call says how large it is."""

    def on_size(path: str) -> list[int]:
        return list(pictures.open_picture(path).shape)

    with gr.Blocks() as page:
        gr.Button().click(on_size, picture_input(), gr.JSON(), api_name="size", queue=False)
    page.max_file_size = None  # what `launch` sets
    return TestClient(gr.routes.App.create_app(page))


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_shown_and_read(client: TestClient, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_utils, "strip_invalid_filename_characters", server.plain_name)
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), "blue").save(buffer, "PNG")
    sent = client.post("/gradio_api/upload", files={"files": (name, buffer.getvalue(), "image/png")})
    assert sent.status_code == 200, sent.text
    (path,) = sent.json()
    shown = client.get(f"/gradio_api/file={path}")  # as the page puts it together
    assert shown.content == buffer.getvalue()
    data = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
    asked = client.post("/gradio_api/run/size", json={"data": [data]})
    assert asked.json()["data"] == [[10, 20, 3]]


def test_names_of_signs_become_file() -> None:
    assert server.plain_name("%%?.png") == "file.png"
    assert server.plain_name("##") == "file"
    assert server.plain_name("图 (1).png") == "图 (1).png"
    assert server.plain_name("..") == ".."

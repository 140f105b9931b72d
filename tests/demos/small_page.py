"""A page of one picture, one gallery, one sound and one canvas, served by the rules of the real one."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image
from starlette.testclient import TestClient

from core.data import pictures
from core.training.jobs import Jobs
from demos.page import inputs, server
from demos.page.events import guard
from demos.page.words import Say

LOCAL = server.Hosting.of({"HOSTS": "testserver"})
QUEUE: Any = SimpleNamespace(event_ids_to_events={}, pending_event_ids_session={})  # of a server without events
FILE = {"_type": "gradio.FileData"}


def png(width: int = 20, height: int = 10) -> bytes:
    """A picture as a file."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "blue").save(buffer, "PNG")
    return buffer.getvalue()


def on_size(picture: str | None) -> list[int]:
    """Height, width and channels of a picture."""
    with guard(Say("en")):
        return list(pictures.open_picture(picture).shape)


def on_value(value: Any) -> Any:
    """What a handler gets, in a list."""
    return [value]


def on_noise(seed: float) -> Image.Image:
    """A picture of noise."""
    return Image.fromarray(np.random.default_rng(int(seed)).integers(0, 256, (40, 40, 3), np.uint8))


def build() -> gr.Blocks:
    """The page; its calls answer without the queue, except `slow`."""
    page = gr.Blocks()
    with page:
        shown, go = gr.JSON(), gr.Button()
        picture, sound = inputs.picture_input(), inputs.sound_input()
        canvas = inputs.drawn(gr.ImageEditor(layers=False, elem_id="canvas"), "layer")
        gallery = inputs.preprocessed_by(gr.Gallery(type="filepath"), inputs.received_of_gallery)
        go.click(on_size, picture, shown, api_name="size", queue=False)
        for name, source in {"sound": sound, "canvas": canvas, "gallery": gallery, "picture": picture}.items():
            go.click(on_value, source, shown, api_name=name, queue=False)
        go.click(on_noise, gr.Number(1), gr.Image(format="png"), api_name="noise", queue=False)
        go.click(on_size, picture, shown, api_name="slow")
    vars(page).update(max_file_size=50_000_000, theme=gr.themes.Base(), theme_css="")  # what `launch` sets
    return page


@contextlib.contextmanager
def served(folder: Path, hosting: server.Hosting = LOCAL, root_path: str = "") -> Iterator[TestClient]:
    """A client of the page, whose uploads and results lie in `folder`."""
    page = build().queue(max_size=8, api_open=False)
    settings = server.prepare(page, hosting, folder, Jobs())["app_kwargs"]
    application = gr.routes.App.create_app(page, app_kwargs={**settings, "root_path": root_path})
    with TestClient(application) as client:
        assert client.get("/gradio_api/startup-events").json() is True  # starts the queue, as `launch` does
        yield client
        page._queue.close()


def run(client: TestClient, name: str, *values: Any) -> Any:
    """The answer of a call, or None."""
    answer = client.post(f"/gradio_api/run/{name}", json={"data": list(values)})
    return answer.json()["data"][0] if answer.status_code == 200 else None


def upload(client: TestClient, content: bytes, name: str = "mine.png") -> str:
    """Send a file, and return the path under which it was stored."""
    answer = client.post("/gradio_api/upload", files={"files": (name, content, "image/png")})
    assert answer.status_code == 200, answer.text
    (path,) = answer.json()
    return str(path)

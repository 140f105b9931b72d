"""What a visitor hears when the disk is full, printed as JSON; for `test_faults`, in a folder of a megabyte.

Gradio and this page run as they are; the file system itself has no room.
"""

import io
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from starlette.testclient import TestClient

from core.training import worker
from core.training.jobs import Jobs
from demos.page import calls, inputs, server, uploads
from demos.page.events import listen
from demos.page.words import Say
from tests.demos.small_page import FILE, LOCAL, on_size

RNG = np.random.default_rng(0)


def noise(side: int) -> bytes:
    """A PNG of noise, which has about 3 x side x side bytes."""
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (side, side, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def on_picture(say: Say, side: float) -> Image.Image:
    """A result of any size."""
    return Image.open(io.BytesIO(noise(int(side))))


def on_export(say: Say, size: float) -> str:
    """Weights of so many bytes, as safetensors writes them."""
    target = Path(os.environ["GRADIO_TEMP_DIR"]) / f"weights-{size}.safetensors"
    save_file({"weights": torch.zeros(int(size), dtype=torch.uint8)}, target)
    return str(target)


def build(say: Say) -> gr.Blocks:
    """A page with an input, a result and an export."""
    page = calls.Page()
    with page:
        size, go = gr.Number(1), gr.Button()
        picture, shown = inputs.picture_input(), gr.JSON()
        go.click(on_size, picture, shown, api_name="size")
        listen(say, go.click, on_picture, [size], [gr.Image(format="png")], name="picture")
        listen(say, go.click, on_export, [size], [gr.File()], name="export")
    vars(page).update(show_error=False, max_file_size=50_000_000, theme=gr.themes.Base(), theme_css="")
    return page


def ask(client: TestClient, name: str, value: Any) -> str:
    """The last message of a call: its answer, or the sentence of its error."""
    event = client.post(f"/gradio_api/call/{name}", json={"data": [value]}).json()["event_id"]
    return client.get(f"/gradio_api/call/{name}/{event}").text.strip().rpartition("data: ")[2]


def ask_all(client: TestClient, folder: Path) -> dict[str, Any]:
    """Too much, then little, of everything."""

    def send(side: int) -> Any:
        return client.post("/gradio_api/upload", files={"files": ("a.png", noise(side), "image/png")})

    said: dict[str, Any] = {"upload": (full := send(900)).status_code, "upload_said": full.text}
    said["left"] = [file.name for file in folder.rglob("*") if file.is_file()]
    (small,) = send(40).json()
    said["small_upload"] = ask(client, "size", {"path": small, "meta": FILE})
    for name, much, little in (("picture", 900, 40), ("export", 3_000_000, 1000)):
        said[name] = ask(client, name, much)
        for file in folder.glob("weights-*"):
            file.unlink()
        said[f"small_{name}"] = ask(client, name, little)
    return said


def train(folder: Path) -> list[dict[str, Any]]:
    """What the worker reports of a run whose weights find no room."""
    (folder / "run").mkdir()
    (folder / "fill").write_bytes(bytes(max(0, shutil.disk_usage(folder).free - 60_000)))
    said: list[dict[str, Any]] = []
    recipe = {"data": "emoji", "resume": str(folder / "run"), "steps": 2, "minutes": 0.02, "width": 32}
    worker.obey({"token": "t", "method": "rotation", "recipe": recipe}, said.append, lambda: False)
    return [report for report in said if "error" in report]


def main(folder: Path) -> None:
    """Ask, and print what was said."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    uploads.RESERVE_MB = 0
    page = build(Say("en")).queue(api_open=False)
    settings = server.prepare(page, LOCAL, folder, Jobs())["app_kwargs"]
    with TestClient(gr.routes.App.create_app(page, app_kwargs=settings)) as client:
        client.get("/gradio_api/startup-events")
        said = ask_all(client, folder)
        page._queue.close()
    print(json.dumps({**said, "training": train(folder)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

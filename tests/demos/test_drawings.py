"""A canvas keeps small pictures, few of them, and only under indices that it has."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from gradio.components.image_editor import EditorDataBlobs
from starlette.testclient import TestClient

from demos.page import drawings
from tests.demos.small_page import png, run, served


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    with served(own_gradio) as found:
        yield found


def canvas(client: TestClient) -> gr.ImageEditor:
    page = client.app.get_blocks()  # type: ignore[attr-defined]
    (found,) = (block for block in page.blocks.values() if isinstance(block, gr.ImageEditor))
    return found


def paint(client: TestClient, content: bytes, **fields: str) -> int:
    form = {"component_id": str(canvas(client)._id), "session_hash": "s", "fn_name": "accept_blobs", "id": "one"}
    answer = client.post(
        "/gradio_api/component_server", data={**form, **fields}, files={"file": ("layer.png", content)}
    )
    return answer.status_code


def test_layer_reaches_the_handler(client: TestClient) -> None:
    assert paint(client, png(), type="layer", index="0") == 200
    (stored,) = run(client, "canvas", {"background": None, "layers": [], "composite": None, "id": "one"})
    assert Path(stored).read_bytes() == png()
    assert canvas(client).blob_storage == {}


@pytest.mark.parametrize("index", ["100000000", "-1", "4", "1e9", "null", ""])
def test_other_layers_are_refused(client: TestClient, index: str) -> None:
    assert paint(client, png(), type="layer", index=index) == 400
    assert canvas(client).blob_storage == {}


def test_other_kinds_are_refused(client: TestClient) -> None:
    assert paint(client, png(), type="anything") == 400
    assert paint(client, png(), type="background", id="x" * 65) == 400
    assert paint(client, png(), type="background", fn_name="preprocess") == 404


def test_large_pictures_are_refused(client: TestClient) -> None:
    assert paint(client, bytes(4_000_001), type="composite") == 413
    assert paint(client, bytes(30_000_000), type="composite") == 413
    assert canvas(client).blob_storage == {}


def test_old_drawings_make_room(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "HELD_MB", 3)
    for number in range(5):
        assert paint(client, bytes(1_000_000), type="composite", id=str(number)) == 200
    held: dict[str, EditorDataBlobs] = canvas(client).blob_storage
    assert list(held) == ["2", "3", "4"]

"""What a visitor hears when a file is gone, the disk is full, or the graphics processor has no memory left."""

import json
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch
from safetensors import SafetensorError
from starlette.testclient import TestClient
from torch.overrides import TorchFunctionMode

from core import device, shortage
from core.contrastive import explore as contrastive
from core.data import bundled
from core.shortage import MemoryFull, StorageFull
from core.training.jobs import Jobs
from demos.page import calls, inputs, server
from demos.page.events import listen
from demos.page.words import Say
from tests.cuda.fake_cuda import on_cuda, place
from tests.demos.small_page import FILE, LOCAL, on_size, png, upload

ROOT = Path(__file__).parents[2]
EMOJI = [bundled.emoji_gallery().images[number] for number in range(16)]
VIEWS = contrastive.view_settings(0.2, 0.5, 0.2, 0.5, 0.5)
ROOM_BYTES = 500_000  # of the graphics processor below, for one tensor


class LittleMemory(TorchFunctionMode):
    """A fake graphics processor that has no room for a large tensor, and says so as CUDA does."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        on_it = isinstance(result, torch.Tensor) and place(result).type == "cuda"
        if on_it and result.numel() * result.element_size() > ROOM_BYTES:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB.")
        return result


def on_compare(say: Say, count: float) -> int:
    """Compare so many pictures on the fake processor; modes of PyTorch hold in one thread."""
    with on_cuda():
        contrastive.compare(EMOJI[:2], VIEWS)  # the weights are there before memory is short
        with LittleMemory():
            assert device.pick().type == "cuda"
            return len(contrastive.compare(EMOJI[: int(count)], VIEWS).cosine)


def fill(say: Say) -> None:
    size, count, go = gr.JSON(), gr.Number(1), gr.Button()
    listen(say, go.click, lambda say, picture: on_size(picture), [inputs.picture_input()], [size], name="size")
    listen(say, go.click, on_compare, [count], [gr.Number()], name="compare")


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    page = calls.Page()
    with page:
        fill(Say("en"))
    with page.route("Chinese", "/zh"):
        fill(Say("zh"))
    vars(page).update(show_error=False, max_file_size=50_000_000, theme=gr.themes.Base(), theme_css="")
    page.queue(api_open=False)
    settings = server.prepare(page, LOCAL, own_gradio, Jobs())["app_kwargs"]
    with TestClient(gr.routes.App.create_app(page, app_kwargs=settings)) as found:
        found.get("/gradio_api/startup-events")
        yield found
        page._queue.close()  # type: ignore[no-untyped-call]


def ask(client: TestClient, name: str, value: Any, language: str = "en") -> Any:
    """The answer of a question that a page asks, or the sentence of its error."""
    events = client.get("/config").json()["dependencies"]  # the English page's, then the Chinese one's
    numbers = [event["id"] for event in events][("size", "compare").index(name) :: 2]
    body = {"fn_index": numbers[0 if language == "en" else 1], "data": [value], "session_hash": "s"}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200
    messages = client.get("/gradio_api/queue/data?session_hash=s").text.split("data: ")
    (last,) = (json.loads(each) for each in messages if '"process_completed"' in each)
    return last["output"]["data"][0] if last["success"] else last["output"]["error"]


def test_deleted_upload_is_asked_for_again(client: TestClient) -> None:
    """Not "choose a picture first" below the picture that the page still shows."""
    mine = upload(client, png())
    sent = {"path": mine, "meta": FILE}
    assert ask(client, "size", sent) == [10, 20, 3]
    os.unlink(mine)
    assert ask(client, "size", sent) == "This file is not here, or no longer. Upload it again."
    assert ask(client, "size", sent, "zh") == "这里没有这个文件，或已被删除。请重新上传。"
    before_the_start = {"path": "/srv/pretext-server-0123456789abcdef/files/a/mine.png", "meta": FILE}
    assert ask(client, "size", before_the_start) == "This file is not here, or no longer. Upload it again."
    assert ask(client, "size", None) == "Choose or upload a picture first."


def test_memory_of_the_graphics_processor_is_short(client: TestClient) -> None:
    assert ask(client, "compare", 16) == (
        "This needs more memory than the graphics processor has free. Ask for less, or try again later."
    )
    assert ask(client, "compare", 2) > 0, "the next smaller question is answered"
    assert ask(client, "compare", 16, "zh") == "显卡内存不够。请减小要求，或稍后再试。"


def test_memory_of_a_question_is_let_go() -> None:
    """The frames of the error hold nothing that the question had made."""
    kept: list[weakref.ref[Any]] = []

    def question() -> None:
        large = torch.zeros(1000)
        kept.append(weakref.ref(large))
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(MemoryFull) as short, shortage.as_sentence():
        question()
    assert short.value.__cause__ is None
    assert kept[0]() is None


def test_other_errors_stay_what_they_are() -> None:
    for error in (RuntimeError("shape"), OSError(2, "No such file"), KeyError("a")):
        with pytest.raises(type(error)) as raised, shortage.as_sentence():
            raise error
        assert raised.value is error


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `full_disk` prints in a file system of one megabyte."""
    folder = tmp_path_factory.mktemp("tiny")
    mount = f"mount -t tmpfs -o size=1m tmpfs '{folder}'"
    alone = ["unshare", "-m" if os.getuid() == 0 else "-rm", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*alone, mount], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here (unshare -m)")
    command = f"{mount} && exec '{sys.executable}' -m tests.demos.full_disk '{folder}'"
    done = subprocess.run([*alone, command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_full_disk_is_a_sentence(said: dict[str, Any]) -> None:
    """For an upload, a result, an export and a training; and what is small enough is answered."""
    sentence = "The server's temporary folder is full. Try again later."
    assert (said["upload"], said["upload_said"], said["left"]) == (507, sentence, [])
    assert said["small_upload"] == "[[40, 40, 3]]"
    for name in ("picture", "export"):
        assert json.loads(said[name])["error"] == sentence
        assert json.loads(said[f"small_{name}"])[0]["path"]
    assert [report["error"] for report in said["training"]] == [sentence]


def test_safetensors_has_its_own_error_for_a_full_disk() -> None:
    error = SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert isinstance(shortage.found(error), StorageFull)
    assert shortage.found(SafetensorError("Error while deserializing header")) is None

"""Uploads are bounded while they are read, and one that fails leaves nothing."""

import errno
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from gradio.route_utils import GradioUploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.testclient import TestClient

from demos.page import uploads
from demos.page.uploads import Uploads
from tests.demos.small_page import png, served, upload

MB = 1_000_000


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    with served(own_gradio) as found:
        yield found


def send(client: TestClient, sizes: list[int], **headers: str) -> tuple[int, str]:
    sent = [("files", (f"{number}.png", bytes(size))) for number, size in enumerate(sizes)]
    answer = client.post("/gradio_api/upload", files=sent, headers=headers)
    return answer.status_code, answer.text


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_large_requests_are_refused(client: TestClient, own_gradio: Path) -> None:
    """Five files of 40 MB, each below the limit of a file."""
    status, text = send(client, [40 * MB] * 5 + [1])
    assert (status, text) == (413, "One upload may have at most 200 MB.")
    assert left(own_gradio) == []


def test_length_is_counted_not_believed(client: TestClient, own_gradio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request in chunks names no length."""
    monkeypatch.setattr(uploads, "REQUEST_MB", 1)
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    chunks = (head, *[bytes(MB // 4)] * 5, b"\r\n--b--\r\n")
    answer = client.post(
        "/gradio_api/upload", content=iter(chunks), headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert (answer.status_code, answer.text) == (413, "One upload may have at most 1 MB.")
    assert left(own_gradio) == []


def test_many_files_are_refused(client: TestClient, own_gradio: Path) -> None:
    page = "http://testserver/zh?tab=vae"
    assert send(client, [1] * 33, referer=page) == (413, "一次最多上传 32 个文件。")
    assert left(own_gradio) == []
    assert send(client, [1] * 32)[0] == 200


def test_fields_are_refused(client: TestClient, own_gradio: Path) -> None:
    answer = client.post("/gradio_api/upload", data={"a": "b" * MB}, files={"files": ("a.png", b"1")})
    assert answer.status_code == 400
    assert left(own_gradio) == []


def test_other_bodies_are_refused(client: TestClient) -> None:
    answer = client.post("/gradio_api/upload", content=b"x")
    assert (answer.status_code, answer.text) == (400, "Send files as a form (multipart/form-data).")


def test_upload_that_breaks_off_leaves_nothing(
    client: TestClient, own_gradio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window that is closed while it sends is no defect of the server: no traceback in its log."""

    async def breaking(request: Request) -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\nhalf'
        raise ClientDisconnect

    monkeypatch.setattr(Request, "stream", breaking)
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert client.post("/gradio_api/upload", content=b"", headers=headers).status_code == 400
    assert left(own_gradio) == []


def test_visitor_has_hourly_allowance(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "HOURLY_MB", 2)
    assert send(client, [MB])[0] == 200
    assert send(client, [MB]) == (429, "You may upload 2 MB per hour. Try again later.")


def test_allowance_returns_after_an_hour() -> None:
    counted = Uploads()
    assert counted.count("a", 5, now=0) == 5
    assert counted.count("b", 3, now=0) == 3
    assert counted.count("a", 5, now=3599) == 10
    assert counted.count("a", 5, now=3600) == 5
    counted.count("c", 1, now=8000)
    assert set(counted.sent) == {"c"}, "nobody else is remembered"


@pytest.mark.parametrize("bound", ["HELD_MB", "RESERVE_MB"])
def test_full_folder_is_a_sentence(
    client: TestClient, own_gradio: Path, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(client, bytes(MB))
    monkeypatch.setattr(uploads, bound, 0.5 if bound == "HELD_MB" else shutil.disk_usage(own_gradio).total)
    assert send(client, [1]) == (507, "The server's temporary folder is full. Try again later.")


def test_full_disk_leaves_no_parts(client: TestClient, own_gradio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_room(file: GradioUploadFile, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(GradioUploadFile, "write", no_room)
    assert send(client, [MB]) == (507, "The server's temporary folder is full. Try again later.")
    assert list(own_gradio.iterdir()) == []


def test_equal_names_are_kept_apart(client: TestClient) -> None:
    sent = [
        ("files", (name, content)) for name, content in (("a.png", b"1"), ("a.png", b"2"), ("..", b"3"), ("", b"4"))
    ]
    stored = client.post("/gradio_api/upload", files=sent[:3]).json()
    assert [Path(path).read_bytes() for path in stored] == [b"1", b"2", b"3"]
    assert [Path(path).name for path in stored] == ["a.png", "a.png", "file"]


def test_progress_of_upload_is_told(client: TestClient) -> None:
    answer = client.post("/gradio_api/upload?upload_id=u1", files={"files": ("a.png", png())})
    assert answer.status_code == 200
    told = client.get("/gradio_api/upload_progress?upload_id=u1").text
    assert '"msg": "done"' in told

"""Only files that this server received or made are opened; they are whole, hard to guess, and go with their session."""

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from gradio import processing_utils
from PIL import Image

from core.errors import InputError
from core.shortage import StorageFull
from demos.page import files
from demos.page.files import Keeper, paths, received, save_bytes, save_picture, save_sound
from demos.page.sessions import KEPT_S
from tests.demos.small_page import FILE, png, run, served, upload

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A picture on the server's disk that nobody uploaded."""
    path = tmp_path / "private.png"
    path.write_bytes(png())
    return path


# --- what may be opened ---


def test_foreign_pictures_are_not_opened(own_gradio: Path, private: Path) -> None:
    """Whether or not the file exists, the answer is the same. Gradio checks only what has "meta" beside its path."""
    (own_gradio / "link.png").symlink_to(private)
    with served(own_gradio) as client:
        mine = upload(client, png(30, 20))
        assert run(client, "size", {"path": mine}) == [20, 30, 3]
        for place in (
            private,
            f"{private}2",
            own_gradio / "../private.png",
            own_gradio / "link.png",
            f"{mine}2",
            "/etc",
            "",
        ):
            assert run(client, "picture", {"path": str(place)}) is None
            assert run(client, "size", {"path": str(place)}) is None
            assert run(client, "picture", {"path": str(place), "meta": FILE}) is None


def test_foreign_files_of_other_inputs(own_gradio: Path, private: Path) -> None:
    foreign = {"path": str(private), "meta": FILE}
    with served(own_gradio) as client:
        mine = upload(client, png())
        assert run(client, "sound", {"path": mine, "meta": FILE}) == [mine]
        assert run(client, "sound", foreign) is None
        assert run(client, "canvas", {"layers": [foreign], "background": None, "composite": None}) is None
        assert run(client, "gallery", [{"image": foreign}]) is None
        shown = [{"image": {"path": mine}}, {"image": {"path": mine}, "caption": "mine"}]
        assert run(client, "gallery", shown) == [[[mine, None], [mine, "mine"]]]
        assert run(client, "gallery", [*shown, {"image": {"path": str(private)}}]) is None


def test_received_is_the_one_check(own_gradio: Path, private: Path) -> None:
    own = own_gradio / "a" / "own.png"
    own.parent.mkdir()
    own.write_bytes(png())
    assert received(str(own)) == str(own)
    assert received(None) is None
    for path in ("", "a\0b", str(private), str(own_gradio), str(own) + "x", f"{own.parent}/../../private.png"):
        with pytest.raises(InputError, match="not here, or no longer"):
            received(path)


def test_addresses_are_not_fetched(own_gradio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def fetch(url: str, **_: object) -> None:
        asked.append(url)
        raise OSError

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_get", fetch)
    with served(own_gradio) as client:
        assert run(client, "picture", {"path": "https://example.org/large.png", "meta": FILE}) is None
    assert asked == []


# --- addresses ---


def test_known_content_has_unknown_address(own_gradio: Path) -> None:
    with served(own_gradio) as client:
        first, second = upload(client, png()), upload(client, png())
        assert first != second
        assert client.get(f"/gradio_api/file={first}").content == png()
    before = save_bytes(b"result", "a.txt", str(own_gradio))
    processing_utils.hash_seed = b"another process"
    assert save_bytes(b"result", "a.txt", str(own_gradio)) != before


# --- how they are written ---


def test_paths_are_gradios(tmp_path: Path) -> None:
    theirs = Path(processing_utils.save_pil_to_cache(PICTURE, str(tmp_path / "theirs"), format="png"))
    ours = Path(save_picture(PICTURE, str(tmp_path / "ours"), format="png"))
    assert ours.relative_to(tmp_path / "ours") == theirs.relative_to(tmp_path / "theirs")
    assert ours.read_bytes() == theirs.read_bytes()


def test_readers_get_whole_pictures(tmp_path: Path) -> None:
    path = Path(save_picture(PICTURE, str(tmp_path)))
    size = path.stat().st_size
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(save_picture, PICTURE, str(tmp_path)) for _ in range(40)]
        sizes = {len(path.read_bytes()) for _ in range(400)}
        assert {writer.result() for writer in writers} == {str(path)}
    assert sizes == {size}
    assert [file.name for file in path.parent.iterdir()] == [path.name], "no part is left behind"


def test_sounds_are_written_whole(tmp_path: Path) -> None:
    wave = np.sin(np.arange(8000) / 20).astype(np.float32)
    path = Path(save_sound((wave * 32767).astype(np.int16), 8000, "wav", str(tmp_path)))
    read, rate_hz = soundfile.read(path)
    assert (rate_hz, len(read), path.name) == (8000, 8000, "audio.wav")
    assert np.abs(read - wave).max() < 1e-3
    assert [file.name for file in path.parent.iterdir()] == ["audio.wav"]


def test_full_folder_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(StorageFull, match="folder is full"):
        save_picture(PICTURE, str(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# --- how long they stay ---


def aged(folder: Path, name: str, seconds: float) -> str:
    path = folder / name / "file.png"
    path.parent.mkdir()
    path.write_bytes(b"x")
    os.utime(path, (time.time() - seconds,) * 2)
    return str(path)


def test_files_go_with_their_session(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    page = aged(tmp_path, "page", 10**6)
    keeper.keep_present()
    old, young = aged(tmp_path, "old", 3700), aged(tmp_path, "young", 3500)
    held, left = aged(tmp_path, "held", 10**5), aged(tmp_path, "left", 700)
    keeper.note("open", {"data": [[{"image": {"path": held}}], {"path": "/etc/passwd"}]})
    keeper.note("closed", [{"path": left}, {"path": held}])
    assert keeper.sweep({"open"}) == {old}
    later = time.time() + KEPT_S + 1
    assert keeper.sweep({"open"}, later) == {left, young}
    assert keeper.sweep(set(), later) == {held}
    assert [file.parent.name for file in tmp_path.rglob("*.png")] == ["page"]
    assert [place.name for place in tmp_path.iterdir()] == ["page"], "no empty folder is left"
    assert page in keeper.pages
    assert dict(keeper.used) == {}


def test_just_written_file_outlives_old_session(tmp_path: Path) -> None:
    """Another visitor gets the same result; its file was written anew and is not yet known to be his."""
    keeper = Keeper(tmp_path)
    keeper.note("gone", {"path": aged(tmp_path, "shared", 5)})
    assert keeper.sweep(set(), time.time() + KEPT_S + 1 - 650) == set()
    keeper.used.clear()
    assert keeper.sweep(set(), time.time()) == set()


def test_sessions_are_noted_with_events(own_gradio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Keeper] = []
    begin = Keeper.__init__

    def begin_and_keep(keeper: Keeper, folder: Path) -> None:
        begin(keeper, folder)
        kept.append(keeper)

    monkeypatch.setattr(files.Keeper, "__init__", begin_and_keep)
    with served(own_gradio) as client:
        mine = upload(client, png())
        event = client.post("/gradio_api/call/slow", json={"data": [{"path": mine, "meta": FILE}]}).json()["event_id"]
        assert "[10, 20, 3]" in client.get(f"/gradio_api/call/slow/{event}").text
    assert kept[0].used == {mine: {event: pytest.approx(time.time(), abs=60)}}


def test_paths_are_found_anywhere() -> None:
    data = {"data": [{"value": {"path": "a"}}, [({"path": "b", "url": "c"},)], "path", {"path": 3}]}
    assert list(paths(data)) == ["a", "b"]

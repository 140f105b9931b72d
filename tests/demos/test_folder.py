"""The folder of a server is its own, and what is written there is whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from core.shortage import StorageFull
from demos.page.folder import OwnFolder, is_inside, remove_abandoned, size_mb, written_whole


def test_living_servers_keep_their_folders(tmp_path: Path) -> None:
    first, second = OwnFolder(tmp_path), OwnFolder(tmp_path)
    assert first.path != second.path
    assert oct(first.path.stat().st_mode)[-3:] == "700"
    assert remove_abandoned(tmp_path) == []
    os.close(first._lock)  # as when its process ends
    assert remove_abandoned(tmp_path) == [first.path]
    second.remove()
    assert list(tmp_path.iterdir()) == []


def test_strangers_folders_stay(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "pretext-server-notes").mkdir()
    (tmp_path / ("pretext-server-" + "a" * 16)).symlink_to(kept)
    assert remove_abandoned(tmp_path) == []
    unlocked = tmp_path / ("pretext-server-" + "b" * 16)
    unlocked.mkdir()
    assert remove_abandoned(tmp_path) == [unlocked]
    assert kept.is_dir()


def write_half(target: Path, error: Exception) -> None:
    with written_whole(target) as part:
        part.write_text("half")
        raise error


def test_failed_writing_leaves_no_part(tmp_path: Path) -> None:
    target = tmp_path / "hash" / "image.png"
    with pytest.raises(RuntimeError):
        write_half(target, RuntimeError())
    assert list(target.parent.iterdir()) == []
    with written_whole(target) as part:
        part.write_text("whole")
    assert [file.name for file in target.parent.iterdir()] == ["image.png"]


def test_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="temporary folder is full"):
        write_half(tmp_path / "a", OSError(errno.ENOSPC, "No space left on device"))
    assert list(tmp_path.iterdir()) == []


def test_links_and_dots_lead_outside(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path)
    assert is_inside(inside / "a" / "b.png", inside)
    for path in (inside, inside / ".." / "a", inside / "link" / "a", f"{inside}/a\0b", "/etc/passwd", "relative"):
        assert not is_inside(path, inside)


def test_size_is_that_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(bytes(1_500_000))
    (tmp_path / "c").write_bytes(bytes(500_000))
    assert size_mb(tmp_path) == 2.0

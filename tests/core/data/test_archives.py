"""A visitor's own set: archives within bounds, folders as labels, spoilt files left out by name."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import archives, pictures
from core.errors import InputError


def png(shade: int, width: int = 24, height: int = 16) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 255 - shade, 40)).save(file, format="png")
    return file.getvalue()


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def many(count: int, folder: str = "") -> dict[str, bytes]:
    return {f"{folder}{number}.png": png(number) for number in range(count)}


def test_folders_become_labels(tmp_path: Path) -> None:
    path = packed(tmp_path / "own.zip", many(15, "set/cats/") | many(9, "set/dogs/"))
    kept = archives.keep_pictures([path], tmp_path / "data")
    assert (kept.count, kept.left_out) == (24, 0)
    loaded = pictures.load(f"folder:{tmp_path / 'data'}", "test", size=16)
    assert loaded.labels.bincount().tolist() == [15, 9]
    assert loaded.images[3, 0, 8, 8] == 3, "the pictures themselves, in order"


def test_files_and_archives_together(tmp_path: Path) -> None:
    single = tmp_path / "one.jpg"
    Image.new("RGB", (300, 200), "red").save(single)
    kept = archives.keep_pictures([single, packed(tmp_path / "own.zip", many(20))], tmp_path / "data")
    assert kept.count == 21
    largest = max(Image.open(file).size for file in (tmp_path / "data").rglob("*.png"))
    assert largest == (archives.SIDE, archives.SIDE), "a large picture is kept small"


def test_spoilt_pictures_are_named_and_left_out(tmp_path: Path) -> None:
    files = many(20) | {"broken.png": b"no picture", "cut.png": png(7, 64, 64)[:40]}
    kept = archives.keep_pictures([packed(tmp_path / "own.zip", files)], tmp_path / "data")
    assert kept == archives.Kept(20, 2, ("broken.png", "cut.png"))


def test_what_is_no_picture_is_skipped(tmp_path: Path) -> None:
    files = many(20) | {"notes.txt": b"hello", "__MACOSX/._3.png": b"x", "a/.hidden.png": b"x", "b/": b""}
    assert archives.keep_pictures([packed(tmp_path / "own.zip", files)], tmp_path / "data").left_out == 0


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    files = many(20) | {"../../outside.png": png(90), "/absolute.png": png(91)}
    assert archives.keep_pictures([packed(tmp_path / "own.zip", files)], tmp_path / "in" / "data").count == 21
    assert {file.name for file in tmp_path.iterdir()} == {"own.zip", "in"}


def test_a_stop_ends_it(tmp_path: Path) -> None:
    asked = iter([False] * 5 + [True] * 100)
    kept = archives.keep_pictures([packed(tmp_path / "own.zip", many(30))], tmp_path / "data", lambda: next(asked))
    assert kept.count == 5


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (many(2), "at least 20 pictures; 2 could be read"),
        ({f"{number}.png": png(0) for number in range(30)}, "are the same"),
        ({f"{number}.png": b"" for number in range(archives.MOST + 1)}, "at most 2000 pictures; here are 2001"),
        ({f"{number}.txt": b"" for number in range(archives.MAX_MEMBERS + 1)}, "at most 4000 files"),
        (many(20) | {"bomb.png": b"\0" * 300_000_000}, "would have 300 MB"),
    ],
)
def test_unfit_sets_are_refused(tmp_path: Path, files: Mapping[str, bytes], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        archives.keep_pictures([packed(tmp_path / "own.zip", files)], tmp_path / "data")


def test_bomb_costs_nothing(tmp_path: Path) -> None:
    """An archive that says nothing of its size is read no further than a member may be long."""
    path = packed(tmp_path / "own.zip", many(20) | {"long.png": b"\0" * 40_000_000})
    content = path.read_bytes()
    lied = content.replace((40_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(lied)
    kept = archives.keep_pictures([path], tmp_path / "data")
    assert (kept.count, kept.names) == (20, ("long.png",))


def test_damaged_archive_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "own.zip", many(20))
    content = bytearray(path.read_bytes())
    content[-60:-40] = bytes(20)  # within the list of members
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"own\.zip is a damaged archive"):
        archives.keep_pictures([path], tmp_path / "data")


def test_encrypted_pictures_are_left_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "own.zip", many(21))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flags of the first member, in both places
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert archives.keep_pictures([path], tmp_path / "data") == archives.Kept(20, 1, ("0.png",))


# --- texts ---


def test_texts_are_joined(tmp_path: Path) -> None:
    for name, text in (("a", "é" * 6000), ("b", "字" * 5000)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    count = archives.keep_text([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "data")
    text = (tmp_path / "data" / "text.txt").read_text(encoding="utf-8")
    assert count == len(text) == 11_001
    assert (text[5999], text[6001]) == ("é", "字")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"short", "at least 10000 characters; this one has 5"),
        (b"a" * 2_000_001, "at most 2000000 characters"),
        (b"a" * 8_000_001, "at most 2000000 characters"),
        (b"\xff\xfe" * 9000, r"a\.txt is not a text in UTF-8"),
    ],
)
def test_unfit_texts_are_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        archives.keep_text([tmp_path / "a.txt"], tmp_path / "data")


def test_squares_are_the_middle(tmp_path: Path) -> None:
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, 40:80] = 255
    Image.fromarray(wide).save(tmp_path / "wide.png")
    packed(tmp_path / "own.zip", many(20))
    archives.keep_pictures([tmp_path / "wide.png", tmp_path / "own.zip"], tmp_path / "data")
    first = np.asarray(Image.open(min((tmp_path / "data").rglob("*.png"))))
    assert first.shape == (40, 40, 3)
    assert first.min() == 255


@pytest.mark.parametrize(
    ("stored", "name"),
    [("猫狗".encode("gb2312"), "猫狗"), ("猫".encode() + b"s", "猫s"), ("café".encode("cp437"), "café")],
)
def test_names_are_read_in_their_encoding(tmp_path: Path, stored: bytes, name: str) -> None:
    """None of these archives says in which one it is."""
    path = packed(tmp_path / "own.zip", {"XXXX/a.png": png(1)})
    path.write_bytes(path.read_bytes().replace(b"XXXX", stored))
    (member,) = archives.members([path])
    assert (member.folder, member.name) == (name, "a.png")


def test_names_in_utf8_stay(tmp_path: Path) -> None:
    (member,) = archives.members([packed(tmp_path / "own.zip", {"小猫/é.png": png(1)})])
    assert (member.folder, member.name) == ("小猫", "é.png")

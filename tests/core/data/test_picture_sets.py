"""Data sets of pictures are split the same way every time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import bundled, pictures
from core.errors import InputError

SPLITS: tuple[pictures.Split, ...] = ("train", "val", "test")


def lay(root: Path, names: list[str], shade: Callable[[int], int] = lambda number: number) -> None:
    for number, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 10), (shade(number), 0, 0)).save(root / name, "PNG")


def shades(found: pictures.Pictures) -> list[int]:
    return found.images[:, 0, 0, 0].tolist()


def test_splits_share_no_picture(tmp_path: Path) -> None:
    lay(tmp_path, [f"scenes96/train/{'ab'[i % 2]}/{i:03}.png" for i in range(60)])
    lay(tmp_path, [f"scenes96/test/{'ab'[i % 2]}/{i:03}.png" for i in range(10)], lambda number: 100 + number)
    train, val, test = (pictures.load("scenes96", half, size=8, root=str(tmp_path)) for half in SPLITS)
    assert sorted(shades(train) + shades(val)) == list(range(60))
    assert len(val.images) == 3
    assert sorted(shades(test)) == list(range(100, 110))
    assert train.images.shape == (57, 3, 8, 8)
    assert train.images.dtype == torch.uint8
    assert test.labels.dtype == torch.int64


def test_class_is_the_innermost_folder(tmp_path: Path) -> None:
    lay(tmp_path, ["x/y/cat/1.png", "x/dog/2.PNG", "cat/3.Png", "dog/deep/er/bird/4.png", "dog/notes.txt.png"])
    (tmp_path / "dog" / "readme.txt").write_text("not a picture")
    found = pictures.load(f"folder:{tmp_path}", "test", size=8)
    assert found.classes == ("bird", "cat", "dog")
    by_shade = dict(zip(shades(found), (found.classes[i] for i in found.labels.tolist()), strict=True))
    assert by_shade == {0: "cat", 1: "dog", 2: "cat", 3: "bird", 4: "dog"}


def test_folder_keeps_train_and_test_apart(tmp_path: Path) -> None:
    lay(tmp_path, [f"train/a/{i}.png" for i in range(20)] + [f"test/a/{i}.png" for i in range(5)])
    assert len(pictures.load(f"folder:{tmp_path}", "train", size=8).images) == 19
    assert shades(pictures.load(f"folder:{tmp_path}", "test", size=8)) == [20, 21, 22, 23, 24]


def test_plain_folder_is_whole_for_testing(tmp_path: Path) -> None:
    lay(tmp_path, [f"{i:02}.png" for i in range(40)])
    train, val, test = (pictures.load(f"folder:{tmp_path}", part, size=8) for part in SPLITS)
    assert sorted(shades(train) + shades(val)) == shades(test) == list(range(40))
    assert not set(shades(train)) & set(shades(val))


def test_a_limit_spreads_over_the_set(tmp_path: Path) -> None:
    lay(tmp_path, [f"{i:02}.png" for i in range(40)])
    found = shades(pictures.load(f"folder:{tmp_path}", "test", size=8, limit=10))
    assert found == list(range(0, 40, 4))
    assert len(pictures.load(f"folder:{tmp_path}", "test", size=8, limit=39).images) <= 39
    assert len(pictures.load(f"folder:{tmp_path}", "test", size=8, limit=400).images) == 40


def test_joined_sets_share_classes(tmp_path: Path) -> None:
    lay(tmp_path / "one", ["cat/1.png", "dog/2.png"])
    lay(tmp_path / "two", ["dog/1.png", "bird/2.png"], lambda number: 50 + number)
    found = pictures.load(f"folder:{tmp_path}/one+folder:{tmp_path}/two", "test", size=8)
    named = [found.classes[i] for i in found.labels.tolist()]
    assert sorted(zip(shades(found), named, strict=True)) == [(0, "cat"), (1, "dog"), (50, "dog"), (51, "bird")]


def test_the_emoji_are_a_set_too() -> None:
    train, val, test = (pictures.load("emoji", part, size=32) for part in SPLITS)
    every = len(bundled.emoji_gallery().images)
    assert len(train.images) + len(val.images) == every
    assert torch.equal(val.images, test.images)
    assert set(train.classes) == {name for name, _ in bundled.emoji_gallery().groups}
    assert len(pictures.load("emoji", "train", size=8, limit=50).images) <= 50


@pytest.mark.parametrize("spec", ["nowhere", "folder:nowhere", "scenes96+nowhere"])
def test_missing_set_is_named(spec: str, tmp_path: Path) -> None:
    lay(tmp_path, [f"scenes96/{half}/a/{i}.png" for half in ("train", "test") for i in range(2)])
    with pytest.raises(InputError, match=r"no pictures in .*nowhere"):
        pictures.load(spec, "test", size=8, root=str(tmp_path))


def test_too_few_pictures_is_one_sentence(tmp_path: Path) -> None:
    lay(tmp_path, ["only.png"])
    with pytest.raises(InputError, match="There are no pictures in"):
        pictures.load(f"folder:{tmp_path}", "train", size=8)


@pytest.mark.parametrize("share", [0.5, 0])
def test_damaged_file_of_set_is_named(share: float, tmp_path: Path) -> None:
    lay(tmp_path, ["a/good.png"])
    whole = (tmp_path / "a" / "good.png").read_bytes()
    (tmp_path / "a" / "bad.png").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"The picture .*bad\.png cannot be used: .*not a picture that can be read"):
        pictures.load(f"folder:{tmp_path}", "test", size=8)


def test_set_pictures_open_like_uploads(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = np.random.default_rng(0).integers(0, 256, (24, 30, 3), dtype=np.uint8)
    turned = Image.fromarray(np.ascontiguousarray(noise[:, :24])).transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "1.png", exif=exif)
    Image.new("RGBA", (24, 24), (9, 9, 9, 0)).save(tmp_path / "2.png")
    found = pictures.load(f"folder:{tmp_path}", "test", size=24).images
    assert np.array_equal(found[0].permute(1, 2, 0).numpy(), noise[:, :24])
    assert (found[1] == 255).all()

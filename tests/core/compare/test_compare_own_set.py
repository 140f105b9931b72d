"""A visitor's labelled pictures: read within bounds, measured by every question, and gone with their session."""

import gc
import io
import weakref
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.compare import encoders, explore, own_set, sets
from core.compare.encoders import Mine
from core.errors import InputError

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 50, 200)}


def png(colour: tuple[int, int, int], seed: int, side: int = 40) -> bytes:
    """A picture of one colour with some noise, as a file."""
    noise = np.random.default_rng(seed).integers(-25, 25, (side, side, 3))
    file = io.BytesIO()
    Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def folders(each: int = 10, top: str = "set/", colours: dict[str, tuple[int, int, int]] = COLOURS) -> dict[str, bytes]:
    """Names and contents of an archive with one folder per colour."""
    return {
        f"{top}{label}/{number}.png": png(colour, number) for label, colour in colours.items() for number in range(each)
    }


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(*paths: Path) -> explore.Read:
    """The last report of reading archives."""
    *_, last = explore.read_set(paths)
    return last


@pytest.fixture
def mine(tmp_path: Path) -> Mine:
    """A visitor with thirty pictures of three colours."""
    return Mine(pictures=read(packed(tmp_path / "own.zip", folders())).found)


def data_of(found: explore.Read) -> sets.LabelledSet:
    assert found.found is not None
    return explore.labelled(found.found)


def test_folders_become_labels(tmp_path: Path) -> None:
    """Whether they lie in train/ or in test/; the order of the pictures is that of the archive."""
    files = folders(4, "set/train/") | folders(3, "set/test/")
    data = data_of(read(packed(tmp_path / "own.zip", files)))
    assert [name for name, _ in data.classes] == sorted(COLOURS)
    assert np.bincount(data.labels).tolist() == [7, 7, 7]
    assert data.images.shape == (21, 64, 64, 3)
    for image, label in zip(data.images, data.labels, strict=True):
        colour = COLOURS[data.classes[label][0]]
        assert image.mean((0, 1)) == pytest.approx(colour, abs=6)
    assert data.names[:4] == tuple((str(number), str(number)) for number in range(4))


def test_unreadable_pictures_are_named(tmp_path: Path) -> None:
    files = folders() | {"set/red/broken.png": b"no picture", "loose.png": png((1, 2, 3), 0)}
    steps = list(explore.read_set([packed(tmp_path / "own.zip", files)]))
    assert [step.done for step in steps[:-1]] == [0, 20]
    assert {step.count for step in steps} == {32}
    assert (steps[-1].done, steps[-1].left_out, steps[-1].names) == (30, 2, ("broken.png", "loose.png"))


ONE_LABEL = folders(21, colours={"red": COLOURS["red"]})
MANY_LABELS = {f"{label}/{number}.png": png((9, 9, 9), label) for label in range(31) for number in range(2)}
ALIKE = {f"{label}/{number}.png": png((9, 9, 9), 0) for label in "ab" for number in range(10)}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (folders(6), "at least 20 pictures; 18 could be read"),
        (ONE_LABEL, "Put the pictures of each label in a folder of its own"),
        (folders() | {"set/pink/0.png": png((250, 150, 200), 0)}, "The label pink has one picture only"),
        (MANY_LABELS, "at most 30 labels; here are 31"),
        (ALIKE, "All these pictures are the same"),
        (dict.fromkeys([f"a/{number}.png" for number in range(2001)], b""), "at most 2000 pictures; here are 2001"),
        ({"a/zeros.png": b"\0" * 300_000_000}, "Unpacked, this archive would have 300 MB"),
    ],
)
def test_wrong_archives_are_one_sentence(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(packed(tmp_path / "own.zip", files))


def test_reading_and_encoding_end_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mine: Mine) -> None:
    monkeypatch.setattr(encoders, "MOST_S", 0.0)
    monkeypatch.setattr(encoders, "CHUNK", 8)
    with pytest.raises(InputError, match="Encoding these pictures takes longer than 0 seconds"):
        list(explore.encoding(["pixels"], "own", mine))
    monkeypatch.setattr(own_set, "MOST_S", 0.0)
    with pytest.raises(InputError, match="Reading these pictures takes longer than 0 seconds"):
        read(packed(tmp_path / "own.zip", folders()))


def test_long_encoding_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch, mine: Mine) -> None:
    monkeypatch.setattr(encoders, "CHUNK", 8)
    monkeypatch.setattr(encoders, "TELL_S", 0.0)
    told = list(explore.encoding(["pixels"], "own", mine))
    assert [(step.key, step.done, step.of) for step in told] == [("pixels", done, 30) for done in (8, 16, 24)]
    assert list(explore.encoding(["pixels"], "own", mine)) == [], "they are kept"
    assert mine.pictures is not None
    whole = encoders.encode(
        "pixels", torch.from_numpy(explore.labelled(mine.pictures).images).permute(0, 3, 1, 2) / 255
    )
    assert torch.allclose(encoders.features("pixels", mine.pictures), whole, atol=1e-6)


def test_every_question_is_about_them(mine: Mine) -> None:
    """Colours that pixels without their mean cannot tell apart by eye, and that a network's features do."""
    (few,) = [
        each for each in explore.few_labels("own", ["rotation"], 5, mine=mine) if not isinstance(each, explore.Step)
    ]
    assert few.labels == 15
    assert few.chance_level == pytest.approx(1 / 3)
    assert few.knn.mean() > 0.9
    confused = explore.confusion("own", "rotation", mine=mine)
    assert [name for name, _ in confused.classes] == sorted(COLOURS)
    assert confused.accuracy > 0.9
    (alike,) = explore.neighbours(np.full((40, 40, 3), COLOURS["blue"], np.uint8), ["rotation"], mine=mine)
    assert mine.pictures is not None
    data = explore.labelled(mine.pictures)
    assert {data.classes[data.labels[place]][0] for place in alike.places} == {"blue"}
    laid_out = explore.layout("own", "rotation", "tsne", mark=explore.marked("own", 3, mine), mine=mine)
    assert laid_out.images.shape == (30, 64, 64, 3)
    assert laid_out.marked is not None
    assert np.array_equal(laid_out.marked.at, laid_out.xy[3])
    (lies,) = [each for each in explore.geometry("own", ["simclr"], mine=mine) if not isinstance(each, explore.Step)]
    assert 1 <= lies.effective_rank <= 29


def test_untrained_network_knows_no_others(mine: Mine) -> None:
    with pytest.raises(InputError, match="Choose one of the encoders offered"):
        explore.confusion("own", "untrained", mine=mine)


def test_set_goes_with_its_session(mine: Mine) -> None:
    assert mine.pictures is not None
    list(explore.few_labels("own", ["pixels"], 1, mine=mine))
    explore.layout("own", "pixels", "pca", mine=mine)
    gone, images = weakref.ref(mine.pictures), weakref.ref(explore.labelled(mine.pictures).images)
    object.__setattr__(mine, "pictures", None)
    gc.collect()
    assert gone() is None
    assert images() is None


def test_too_many_sets_empty_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mine: Mine) -> None:
    monkeypatch.setattr(sets, "MOST_HELD", 60)
    path = packed(tmp_path / "another.zip", folders())
    second, third = (Mine(pictures=read(path).found) for _ in range(2))
    for kept in (second, third):
        assert len(explore.confusion("own", "pixels", mine=kept).classes) == 3
    with pytest.raises(InputError, match="Your pictures are no longer kept here"):
        explore.confusion("own", "pixels", mine=mine)


def test_visitors_do_not_see_each_others_answers(tmp_path: Path, mine: Mine) -> None:
    other = {"left": (10, 10, 10), "right": (240, 240, 240)}
    theirs = Mine(pictures=read(packed(tmp_path / "theirs.zip", folders(12, colours=other))).found)
    for visitor, names in ((mine, sorted(COLOURS)), (theirs, sorted(other)), (mine, sorted(COLOURS))):
        assert [name for name, _ in explore.confusion("own", "simclr", mine=visitor).classes] == names
        assert len(explore.layout("own", "simclr", "pca", mine=visitor).images) == (30 if visitor is mine else 24)


def test_flat_colours_are_measured_too(tmp_path: Path) -> None:
    """By pixels without their mean they are all the same vector, 0."""

    def flat(colour: tuple[int, int, int]) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", (20, 20), colour).save(file, "PNG")
        return file.getvalue()

    files = {f"{label}/{number}.png": flat(COLOURS[label]) for label in ("red", "blue") for number in range(10)}
    mine = Mine(pictures=read(packed(tmp_path / "own.zip", files)).found)
    for how in explore.MAPS:
        assert np.isfinite(explore.layout("own", "pixels", how, mine=mine).xy).all()
    for item in explore.few_labels("own", ["pixels"], 1, mine=mine):
        assert isinstance(item, explore.Step) or 0 <= item.linear.mean() <= 1
    for lies in explore.geometry("own", ["pixels"], mine=mine):
        assert isinstance(lies, explore.Step) or (lies.effective_rank, lies.relative_std) == (1, 0)


def test_nothing_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = packed(tmp_path / "own.zip", folders())
    read(path)
    reading = explore.read_set([path])
    next(reading)
    reading.close()  # as when the visitor leaves
    assert not list(folder.iterdir())

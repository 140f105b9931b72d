"""The comparison tab's handlers as plain functions: what they draw and what they refuse."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from transformers import ViTMAEConfig, ViTMAEForPreTraining

from core import checkpoints
from core.compare import explore, from_hub, sets
from core.data import bundled
from core.errors import HubUnavailable
from demos.compare import brought, maps, tab, views
from demos.page.words import LANGUAGES, Language
from tests.demos.voices import voice

CAT = next(item for item in bundled.photographs() if item.key == "cat")


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "cat.png"
    Image.fromarray(CAT.image).save(path)
    return str(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_encoder_gets_a_row(photo: str, language: Language) -> None:
    say = voice("compare", language)
    *_, shown = tab.on_neighbours(say, photo, ["simclr", "pixels"], explore.NOTHING)
    assert re.findall(r"<h3>(.*?)</h3>", shown) == [say("compare.name_pixels"), say("compare.name_simclr")]
    captions = re.findall(r"<figcaption.*?>(.*?)</figcaption>", shown)
    assert len(captions) == shown.count("data:image/png;base64,") == 12
    itself = say("compare.neighbour", name=say.pick(CAT.name), similarity="1.00")
    assert captions[0] == captions[6] == itself
    places = re.findall(r'data-place="(\d+)"', shown)
    assert len(places) == 12
    assert places[0] == places[6] == str(bundled.picture_gallery().names.index(CAT.name))


@pytest.mark.parametrize("chosen", [[], ["untrained"], ["own"], ["hub"]])
def test_wrong_encoders_are_one_sentence(photo: str, chosen: list[str]) -> None:
    with pytest.raises(gr.Error) as caught:
        list(tab.on_neighbours(voice("compare", "zh"), photo, chosen, explore.NOTHING))
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_few_labels_are_shown_row_by_row() -> None:
    say = voice("compare")
    tables = [table for table in tab.on_labels(say, "digits", 0, explore.NOTHING) if "<table" in table]
    assert sorted({table.count("<tr>") - 1 for table in tables}) == list(range(1, 9))
    assert say("compare.labels_note", labels=10, chance="10.0%") in tables[-1]
    assert len(re.findall(r"[\d.]+% ± [\d.]+%", tables[-1])) == 16


def test_geometry_has_a_row_for_each_encoder() -> None:
    last = list(tab.on_geometry(voice("compare"), "digits", explore.NOTHING))[-1]
    rows = re.findall(r"<tr>(.*?)</tr>", last)[1:]
    names = [re.findall(r"<td.*?>(.*?)</td>", row)[0] for row in rows]
    assert names == [voice("compare")(f"compare.name_{key}") for key in explore.QUERYABLE]


def test_sprite_lies_where_its_coordinates_say() -> None:
    red, green = (np.full((8, 8, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 255, 0)))
    blue = np.full((64, 64, 3), (0, 0, 255), np.uint8)
    xy = np.array([[0, 0], [1, 0.5]], np.float32)
    at = np.array([0.25, 1], np.float32)
    mark = explore.Placed(red, np.array([0.75, 1], np.float32))
    found = explore.Layout(np.stack([red, green]), xy, explore.Placed(blue, at), mark)
    page = np.asarray(views.sprite_map(found))
    rim, room = views.MINE_PX // 2, views.ROOM_PX
    assert page[rim + room, rim].tolist() == [255, 0, 0], "(0, 0) is at the lower left"
    assert page[rim + room // 2, rim + room].tolist() == [0, 255, 0]
    assert page[rim, rim + room // 4].tolist() == [0, 0, 255]
    assert page[1, rim + room // 4].tolist() == [0xE0, 0x81, 0x2F], "framed"
    assert page[rim, rim + 3 * room // 4].tolist() == [255, 0, 0]
    assert page[1, rim + 3 * room // 4].tolist() == [0x3F, 0x7F, 0xE0], "marked in another colour"
    assert page[450, 450].tolist() == [255, 255, 255]
    assert views.place_of((rim + room // 4, rim)) == pytest.approx((0.25, 1))
    assert views.place_of((rim + room, rim + room // 2)) == pytest.approx((1, 0.5))


def test_tsne_says_first_that_it_takes_time(photo: str) -> None:
    say = voice("compare")
    *_, before, last = maps.on_map(say, photo, "digits", "tsne", "vae", "pixels", None, explore.NOTHING)
    assert before.status == say("compare.computing")
    assert last.status.startswith(say("compare.map_note_tsne"))
    assert last.left.size == last.right.size == (900, 900)
    *_, last = maps.on_map(say, photo, "digits", "pca", "vae", "pixels", None, explore.NOTHING)
    assert say("compare.map_click") in last.status


@pytest.mark.parametrize("language", LANGUAGES)
def test_click_marks_one_picture_in_both_maps(language: Language) -> None:
    """The frame lies where each map drew the picture before, which is another place in each."""
    say, seen = voice("compare", language), ("digits", "pca")
    before = [explore.layout("digits", encoder, "pca") for encoder in ("vae", "pixels")]
    number = int(before[0].xy[:, 1].argmax())
    at = [each.xy[number] for each in before]
    middle = [(views.MINE_PX / 2 + x * views.ROOM_PX, views.MINE_PX / 2 + (1 - y) * views.ROOM_PX) for x, y in at]
    click = cast(gr.SelectData, SimpleNamespace(index=middle[0]))
    mark = maps.on_place(say, click, *seen, "vae", explore.NOTHING)
    assert mark is not None
    *_, shown = maps.on_map(say, None, *seen, "vae", "pixels", mark, explore.NOTHING)
    assert say("compare.marked", name=say.pick(mark.name)) in shown.status
    for drawn, (x, y) in zip((shown.left, shown.right), middle, strict=True):
        blue = (np.asarray(drawn) == (0x3F, 0x7F, 0xE0)).all(-1)
        rows, columns = np.nonzero(blue)
        assert (columns.mean(), rows.mean()) == pytest.approx((x, y), abs=1.5)
    beside = cast(gr.SelectData, SimpleNamespace(index=(0, 0)))
    assert maps.on_place(say, beside, *seen, "vae", explore.NOTHING) is None


def test_name_marks_a_picture_without_a_click() -> None:
    say = voice("compare")
    mark = maps.on_name(say, "7", "digits", None, explore.NOTHING)
    assert mark.name == ("7", "7")
    assert maps.on_name(say, "7", "digits", mark, explore.NOTHING).place > mark.place
    with pytest.raises(gr.Error, match="has dog in its name"):
        maps.on_name(say, "dog", "digits", None, explore.NOTHING)


def test_click_on_a_neighbour_marks_it() -> None:
    say, number = voice("compare"), bundled.picture_gallery().names.index(CAT.name)
    mark = tab.on_find(say, cast(gr.SelectData, SimpleNamespace(index=number)), explore.NOTHING)
    assert mark == explore.Mark("gallery", number, CAT.name)
    with pytest.raises(gr.Error, match="outside the range"):
        tab.on_find(say, cast(gr.SelectData, SimpleNamespace(index=99_999)), explore.NOTHING)


def last(steps: Iterable[NamedTuple]) -> dict[str, Any]:
    """What a stream leaves in each component."""
    found: dict[str, Any] = {}
    for step in steps:
        found |= {name: value for name, value in step._asdict().items() if value != gr.skip()}
    return found


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of uploads in which every file counts as received."""
    monkeypatch.setattr(brought, "received", lambda path: path)
    monkeypatch.setattr(brought, "get_upload_folder", lambda: str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("uploads")
def test_own_model_is_offered_and_withdrawn(photo: str) -> None:
    say = voice("compare")
    files = [str(checkpoints.ROOT / "vae" / "mnist" / name) for name in ("model.safetensors", "card.json")]
    given = brought.on_own(say, files, ["pixels"], explore.NOTHING)
    assert given.status == say("compare.own_ready")
    assert given.encoders["value"] == ["pixels", "own"]
    assert "own" in [key for _, key in given.left["choices"]]
    assert given.mine.model is not None
    *_, shown = tab.on_neighbours(say, photo, ["own", "vae"], given.mine)
    vae, own = shown.split("<h3>")[1:]
    captions = [re.findall("<figcaption.*?>(.*?)<", row) for row in (vae, own)]
    assert captions[0] == captions[1], "the same weights"
    taken = brought.on_own(say, None, ["pixels", "own"], given.mine)
    assert taken.mine == explore.NOTHING
    assert taken.encoders["value"] == ["pixels"]
    assert "own" not in [key for _, key in taken.left["choices"]]


def test_files_of_others_are_not_opened(tmp_path: Path) -> None:
    say = voice("compare")
    files = [str(checkpoints.ROOT / "vae" / "mnist" / name) for name in ("model.safetensors", "card.json")]
    with pytest.raises(gr.Error, match="This file is not here"):  # they were not uploaded
        brought.on_own(say, files, [], explore.NOTHING)
    with pytest.raises(gr.Error, match="This file is not here"):
        list(brought.on_set(say, [str(zipped(tmp_path, ("a", "b")))], explore.NOTHING))


def zipped(folder: Path, labels: tuple[str, ...], each: int = 12) -> Path:
    """An archive with noise in a folder per label."""
    path, rng = folder / "own.zip", np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for label in labels:
            for number in range(each):
                file = io.BytesIO()
                Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(file, "PNG")
                archive.writestr(f"{label}/{number}.png", file.getvalue())
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_pictures_are_used_everywhere(photo: str, uploads: Path, language: Language) -> None:
    say, names = voice("compare", language), ("cats", "x<i>y", "dogs")
    first, *steps = brought.on_set(say, [str(zipped(uploads, names))], explore.NOTHING)
    assert first.status == say("compare.reading", done="0", count="36")
    values = last(steps)
    assert "cats 12, dogs 12, x&lt;i&gt;y 12" in values["status"]
    for name in ("map_set", "labels_set", "geometry_set"):
        assert values[name]["value"] == "own"
        assert values[name]["choices"][-1] == (say("compare.set_own"), "own")
    mine = values["mine"]
    *_, shown = tab.on_neighbours(say, photo, ["simclr"], mine)
    assert say("compare.among_own") in shown
    assert shown.count("data:image/png;base64,") == 6
    *_, table = tab.on_labels(say, "own", 1, mine)
    assert say("compare.labels_note", labels=15, chance="33.3%") in table
    *_, figure = tab.on_confusion(say, "own", "simclr", mine)
    assert list(figure.data[0].x) == ["cats", "dogs", "x&lt;i&gt;y"]
    *_, laid_out = maps.on_map(say, photo, "own", "pca", "pixels", "simclr", None, mine)
    assert laid_out.left.size == (900, 900)
    *_, table = tab.on_geometry(say, "own", mine)
    assert table.count("<tr>") == 1 + len(explore.QUERYABLE)
    values = last(brought.on_set(say, None, mine))
    assert values["mine"] == explore.NOTHING
    assert values["map_set"]["value"] == "emoji"
    assert "own" not in [key for _, key in values["map_set"]["choices"]]


@pytest.mark.usefixtures("uploads")
def test_set_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(gr.Error) as caught:
        list(brought.on_set(voice("compare", "zh"), [str(zipped(tmp_path, ("cats",), 30))], explore.NOTHING))
    assert "文件夹" in caught.value.message


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small ViTMAE with random weights where the Hub's model would be found, and a gallery of a few pictures."""
    config = ViTMAEConfig(
        image_size=32,
        patch_size=8,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        decoder_hidden_size=16,
        decoder_num_hidden_layers=1,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=32,
    )
    ViTMAEForPreTraining(config).save_pretrained(tmp_path / "hub")
    monkeypatch.setitem(checkpoints.HUB_MODELS, "masked", checkpoints.HubModel(str(tmp_path / "hub"), 448))
    monkeypatch.setattr(sets, "_bundled", sets.Held(None, sets.BUNDLED))
    yield
    from_hub.open_model.cache_clear()


@pytest.mark.usefixtures("hub")
def test_hub_model_is_fetched_and_offered(photo: str) -> None:
    say = voice("compare")
    name = explore.offered().name
    looked_up = brought.on_look_up(say, name)
    assert "448 MB" in looked_up.status
    assert "448 MB" in looked_up.fetch["value"]
    first, *steps = brought.on_fetch(say, looked_up.found, ["pixels"], explore.NOTHING)
    assert "448 MB" in first.status
    values = last(steps)
    assert values["mine"] == explore.Mine(hub=explore.HubModel(name))
    assert values["encoders"]["value"] == ["pixels", "hub"]
    assert any(name in label for label, _ in values["encoders"]["choices"])
    assert values["right"]["value"] == values["whose"]["value"] == "hub"
    *_, shown = tab.on_neighbours(say, photo, ["hub", "pixels"], values["mine"])
    assert re.findall(r"<h3>(.*?)</h3>", shown) == [say("compare.name_pixels"), say("compare.name_hub")]
    captions = re.findall(r"<figcaption.*?>(.*?)</figcaption>", shown)
    assert captions[6] == say("compare.neighbour", name=say.pick(CAT.name), similarity="1.00")
    *_, table = tab.on_labels(say, "digits", 0, values["mine"])
    assert say("compare.name_hub") in table


def test_bundled_encoders_stay_without_network(photo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, **_: object) -> None:
        raise HubUnavailable(
            "The Hugging Face Hub cannot be reached or has no model {name}; the bundled model stays.", name=name
        )

    say = voice("compare", "zh")
    monkeypatch.setattr(checkpoints, "load", refuse)
    events = brought.on_fetch(say, explore.offered(), ["pixels"], explore.NOTHING)
    assert "448 MB" in next(events).status
    with pytest.raises(gr.Error, match="内置模型"):
        next(events)
    *_, shown = tab.on_neighbours(say, photo, ["pixels"], explore.NOTHING)
    assert shown.count("<h3>") == 1

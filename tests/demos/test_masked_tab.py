"""The masked-picture tab's handlers as plain functions: what they draw, what they refuse, what they leave alone."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core import checkpoints
from core.data import bundled
from core.errors import HubUnavailable
from core.masked import explore, models
from demos.masked import tab, views
from demos.page.snapshots import labels
from tests.demos.voices import voice

EN = voice("masked")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A photograph as an uploaded file."""
    path = tmp_path_factory.mktemp("upload") / "flower.png"
    Image.fromarray(next(item.image for item in bundled.photographs() if item.key == "flower")).save(path)
    return str(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_restoration_is_drawn_in_the_visitors_language(photo: str, language: str) -> None:
    say = voice("masked", language)  # type: ignore[arg-type]
    *pictures, verdict, table, bars = tab.on_restore(say, photo, 0.5, 2, explore.NAME)
    found = explore.restore(photo, 0.5, 2)
    assert [picture.size for picture in pictures] == [(288, 288)] * 7
    assert np.array_equal(np.asarray(pictures[4])[::3, ::3], found.pasted)
    assert list(bars.data[0].x) == [say(f"masked.method_{method}") for method in explore.METHODS]
    assert list(bars.data[0].y) == pytest.approx([score.mse for score in found.scores], abs=1e-5)
    assert f"{found.scores[0].mse:.4f}" in verdict
    assert all(f"{score.psnr_db:.1f}" in table for score in found.scores)
    assert "72" in verdict, "half of 144 patches"


def test_a_perfect_filling_has_no_psnr_and_no_share(tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), (255, 255, 255)).save(tmp_path / "white.png")
    *_, table, _ = tab.on_restore(EN, str(tmp_path / "white.png"), 0.75, 0, explore.NAME)
    assert EN("masked.perfect") in table
    assert EN("masked.none") in table


def test_a_painted_layer_decides_what_is_hidden(photo: str, tmp_path: Path) -> None:
    layer = np.zeros((384, 384, 4), np.uint8)
    layer[32:64, :, :] = (224, 129, 47, 255)
    Image.fromarray(layer).save(tmp_path / "layer.png")
    shown = tab.on_paint(EN, photo, str(tmp_path / "layer.png"), explore.NAME)
    covered = (np.asarray(shown[0]) == explore.COVER).all(-1)
    assert covered[24:48].all()
    assert covered.mean() == pytest.approx(1 / 12, abs=0.01)
    with pytest.raises(gr.Error, match="Paint over"):
        tab.on_paint(EN, photo, _clear(tmp_path), explore.NAME)


def test_a_clean_layer_under_a_new_picture_is_no_stroke(photo: str, tmp_path: Path) -> None:
    shown = tab.on_stroke(EN, photo, None, explore.NAME)
    assert len(shown) == len(tab.on_restore(EN, photo, 0.5, 0, explore.NAME))
    assert all(value == gr.skip() for value in shown)
    with pytest.raises(gr.Error, match="Paint over"):
        tab.on_stroke(EN, photo, _clear(tmp_path), explore.NAME)


def _clear(folder: Path) -> str:
    path = folder / "clear.png"
    Image.new("RGBA", (384, 384), (0, 0, 0, 0)).save(path)
    return str(path)


def test_the_editor_hands_over_its_layer_undecoded(tmp_path: Path) -> None:
    with gr.Blocks():
        editor = tab._layer_only(gr.ImageEditor(layers=False))
    path = _clear(tmp_path)
    as_file = editor.data_model(background=None, layers=[{"path": path}], composite=None)
    assert editor.preprocess(as_file) == path
    editor.blob_storage["blob"] = SimpleNamespace(layers=[Path(path).read_bytes()])  # type: ignore[assignment]
    sent = editor.data_model(background=None, layers=[], composite=None, id="blob")
    assert Path(str(editor.preprocess(sent))).read_bytes() == Path(path).read_bytes()
    assert "blob" not in editor.blob_storage
    for nothing in (None, editor.data_model(background=None, layers=[], composite=None, id="gone")):
        assert editor.preprocess(nothing) is None


def test_a_new_picture_lies_under_a_clean_layer(photo: str) -> None:
    value = tab.on_canvas(EN, photo)
    assert value["background"].shape == (384, 384, 3)
    assert value["layers"] == []


def test_a_sweep_streams_three_curves_and_ends_whole(photo: str) -> None:
    *_, figure = tab.on_sweep(EN, photo, 1, explore.NAME)
    assert [line.name for line in figure.data] == [EN(f"masked.method_{method}") for method in explore.METHODS]
    assert all(len(line.x) == len(explore.SWEEP) for line in figure.data)


def test_a_click_is_answered_by_the_patch_under_it(photo: str) -> None:
    side = views.CANVAS_PX / 12
    click = cast(gr.SelectData, SimpleNamespace(index=(5.5 * side, 2.5 * side)))
    shown = tab.on_look(EN, click, photo, explore.NAME)
    expected = views.attention(explore.attention(photo, 5.5 / 12, 2.5 / 12))
    assert shown.tobytes() == expected.tobytes()
    assert tab.on_attention(EN, photo, explore.NAME).size == (views.CANVAS_PX, views.CANVAS_PX)
    outside = cast(gr.SelectData, SimpleNamespace(index=(-3, 999)))
    assert tab.on_look(EN, outside, photo, explore.NAME).size == (views.CANVAS_PX, views.CANVAS_PX)


def test_neighbours_have_names_in_the_visitors_language(photo: str) -> None:
    for say in (EN, voice("masked", "zh")):
        features, pixels = tab.on_neighbours(say, photo)
        assert say.pick(explore.neighbours(photo).by_features[0].name) in features[0][1]
        assert len(features) == len(pixels) == 8


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_input_is_one_sentence(photo: str, language: str) -> None:
    say = voice("masked", language)  # type: ignore[arg-type]
    missing = "Choose or upload a picture first." if language == "en" else "请先选择或上传一张图片。"
    with pytest.raises(gr.Error, match=missing):
        tab.on_restore(say, None, 0.5, 0, explore.NAME)
    for ratio, seed in ((float("nan"), 0), (0.99, 0), (0.5, -1), (0.5, 1.5)):
        with pytest.raises(gr.Error):
            tab.on_restore(say, photo, ratio, seed, explore.NAME)
    with pytest.raises(gr.Error):
        list(tab.on_sweep(say, None, 0, explore.NAME))
    for handler in (tab.on_neighbours, tab.on_canvas):
        with pytest.raises(gr.Error):
            handler(say, None)


def test_without_network_the_bundled_model_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, **_: object) -> None:
        raise HubUnavailable(
            "The Hugging Face Hub cannot be reached or has no model {name}; the bundled model stays.", name=name
        )

    monkeypatch.setattr(checkpoints, "load", refuse)
    events = tab.on_fetch(EN)
    _, status = next(events)
    assert f"{explore.offer().megabytes} MB" in status
    with pytest.raises(gr.Error, match="the bundled model stays"):
        next(events)


def test_the_hub_model_is_offered_only_when_it_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for here in (False, True):
        monkeypatch.setattr(checkpoints, "at_hand", lambda name, here=here: here)
        assert len(tab.models(EN)) == 1 + here
        assert tab.models(EN)[0][1] == explore.NAME


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stage_is_drawn_in_the_visitors_language(photo: str, language: str) -> None:
    say = voice("masked", language)  # type: ignore[arg-type]
    hidden, pasted, verdict, curve = tab.on_grow(say, photo, 0.5, 2, 1)
    found = explore.grow(photo, 0.5, 2, 1)
    assert np.array_equal(np.asarray(hidden)[::3, ::3], found.masked)
    assert np.array_equal(np.asarray(pasted)[::3, ::3], found.pasted)
    assert all(f"{score.mse:.4f}" in verdict for score in found.scores)
    assert list(curve.data[0].x) == labels(say)
    assert list(curve.data[0].y) == pytest.approx(list(explore.reached()), abs=1e-4)
    assert curve.data[0].marker.color[1] != curve.data[0].marker.color[0], "the second moment is marked"
    assert [mark.text for mark in curve.layout.annotations] == [say("masked.method_mean")]


@pytest.mark.parametrize("wrong", [(None, 0.5, 0, 2), ("", 0.5, 0, 5), ("", 0.5, 0, float("nan")), ("", 0.99, 0, 2)])
def test_a_wrong_stage_is_one_sentence_in_both_languages(photo: str, wrong: tuple[str | None, float, int, int]) -> None:
    picture, *numbers = wrong
    for say in (EN, voice("masked", "zh")):
        with pytest.raises(gr.Error) as caught:
            tab.on_grow(say, picture if picture is None else photo, *numbers)
        assert any("一" <= character <= "鿿" for character in caught.value.message) == (say.language == "zh")


def test_own_models_stand_between_the_bundled_one_and_the_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (explore.NAME, "masked/mine", models.SMALL)
    monkeypatch.setattr(checkpoints, "bundled", lambda method: found)
    monkeypatch.setattr(checkpoints, "at_hand", lambda name: True)
    assert [name for _, name in tab.models(EN)] == [explore.NAME, "masked/mine", explore.offer().name]
    assert tab.models(EN)[1][0] == "masked/mine"


@pytest.mark.parametrize(("language", "behind"), [("en", ""), ("zh", "_zh")])
def test_the_api_has_its_names(language: str, behind: str) -> None:
    with gr.Blocks() as page:
        tab.build(voice("masked", language))  # type: ignore[arg-type]
    names = {event.api_name for event in page.fns.values() if event.api_visibility == "public"}
    expected = {"restore", "paint", "sweep", "grow", "neighbours"}
    assert names == {f"masked_{name}{behind}" for name in expected}

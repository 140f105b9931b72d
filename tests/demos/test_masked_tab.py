"""The masked-picture tab's handlers as plain functions: what they draw, refuse and leave unchanged."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileData
from PIL import Image

from core import checkpoints
from core.data import bundled
from core.errors import HubUnavailable
from core.masked import explore, models
from demos.masked import tab, views
from demos.page.inputs import drawn
from demos.page.snapshots import labels
from demos.page.words import Language
from tests.demos.voices import voice

EN = voice("masked")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A photograph as an uploaded file."""
    path = tmp_path_factory.mktemp("upload") / "flower.png"
    Image.fromarray(next(item.image for item in bundled.photographs() if item.key == "flower")).save(path)
    return str(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_restoration_in_both_languages(photo: str, language: str) -> None:
    say = voice("masked", language)  # type: ignore[arg-type]
    values = tab.on_restore(say, photo, 0.5, 2, explore.NAME)
    errors = tab.on_errors(say, photo, 0.5, 2, explore.NAME)
    found = explore.restore(photo, 0.5, 2)
    shown = {**values._asdict(), **errors._asdict()}
    pictures = {name: value for name, value in shown.items() if isinstance(value, Image.Image)}
    assert set(pictures) == {"original", "masked", "restored", "pasted", "linear", "mean"}
    for name, picture in pictures.items():
        assert picture.size == (288, 288)
        assert np.array_equal(np.asarray(picture)[::3, ::3], getattr(found, name))
    assert list(errors.bars.data[0].x) == [say(f"masked.method_{method}") for method in explore.METHODS]
    assert list(errors.bars.data[0].y) == pytest.approx([score.mse for score in found.scores], abs=1e-5)
    assert all(f"{score.mse:.4f}" in values.verdict for score in found.scores)
    assert all(f"{score.psnr_db:.1f}" in errors.table for score in found.scores)
    assert "72" in values.verdict, "half of 144 patches"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("gain", "verdict"), [((0.01, 0.02), "better"), ((-0.02, -0.01), "worse"), ((-0.01, 0.01), "level")]
)
def test_card_says_where_the_model_wins(language: Language, gain: tuple[float, float], verdict: str) -> None:
    say, about = voice("masked", language), explore.about()
    low, high = (f"{100 * end:+.1f}" for end in gain)
    sentence = say(f"masked.card_{verdict}", low=low, high=high)
    for key in ("scenes", "objects"):
        changed = replace(about, **{key: replace(getattr(about, key), gain=gain)})
        assert sentence not in views.card(say, about)
        assert views.card(say, changed).count(sentence) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_card_figures_are_on_the_page(language: Language) -> None:
    shown, about = views.card(voice("masked", language), explore.about()), explore.about()
    for found in (about.scenes, about.objects):
        for share in (found.relative_mse, found.same_relative_mse, found.linear_relative_mse):
            assert f"{share:.1%}" in shown
        for words in (f"{found.n:,}", f"{found.linear_n:,}", f"{found.mse:.4f}"):
            assert words in shown


def test_perfect_fill_has_no_psnr(tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), (255, 255, 255)).save(tmp_path / "white.png")
    table = tab.on_errors(EN, str(tmp_path / "white.png"), 0.75, 0, explore.NAME).table
    assert EN("masked.perfect") in table
    assert EN("masked.none") in table


def test_painted_layer_hides_patches(photo: str, tmp_path: Path) -> None:
    layer = np.zeros((384, 384, 4), np.uint8)
    layer[32:64, :, :] = (224, 129, 47, 255)
    Image.fromarray(layer).save(tmp_path / "layer.png")
    values = tab.on_paint(EN, photo, str(tmp_path / "layer.png"), explore.NAME)
    covered = (np.asarray(values.masked) == explore.COVER).all(-1)
    assert covered[24:48].all()
    assert covered.mean() == pytest.approx(1 / 12, abs=0.01)
    with pytest.raises(gr.Error, match="Paint over"):
        tab.on_paint(EN, photo, _clear(tmp_path), explore.NAME)


def test_missing_layer_changes_nothing(photo: str, tmp_path: Path) -> None:
    assert tab.on_stroke(EN, photo, None, explore.NAME) == gr.skip()
    with pytest.raises(gr.Error, match="Paint over"):
        tab.on_stroke(EN, photo, _clear(tmp_path), explore.NAME)


def _clear(folder: Path) -> str:
    path = folder / "clear.png"
    Image.new("RGBA", (384, 384), (0, 0, 0, 0)).save(path)
    return str(path)


def test_editor_passes_layer_undecoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with gr.Blocks():
        editor = drawn(gr.ImageEditor(layers=False), "layer")
    path = _clear(tmp_path)
    as_file = editor.data_model(background=None, layers=[FileData(path=path)], composite=None)
    layer: object = editor.preprocess(as_file)
    assert layer == path
    editor.blob_storage["blob"] = SimpleNamespace(layers=[Path(path).read_bytes()])  # type: ignore[assignment]
    sent = editor.data_model(background=None, layers=[], composite=None, id="blob")
    assert Path(str(editor.preprocess(sent))).read_bytes() == Path(path).read_bytes()
    assert "blob" not in editor.blob_storage
    for nothing in (None, editor.data_model(background=None, layers=[], composite=None, id="gone")):
        assert editor.preprocess(nothing) is None


def test_new_picture_has_empty_layer(photo: str) -> None:
    value = tab.on_canvas(EN, photo)
    assert np.shape(np.asarray(value.canvas["background"])) == (384, 384, 3)
    assert value.canvas["layers"] == []
    assert set(value.painted) == {None, ""}, "nothing of the picture before is left"


def test_sweep_ends_with_all_ratios(photo: str) -> None:
    *_, figure = tab.on_sweep(EN, photo, 1, explore.NAME)
    assert [line.name for line in figure.data] == [EN(f"masked.method_{method}") for method in explore.METHODS]
    assert all(len(line.x) == len(explore.SWEEP) for line in figure.data)


def test_click_selects_attention_patch(photo: str) -> None:
    side = views.CANVAS_PX / 12
    click = cast(gr.SelectData, SimpleNamespace(index=(5.5 * side, 2.5 * side)))
    shown = tab.on_look(EN, click, photo, explore.NAME)
    expected = views.attention(explore.attention(photo, 5.5 / 12, 2.5 / 12))
    assert shown.tobytes() == expected.tobytes()
    assert tab.on_attention(EN, photo, explore.NAME).size == (views.CANVAS_PX, views.CANVAS_PX)
    outside = cast(gr.SelectData, SimpleNamespace(index=(-3, 999)))
    assert tab.on_look(EN, outside, photo, explore.NAME).size == (views.CANVAS_PX, views.CANVAS_PX)


def test_neighbour_names_in_both_languages(photo: str) -> None:
    for say in (EN, voice("masked", "zh")):
        values, found = tab.on_neighbours(say, photo), explore.neighbours(photo)
        for shown, expected in ((values.near_features, found.by_features), (values.near_pixels, found.by_pixels)):
            assert len(shown) == len(expected) == 8
            assert say.pick(expected[0].name) in shown[0][1]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("features", "better"), [(0.6, "features"), (0.4, "pixels")])
def test_retrieval_says_which_is_better(language: Language, features: float, better: str) -> None:
    say = voice("masked", language)
    found = replace(explore.retrieval(), features=features, pixels=0.5)
    assert say(f"masked.retrieval_{better}") in views.retrieval(say, found)
    assert f"{explore.retrieval().n:,}" in tab.on_retrieval(say)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_input_is_one_sentence(photo: str, language: str) -> None:
    say = voice("masked", language)  # type: ignore[arg-type]
    missing = "Choose or upload a picture first." if language == "en" else "请先选择或上传一张图片。"
    with pytest.raises(gr.Error, match=missing):
        tab.on_restore(say, None, 0.5, 0, explore.NAME)
    with pytest.raises(gr.Error, match=missing):
        tab.on_errors(say, None, 0.5, 0, explore.NAME)
    for ratio, seed in ((float("nan"), 0), (0.99, 0), (0.5, -1), (0.5, 1.5)):
        with pytest.raises(gr.Error):
            tab.on_restore(say, photo, ratio, seed, explore.NAME)
    with pytest.raises(gr.Error):
        list(tab.on_sweep(say, None, 0, explore.NAME))
    for handler in (tab.on_neighbours, tab.on_canvas):
        with pytest.raises(gr.Error):
            handler(say, None)


def test_bundled_model_stays_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, **_: object) -> None:
        raise HubUnavailable(
            "The Hugging Face Hub cannot be reached or has no model {name}; the bundled model stays.", name=name
        )

    monkeypatch.setattr(checkpoints, "load", refuse)
    events = tab.on_fetch(EN)
    assert f"{explore.offer().megabytes} MB" in next(events).status
    with pytest.raises(gr.Error, match="the bundled model stays"):
        next(events)


def test_hub_model_offered_when_local(monkeypatch: pytest.MonkeyPatch) -> None:
    for here in (False, True):
        monkeypatch.setattr(checkpoints, "at_hand", lambda name, here=here: here)
        assert len(tab.models(EN)) == 1 + here
        assert tab.models(EN)[0][1] == explore.NAME


@pytest.mark.parametrize("language", ["en", "zh"])
def test_snapshot_in_both_languages(photo: str, language: str) -> None:
    say = voice("masked", language)  # type: ignore[arg-type]
    values = tab.on_grow(say, photo, 0.5, 2, 1)
    found, curve = explore.grow(photo, 0.5, 2, 1), values.grown_curve
    assert np.array_equal(np.asarray(values.grown_masked)[::3, ::3], found.masked)
    assert np.array_equal(np.asarray(values.grown_pasted)[::3, ::3], found.pasted)
    assert all(f"{score.mse:.4f}" in values.grown_verdict for score in found.scores)
    assert list(curve.data[0].x) == labels(say)
    assert list(curve.data[0].y) == pytest.approx(list(explore.reached()), abs=1e-4)
    assert curve.data[0].marker.color[1] != curve.data[0].marker.color[0], "the second moment is marked"
    assert [mark.text for mark in curve.layout.annotations] == [say("masked.method_mean")]


@pytest.mark.parametrize(
    ("has_photo", "ratio", "stage"), [(False, 0.5, 2), (True, 0.5, 5), (True, 0.5, float("nan")), (True, 0.99, 2)]
)
def test_wrong_stage_in_both_languages(photo: str, has_photo: bool, ratio: float, stage: float) -> None:
    for say in (EN, voice("masked", "zh")):
        with pytest.raises(gr.Error) as caught:
            tab.on_grow(say, photo if has_photo else None, ratio, 0, stage)
        assert any("一" <= character <= "鿿" for character in caught.value.message) == (say.language == "zh")


def test_own_models_between_bundled_and_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (explore.NAME, "masked/mine", models.SMALL)
    monkeypatch.setattr(checkpoints, "bundled", lambda method: found)
    monkeypatch.setattr(checkpoints, "at_hand", lambda name: True)
    assert [name for _, name in tab.models(EN)] == [explore.NAME, "masked/mine", explore.offer().name]
    assert tab.models(EN)[1][0] == "masked/mine"


def test_api_names_are_complete() -> None:
    with gr.Blocks() as page:
        tab.build(EN)
    names = {event.api_name for event in page.fns.values() if event.api_visibility == "public"}
    expected = {"restore", "errors", "paint", "sweep", "grow", "neighbours"}
    assert names == {f"masked_{name}" for name in expected}


def test_outputs_follow_the_named_values() -> None:
    with gr.Blocks() as page:
        tab.build(EN)
    shown = {event.name: [item.elem_id for item in event.outputs] for event in page.fns.values()}
    restored = views.RestorationValues._fields
    assert shown["on_restore"] == [f"masked-{name}" for name in restored]
    assert shown["on_paint"] == shown["on_stroke"] == [f"masked-paint-{name}" for name in restored]
    assert shown["on_canvas"] == ["masked-canvas", *shown["on_paint"]]
    assert shown["on_errors"] == [f"masked-{name}" for name in views.ErrorValues._fields]

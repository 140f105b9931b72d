"""The VAE tab's handlers as plain functions: what they draw, refuse and leave unchanged."""

import dataclasses
import io
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from gradio.components.image_editor import EditorData, EditorDataBlobs
from gradio.data_classes import FileData
from PIL import Image, ImageColor

from core import checkpoints
from core.checkpoints import Card
from core.data import bundled
from core.vae import explore
from core.vae.model import VAE, Config
from demos.page import figures
from demos.page.snapshots import labels
from demos.page.values import names
from demos.page.words import Say
from demos.vae import inputs, prior, space, tab, views
from tests import photographs
from tests.demos.voices import voice
from tests.own_checkpoints import settle

EN = voice("vae")
NAN = float("nan")


@pytest.fixture
def ends(tmp_path: Path) -> tuple[str, str]:
    """Two digits as files."""
    files = tuple(str(tmp_path / f"{index}.png") for index in (3, 150))
    for file, index in zip(files, (3, 150), strict=True):
        Image.fromarray(bundled.digits().images[index]).save(file)
    Image.new("RGBA", (224, 224)).save(tmp_path / "blank.png")
    return cast(tuple[str, str], files)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_encoding_in_both_languages(ends: tuple[str, str], language: str) -> None:
    say = voice("vae", language)  # type: ignore[arg-type]
    values, found = tab.on_encode(say, ends[0], 0, explore.NAME), explore.encode(ends[0])
    cost = tab.on_cost(say, ends[0], 0, explore.NAME)
    for shown, expected in ((values.model_input, found.model_input), (values.decoded, found.decoded)):
        assert shown.size == (224, 224)
        assert np.array_equal(np.asarray(shown)[::8, ::8], expected)
    assert len(cost.code.data[0].x) == len(cost.code.data[1].y) == 20
    assert cost.code.layout.title.text == say("vae.code", count=20)
    costs = list(cost.bars.data[0].y)
    assert costs == sorted(costs), "perfect copy, model, mean digit, coin"
    assert all(f"{nats:.0f}" in values.verdict for nats in (found.mean_digit_nats, found.uniform_nats))
    for text in (values.verdict, cost.cost_text):
        assert f"{found.nats:.1f}" in text
    for part in (found.reconstruction_nats, found.kl_nats.sum()):
        assert f"{part:.1f}" in cost.cost_text


def test_photo_shows_where_digit_stands(ends: tuple[str, str]) -> None:
    photo = photographs.photograph(150, "shadow", np.random.default_rng(0))
    shown = tab.on_encode(EN, photo.image, 0, explore.NAME).photo  # type: ignore[arg-type]
    assert shown["visible"]
    page = np.asarray(shown["value"]).astype(int)
    assert page.shape == (360, 480, 3)
    rows, columns = np.nonzero((page == ImageColor.getrgb(figures.ORANGE)).all(2))
    left, top, right, bottom = (0.75 * edge for edge in photo.box)
    assert left - 40 < columns.min() < columns.max() < right + 40
    assert top - 40 < rows.min() < rows.max() < bottom + 40
    assert tab.on_encode(EN, ends[0], 0, explore.NAME).photo == gr.update(value=None, visible=False)


def test_interpolation_has_animation_and_curve(ends: tuple[str, str]) -> None:
    asked = (*ends, 5, "spherical", explore.NAME)
    shown, values = tab.on_interpolate(EN, *asked), tab.on_walk(EN, *asked)
    assert values.animation == values.download
    with Image.open(values.download) as opened:
        assert (opened.format, opened.n_frames, opened.size) == ("GIF", 8, (224, 224))  # type: ignore[attr-defined]
    assert shown.strip.width == 5 * 76 - 4
    assert [len(line.x) for line in values.excess.data] == [5, 5]
    assert "Half way" in shown.interpolation_text


def test_animation_begins_with_first_reconstruction(ends: tuple[str, str]) -> None:
    found = explore.interpolate(*ends, 4)
    with Image.open(io.BytesIO(views.animation(found.images))) as animation:
        first = np.asarray(animation.convert("L")).astype(int)[::8, ::8]
    assert np.abs(first - explore.reconstruct(ends[0])).max() <= 4, "a GIF has a palette"


def test_click_moves_first_two_sliders(ends: tuple[str, str]) -> None:
    before = views.AxisValues(*[0.1 * number for number in range(8)])
    click = cast(gr.SelectData, SimpleNamespace(index=views.pixel((1.5, -2.0))))
    values = space.on_click(EN, click, ends[0], explore.NAME, *before)
    assert values.axes == pytest.approx(before._replace(axis_0=1.5, axis_1=-2.0))
    expected = space.on_decode(EN, ends[0], explore.NAME, *values.axes)
    assert values.plane.moved.tobytes() == expected.moved.tobytes()
    assert values.plane.plane.tobytes() == expected.plane.tobytes()


def test_point_inverts_pixel() -> None:
    assert views.point(views.pixel((-3.25, 0.5))) == pytest.approx((-3.25, 0.5))


def test_cross_is_at_slider_values() -> None:
    page = np.asarray(views.plane(explore.plane(), (2.0, 3.0)))
    x, y = (round(value) for value in views.pixel((2.0, 3.0)))
    assert page[y, x, 3] == 255
    assert not np.asarray(views.plane(explore.plane(), (-3.9, -3.9)))[y, x, 3], "nothing else is there"


def test_sliders_begin_at_code_of_picture(ends: tuple[str, str]) -> None:
    sliders = space.on_space(EN, ends[0], explore.NAME).point.axes
    mu = [explore.encode(ends[0]).mu[axis] for axis in explore.most_active()]
    assert [slider.value for slider in sliders] == pytest.approx(np.clip(mu, -explore.REACH, explore.REACH), abs=0.006)
    assert all(slider.visible for slider in sliders)


def test_as_many_neighbours_as_asked(ends: tuple[str, str]) -> None:
    assert [len(gallery) for gallery in tab.on_neighbours(EN, ends[0], 6, explore.NAME)] == [6, 6]


def test_samples_follow_their_seed() -> None:
    first, again, other = (prior.on_sample(EN, seed, explore.NAME).tobytes() for seed in (1, 1, 2))
    assert first == again != other


def test_moved_sliders_stay_when_the_fold_opens(ends: tuple[str, str]) -> None:
    """A link sets the sliders before the fold asks for their first values."""
    moved = [1.5, -0.25, *[0.0] * 6]
    found = space.on_space(EN, ends[0], explore.NAME, *moved).point
    assert [slider.value for slider in found.axes] == moved
    assert np.array_equal(
        np.asarray(found.plane.moved), np.asarray(space.on_decode(EN, ends[0], explore.NAME, *moved).moved)
    )
    untouched = space.on_space(EN, ends[0], explore.NAME, *[0.0] * 8).point.axes
    assert [slider.value for slider in untouched] == [
        slider.value for slider in space.on_space(EN, ends[0], explore.NAME).point.axes
    ]


@pytest.fixture
def sketch(tmp_path: Path) -> str:
    """A stroke down the middle, as the canvas sends it."""
    canvas = np.zeros((224, 224, 4), np.uint8)
    canvas[30:190, 100:120] = (0, 0, 0, 255)
    Image.fromarray(canvas).save(tmp_path / "sketch.png")
    return str(tmp_path / "sketch.png")


@pytest.mark.parametrize("end", inputs.ENDS)
def test_drawing_goes_into_chosen_picture(sketch: str, end: str) -> None:
    values = inputs.on_sketch(EN, sketch, end)._asdict()
    drawn, picked = values.pop(f"picture_{end}"), values.pop(f"picked_{end}")
    assert picked, "what listens to examples hears of it"
    assert values.pop(f"named_{end}") == "", "a link cannot name a drawing"
    assert list(values.values()) == [gr.skip()] * 3, "the other picture stays"
    picture = explore.view(np.stack([np.asarray(drawn)] * 3, -1))
    assert picture.max() > 240
    assert picture[:, 13:15].mean() > 100, "a stroke down the middle"
    assert picture[0].max() == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda say, file: tab.on_encode(say, None, 0, explore.NAME),
        lambda say, file: tab.on_encode(say, file, NAN, explore.NAME),
        lambda say, file: tab.on_encode(say, file, None, explore.NAME),  # type: ignore[arg-type]
        lambda say, file: tab.on_encode(say, file, 0, "vae/none"),
        lambda say, file: tab.on_interpolate(say, file, None, 8, "straight", explore.NAME),
        lambda say, file: tab.on_interpolate(say, file, file, 99, "straight", explore.NAME),
        lambda say, file: tab.on_interpolate(say, file, file, 8, "<script>", explore.NAME),
        lambda say, file: tab.on_cost(say, None, 0, explore.NAME),
        lambda say, file: tab.on_walk(say, None, file, 8, "straight", explore.NAME),
        lambda say, file: tab.on_votes(say, "vae/none"),
        lambda say, file: space.on_space(say, None, explore.NAME),
        lambda say, file: space.on_space(say, file, "vae/none"),
        lambda say, file: space.on_decode(say, file, explore.NAME, *[NAN] * 8),
        lambda say, file: space.on_decode(say, None, explore.NAME, *[0.0] * 8),
        lambda say, file: space.on_decode(say, file, "rotation/photos", *[0.0] * 8),
        lambda say, file: prior.on_sample(say, -1, explore.NAME),
        lambda say, file: tab.on_neighbours(say, file, 0.5, explore.NAME),
        lambda say, file: prior.on_grow(say, None, 2),
        lambda say, file: prior.on_grow(say, file, 5),
        lambda say, file: prior.on_grow(say, file, NAN),
        lambda say, file: inputs.on_sketch(say, None, "a"),
        lambda say, file: inputs.on_sketch(say, str(Path(file).with_name("blank.png")), "a"),
    ],
)
def test_bad_input_is_one_chinese_sentence(ends: tuple[str, str], ask: object) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(voice("vae", "zh"), ends[0])  # type: ignore[operator]
    assert any("一" <= character <= "鿿" for character in caught.value.message)


CANVAS_FILES = {
    "bomb": b"",  # the file of the fixture
    "html": b"<!doctype html><p>404",
    "empty": b"",
    "cut": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\xe0\0\0\0\xe0\x08\x06",
}


@pytest.mark.parametrize("name", CANVAS_FILES)
@pytest.mark.parametrize("sent", ["file", "bytes"])
def test_canvas_leaves_files_undecoded(
    name: str, sent: str, tmp_path: Path, huge_picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))  # where uploads lie
    content = CANVAS_FILES[name] if name != "bomb" else huge_picture.read_bytes()
    (tmp_path / "p.png").write_bytes(content)
    canvas = next(block for block in blocks(EN).blocks.values() if isinstance(block, gr.ImageEditor))
    if sent == "bytes":
        canvas.blob_storage["x"] = EditorDataBlobs(background=None, layers=[], composite=content)
        payload = EditorData(id="x")
    else:
        payload = EditorData(composite=FileData(path=str(tmp_path / "p.png")), background=None, layers=[])
    with pytest.raises(gr.Error, match="picture"):
        inputs.on_sketch(EN, canvas.preprocess(payload), "a")  # type: ignore[arg-type]


def test_other_files_are_one_sentence(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            tab.on_encode(EN, str(file), 0, explore.NAME)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_snapshot_in_both_languages(ends: tuple[str, str], language: str) -> None:
    say = voice("vae", language)  # type: ignore[arg-type]
    values, found = prior.on_grow(say, ends[0], 2), explore.grow(ends[0], 2)
    curve = values.grown_curve
    assert np.array_equal(np.asarray(values.grown)[::8, ::8], found.reconstruction)
    assert values.grown_samples.size == (3 * 76 - 4, 3 * 76 - 4)
    assert f"{found.nats:.1f}" in values.grown_verdict
    assert list(curve.data[0].x) == labels(say)
    assert list(curve.data[0].y) == pytest.approx(list(explore.reached()), abs=1e-4)
    assert len(set(curve.data[0].marker.color)) == 2
    assert curve.data[0].marker.color[2] != curve.data[0].marker.color[0], "the third moment is marked"
    assert {mark.text for mark in curve.layout.annotations} == {say("vae.mean_digit"), say("vae.coin")}


# --- a visitor's own model ---


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model of three axes, as `core.vae.train --latent 3 --name mine-of-3` leaves it behind."""
    config = Config(hidden=8, latent=3)
    card = Card("vae/mine-of-3", "core.vae.model.VAE", dataclasses.asdict(config), "x", {}, "", "", "", 0.0, 0, 0, {})
    checkpoints.save(settle(tmp_path, monkeypatch) / "vae" / "mine-of-3", VAE(config), card)
    return card.name


def test_other_model_has_own_axes(ends: tuple[str, str], mine: str) -> None:
    values, mu = space.on_space(EN, ends[0], mine), explore.encode(ends[0], name=mine).mu
    sliders = list(values.point.axes)
    visible = [slider for slider in sliders if slider.visible]
    assert len(sliders) == 8
    assert sliders[: len(visible)] == visible, "hidden sliders come last"
    axes = explore.most_active(name=mine)
    assert [slider.value for slider in visible] == pytest.approx([mu[axis] for axis in axes], abs=0.006)
    assert [slider.label for slider in visible] == [EN("vae.slider", axis=axis + 1) for axis in axes]
    assert {slider.label for slider in visible} == {EN("vae.slider", axis=axis) for axis in (1, 2, 3)}
    assert "the 3 most active of the 3 axes" in values.latent_text.replace("\n", " ")
    assert prior.on_sample(EN, 0, mine).size == prior.on_sample(EN, 0, explore.NAME).size
    votes = tab.on_votes(EN, mine)
    assert votes.accuracy.data[0].x[0] == "3 numbers"
    assert "261 times smaller" in votes.accuracy_text
    click = cast(gr.SelectData, SimpleNamespace(index=views.pixel((1.0, 1.0))))
    moved = space.on_click(EN, click, ends[0], mine, *(slider.value for slider in sliders)).axes
    assert (moved.axis_0, moved.axis_1) == pytest.approx((1.0, 1.0))


def test_outputs_follow_the_fields() -> None:
    shown = {event.name: [item.elem_id for item in event.outputs] for event in blocks(EN).fns.values()}
    point = ["vae-plane", "vae-decoded", *(f"vae-axis-{number}" for number in range(8))]
    assert names(views.LatentValues) == ["plane", "moved", *(f"axis_{number}" for number in range(8))]
    assert shown["on_click"] == point
    assert shown["on_space"] == ["vae-space-text", *point]
    assert shown["on_decode"] == point[:2]
    assert shown["on_cost"] == ["vae-cost-text", "vae-code", "vae-bars"]
    assert shown["on_walk"] == ["vae-film", "vae-download", "vae-surprise"]


def blocks(say: Say) -> gr.Blocks:
    with gr.Blocks() as page:
        tab.build(say)
    return cast(gr.Blocks, page)


def model_of(page: gr.Blocks) -> gr.Radio:
    return next(block for block in page.blocks.values() if isinstance(block, gr.Radio) and block.elem_id == "vae-model")


def test_own_model_offered_after_restart(mine: str) -> None:
    for language in ("en", "zh"):
        say = voice("vae", language)
        radio = model_of(blocks(say))
        assert radio.visible
        assert radio.value == explore.NAME
        assert list(radio.choices) == [(say("vae.model_mnist"), explore.NAME), (mine, mine)]


def test_single_model_hidden_and_api_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: (explore.NAME,))
    page = blocks(EN)
    assert not model_of(page).visible
    names = {event.api_name for event in page.fns.values() if event.api_visibility == "public"}
    expected = {"encode", "cost", "grow", "interpolate", "walk", "decode", "sample", "neighbours"}
    assert names == {f"vae_{name}" for name in expected}

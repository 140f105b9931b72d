"""The VAE tab's handlers as plain functions: what they draw, what they refuse, and what they leave alone."""

import dataclasses
import io
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core import checkpoints
from core.checkpoints import Card
from core.data import bundled
from core.vae import explore
from core.vae.model import VAE, Config
from demos.page.snapshots import labels
from demos.page.words import Say
from demos.vae import tab, views
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
    return cast(tuple[str, str], files)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_encoding_is_drawn_in_the_visitors_language(ends: tuple[str, str], language: str) -> None:
    say = voice("vae", language)  # type: ignore[arg-type]
    seen, code, drawn, verdict, bars = tab.on_encode(say, ends[0], 0, explore.NAME)
    assert seen.size == drawn.size == (224, 224)
    assert len(code.data[0].x) == len(code.data[1].y) == 20
    assert code.layout.title.text == say("vae.code", count=20)
    assert list(bars.data[0].y) == sorted(bars.data[0].y), "perfect copy, model, mean digit, coin"
    assert f"{explore.encode(ends[0]).nats:.1f}" in verdict


def test_a_walk_is_a_strip_a_film_and_a_curve(ends: tuple[str, str]) -> None:
    strip, film, file, curve, sentence = tab.on_interpolate(EN, *ends, 5, "spherical", explore.NAME)
    assert film == file
    with Image.open(file) as opened:
        assert (opened.format, opened.n_frames, opened.size) == ("GIF", 8, (224, 224))  # type: ignore[attr-defined]
    assert strip.width == 5 * 76 - 4
    assert [len(line.x) for line in curve.data] == [5, 5]
    assert "Half way" in sentence


def test_films_begin_with_the_first_reconstruction(ends: tuple[str, str]) -> None:
    walk = explore.interpolate(*ends, 4)
    with Image.open(io.BytesIO(views.animation([*walk.images]))) as film:
        first = np.asarray(film.convert("L")).astype(int)[::8, ::8]
    assert np.abs(first - explore.reconstruct(ends[0])).max() <= 4, "a GIF has a palette"


def test_a_click_on_the_plane_moves_the_first_two_sliders_only(ends: tuple[str, str]) -> None:
    values = [0.1 * place for place in range(8)]
    across, up = views.pixel((1.5, -2.0))
    click = cast(gr.SelectData, SimpleNamespace(index=(across, up)))
    plane, decoded, *sliders = tab.on_click(EN, click, ends[0], explore.NAME, *values)
    assert sliders == pytest.approx([1.5, -2.0, *values[2:]])
    shown, expected = tab.on_decode(EN, ends[0], explore.NAME, *sliders)
    assert decoded.tobytes() == expected.tobytes()
    assert plane.tobytes() == shown.tobytes()


def test_place_undoes_pixel() -> None:
    assert views.place(views.pixel((-3.25, 0.5))) == pytest.approx((-3.25, 0.5))


def test_the_cross_stands_where_the_sliders_do() -> None:
    page = np.asarray(views.plane(explore.plane(), (2.0, 3.0)))
    x, y = (round(value) for value in views.pixel((2.0, 3.0)))
    assert page[y, x, 3] == 255
    assert not np.asarray(views.plane(explore.plane(), (-3.9, -3.9)))[y, x, 3], "nothing else is there"


def test_a_new_picture_redraws_everything_that_follows_from_it(ends: tuple[str, str]) -> None:
    values = tab.on_first(EN, *ends, 0, 8, "straight", 6, explore.NAME)
    assert len(values) == 5 + 5 + 2 + 8 + 2
    assert [len(gallery) for gallery in values[-2:]] == [6, 6]
    assert all(-explore.REACH <= slider <= explore.REACH for slider in values[12:20])


def test_samples_follow_their_seed() -> None:
    first, again, other = (tab.on_sample(EN, seed, explore.NAME).tobytes() for seed in (1, 1, 2))
    assert first == again != other


def sketch(colour: tuple[int, int, int, int] | None) -> dict[str, np.ndarray]:
    canvas = np.zeros((224, 224, 4), np.uint8)
    if colour:
        canvas[30:190, 100:120] = colour
    return {"composite": canvas}


@pytest.mark.parametrize("end", tab.ENDS)
def test_a_drawing_goes_into_the_chosen_end(end: str) -> None:
    drawn = tab.on_sketch(EN, sketch((0, 0, 0, 255)), end)[tab.ENDS.index(end)]
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
        lambda say, file: tab.on_decode(say, file, explore.NAME, *[NAN] * 8),
        lambda say, file: tab.on_decode(say, None, explore.NAME, *[0.0] * 8),
        lambda say, file: tab.on_decode(say, file, "rotation/photos", *[0.0] * 8),
        lambda say, file: tab.on_sample(say, -1, explore.NAME),
        lambda say, file: tab.on_neighbours(say, file, 0.5, explore.NAME),
        lambda say, file: tab.on_first(say, None, file, 0, 8, "straight", 8, explore.NAME),
        lambda say, file: tab.on_model(say, file, file, 0, 8, "straight", 8, "vae/none", 0),
        lambda say, file: tab.on_grow(say, None, 2),
        lambda say, file: tab.on_grow(say, file, 5),
        lambda say, file: tab.on_grow(say, file, NAN),
        lambda say, file: tab.on_sketch(say, None, "a"),
        lambda say, file: tab.on_sketch(say, sketch(None), "a"),
    ],
)
def test_bad_input_is_one_chinese_sentence(ends: tuple[str, str], ask: object) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(voice("vae", "zh"), ends[0])  # type: ignore[operator]
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_files_that_are_no_pictures_are_one_sentence(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            tab.on_encode(EN, str(file), 0, explore.NAME)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stage_is_drawn_in_the_visitors_language(ends: tuple[str, str], language: str) -> None:
    say = voice("vae", language)  # type: ignore[arg-type]
    drawn, samples, verdict, curve = tab.on_grow(say, ends[0], 2)
    found = explore.grow(ends[0], 2)
    assert np.array_equal(np.asarray(drawn)[::8, ::8], found.reconstruction)
    assert samples.size == (3 * 76 - 4, 3 * 76 - 4)
    assert f"{found.nats:.1f}" in verdict
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


def test_another_model_brings_its_own_axes(ends: tuple[str, str], mine: str) -> None:
    values = tab.on_model(EN, *ends, 0, 8, "straight", 6, mine, 0)
    first = tab.on_first(EN, *ends, 0, 8, "straight", 6, mine)
    assert len(values) == len(first) + 4
    sliders = values[12:20]
    assert [slider.visible for slider in sliders] == [True] * 3 + [False] * 5
    assert [slider.value for slider in sliders[:3]] == list(first[12:15])
    assert {slider.label for slider in sliders[:3]} == {EN("vae.slider", axis=axis) for axis in (1, 2, 3)}
    text, sheet, bars, told = values[-4:]
    assert "the 3 liveliest of the 3 axes" in text.replace("\n", " ")
    assert sheet.size == tab.on_sample(EN, 0, mine).size
    assert bars.data[0].x[0] == "3 numbers"
    assert "261 times smaller" in told
    click = cast(gr.SelectData, SimpleNamespace(index=views.pixel((1.0, 1.0))))
    assert tab.on_click(EN, click, ends[0], mine, *first[12:20])[2:4] == pytest.approx((1.0, 1.0))


def blocks(say: Say) -> gr.Blocks:
    with gr.Blocks() as page:
        tab.build(say)
    return page


def model_of(page: gr.Blocks) -> gr.Radio:
    return next(block for block in page.blocks.values() if isinstance(block, gr.Radio) and block.elem_id == "vae-model")


def test_the_page_offers_an_own_model_after_a_restart(mine: str) -> None:
    for language in ("en", "zh"):
        say = voice("vae", language)  # type: ignore[arg-type]
        radio = model_of(blocks(say))
        assert radio.visible
        assert radio.value == explore.NAME
        assert list(radio.choices) == [(say("vae.model_mnist"), explore.NAME), (mine, mine)]


def test_a_choice_of_one_is_not_shown_and_the_api_has_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "names", lambda: (explore.NAME,))
    page = blocks(voice("vae", "zh"))
    assert not model_of(page).visible
    names = {event.api_name for event in page.fns.values() if event.api_visibility == "public"}
    expected = {"encode", "grow", "interpolate", "decode", "sample", "neighbours"}
    assert names == {f"vae_{name}_zh" for name in expected}

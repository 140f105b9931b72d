"""The VAE tab's handlers as plain functions: what they draw, what they refuse, and what they leave alone."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core.data import bundled
from core.vae import explore
from demos import _vae_views as views
from demos import vae
from demos._words import Say

EN = Say("en")
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
    say = Say(language)  # type: ignore[arg-type]
    seen, code, drawn, verdict, bars = vae.on_encode(say, ends[0], 0)
    assert seen.size == drawn.size == (224, 224)
    assert len(code.data[0].x) == len(code.data[1].y) == 20
    assert code.layout.title.text == say("vae.code")
    assert list(bars.data[0].y) == sorted(bars.data[0].y), "perfect copy, model, mean digit, coin"
    assert f"{explore.encode(ends[0]).nats:.1f}" in verdict


def test_a_walk_is_a_strip_a_film_and_a_curve(ends: tuple[str, str]) -> None:
    strip, film, file, curve, sentence = vae.on_interpolate(EN, *ends, 5, "spherical")
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
    plane, decoded, *sliders = vae.on_click(EN, click, ends[0], *values)
    assert sliders == pytest.approx([1.5, -2.0, *values[2:]])
    shown, expected = vae.on_decode(EN, ends[0], *sliders)
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
    values = vae.on_first(EN, *ends, 0, 8, "straight", 6)
    assert len(values) == 5 + 5 + 2 + 8 + 2
    assert [len(gallery) for gallery in values[-2:]] == [6, 6]
    assert all(-explore.REACH <= slider <= explore.REACH for slider in values[12:20])


def test_samples_follow_their_seed() -> None:
    first, again, other = (vae.on_sample(EN, seed).tobytes() for seed in (1, 1, 2))
    assert first == again != other


def sketch(colour: tuple[int, int, int, int] | None) -> dict[str, np.ndarray]:
    canvas = np.zeros((224, 224, 4), np.uint8)
    if colour:
        canvas[30:190, 100:120] = colour
    return {"composite": canvas}


@pytest.mark.parametrize("end", vae.ENDS)
def test_a_drawing_goes_into_the_chosen_end(end: str) -> None:
    drawn = vae.on_sketch(EN, sketch((0, 0, 0, 255)), end)[vae.ENDS.index(end)]
    picture = explore.view(np.stack([np.asarray(drawn)] * 3, -1))
    assert picture.max() > 240
    assert picture[:, 13:15].mean() > 100, "a stroke down the middle"
    assert picture[0].max() == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda say, file: vae.on_encode(say, None, 0),
        lambda say, file: vae.on_encode(say, file, NAN),
        lambda say, file: vae.on_encode(say, file, None),  # type: ignore[arg-type]
        lambda say, file: vae.on_interpolate(say, file, None, 8, "straight"),
        lambda say, file: vae.on_interpolate(say, file, file, 99, "straight"),
        lambda say, file: vae.on_interpolate(say, file, file, 8, "<script>"),
        lambda say, file: vae.on_decode(say, file, *[NAN] * 8),
        lambda say, file: vae.on_decode(say, None, *[0.0] * 8),
        lambda say, file: vae.on_sample(say, -1),
        lambda say, file: vae.on_neighbours(say, file, 0.5),
        lambda say, file: vae.on_first(say, None, file, 0, 8, "straight", 8),
        lambda say, file: vae.on_sketch(say, None, "a"),
        lambda say, file: vae.on_sketch(say, sketch(None), "a"),
    ],
)
def test_bad_input_is_one_chinese_sentence(ends: tuple[str, str], ask: object) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(Say("zh"), ends[0])  # type: ignore[operator]
    assert any("一" <= character <= "鿿" for character in caught.value.message)


def test_files_that_are_no_pictures_are_one_sentence(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(gr.Error, match="picture"):
            vae.on_encode(EN, str(file), 0)

"""The VQ-VAE tab's handlers as plain functions: what they draw, what they refuse, what they leave alone."""

from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core.data import bundled
from core.vqvae import explore
from demos.vqvae import tab, views
from tests.demos.voices import voice

EN = voice("vqvae")
SHIPPED = explore.NAME


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A photograph as an uploaded file."""
    path = tmp_path_factory.mktemp("upload") / "flower.png"
    Image.fromarray(next(item.image for item in bundled.photographs() if item.key == "flower")).save(path)
    return str(path)


def click(x: float, y: float) -> gr.SelectData:
    """A click at a pixel of a picture."""
    return cast(gr.SelectData, SimpleNamespace(index=(x, y)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_coding_is_drawn_in_the_visitors_language(photo: str, language: str) -> None:
    say = voice("vqvae", language)  # type: ignore[arg-type]
    shown = tab.on_encode(say, photo, 64, SHIPPED)
    assert len(shown) == tab.CODED + tab.PAINTED
    found = explore.encode(photo)
    codes, told, *pictures = shown[:7]
    verdict, table, bars, usage, usage_text = shown[7:12]
    assert codes.size == (512, 512)
    assert "2,304" in told
    assert [picture.size for picture in pictures] == [(256, 256)] * 5
    assert np.array_equal(np.asarray(pictures[0])[::4, ::4], found.original)
    for picture, item in zip(pictures[1:], found.methods, strict=True):
        assert np.array_equal(np.asarray(picture)[::4, ::4], item.picture)
        assert f"{item.psnr_db:.1f}" in verdict
        assert f"{item.bits:,.0f}" in table
    assert list(bars.data[0].x) == [say(f"vqvae.short_{method}") for method in explore.METHODS]
    assert list(bars.data[0].y) == pytest.approx([item.mse for item in found.methods], abs=1e-5)
    assert [trace.name for trace in usage.data] == [
        say(f"vqvae.{name}") for name in ("usage_bundled", "usage_picture", "even")
    ]
    assert f"{explore.book().perplexity:.0f}" in usage_text
    assert f"{found.perplexity:.0f}" in usage_text
    assert str(np.asarray(usage.data[1].y).size) == str(found.distinct)
    assert shown[14:] == ("", say("vqvae.nothing_painted")), "a new picture begins without edits"


def test_shares_of_the_usage_sum_to_one_and_fall(photo: str) -> None:
    usage = tab.on_encode(EN, photo, 32, SHIPPED)[10]
    for trace in usage.data[:2]:
        assert sum(trace.y) == pytest.approx(1, abs=1e-3)
        assert list(trace.y) == sorted(trace.y, reverse=True)


def test_equal_codes_have_equal_colours_and_neighbours_in_number_do_not(photo: str) -> None:
    assert views.hue(7) == views.hue(7)
    assert views.hue(7) != views.hue(8)
    assert len({views.hue(code) for code in range(512)}) > 400


def test_a_click_on_the_map_takes_up_the_code_under_it(photo: str) -> None:
    found = explore.encode(photo)
    for row, column in ((0, 0), (3, 11), (15, 15)):
        at = click(column * 32 + 20, row * 32 + 5)
        assert tab.on_pick(EN, at, photo, 64, SHIPPED) == found.codes[row, column]
    assert tab.on_pick(EN, click(-5, 9999), photo, 64, SHIPPED) == found.codes[15, 0]
    small = explore.encode(photo, 32)
    assert tab.on_pick(EN, click(70, 10), photo, 32, SHIPPED) == small.codes[0, 1]


def test_a_click_on_the_sheet_takes_the_code_framed_there() -> None:
    order = explore.book().order
    assert tab.on_sheet(EN, click(3, 3), SHIPPED) == order[0]
    assert tab.on_sheet(EN, click(26 * 5 + 3, 26 * 2 + 3), SHIPPED) == order[2 * 24 + 5]
    below = click(26 * 23 + 3, 26 * (len(order) // 24) + 3)
    assert tab.on_sheet(EN, below, SHIPPED) == gr.skip()
    plain, framed = (np.asarray(page) for page in (views.plain_sheet(SHIPPED), views.sheet(SHIPPED, int(order[49]))))
    changed = np.argwhere((plain != framed).any(-1))
    assert changed.min(0).tolist() >= [26 * 2 - 2, 26 - 2]
    assert changed.max(0).tolist() <= [26 * 2 + 26, 26 + 26]


def test_a_stroke_is_written_down_and_decoded(photo: str) -> None:
    before, after, edits, told = tab.on_stroke(EN, click(5 * 32 + 1, 2 * 32 + 1), photo, "", 64, SHIPPED, 3, 100)
    assert edits == "2 5 3 100"
    expected = explore.paint(photo, edits)
    assert np.array_equal(np.asarray(after)[::8, ::8], expected.after)
    assert np.array_equal(np.asarray(before)[::8, ::8], expected.before)
    assert f"{expected.edited.sum()} of 256" in told
    again = tab.on_stroke(EN, click(0, 0), photo, edits, 64, SHIPPED, 1, 7)
    assert again[2] == "2 5 3 100\n0 0 1 7"
    assert tab.on_undo(EN, photo, again[2], 64, SHIPPED)[2] == edits
    assert tab.on_clear(EN, photo, 64, SHIPPED)[2:] == ("", EN("vqvae.nothing_painted"))
    assert tab.on_paint(EN, photo, edits, 64, SHIPPED)[2] == edits


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_entry_tells_how_often_it_is_chosen(language: str) -> None:
    say = voice("vqvae", language)  # type: ignore[arg-type]
    book = explore.book()
    most = int(book.counts.argmax())
    page, look, mean, told = tab.on_code(say, most, SHIPPED)
    assert f"{book.counts[most]:,}" in told
    assert page.size == views.plain_sheet(SHIPPED).size
    assert (look.size, mean.size) == ((120, 120), (120, 120))
    dead = np.flatnonzero(book.counts == 0)
    if len(dead):
        assert tab.on_code(say, int(dead[0]), SHIPPED)[3] != told


def test_neighbours_have_names_in_the_visitors_language(photo: str) -> None:
    for say in (EN, voice("vqvae", "zh")):
        codes, pixels = tab.on_neighbours(say, photo, SHIPPED)
        assert say.pick(explore.neighbours(photo).by_features[0].name) in codes[0][1]
        assert len(codes) == len(pixels) == 8


def test_another_model_changes_everything_at_once(photo: str) -> None:
    shown = tab.on_model(EN, photo, 64, SHIPPED, 10**6)
    number = shown[tab.CODED + tab.PAINTED]
    assert number == explore.book().entries - 1, "a smaller book has no such code"
    assert len(shown) == tab.CODED + tab.PAINTED + 1 + tab.ENTERED + 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_input_is_one_sentence(photo: str, language: str) -> None:
    say = voice("vqvae", language)  # type: ignore[arg-type]
    missing = "Choose or upload a picture first." if language == "en" else "请先选择或上传一张图片。"
    with pytest.raises(gr.Error, match=missing):
        tab.on_encode(say, None, 64, SHIPPED)
    with pytest.raises(gr.Error, match=missing):
        tab.on_stroke(say, click(1, 1), None, "", 64, SHIPPED, 1, 1)
    for size in (63, float("nan")):
        with pytest.raises(gr.Error):
            tab.on_encode(say, photo, size, SHIPPED)
    for brush, code in ((0, 1), (99, 1), (1.5, 1), (1, -1), (1, 512), (1, float("nan"))):
        with pytest.raises(gr.Error):
            tab.on_stroke(say, click(1, 1), photo, "", 64, SHIPPED, brush, code)
    for edits in ("<script>", "1 2 3", "99 0 1 0"):
        with pytest.raises(gr.Error) as caught:
            tab.on_paint(say, photo, edits, 64, SHIPPED)
        assert "<script>" not in str(caught.value)
    for code in (-1, 512, None):
        with pytest.raises(gr.Error):
            tab.on_code(say, code, SHIPPED)  # type: ignore[arg-type]
    with pytest.raises(gr.Error):
        tab.on_encode(say, photo, 64, "vqvae/gaussian")


def test_the_first_example_is_painted_already() -> None:
    found = tab.first()
    assert found.painting.edited.sum() >= 6
    assert found.entry.code == found.code
    assert found.coding.codes.shape == (16, 16)

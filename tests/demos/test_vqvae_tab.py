"""The VQ-VAE tab's handlers as plain functions: what they draw, refuse and leave unchanged."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core.data import bundled
from core.vqvae import explore
from demos.vqvae import codebook_views, tab, views
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
def test_encoding_in_both_languages(photo: str, language: str) -> None:
    say = voice("vqvae", language)  # type: ignore[arg-type]
    values, baselines = tab.on_encode(say, photo, 64, SHIPPED), tab.on_baselines(say, photo, 64, SHIPPED)
    found = explore.encode(photo)
    assert values.code_map.size == (512, 512)
    assert "2,304" in values.map_text
    assert [item.method for item in found.reconstructions] == list(explore.METHODS)
    expected = {"original": found.original} | {item.method: item.picture for item in found.reconstructions}
    assert len(expected) == 5
    for name, picture in expected.items():
        assert getattr(baselines, name).size == (256, 256)
        assert np.array_equal(np.asarray(getattr(baselines, name))[::4, ::4], picture)
    assert values.reconstruction.tobytes() == baselines.model.tobytes()
    for item in found.reconstructions:
        assert f"{item.psnr_db:.1f}" in values.verdict
        assert f"{item.bits:,.0f}" in baselines.table
    for bits in (found.uniform_bits, found.fitted_bits):
        assert f"{bits:,.0f}" in baselines.rates
        assert f"{bits / found.dims:.3f}" in baselines.rates
    bars = values.bars.data[0]
    assert list(bars.x) == [say(f"vqvae.short_{method}") for method in explore.METHODS]
    assert list(bars.y) == pytest.approx([item.mse for item in found.reconstructions], abs=1e-5)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_usage_in_both_languages(photo: str, language: str) -> None:
    say, found = voice("vqvae", language), explore.encode(photo)  # type: ignore[arg-type]
    values = tab.on_usage(say, photo, 64, SHIPPED)
    usage = values.usage.data
    assert [trace.name for trace in usage] == [
        say(f"vqvae.{name}") for name in ("usage_bundled", "usage_picture", "even")
    ]
    assert f"{explore.codebook().perplexity:.0f}" in values.usage_text
    assert f"{found.perplexity:.0f}" in values.usage_text
    assert np.asarray(usage[1].y).size == found.distinct


def test_no_edits_leave_the_picture(photo: str) -> None:
    painting, unedited = tab.on_paint(EN, photo, "", 64, SHIPPED), tab.on_clear(EN, photo, 64, SHIPPED)
    assert (painting.edits, painting.painting_text) == ("", EN("vqvae.nothing_painted"))
    assert painting.before.tobytes() == painting.after.tobytes() == unedited.after.tobytes()


def test_usage_shares_sum_to_one(photo: str) -> None:
    usage = tab.on_usage(EN, photo, 32, SHIPPED).usage
    for trace in usage.data[:2]:
        assert sum(trace.y) == pytest.approx(1, abs=1e-3)
        assert list(trace.y) == sorted(trace.y, reverse=True)


def test_hues_differ_between_codes(photo: str) -> None:
    assert views.hue(7) == views.hue(7)
    assert views.hue(7) != views.hue(8)
    assert len({views.hue(code) for code in range(512)}) > 400


def test_click_on_map_chooses_code(photo: str) -> None:
    found = explore.encode(photo)
    for row, column in ((0, 0), (3, 11), (15, 15)):
        at = click(column * 32 + 20, row * 32 + 5)
        assert tab.on_pick(EN, at, photo, 64, SHIPPED) == found.codes[row, column]
    assert tab.on_pick(EN, click(-5, 9999), photo, 64, SHIPPED) == found.codes[15, 0]
    small = explore.encode(photo, 32)
    assert tab.on_pick(EN, click(70, 10), photo, 32, SHIPPED) == small.codes[0, 1]


def test_click_on_sheet_chooses_code() -> None:
    order = explore.codebook().order
    assert tab.on_sheet(EN, click(3, 3), SHIPPED) == order[0]
    assert tab.on_sheet(EN, click(26 * 5 + 3, 26 * 2 + 3), SHIPPED) == order[2 * 24 + 5]
    below = click(26 * 23 + 3, 26 * (len(order) // 24) + 3)
    assert tab.on_sheet(EN, below, SHIPPED) == gr.skip()
    plain, framed = (
        np.asarray(page)
        for page in (codebook_views.plain_sheet(SHIPPED), codebook_views.sheet(SHIPPED, int(order[49])))
    )
    changed = np.argwhere((plain != framed).any(-1))
    assert changed.min(0).tolist() >= [26 * 2 - 2, 26 - 2]
    assert changed.max(0).tolist() <= [26 * 2 + 26, 26 + 26]


def test_stroke_is_recorded_and_decoded(photo: str) -> None:
    values = tab.on_stroke(EN, click(5 * 32 + 1, 2 * 32 + 1), photo, "", 64, SHIPPED, 3, 100)
    assert values.edits == "2 5 3 100"
    expected = explore.paint(photo, values.edits)
    assert np.array_equal(np.asarray(values.after)[::8, ::8], expected.after)
    assert np.array_equal(np.asarray(values.before)[::8, ::8], expected.before)
    assert f"{expected.edited.sum()} of 256" in values.painting_text
    again = tab.on_stroke(EN, click(0, 0), photo, values.edits, 64, SHIPPED, 1, 7)
    assert again.edits == "2 5 3 100\n0 0 1 7"
    assert tab.on_undo(EN, photo, again.edits, 64, SHIPPED).edits == values.edits
    cleared = tab.on_clear(EN, photo, 64, SHIPPED)
    assert (cleared.edits, cleared.painting_text) == ("", EN("vqvae.nothing_painted"))
    assert tab.on_paint(EN, photo, values.edits, 64, SHIPPED).edits == values.edits


@pytest.mark.parametrize("language", ["en", "zh"])
def test_entry_in_both_languages(language: str) -> None:
    say = voice("vqvae", language)  # type: ignore[arg-type]
    counts = explore.codebook().counts
    most = int(counts.argmax())
    values, found = tab.on_code(say, most, SHIPPED), explore.entry(most)
    assert f"{counts[most]:,}" in values.entry_text
    assert values.sheet.tobytes() == codebook_views.sheet(SHIPPED, most).tobytes()
    assert values.entry_decoded.size == values.entry_context.size == (120, 120)
    assert np.array_equal(np.asarray(values.entry_decoded)[::15, ::15], found.decoded)
    assert np.array_equal(np.asarray(values.entry_context)[::10, ::10], found.context)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_unused_entry_has_another_sentence(language: str) -> None:
    say, unused = voice("vqvae", language), replace(explore.entry(3), count=0)  # type: ignore[arg-type]
    numbers = {"code": 3, "count": "0", "places": f"{unused.positions:,}", "share": f"{unused.share:.2%}"}
    text = codebook_views.entry(say, unused, SHIPPED).entry_text
    assert text == say("vqvae.entry_dead", **numbers, even=f"{1 / unused.entries:.2%}")
    assert text != say("vqvae.entry", **numbers, even=f"{1 / unused.entries:.2%}")


def test_neighbour_names_in_both_languages(photo: str) -> None:
    for say in (EN, voice("vqvae", "zh")):
        values, found = tab.on_neighbours(say, photo, SHIPPED), explore.neighbours(photo)
        for shown, expected in ((values.near_codes, found.by_features), (values.near_pixels, found.by_pixels)):
            assert len(shown) == len(expected) == 8
            assert say.pick(expected[0].name) in shown[0][1]


def test_retrieval_in_both_languages() -> None:
    found = explore.retrieval()
    for say in (EN, voice("vqvae", "zh")):
        values = tab.on_retrieval(say, SHIPPED)
        assert list(values.retrieval.data[0].y) == pytest.approx([found.features, found.pixels], abs=1e-5)
        assert f"{found.features:.0%}" in values.retrieval_text


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
    for number in (-1, 512, None):
        with pytest.raises(gr.Error):
            tab.on_code(say, cast(float, number), SHIPPED)
    with pytest.raises(gr.Error):
        tab.on_encode(say, photo, 64, "vqvae/gaussian")


def test_first_example_has_edits() -> None:
    decoded = explore.codebook().decoded.astype(float)
    assert int((decoded[..., 0] - decoded[..., 2]).mean((1, 2)).argmax()) == tab.FIRST_CODE
    photo = next(item.image for item in bundled.photographs() if item.key == tab.FIRST_PICTURE)
    found = explore.paint(photo, tab.FIRST_EDITS)
    assert found.edited.sum() >= 6
    assert (found.codes[found.edited] == tab.FIRST_CODE).all()


def test_outputs_follow_the_named_values() -> None:
    with gr.Blocks() as page:
        tab.build(EN)
    outputs = {fn.name: [item.elem_id for item in fn.outputs] for fn in page.fns.values()}
    assert outputs["on_encode"] == [
        "vqvae-map",
        *(f"vqvae-{part}" for part in ("map-text", "verdict", "reconstruction", "bars")),
    ]
    assert outputs["on_baselines"][:5] == [f"vqvae-picture-{name}" for name in ("original", *explore.METHODS)]
    painted = [f"vqvae-{part}" for part in ("before", "after", "edits", "painted")]
    for name in ("on_paint", "on_stroke", "on_undo", "on_clear"):
        assert outputs[name] == painted
    assert outputs["on_code"] == [f"vqvae-{part}" for part in ("sheet", "look", "mean", "entry")]
    assert outputs["on_usage"] == ["vqvae-usage", "vqvae-usage-text"]
    assert outputs["on_neighbours"] == ["vqvae-near-codes", "vqvae-near-pixels"]
    assert outputs["on_retrieval"] == ["vqvae-retrieval", "vqvae-retrieval-text"]

"""The contrastive tab's handlers as plain functions: what they draw, what they refuse, and in which language."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from core.contrastive import explore
from demos.contrastive import tab, views
from demos.page import inputs
from demos.page.snapshots import LAST
from tests.demos.voices import voice

SETTINGS = (0.2, 0.5, 0.2, 0.0, 0.5)  # crop, jitter, greyscale, blur, flip
Shown = list[tuple[str, str | None]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Eight pictures as the gallery hands them over: paths of files with captions."""
    folder = tmp_path_factory.mktemp("shown")
    found: Shown = []
    for number, (image, name) in enumerate(inputs.example(voice("contrastive"), tab.SETS["mixed"])):
        Image.fromarray(image).save(folder / f"{number}.png")
        found.append((str(folder / f"{number}.png"), name))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_comparison_is_drawn_in_the_visitors_language(shown: Shown, language: str) -> None:
    say = voice("contrastive", language)  # type: ignore[arg-type]
    sheet, verdict, matrix, bars, loss, suspects, cosine = tab.on_compare(
        say, shown, "simclr", "projections", *SETTINGS, 0, 0.2
    )
    assert sheet.mode == "RGBA"
    assert verdict.startswith("**SimCLR**")
    assert matrix.layout.title.text == say("contrastive.matrix_projections")
    assert np.array(matrix.data[0].z).shape == np.array(cosine).shape == (16, 16)
    assert len(matrix.layout.shapes) == 16, "every view has one positive"
    assert len(bars.data[0].y) == 16
    assert "2.71" in loss, "log 15"
    assert ("假负例" if language == "zh" else "false negative") in suspects


def test_the_loss_follows_the_temperature_from_the_matrix_alone(shown: Shown) -> None:
    say = voice("contrastive")
    *_, bars, loss, _, cosine = tab.on_compare(say, shown, "simclr", "projections", *SETTINGS, 3, 0.2)
    again, _ = tab.on_loss(say, cosine, 0.2)
    assert np.allclose(again.data[0].y, bars.data[0].y, atol=1e-3), "the matrix is rounded to four places"
    assert "temperature 0.20" in loss
    hot, _ = tab.on_loss(say, cosine, 1.0)
    assert np.ptp(hot.data[0].y) < np.ptp(bars.data[0].y)


def test_the_page_says_that_the_rotation_network_has_no_head(shown: Shown) -> None:
    say = voice("contrastive")
    verdicts = {
        space: tab.on_compare(say, shown, "rotation", space, *SETTINGS, 0, 0.2)[1]
        for space in ("projections", "features")
    }
    assert verdicts["projections"] == verdicts["features"] + " " + say("contrastive.no_head")


def test_no_pictures_are_silence_when_taken_out_and_a_sentence_when_asked(shown: Shown) -> None:
    say = voice("contrastive")
    for nothing in (None, []):
        assert tab.on_pictures(say, nothing, "simclr", "features", *SETTINGS, 0, 0.2, LAST, 3) == gr.skip()
    with pytest.raises(gr.Error, match="Bring 2 to 16 pictures; here are 0"):
        tab.on_compare(say, None, "simclr", "features", *SETTINGS, 0, 0.2)
    with pytest.raises(gr.Error, match="Bring 2 to 16 pictures; here are 0"):
        tab.on_grow(say, None, *SETTINGS, 0, LAST)


def test_other_pictures_change_every_answer_at_once(shown: Shown) -> None:
    say = voice("contrastive")
    values = tab.on_pictures(say, shown[:3], "simclr", "projections", *SETTINGS, 0, 0.2, 1, 3)
    compared, (matrix, curve, verdict), (query, *looked), (which, found) = (
        values[:7],
        values[7:10],
        values[10:18],
        values[18:],
    )
    assert (query, len(looked)) == (1, 7)
    assert np.array(compared[6]).shape == np.array(matrix.data[0].z).shape == (6, 6)
    assert curve.data[0].marker.color.index(curve.data[0].marker.color[1]) == 1, "the second stage is marked"
    assert "of 6** views" in verdict
    assert (which, len(found)) == (1, 8)


def test_one_event_waits_for_other_pictures() -> None:
    """With three, an upload set them off again and again, without end."""
    with gr.Blocks() as page:
        tab.build(voice("contrastive"))
    names = {block._id: block.elem_id for block in page.blocks.values()}
    waiting = [
        fn.name
        for fn in page.fns.values()
        for block, event in fn.targets
        if event == "change" and names.get(block) == "contrastive-pictures"
    ]
    assert waiting == ["on_pictures"]


def test_a_bad_picture_is_named_in_both_languages(shown: Shown, text_as_picture: Path, huge_picture: Path) -> None:
    for bad, english, chinese in (
        (text_as_picture, "Picture 3: This file is not a picture", "第 3 张图片：这个文件不是"),
        (huge_picture, "Picture 3: A picture may have at most 8 megapixels", "第 3 张图片：图片不能超过 8 百万像素"),
    ):
        for language, sentence in (("en", english), ("zh", chinese)):
            with pytest.raises(gr.Error) as caught:
                tab.on_compare(
                    voice("contrastive", language),
                    [*shown[:2], (str(bad), None)],
                    "simclr",
                    "features",
                    *SETTINGS,
                    0,
                    0.2,  # type: ignore[arg-type]
                )
            assert caught.value.message.startswith(sentence)


@pytest.mark.parametrize(
    "change",
    [{2: float("nan")}, {2: 0.0}, {3: 2.0}, {6: -1.0}, {7: None}, {7: float("nan")}, {7: 1e9}, {8: 0.0}, {0: "byol"}],
)
def test_numbers_out_of_range_are_one_sentence(change: dict[int, object], shown: Shown) -> None:
    given: list[object] = ["simclr", "features", *SETTINGS, 0, 0.2]
    for place, value in change.items():
        given[place] = value
    with pytest.raises(gr.Error) as caught:
        tab.on_compare(voice("contrastive", "zh"), shown, *given)  # type: ignore[arg-type]
    assert any("一" <= character <= "鿿" for character in caught.value.message)


@pytest.mark.parametrize("cosine", [None, [], [[1.0]], [[2.0] * 4] * 4, "1", {"a": 1}])
def test_a_matrix_that_is_none_is_one_sentence(cosine: object) -> None:
    with pytest.raises(gr.Error):
        tab.on_loss(voice("contrastive"), cosine, 0.2)  # type: ignore[arg-type]


def test_neighbours_are_named_in_both_languages(shown: Shown) -> None:
    english, chinese = (
        tab.on_neighbours(voice("contrastive", language), shown, 5, "simclr") for language in ("en", "zh")
    )  # type: ignore[arg-type]
    assert len(english) == len(chinese) == 8
    assert english[0][1].startswith("dog face")
    assert chinese[0][1].startswith("狗脸")


def test_the_probe_asks_every_encoder_and_plain_pixels() -> None:
    bars, text = tab.on_probe(voice("contrastive"))
    assert list(bars.data[0].x)[:2] == ["plain pixels", "SimCLR"]
    assert len(bars.data[0].y) == 1 + len(explore.offered())
    assert "1,377 emoji" in text


@pytest.mark.parametrize("name", tab.SETS)
def test_every_example_set_can_be_compared(name: str) -> None:
    assert 2 <= len(inputs.example(voice("contrastive"), tab.SETS[name])) <= 16


def test_the_page_says_at_which_size_each_encoder_looks_and_names_a_visitor_s_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explore, "sizes", lambda: {"simclr": 32, "moco": 32, "contrastive/mine": 48, "rotation": 64})
    said = {language: views.sizes(voice("contrastive", language)) for language in ("en", "zh")}  # type: ignore[arg-type]
    assert "SimCLR 32 × 32, MoCo 32 × 32, contrastive/mine 48 × 48, rotation 64 × 64." in said["en"]
    assert "contrastive/mine 48 × 48，旋转预测 64 × 64。" in said["zh"]


# --- a small network along its training, and the cards ---


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stage_is_drawn_in_the_visitors_language(shown: Shown, language: str) -> None:
    say = voice("contrastive", language)  # type: ignore[arg-type]
    matrix, curve, verdict = tab.on_grow(say, shown, *SETTINGS, 0, 0)
    assert ("of 16** views" if language == "en" else "16 个视图") in verdict
    assert "2.71" in verdict, "log 15"
    assert matrix.layout.title.text == say("contrastive.matrix_projections")
    assert np.array(matrix.data[0].z).shape == (16, 16)
    assert len(matrix.layout.shapes) == 16, "every view has one positive"
    assert curve.layout.title.text == say("contrastive.grow_curve")
    assert list(curve.data[0].y) == pytest.approx(explore.reached(), abs=1e-4)
    assert [shape.y0 for shape in curve.layout.shapes] == [0.1], "chance"
    colours = curve.data[0].marker.color
    assert colours.count(colours[0]) == 1, "the bar of this stage is marked"


def test_the_pairs_of_a_stage_are_the_sheet_s(shown: Shown) -> None:
    say = voice("contrastive")
    one, again, other = (tab.on_grow(say, shown, *SETTINGS, seed, LAST)[0].data[0].z for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan"), None])
def test_another_stage_is_one_sentence(shown: Shown, stage: float) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_grow(voice("contrastive", "zh"), shown, *SETTINGS, 0, stage)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


SHARES = {
    "knn": {"simclr": 0.586, "moco": 0.551, "untrained": 0.357},
    "linear": {"simclr": 0.712, "moco": 0.693, "untrained": 0.45},
}


def test_the_cards_are_drawn_and_told_by_neighbours_and_by_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "measured", lambda metric: SHARES[metric])
    figures = views.cards(voice("contrastive", "zh"))
    assert list(figures) == ["knn", "linear"]
    assert list(figures["linear"].data[0].x) == ["SimCLR", "MoCo", "未训练"]
    assert list(figures["linear"].data[0].y) == [0.712, 0.693, 0.45]
    assert figures["knn"].layout.title.text != figures["linear"].layout.title.text
    told = views.card_text(voice("contrastive"))
    assert "training pictures): SimCLR 58.6%, MoCo 55.1%, untrained 35.7%." in told
    assert "frozen features): SimCLR 71.2%, MoCo 69.3%, untrained 45.0%." in told
    assert "10,000 test pictures" in told


def test_a_metric_that_no_card_has_yet_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "measured", lambda metric: SHARES["knn"] if metric == "knn" else {})
    assert list(views.cards(voice("contrastive"))) == ["knn"]
    told = views.card_text(voice("contrastive"))
    assert "By k-NN" in told
    assert "linear probe" not in told


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stop", range(len(explore.STOPS)))
def test_the_dictionary_is_drawn_at_every_stop(shown: Shown, language: str, stop: int) -> None:
    say = voice("contrastive", language)  # type: ignore[arg-type]
    sheet, verdict, queue, by_age, drift, curves, learned = tab.on_dictionary(say, shown, 2, *SETTINGS, 3, stop)
    assert sheet.mode == "RGBA"
    assert f"**{explore.STOPS[stop]:g}**" in verdict
    assert np.array(queue.data[0].z).shape == np.array(queue.data[0].text).shape == (explore.AGES, 16)
    assert [len(line.y) for line in by_age.data] == [explore.AGES + 1] * 3
    assert len(drift.data[0].y) == len(learned.data[0].y) == len(explore.STOPS)
    assert len(curves.data) == 2
    for bars in (drift, learned):
        colours = list(bars.data[0].marker.color)
        assert [colours.index(c) for c in colours if colours.count(c) == 1] == [stop]


def test_another_query_finds_other_keys_and_no_query_is_a_sentence(shown: Shown) -> None:
    say = voice("contrastive")
    one, other = (tab.on_dictionary(say, shown, which, *SETTINGS, 3, 3)[2].data[0].z for which in (1, 2))
    assert not np.allclose(one, other)
    for bad in ((None, 1, 0), (shown, 99, 0), (shown, 1, 6), (shown, 1, 0.5)):
        with pytest.raises(gr.Error):
            tab.on_dictionary(say, bad[0], bad[1], *SETTINGS, 3, bad[2])

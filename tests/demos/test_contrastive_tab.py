"""The contrastive tab's handlers as plain functions: what they draw, what they refuse, and in which language."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.block_function import BlockFunction
from PIL import Image

from core.contrastive import explore
from demos.contrastive import dictionary, tab, views
from demos.page import inputs
from demos.page.calls import was_emptied
from demos.page.snapshots import LAST
from demos.page.words import LANGUAGES, Language
from tests.demos.voices import voice

SETTINGS = (0.2, 0.5, 0.2, 0.0, 0.5)  # crop, jitter, greyscale, blur, flip
Shown = list[tuple[str, str | None]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Eight pictures as the gallery component gives them: paths of files with captions."""
    folder = tmp_path_factory.mktemp("shown")
    found: Shown = []
    for number, (image, name) in enumerate(inputs.example(voice("contrastive"), tab.SETS["mixed"])):
        Image.fromarray(image).save(folder / f"{number}.png")
        found.append((str(folder / f"{number}.png"), name))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_comparison_is_drawn_in_each_language(shown: Shown, language: Language) -> None:
    say = voice("contrastive", language)
    values = tab.on_compare(say, shown, "simclr", "projections", *SETTINGS, 0)
    assert values.views.mode == "RGBA"
    assert values.verdict.startswith("**SimCLR**")
    assert values.matrix.layout.title.text == say("contrastive.matrix_projections")
    assert np.array(values.matrix.data[0].z).shape == np.array(values.cosine).shape == (16, 16)
    assert len(values.matrix.layout.shapes) == 16, "every view has one positive"
    lost = tab.on_view_losses(say, shown, "simclr", "projections", *SETTINGS, 0, 0.2)
    assert len(lost.loss.bars.data[0].y) == 16
    assert "2.71" in lost.loss.loss, "log 15"
    assert ("假负例" if language == "zh" else "false negative") in lost.false_negatives


def test_loss_follows_the_temperature(shown: Shown) -> None:
    say = voice("contrastive")
    compared = tab.on_compare(say, shown, "simclr", "projections", *SETTINGS, 3)
    lost = tab.on_view_losses(say, shown, "simclr", "projections", *SETTINGS, 3, 0.2).loss
    again = tab.on_loss(say, compared.cosine, 0.2)
    losses = lost.bars.data[0].y
    assert np.allclose(again.bars.data[0].y, losses, atol=1e-3), "the matrix is rounded to four places"
    assert "temperature 0.20" in lost.loss
    hot = tab.on_loss(say, compared.cosine, 1.0)
    assert np.ptp(hot.bars.data[0].y) < np.ptp(losses)


def test_rotation_is_compared_by_features(shown: Shown) -> None:
    say = voice("contrastive")
    verdicts = {
        space: tab.on_compare(say, shown, "rotation", space, *SETTINGS, 0).verdict
        for space in ("projections", "features")
    }
    assert verdicts["projections"] == verdicts["features"] + " " + say("contrastive.no_head")


def test_missing_pictures_are_one_sentence() -> None:
    say = voice("contrastive")
    empty: tuple[Shown | None, ...] = (None, [])
    for nothing in empty:
        with pytest.raises(gr.Error, match="Bring 2 to 16 pictures; here are 0"):
            tab.on_compare(say, nothing, "simclr", "features", *SETTINGS, 0)
        with pytest.raises(gr.Error, match="Bring 2 to 16 pictures; here are 0"):
            tab.on_view_losses(say, nothing, "simclr", "features", *SETTINGS, 0, 0.2)
        with pytest.raises(gr.Error, match="Bring 2 to 16 pictures; here are 0"):
            tab.on_grow(say, nothing, *SETTINGS, 0, LAST)
        with pytest.raises(gr.Error):
            tab.on_neighbours(say, nothing, 1, "simclr")


def test_fewer_pictures_change_every_answer(shown: Shown) -> None:
    say, few = voice("contrastive"), shown[:3]
    compared = tab.on_compare(say, few, "simclr", "projections", *SETTINGS, 0)
    grown = tab.on_grow(say, few, *SETTINGS, 0, 1)
    looked_up = dictionary.on_dictionary(say, few, 1, *SETTINGS, 0, 3)
    assert "**0.99**" in looked_up.verdict
    assert np.array(compared.cosine).shape == np.array(grown.matrix.data[0].z).shape == (6, 6)
    colours = grown.reached.data[0].marker.color
    assert colours.index(colours[1]) == 1, "the second stage is marked"
    assert "of 6** views" in grown.verdict
    assert len(tab.on_neighbours(say, few, 1, "simclr")) == 8


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    blocks: gr.Blocks
    with gr.Blocks() as blocks:
        tab.build(voice("contrastive"))
    return blocks


def test_outputs_follow_the_named_values(page: gr.Blocks) -> None:
    outputs = {fn.name: [item.elem_id for item in fn.outputs] for fn in page.fns.values()}
    compared = ["views", "verdict", "matrix", "cosine"]
    grown = ["grow-matrix", "grow-curve", "grow-verdict"]
    looked_up = ["query-views", "dictionary-verdict", "queue", "by-age", "drift", "curves", "learned"]
    expected = {
        "on_compare": compared,
        "on_view_losses": ["bars", "loss", "suspects"],
        "on_loss": ["bars", "loss"],
        "on_grow": grown,
        "on_dictionary": looked_up,
        "on_neighbours": ["neighbours"],
        "on_accuracy": ["card-knn", "card-linear", "card-text"],
        "on_probe": ["probe", "probe-text"],
    }
    for handler, names in expected.items():
        assert outputs[handler] == [f"contrastive-{name}" for name in names], handler


def gallery_events(page: gr.Blocks) -> list[BlockFunction]:
    """The events that wait for a change of the gallery."""
    gallery = next(block for block in page.blocks.values() if getattr(block, "elem_id", None) == "contrastive-pictures")
    return [fn for fn in page.fns.values() if (gallery._id, "change") in fn.targets]


def test_one_event_follows_the_pictures(page: gr.Blocks) -> None:
    """With three, an upload triggered them again and again, without end."""
    assert [fn.name for fn in gallery_events(page)] == ["on_follow"]
    first = [getattr(item, "elem_id", None) for item in gallery_events(page)[0].outputs[:2]]
    assert first == ["contrastive-which", "contrastive-query"], "the first of other pictures is asked about"


def test_removing_every_picture_asks_nothing(page: gr.Blocks) -> None:
    follow = gallery_events(page)[0]
    gallery = gr.EventData(follow.inputs[0], {})
    assert was_emptied(follow, [[], *[None for _ in follow.inputs[1:]]], gallery)
    assert not was_emptied(follow, [["a"], *[None for _ in follow.inputs[1:]]], gallery)


def test_bad_picture_is_named(shown: Shown, text_as_picture: Path, huge_picture: Path) -> None:
    for bad, english, chinese in (
        (text_as_picture, "Picture 3: This file is not a picture", "第 3 张图片：这个文件不是"),
        (huge_picture, "Picture 3: A picture may have at most 50 megapixels", "第 3 张图片：图片不能超过 50 百万像素"),
    ):
        for language, sentence in zip(LANGUAGES, (english, chinese), strict=True):
            with pytest.raises(gr.Error) as caught:
                tab.on_compare(
                    voice("contrastive", language), [*shown[:2], (str(bad), None)], "simclr", "features", *SETTINGS, 0
                )
            assert caught.value.message.startswith(sentence)


@pytest.mark.parametrize(
    "change",
    [{2: float("nan")}, {2: 0.0}, {3: 2.0}, {6: -1.0}, {7: None}, {7: float("nan")}, {7: 1e9}, {8: 0.0}, {0: "byol"}],
)
def test_bad_settings_are_one_sentence(change: dict[int, object], shown: Shown) -> None:
    given: list[object] = ["simclr", "features", *SETTINGS, 0, 0.2]
    for place, value in change.items():
        given[place] = value
    with pytest.raises(gr.Error) as caught:
        tab.on_view_losses(voice("contrastive", "zh"), shown, *given)  # type: ignore[arg-type]
    assert any("一" <= character <= "鿿" for character in caught.value.message)


@pytest.mark.parametrize("cosine", [None, [], [[1.0]], [[2.0] * 4] * 4, "1", {"a": 1}])
def test_other_matrices_are_one_sentence(cosine: object) -> None:
    with pytest.raises(gr.Error):
        tab.on_loss(voice("contrastive"), cosine, 0.2)  # type: ignore[arg-type]


def test_neighbours_are_named_in_each_language(shown: Shown) -> None:
    english, chinese = (tab.on_neighbours(voice("contrastive", language), shown, 5, "simclr") for language in LANGUAGES)
    assert len(english) == len(chinese) == 8
    assert english[0][1].startswith("dog face")
    assert chinese[0][1].startswith("狗脸")


def test_probe_compares_every_encoder() -> None:
    values = tab.on_probe(voice("contrastive"))
    assert list(values.bars.data[0].x)[:2] == ["plain pixels", "SimCLR"]
    assert len(values.bars.data[0].y) == 1 + len(explore.names())
    assert "1,377 emoji" in values.text


@pytest.mark.parametrize("name", tab.SETS)
def test_example_sets_fit_the_limits(name: str) -> None:
    assert 2 <= len(inputs.example(voice("contrastive"), tab.SETS[name])) <= 16


def test_sizes_name_own_encoders_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "sizes", lambda: {"simclr": 32, "moco": 32, "contrastive/mine": 48, "rotation": 64})
    sizes = {language: views.sizes(voice("contrastive", language)) for language in LANGUAGES}
    assert "SimCLR 32 × 32, MoCo 32 × 32, contrastive/mine 48 × 48, rotation 64 × 64." in sizes["en"]
    assert "contrastive/mine 48 × 48，旋转预测 64 × 64。" in sizes["zh"]


# --- a small network along its training, and the cards ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_stage_is_drawn_in_each_language(shown: Shown, language: Language) -> None:
    say = voice("contrastive", language)
    values = tab.on_grow(say, shown, *SETTINGS, 0, 0)
    assert ("of 16** views" if language == "en" else "16 个视图") in values.verdict
    assert "2.71" in values.verdict, "log 15"
    assert values.matrix.layout.title.text == say("contrastive.matrix_projections")
    assert np.array(values.matrix.data[0].z).shape == (16, 16)
    assert len(values.matrix.layout.shapes) == 16, "every view has one positive"
    assert values.reached.layout.title.text == say("contrastive.grow_curve")
    assert list(values.reached.data[0].y) == pytest.approx(explore.reached(), abs=1e-4)
    assert [shape.y0 for shape in values.reached.layout.shapes] == [0.1], "chance level"
    colours = values.reached.data[0].marker.color
    assert colours.count(colours[0]) == 1, "the bar of this stage is marked"


def test_stage_views_depend_on_the_seed(shown: Shown) -> None:
    say = voice("contrastive")
    one, again, other = (tab.on_grow(say, shown, *SETTINGS, seed, LAST).matrix.data[0].z for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan"), None])
def test_other_stages_are_one_sentence(shown: Shown, stage: float) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_grow(voice("contrastive", "zh"), shown, *SETTINGS, 0, stage)
    assert any("一" <= character <= "鿿" for character in caught.value.message)


SHARES = {
    "knn": {"simclr": 0.586, "moco": 0.551, "untrained": 0.357},
    "linear": {"simclr": 0.712, "moco": 0.693, "untrained": 0.45},
}


def test_cards_are_drawn_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "card_accuracy", lambda metric: SHARES[metric])
    figures = views.cards(voice("contrastive", "zh"))
    assert list(figures) == ["knn", "linear"]
    assert list(figures["linear"].data[0].x) == ["SimCLR", "MoCo", "未训练"]
    assert list(figures["linear"].data[0].y) == [0.712, 0.693, 0.45]
    assert figures["knn"].layout.title.text != figures["linear"].layout.title.text
    *drawn, text = tab.on_accuracy(voice("contrastive"))
    assert len(drawn) == 2
    assert "training pictures): SimCLR 58.6%, MoCo 55.1%, untrained 35.7%." in text
    assert "frozen features): SimCLR 71.2%, MoCo 69.3%, untrained 45.0%." in text
    assert "10,000 test pictures" in text


def test_missing_metric_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "card_accuracy", lambda metric: SHARES["knn"] if metric == "knn" else {})
    assert list(views.cards(voice("contrastive"))) == ["knn"]
    text = views.card_text(voice("contrastive"))
    assert "By k-NN" in text
    assert "linear probe" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stop", range(len(explore.MOMENTA)))
def test_dictionary_is_drawn_at_every_stop(shown: Shown, language: Language, stop: int) -> None:
    say = voice("contrastive", language)
    values = dictionary.on_dictionary(say, shown, 2, *SETTINGS, 3, stop)
    assert values.views.mode == "RGBA"
    assert f"**{explore.MOMENTA[stop]:g}**" in values.verdict
    queue = values.queue.data[0]
    assert np.array(queue.z).shape == np.array(queue.text).shape == (explore.QUEUE_STEPS, 16)
    assert [len(line.y) for line in values.by_age.data] == [explore.QUEUE_STEPS + 1] * 3
    assert len(values.drift.data[0].y) == len(values.learned.data[0].y) == len(explore.MOMENTA)
    assert len(values.curves.data) == 2
    for bars in (values.drift, values.learned):
        colours = list(bars.data[0].marker.color)
        assert [colours.index(c) for c in colours if colours.count(c) == 1] == [stop]


def test_queries_differ_and_are_checked(shown: Shown) -> None:
    say = voice("contrastive")
    one, other = (dictionary.on_dictionary(say, shown, which, *SETTINGS, 3, 3).queue.data[0].z for which in (1, 2))
    assert not np.allclose(one, other)
    bad: list[tuple[Shown | None, float, float]] = [(None, 1, 0), (shown, 99, 0), (shown, 1, 6), (shown, 1, 0.5)]
    for pictures, which, stop in bad:
        with pytest.raises(gr.Error):
            dictionary.on_dictionary(say, pictures, which, *SETTINGS, 3, stop)

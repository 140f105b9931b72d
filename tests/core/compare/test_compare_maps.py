"""Maps of a set by an encoder, a visitor's picture among them, and a mark that finds one picture in every map."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.compare import encoders, explore, maps, sets
from core.data import bundled
from core.errors import InputError

CAT = next(item for item in bundled.photographs() if item.key == "cat")
ON_MAP = sets.spaced(599, maps.MAP_ITEMS)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> NDArray[np.float32]:
    """Features of the digits on a small arc, which is a line also on the sphere; a visitor's picture is the 300th."""
    angles = np.linspace(-0.01, 0.01, 599)
    rows = np.stack([np.cos(angles), np.sin(angles), 0 * angles], 1).astype(np.float32)
    monkeypatch.setattr(sets, "_bundled", sets.Held(None, sets.BUNDLED))
    monkeypatch.setattr(encoders, "features", lambda *_: torch.from_numpy(rows))
    monkeypatch.setattr(encoders, "encode", lambda *_: torch.from_numpy(rows[299])[None])
    return rows


@pytest.mark.usefixtures("line")
def test_line_is_laid_out_as_a_line() -> None:
    found = explore.layout("digits", "pixels", "pca", picture=CAT.image)
    along = found.xy[:, 0]
    steps = np.diff(along) * np.sign(along[-1] - along[0])
    assert steps.min() > 0
    assert np.ptp(along) == pytest.approx(1, abs=1e-5)
    assert np.corrcoef(along, np.arange(len(along)))[0, 1] ** 2 > 0.999
    assert found.mine is not None
    assert found.mine.at[0] == pytest.approx(0.5, abs=0.01)


def test_tsne_puts_a_picture_on_its_neighbour() -> None:
    place = ON_MAP[7]
    found = explore.layout("digits", "vae", "tsne", picture=explore.labelled("digits").images[place])
    assert found.xy.shape == (500, 2)
    assert found.xy.min(0).tolist() == [0, 0]
    assert found.xy.max(0).tolist() == [1, 1]
    assert found.mine is not None
    labels = explore.labelled("digits").labels[ON_MAP]
    near = np.square(found.xy - found.mine.at).sum(1).argsort()[:10]
    assert (labels[near] == labels[7]).mean() >= 0.7


@pytest.mark.parametrize("how", explore.MAPS)
def test_clicked_picture_is_found_in_another_map(how: str) -> None:
    """The place of a click leads to a picture, and that picture lies where the other encoder has put it."""
    first, second = (explore.layout("digits", encoder, how) for encoder in ("vae", "pixels"))
    outermost = int(first.xy[:, 0].argmax())
    mark = explore.nearest_on_map(
        "digits", "vae", how, (float(first.xy[outermost, 0]), float(first.xy[outermost, 1])), 0
    )
    assert mark == explore.Mark("digits", int(ON_MAP[outermost]), explore.labelled("digits").names[ON_MAP[outermost]])
    for encoder, before in (("vae", first), ("pixels", second)):
        marked = explore.layout("digits", encoder, how, mark=mark).marked
        assert marked is not None
        assert np.array_equal(marked.image, before.images[outermost])
        assert np.array_equal(marked.at, before.xy[outermost])


def test_uppermost_picture_is_marked() -> None:
    """Those drawn later lie on top; the nearest counts where a click misses all by little."""
    xy = explore.layout("digits", "vae", "pca").xy
    reach = 0.02
    middle = (float(xy[250, 0]), float(xy[250, 1]))
    mark = explore.nearest_on_map("digits", "vae", "pca", middle, reach)
    within = [number for number, at in enumerate(xy) if abs(at - xy[250]).max() <= reach]
    assert mark is not None
    assert mark.place == ON_MAP[within[-1]]
    assert len(within) > 1
    lowest = int(xy[:, 1].argmin())
    for below, expected in ((3 * reach, ON_MAP[lowest]), (4.1 * reach, None)):
        mark = explore.nearest_on_map("digits", "vae", "pca", (float(xy[lowest, 0]), -below), reach)
        assert (mark and mark.place) == expected


def test_names_are_found_one_after_the_other() -> None:
    names = sets.labelled("emoji").names
    expected = [place for place in sets.spaced(len(names), 500).tolist() if "cat" in names[place][0].lower()]
    assert len(expected) > 2
    mark, found = None, []
    for _ in range(len(expected) + 1):
        mark = explore.named_on_map("emoji", " CAT ", mark)
        found.append(mark.place)
    assert found == [*expected, expected[0]]
    assert mark is not None
    assert mark.name == names[expected[0]]
    assert explore.named_on_map("emoji", names[expected[1]][1]).name[1] == names[expected[1]][1], "by its Chinese name"


@pytest.mark.parametrize(
    ("text", "sentence"), [("  ", "Write a name"), ("zyx" * 40, "No picture of this map has (zyx){20} in")]
)
def test_names_of_nothing_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        explore.named_on_map("digits", text)


def test_neighbour_is_marked_among_its_emoji() -> None:
    """The gallery counts all emoji, the set those of larger groups; what the map shows is not projected again."""
    places = sets.emoji_places()
    shown = sets.spaced(len(places), maps.MAP_ITEMS)
    mark = explore.marked("gallery", int(places[shown[100]]))
    found = explore.layout("emoji", "simclr", "tsne", mark=mark)
    assert found.marked is not None
    assert np.array_equal(found.marked.image, found.images[100])
    assert np.array_equal(found.marked.at, found.xy[100])
    assert mark.name == explore.labelled("emoji").names[shown[100]]


def test_picture_beside_the_map_is_placed_as_a_new_one() -> None:
    names = bundled.picture_gallery().names
    mark = explore.marked("gallery", names.index(CAT.name))
    found = explore.layout("digits", "pixels", "pca", mark=mark, picture=CAT.image)
    assert found.marked is not None
    assert found.mine is not None
    assert found.marked.at == pytest.approx(found.mine.at, abs=1e-3)


@pytest.mark.parametrize("place", [-1, 0.5, 599, float("nan")])
def test_mark_beyond_the_set_is_refused(place: float) -> None:
    with pytest.raises(InputError):
        explore.marked("digits", place)


def test_pictures_that_are_alike_lie_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "_bundled", sets.Held(None, sets.BUNDLED))
    monkeypatch.setattr(encoders, "features", lambda *_: torch.ones(599, 4))
    for how in explore.MAPS:
        assert not explore.layout("digits", "pixels", how).xy.any()

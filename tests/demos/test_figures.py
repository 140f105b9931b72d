"""Figures show the given numbers, in colours for light and dark mode, and no text but the caller's."""

import re
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from demos.page import figures

RNG = np.random.default_rng(0)
GRID = RNG.random((3, 4), np.float32)
CURVE = RNG.random(50, np.float32)
DRAWN: dict[str, Callable[..., go.Figure]] = {
    "bars": lambda **s: figures.bars(["#a", "#b"], [0.25, 1 / 3], levels={"#level": 0.5}, marked=1, **s),
    "lines": lambda **s: figures.lines(range(50), {"#one": CURVE, "#two": -CURVE}, marks=[(3, 9)], **s),
    "matrix": lambda **s: figures.matrix(GRID, list("1234"), list("567"), outlined=[(0, 1)], cell_format=".0%", **s),
    "points": lambda **s: figures.points(GRID[:, :2], ["#p", "#q", "#p"], marked={"#here": (0.5, 0.5)}, **s),
}


def texts(part: object) -> set[str]:
    """Every string in a figure that a reader could see: letters, but no colour, font or setting of Plotly's."""
    if isinstance(part, dict):
        seen = ("text", "name", "hovertemplate", "ticktext", "hovertext", "x", "y")
        shown = [value for key, value in part.items() if key in seen or not isinstance(value, str)]
        return {text for value in shown for text in texts(value)}
    if isinstance(part, (list, tuple)):
        return {text for value in part for text in texts(value)}
    return {part} if isinstance(part, str) and re.search("[A-Za-z]", part) else set()


@pytest.mark.parametrize("name", DRAWN)
def test_figures_share_one_style(name: str) -> None:
    figure = DRAWN[name](height=234)
    layout = figure.to_dict()["layout"]
    assert layout["height"] == 234
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["font"]["color"] == figures.GREY
    assert not layout.get("template", {}).get("layout")
    for axis in ("xaxis", "yaxis"):
        assert layout[axis]["gridcolor"] == figures.GRID
        assert layout[axis]["fixedrange"] is True, "a touch that scrolls the page must not zoom"


@pytest.mark.parametrize("name", DRAWN)
def test_all_texts_are_the_callers(name: str) -> None:
    given = {"title": "#title", "x": "#x", "y": "#y", "hover": "#hover %{x}"}
    found = texts(DRAWN[name](**given).to_dict())
    assert {"#title", "#x", "#y", "#hover %{x}"} <= found
    assert all(text.startswith("#") for text in found), found
    assert not [text for text in texts(DRAWN[name]().to_dict()) if not text.startswith("#")]


@pytest.mark.parametrize("name", DRAWN)
def test_figures_are_small_plain_json(name: str) -> None:
    written = DRAWN[name]().to_json()
    assert len(written) < 6_000
    assert "bdata" not in written, "plain lists: the page draws with an older plotly.js"
    assert not re.search(r"\d\.\d{9,}", written.replace(str(1 / 3), "")), "more digits than anyone can see"


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("colour", figures.PALETTE)
def test_colours_show_in_both_schemes(colour: str) -> None:
    value, white, dark = luminance(colour), 1.0, luminance("#0f172a")
    assert (white + 0.05) / (value + 0.05) >= 2.2
    assert (value + 0.05) / (dark + 0.05) >= 3


def test_bars_mark_one_and_levels() -> None:
    figure = figures.bars(["a", "b", "c"], [0.1, 0.2, 0.7], marked=2, levels={"chance": 0.25}, top=1, percent=True)
    assert list(figure.data[0].y) == [0.1, 0.2, 0.7]
    assert list(figure.data[0].marker.color) == [figures.BLUE, figures.BLUE, figures.ORANGE]
    assert figure.layout.shapes[0].y0 == figure.layout.shapes[0].y1 == 0.25
    assert figure.layout.annotations[0].text == "chance"
    assert figure.layout.yaxis.range == (0, 1)
    assert figure.layout.yaxis.tickformat == ".0%"


def test_lying_bars_read_from_top() -> None:
    figure = figures.bars(["a", "b"], [0.1, 0.2], marked=1, y="share", lying=True, top=1, percent=True)
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([0.1, 0.2], ["a", "b"])
    assert list(figure.data[0].marker.color) == [figures.BLUE, figures.ORANGE]
    assert (figure.layout.yaxis.type, figure.layout.yaxis.autorange) == ("category", "reversed")
    assert (figure.layout.xaxis.title.text, figure.layout.xaxis.range) == ("share", (0, 1))
    assert figure.layout.xaxis.tickformat == ".0%"


def test_numeric_labels_stay_labels() -> None:
    assert figures.bars(["10", "9"], [1, 2]).layout.xaxis.type == "category"
    matrix = figures.matrix(GRID, list("1234"), list("567"))
    assert (matrix.layout.xaxis.type, matrix.layout.yaxis.type) == ("category", "category")


def test_lines_keep_values_and_legend() -> None:
    figure = figures.lines((np.arange(50) / 3).tolist(), {"": CURVE}, marks=[(1, 2), (3, 4)])
    assert np.allclose(figure.data[0].x, np.arange(50) / 3, atol=1e-4)
    assert np.allclose(figure.data[0].y, CURVE, atol=1e-4)
    assert figure.layout.showlegend is False
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1, 2), (3, 4)]
    assert figures.lines([1], {"a": [1], "b": [2]}).layout.showlegend is True


def test_all_series_are_drawn() -> None:
    many = [f"#{number}" for number in range(13)]
    assert [trace.name for trace in figures.lines([0], {name: [1.0] for name in many}).data] == many
    figure = figures.points(np.zeros((13, 2), np.float32), many)
    assert [trace.name for trace in figure.data] == many


def test_matrix_rows_and_outlined_cells() -> None:
    figure = figures.matrix(GRID, list("1234"), list("567"), low=-1, high=2, outlined=[(2, 1)])
    heat = figure.data[0]
    assert np.allclose(heat.z, GRID, atol=1e-4)
    assert (heat.zmin, heat.zmax) == (-1, 2)
    assert figure.layout.yaxis.autorange == "reversed"
    box = figure.layout.shapes[0]
    assert (box.x0, box.x1, box.y0, box.y1) == (0.5, 1.5, 1.5, 2.5)


def test_points_keep_group_and_text() -> None:
    xy = np.array([[0, 1], [2, 3], [4, 5]], np.float32)
    figure = figures.points(xy, ["a", "b", "a"], texts=["one", "two", "three"], marked={"here": (9, 8)})
    found = {trace.name: (list(trace.x), list(trace.y), trace.text) for trace in figure.data}
    assert found["a"] == ([0, 4], [1, 5], ("one", "three"))
    assert found["b"] == ([2], [3], ("two",))
    assert found["here"][:2] == ([9], [8])


# --- pictures ---


@pytest.mark.parametrize("shape", [(4, 6, 3), (6, 4), (28, 28)])
def test_enlarged_pixels_stay_square(shape: tuple[int, ...]) -> None:
    picture = RNG.integers(0, 256, shape, np.uint8)
    large = np.asarray(figures.enlarge(picture, 60))
    factor = large.shape[0] // shape[0]
    assert large.shape[:2] == (factor * shape[0], factor * shape[1])
    assert abs(max(large.shape) - 60) <= max(shape) / 2
    assert np.array_equal(large[::factor, ::factor], picture)
    assert np.array_equal(large[factor - 1 :: factor, factor - 1 :: factor], picture)


def test_large_pictures_stay_unchanged() -> None:
    picture = RNG.integers(0, 256, (90, 70, 3), np.uint8)
    assert np.array_equal(np.asarray(figures.enlarge(picture, 20)), picture)


def test_sheets_lay_pictures_in_rows() -> None:
    shades = [np.full((5, 5, 3), 40 * number, np.uint8) for number in range(4)] + [np.full((9, 9), 200, np.uint8)]
    page = np.asarray(figures.sheet(shades, columns=3, cell=10, gap=2))
    assert page.shape == (22, 34, 4)
    for number, shade in enumerate((0, 40, 80, 120, 200)):
        top, left = number // 3 * 12, number % 3 * 12
        assert (page[top : top + 10, left : left + 10] == (shade, shade, shade, 255)).all()
    assert (page[:, 10:12] == 0).all(), "the gap is transparent"
    assert (page[12:, 24:] == 0).all(), "and so is the place of no picture"


def test_colour_scale_is_clipped_and_monotonic() -> None:
    ends = [[int(code[i : i + 2], 16) for i in (1, 3, 5)] for _, code in (figures.HEAT[0], figures.HEAT[-1])]
    found = figures.colourise(np.array([[-1, 0, 1, 7]], np.float32))
    assert found[0].tolist() == [ends[0], ends[0], ends[1], ends[1]]
    ramp = figures.colourise(np.linspace(0, 1, 64, dtype=np.float32)[None]).astype(int) @ (299, 587, 114)
    assert (np.diff(ramp[0]) > 0).all(), "brighter all the way, for readers who see no colours"


def test_overlay_blends_picture_and_heat() -> None:
    picture = np.full((16, 16, 3), 90, np.uint8)
    heat = np.zeros((2, 2), np.float32)
    heat[0, 0] = 1
    assert (np.asarray(figures.overlay(picture, heat, side=32, strength=0)) == 90).all()
    full = np.asarray(figures.overlay(picture, heat, side=32, strength=1))
    hot, cold = figures.colourise(np.array([[1, 0]], np.float32))[0]
    assert np.abs(full[0, 0].astype(int) - hot).max() < 12
    assert np.abs(full[-1, -1].astype(int) - cold).max() < 12
    mixed = np.asarray(figures.overlay(picture, heat, side=32))
    assert mixed.shape == (32, 32, 3)


def test_frames_are_drawn_on_copies() -> None:
    picture = Image.new("RGB", (20, 20), "white")
    framed = np.asarray(figures.strike(picture, (5, 5, 14, 14), width=1))
    assert (np.asarray(picture) == 255).all()
    changed = (framed != 255).any(2)
    assert changed[5, 5:15].all()
    assert changed[5:15, 14].all()
    assert changed.sum() == 36


def test_heat_pictures_start_at_the_bottom() -> None:
    values = np.array([[0.0], [10.0]], np.float32)
    found = np.asarray(figures.heat(values, 0, 10, 4, 40))
    bright, dark = figures.colourise(np.array([[1, 0]], np.float32))[0]
    assert found.shape == (40, 4, 3)
    assert np.array_equal(found[0, 0], bright)
    assert np.array_equal(found[-1, 0], dark)

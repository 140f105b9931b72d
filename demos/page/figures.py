"""Results to Plotly figures and pictures; knows neither Gradio nor torch.

Colours are readable on white and on black: backgrounds are transparent, fonts and grids mid-grey. Heights are fixed so
that the page does not move when a figure is drawn again. Grids of pixels are pictures, small series are Plotly. Every
text comes from the caller in the visitor's language.
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

BLUE, ORANGE, GREEN, PINK, GREY = "#3f7fe0", "#e0812f", "#2f9e77", "#c4619b", "#8a919b"
PALETTE = (BLUE, ORANGE, GREEN, PINK, "#8c6fd1", "#b79a1e", "#3fa7c4", "#d1605e", "#6f8f3a", GREY)
GRID = "rgba(138, 145, 155, 0.25)"
INK, PAPER = "#4b525c", "rgba(246, 247, 250, 0.85)"  # of words that may lie over a bar
HEAT = ((0.0, "#20124d"), (0.25, "#6a1b7a"), (0.5, "#c63d5e"), (0.75, "#f58a3c"), (1.0, "#fbf2a1"))
DIVERGING = ((0.0, "#3b6fc9"), (0.5, "#e9e9ec"), (1.0, "#d1603d"))


def frame(figure: go.Figure, *, height: int, title: str = "", x: str = "", y: str = "") -> go.Figure:
    """Apply the style of all figures; `x` and `y` are axis titles."""
    figure.update_layout(
        template=None,
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": GREY, "size": 13},
        title={"text": title, "font": {"size": 14}, "x": 0.01, "xanchor": "left"},
        margin={"l": 56, "r": 16, "t": 38 if title else 12, "b": 46},
        hoverlabel={"font": {"size": 13}},
        legend={"orientation": "h", "y": -0.28, "x": 0},
        dragmode=False,
    )
    axis = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID, "automargin": True, "fixedrange": True}
    figure.update_xaxes(title=x, **axis)
    figure.update_yaxes(title=y, **axis)
    return figure


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    hover: str = "",
    marked: int | None = None,
    levels: Mapping[str, float] | None = None,
    top: float | None = None,
    percent: bool = False,
    lying: bool = False,
    height: int = 300,
) -> go.Figure:
    """Bars, one of them marked, with dashed levels such as the chance level.

    Args:
        labels: one per bar.
        values: one per bar.
        title: above the figure.
        x: title of the axis of labels.
        y: title of the axis of values.
        hover: Plotly template, e.g. "%{x}: %{y:.1%}<extra></extra>".
        marked: index of the bar in the second colour.
        levels: name -> value of a dashed line across upright bars.
        top: upper end of the axis of values; None fits the data.
        percent: write the values in per cent.
        lying: horizontal bars, the first on top, for long labels. In `hover` x is then the value.
        height: pixels.
    """
    colours = [ORANGE if i == marked else BLUE for i in range(len(values))]
    drawn = [round(float(v), 5) for v in values]
    named = {"type": "category"}
    valued = {"tickformat": ".0%" if percent else None, "range": None if top is None else [0, top]}
    bar = go.Bar(x=list(labels), y=drawn, marker={"color": colours}, hovertemplate=hover or None)
    if lying:
        bar.update(x=drawn, y=list(labels), orientation="h")
        figure = frame(go.Figure(bar), height=height, title=title, x=y, y=x)
        return figure.update_layout(xaxis=valued, yaxis={**named, "autorange": "reversed", "showgrid": False})
    figure = frame(go.Figure(bar), height=height, title=title, x=x, y=y)
    for name, level in (levels or {}).items():
        mark = {"text": name, "font": {"color": INK, "size": 12}, "bgcolor": PAPER, "borderpad": 1, "xanchor": "right"}
        figure.add_hline(level, line={"color": GREY, "dash": "dash", "width": 1.5}, annotation=mark)
    return figure.update_layout(xaxis=named, yaxis=valued)


def lines(
    x_values: Sequence[float] | Floats,
    series: Mapping[str, Sequence[float] | Floats],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    hover: str = "",
    markers: bool = False,
    marks: Sequence[tuple[float, float]] = (),
    height: int = 300,
) -> go.Figure:
    """Curves over one axis.

    Args:
        x_values: (N,).
        series: name -> (N,); a single unnamed one ("") shows no legend.
        title: above the figure.
        x: axis title.
        y: axis title.
        hover: Plotly template.
        markers: draw a dot at every value.
        marks: shaded spans (from, to) on the x axis.
        height: pixels.
    """
    figure = go.Figure()
    xs = np.asarray(x_values, np.float64).round(5).tolist()
    for (name, values), colour in zip(series.items(), itertools.cycle(PALETTE), strict=False):
        ys = np.asarray(values, np.float64).round(5).tolist()
        mode = "lines+markers" if markers else "lines"
        figure.add_scatter(
            x=xs, y=ys, name=name, mode=mode, line={"color": colour, "width": 2}, hovertemplate=hover or None
        )
    for start, end in marks:
        figure.add_vrect(start, end, fillcolor=ORANGE, opacity=0.2, line_width=0)
    frame(figure, height=height, title=title, x=x, y=y)
    return figure.update_layout(showlegend=len(series) > 1, legend={"y": -0.45 if x else -0.28})  # below the title of x


def paired_bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    title: str = "",
    y: str = "",
    hover: str = "",
    height: int = 300,
) -> go.Figure:
    """Groups of bars side by side, one group per label; labels may repeat, as words of a sentence do.

    Args:
        labels: one per group.
        series: name -> a bar in each group.
        title: above the figure.
        y: axis title.
        hover: Plotly template; %{customdata} is the label.
        height: pixels.
    """
    figure, positions = go.Figure(), list(range(len(labels)))
    for (name, values), colour in zip(series.items(), itertools.cycle(PALETTE), strict=False):
        drawn = [round(float(v), 3) for v in values]
        figure.add_bar(
            x=positions,
            y=drawn,
            name=name,
            marker={"color": colour},
            customdata=list(labels),
            hovertemplate=hover or None,
        )
    frame(figure, height=height, title=title, y=y)
    figure.update_layout(
        barmode="group", bargap=0.25, legend={"y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"}
    )
    figure.update_xaxes(tickvals=positions, ticktext=list(labels), showgrid=False)
    return figure


def matrix(
    values: Floats,
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    hover: str = "",
    low: float = 0.0,
    high: float = 1.0,
    cell_format: str = "",
    outlined: Sequence[tuple[int, int]] = (),
    diverging: bool = False,
    texts: Sequence[Sequence[str]] | None = None,
    height: int = 320,
) -> go.Figure:
    """A heat map with the first row on top.

    Args:
        values: (R, C).
        columns: C labels.
        rows: R labels.
        title: above the figure.
        x: axis title.
        y: axis title.
        hover: Plotly template.
        low: value of the first colour.
        high: value of the last colour.
        cell_format: d3 format written into each cell, e.g. ".0%"; empty writes nothing.
        outlined: (row, column) of the cells to frame.
        diverging: blue to red around the middle instead of dark to bright.
        texts: (R, C) words for `hover`, as %{text}.
        height: pixels.
    """
    heat = go.Heatmap(
        z=np.asarray(values, np.float64).round(4).tolist(),
        x=list(columns),
        y=list(rows),
        zmin=low,
        zmax=high,
        text=texts,
        colorscale=DIVERGING if diverging else HEAT,
        hovertemplate=hover or None,
        xgap=1,
        ygap=1,
        texttemplate=f"%{{z:{cell_format}}}" if cell_format else None,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": GREY}},
    )
    figure = frame(go.Figure(heat), height=height, title=title, x=x, y=y)
    for row, column in outlined:
        edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        figure.add_shape(type="rect", line={"color": GREEN, "width": 2}, **edges)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure


def points(
    xy: Floats,
    groups: Sequence[str],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    hover: str = "",
    texts: Sequence[str] = (),
    marked: Mapping[str, tuple[float, float]] | None = None,
    height: int = 380,
) -> go.Figure:
    """A scatter of points (N, 2) coloured by group (N labels), with named marks drawn as large crosses."""
    figure = go.Figure()
    for name, colour in zip(dict.fromkeys(groups), itertools.cycle(PALETTE), strict=False):
        which = [i for i, group in enumerate(groups) if group == name]
        xs, ys = np.asarray(xy[which], np.float64).round(4).T.tolist()
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="markers",
            name=name,
            marker={"color": colour, "size": 8, "opacity": 0.8},
            text=[texts[i] for i in which] if texts else None,
            hovertemplate=hover or None,
        )
    for name, (at_x, at_y) in (marked or {}).items():
        marker = {"symbol": "x", "size": 15, "color": ORANGE, "line": {"color": "white", "width": 2}}
        figure.add_scatter(x=[at_x], y=[at_y], mode="markers", name=name, marker=marker)
    return frame(figure, height=height, title=title, x=x, y=y)


def enlarge(picture: Bytes, side: int = 320) -> Image.Image:
    """A small picture (H, W, 3) or (H, W) with its pixels kept square, its longer side about `side` pixels."""
    factor = max(1, round(side / max(picture.shape[:2])))
    return Image.fromarray(picture.repeat(factor, 0).repeat(factor, 1))


def sheet(pictures: Sequence[Bytes], *, columns: int, cell: int = 96, gap: int = 6) -> Image.Image:
    """Pictures (H, W, 3) or (H, W) of any size in rows of `columns`, each `cell` pixels wide; gaps are transparent."""
    rows = -(-len(pictures) // columns)
    step = cell + gap
    page = Image.new("RGBA", (columns * step - gap, rows * step - gap), (0, 0, 0, 0))
    for number, picture in enumerate(pictures):
        small = max(picture.shape[:2]) < cell
        resample = Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS
        tile = Image.fromarray(picture).convert("RGB").resize((cell, cell), resample)
        page.paste(tile, (number % columns * step, number // columns * step))
    return page


def groups(
    rows: Sequence[Sequence[Bytes]], *, columns: int, heads: Sequence[str] = (), cell: int = 96, gap: int = 4
) -> Image.Image:
    """Groups of pictures that belong together, numbered from 1, on a transparent ground (RGBA).

    Args:
        rows: one group each: pictures (H, W, 3), as many in every group.
        columns: groups side by side.
        heads: one above each picture of a group.
        cell: side of a picture in pixels.
        gap: between the pictures of a group; groups stand four times as far apart.
    """
    above, left_of, apart = 36 if heads else 0, 22, 4 * gap
    wide, high = left_of + len(rows[0]) * (cell + gap) - gap, cell + apart
    lines = -(-len(rows) // columns)
    page = Image.new("RGBA", (columns * (wide + apart) - apart, above + lines * high - apart), (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(size=15)
    for number, pictures in enumerate(rows):
        left, top = number % columns * (wide + apart) + left_of, above + number // columns * high
        pen.text((left - 6, top + cell // 2), str(number + 1), fill=GREY, font=font, anchor="rm")
        page.paste(sheet(pictures, columns=len(pictures), cell=cell, gap=gap), (left, top))
        for place, head in enumerate(heads if number < columns else ()):
            pen.text((left + place * (cell + gap) + cell // 2, above - 8), head, fill=GREY, font=font, anchor="ms")
    return page


def overlay(picture: Bytes, heat: Floats, *, side: int = 320, strength: float = 0.55) -> Image.Image:
    """A heat map (h, w) in [0, 1] laid over a picture (H, W, 3), both enlarged to `side` pixels."""
    below = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)
    level = Image.fromarray((np.clip(heat, 0, 1) * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    above = Image.fromarray(colourise(np.asarray(level).astype(np.float32) / np.float32(255)))
    return Image.blend(below, above, strength)


def colourise(values: Floats) -> Bytes:
    """Map values (H, W) in [0, 1] to colours (H, W, 3), dark to bright by the same scale as `matrix`."""
    stops = np.array([at for at, _ in HEAT])
    colours = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for _, code in HEAT])
    clipped = np.clip(values, 0, 1)
    return np.stack([np.interp(clipped, stops, colours[:, c]) for c in range(3)], -1).astype(np.uint8)


def strike(picture: Image.Image, box: tuple[int, int, int, int], width: int = 3) -> Image.Image:
    """A copy of a picture with a coloured frame drawn around a box (left, top, right, bottom) in pixels."""
    copy = picture.convert("RGB")
    ImageDraw.Draw(copy).rectangle(box, outline=ORANGE, width=width)
    return copy


def heat(values: Floats, low: float, high: float, width: int, height: int) -> Image.Image:
    """A grid (R, C), first row at the bottom, as a picture of `width` x `height` pixels, `low` dark, `high` bright."""
    colours = colourise((values[::-1] - np.float32(low)) / np.float32(high - low))
    return Image.fromarray(colours).resize((width, height), Image.Resampling.BILINEAR)

"""What the comparison tab shows: results of `core.compare.explore` as tables, thumbnails, maps and figures."""

import base64
import functools
import html
import io
from collections.abc import Sequence

import plotly.graph_objects as go
from PIL import Image, ImageDraw

from core.compare import explore
from demos.page import figures, markup
from demos.page.words import Say

THUMBNAIL_PX = 64
MAP_PX, SPRITE_PX, MINE_PX = 900, 24, 44
CLICKS = "placesClicked(element, trigger)"  # in assets/browser.js
ROOM_PX = MAP_PX - MINE_PX  # between the middles of sprites at two edges
REACH = 0.75 * SPRITE_PX / ROOM_PX  # of a click from the middle of a sprite: half of it, and a little for fingers


def name(say: Say, key: str) -> str:
    """What an encoder is called."""
    return say(f"compare.name_{key}")


def names(say: Say, mine: explore.Mine = explore.NOTHING) -> list[tuple[str, str]]:
    """Encoders to choose from that can be asked about a picture; what the visitor has brought stands behind them."""
    return [(name(say, key), key) for key in explore.known("digits", mine)]


def choices(say: Say, mine: explore.Mine = explore.NOTHING) -> list[tuple[str, str]]:
    """The same, each with the question that it was trained on."""
    asked = {key: say(f"compare.asked_{key}", name=mine.hub or "") for _, key in names(say, mine)}
    return [(say("compare.choice", name=shown, asked=asked[key]), key) for shown, key in names(say, mine)]


def set_names(say: Say, mine: explore.Mine = explore.NOTHING) -> list[tuple[str, str]]:
    """Sets to choose from, the visitor's behind the bundled ones."""
    keys = (*explore.SETS, *([explore.OWN] if mine.pictures is not None else []))
    return [(say(f"compare.set_{key}"), key) for key in keys]


def card_table(say: Say) -> str:
    """What the cards report, network by network."""
    head = [say(f"compare.{column}") for column in ("encoder", "card_knn", "card_linear", "card_n")]
    rows = [
        [name(say, item.name), _share(say, item.knn), _share(say, item.linear), f"{item.n:,}"]
        for item in explore.reported()
    ]
    return markup.table(head, rows)


def _share(say: Say, value: float | None) -> str:
    return say("compare.not_measured") if value is None else f"{value:.1%}"


def neighbours(say: Say, found: Sequence[explore.Alike], pictures: explore.OwnSet | None = None) -> str:
    """The nearest pictures by each encoder, a row of thumbnails with names and cosines each, to be clicked."""
    grid = "display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); gap: 4px 24px"
    source = "" if pictures is None else f'<p class="quiet">{say("compare.among_own")}</p>'
    return f'{source}<div style="{grid}">{"".join(_row(say, each, pictures is None) for each in found)}</div>'


def _row(say: Say, alike: explore.Alike, bundled: bool) -> str:
    items = zip(alike.found, alike.places, strict=True)
    thumbnails = "".join(_thumbnail(say, item, place, bundled) for item, place in items)
    line = "display: grid; grid-template-columns: repeat(auto-fill, minmax(72px, 1fr)); gap: 10px; margin: 4px 0 14px"
    return f'<div><h3>{html.escape(name(say, alike.key))}</h3><div style="{line}">{thumbnails}</div></div>'


def _thumbnail(say: Say, item: explore.Neighbour, place: int, bundled: bool) -> str:
    caption = say("compare.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}")
    pixels = item.image.tobytes()
    source = kept_uri(pixels) if bundled else data_uri(pixels)
    picture = f'<img src="{source}" width="{THUMBNAIL_PX}" height="{THUMBNAIL_PX}" alt="">'
    label = html.escape(say("compare.find", name=say.pick(item.name)))
    button = f'<button type="button" data-place="{place}" aria-pressed="false" aria-label="{label}">'
    small = "font-size: .8rem; line-height: 1.25; overflow-wrap: anywhere"
    below = f'<figcaption style="{small}">{html.escape(caption)}</figcaption>'
    return f'<figure style="margin: 0">{button}{picture}</button>{below}</figure>'


def read(say: Say, found: explore.Read) -> str:
    """How far a visitor's pictures are read; at last how many of each label there are, and what was left out."""
    if found.found is None:
        return say("compare.reading", done=f"{found.done:,}", count=f"{found.count:,}")
    data = explore.labelled(found.found)
    sizes = [f"{say.pick(each)} {(data.labels == number).sum():,}" for number, each in enumerate(data.classes)]
    said = [say("compare.pictures_ready", count=f"{len(data.images):,}", labels=html.escape(", ".join(sizes)))]
    if found.left_out:
        names = html.escape(", ".join(found.names))
        said.append(say("compare.pictures_left_out", count=found.left_out, names=names))
    return "\n\n".join(said)


def data_uri(pixels: bytes) -> str:
    """A thumbnail, 64 x 64 x 3 bytes, as a picture within the page."""
    content = io.BytesIO()
    Image.frombytes("RGB", (THUMBNAIL_PX, THUMBNAIL_PX), pixels).save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


kept_uri = functools.lru_cache(maxsize=512)(data_uri)  # of bundled pictures alone


def progress(say: Say, step: explore.Step) -> str:
    """How far an encoder is, as a paragraph."""
    said = say(f"compare.{step.what}", name=name(say, step.key), done=f"{step.done:,}", count=f"{step.of:,}")
    return f'<p class="quiet">{html.escape(said)}</p>'


# --- folds ---


def few_labels(say: Say, found: Sequence[explore.FewLabels]) -> str:
    """Mean and standard deviation of two classifiers for each encoder, with the chance level below."""
    if not found:
        return ""
    head = [say(f"compare.{column}") for column in ("encoder", "card_knn", "card_linear")]
    rows = [[name(say, item.key), _spread(item.knn), _spread(item.linear)] for item in found]
    below = say("compare.labels_note", labels=found[0].labels, chance=f"{found[0].chance_level:.1%}")
    return f'{markup.table(head, rows)}<p class="quiet">{below}</p>'


def _spread(accuracies: explore.Floats) -> str:
    return f"{accuracies.mean():.1%} ± {accuracies.std():.1%}"


def confusion(say: Say, found: explore.Confusion) -> go.Figure:
    """The shares of predicted classes for each true class."""
    classes = [html.escape(say.pick(each)) for each in found.classes]  # Plotly reads some tags; a visitor named these
    return figures.matrix(
        found.shares,
        classes,
        classes,
        title=say("compare.confusion_title", accuracy=f"{found.accuracy:.1%}"),
        x=say("compare.predicted"),
        y=say("compare.true_class"),
        hover=say("compare.confusion_hover"),
        cell_format=".0%",
        height=420,
    )


def geometry(say: Say, found: Sequence[explore.Geometry]) -> str:
    """Four measures of how the features of each encoder lie."""
    columns = ("encoder", "alignment", "uniformity", "spread", "rank", "width")
    rows = [
        [
            name(say, item.key),
            f"{item.alignment:.3f}",
            f"{item.uniformity:.2f}",
            f"{item.relative_std:.2f}",
            f"{item.effective_rank:.1f}",
            f"{item.width:,}",
        ]
        for item in found
    ]
    return markup.table([say(f"compare.{column}") for column in columns], rows)


def sprite_map(found: explore.Layout) -> Image.Image:
    """Thumbnails drawn where they lie, (0, 0) at the lower left; the marked one and the visitor's last, framed."""
    page = Image.new("RGB", (MAP_PX, MAP_PX), "white")
    for picture, at in zip(found.images, found.xy, strict=True):
        _place(page, Image.fromarray(picture).resize((SPRITE_PX, SPRITE_PX)), at)
    for placed, colour in ((found.mine, figures.ORANGE), (found.marked, figures.BLUE)):
        if placed is not None:
            framed = Image.fromarray(placed.image).resize((MINE_PX, MINE_PX))
            for inset, line, width in ((4, "white", 1), (0, colour, 4)):  # of a picture in its frame's colour, too
                box = (inset, inset, MINE_PX - 1 - inset, MINE_PX - 1 - inset)
                ImageDraw.Draw(framed).rectangle(box, outline=line, width=width)
            _place(page, framed, placed.at)
    return page


def _place(page: Image.Image, sprite: Image.Image, at: explore.Floats) -> None:
    """Paste a sprite with its middle at a place (2,) in [0, 1], whole also at the edges."""
    middle = (MINE_PX / 2 + float(at[0]) * ROOM_PX, MINE_PX / 2 + (1 - float(at[1])) * ROOM_PX)
    page.paste(sprite, (round(middle[0] - sprite.width / 2), round(middle[1] - sprite.height / 2)))


def place_of(pixel: Sequence[float]) -> tuple[float, float]:
    """The place on a map, (x, y) in [0, 1], that a pixel of its drawing belongs to."""
    return (pixel[0] - MINE_PX / 2) / ROOM_PX, 1 - (pixel[1] - MINE_PX / 2) / ROOM_PX

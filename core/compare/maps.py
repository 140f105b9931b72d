"""A set laid out in a plane by the features of one encoder, a visitor's picture among it, and one marked picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from core.compare import encoders, sets
from core.compare.encoders import NOTHING, Mine
from core.compare.sets import Chosen, kept
from core.data import pictures
from core.errors import InputError, whole

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

MAP_ITEMS = 500
MAPS = ("pca", "tsne")
PERPLEXITY = 30.0
MOST_ECHOED = 60  # characters of a name that a visitor wrote
NEAR = 4


@dataclass(frozen=True)
class Placed:
    """A picture that is placed among a map's: (H, W, 3) uint8, and where it lies, (2,) in [0, 1]."""

    image: Bytes
    at: Floats


@dataclass(frozen=True)
class Layout:
    """A map of a set by one encoder.

    Attributes:
        images: (N, H, W, 3) uint8.
        xy: (N, 2) in [0, 1].
        mine: the visitor's picture; None without one.
        marked: the marked picture; None without one.
    """

    images: Bytes
    xy: Floats
    mine: Placed | None = None
    marked: Placed | None = None


@dataclass(frozen=True)
class Mark:
    """A picture to be found in every map: its set, "own" for the visitor's, its place in it, and its name."""

    chosen: str
    place: int
    name: sets.Name


def layout(
    chosen: str,
    encoder: str,
    how: str,
    *,
    picture: Bytes | str | None = None,
    mark: Mark | None = None,
    mine: Mine = NOTHING,
) -> Layout:
    """Lay out at most 500 pictures of a set in a plane, alike ones near each other.

    Args:
        chosen: one of `SETS`, or "own".
        encoder: of `known`; of those that can be asked about a new picture if one is to be placed.
        how: "pca", the two directions of largest variance, or "tsne" (van der Maaten & Hinton 2008).
        picture: placed as well: by PCA exactly, by t-SNE, which knows no new items, on its nearest neighbour.
        mark: placed likewise where it is not one of the pictures of the map.
        mine: what the visitor has brought.

    Raises:
        InputError: no such set, encoder or kind of map, or a picture that cannot be read.
    """
    if how not in MAPS:
        raise InputError("Choose PCA or t-SNE.")
    chosen_set = encoders.set_of(chosen, mine)
    data = sets.labelled(chosen_set)
    (key,) = encoders.resolve([encoder], mine, chosen_set)
    found = _layout(chosen_set, key, how)
    placed = None
    if picture is not None and encoder != "untrained":
        image = encoders.query(picture)
        placed = Placed(pictures.to_bytes(image)[0], _place(found, encoders.encode(key, image)))
    images = data.images[_on_map(chosen_set)]
    again = None if mark is None else _marked(found, mark, chosen_set, key, mine)
    return Layout(images, found.xy, placed, again)


def layouts(chosen: str, keys: Sequence[str], how: str, **placed: Any) -> Iterator[Layout]:
    """The maps of a set by several encoders, one after the other; see `layout`."""
    for key in keys:
        yield layout(chosen, key, how, **placed)


def marked(chosen: str, place: float, mine: Mine = NOTHING) -> Mark:
    """The picture at a place of a set, or of the "gallery".

    Raises:
        InputError: there is none.
    """
    _, names = sets.searched(encoders.set_of(chosen, mine))
    number = whole(place, 0, len(names) - 1)
    return Mark(chosen, number, names[number])


def nearest_on_map(
    chosen: str, encoder: str, how: str, xy: tuple[float, float], reach: float, *, mine: Mine = NOTHING
) -> Mark | None:
    """The picture of a map at a place (x, y) in [0, 1]: the uppermost within `reach`, or else the nearest one.

    None if nothing lies there, also within `NEAR` times the reach, since fingers are not exact.

    Raises:
        InputError: no such set, encoder or kind of map.
    """
    chosen_set = encoders.set_of(chosen, mine)
    places = layout(chosen, encoder, how, mine=mine).xy
    distances = np.abs(places - np.array(xy, np.float32)).max(1)
    there = np.flatnonzero(distances <= reach)
    number = int(there[-1]) if len(there) else int(distances.argmin())
    return marked(chosen, int(_on_map(chosen_set)[number]), mine) if distances[number] <= NEAR * reach else None


def named_on_map(chosen: str, text: str, before: Mark | None = None, *, mine: Mine = NOTHING) -> Mark:
    """The next picture of a map whose name contains a text, in either language.

    Args:
        chosen: one of `SETS`, or "own".
        text: capitals do not count.
        before: what is marked now; the search goes on behind it and begins anew at the end.
        mine: what the visitor has brought.

    Raises:
        InputError: no such set, no text, or no such name.
    """
    chosen_set, wanted = encoders.set_of(chosen, mine), text.strip().casefold()
    if not wanted:
        raise InputError("Write a name, or a part of one.")
    names, places = sets.labelled(chosen_set).names, _on_map(chosen_set).tolist()
    found = [place for place in places if any(wanted in name.casefold() for name in names[place])]
    if not found:
        raise InputError("No picture of this map has {text} in its name.", text=text.strip()[:MOST_ECHOED])
    last = before.place if before is not None and before.chosen == chosen else -1
    return marked(chosen, next((place for place in found if place > last), found[0]), mine)


@dataclass(frozen=True)
class _Map:
    """Where the pictures of a map lie, xy (N, 2) in [0, 1], their features (N, D), and how PCA places a new one."""

    xy: Floats
    features: Tensor
    mean: Tensor
    axes: Tensor
    low: Floats
    span: Floats
    exact: bool


def _on_map(chosen: Chosen) -> Labels:
    """Places in a set of the pictures that a map shows."""
    return sets.spaced(len(sets.labelled(chosen).images), MAP_ITEMS)


@kept
def _layout(chosen: Chosen, key: str, how: str) -> _Map:
    features = F.normalize(encoders.features(key, chosen)[torch.from_numpy(_on_map(chosen))], dim=1)
    mean, axes = principal(features)
    places = ((features - mean) @ axes).numpy() if how == "pca" else _tsne(features)
    low, span = places.min(0), np.maximum(np.ptp(places, 0), 1e-9)
    return _Map(((places - low) / span).astype(np.float32), features, mean, axes, low, span, how == "pca")


def _tsne(features: Tensor) -> Floats:
    from sklearn.manifold import TSNE  # seconds, which the start of the page does not need
    from threadpoolctl import threadpool_limits

    if float(features.std(0).max()) == 0:  # by this encoder all pictures are the same; t-SNE would divide by 0
        return np.zeros((len(features), 2), np.float32)
    perplexity = min(PERPLEXITY, (len(features) - 1) / 3)  # what scikit-learn takes at most is one less than pictures
    with threadpool_limits(limits=1):
        laid_out: Floats = TSNE(init="pca", perplexity=perplexity, random_state=0).fit_transform(features.numpy())
    return laid_out


def _place(found: _Map, features: Tensor) -> Floats:
    """Where a new picture with features (1, D) lies on a map."""
    wanted = F.normalize(features, dim=1)
    if found.exact:
        at: Floats = ((((wanted - found.mean) @ found.axes).numpy()[0] - found.low) / found.span).astype(np.float32)
    else:
        at = found.xy[int((found.features @ wanted[0]).argmax())]
    return np.clip(at, 0, 1)


def _marked(found: _Map, mark: Mark, chosen: Chosen, key: str, mine: Mine) -> Placed:
    """The marked picture where the map has it, or where it would lie."""
    source, place = encoders.set_of(mark.chosen, mine), mark.place
    if mark.chosen == "gallery" and chosen == "emoji" and place in sets.emoji_places():
        source, place = chosen, int(np.searchsorted(sets.emoji_places(), place))
    images, _ = sets.searched(source)
    place = whole(place, 0, len(images) - 1)
    shown = np.flatnonzero(_on_map(chosen) == place)
    if source == chosen and shown.size:
        return Placed(images[place], found.xy[shown.item()])
    return Placed(images[place], _place(found, encoders.features(key, source)[place][None]))


def principal(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (D,) and the two directions (D, 2) of largest variance of features (N, D)."""
    mean = features.mean(0)
    _, _, right = torch.linalg.svd(features - mean, full_matrices=False)
    return mean, right[:2].T

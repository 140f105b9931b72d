"""Labelled sets to measure encoders on: two that are bundled, and a visitor's own, which lives as long as its session.

A visitor's set is an object that only the session holds: when the session goes, so does the set, with everything that
was computed of it. All sets together are bounded; the one that was brought first is emptied when there are too many.
"""

import functools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.data import bundled, optdigits
from core.errors import InputError
from core.models import Here

Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]
Name = tuple[str, str]  # English, Chinese
Answer = TypeVar("Answer")
Told = TypeVar("Told")

SETS = ("emoji", "digits")
OWN = "own"  # the choice of a visitor's set
MIN_GROUP = 20  # emoji
EVERY_DIGIT = 3  # every third of 1,797
MOST_HELD = 6000  # pictures in the sets of all visitors together
MOST_FEATURES, MOST_ANSWERS = 12, 128  # of one set, or of all bundled ones times `BUNDLED`
BUNDLED = 4


@dataclass(frozen=True)
class LabelledSet:
    """Pictures with classes.

    Attributes:
        images: (N, H, W, 3) uint8.
        labels: (N,) int64.
        classes: the names of the classes, by label.
        names: N names of the pictures.
    """

    images: Bytes
    labels: Labels
    classes: tuple[Name, ...]
    names: tuple[Name, ...]


class Recent:
    """What was computed, by key; of more than `most` the least recently used goes. Threads may share it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """What is kept under a key, or None."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value."""
        with self.lock:
            self.kept[key] = value
            self.kept.move_to_end(key)
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.kept.clear()


class Held:
    """A set and what was computed of it."""

    def __init__(self, data: LabelledSet | None, times: int = 1) -> None:
        self.data = data
        self.features, self.answers = Recent(times * MOST_FEATURES), Recent(times * MOST_ANSWERS)

    def clear(self) -> None:
        """Empty it."""
        self.data = None
        self.features.clear()
        self.answers.clear()


class OwnSet(Held, Here):
    """A visitor's set; only the server can make one out of a call."""


Chosen = str | OwnSet  # a set of SETS, "gallery" for all bundled pictures, or a visitor's
_bundled = Held(None, BUNDLED)
_own: list["weakref.ref[OwnSet]"] = []  # the earliest first
_own_lock = threading.Lock()


def held(chosen: Chosen) -> Held:
    """Where things that are computed of a set are kept: with it, or for the process."""
    return chosen if isinstance(chosen, OwnSet) else _bundled


def hold(data: LabelledSet) -> OwnSet:
    """A visitor's set of new pictures; sets that were brought first are emptied for it where there are too many."""
    own = OwnSet(data)
    with _own_lock:
        _own.append(weakref.ref(own))
        alive = [found for each in _own if (found := each()) is not None and found.data is not None]
        while sum(len(each.data.images) for each in alive if each.data is not None) > MOST_HELD:
            alive.pop(0).clear()
        _own[:] = [weakref.ref(each) for each in alive]
    return own


def kept(compute: Callable[..., Answer]) -> Callable[..., Answer]:
    """Keep the answers of a function whose first argument is a set, see `held`."""

    @functools.wraps(compute)
    def answer(chosen: Chosen, *rest: Hashable) -> Answer:
        answers, key = held(chosen).answers, (compute.__name__, name_of(chosen), *rest)
        found = answers.get(key)
        if found is None:
            found = compute(chosen, *rest)
            answers.put(key, found)
        return cast(Answer, found)

    return answer


def keeping(
    cache: Recent, key: Hashable, compute: Callable[[], Generator[Told, None, Answer]]
) -> Generator[Told, None, Answer]:
    """What a cache has under a key, or else what a generator returns in the end, which is kept."""
    found = cache.get(key)
    if found is None:
        found = yield from compute()
        cache.put(key, found)
    return cast(Answer, found)


def name_of(chosen: Chosen) -> str:
    """A set as a part of a key in its own caches."""
    return chosen if isinstance(chosen, str) else OWN


def labelled(chosen: Chosen) -> LabelledSet:
    """The emoji of all larger groups, small handwritten digits, or a visitor's own pictures.

    Raises:
        InputError: no such set, or a visitor's that has been emptied.
    """
    if isinstance(chosen, OwnSet):
        if (data := chosen.data) is None:
            raise InputError("Your pictures are no longer kept here. Bring them again.")
        return data
    if chosen not in SETS:
        raise InputError("Choose one of the sets offered.")
    return _digits() if chosen == "digits" else _emoji()


@functools.cache
def _digits() -> LabelledSet:
    found = optdigits.load()
    images, labels = found.images[::EVERY_DIGIT], found.labels[::EVERY_DIGIT]
    digits = tuple((str(number), str(number)) for number in range(10))
    return LabelledSet(np.repeat(images[..., None], 3, -1), labels, digits, tuple(digits[i] for i in labels))


@functools.cache
def _emoji() -> LabelledSet:
    gallery, places = bundled.picture_gallery(), emoji_places()
    groups = [gallery.emoji_groups[place] for place in places]
    classes = tuple(dict.fromkeys(groups))
    return LabelledSet(
        images=gallery.images[places],
        labels=np.array([classes.index(group) for group in groups], np.int64),
        classes=classes,
        names=tuple(gallery.names[place] for place in places),
    )


@functools.cache
def emoji_places() -> Labels:
    """Places in the gallery of the emoji whose group has at least `MIN_GROUP`."""
    groups = bundled.picture_gallery().emoji_groups
    return np.array([place for place, group in enumerate(groups) if groups.count(group) >= MIN_GROUP], np.int64)


def searched(chosen: Chosen) -> tuple[Bytes, tuple[Name, ...]]:
    """The pictures and names of a set, or of the "gallery": those among which neighbours are searched."""
    if chosen == "gallery":
        gallery = bundled.picture_gallery()
        return gallery.images, gallery.names
    found = labelled(chosen)
    return found.images, found.names


def spaced(count: int, most: int) -> Labels:
    """At most `most` of `count` places, evenly spaced."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))

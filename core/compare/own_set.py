"""A visitor's own labelled set: zip archives with one folder per label, read within bounds into memory.

`core.data.archives` bounds an archive before and while it is unpacked. The name of a folder is the label of what lies
in it, so that `train/cats` and `test/cats` are one. Nothing stays on disk, and the files keep no path.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from core.compare.sets import LabelledSet, OwnSet, hold
from core.data import archives, bundled, pictures
from core.errors import InputError

FEWEST_OF_CLASS = 2  # one to learn from, one to test on
MOST_S = 120.0  # of reading
EVERY = 20  # pictures between two reports
LONGEST_NAME = 40  # characters


@dataclass(frozen=True)
class Limits:
    """How many pictures and labels a set may have; with more labels the probe takes minutes."""

    fewest: int = archives.FEWEST
    most: int = archives.MOST
    labels: int = 30


LIMITS = Limits()


@dataclass(frozen=True)
class Read:
    """How far a visitor's files are read, and the set, once all are.

    Attributes:
        done, count: pictures that were read, of all.
        left_out: how many files could not be read, or lie in no folder.
        names: of up to `archives.NAMED` of them.
        found: the set; None until the end.
    """

    done: int
    count: int
    left_out: int = 0
    names: tuple[str, ...] = ()
    found: OwnSet | None = None


def read_set(paths: Sequence[str | Path]) -> Generator[Read, None, None]:
    """Read archives of labelled pictures; says how far it is, at last with the set.

    Raises:
        InputError: an archive that cannot be unpacked, too few or too many pictures or labels, or it takes too long.
    """
    begun, count = time.monotonic(), sum(1 for _ in archives.members(paths))
    images, labels, spoilt = [], [], []
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        for done, member in enumerate(archives.members(paths)):
            if time.monotonic() - begun > MOST_S:
                raise InputError(
                    "Reading these pictures takes longer than {seconds} seconds. Bring fewer.", seconds=round(MOST_S)
                )
            if done % EVERY == 0:
                yield Read(done, count)
            label = PurePosixPath(member.folder).name
            try:
                image = archives.square(member, Path(folder)) if label else None
            except InputError:
                image = None
            if image is None:
                spoilt.append(member.name)
                continue
            images.append(pictures.square(np.asarray(image), bundled.GALLERY_PX))
            labels.append((label, PurePosixPath(member.name).stem))
    own = hold(_checked(images, labels))
    yield Read(len(images), count, len(spoilt), tuple(spoilt[: archives.NAMED]), own)


def _checked(images: list[pictures.Bytes], labels: list[tuple[str, str]]) -> LabelledSet:
    """A set of pictures with (label, name) each, if something can be measured on it."""
    if len(images) < LIMITS.fewest:
        raise InputError(
            "A set needs at least {least} pictures; {count} could be read.", least=LIMITS.fewest, count=len(images)
        )
    sizes = Counter(label for label, _ in labels)
    if len(sizes) < 2:
        raise InputError("Put the pictures of each label in a folder of its own; there has to be more than one.")
    if len(sizes) > LIMITS.labels:
        raise InputError(
            "A set may have at most {most} labels; here are {count}.", most=LIMITS.labels, count=len(sizes)
        )
    for label, size in sizes.items():
        if size < FEWEST_OF_CLASS:
            raise InputError("The label {label} has one picture only. Every label needs two or more.", label=label)
    if len({image.tobytes() for image in images}) == 1:
        raise InputError("All these pictures are the same. Bring different ones.")
    classes = sorted(sizes)
    return LabelledSet(
        images=np.stack(images),
        labels=np.array([classes.index(label) for label, _ in labels], np.int64),
        classes=tuple(map(_named, classes)),
        names=tuple(_named(name) for _, name in labels),
    )


def _named(name: str) -> tuple[str, str]:
    """A visitor's name, shortened, in both languages."""
    short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return short, short

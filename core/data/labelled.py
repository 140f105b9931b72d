"""Pictures with labels for probes: a gallery to learn from and queries to ask, that share no picture."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from core.data import pictures
from core.data.pictures import Pictures

Queries = Literal["test", "val"]


def gallery_and_queries(
    spec: str, size: int, root: str, queries: Queries = "test", limit: int = 0
) -> tuple[Pictures, Pictures]:
    """All training pictures and the test pictures of a set, or ("val") the training split cut in 19 parts and 1.

    A folder without train/ and test/ inside, and the bundled sets, are cut for "test" too.

    Args:
        spec: named set or "folder:PATH".
        size: side of the pictures, in pixels.
        root: folder that holds the named sets.
        queries: "test", or "val" to choose something by.
        limit: at most so many pictures of each split; 0 takes all.
    """
    train = pictures.load(spec, "train", size=size, root=root, limit=limit)
    val = pictures.load(spec, "val", size=size, root=root, limit=limit)
    if queries == "val" or spec in ("emoji", "digits") or not _has_test(spec, root):
        return train, val
    return _joined(train, val), pictures.load(spec, "test", size=size, root=root, limit=limit)


def relabel(data: Pictures, classes: Sequence[str]) -> Tensor:
    """Labels (N,) of a set as indices into other classes; a class that is not among them becomes -1."""
    places = torch.tensor([classes.index(name) if name in classes else -1 for name in data.classes])
    return places[data.labels]


def _has_test(spec: str, root: str) -> bool:
    trained_on = {*pictures.find_files(spec, "train", root), *pictures.find_files(spec, "val", root)}
    return trained_on.isdisjoint(pictures.find_files(spec, "test", root))


def _joined(first: Pictures, second: Pictures) -> Pictures:
    classes = tuple(dict.fromkeys(first.classes + second.classes))
    labels = torch.cat([relabel(first, classes), relabel(second, classes)])
    return Pictures(torch.cat([first.images, second.images]), labels, classes)

"""Class labels predicted from the frozen stages of a rotation network, which was trained without labels.

Gidaris et al. 2018, sec. 4.1: features from the middle of the network serve other tasks best, since the last layers
specialise in turns. The probed stage is chosen on validation pictures.
"""

from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from core.checkpoints import Checkpoint
from core.data import labelled
from core.data.pictures import Pictures
from core.downstream.conv_head import conv_head_accuracy
from core.downstream.features import embed
from core.downstream.probe import linear_accuracy
from core.rotation.model import RotationNet

GRID = 2  # a stage's map is averaged down to GRID x GRID positions for the linear probe
CONV_STAGE = 1  # the second stage, as in table 1 of the paper
NOTES = (
    " Linear probe: logistic regression on a frozen stage, averaged to 2 x 2 positions; the stage was chosen on "
    "validation pictures. The CIFAR-10 used here was passed through JPEG (quality 75, 4:2:0)."
)


def measure(checkpoint: Checkpoint, spec: str, *, root: str = "data", limit: int = 0) -> dict[str, dict[str, Any]]:
    """Train probes on the class labels of a set and test them.

    Args:
        checkpoint: with a RotationNet.
        spec: named set or "folder:PATH" with classes.
        root: folder that holds the named sets.
        limit: maximum number of pictures of each split; 0 takes all.

    Returns:
        {"<spec>, linear probe": {"accuracy", "stage": 1 is the first, "n"}}. With CUDA, where it takes a minute
        instead of an hour, also {"<spec>, conv head": {"accuracy", "stage", "n"}}.
    """
    model = cast(RotationNet, checkpoint.model)
    size = model.config.size
    train, test = _features(checkpoint, *labelled.gallery_and_queries(spec, size, root, "val", limit))
    best = max(range(len(model.config.widths)), key=lambda stage: _linear(train, test, stage))
    gallery, queries = labelled.gallery_and_queries(spec, size, root, "test", limit)
    train, test = _features(checkpoint, gallery, queries)
    linear, count = _linear(train, test, best), len(queries.images)
    found = {f"{spec}, linear probe": {"accuracy": linear, "stage": best + 1, "n": count}}
    if checkpoint.device.type == "cuda":
        truth = labelled.relabel(queries, gallery.classes)
        conv = conv_head_accuracy(
            lambda x: model.encoder.maps(x)[CONV_STAGE],
            gallery.images,
            gallery.labels,
            queries.images,
            truth,
            device=checkpoint.device,
        )
        found[f"{spec}, conv head"] = {"accuracy": conv, "stage": CONV_STAGE + 1, "n": count}
    return found


class StageFeatures(NamedTuple):
    """Features of pictures at every stage, (N, 4 D) each, and their labels (N,)."""

    stages: tuple[Tensor, ...]
    labels: Tensor


def _features(checkpoint: Checkpoint, train: Pictures, test: Pictures) -> tuple[StageFeatures, StageFeatures]:
    """Features of both sets, one forward pass each; labels are indices into `train`'s classes."""
    model = cast(RotationNet, checkpoint.model)
    widths = [GRID * GRID * width for width in model.config.widths]

    def encode(images: Tensor) -> Tensor:
        maps = model.encoder.maps(images)  # (B, D, H', W') each
        return torch.cat([F.adaptive_avg_pool2d(part, GRID).flatten(1) for part in maps], 1)  # (B, sum of 4 D)

    features = [embed(encode, part.images, device=checkpoint.device) for part in (train, test)]
    labels = [train.labels, labelled.relabel(test, train.classes)]
    first, second = (StageFeatures(z.split(widths, 1), y) for z, y in zip(features, labels, strict=True))
    return first, second


def _linear(train: StageFeatures, test: StageFeatures, stage: int) -> float:
    return linear_accuracy(
        train.stages[stage].numpy(), train.labels.numpy(), test.stages[stage].numpy(), test.labels.numpy()
    )

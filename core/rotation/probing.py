"""How much of a class label can be read off a rotation network that never saw one: probes on its frozen stages.

Gidaris et al. 2018, sec. 4.1: features from the middle of the network serve other tasks best, since the last layers
specialise in turns. The stage that is probed is chosen on validation pictures.
"""

from typing import Any, cast

import torch.nn.functional as F
from torch import Tensor

from core.checkpoints import Checkpoint
from core.data import labelled, pictures
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
    """Probes of the class labels of a set.

    Args:
        checkpoint: with a RotationNet.
        spec: named set or "folder:PATH" with classes.
        root: folder that holds the named sets.
        limit: at most so many pictures of each split; 0 takes all.

    Returns:
        {"<spec>, linear probe": {"accuracy", "stage": 1 is the first, "n"}}, and with CUDA, where it takes a minute
        instead of an hour, {"<spec>, conv head": {"accuracy", "stage", "n"}}.
    """
    model = cast(RotationNet, checkpoint.model)
    size = model.config.size
    known, asked = labelled.gallery_and_queries(spec, size, root, "val", limit)
    stages = range(len(model.config.widths))
    best = max(stages, key=lambda stage: _linear(checkpoint, stage, known, asked))
    known, asked = labelled.gallery_and_queries(spec, size, root, "test", limit)
    count = len(asked.images)
    linear = _linear(checkpoint, best, known, asked)
    found = {f"{spec}, linear probe": {"accuracy": linear, "stage": best + 1, "n": count}}
    if checkpoint.device.type == "cuda":
        truth = labelled.relabel(asked, known.classes)
        conv = conv_head_accuracy(
            lambda x: model.encoder.maps(x)[CONV_STAGE], known.images, known.labels, asked.images, truth,
            device=checkpoint.device,
        )  # fmt: skip
        found[f"{spec}, conv head"] = {"accuracy": conv, "stage": CONV_STAGE + 1, "n": count}
    return found


def _linear(checkpoint: Checkpoint, stage: int, known: pictures.Pictures, asked: pictures.Pictures) -> float:
    def encode(images: Tensor) -> Tensor:
        maps = cast(RotationNet, checkpoint.model).encoder.maps(images)[stage]  # (B, D, H', W')
        return F.adaptive_avg_pool2d(maps, GRID).flatten(1)  # (B, 4 D)

    train, test = (embed(encode, part.images, device=checkpoint.device) for part in (known, asked))
    truth = labelled.relabel(asked, known.classes)
    return linear_accuracy(train.numpy(), known.labels.numpy(), test.numpy(), truth.numpy())

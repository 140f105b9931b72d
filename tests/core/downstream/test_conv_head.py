"""The convolutional probe reads what frozen maps hold, and nothing where they hold nothing."""

import torch

from core.device import generator
from core.downstream.conv_head import conv_head, conv_head_accuracy

IMAGES = torch.randint(0, 256, (240, 3, 8, 8), dtype=torch.uint8, generator=generator(0))
LABELS = (IMAGES[:, 0].float().mean((1, 2)) > IMAGES[:, 1].float().mean((1, 2))).long()
SETTINGS = {"device": torch.device("cpu"), "steps": 60, "batch": 32, "width": 16, "lr": 1e-2}


def test_probe_reads_only_given_maps() -> None:
    train, test = (IMAGES[:160], LABELS[:160]), (IMAGES[160:], LABELS[160:])
    seen = conv_head_accuracy(lambda x: x, *train, *test, **SETTINGS)  # type: ignore[arg-type]
    blind = conv_head_accuracy(lambda x: x[:, 2:], *train, *test, **SETTINGS)  # type: ignore[arg-type]
    assert seen > 0.85
    assert blind < 0.7, "the third channel says nothing of the label"


def test_equal_seeds_give_equal_probes() -> None:
    few = {**SETTINGS, "steps": 5}
    scores = [conv_head_accuracy(lambda x: x, IMAGES, LABELS, IMAGES, LABELS, **few) for _ in "ab"]  # type: ignore[arg-type]
    assert scores[0] == scores[1]


def test_shapes() -> None:
    assert conv_head(5, 7)(torch.zeros(1, 5, 9, 11)).shape == (1, 7)

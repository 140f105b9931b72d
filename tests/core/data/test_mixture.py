"""A batch of a mixture has the asked share of each part, and every epoch shows every picture of a part once."""

import torch

from core.data import mixture
from core.data.batches import OnDevice
from core.device import generator


def test_batch_takes_the_first_share() -> None:
    black, white = torch.zeros(20, 3, 32, 32, dtype=torch.uint8), torch.full((20, 3, 32, 32), 255, dtype=torch.uint8)
    parts, rows = [OnDevice(black), OnDevice(white)], mixture.choose([20, 20], 10, 0.6, 3, seed=0)
    assert [len(row) for row in rows] == [6, 4]
    batch = mixture.take(parts, rows, generator(7), size=32, min_crop=0.5)
    assert batch.mean((1, 2, 3)).round().tolist() == [0] * 6 + [1] * 4
    assert torch.equal(batch, mixture.take(parts, rows, generator(7), size=32, min_crop=0.5))
    assert [len(row) for row in mixture.choose([20], 10, 0.6, 3, seed=0)] == [10], "a single set fills the batch"


def test_epoch_shows_every_picture_once() -> None:
    first = torch.cat([mixture.choose([18, 40], 10, 0.6, number, seed=0)[0] for number in range(3)])
    assert sorted(first.tolist()) == list(range(18))


def test_further_sets_are_one_part() -> None:
    parts = mixture.load("emoji+emoji+emoji", size=16, root="nowhere", limit=5)
    assert [len(part) for part in parts] == [5, 10]
    assert parts[0].items.shape == (5, 3, 16, 16)
    assert [len(part) for part in mixture.load("emoji", size=16, root="nowhere", limit=5)] == [5]

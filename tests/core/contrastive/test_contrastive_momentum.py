"""The record of trainings at different momenta, and the trail a training leaves."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints
from core.contrastive import momentum, train, weight_history

FLAGS = "--smoke --width 8 --stages 2 --batch 16 --size 16 --hidden 16 --projection 8 --queue 32 --device cpu"


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """24 red and 24 green noisy pictures of 16 x 16 pixels."""
    draw = np.random.default_rng(0)
    for kind, colour in (("red", (200, 40, 40)), ("green", (40, 200, 40))):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        for number in range(24):
            noisy = np.clip(np.array(colour) + draw.normal(0, 25, (16, 16, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(tmp_path / "pictures" / kind / f"{number}.png")
    return tmp_path / "pictures"


def test_one_training_for_each_momentum_from_the_same_start(
    colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    record = json.loads(momentum.main([*FLAGS.split(), "--data", f"folder:{colours}"]).read_text())
    arms = {arm["momentum"]: arm for arm in record["arms"]}
    assert tuple(arms) == momentum.STOPS
    assert record["recipe"]["trail"] == 512
    assert "root" not in record["recipe"]
    assert 0 <= record["untrained"]["knn"] <= 1
    for arm in arms.values():
        assert arm["steps"] == len(arm["curves"]["loss"]) == 20
        assert 0 <= arm["knn"] <= 1
        assert arm["n"] > 0
    first = {m: arm["curves"]["positive"][0] for m, arm in arms.items()}
    assert len(set(first.values())) == 1, "before the first step nobody has followed anybody"
    assert arms[0.0]["curves"]["loss"][-1] != arms[0.9999]["curves"]["loss"][-1]


def test_a_trail_ships_beside_the_weights_and_ends_in_what_the_network_was(
    colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = [*FLAGS.split(), "--method", "moco", "--trail", "512", "--data", f"folder:{colours}"]
    loaded = checkpoints.load(str(train.main(flags).resolve()))
    past = weight_history.read(loaded.folder / weight_history.FILE)
    assert past.steps.tolist() == [0, *range(3, 20)], "twenty steps: the first, and the last sixteen before the end"
    names = {name for name, tensor in loaded.model.state_dict().items() if tensor.is_floating_point()}
    assert set(past.weights) == names
    apart = past.weights["encoder.conv1.weight"][-1] - loaded.model.state_dict()["encoder.conv1.weight"]
    assert 0 < apart.abs().max() < 0.05, "one step before the end"
    start = past.weights["encoder.conv1.weight"][0]
    assert torch.allclose(start, train.untrained(loaded.model.config).encoder.conv1.weight, atol=1e-3)


def test_a_trail_cannot_be_resumed() -> None:
    with pytest.raises(SystemExit, match="cannot be resumed"):
        train.run(train.ContrastiveRecipe(data="cifar10", method="moco", weight_history=5, resume="somewhere"))

"""Trainings at different momenta, and the weight history of a training."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints
from core.contrastive import dictionary, momentum, train, weight_history
from core.contrastive.model import ContrastiveNet, untrained

FLAGS = "--smoke --width 4 --stages 2 --batch 8 --size 16 --hidden 16 --projection 8 --queue 32 --device cpu"


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """24 red and 24 green noisy pictures of 16 x 16 pixels."""
    rng = np.random.default_rng(0)
    for kind, colour in (("red", (200, 40, 40)), ("green", (40, 200, 40))):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        for number in range(24):
            noisy = np.clip(np.array(colour) + rng.normal(0, 25, (16, 16, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(tmp_path / "pictures" / kind / f"{number}.png")
    return tmp_path / "pictures"


def test_each_momentum_trains_once(colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = json.loads(momentum.main([*FLAGS.split(), "--data", f"folder:{colours}"]).read_text())
    arms = {arm["momentum"]: arm for arm in results["arms"]}
    assert tuple(arms) == dictionary.MOMENTA
    assert results["recipe"]["weight_history"] == 512
    assert "root" not in results["recipe"]
    assert 0 <= results["untrained"]["knn"] <= 1
    for arm in arms.values():
        assert arm["steps"] == len(arm["curves"]["loss"]) == 20
        assert 0 <= arm["knn"] <= 1
        assert arm["n"] > 0
    first = {m: arm["curves"]["positive"][0] for m, arm in arms.items()}
    assert len(set(first.values())) == 1, "before the first step all key networks are equal"
    assert arms[0.0]["curves"]["loss"][-1] != arms[0.9999]["curves"]["loss"][-1]


def test_weight_history_ships_with_weights(colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = [*FLAGS.split(), "--method", "moco", "--weight-history", "512", "--data", f"folder:{colours}"]
    loaded = checkpoints.load(str(train.main(flags).resolve()))
    assert isinstance(loaded.model, ContrastiveNet)
    recorded = weight_history.read(loaded.folder / weight_history.FILE)
    assert recorded.steps.tolist() == [0, *range(3, 20)], "twenty steps: the first, and the last sixteen before the end"
    names = {name for name, tensor in loaded.model.state_dict().items() if tensor.is_floating_point()}
    assert set(recorded.weights) == names
    difference = recorded.weights["encoder.conv1.weight"][-1] - loaded.model.state_dict()["encoder.conv1.weight"]
    assert 0 < difference.abs().max() < 0.05, "one step before the end"
    start = recorded.weights["encoder.conv1.weight"][0]
    assert torch.allclose(start, untrained(loaded.model.config).encoder.conv1.weight, atol=1e-3)


def test_weight_history_cannot_be_resumed() -> None:
    with pytest.raises(SystemExit, match="cannot be resumed"):
        train.run(train.ContrastiveRecipe(data="cifar10", method="moco", weight_history=5, resume="somewhere"))

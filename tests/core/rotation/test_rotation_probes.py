"""Probes of a rotation network on pictures whose class is their colour."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.checkpoints import Checkpoint
from core.device import generator
from core.rotation import probes
from core.rotation.model import Config, RotationNet


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red, green and blue pictures, 40 of each for training and 10 for testing."""
    root, rng = tmp_path_factory.mktemp("colours"), np.random.default_rng(0)
    for number in range(150):
        kind = number % 3
        picture = rng.integers(0, 100, (16, 16, 3), dtype=np.uint8)
        picture[..., kind] += 120
        place = root / ("test" if number < 30 else "train") / "rgb"[kind]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{number}.png")
    return root


def test_linear_probe_classifies_colours(colours: Path) -> None:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(0).get_state())
        model = RotationNet(Config(16, (4, 8), (1, 1), 1)).eval()
    checkpoint = Checkpoint("rotation/x", model, None, colours, torch.device("cpu"))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    found = probes.measure(checkpoint, f"folder:{colours}")
    (probe,) = found.values()
    assert list(found) == [f"folder:{colours}, linear probe"], "no conv head without a GPU"
    assert probe["n"] == 30
    assert probe["accuracy"] > 0.95
    assert probe["stage"] in (1, 2)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items()), "frozen"

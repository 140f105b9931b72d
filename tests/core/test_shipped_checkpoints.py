"""Every shipped checkpoint is small, whole and what its card says."""

import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core import checkpoints

SHIPPED = sorted(checkpoints.ROOT.glob("*/*/card.json"))


def test_shipped_checkpoints_stay_small() -> None:
    assert SHIPPED
    assert sum(file.stat().st_size for file in checkpoints.ROOT.rglob("*") if file.is_file()) < 200_000_000


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_shipped_card_is_complete_and_true(path: Path) -> None:
    name = f"{path.parts[-3]}/{path.parts[-2]}"
    card = checkpoints.read_card(name)
    assert card.name == name
    assert card.model.startswith(f"core.{path.parts[-3]}.model.")
    assert {file.name for file in path.parent.iterdir()} == {"card.json", *card.sha256}
    for file, expected in card.sha256.items():
        assert checkpoints.digest(path.parent / file) == expected
    assert card.command.startswith(f"python -m core.{path.parts[-3]}.train ")
    assert re.fullmatch("[0-9a-f]{40}(-dirty)?", card.commit)
    assert card.data
    assert card.device
    assert card.steps > 0
    assert card.wall_time_s > 0
    assert card.metrics
    assert all(found["n"] >= 1 and len(found) > 1 for found in card.metrics.values())
    assert card.recipe["data"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_shipped_model_has_its_cards_size(path: Path) -> None:
    stored = load_file(path.parent / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} <= {torch.float16, torch.int64, torch.bool}
    assert all(bool(torch.isfinite(tensor).all()) for tensor in stored.values())
    loaded = checkpoints.load(f"{path.parts[-3]}/{path.parts[-2]}")
    assert loaded.card is not None
    assert sum(p.numel() for p in loaded.model.parameters()) >= loaded.card.parameters > 0

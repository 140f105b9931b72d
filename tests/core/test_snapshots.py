"""Five snapshots of a training run, by name and by their metrics."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from core import checkpoints, snapshots
from core.checkpoints import Card
from core.errors import InputError
from core.generation.evaluation import MOMENTS


@pytest.mark.parametrize(("stage", "name"), [(0, "a/b@0"), (1, "a/b@1"), (2, "a/b@5"), (3, "a/b@25"), (4.0, "a/b@100")])
def test_stages_are_names(stage: float, name: str) -> None:
    assert snapshots.at("a/b", stage) == name


@pytest.mark.parametrize("stage", [-1, 5, 1.5, float("nan")])
def test_another_stage_is_a_sentence(stage: float) -> None:
    with pytest.raises(InputError):
        snapshots.at("a/b", stage)


def test_metrics_come_in_training_order(tmp_path: Path) -> None:
    metrics = {str(percent): {"accuracy": percent / 200, "n": 3} for percent in reversed(snapshots.PERCENTS)}
    card = Card("a/b", "m", {}, "d", {}, "c", "c", "CPU", 1.0, 1, 1, {}, snapshots=metrics)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "card.json").write_text(json.dumps(asdict(card)))
    assert snapshots.reached("a/b", "accuracy", tmp_path) == (0, 0.005, 0.025, 0.125, 0.5)


GROWN = sorted(
    card.parent for card in checkpoints.ROOT.glob("*/*/card.json") if (card.parent / "at-000.safetensors").exists()
)


@pytest.mark.parametrize("folder", GROWN, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_shipped_snapshots_improve_and_stay_small(folder: Path) -> None:
    card = checkpoints.read_card(folder.name, folder.parent)
    percents = MOMENTS if folder.parent.name == "generation" else snapshots.PERCENTS
    files = [folder / checkpoints.snapshot_file(percent) for percent in percents[:-1]]
    assert all(file.stat().st_size < 3_000_000 for file in [*files, folder / "model.safetensors"])
    assert set(card.snapshots) == {str(percent) for percent in percents}
    before, after = card.snapshots["0"], card.snapshots["100"]
    gains = {
        "accuracy": 1,
        "knn": 1,
        "nats": -1,
        "relative_mse": -1,
        "bits_per_character": -1,
        "frechet": -1,
        "hit_rate": 1,
    }
    metric = next(name for name in gains if name in after)
    assert gains[metric] * (after[metric] - before[metric]) > 0.15 * abs(before[metric]), "learned nothing"


def test_these_methods_ship_snapshots() -> None:
    grown = {folder.parent.name for folder in GROWN}
    assert grown >= {"rotation", "contrastive", "vae", "gan", "generation", "masked", "gpt2", "recommendation"}

"""Runs that are watched: what every method offers and reports, going on, ending early, and a run that diverges."""

import dataclasses
import importlib
import json
import math
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core import checkpoints
from core.device import generator
from core.rotation import train as rotation
from core.rotation.model import RotationNet
from core.training import live
from core.training.choices import Choices
from core.training.recipe import flags, parse
from tests.core.live_runs import ALWAYS, CHANCE, FEATURES, Watched, paint, watch

METHODS = sorted(
    file.parent.name for file in (checkpoints.TREE / "core").glob("*/live.py") if file.parent.name != "training"
)
SMALL: dict[str, Any] = {"batch": 8, "width": 4}


def choices(method: str) -> Choices:
    found: Choices = importlib.import_module(f"core.{method}.choices").CHOICES
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    return paint(tmp_path_factory.mktemp("set"))


@pytest.fixture(scope="module")
def run(data: str, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return watch("rotation", data, tmp_path_factory.mktemp("rotation"), **SMALL)


# --- what a method offers ---


@pytest.mark.parametrize("method", METHODS)
def test_flags_make_the_usual_recipe_again(method: str) -> None:
    usual = live.usual(method)
    assert parse(type(usual), flags(usual)) == usual


@pytest.mark.parametrize("method", METHODS)
def test_usual_values_are_offered(method: str) -> None:
    offered = choices(method)
    assert len(offered.settings) == len({setting.field for setting in offered.settings})
    for setting in offered.settings:
        assert setting.usual == getattr(live.usual(method), setting.field), setting.field
        assert setting.usual in setting.choices
        assert sorted(set(setting.choices)) == list(setting.choices)
        kind = type(setting.usual)
        assert all(type(value) is kind for value in setting.choices), setting.field


@pytest.mark.parametrize("method", METHODS)
def test_failures_change_the_recipe(method: str) -> None:
    failures, usual = choices(method).failures, live.usual(method)
    assert "rate" in failures
    for name, changes in failures.items():
        changed = live.usual(method, **changes)
        assert all(getattr(changed, field) != getattr(usual, field) for field in changes), name
        assert parse(type(changed), flags(changed)) == changed
    assert failures["rate"]["lr"] == pytest.approx(100 * usual.lr)


# --- what a run reports ---


def test_rotation_reports_its_columns(run: Watched) -> None:
    assert {*ALWAYS, *FEATURES, *CHANCE, "accuracy"} == run.rows[-1].keys()
    assert [run.rows[0]["step"], run.rows[-1]["step"]] == [0, 3]
    assert all(map(math.isfinite, run.rows[-1].values()))
    assert run.rows[0]["seen_loss"] == pytest.approx(math.log(4), abs=0.2), "the chance level"


def test_checkpoint_loads_and_names_no_folder(run: Watched, data: str) -> None:
    found = checkpoints.load(str(run.checkpoint))
    assert isinstance(found.model, RotationNet)
    assert found.card is not None
    assert found.card.steps == 3
    assert data.removeprefix("folder:") not in json.dumps(dataclasses.asdict(found.card))
    assert str(run.checkpoint.parent) not in json.dumps(dataclasses.asdict(found.card))


def test_loss_of_a_row_is_the_mean_since_the_last(run: Watched) -> None:
    """The log has the loss of every step; the last row is the mean of all after the first."""
    lines = [json.loads(line) for line in (run.checkpoint.parent / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [0, 1, 2]
    if len(run.rows) == 2:  # on a slow machine there are more
        assert run.rows[1]["loss"] == pytest.approx((lines[1]["loss"] + lines[2]["loss"]) / 2)
    assert run.rows[0]["loss"] == lines[0]["loss"]


def test_a_run_goes_on_where_it_ended(data: str, run: Watched, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    first = watch("rotation", data, folder, steps=1, **SMALL)
    assert first.rows[-1]["step"] == 1
    second = watch("rotation", data, folder, steps=3, **SMALL)
    assert (second.rows[0]["step"], second.rows[-1]["step"]) == (1, 3)
    one, other = (checkpoints.load(str(found.checkpoint)).model.state_dict() for found in (run, second))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items()), "as if it had not ended"


def test_printed_flags_repeat_the_run(data: str, run: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the page, without an observer, the same weights come out."""
    card = checkpoints.load(str(run.checkpoint)).card
    assert card is not None
    words = shlex.split(card.command)
    assert words[:3] == ["python", "-m", "core.rotation.train"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoints, "ROOT", tmp_path)
    again = rotation.main([data if word == "folder:PATH" else word for word in words[3:]])
    one, other = (checkpoints.load(str(folder)).model.state_dict() for folder in (run.checkpoint, again))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


# --- how a run ends ---


def stop_after(steps: int) -> Callable[[], bool]:
    asked: list[None] = []

    def stopped() -> bool:
        asked.append(None)
        return len(asked) > steps

    return stopped


def test_a_stopped_run_ends_and_is_kept(data: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = SMALL | {"data": data, "resume": str(tmp_path), "device": "cpu", "steps": 10**6}
    recipe = live.usual("rotation", **changes)
    rows: list[dict[str, float]] = []
    folder = live.run("rotation", recipe, lambda update: rows.append(update.row), stop_after(2))
    assert rows[-1]["step"] == 2
    card = checkpoints.load(str(folder)).card
    assert card is not None
    assert card.steps == 2


def test_a_diverged_run_says_so(data: str, tmp_path: Path) -> None:
    found = watch("rotation", data, tmp_path, steps=50, **SMALL | {"lr": 1e38, "clip": 1e38})
    assert math.isnan(found.rows[-1]["loss"])
    assert found.rows[-1]["step"] < 50
    assert "knn" not in found.rows[-1], "nothing is measured any more"
    assert isinstance(checkpoints.load(str(found.checkpoint)).model, RotationNet)


@pytest.mark.parametrize("method", METHODS)
def test_broken_weights_can_be_looked_at(method: str, data: str) -> None:
    """A run is measured before its loss shows that the last step went wrong."""
    recipe = live.usual(method, data="repeated" if method == "gpt2" else data)
    task = live.method(method).task(recipe)
    task.model.eval()
    with torch.inference_mode():
        for weight in task.model.parameters():
            weight.fill_(torch.nan)
        row, examples = task.measure(), task.show()
    assert math.isnan(row["seen_loss"])
    assert len(examples) in (1, live.EXAMPLES)


# --- helpers ---


@pytest.mark.parametrize(("items", "most", "kept"), [(10, 4, [0, 3, 6, 9]), (3, 4, [0, 1, 2]), (8, 4, [0, 2, 4, 6])])
def test_evenly_takes_at_most_so_many(items: int, most: int, kept: list[int]) -> None:
    assert live.evenly(torch.arange(items), most).tolist() == kept


def test_losses_are_compared_on_equal_terms() -> None:
    """As many items of each part, and the same random numbers."""
    seen, held_out = torch.arange(100.0), torch.arange(5.0)

    def loss(items: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
        return len(items) + torch.rand((), generator=rng, dtype=torch.float64)

    found = live.compared_losses(loss, seen, held_out, torch.device("cpu"))
    assert (
        found["seen_loss"]
        == found["held_out_loss"]
        == 5 + float(torch.rand((), generator=generator(0), dtype=torch.float64))
    )
    assert live.compared_losses(loss, seen, held_out[:1], torch.device("cpu")) == {}


def test_one_class_has_no_neighbours() -> None:
    features = torch.randn(12, 4, generator=generator(1))
    assert live.features_columns(features, torch.zeros(12, dtype=torch.int64)).keys() == {"spread", "rank"}
    two = torch.arange(12) % 2
    apart = features * 0.01 + 5 * torch.eye(4)[two]
    assert live.features_columns(apart, two)["knn"] == 1

"""Flags to a recipe, and which items a step sees, how fast."""

import argparse
import math
from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any, cast

import pytest
import torch

from core import evaluate
from core.data.batches import OnDevice, indices
from core.training.recipe import Recipe, learning_rate, parse
from tests.core.toy_recipe import ToyRecipe

# --- flags ---


def test_every_field_is_a_typed_flag() -> None:
    given = {
        "data": "x+y",
        "root": "there",
        "name": "n",
        "steps": 7,
        "minutes": 1.5,
        "batch": 3,
        "lr": 0.5,
        "muon_lr": 0.25,
        "weight_decay": 0.25,
        "warmup": 0.0,
        "clip": 2.0,
        "seed": 9,
        "device": "cpu",
        "resume": "runs/a",
        "start": "toys/first",
        "save_every": 4,
        "log_every": 3,
        "accumulate": 2,
        "preset": "large",
        "ratio": 0.5,
        "depth": 9,
        "noise": 0.0,
        "die_at": 1,
        "nan_at": 2,
        "file_limit": 3,
        "beta1": 0.5,
        "beta2": 0.75,
    }
    flags = [part for key, value in given.items() for part in ("--" + key.replace("_", "-"), str(value))]
    recipe = parse(
        ToyRecipe, [*flags, "--no-bf16", "--no-mirror", "--compile", "--snapshots", "--no-norm", "--constant"]
    )
    switches = {"bf16": False, "mirror": False, "compile": True, "snapshots": True, "norm": False, "constant": True}
    assert recipe == ToyRecipe(**given, **switches)  # type: ignore[arg-type]
    assert {item.name for item in fields(ToyRecipe)} == {*given, *switches, "smoke"}
    for item in fields(ToyRecipe):
        assert isinstance(getattr(recipe, item.name), cast(type, item.type)), item.name


def test_flags_left_out_are_the_defaults() -> None:
    assert parse(ToyRecipe, ["--data", "x"]) == ToyRecipe(data="x")


def test_flags_win_over_presets() -> None:
    recipe = parse(ToyRecipe, ["--data", "x", "--preset", "large", "--lr", "0.25"])
    assert recipe == ToyRecipe(data="x", preset="large", depth=8, mirror=True, lr=0.25)
    assert parse(ToyRecipe, ["--data", "x"]).depth == 2


@pytest.mark.parametrize("method", evaluate.methods())
def test_every_method_has_both_presets(method: str) -> None:
    recipe = evaluate.recipe_class(method)
    assert {"cpu", "gpu"} <= recipe.PRESETS.keys()
    kinds = {item.name: cast(type, item.type) for item in fields(recipe)}
    for name, row in recipe.PRESETS.items():
        assert not row.keys() - kinds.keys(), name
        assert all(isinstance(value, kinds[field]) for field, value in row.items()), name
        assert parse(recipe, ["--data", "x", "--preset", name]) == recipe(
            data="x", preset=name, **cast(dict[str, Any], row)
        )


def test_smoke_shortens_the_run() -> None:
    recipe = parse(ToyRecipe, ["--data", "x", "--steps", "900", "--minutes", "3", "--smoke"])
    assert (recipe.steps, recipe.minutes, recipe.batch) == (20, 0, 16)
    assert parse(ToyRecipe, ["--data", "x", "--batch", "4", "--smoke"]).batch == 4


@pytest.mark.parametrize(
    "flags",
    [[], ["--data", "x", "--steps", "1.5"], ["--data", "x", "--depht", "3"], ["--data", "x", "--preset", "huge"]],
)
def test_wrong_flags_end_the_program(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(ToyRecipe, flags)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_help_is_first_docstring_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    kept = argparse.ArgumentParser.__init__

    def note(self: argparse.ArgumentParser, *args: object, description: str | None = None, **more: object) -> None:
        seen.append(description)
        kept(self, *args, description=description, **more)  # type: ignore[arg-type, misc]

    monkeypatch.setattr(argparse.ArgumentParser, "__init__", note)
    parse(ToyRecipe, ["--data", "x"])
    assert seen == ["A recipe of one more field of each type. A second line that no help text needs."]


# --- which items, how fast ---


@pytest.mark.parametrize(("items", "batch"), [(10, 5), (10, 3), (7, 7), (3, 10), (1, 4), (10, 1)])
def test_every_item_comes_once_an_epoch(items: int, batch: int) -> None:
    steps = math.ceil(4 * items / batch)
    stream = torch.cat([indices(items, batch, step, seed=0) for step in range(steps)])
    assert len(stream) == steps * batch
    for epoch in range(4):
        part = stream[epoch * items : (epoch + 1) * items]
        assert Counter(part.tolist()) == Counter(range(items))


def test_epochs_and_seeds_differ() -> None:
    first, second = indices(50, 50, 0, 0), indices(50, 50, 1, 0)
    assert not torch.equal(first, second)
    assert not torch.equal(first, indices(50, 50, 0, 1))
    assert torch.equal(second, indices(50, 50, 1, 0))


def test_step_needs_no_earlier_steps() -> None:
    stream = torch.cat([indices(11, 4, step, 5) for step in range(9)])
    assert torch.equal(indices(11, 36, 0, 5), stream)


def test_warm_up_then_cosine_to_zero() -> None:
    recipe = Recipe(data="x", lr=0.2, warmup=0.1)
    rates = [learning_rate(recipe, progress, 0) for progress in (0, 0.025, 0.05, 0.1, 0.55, 1.0, 1.7)]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.2, 0.1, 0, 0], abs=1e-12)


def test_rate_falls_after_the_peak() -> None:
    recipe = Recipe(data="x", lr=1.0, warmup=0.0)
    rates = [learning_rate(recipe, step / 50, step) for step in range(51)]
    assert rates[0] == 1.0
    assert all(a > b for a, b in pairwise(rates))
    assert learning_rate(replace(recipe, warmup=1.0), 0.5, 0) == 0.5


def test_items_move_to_device_once() -> None:
    items = OnDevice(torch.arange(12).view(6, 2))
    assert items.take(torch.tensor([4, 1]), torch.device("cpu")).tolist() == [[8, 9], [2, 3]]
    assert len(items) == 6
    assert items.take(torch.tensor([0]), torch.device("meta")).shape == (1, 2)
    assert items.items.device.type == "meta", "the whole set has moved"

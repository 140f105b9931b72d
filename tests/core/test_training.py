"""The loop: flags to a recipe, every item once an epoch, and a killed run that ends as if it had never been killed."""

import argparse
import json
import math
import shlex
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from core import checkpoints, training
from core.device import generator
from core.training import Recipe


@dataclass(frozen=True, kw_only=True)
class ToyRecipe(Recipe):
    """A recipe of one more field of each type. A second line that no help text needs."""

    name: str = "toy"
    ratio: float = 0.75
    depth: int = 2
    mirror: bool = False


# --- flags ---


def test_every_field_of_a_subclass_is_a_typed_flag() -> None:
    given = {
        "data": "x+y", "root": "there", "name": "n", "steps": 7, "minutes": 1.5, "batch": 3, "lr": 0.5,
        "weight_decay": 0.25, "warmup": 0.0, "clip": 2.0, "seed": 9, "device": "cpu", "resume": "runs/a",
        "save_every": 4, "ratio": 0.5, "depth": 8,
    }  # fmt: skip
    flags = [part for key, value in given.items() for part in ("--" + key.replace("_", "-"), str(value))]
    recipe = training.parse(ToyRecipe, [*flags, "--no-bf16", "--mirror"])
    assert recipe == ToyRecipe(**given, bf16=False, mirror=True)  # type: ignore[arg-type]
    assert {item.name for item in fields(ToyRecipe)} == {*given, "bf16", "mirror", "smoke"}
    for item in fields(ToyRecipe):
        assert type(getattr(recipe, item.name)) is item.type, item.name


def test_flags_left_out_are_the_defaults() -> None:
    assert training.parse(ToyRecipe, ["--data", "x"]) == ToyRecipe(data="x")


def test_smoke_shortens_the_run() -> None:
    assert training.parse(ToyRecipe, ["--data", "x", "--steps", "900", "--smoke"]).steps == 20


@pytest.mark.parametrize("flags", [[], ["--data", "x", "--steps", "1.5"], ["--data", "x", "--depht", "3"]])
def test_wrong_flags_end_the_program(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        training.parse(ToyRecipe, flags)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_help_is_the_docstring_s_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    kept = argparse.ArgumentParser.__init__

    def note(self: argparse.ArgumentParser, *args: object, description: str | None = None, **more: object) -> None:
        seen.append(description)
        kept(self, *args, description=description, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(argparse.ArgumentParser, "__init__", note)
    training.parse(ToyRecipe, ["--data", "x"])
    assert seen == ["A recipe of one more field of each type. A second line that no help text needs."]


# --- which items, how fast ---


@pytest.mark.parametrize(("items", "batch"), [(10, 5), (10, 3), (7, 7), (3, 10), (1, 4), (10, 1)])
def test_every_item_comes_once_an_epoch(items: int, batch: int) -> None:
    steps = math.ceil(4 * items / batch)
    stream = torch.cat([training.indices(items, batch, step, seed=0) for step in range(steps)])
    assert len(stream) == steps * batch
    for epoch in range(4):
        part = stream[epoch * items : (epoch + 1) * items]
        assert Counter(part.tolist()) == Counter(range(items))


def test_epochs_and_seeds_differ_and_equal_seeds_do_not() -> None:
    first, second = training.indices(50, 50, 0, 0), training.indices(50, 50, 1, 0)
    assert not torch.equal(first, second)
    assert not torch.equal(first, training.indices(50, 50, 0, 1))
    assert torch.equal(second, training.indices(50, 50, 1, 0))


def test_a_step_does_not_need_the_steps_before_it() -> None:
    stream = torch.cat([training.indices(11, 4, step, 5) for step in range(9)])
    assert torch.equal(training.indices(11, 36, 0, 5), stream)


def test_warm_up_is_linear_and_ends_at_the_peak_and_the_cosine_at_zero() -> None:
    recipe = Recipe(data="x", lr=0.2, warmup=0.1)
    rates = [training.learning_rate(recipe, progress) for progress in (0, 0.025, 0.05, 0.1, 0.55, 1.0, 1.7)]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.2, 0.1, 0, 0], abs=1e-12)


def test_the_rate_falls_after_the_peak_and_without_warm_up_starts_there() -> None:
    recipe = Recipe(data="x", lr=1.0, warmup=0.0)
    rates = [training.learning_rate(recipe, step / 50) for step in range(51)]
    assert rates[0] == 1.0
    assert all(a > b for a, b in pairwise(rates))
    assert training.learning_rate(replace(recipe, warmup=1.0), 0.5) == 0.5


def test_weight_decay_is_for_matrices_that_train() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Linear(4, 2))
    model[2].weight.requires_grad_(False)
    decayed, spared = training.optimizer_for(model, Recipe(data="x", weight_decay=0.3)).param_groups
    assert decayed["weight_decay"] == 0.3
    assert [id(p) for p in decayed["params"]] == [id(model[0].weight)]
    assert spared["weight_decay"] == 0
    assert {id(p) for p in spared["params"]} == {id(p) for p in (model[0].bias, *model[1].parameters(), model[2].bias)}


# --- whole runs ---


@dataclass(frozen=True)
class ToyConfig:
    width: int = 6


class Toy(nn.Module):
    """A convolution, a norm with running statistics and a head."""

    config_class = ToyConfig

    def __init__(self, config: ToyConfig) -> None:
        super().__init__()
        self.config = config
        with torch.random.fork_rng():
            torch.random.set_rng_state(generator(3).get_state())
            self.net = nn.Sequential(nn.Conv2d(3, config.width, 3), nn.BatchNorm2d(config.width), nn.ReLU())
            self.head = nn.Linear(config.width, 2)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 2)."""
        scores: Tensor = self.head(self.net(images).mean((2, 3)))
        return scores


IMAGES = torch.rand(40, 3, 8, 8, generator=generator(1))
LABELS = (IMAGES[:, 0].mean((1, 2)) > IMAGES[:, 1].mean((1, 2))).long()
SHORT = ToyRecipe(
    data="x", steps=20, batch=16, lr=0.02, device="cpu", bf16=False, save_every=5, warmup=0.1, weight_decay=0.1
)


def run(recipe: ToyRecipe, until: int = 10**9) -> tuple[list[float], Toy, training.Result | None]:
    """Train a toy; a run with `until` dies at that step. Losses, the model, and the result of a finished run."""
    model, losses = Toy(ToyConfig()), []

    def loss(network: nn.Module, step: int, chance: torch.Generator) -> dict[str, Tensor]:
        if step == until:
            raise KeyboardInterrupt
        rows = training.indices(len(IMAGES), recipe.batch, step, recipe.seed)
        noise = torch.randn(recipe.batch, 3, 8, 8, generator=chance)
        cost = F.cross_entropy(network(IMAGES[rows] + 0.1 * noise), LABELS[rows])
        losses.append(cost.item())
        return {"loss": cost, "twice": 2 * cost}

    try:
        return losses, model, training.train(recipe, model, loss, wing="toys")
    except KeyboardInterrupt:
        return losses, model, None


def only_folder(recipe: ToyRecipe) -> Path:
    (folder,) = (Path("runs") / "toys" / recipe.name).iterdir()
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs are written into the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_killed_run_goes_on_as_if_nothing_had_happened() -> None:
    whole, straight, finished = run(replace(SHORT, name="straight"))
    assert finished is not None
    assert finished.steps == 20
    killed = replace(SHORT, name="killed")
    before, _, nothing = run(killed, until=12)
    assert nothing is None
    assert len(before) == 12
    folder = only_folder(killed)
    after, resumed, result = run(replace(killed, resume=str(folder)))
    assert result is not None
    assert (result.folder, result.steps) == (folder, 20)
    assert before == whole[:12], "to the last bit"
    assert after == whole[10:], "step 10 was the last one saved"
    for name, tensor in straight.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor), name
    assert whole[-1] < whole[0]


def test_two_states_are_kept_and_nothing_half_written() -> None:
    run(SHORT)
    folder = only_folder(SHORT)
    assert sorted(item.name for item in folder.iterdir()) == [
        "metrics.jsonl", "recipe.json", "state-00000015", "state-00000020",
    ]  # fmt: skip
    assert json.loads((folder / "recipe.json").read_text())["lr"] == 0.02
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [0, 10]
    assert all(line["twice"] == pytest.approx(2 * line["loss"], abs=2e-5) for line in lines)


def test_a_crash_while_saving_leaves_the_last_state_whole() -> None:
    killed = replace(SHORT, name="crashed")
    run(killed, until=12)
    (only_folder(killed) / "state.part").mkdir()
    (only_folder(killed) / "state.part" / "model.safetensors").write_bytes(b"half a")
    after, _, result = run(replace(killed, resume=str(only_folder(killed))))
    assert len(after) == 10
    assert result is not None
    assert not (result.folder / "state.part").exists()


def test_every_step_draws_its_own_luck_and_again_the_same() -> None:
    def collect(seed: int, name: str) -> list[float]:
        drawn: list[float] = []

        def loss(network: nn.Module, step: int, chance: torch.Generator) -> dict[str, Tensor]:
            drawn.append(float(torch.rand(1, generator=chance, dtype=torch.float64)))
            return {"loss": network(IMAGES[:2]).sum() * 0}

        training.train(replace(SHORT, seed=seed, name=name), Toy(ToyConfig()), loss, wing="toys")
        return drawn

    first, again, other = collect(0, "a"), collect(0, "b"), collect(1, "c")
    assert first == again
    assert len({*first, *other}) == 40


def test_processes_see_different_items_and_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process that takes itself for the first or second of two: together they see every item once an epoch."""
    seen: dict[int, list[int]] = {}
    drawn: set[float] = set()
    for process in range(2):
        monkeypatch.setattr(training.Accelerator, "num_processes", property(lambda _: 2))
        monkeypatch.setattr(training.Accelerator, "process_index", property(lambda _, index=process: index))
        rows = seen.setdefault(process, [])

        def loss(network: nn.Module, step: int, chance: torch.Generator, rows: list[int] = rows) -> dict[str, Tensor]:
            rows += training.indices(40, 10, step, 0).tolist()
            drawn.add(float(torch.rand(1, generator=chance, dtype=torch.float64)))
            return {"loss": network(IMAGES[:2]).sum() * 0}

        recipe = replace(SHORT, steps=6, name=f"process{process}")
        training.train(recipe, Toy(ToyConfig()), loss, wing="toys")
    assert Counter(seen[0] + seen[1]) == Counter(list(range(40)) * 3)
    assert len(drawn) == 12


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_the_run(bad: float) -> None:
    def loss(network: nn.Module, step: int, chance: torch.Generator) -> dict[str, Tensor]:
        return {"loss": network(IMAGES[:2]).sum() * (bad if step == 3 else 1.0)}

    with pytest.raises(training.DivergedError, match="at step 3: try a smaller --lr"):
        training.train(replace(SHORT, name=f"bad{bad}"), Toy(ToyConfig()), loss, wing="toys")


def test_the_clock_ends_a_run_and_its_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(float(tick) for tick in range(10**6))
    monkeypatch.setattr(training.time, "monotonic", lambda: next(clock))
    losses, _, result = run(replace(SHORT, steps=1000, minutes=0.2, save_every=10**6, name="clock"))
    assert result is not None
    assert result.steps == len(losses) == 11, "a tick a step, 12 seconds"


def test_gradients_are_clipped(monkeypatch: pytest.MonkeyPatch) -> None:
    norms: list[float] = []
    step_of = torch.optim.AdamW.step

    def step(self: torch.optim.AdamW, closure: Callable[[], float] | None = None) -> object:
        grads = [p.grad for group in self.param_groups for p in group["params"] if p.grad is not None]
        norms.append(float(torch.stack([g.norm() for g in grads]).norm()))
        return step_of(self, closure)  # type: ignore[arg-type]

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    run(replace(SHORT, steps=3, clip=1e-3, name="clipped"))
    assert len(norms) == 3
    assert max(norms) == pytest.approx(1e-3, rel=1e-3)


def test_a_checkpoint_holds_what_was_measured(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.sys, "argv", ["train.py", "--data", "x", "--root", "/somewhere/else", "--lr", "0.02"])
    monkeypatch.setattr(checkpoints, "ROOT", here / "assets")
    recipe = replace(SHORT, root="/somewhere/else", name="written")
    _, model, result = run(recipe)
    assert result is not None
    measured: list[Tensor] = []

    def measure() -> dict[str, dict[str, float]]:
        measured.append(model(IMAGES).detach())
        return {"x": {"accuracy": 0.5, "n": 40}}

    folder = training.write_checkpoint(recipe, result, model, wing="toys", data="x", measure=measure, extra={"a": b"1"})
    assert folder == here / "assets" / "toys" / "written"
    card = json.loads((folder / "card.json").read_text())
    assert card["command"] == "python -m core.toys.train --data x --root data --lr 0.02"
    assert card["recipe"]["lr"] == 0.02
    assert "somewhere" not in json.dumps(card), "where one machine keeps its data is nobody else's business"
    assert (card["steps"], card["metrics"]["x"]["n"]) == (20, 40)
    assert card["parameters"] == sum(p.numel() for p in model.parameters())
    again = Toy(ToyConfig()).eval()
    stored = load_file(folder / "model.safetensors")
    again.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in stored.items()})
    assert torch.allclose(again(IMAGES), measured[0], atol=1e-6), "metrics are of the rounded weights that ship"


@pytest.mark.parametrize("flags", [["--root", "/a b"], ["--root=/a b"]])
def test_the_command_on_a_card_says_nothing_of_this_machine(flags: list[str]) -> None:
    command = training._command("toys", ["--data", "x+y", *flags, "--name", "it's"])
    assert shlex.split(command)[:3] == ["python", "-m", "core.toys.train"]
    recipe = training.parse(ToyRecipe, shlex.split(command)[3:])
    assert recipe == ToyRecipe(data="x+y", root="data", name="it's")


def test_a_smoke_run_stays_out_of_assets(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "ROOT", here / "assets")
    recipe = replace(SHORT, smoke=True, name="smoke")
    _, model, result = run(recipe)
    assert result is not None
    folder = training.write_checkpoint(recipe, result, model, wing="toys", data="x", measure=lambda: {"x": {"n": 1}})
    assert folder == result.folder / "checkpoint"
    assert not (here / "assets").exists()

"""The loop: each forward pass has its own items and random numbers on any processes; a kill changes no loss."""

import functools
import json
import math
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from safetensors.torch import load_file
from torch import Tensor, nn

from core.data.batches import indices
from core.rotation import train as rotation
from core.training import loop
from core.training.recipe import Recipe
from tests.core import processes
from tests.core.toy_recipe import IMAGES, SHORT, Toy, ToyConfig, ToyRecipe, run


def test_only_trainable_matrices_decay() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Linear(4, 2))
    model[2].weight.requires_grad_(False)
    decayed, spared = loop.optimizer_for(model, Recipe(data="x", weight_decay=0.3)).param_groups
    assert decayed["weight_decay"] == 0.3
    assert [id(p) for p in decayed["params"]] == [id(model[0].weight)]
    assert spared["weight_decay"] == 0
    assert {id(p) for p in spared["params"]} == {id(p) for p in (model[0].bias, *model[1].parameters(), model[2].bias)}


# --- whole runs ---


def only_folder(recipe: ToyRecipe) -> Path:
    (folder,) = (Path("runs") / "toys" / recipe.name).iterdir()
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs are written into the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_interrupted_run_resumes_exactly() -> None:
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


def test_two_whole_states_are_kept() -> None:
    run(replace(SHORT, log_every=10))
    folder = only_folder(SHORT)
    assert sorted(item.name for item in folder.iterdir()) == [
        "metrics.jsonl",
        "recipe.json",
        "state-00000015",
        "state-00000020",
    ]
    assert json.loads((folder / "recipe.json").read_text())["lr"] == 0.02
    lines = metrics(folder)
    assert [line["step"] for line in lines] == [0, 10]
    assert all(line["twice"] == pytest.approx(2 * line["loss"], abs=1e-6) for line in lines)


def metrics(folder: Path) -> list[dict[str, float]]:
    """The log of a run, without the seconds, which no two runs share."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "elapsed_s"} for line in lines]


TOY = "tests.core.toy_recipe"
CPU = ("--data", "x", "--device", "cpu", "--no-bf16")
TOY_FLAGS = (*CPU, "--steps", "20", "--batch", "16", "--lr", "0.02", "--save-every", "5", "--log-every", "1")


@pytest.fixture(scope="module", autouse=True)
def _server() -> None:
    """Processes of their own are forked from one that imports while the first tests run."""
    processes.start_server()


def test_kill_9_repeats_every_loss(here: Path) -> None:
    """All in processes of their own, to the last bit."""
    straight = processes.start(TOY, [*TOY_FLAGS, "--name", "straight"], here)
    killed = processes.start(TOY, [*TOY_FLAGS, "--name", "killed", "--die-at", "13"], here)
    assert straight.wait() == 0, straight.said()
    assert killed.wait() == -signal.SIGKILL
    folder = only_folder(replace(SHORT, name="killed"))
    assert [line["step"] for line in metrics(folder)] == list(range(13)), "it died in the middle"
    with (folder / "metrics.jsonl").open("a") as log:
        log.write('{"step": 13, "lo')  # a line cut short by the kill
    resumed = processes.start(TOY, [*TOY_FLAGS, "--name", "killed", "--resume", str(folder)], here)
    assert resumed.wait() == 0, resumed.said()
    whole = metrics(only_folder(replace(SHORT, name="straight")))
    assert metrics(folder) == whole, "every line, every digit, none twice"
    assert len(whole) == 20


def test_full_disk_keeps_last_state(here: Path) -> None:
    whole, straight, _ = run(replace(SHORT, name="straight"))
    run(replace(SHORT, name="full"), until=12)
    folder = only_folder(replace(SHORT, name="full"))
    largest = max(file.stat().st_size for file in (folder / "state-00000010").iterdir())
    flags = [*TOY_FLAGS, "--name", "full", "--resume", str(folder), "--file-limit", str(largest - 1)]
    child = processes.start(TOY, flags, here)
    assert child.wait() == 1
    assert "File too large" in child.said(), "a real refusal of the operating system"
    assert sorted(item.name for item in folder.glob("state-*")) == ["state-00000005", "state-00000010"]
    after, resumed, _ = run(replace(SHORT, name="full", resume=str(folder)))
    assert after == whole[10:]
    assert all(torch.equal(tensor, straight.state_dict()[name]) for name, tensor in resumed.state_dict().items())


def test_crash_while_saving_keeps_last_state() -> None:
    killed = replace(SHORT, name="crashed")
    run(killed, until=12)
    (only_folder(killed) / "state.part").mkdir()
    (only_folder(killed) / "state.part" / "model.safetensors").write_bytes(b"half a")
    after, _, result = run(replace(killed, resume=str(only_folder(killed))))
    assert len(after) == 10
    assert result is not None
    assert not (result.folder / "state.part").exists()


# --- accumulation and several processes ---


def test_two_processes_equal_one_batch(here: Path) -> None:
    """Losses agree to 1e-5: sums are taken in another order. Without noise, one process may take the batch at once."""
    flags = [*CPU, "--steps", "6", "--lr", "0.02", "--log-every", "1", "--noise", "0", "--no-norm"]
    both = processes.start_two(TOY, [*flags, "--batch", "8", "--name", "two"], here)
    assert [child.wait() for child in both] == [0, 0], [child.said() for child in both]
    run(
        replace(
            SHORT, steps=6, batch=16, noise=0.0, norm=False, warmup=0.05, weight_decay=0.05, log_every=1, name="one"
        )
    )
    two, one = (metrics(only_folder(replace(SHORT, name=name))) for name in ("two", "one"))
    assert len(two) == 6
    for ours, theirs in zip(two, one, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-5)
    assert two[0]["loss"] != two[5]["loss"]


def test_recipe_on_two_processes_equals_one(here: Path, bright_tops: Path) -> None:
    """The rotation recipe with norms and augmentation, to 1e-4."""
    flags = ["--data", f"folder:{bright_tops}", "--smoke", "--width", "4", "--size", "16", "--batch", "8"]
    flags += ["--device", "cpu", "--no-bf16"]
    both = processes.start_two("core.rotation.train", [*flags, "--name", "two"], here)
    assert [child.wait() for child in both] == [0, 0], [child.said() for child in both]
    rotation.main([*flags, "--accumulate", "2", "--name", "one"])
    two, one = (metrics(next((here / "runs" / "rotation" / name).iterdir())) for name in ("two", "one"))
    assert [line["step"] for line in two] == list(range(20))
    for ours, theirs in zip(two, one, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-4)
        assert ours["accuracy"] == pytest.approx(theirs["accuracy"], abs=0.13), "a score may tip over"


def test_accumulation_equals_one_large_batch() -> None:
    plain = replace(SHORT, noise=0.0, norm=False, log_every=1)
    _, one, _ = run(replace(plain, batch=16, name="one"))
    losses, four, _ = run(replace(plain, batch=4, accumulate=4, name="four"))
    assert len(losses) == 80
    for name, tensor in one.state_dict().items():
        assert torch.allclose(four.state_dict()[name], tensor, atol=1e-5), name
    ours, theirs = (metrics(only_folder(replace(SHORT, name=name))) for name in ("four", "one"))
    assert [line["loss"] for line in ours] == pytest.approx([line["loss"] for line in theirs], abs=1e-5)


def test_each_step_draws_its_own_numbers() -> None:
    def collect(seed: int, name: str) -> list[float]:
        drawn: list[float] = []

        def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
            drawn.append(float(torch.rand(1, generator=rng, dtype=torch.float64)))
            return {"loss": network(IMAGES[:2]).sum() * 0}

        loop.train(replace(SHORT, seed=seed, name=name), Toy(ToyConfig()), loss, method="toys")
        return drawn

    first, again, other = collect(0, "a"), collect(0, "b"), collect(1, "c")
    assert first == again
    assert len({*first, *other}) == 40


def _constant(value: int, _: object) -> int:
    return value


def test_processes_see_different_items_and_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process that takes itself for the first or second of two: together they see every item once an epoch."""
    seen: dict[int, list[int]] = {}
    drawn: set[float] = set()
    for process in range(2):
        monkeypatch.setattr(Accelerator, "num_processes", property(lambda _: 2))
        monkeypatch.setattr(Accelerator, "process_index", property(functools.partial(_constant, process)))
        rows = seen.setdefault(process, [])

        def loss(network: nn.Module, number: int, rng: torch.Generator, rows: list[int] = rows) -> dict[str, Tensor]:
            rows += indices(40, 10, number, 0).tolist()
            drawn.add(float(torch.rand(1, generator=rng, dtype=torch.float64)))
            return {"loss": network(IMAGES[:2]).sum() * 0}

        recipe = replace(SHORT, steps=6, name=f"process{process}")
        loop.train(recipe, Toy(ToyConfig()), loss, method="toys")
    assert Counter(seen[0] + seen[1]) == Counter(list(range(40)) * 3)
    assert len(drawn) == 12


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_loss_stops_and_names_items(bad: float) -> None:
    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = torch.tensor([4, 2]) if number == 3 else torch.tensor([0, 1])
        return {"loss": network(IMAGES[:2]).sum() * (bad if number == 3 else 1.0), "ids": rows}

    recipe = replace(SHORT, name=f"bad{bad}", save_every=1)
    with pytest.raises(loop.DivergedError, match=r"at step 3: try a smaller --lr.*items of this batch: 4, 2\."):
        loop.train(recipe, Toy(ToyConfig()), loss, method="toys")
    assert max(item.name for item in only_folder(recipe).glob("state-*")) == "state-00000003", "nothing bad is kept"


def test_compiled_network_is_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[nn.Module] = []

    def note(network: nn.Module) -> nn.Module:
        compiled.append(network)
        return network

    monkeypatch.setattr(torch, "compile", note)
    plain, _, _ = run(replace(SHORT, steps=3, name="plain"))
    assert not compiled
    losses, model, _ = run(replace(SHORT, steps=3, compile=True, name="compiled"))
    assert compiled == [model]
    assert losses == plain


def test_snapshots_are_weights_of_their_steps() -> None:
    recipe = replace(SHORT, steps=40, snapshots=True)
    fresh = Toy(ToyConfig())
    _, model, result = run(recipe)
    assert result is not None
    kept = {path.name: load_file(path) for path in sorted((result.folder / "snapshots").iterdir())}
    assert list(kept) == ["at-000.safetensors", "at-001.safetensors", "at-005.safetensors", "at-025.safetensors"]
    weights = [tensors["head.weight"] for tensors in kept.values()]
    assert weights[0].dtype == torch.float16
    assert torch.equal(weights[0], fresh.head.weight.half())
    _, early, _ = run(replace(recipe, snapshots=False, name="early"), until=10)
    assert torch.equal(weights[3], early.head.weight.half()), "after a quarter of the steps"
    assert not torch.equal(weights[3], model.head.weight.half())


def test_clock_ends_run_and_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(float(tick) for tick in range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    losses, _, result = run(replace(SHORT, steps=1000, minutes=0.2, save_every=10**6, name="clock"))
    assert result is not None
    assert result.steps == len(losses) == 11, "one tick per step, 12 seconds"


def test_gradients_are_clipped(monkeypatch: pytest.MonkeyPatch) -> None:
    norms: list[float] = []
    step_of = torch.optim.AdamW.step

    def step(self: torch.optim.AdamW, closure: Callable[[], float] | None = None) -> object:
        grads = [p.grad for group in self.param_groups for p in group["params"] if p.grad is not None]
        norms.append(float(torch.stack([g.norm() for g in grads]).norm()))
        return step_of(self, closure)

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    run(replace(SHORT, steps=3, clip=1e-3, name="clipped"))
    assert len(norms) == 3
    assert max(norms) == pytest.approx(1e-3, rel=1e-3)

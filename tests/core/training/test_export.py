"""From a run to a checkpoint: what was measured is what is shipped, and a card names no path of one machine."""

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core import checkpoints
from core.checkpoints import Checkpoint
from core.training import export
from core.training.export import write_checkpoint
from core.training.recipe import parse
from tests.core.toy_recipe import IMAGES, LABELS, SHORT, Toy, ToyConfig, ToyRecipe, run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs and checkpoints are written into the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoints, "ROOT", tmp_path / "assets")
    monkeypatch.setattr(sys, "argv", ["train.py"])
    return tmp_path


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """Share of the toy's own pictures that are classified correctly."""
    with torch.inference_mode():
        right = checkpoint.model(IMAGES).argmax(1) == LABELS
    return {"accuracy": float(right.float().mean()), "n": len(IMAGES)}


def measure(checkpoint: Checkpoint, recipe: ToyRecipe) -> dict[str, dict[str, float]]:
    """The card of a toy."""
    return {spec: evaluate(checkpoint, spec, root=recipe.root) for spec in recipe.data.split("+")}


def write(recipe: ToyRecipe, **settings: object) -> tuple[Path, Toy]:
    """Train and write a toy."""
    _, model, result = run(recipe)
    assert result is not None
    arguments: dict[str, object] = {"method": "toys", "data": "x", "measure": measure, "evaluate": evaluate, **settings}
    return write_checkpoint(recipe, result, model, **arguments), model  # type: ignore[arg-type]


def test_a_checkpoint_holds_what_was_measured(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags = ["train.py", "--data", "x", "--root", "/somewhere/else", "--lr", "0.02"]
    monkeypatch.setattr(sys, "argv", flags)
    measured: list[torch.Tensor] = []

    def note(checkpoint: Checkpoint, recipe: ToyRecipe) -> dict[str, dict[str, float]]:
        assert (checkpoint.folder / "a").read_bytes() == b"1", "what the model needs to speak lies beside it already"
        measured.append(checkpoint.model(IMAGES).detach())
        return {"x": {"accuracy": 0.5, "n": 40}}

    recipe = replace(SHORT, root="/somewhere/else", name="written")
    folder, model = write(recipe, measure=note, extra={"a": b"1"})
    assert folder == here / "assets" / "toys" / "written"
    card = json.loads((folder / "card.json").read_text())
    assert card["command"] == "python -m core.toys.train --data x --root data --lr 0.02 --no-bf16"
    assert (card["recipe"]["lr"], card["recipe"]["bf16"]) == (0.02, False)
    assert "somewhere" not in json.dumps(card), "paths of one machine stay out of cards"
    assert (card["steps"], card["metrics"]["x"]["n"]) == (20, 40)
    assert card["parameters"] == sum(p.numel() for p in model.parameters())
    again = Toy(ToyConfig()).eval()
    stored = load_file(folder / "model.safetensors")
    again.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in stored.items()})
    assert torch.allclose(again(IMAGES), measured[0], atol=1e-6), "metrics are of the rounded weights that ship"


@pytest.mark.parametrize(
    "flags",
    [["--root", "/a b"], ["--root=/a b"], ["--root", "/a", "--resume", "runs/toys/x/1"], ["--resume=runs/toys/x/1"]],
)
def test_command_names_no_local_path(flags: list[str]) -> None:
    command = export.command("toys", ["--data", "x+y", *flags, "--name", "it's"], bf16=True)
    assert shlex.split(command)[:3] == ["python", "-m", "core.toys.train"]
    recipe = parse(ToyRecipe, shlex.split(command)[3:])
    assert recipe == ToyRecipe(data="x+y", root="data", name="it's", bf16=True)


def test_smoke_run_writes_no_assets(here: Path) -> None:
    folder, _ = write(replace(SHORT, smoke=True, name="smoke"))
    assert folder.parts[0] == "runs"
    assert folder.name == "checkpoint"
    assert (folder / "card.json").is_file()
    assert not (here / "assets").exists()


def test_snapshots_ship_with_their_metrics(here: Path) -> None:
    recipe = replace(SHORT, steps=40, snapshots=True, name="grown")
    folder, model = write(recipe)
    card = checkpoints.read_card("grown", folder.parent)
    assert list(card.snapshots) == ["0", "1", "5", "25", "100"]
    assert card.snapshots["100"] == card.metrics["x"]
    fresh = evaluate(
        Checkpoint("toys/grown", Toy(ToyConfig()).half().float().eval(), card, folder, torch.device("cpu")), "x"
    )
    assert card.snapshots["0"] == fresh
    assert set(card.sha256) == {"model.safetensors", *(f"at-{p:03d}.safetensors" for p in (0, 1, 5, 25))}
    finished = load_file(folder / "model.safetensors")
    assert all(torch.equal(tensor.half(), finished[name].half()) for name, tensor in model.state_dict().items())


def test_a_checkpoint_is_replaced_whole(here: Path) -> None:
    folder, _ = write(replace(SHORT, steps=40, snapshots=True, name="again"))
    write(replace(SHORT, name="again"))
    assert sorted(file.name for file in folder.iterdir()) == ["card.json", "model.safetensors"]
    assert checkpoints.read_card("again", folder.parent).steps == 20


def test_a_run_begins_from_a_checkpoint(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "find_class", lambda path: Toy)
    folder, _ = write(replace(SHORT, name="first"))
    first = replace(checkpoints.read_card("toys/first"), wall_time_s=3600.0)
    checkpoints.write_card(folder, first)
    _, still, _ = run(replace(SHORT, start="toys/first", lr=0.0, steps=1))
    shipped = load_file(folder / checkpoints.WEIGHTS)
    assert all(torch.equal(weight, shipped[name].float()) for name, weight in still.named_parameters())
    write(replace(SHORT, name="second", start="toys/first", steps=7, seed=1))
    second = checkpoints.read_card("toys/second")
    assert (first.start, second.steps) == ({}, 27), "what came before counts"
    assert 3600 <= second.wall_time_s < 3660
    assert second.start == {
        "name": "toys/first",
        "command": first.command,
        "commit": first.commit,
        "wall_time_s": first.wall_time_s,
        "steps": 20,
        "start": {},
        "sha256": first.sha256[checkpoints.WEIGHTS],
    }
    with pytest.raises(RuntimeError, match="running_mean"):
        run(replace(SHORT, start="toys/first", norm=False))

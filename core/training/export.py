"""From a finished run to a checkpoint with its card: round, measure, write, and offer it to the page."""

import dataclasses
import shlex
import shutil
import sys
import typing
from collections.abc import Callable, Sequence
from pathlib import Path

from accelerate import PartialState
from safetensors.torch import load_file
from torch import nn

from core import checkpoints
from core.checkpoints import Card, Checkpoint
from core.downstream import gallery
from core.snapshots import SNAPSHOTS
from core.training import targets
from core.training.loop import Result
from core.training.recipe import LOCAL, R, Recipe

Metrics = dict[str, float]
Evaluate = Callable[..., Metrics]


def write_checkpoint(
    recipe: R,
    result: Result,
    model: nn.Module,
    *,
    method: str,
    data: str,
    measure: Callable[[Checkpoint, R], dict[str, Metrics]],
    evaluate: Evaluate,
    notes: str = "",
    extra: dict[str, bytes] | None = None,
    describe: gallery.Describe | None = None,
    ship: bool = True,
) -> Path:
    """Write the trained model and its card to assets/checkpoints/<method>/<name>, or leave them in the run on --smoke.

    A draft in the run folder is measured as a visitor would load it, and then copied, the card last.

    Args:
        recipe: as trained.
        result: of `loop.train`.
        model: trained; rounded to half precision here, so that what is measured is what is shipped.
        method: "rotation", ...
        data: the data and the split that trained it, in words.
        measure: the method's function that finds every metric of the card: set name -> metrics with their `n`.
        evaluate: the method's function that measures one set; each snapshot is measured on the first set with it.
        notes: known limits, in words.
        extra: further files of the checkpoint, name -> content.
        describe: what the page asks of the bundled media, computed here and kept beside the weights.
        ship: leave it in the run folder otherwise.

    Returns:
        The folder of the checkpoint.
    """
    model.half().float()
    draft = result.folder / "checkpoint"
    if not PartialState().is_main_process:
        return draft
    card = unmeasured(recipe, result, model, method=method, data=data, notes=notes, argv=sys.argv[1:])
    files = {**(extra or {}), **_snapshots(result.folder)}
    card = checkpoints.save(draft, model, card, files)
    where = next(model.parameters()).device
    checkpoint = Checkpoint(card.name, model.eval(), card, draft, where)
    if describe is not None:
        card = gallery.write(checkpoint, describe)
    card = dataclasses.replace(card, metrics=measure(checkpoint, recipe))
    if recipe.snapshots:
        first = recipe.data.split("+")[0]
        snapshots = _measure_snapshots(checkpoint, lambda: evaluate(checkpoint, first, root=recipe.root))
        card = dataclasses.replace(card, snapshots=snapshots | {"100": card.metrics[first]})
    checkpoints.write_card(draft, targets.noted(card))
    folder = draft if recipe.smoke or not ship else checkpoints.ROOT / method / recipe.name
    if folder != draft:
        _copy(draft, folder)
    print(f"wrote {folder}: {card.metrics}", flush=True)
    return folder


def unmeasured(
    recipe: Recipe, result: Result, model: nn.Module, *, method: str, data: str, notes: str, argv: Sequence[str]
) -> Card:
    """The card of a finished run, without figures; `argv` are the flags of its command line."""
    kind, start = type(model), before(recipe.start) if recipe.start else {}
    return Card(
        name=f"{method}/{recipe.name}",
        model=f"{kind.__module__}.{kind.__qualname__}",
        config=dataclasses.asdict(typing.cast(typing.Any, model).config),
        data=data,
        recipe={k: v for k, v in dataclasses.asdict(recipe).items() if k not in LOCAL} | {"bf16": result.bf16},
        command=command(method, argv, bf16=result.bf16),
        commit=result.commit,
        device=result.device,
        wall_time_s=round(start.get("wall_time_s", 0.0) + result.wall_time_s, 1),
        steps=start.get("steps", 0) + result.steps,
        start=start,
        parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        metrics={},
        notes=notes,
    )


def before(name: str) -> dict[str, typing.Any]:
    """What the card keeps of the checkpoint that a run started from."""
    card = checkpoints.load(name).card
    assert card is not None
    kept = {key: getattr(card, key) for key in ("name", "command", "commit", "wall_time_s", "steps", "start")}
    return {**kept, "sha256": card.sha256[checkpoints.WEIGHTS]}


def _snapshots(run: Path) -> dict[str, bytes]:
    found = (run / "snapshots" / checkpoints.snapshot_file(percent) for percent in SNAPSHOTS)
    return {path.name: path.read_bytes() for path in found if path.is_file()}


def _measure_snapshots(checkpoint: Checkpoint, measure: Callable[[], Metrics]) -> dict[str, Metrics]:
    """The metrics of the first set with each snapshot; the finished weights are restored."""
    model, snapshots = checkpoint.model, {}
    finished = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for percent in SNAPSHOTS:
        path = checkpoint.folder / checkpoints.snapshot_file(percent)
        if path.is_file():
            checkpoints.fill(model, load_file(path))
            snapshots[str(percent)] = measure()
    model.load_state_dict(finished)
    return snapshots


def _copy(draft: Path, folder: Path) -> None:
    """Replace a checkpoint file by file, the card last: until then its digests refuse a mixture."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(draft.iterdir(), key=lambda path: path.name == checkpoints.CARD):
        checkpoints.write_whole(folder / file.name, file.read_bytes())
    for old in folder.iterdir():
        if not (draft / old.name).is_file():
            shutil.rmtree(old) if old.is_dir() else old.unlink()


def command(method: str, argv: Sequence[str], *, bf16: bool) -> str:
    """The command line in a form that others can repeat: without the place of the data and the resumed run.

    The precision that was used is always in it, since another machine may choose another.
    """
    flags = [part for flag in argv for part in (flag.split("=", 1) if flag.startswith("--") else [flag])]
    kept: list[str] = []
    for before, flag in zip(["", *flags], flags, strict=False):
        if "--resume" not in (before, flag):
            kept.append("data" if before == "--root" else flag)
    precision = "--bf16" if bf16 else "--no-bf16"
    kept = [*(flag for flag in kept if flag not in ("--bf16", "--no-bf16")), precision]
    return shlex.join(["python", "-m", f"core.{method}.train", *kept])

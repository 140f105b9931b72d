"""The loop every recipe shares: schedule, log, save, resume, one process or many.

Every step is a pure function of (recipe seed, step, process): which items it sees and how they are augmented come from
a fresh generator, not from the history of one. So a run that was killed goes on with `--resume` as if nothing had
happened, and any step can be repeated alone. Hugging Face Accelerate puts the model on its device and, under
`torchrun` or `accelerate launch`, averages the gradients of many processes.
"""

import argparse
import dataclasses
import json
import math
import os
import platform
import shlex
import shutil
import sys
import time
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from accelerate import Accelerator, PartialState
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from core import checkpoints, device


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe needs to know; a wing's own recipe adds its fields. Each field is a command-line flag.

    Attributes:
        data: named sets or "folder:PATH", joined by "+".
        root: folder in which the named sets lie unpacked.
        name: the checkpoint is written to assets/checkpoints/<wing>/<name>.
        steps: optimizer steps.
        minutes: stop after this much wall time; the schedule follows whichever runs out first. 0 means no limit.
        batch: items a step and process.
        lr: peak learning rate of AdamW.
        weight_decay: for weights of two or more dimensions.
        warmup: share of the run spent rising to the peak.
        clip: largest allowed norm of the gradient.
        seed: of everything drawn during training.
        device: "auto", "cpu", "cuda" or "mps".
        bf16: bfloat16 autocast; on two AVX512-BF16 cores a ResNet step is two to three times faster with it.
        smoke: take 20 steps and do not write into assets, to see that everything is wired.
        resume: a run folder to continue.
        save_every: steps between two saved states.
    """

    data: str
    root: str = "data"
    name: str = "mine"
    steps: int = 1000
    minutes: float = 0.0
    batch: int = 128
    lr: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    clip: float = 1.0
    seed: int = 0
    device: str = "auto"
    bf16: bool = True
    smoke: bool = False
    resume: str = ""
    save_every: int = 500


LOCAL = ("root", "resume")  # where one machine keeps its files is nobody else's business and stays out of cards
R = TypeVar("R", bound=Recipe)
Loss = Callable[[nn.Module, int, torch.Generator], dict[str, Tensor]]


def parse(recipe: type[R], argv: Sequence[str] | None = None) -> R:
    """Read a recipe from the command line; every field of the dataclass is a typed flag."""
    parser = argparse.ArgumentParser(description=(recipe.__doc__ or "").split("\n")[0])
    for item in dataclasses.fields(recipe):
        required = item.default is dataclasses.MISSING
        default = None if required else item.default
        flag = "--" + item.name.replace("_", "-")
        if item.type is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=default)
        else:
            kind = typing.cast("Callable[[str], Any]", item.type)
            parser.add_argument(flag, type=kind, default=default, required=required)
    parsed = recipe(**vars(parser.parse_args(argv)))
    return dataclasses.replace(parsed, steps=20, save_every=20) if parsed.smoke else parsed


def indices(items: int, batch: int, step: int, seed: int) -> Tensor:
    """Which items a step sees: (batch,), each epoch a fresh permutation, the rest of an epoch carried over.

    Args:
        items: size of the data set.
        batch: items a step; may be larger than the set.
        step: 0, 1, ...
        seed: of the recipe.
    """
    first, last = step * batch, (step + 1) * batch
    epochs = range(first // items, (last - 1) // items + 1)
    order = torch.cat([torch.randperm(items, generator=device.generator(seed, e)) for e in epochs])
    start = first - epochs[0] * items
    return order[start : start + batch]


def learning_rate(recipe: Recipe, progress: float) -> float:
    """Linear warm-up, then a cosine to zero; `progress` is the share of the run that is over, 0 to 1."""
    if progress < recipe.warmup:
        return recipe.lr * progress / recipe.warmup
    rest = (progress - recipe.warmup) / max(1e-9, 1 - recipe.warmup)
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * min(1.0, rest)))


def optimizer_for(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices and kernels only, not on biases, norms and tokens."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trainable if p.ndim >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in trainable if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.lr, betas=(0.9, 0.95))


@dataclass(frozen=True)
class Result:
    """What a finished run leaves behind: its folder, its length, where it ran and from which commit."""

    folder: Path
    steps: int
    wall_time_s: float
    device: str
    commit: str


class DivergedError(RuntimeError):
    """The loss stopped being a number; the sentence says at which step and what to try."""


def train(recipe: Recipe, model: nn.Module, loss: Loss, *, wing: str) -> Result:
    """Train `model` in place.

    Args:
        recipe: see `Recipe`.
        model: any module; moved to the recipe's device and left there.
        loss: called as loss(model, step, generator); step counts the batches of all processes, so that each sees its
            own items; generator on the training device and new for each of them; returns {"loss": scalar, anything
            else to log: scalar}.
        wing: first part of the run folder's name, runs/<wing>/<name>/<time>/.

    Raises:
        DivergedError: the loss is NaN or infinite.
    """
    accelerator = Accelerator(cpu=recipe.device == "cpu", mixed_precision="no")
    folder, commit = _run_folder(recipe, wing), checkpoints.commit()
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # what convolutions like best
    optimizer = optimizer_for(model, recipe)
    prepared, stepper = accelerator.prepare(model, optimizer)
    first, spent_s = _restore(folder, model, optimizer) if recipe.resume else (0, 0.0)
    begun = time.monotonic() - spent_s
    log = (folder / "metrics.jsonl").open("a", encoding="utf-8")
    prepared.train()
    taken = first
    for step in _steps(recipe, first, accelerator.is_main_process):
        elapsed_s = time.monotonic() - begun
        progress = max(step / recipe.steps, elapsed_s / (60 * recipe.minutes) if recipe.minutes else 0.0)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(recipe, progress)
        chance = device.generator(recipe.seed, step, accelerator.process_index, device=accelerator.device)
        with device.autocast(accelerator.device, recipe.bf16):
            losses = loss(prepared, step * accelerator.num_processes + accelerator.process_index, chance)
        _check_finite(losses, step)
        accelerator.backward(losses["loss"])
        accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
        stepper.step()
        stepper.zero_grad()
        if step % 10 == 0 and accelerator.is_main_process:
            _report(log, step, elapsed_s, losses)
        if (step + 1) % recipe.save_every == 0 and accelerator.is_main_process:
            _save(folder, model, optimizer, step + 1, time.monotonic() - begun)
        taken = step + 1
    log.close()
    model.eval()
    where = describe(accelerator.device, accelerator.num_processes)
    return Result(folder, taken, time.monotonic() - begun, where, commit)


def _steps(recipe: Recipe, first: int, main: bool) -> Iterator[int]:
    terminal = main and sys.stderr.isatty()
    yield from tqdm(range(first, recipe.steps), initial=first, total=recipe.steps, disable=not terminal)


def _check_finite(losses: dict[str, Tensor], step: int) -> None:
    if not bool(torch.isfinite(losses["loss"])):
        raise DivergedError(f"The loss is not a number at step {step}: try a smaller --lr or a longer --warmup.")


def _report(log: typing.TextIO, step: int, elapsed_s: float, losses: dict[str, Tensor]) -> None:
    line = {"step": step, "elapsed_s": round(elapsed_s, 1)} | {k: round(v.item(), 5) for k, v in losses.items()}
    log.write(json.dumps(line) + "\n")
    log.flush()
    if step % 100 == 0 and not sys.stderr.isatty():
        print(json.dumps(line), flush=True)


def _run_folder(recipe: Recipe, wing: str) -> Path:
    if recipe.resume:
        return Path(recipe.resume)
    folder = Path("runs") / wing / recipe.name / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True, exist_ok=True)
    checkpoints.write_whole(folder / "recipe.json", json.dumps(dataclasses.asdict(recipe), indent=2).encode())
    return folder


def _save(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, step: int, spent_s: float) -> None:
    """Write the whole state beside the last one, then rename: a crash leaves a good one whole. Two are kept."""
    part, final = folder / "state.part", folder / f"state-{step:08d}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    save_file({k: _still(v) for k, v in model.state_dict().items()}, part / "model.safetensors")
    moments = {
        f"{index}.{key}": _still(value)
        for index, entry in optimizer.state_dict()["state"].items()
        for key, value in entry.items()
    }
    save_file(moments, part / "optimizer.safetensors")
    (part / "state.json").write_text(json.dumps({"step": step, "spent_s": spent_s}))
    os.replace(part, final)
    for old in sorted(folder.glob("state-*"))[:-2]:
        shutil.rmtree(old)


def _still(tensor: Tensor) -> Tensor:
    """A copy on the CPU in plain memory order, which safetensors asks for."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def _restore(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[int, float]:
    last = max(folder.glob("state-*"), default=None)
    if last is None:
        return 0, 0.0
    model.load_state_dict(load_file(last / "model.safetensors"))
    entries: dict[int, dict[str, Tensor]] = {}
    for name, value in load_file(last / "optimizer.safetensors").items():
        index, key = name.split(".", 1)
        entries.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": entries, "param_groups": optimizer.state_dict()["param_groups"]})
    state = json.loads((last / "state.json").read_text())
    return int(state["step"]), float(state["spent_s"])


def describe(where: torch.device, processes: int = 1) -> str:
    """Name the hardware for a card: the GPU's name, or the processor and its threads."""
    if where.type == "cuda":
        return f"{processes} x {torch.cuda.get_device_name(where)}"
    return f"CPU ({platform.machine()}), {torch.get_num_threads()} threads, {processes} process(es)"


def _command(wing: str, argv: Sequence[str]) -> str:
    """The command line as anyone can repeat it: the data's own folder stands for wherever they were unpacked."""
    flags = [part for flag in argv for part in (flag.split("=", 1) if flag.startswith("--root=") else [flag])]
    told = ["data" if i and flags[i - 1] == "--root" else flag for i, flag in enumerate(flags)]
    return shlex.join(["python", "-m", f"core.{wing}.train", *told])


def write_checkpoint(
    recipe: Recipe,
    result: Result,
    model: nn.Module,
    *,
    wing: str,
    data: str,
    measure: Callable[[], dict[str, dict[str, float]]],
    notes: str = "",
    extra: dict[str, bytes] | None = None,
) -> Path:
    """Write the trained model and its card to assets/checkpoints/<wing>/<name>, or into the run folder on --smoke.

    Args:
        recipe: as trained.
        result: of `train`.
        model: trained; rounded to half precision here, so that what is measured is what is shipped.
        wing: "rotation", ...
        data: the data and the split that trained it, in words.
        measure: called last; returns set name -> metrics with the number of test items `n`.
        notes: known limits, in words.
        extra: further files of the checkpoint, name -> content.
    """
    model.half().float()
    metrics = measure()
    kind = type(model)
    card = checkpoints.Card(
        name=f"{wing}/{recipe.name}",
        model=f"{kind.__module__}.{kind.__qualname__}",
        config=dataclasses.asdict(typing.cast(Any, model).config),
        data=data,
        recipe={k: v for k, v in dataclasses.asdict(recipe).items() if k not in LOCAL},
        command=_command(wing, sys.argv[1:]),
        commit=result.commit,
        device=result.device,
        wall_time_s=round(result.wall_time_s, 1),
        steps=result.steps,
        parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        metrics=metrics,
        notes=notes,
    )
    folder = result.folder / "checkpoint" if recipe.smoke else checkpoints.ROOT / wing / recipe.name
    if PartialState().is_main_process:
        checkpoints.save(folder, model, card, extra)
        print(f"wrote {folder}: {json.dumps(metrics)}", flush=True)
    return folder

"""The loop every recipe shares: schedule, gradients, log, save, resume, one process or many.

Every forward pass is a pure function of (recipe seed, number of the forward pass): its items and their augmentation
come from a fresh generator, not from the history of one. So a run that was killed continues exactly with `--resume`,
and any forward pass can be repeated alone. Forward passes are distributed over processes and accumulation: two
processes take the same step as one process with `--accumulate 2`. Hugging Face Accelerate puts the model on its
device and, under `torchrun` or `accelerate launch`, averages the gradients of many processes.
"""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from safetensors.torch import save_file
from torch import Tensor, nn

from core import checkpoints, device
from core.snapshots import SNAPSHOTS
from core.training import muon, runs
from core.training.recipe import Recipe, learning_rate

Loss = Callable[[nn.Module, int, torch.Generator], dict[str, Tensor]]


@dataclass(frozen=True)
class Result:
    """A finished run: its folder, steps and seconds, the device, commit and precision it ran with."""

    folder: Path
    steps: int
    wall_time_s: float
    device: str
    commit: str
    bf16: bool


class DivergedError(RuntimeError):
    """The loss stopped being a number; the sentence says at which step, on which items, and what to try."""


def train(
    recipe: Recipe, model: nn.Module, loss: Loss, *, method: str, observer: runs.Observer | None = None
) -> Result:
    """Train `model` in place.

    Args:
        recipe: see `Recipe`.
        model: any module; moved to the recipe's device and left there.
        loss: called as loss(model, number, generator); number counts the forward passes of all processes, so that each
            sees its own items; generator on the training device and new for each forward pass; returns {"loss": scalar,
            "ids": (B,) numbers of the items, anything else to log: scalar}.
        method: first part of the run folder's name, runs/<method>/<name>/<time>/.
        observer: of the main process, if any.

    Raises:
        DivergedError: the loss is NaN or infinite.
        RuntimeError: `recipe.start` is another network.
        OSError: the disk is full; the last state stays whole.
    """
    accelerator = Accelerator(cpu=recipe.device == "cpu", mixed_precision="no")
    main, commit = accelerator.is_main_process, checkpoints.commit()
    bf16 = device.computes_bf16(accelerator.device) if recipe.bf16 is None else recipe.bf16
    recipe = dataclasses.replace(recipe, bf16=bf16)
    folder = runs.open_folder(recipe, method) if main else Path(recipe.resume)
    model.to(memory_format=device.memory_format(model))  # type: ignore[call-overload]
    if accelerator.num_processes > 1 and accelerator.device.type == "cuda":  # one mean and variance for the whole batch
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    optimizer = optimizer_for(model, recipe)
    network, stepper = accelerator.prepare(torch.compile(model) if recipe.compile else model, optimizer)
    begin = _begin(recipe, folder, model, optimizer)
    since = time.monotonic() - begin.spent_s
    network.train()
    taken = begin.step
    log = runs.Log(folder, recipe, method, begin.step, observer) if main else runs.NoLog()
    with contextlib.suppress(runs.Stop), log:
        for step in runs.steps(recipe, begin.step, main):
            spent_s = time.monotonic() - since
            progress = max(step / recipe.steps, spent_s / (60 * recipe.minutes) if recipe.minutes else 0.0)
            if progress >= 1:
                break
            measured = log.measure(step, spent_s)
            if recipe.snapshots and main:
                _snap(folder, model, progress)
            for group in optimizer.param_groups:
                group["lr"] = group.get("scale", 1.0) * learning_rate(recipe, progress, step)
            metrics = _gradients(recipe, accelerator, network, loss, step)
            accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
            stepper.step()
            stepper.zero_grad()
            taken = step + 1
            if step % recipe.log_every == 0 or measured is not None:
                means = accelerator.reduce(metrics, reduction="mean")
                log.report(step, spent_s, {key: value.item() for key, value in means.items()} | (measured or {}))
            if taken % recipe.save_every == 0 and main:
                runs.save_state(folder, model, optimizer, runs.State(taken, time.monotonic() - since))
    if observer is not None:  # whoever watches may have it go on
        runs.save_state(folder, model, optimizer, runs.State(taken, time.monotonic() - since))
    model.eval()
    where = device.describe(accelerator.device, accelerator.num_processes)
    return Result(folder, taken, time.monotonic() - since, where, commit, bf16)


def _begin(recipe: Recipe, folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> runs.State:
    """Where a run begins: at its last state, with the weights of a checkpoint, or with those the model has."""
    if recipe.resume:
        return runs.restore_state(folder, model, optimizer)
    if recipe.start:
        model.load_state_dict(checkpoints.load(recipe.start).model.state_dict())
    return runs.State()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch's own layers draw their first weights from `seed` alone; the process's random state comes back.

    For recipes only: threads share that state, so nothing that a visitor can reach may touch it.
    """
    with torch.random.fork_rng(devices=()):
        torch.random.set_rng_state(device.generator(seed).get_state())
        yield


def optimizer_for(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices and kernels only, not on biases, norms and tokens.

    With `recipe.muon_lr`, Muon steps the matrices of repeated blocks. A group's "scale" is its peak learning rate over
    that of the recipe.
    """
    trainable = [p for p in model.parameters() if p.requires_grad]
    hidden = muon.block_matrices(model) if recipe.muon_lr else []
    others = [p for p in trainable if not any(p is matrix for matrix in hidden)]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in others if p.ndim >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in others if p.ndim < 2], "weight_decay": 0.0},
    ]
    if not hidden:
        return torch.optim.AdamW(groups, lr=recipe.lr, betas=(recipe.beta1, recipe.beta2))
    scale = recipe.muon_lr / recipe.lr
    groups.append({"params": hidden, "muon": True, "bf16": bool(recipe.bf16), "scale": scale, "weight_decay": 0.0})
    return muon.MuonAdamW(groups, lr=recipe.lr, betas=(recipe.beta1, recipe.beta2))


def _gradients(
    recipe: Recipe, accelerator: Accelerator, network: nn.Module, loss: Loss, step: int
) -> dict[str, Tensor]:
    """Add up the gradients of this process's forward passes of one step; returns what to log, a mean over them."""
    seen: list[dict[str, Tensor]] = []
    for part in range(recipe.accumulate):
        number = (step * accelerator.num_processes + accelerator.process_index) * recipe.accumulate + part
        rng = device.generator(recipe.seed, number, device=accelerator.device)
        last = part == recipe.accumulate - 1  # processes exchange their gradients once per step
        with contextlib.nullcontext() if last else accelerator.no_sync(network):
            with device.autocast(accelerator.device, bool(recipe.bf16)):
                losses = loss(network, number, rng)
            _check_finite(losses, step)
            accelerator.backward(losses["loss"] / recipe.accumulate)
        seen.append({key: value.detach().float() for key, value in losses.items() if key != "ids"})
    return {key: torch.stack([losses[key] for losses in seen]).mean() for key in seen[0]}


def _check_finite(losses: dict[str, Tensor], step: int) -> None:
    if not bool(torch.isfinite(losses["loss"])):
        ids = ", ".join(map(str, losses["ids"].flatten().tolist())) if "ids" in losses else "unknown"
        raise DivergedError(
            f"The loss is not a number at step {step}: try a smaller --lr, a longer --warmup or --no-bf16, and look at "
            f"the items of this batch: {ids}."
        )


def _snap(folder: Path, model: nn.Module, progress: float) -> None:
    """Keep the weights, in half precision, when a share of SNAPSHOTS is reached for the first time."""
    (folder / "snapshots").mkdir(exist_ok=True)
    for percent in SNAPSHOTS:
        path = folder / "snapshots" / checkpoints.snapshot_file(percent)
        if 100 * progress >= percent and not path.is_file():
            save_file(checkpoints.half_weights(model), path.with_suffix(".part"))
            path.with_suffix(".part").replace(path)

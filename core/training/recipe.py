"""What a recipe is: a frozen dataclass whose every field is a flag, its presets, and its learning rate."""

import argparse
import dataclasses
import math
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe needs to know; a method's own recipe adds its fields. Each field is a command-line flag.

    Attributes:
        data: named sets or "folder:PATH", joined by "+".
        preset: a row of PRESETS; flags that are given beside it win.
        root: folder in which the named sets lie unpacked.
        name: the checkpoint is written to assets/checkpoints/<method>/<name>.
        steps: optimizer steps.
        minutes: stop after this much wall time; the schedule follows whichever runs out first. 0 means no limit.
        batch: items of one forward pass of one process.
        accumulate: forward passes per process and step, whose gradients are averaged.
        lr: peak learning rate of AdamW.
        muon_lr: peak learning rate of Muon for the matrices of repeated blocks; 0 means that AdamW steps them too.
        beta1: of AdamW, for the mean of gradients; GANs need a small one.
        beta2: of AdamW, for the mean of squared gradients.
        weight_decay: for weights of two or more dimensions.
        warmup: share of the run in which the rate rises to its peak; with `constant`, of CONSTANT_STEPS steps.
        constant: keep the peak rate after the warm-up, so that a run may end or go on at any step.
        clip: largest allowed norm of the gradient.
        seed: of everything drawn during training.
        device: "auto", "cpu", "cuda" or "mps".
        bf16: bfloat16 autocast; left out, wherever the hardware computes it, see `device.computes_bf16`.
        compile: let `torch.compile` fuse the network first; pays off in long runs on CUDA.
        snapshots: ship the weights of SNAPSHOTS along the way beside the finished ones.
        smoke: take 20 steps of at most 16 items and do not write into assets, to check that everything works together.
        resume: a run folder to continue.
        start: a checkpoint of the same network, whose weights the run begins from, such as "bert/novels"; its steps and
            seconds count on the new card. Take another seed, or the run sees the same items again.
        save_every: steps between two saved states.
        log_every: steps between two lines of metrics.jsonl.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {}

    data: str
    preset: str = ""
    root: str = "data"
    name: str = "mine"
    steps: int = 1000
    minutes: float = 0.0
    batch: int = 128
    accumulate: int = 1
    lr: float = 1e-3
    muon_lr: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.95
    weight_decay: float = 0.05
    warmup: float = 0.05
    constant: bool = False
    clip: float = 1.0
    seed: int = 0
    device: str = "auto"
    bf16: bool | None = None
    compile: bool = False
    snapshots: bool = False
    smoke: bool = False
    resume: str = ""
    start: str = ""
    save_every: int = 500
    log_every: int = 10


CONSTANT_STEPS = 1000
LOCAL = ("root", "resume")  # paths of one machine stay out of cards
SMOKE: dict[str, Any] = {"steps": 20, "minutes": 0.0, "save_every": 10, "log_every": 1}
SMOKE_BATCH = 16  # keeps every recipe's smoke run under 30 s on two AVX2 cores
SMOKE_ITEMS = 256  # of each test set, that a smoke run is measured on
R = TypeVar("R", bound=Recipe)


def parse(recipe: type[R], argv: Sequence[str] | None = None) -> R:
    """Read a recipe from the command line: its defaults, then its preset, then the flags that are given."""
    parser = argparse.ArgumentParser(description=(recipe.__doc__ or "").split("\n")[0])
    for item in dataclasses.fields(recipe):
        required = item.default is dataclasses.MISSING
        default = None if required else item.default
        flag = "--" + item.name.replace("_", "-")
        if item.type in (bool, bool | None):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=default)
        elif item.name == "preset":
            parser.add_argument(flag, choices=sorted(recipe.PRESETS), default=default)
        else:
            kind = typing.cast("Callable[[str], object]", item.type)
            parser.add_argument(flag, type=kind, default=default, required=required)
    parser.set_defaults(**recipe.PRESETS.get(parser.parse_args(argv).preset, {}))
    parsed = recipe(**vars(parser.parse_args(argv)))
    if parsed.smoke:
        parsed = dataclasses.replace(parsed, **SMOKE, batch=min(parsed.batch, SMOKE_BATCH))
    return parsed


def flags(recipe: Recipe) -> list[str]:
    """The command line that `parse` would make the recipe from: what differs from its defaults, without local paths."""
    found = []
    for item in dataclasses.fields(recipe):
        value, flag = getattr(recipe, item.name), item.name.replace("_", "-")
        if item.name in (*LOCAL, "preset") or value == item.default:
            continue
        found += [f"--{'' if value else 'no-'}{flag}"] if isinstance(value, bool) else [f"--{flag}", str(value)]
    return found


def learning_rate(recipe: Recipe, progress: float, step: int) -> float:
    """Linear warm-up, then a cosine to zero, or the peak rate for good; `progress` is the share of the run, 0 to 1."""
    if recipe.constant:
        return recipe.lr * min(1.0, (step + 1) / max(1.0, recipe.warmup * CONSTANT_STEPS))
    if progress < recipe.warmup:
        return recipe.lr * progress / recipe.warmup
    rest = (progress - recipe.warmup) / max(1e-9, 1 - recipe.warmup)
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * min(1.0, rest)))

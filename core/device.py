"""Where tensors live and how chance is drawn: one place decides, everything else is told."""

import contextlib
import platform
from contextlib import AbstractContextManager

import torch


def pick(name: str = "auto") -> torch.device:
    """Choose a device: the one named, or CUDA, Apple's MPS and the CPU in this order of preference."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def generator(*seeds: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Make a fresh source of chance from one or more integers, e.g. (recipe seed, step, process).

    A generator a call, never the shared one: visitors share a process and must not share luck. The integers are
    mixed as digits of a number with a large prime base, so (1, 0) and (0, 1) differ.
    """
    mixed = 0
    for seed in seeds:
        mixed = (mixed * 1_000_003 + int(seed) + 1) % (2**63 - 1)
    return torch.Generator(device=device).manual_seed(mixed)


def autocast(device: torch.device, bf16: bool | None = None) -> AbstractContextManager[object]:
    """bfloat16 mixed precision: on CUDA by default, elsewhere only if asked for (AVX512-BF16 CPUs gain)."""
    if bf16 or (bf16 is None and device.type == "cuda"):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def describe(where: torch.device, processes: int = 1) -> str:
    """Name the hardware for a card: the GPU's name, or the processor and its threads."""
    if where.type == "cuda":
        return f"{processes} x {torch.cuda.get_device_name(where)}"
    return f"CPU ({platform.machine()}), {torch.get_num_threads()} threads, {processes} process(es)"

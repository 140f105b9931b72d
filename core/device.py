"""Device, random number generators, precision and memory format: one place decides for the whole project."""

import contextlib
import platform
from contextlib import AbstractContextManager

import torch
from torch import nn

_settled: list[str] = []  # empty, or the one device that this process uses


def settle(name: str) -> None:
    """Have `pick` choose one device for as long as this process lives, where what is there is not what may be used.

    A host that lends its GPU shows CUDA to every process; only one that borrows it may use it.
    """
    _settled[:] = [name]


def pick(name: str = "auto") -> torch.device:
    """Choose a device: the one named or settled, or CUDA, Apple's MPS and the CPU in this order of preference."""
    if name != "auto" or _settled:
        return torch.device(_settled[0] if name == "auto" else name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def generator(*seeds: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Make a fresh random number generator from one or more integers, e.g. (recipe seed, step, process).

    One generator per call, never the shared one: visitors share a process and must not influence each other. The
    integers are mixed as digits of a number with a large prime base, so (1, 0) and (0, 1) differ.
    """
    mixed = 0
    for seed in seeds:
        mixed = (mixed * 1_000_003 + int(seed) + 1) % (2**63 - 1)
    return torch.Generator(device=device).manual_seed(mixed)


def computes_bf16(where: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 itself, so that mixed precision saves time.

    A processor without AVX512-BF16 or AMX emulates bfloat16: a training step then takes many times as long as in
    float32. CUDA has it from capability 8.0 (Ampere). MPS and ARM processors have not been measured: float32.
    """
    if where.type == "cuda":
        return torch.cuda.get_device_capability(where) >= (8, 0)
    if where.type != "cpu" or not torch.backends.cpu.get_cpu_capability().startswith("AVX512"):
        return False  # ATEN_CPU_CAPABILITY=avx2 makes a wide processor answer as a narrow one
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def autocast(where: torch.device, bf16: bool) -> AbstractContextManager[object]:
    """bfloat16 mixed precision if `bf16`, else the precision of the tensors as they come."""
    return torch.autocast(where.type, dtype=torch.bfloat16) if bf16 else contextlib.nullcontext()


NARROW = 16  # channels


def memory_format(model: nn.Module) -> torch.memory_format:
    """Channels-last where it is safe, else contiguous.

    Channels-last is faster on every kind of hardware tried (a ResNet step in float32 on AVX2 by 1 to 16 %, with
    bfloat16 on AVX512 by half). But oneDNN 3.10.2 (torch 2.11) then writes past its memory in the gradient of a strided
    1 x 1 convolution from few channels, and the process aborts, crashes or never returns:

        x = torch.randn(8, 4, 16, 16).to(memory_format=torch.channels_last).requires_grad_()
        w = torch.randn(8, 4, 1, 1).to(memory_format=torch.channels_last).requires_grad_()
        F.conv2d(x, w, stride=2).sum().backward()  # sixty times

    Seen on AVX2 below 8 channels, on AVX512 with a network of 8; the limit here is NARROW, one vector of AVX512.
    """
    unsafe = any(
        isinstance(module, nn.Conv2d)
        and module.kernel_size == (1, 1)
        and module.stride != (1, 1)
        and module.in_channels < NARROW
        for module in model.modules()
    )
    return torch.contiguous_format if unsafe else torch.channels_last


def describe(where: torch.device, processes: int = 1) -> str:
    """Name the hardware for a card: the GPU's name, or the processor and its threads."""
    if where.type == "cuda":
        return f"{processes} x {torch.cuda.get_device_name(where)}"
    return f"CPU ({platform.machine()}), {torch.get_num_threads()} threads, {processes} process(es)"

"""CUDA without a GPU: tensors say where they would lie, and what CUDA would refuse is refused.

Inside `on_cuda` every tensor stays in main memory but carries a device through each of PyTorch's calls that Python
makes: what is made on or sent to CUDA lies there, a result lies where its arguments do. Arguments on two devices are an
error, and so are a generator or an index of the wrong device and NumPy's look into a GPU's memory. Only lines of this
project are watched: not the inside of PyTorch's functions, and neither speed nor memory nor rounding.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from core import device

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
MIXED = {"copy_", "__get__", "__set__", "_has_compatible_shallow_copy_type"}  # may see two devices
INDEXED = {"__getitem__", "__setitem__"}  # with indices on the CPU if need be
READ = {"numpy", "__array__"}  # only in main memory
MOVED = {"to", "cpu"}


class WrongDeviceError(RuntimeError):
    """What CUDA would refuse."""


class Generator(torch.Generator):
    """A random number generator in main memory that claims to lie on a device."""

    place: torch.device

    def __new__(cls, device: torch.device | str = "cpu") -> "Generator":
        """Any device; `torch.Generator` itself would look for a GPU."""
        made = super().__new__(cls, "cpu")  # type: ignore[call-arg]
        made.place = torch.device(device)
        return made

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """The device that it claims."""
        return self.place


def place(tensor: Tensor) -> torch.device:
    """Where a tensor would lie."""
    found: torch.device = tensor.__dict__.get("place", CPU)
    return found


def put(tensor: Tensor, where: torch.device) -> Tensor:
    """Say where a tensor would lie."""
    tensor.__dict__["place"] = where
    return tensor


class FakeCuda(TorchFunctionMode):
    """Carries a device along with every tensor."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        """Check the devices, compute in main memory, and note where the result would lie."""
        given, name = dict(kwargs or {}), getattr(func, "__name__", "")
        tensors = _tensors((args, given))
        if func == Tensor.device.__get__:
            return place(args[0])
        if name == "__iter__":
            return iter([put(part, place(args[0])) for part in args[0].unbind(0)])
        asked = _requested(name, args, given)
        _check(name, args, given, tensors, asked)
        if name in MOVED:
            return _moved(func, args, given, asked or place(args[0]))
        if "device" in given:
            given["device"] = CPU
        result = func(*args, **given)
        if name == "__set__" and len(tensors) > 1:  # `parameter.data = other`
            put(tensors[0], place(tensors[1]))
            return result
        where = asked or next((place(tensor) for tensor in tensors if tensor.ndim), None)
        where = where or (place(tensors[0]) if tensors else CPU)
        for tensor in _tensors(result):
            put(tensor, where)
        return result


def _tensors(value: object) -> list[Tensor]:
    """Every tensor in nested tuples, lists, dictionaries and slices."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = tuple(value.values())
    elif isinstance(value, slice):
        value = (value.start, value.stop, value.step)
    return [tensor for part in value for tensor in _tensors(part)] if isinstance(value, tuple | list) else []


def _requested(name: str, args: Sequence[Any], given: Mapping[str, Any]) -> torch.device | None:
    """The device that a call names, if it does."""
    named = given.get("device")
    if name == "cpu":
        named = CPU
    if name == "to" and named is None:
        named = next((arg for arg in args[1:] if isinstance(arg, torch.device | str)), None)
    return None if named is None else torch.device(named)


def _check(
    name: str, args: Sequence[Any], given: Mapping[str, Any], tensors: Sequence[Tensor], asked: torch.device | None
) -> None:
    if name in READ and place(args[0]) != CPU:
        raise WrongDeviceError(f"{name}: a tensor on {place(args[0])}")
    if name in MIXED or name in MOVED:
        return
    if name in INDEXED:  # the tensor, the index, a value
        indices = _tensors(args[1])
        wrong = place(args[0]) == CPU and any(place(index) != CPU for index in indices)
        tensors = [tensor for tensor in tensors if wrong or all(tensor is not index for index in indices)]
    found = {place(tensor) for tensor in tensors if tensor.ndim or place(tensor) != CPU}  # a number on the CPU may mix
    if len(found) > 1:
        raise WrongDeviceError(f"{name}: " + ", ".join(f"{tuple(t.shape)} on {place(t)}" for t in tensors))
    rng, where = given.get("generator"), asked or next(iter(found), CPU)
    if isinstance(rng, torch.Generator) and rng.device != where:
        raise WrongDeviceError(f"{name}: a generator on {rng.device}, a result on {where}")


def _moved(func: Callable[..., Any], args: Sequence[Any], given: Mapping[str, Any], where: torch.device) -> Tensor:
    """A tensor that is sent elsewhere is another one."""
    source: Tensor = args[0]
    args = [CPU if isinstance(arg, torch.device | str) else arg for arg in args]
    result: Tensor = func(*args, **{**given, **({"device": CPU} if "device" in given else {})})
    if result is source and where == place(source):
        return source
    return put(source.clone() if result is source else result, where)


@contextlib.contextmanager
def on_cuda() -> Iterator[None]:
    """Inside, `device.pick()` finds CUDA: the real one, or a fake one where there is none."""
    if torch.cuda.is_available():
        yield
        return

    def pick(name: str = "auto") -> torch.device:
        return CUDA if name == "auto" else torch.device(name)

    def autocast(where: torch.device, bf16: bool) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext()

    with (
        mock.patch.object(torch, "Generator", Generator),
        mock.patch.object(device, "pick", pick),
        mock.patch.object(device, "autocast", autocast),
        FakeCuda(),
    ):
        yield

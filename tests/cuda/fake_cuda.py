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
from torch.utils import _pytree

from core import device

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
MIXED = {"copy_", "__get__", "__set__", "_has_compatible_shallow_copy_type"}  # may see two devices
INDEXED = {"__getitem__", "__setitem__"}  # with indices on the CPU if need be
READ = {"numpy", "__array__"}  # only in main memory
MOVED = {"to", "cpu"}


class WrongDeviceError(RuntimeError):
    """What CUDA would refuse."""


class Generator(torch.Generator):
    """A source of chance in main memory that says it lies on a device."""

    place: torch.device

    def __new__(cls, device: torch.device | str = "cpu") -> "Generator":
        """Any device; `torch.Generator` itself would look for a GPU."""
        made = super().__new__(cls, "cpu")
        made.place = torch.device(device)
        return made

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """Where it says it lies."""
        return self.place


def place(tensor: Tensor) -> torch.device:
    """Where a tensor would lie."""
    found: torch.device = tensor.__dict__.get("place", CPU)
    return found


def put(tensor: Tensor, where: torch.device) -> Tensor:
    """Say where a tensor would lie."""
    tensor.__dict__["place"] = where
    return tensor


class Pretend(TorchFunctionMode):
    """Carries devices along."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        """Ask, check, do in main memory, and say where the result lies."""
        given, name = dict(kwargs or {}), getattr(func, "__name__", "")
        tensors = [part for part in _pytree.tree_leaves((args, given)) if isinstance(part, Tensor)]
        if func == Tensor.device.__get__:  # type: ignore[attr-defined]
            return place(args[0])
        if name == "__iter__":
            return iter([put(part, place(args[0])) for part in args[0].unbind(0)])
        asked = _asked(name, args, given)
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
        return _pytree.tree_map_only(Tensor, lambda tensor: put(tensor, where), result)


def _asked(name: str, args: Sequence[Any], given: Mapping[str, Any]) -> torch.device | None:
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
        indices = [part for part in _pytree.tree_leaves(args[1]) if isinstance(part, Tensor)]
        wrong = place(args[0]) == CPU and any(place(index) != CPU for index in indices)
        tensors = [tensor for tensor in tensors if wrong or all(tensor is not index for index in indices)]
    found = {place(tensor) for tensor in tensors if tensor.ndim or place(tensor) != CPU}  # a number on the CPU may mix
    if len(found) > 1:
        raise WrongDeviceError(f"{name}: " + ", ".join(f"{tuple(t.shape)} on {place(t)}" for t in tensors))
    chance, where = given.get("generator"), asked or next(iter(found), CPU)
    if isinstance(chance, torch.Generator) and chance.device != where:
        raise WrongDeviceError(f"{name}: a generator on {chance.device}, a result on {where}")


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
    """Inside, `device.pick()` finds CUDA: the real one, or the pretended one where there is none."""
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
        Pretend(),
    ):
        yield

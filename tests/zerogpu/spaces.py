"""The package `spaces` as it behaves on ZeroGPU, for a machine without a GPU; found as `spaces` by a path of its own.

Like the real one it lends a GPU to a fork of the process that imports it, and:

- it has to be imported before PyTorch (the real one: before CUDA is started);
- a function may be a generator, but not asynchronous;
- arguments and results are pickled; a worker's memory is its own, and it answers one question after the other;
- tensors sent to CUDA before the page is launched are placed; afterwards they hold nothing in the process of the page
  (here: NaN), and everything in a worker;
- other uses of CUDA outside a worker are refused, and so is `torch.compile` everywhere.

In a worker CUDA is that of `tests.cuda.fake_cuda`. With a file named by SPACES_STUB_QUOTA no GPU is lent.
"""

import gc
import inspect
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

if "torch" in sys.modules:
    raise RuntimeError("PyTorch was imported before `spaces`, and might have started CUDA.")

import gradio as gr
import torch
from torch import Tensor

from core import device
from tests.cuda.fake_cuda import CUDA, FakeCuda, Generator, place

TITLE = "ZeroGPU worker error"
forking = multiprocessing.get_context("fork")
placed: list[tuple[Tensor, Tensor]] = []  # in the page's process empty, and what it holds in a worker
functions: list[Callable[..., Any]] = []
in_worker = False


class Counting(FakeCuda):
    """Counts the tensors that were computed on CUDA."""

    count = 0

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        found = super().__torch_function__(func, types, args, kwargs)
        self.count += isinstance(found, Tensor) and place(found) == CUDA
        return found


def refuse(*_: Any, **__: Any) -> None:
    raise RuntimeError("CUDA outside a worker, or a compilation.")


def patch() -> None:
    """From here on the process seems to have CUDA, and may only place tensors there, in this thread."""
    FakeCuda().__enter__()  # type: ignore[no-untyped-call]
    torch.cuda.is_available = lambda: True
    torch.cuda._lazy_init = refuse
    vars(torch)["compile"] = refuse
    launch = gr.Blocks.launch

    def launch_packed(*args: Any, **kwargs: Any) -> Any:
        gr.Blocks.launch = launch  # type: ignore[method-assign]
        pack()
        return launch(*args, **kwargs)

    gr.Blocks.launch = launch_packed  # type: ignore[method-assign]


def pack() -> None:
    """Take the content of every tensor that was placed."""
    if not functions:
        raise RuntimeError("No function borrows a GPU: ZeroGPU ends such a Space.")
    with torch._C.DisableTorchFunction():
        for item in gc.get_objects():
            if issubclass(type(item), Tensor) and place(item) == CUDA:
                placed.append((item, item.data.clone()))
                item.data.fill_(float("nan") if item.is_floating_point() else 0)
    print(f"stub: placed {sum(kept.numel() for _, kept in placed)} numbers", flush=True)


def unpack() -> None:
    """In a worker, give it back."""
    with torch._C.DisableTorchFunction():
        for item, kept in placed:
            item.data.copy_(kept)


class Worker:
    """A fork that runs one function."""

    def __init__(self, task: Callable[..., Any]) -> None:
        self.here, there = forking.Pipe()
        self.stop = forking.Event()
        self.process = forking.Process(target=work, args=(task, there, self.stop), daemon=True)
        self.process.start()
        print("stub: began a worker", flush=True)
        there.close()


def work(task: Callable[..., Any], pipe: "Connection[Any, Any]", stop: Any) -> None:
    """What a worker does until the page's process ends: each question in a new thread."""
    global in_worker
    in_worker = True
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    torch.cuda._lazy_init = lambda: None
    unpack()
    while True:
        try:
            asked = pickle.loads(pipe.recv_bytes())
        except EOFError:
            return
        stop.clear()
        thread = threading.Thread(target=answer, args=(task, asked, pipe, stop))
        thread.start()
        thread.join()


def answer(task: Callable[..., Any], asked: tuple[Any, Any], pipe: "Connection[Any, Any]", stop: Any) -> None:
    """Send what a function returns or yields, then how it ended."""
    args, kwargs = asked

    def autocast(where: torch.device, bf16: bool) -> Any:
        return torch.no_grad()

    generators, precision = (
        mock.patch.object(torch, "Generator", Generator),
        mock.patch.object(device, "autocast", autocast),
    )
    with generators, precision, Counting() as counted:
        end: Any = None
        try:
            found = task(*args, **kwargs)
            for each in found if inspect.isgenerator(found) else [found]:
                pipe.send_bytes(pickle.dumps(("value", each)))
                if stop.is_set():
                    found.close()
                    break
        except gr.Error as error:
            end = error
        except Exception as error:  # noqa: BLE001  # as the real one: into the log, and its class into the page
            traceback.print_exc()
            end = gr.Error(type(error).__name__, title=TITLE, print_exception=False)
    print(f"stub: computed {counted.count} tensors on CUDA", flush=True)
    pipe.send_bytes(pickle.dumps(("end", end)))


def check_quota() -> None:
    """Refuse to lend where the file is that says so."""
    if Path(os.environ["SPACES_STUB_QUOTA"]).exists():
        raise gr.Error("You have exceeded your free quota.", title="ZeroGPU quota exceeded", print_exception=False)


def GPU(task: Any = None, *, duration: Any = 60, size: str | None = None) -> Any:
    """Lend a GPU to a function, for some seconds or as many as a function of the same arguments says."""
    if task is None:
        return lambda function: GPU(function, duration=duration, size=size)
    if os.environ.get("SPACES_ZERO_GPU") != "true":
        return task
    if inspect.iscoroutinefunction(task) or inspect.isasyncgenfunction(task):
        raise NotImplementedError
    functions.append(task)
    idle: list[Worker] = []

    def stream(*args: Any, **kwargs: Any) -> Iterator[Any]:
        if in_worker:
            yield from task(*args, **kwargs)
            return
        check_quota()
        seconds = duration(*args, **kwargs) if callable(duration) else duration
        print(f"stub: lent for {seconds} s", flush=True)
        worker = idle.pop() if idle else Worker(task)
        worker.here.send_bytes(pickle.dumps((args, kwargs)))
        kind, value = "", None
        try:
            while (kind := (message := pickle.loads(worker.here.recv_bytes()))[0]) == "value":
                yield message[1]
            value = message[1]
        finally:
            worker.stop.set()
            while kind != "end":
                kind, _ = pickle.loads(worker.here.recv_bytes())
            idle.append(worker)
        if value is not None:
            raise value

    def whole(*args: Any, **kwargs: Any) -> Any:
        return next(stream(*args, **kwargs))

    return stream if inspect.isgeneratorfunction(task) else whole


def gradio_auto_wrap(task: Any) -> Any:
    """Gradio asks for it with every event; it wraps none unless a Space asks for it."""
    return task


if os.environ.get("SPACES_ZERO_GPU") == "true":
    patch()

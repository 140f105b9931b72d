"""Recipes in processes of their own that start at once: each is forked from a server that has imported torch.

One is killed, one meets a full disk, two train together.
"""

import importlib
import multiprocessing
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
CONTEXT = multiprocessing.get_context("forkserver")
PRELOADED = [__name__, "tests.core.toy_recipe", *(f"core.{name}.train" for name in ("rotation", "gan", "generation"))]
DEADLINE_S = 120


def start_server() -> None:
    """Start the server that children are forked from, unless it runs; returns before its imports are done."""
    CONTEXT.set_forkserver_preload(PRELOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("PYTHONPATH", str(ROOT))
        forkserver.ensure_running()


@dataclass(frozen=True)
class Child:
    """A process, and the file of what it writes to stdout and stderr."""

    process: ForkServerProcess
    log: Path

    def wait(self) -> int:
        """Its exit code, negative if a signal ended it; an AssertionError if it does not end."""
        self.process.join(DEADLINE_S)
        code = self.process.exitcode
        if code is None:
            self.process.kill()
        assert code is not None, f"it did not end within {DEADLINE_S} s: {self.said()}"
        return code

    def said(self) -> str:
        """What it wrote."""
        return self.log.read_text() if self.log.is_file() else ""


def start(module: str, flags: Sequence[str], folder: Path, **environment: str) -> Child:
    """Run `main` of a module, as `python -m MODULE FLAGS` does, in a process that works in `folder`."""
    start_server()
    log = folder / f"{module}-{len(list(folder.glob('*.log')))}.log"
    log.touch()
    process = CONTEXT.Process(target=_run, args=(module, list(flags), folder, log, environment))
    process.start()
    return Child(process, log)


def start_two(module: str, flags: Sequence[str], folder: Path) -> list[Child]:
    """Two gloo processes that know of each other, as `torchrun --nproc-per-node 2` would start them."""
    return [start(module, flags, folder, **environment) for environment in two_ranks()]


def two_ranks() -> list[dict[str, str]]:
    """The environments in which two processes find each other, at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    return [{**shared, "RANK": rank, "LOCAL_RANK": rank} for rank in "01"]


def _run(module: str, flags: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    with log.open("w") as output:
        for standard in (1, 2):
            os.dup2(output.fileno(), standard)
    sys.argv = [module, *flags]
    torch.set_num_threads(1)
    importlib.import_module(module).main()

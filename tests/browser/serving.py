"""`python app.py` on a free port, as a visitor of `make run` gets it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START_S = 240


@dataclass(frozen=True)
class Server:
    """A running page: its address without a slash at the end, the file of its output, its process if started here."""

    url: str
    log: Path
    pid: int | None = None


@contextlib.contextmanager
def serve(
    log: Path, path: str = "/", program: Path = ROOT / "app.py", changes: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start a program (PRETEXT_APP names another one), wait until a path answers, and stop it at the end.

    Its environment is that of a test without a network, with some changes.
    """
    port = free_port()
    command = [sys.executable, os.environ.get("PRETEXT_APP", str(program))]
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SHARE": "0",
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        # Gradio names files by their content and writes them anew each time: two servers would meet in one file
        "GRADIO_TEMP_DIR": str(log.parent / "gradio"),
        **(changes or {}),
    }
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}{path}", process, log)
        yield Server(f"http://127.0.0.1:{port}", log, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def resident_mb(process: psutil.Process) -> float:
    """Memory of a process and its children, in MB of 10^6 bytes.

    A child that has just ended counts nothing, nor does one that has not yet become another program: it still shares
    all of its parent's memory.
    """
    used, program = process.memory_info().rss, process.cmdline()
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            used += 0 if child.cmdline() == program else child.memory_info().rss
    return float(used) / 1e6


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, f"the server stopped:\n{log.read_text()[-3000:]}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                assert answer.status == 200
                return
        except OSError:  # nobody listens yet, or not long enough
            time.sleep(0.25)
    raise AssertionError(f"the server did not answer within {START_S} s:\n{log.read_text()[-3000:]}")

"""How the memory of a server is counted: its own, its children's, and nothing twice."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.browser.serving import resident_mb

BALLAST_MB = 200
BEGUN = f"ballast = bytearray(b'x' * {BALLAST_MB}_000_000); import subprocess, sys, time; "
FORKED = "subprocess.run(['sleep', '0'], preexec_fn=lambda: (print(flush=True), time.sleep(60)))"
PROGRAM = (
    "subprocess.run([sys.executable, '-c', 'import time; b = bytes(50_000_000); print(flush=True); time.sleep(60)'])"
)


@pytest.fixture
def parent(request: pytest.FixtureRequest) -> Iterator[psutil.Process]:
    """A process with ballast whose child has said that it is there."""
    with subprocess.Popen([sys.executable, "-c", BEGUN + request.param], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)
        found = psutil.Process(process.pid)
        yield found
        for each in [*found.children(recursive=True), found]:
            each.kill()


@pytest.mark.parametrize("parent", [FORKED], indirect=True)
def test_child_that_is_no_program_yet_counts_nothing(parent: psutil.Process) -> None:
    (child,) = parent.children()
    assert child.memory_info().rss > BALLAST_MB * 0.9e6, "it shares what its parent has"
    assert BALLAST_MB < resident_mb(parent) < 1.5 * BALLAST_MB


@pytest.mark.parametrize("parent", [PROGRAM], indirect=True)
def test_child_that_runs_a_program_counts(parent: psutil.Process) -> None:
    (child,) = parent.children()
    own = (parent.memory_info().rss + child.memory_info().rss) / 1e6
    assert resident_mb(parent) == pytest.approx(own, abs=2)
    assert resident_mb(parent) > BALLAST_MB + 5

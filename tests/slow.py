"""Which tests `make fast` leaves out. `make slow` runs all it may run and writes tests/slow.txt anew.

A line is a test whose calls, one for each of its parameters, take more than a second together, or a file whose fixtures
take more than four: those start servers.
"""

import functools
from collections import defaultdict
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
CALLS_S, FIXTURES_S = 1.0, 4.0
calls_s: defaultdict[str, float] = defaultdict(float)  # test -> seconds
fixtures_s: defaultdict[str, float] = defaultdict(float)  # file -> seconds


def is_slow(nodeid: str) -> bool:
    """Whether a test, or its file, stands in the list."""
    name = test_of(nodeid)
    return bool({name, file_of(name)} & listed())


@functools.cache
def listed() -> frozenset[str]:
    """The tests and files in the list."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


def test_of(nodeid: str) -> str:
    """A test without its parameters."""
    return nodeid.partition("[")[0]


def file_of(name: str) -> str:
    """The file of a test."""
    return name.partition("::")[0]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test and the fixtures of its file take."""
    name = test_of(report.nodeid)
    if report.when == "call":
        calls_s[name] += report.duration
    else:
        fixtures_s[file_of(name)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the list, but not from each of several processes."""
    if hasattr(session.config, "workerinput"):
        return
    files = {file for file, seconds in fixtures_s.items() if seconds > FIXTURES_S}
    tests = {name for name, seconds in calls_s.items() if seconds > CALLS_S and file_of(name) not in files}
    LIST.write_text("".join(f"{line}\n" for line in sorted(files | tests)), encoding="utf-8")

"""Containerfile followed without a container engine: its last stage as a folder, its environment and its commands."""

import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stage:
    """What is between one FROM and the next; paths as the file has them."""

    copies: list[tuple[list[str], str]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0"
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction and what follows it, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest.strip()


def stages(text: str) -> list[Stage]:
    """The stages of a Containerfile in order."""
    found: list[Stage] = []
    for name, rest in instructions(text):
        if name == "FROM":
            found.append(Stage())
        elif found:
            _note(found[-1], name, rest)
    return found


def _note(stage: Stage, name: str, rest: str) -> None:
    if name == "COPY" and not rest.startswith("--from"):
        *sources, target = rest.split()
        stage.copies.append((sources, target))
    elif name == "RUN":
        stage.runs.append(rest)
    elif name == "ENV":
        stage.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    elif name == "WORKDIR":
        stage.folder = rest
    elif name == "USER":
        stage.user = rest
    elif name == "HEALTHCHECK":
        stage.health = json.loads(rest[rest.index("CMD") + 3 :])
    elif name == "CMD":
        stage.command = json.loads(rest)


def is_ignored(path: str, patterns: list[str]) -> bool:
    """Whether .dockerignore keeps a path out: the last pattern that fits it or a folder around it decides."""
    places = [path, *(str(parent) for parent in Path(path).parents)]
    ignored = False
    for pattern in patterns:
        plain = pattern.removeprefix("!").removeprefix("**/")
        fits = any(fnmatch(place, plain) or ("**/" in pattern and fnmatch(Path(place).name, plain)) for place in places)
        if fits:
            ignored = not pattern.startswith("!")
    return ignored


def build(stage: Stage, into: Path) -> Path:
    """Copy what a stage copies into the folder `into`, and run what of it needs no network; returns its work folder."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    work = into / stage.folder.lstrip("/")
    for sources, target in stage.copies:
        for source in sources:
            found = ROOT / source
            for file in [found] if found.is_file() else sorted(each for each in found.rglob("*") if each.is_file()):
                if not is_ignored(str(file.relative_to(ROOT)), patterns):
                    below = file.relative_to(found) if found.is_dir() else Path(source).name
                    (work / target / below).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, work / target / below)
    for command in stage.runs:
        if command.startswith("python "):
            subprocess.run([sys.executable, *shlex.split(command)[1:]], cwd=work, check=True)
    return work


def own(command: list[str]) -> list[str]:
    """A command of the image with the Python of the tests."""
    return [sys.executable if part == "python" else part for part in command]


def environment(stage: Stage, temporary: Path, **more: str) -> dict[str, str]:
    """The environment of the image alone, with a folder of the tests for its one writable place."""
    inside = {name: value.replace("/var/tmp", str(temporary)) for name, value in stage.environment.items()}
    return {**inside, "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **more}


@functools.cache
def can_confine() -> bool:
    """Whether this is root, and may give a process a view of the files of its own."""
    tools = all(map(shutil.which, ("unshare", "setpriv")))
    return tools and os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


def confined(command: list[str], tree: Path, user: str) -> list[str]:
    """A command that runs in the tree, cannot write there, and is not root; as it is where that cannot be had.

    A namespace of its own has the tree read-only. The Python of the tests may lie in a folder of root's, which is why
    one capability stays, to read past permissions; none to write.
    """
    if not can_confine():
        return command
    place = shlex.quote(str(tree))
    script = f'mount --bind {place} {place} && mount -o remount,ro,bind {place} && cd {place} && exec "$@"'
    kinds = ("inh-caps=-all,", "ambient-caps=", "bounding-set=-all,")
    reading = [f"--{kind}+dac_read_search" for kind in kinds]
    drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *reading, "--no-new-privs"]
    return ["unshare", "--mount", "sh", "-c", script, "sh", *drop, *command]

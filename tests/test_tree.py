"""What lies at the top of the tree, and what no file of it may say."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOP = {
    "app.py",
    "demos",
    "core",
    "deploy",
    "assets",
    "docs",
    "tests",
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-ray.txt",
    "requirements.lock",
    "pyproject.toml",
    "Makefile",
    "Containerfile",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
}
HIDDEN = {".ci", ".dockerignore", ".gitignore", ".gitattributes", ".github"}


@cache
def tracked() -> tuple[str, ...]:
    """Paths of the files under version control; of all files where there is none."""
    asked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode:
        return tuple(str(file.relative_to(ROOT)) for file in ROOT.rglob("*") if file.is_file())
    return tuple(path for path in asked.stdout.split("\0") if (ROOT / path).is_file())


def test_top_level_is_as_drawn() -> None:
    assert {path.split("/")[0] for path in tracked()} <= TOP | HIDDEN
    assert not TOP - {path.name for path in ROOT.iterdir()}


def test_no_path_of_a_private_machine() -> None:
    """An absolute path of somebody's machine; core/data and the like are places in this tree."""
    private = re.compile(r"(?<![\w.)}>*/-])/(?:data|tmp|opt|work|root|home|mnt|Users)(?:/\w|\b(?!/))")
    found = []
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8000] and path != ".gitignore":  # whose paths begin at the tree
            lines = content.decode("utf-8").splitlines()
            found += [f"{path}: {line.strip()[:90]}" for line in lines if private.search(line)]
    assert not found


def test_requirements_name_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-ray.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert lines
        assert not [line for line in lines if re.match(r"\s*(-i|-f|--\w)", line) or "://" in line]

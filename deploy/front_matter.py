"""The front matter of README.md, by which Hugging Face builds a Space, and what the Hub accepts in it.

The keys and their limits are those of the Hub's "Spaces Configuration Reference", as read in November 2026. The Hub
refuses a push that breaks one, or builds something else than was meant.
"""

import re
import tomllib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub import SpaceHardware

COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
HARDWARE = tuple(flavour.value for flavour in SpaceHardware)
PICTOGRAM = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?")
HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
PRELOADED = re.compile(r"[\w.-]+/[\w.-]+( \S+){0,2}")  # a repository, files with commas between them, a commit
MOST_CHARACTERS = 60  # of the short description

Rule = tuple[Callable[[Any], bool], str]  # whether a value is right, and what it must be


def is_text(value: object, pattern: str | re.Pattern[str] = r".*\S.*") -> bool:
    """Whether a value is text of a pattern."""
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_list(value: object, pattern: str | re.Pattern[str]) -> bool:
    """Whether a value is a list of texts of a pattern."""
    return isinstance(value, list) and all(is_text(each, pattern) for each in value)


def fits(version: object, root: Path) -> bool:
    """Whether a Python of the form 3.x is within what pyproject.toml requires."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    low, high = map(int, re.findall(r"3\.(\d+)", project["requires-python"]))
    return is_text(version, r"3\.\d+") and low <= int(str(version)[2:]) < high


def pinned(root: Path) -> str:
    """The version of Gradio in requirements.txt; a Space installs `sdk_version` after it."""
    found = re.search(r"^gradio==(\S+)", (root / "requirements.txt").read_text(encoding="utf-8"), re.M)
    return found[1] if found else ""


def required(root: Path, paths: Collection[str]) -> dict[str, Rule]:
    """The keys that have to be there; `paths` are the files of the Space."""
    colour: Rule = (lambda value: value in COLOURS, f"one of {', '.join(COLOURS)}")
    return {
        "title": (is_text, "a name"),
        "emoji": (lambda value: is_text(value, PICTOGRAM), "one emoji"),
        "colorFrom": colour,
        "colorTo": colour,
        "sdk": (lambda value: value == "gradio", "gradio"),
        "sdk_version": (lambda value: value == pinned(root), f"{pinned(root)}, as in requirements.txt"),
        "python_version": (
            lambda value: fits(value, root),
            'a text such as "3.12", within what pyproject.toml requires',
        ),
        "app_file": (lambda value: value in paths, "a file of the Space"),
        "short_description": (
            lambda value: is_text(value) and len(value) <= MOST_CHARACTERS,
            f"a text of at most {MOST_CHARACTERS} characters",
        ),
        "license": (lambda value: is_text(value, r"[a-z0-9][a-z0-9.-]*"), "the Hub's word for a licence"),
    }


def possible() -> dict[str, Rule]:
    """The keys that may be there."""
    truth: Rule = (lambda value: isinstance(value, bool), "true or false")
    names: Rule = (lambda value: is_list(value, HUB_NAME), "a list of names on the Hub")
    return {
        "models": names,
        "datasets": names,
        "preload_from_hub": (lambda value: is_list(value, PRELOADED), "a list of repositories, each with its files"),
        "tags": (lambda value: is_list(value, r"[\w-]+"), "a list of words"),
        "thumbnail": (lambda value: is_text(value, r"https://\S+"), "an address"),
        "suggested_hardware": (lambda value: value in HARDWARE, f"one of {', '.join(HARDWARE)}"),
        "pinned": truth,
        "fullWidth": truth,
    }


def wrong(root: Path, paths: Collection[str]) -> list[str]:
    """What is wrong with the front matter of README.md, a sentence each."""
    matter: dict[str, Any] = huggingface_hub.metadata_load(root / "README.md") or {}
    needed = required(root, paths)
    known = needed | possible()
    found = [f"{key} is missing." for key in needed.keys() - matter.keys()]
    found += [f"{key} is no key of a Space." for key in matter.keys() - known.keys()]
    for key in matter.keys() & known.keys():
        is_right, words = known[key]
        if not is_right(matter[key]):
            found.append(f"{key} is {matter[key]!r}; it must be {words}.")
    return sorted(found)

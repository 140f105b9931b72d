"""The strings of the page for tests: those of all tabs, and `Say` with the strings of one tab."""

import importlib
from pathlib import Path

from demos.page import words
from demos.page.words import Language, Say
from demos.training.words import WORDS as TRAINING

METHODS = tuple(sorted(tab.parent.name for tab in (Path(__file__).parents[2] / "demos").glob("*/tab.py")))
TABLES = {method: importlib.import_module(f"demos.{method}.words") for method in METHODS}
ALL_WORDS: dict[str, tuple[str, str]] = {
    **words.WORDS,
    **TRAINING,
    **{k: v for table in TABLES.values() for k, v in table.WORDS.items()},
}


def voice(method: str, language: Language = "en") -> Say:
    """The strings on the tab of a method, as `app.fill` passes them to `build`."""
    return Say(language).adding(TABLES[method].WORDS)

"""Tokens as a visitor reads them: parts of characters explained, and scripts that run from right to left in order."""

import html
import re
import unicodedata
from collections.abc import Iterable

from demos.page.words import Say

PART = re.compile(r"(##)?‹[0-9A-F]{2}( [0-9A-F]{2})*›")  # bytes as `core.data.texts.label` writes them
BROKEN = "\ufffd"  # where bytes make no character
SHOWN = 60  # characters of a text inside a sentence


def explain_parts(say: Say, shown: Iterable[str]) -> str:
    """The sentence that says what ‹E4 B8› and � are, with a blank in front; "" where neither is among the texts."""
    found = any(PART.fullmatch(text.strip()) or BROKEN in text for text in shown)
    return " " + say("page.part_of_character") if found else ""


def explain_conversion(say: Say, text: str, *, converted: bool) -> str:
    """The sentence that says how traditional Chinese was read, with a blank in front; "" if nothing was converted."""
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return " " + say("page.converted", text=html.escape(shown)) if converted else ""


def from_right(text: str) -> bool:
    """Whether a text runs from right to left: so does its first letter, as in Hebrew or Arabic."""
    letters = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in letters if kind in ("L", "R", "AL")), "L") != "L"


def isolated(text: str) -> str:
    """A text to stand between others in a plain string: the direction of its script stays inside it."""
    return text if text.isascii() else f"\u2068{text}\u2069"

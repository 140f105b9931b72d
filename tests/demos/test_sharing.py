"""The foot of a tab: what the script is told, and the QR code."""

import json
import re
from typing import Any

import gradio as gr
import pytest

from demos.page import links, sharing
from demos.page.words import LANGUAGES, Language, Say
from tests.demos.settings import controls
from tests.demos.voices import METHODS

LINK = "https://example.org/pretext/zh?tab=gpt2&temperature=1.2&seed=7"


def modules(link: str) -> int:
    """Modules along one side of a drawn code, without its quiet zone of four on each side."""
    drawn = str(sharing.on_qr(Say("en"), link).value)
    width, height = re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)[0]
    assert width == height
    return int(width) // sharing.QR_PX - 8


@pytest.mark.parametrize(("link", "side"), [("x" * 17, 21), (LINK, 33), ("a" * 1500, 129)])
def test_code_has_the_size_of_its_version(link: str, side: int) -> None:
    """ISO/IEC 18004, table 7, bytes at level L: version 1 holds 17, 4 holds 78, 28 holds 1,528; 17 + 4 v modules."""
    assert modules(link) == side


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_holds_no_markup_of_a_visitor(language: Language) -> None:
    drawn = sharing.on_qr(Say(language), "<script>alert(1)</script>")
    assert "alert" not in str(drawn.value)
    assert Say(language)("page.qr_title") in str(drawn.value)
    assert drawn.visible


@pytest.mark.parametrize("link", ["", "x" * (links.LONGEST + 1)])
def test_other_lengths_are_refused(link: str) -> None:
    with pytest.raises(gr.Error, match="1500"):
        sharing.on_qr(Say("en"), link)


@pytest.mark.parametrize("method", METHODS)
def test_script_knows_every_control(built: gr.Blocks, method: str) -> None:
    known: dict[str, Any] = controls(built, method)
    told = json.loads(json.dumps(sharing.known_to_script(Say("zh"), method, known)))
    assert told["names"] == list(known)
    assert len(told["usual"]) == len(told["names"])
    assert set(told["media"]) <= set(told["names"])
    assert told["longest"] == 1500
    assert len(json.dumps(told)) < 4000, "it is in the page twice per language"


def test_languages_differ_in_gpt2_alone(built: gr.Blocks) -> None:
    told = {method: sharing.known_to_script(Say("en"), method, controls(built, method)) for method in METHODS}
    always = {
        method: [n for n, v in zip(each["names"], each["usual"], strict=True) if v is None]
        for method, each in told.items()
    }
    assert {method: names for method, names in always.items() if names} == {
        "gpt2": ["model", "prompt", "word", "query"]
    }

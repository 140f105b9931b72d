"""Choices that several parts of the tab have."""

from typing import Any

import gradio as gr

from core.compare import explore
from demos.compare import views
from demos.page.words import Say

LEFT, RIGHT = "pixels", "simclr"
Shown = dict[str, Any]  # components by the name of the value that they show


def set_choice(say: Say, where: str) -> gr.Radio:
    """The choice of a set; a visitor's own is added when it is there."""
    named = views.set_names(say)
    return gr.Radio(named, value=explore.SETS[0], label=say("compare.set"), elem_id=f"compare-{where}-set")


def encoder_choice(say: Say, what: str, first: str) -> gr.Dropdown:
    """The choice of one encoder."""
    label, ident = say(f"compare.{what}"), f"compare-{what.replace('_', '-')}"
    return gr.Dropdown(views.names(say), value=first, label=label, elem_id=ident)

"""The settings in an address, such as `?tab=gpt2&temperature=1.2&seed=7`, as values of the controls of a tab.

A control is named by its element id without the prefix of its method. assets/links.js builds such an address; what it
holds is checked here against the bounds and choices of each control, because anybody may write one. A picture or sound
is named by the bundled example in it: what a visitor brought along is part of no address.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
from gradio.blocks import Block, BlockContext

from core.errors import InputError
from demos.page import payloads

LONGEST = 1500  # characters of an address that is built here; phones and chats cut longer ones
MOST_READ = 20_000  # characters of one that is read
MOST_ITEMS = 200  # of a list
RESERVED = ("tab", "open", "lang", "run")  # what an address holds besides controls
FOREIGN = re.compile(r"__\w*|view|utm_\w+|\w*clid|from|isappinstalled|logs")  # added by Gradio, chats and trackers
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,17})?(e-?[0-9]{1,2})?")
MEDIA = (gr.Image, gr.Audio, gr.Gallery)
KINDS = (gr.Slider, gr.Number, gr.Radio, gr.Dropdown, gr.Checkbox, gr.CheckboxGroup, gr.Textbox)
READERS = tuple(kind.preprocess for kind in KINDS)  # Gradio's own
Values = dict[Any, Any]  # component -> its value


@dataclass(frozen=True)
class Examples:
    """What may be put into a picture, sound or gallery by its name.

    Attributes:
        named: hidden text with the name of the example that is shown; empty for what a visitor brought.
        names: all of them; the first in `named` is the one laid out.
        shown: the value of the component for a name.
        given: what handlers get for a name.
        chooser: a control that shows the choice as well.
    """

    named: gr.Textbox
    names: Collection[str]
    shown: Callable[[str], Any]
    given: Callable[[str], Any]
    chooser: Any = None


@dataclass
class Linked:
    """What an address sets in a tab.

    Attributes:
        names: of the controls in the address.
        shown: values of components.
        given: what handlers get of the same controls.
        refused: names of what is not known or not allowed; those controls keep their values.
    """

    names: dict[Any, str] = field(default_factory=dict)
    shown: Values = field(default_factory=dict)
    given: Values = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def examples_of(component: Any) -> Examples | None:
    """The examples that belong to an input."""
    found: Examples | None = getattr(component, "examples", None)
    return found


def bound(component: Any, check: Callable[[Any], object]) -> None:
    """Have an address obey a check that only the handlers know, and which raises InputError."""
    component.linked_check = check


def named(control: Any) -> Any:
    """What holds the value of a control for an address: itself, or the name of its example."""
    examples = examples_of(control)
    return control if examples is None else examples.named


def of_language(*components: Any) -> None:
    """Have every link name these controls: they are laid out with other values in the other language."""
    for component in components:
        component.linked_always = True


def is_of_language(component: Any) -> bool:
    """Whether every link names a control."""
    return getattr(component, "linked_always", False)


def in_no_link(*components: Any) -> None:
    """Leave out controls that show a part of an answer, or what is a visitor's own."""
    for component in components:
        component.linked_never = True


def controls_of(tab: Block, method: str) -> dict[str, Any]:
    """The controls of a tab, with everything laid out, that an address may set: by their names."""
    found = {}
    choosers = [examples.chooser for each in walk(tab) if (examples := examples_of(each))]
    for each in walk(tab):
        ident = str(each.elem_id or "")
        plain = isinstance(each, KINDS) and each.interactive is not False and each.visible is True
        offers = not isinstance(each, (gr.Radio, gr.Dropdown)) or each.choices
        left_out = getattr(each, "linked_never", False) or any(each is chooser for chooser in choosers)
        if ident.startswith(f"{method}-") and not left_out and ((plain and offers) or examples_of(each)):
            found[ident.removeprefix(f"{method}-")] = each
    return found


def companions(controls: Mapping[str, Any]) -> list[Any]:
    """What changes with the controls: the names of their examples, and what else shows the choice of one."""
    found = [examples for each in controls.values() if (examples := examples_of(each))]
    return [item for each in found for item in (each.named, each.chooser) if item is not None]


def folds_of(tab: Block, method: str) -> set[str]:
    """The names of the folds of a tab."""
    ids = (str(each.elem_id) for each in walk(tab) if isinstance(each, gr.Accordion) and each.elem_id)
    return {ident.removeprefix(f"{method}-").removesuffix("-fold") for ident in ids if ident.endswith("-fold")}


def walk(block: Any) -> Iterator[Any]:
    """Everything inside a block, in the order of the page."""
    for child in block.children if isinstance(block, BlockContext) else ():
        yield child
        yield from walk(child)


def read(query: str, controls: Mapping[str, Any], method: str = "", folds: Collection[str] = ()) -> Linked:
    """The values that an address gives to the controls of a tab; of a name that is given twice, the last.

    Args:
        query: with or without its question mark.
        controls: by their names.
        method: of the tab; an address that names another one leads nowhere. Not checked if empty.
        folds: of the tab.
    """
    linked = Linked()
    sent = dict(parse_qsl(query[:MOST_READ].removeprefix("?"), keep_blank_values=True, errors="replace"))
    if method and sent.get("tab", method) != method:
        linked.refused.append("tab")
    elif method and not set(filter(None, sent.get("open", "").split(","))) <= set(folds):
        linked.refused.append("open")
    for name, text in sent.items():
        component = controls.get(name)
        if component is None:
            linked.refused += [] if name in RESERVED or FOREIGN.fullmatch(name) else [name]
            continue
        try:
            _set(linked, component, text)
            linked.names[component] = name
        except InputError:
            linked.refused.append(name)
    return linked


def _set(linked: Linked, component: Any, text: str) -> None:
    """Set one control; raises InputError for a value that it does not take."""
    examples = examples_of(component)
    if examples is None:
        value = parsed(component, text)
        linked.shown[component] = value
        linked.given[component] = component.preprocess(value)
    elif text in examples.names:
        linked.shown |= {component: examples.shown(text), examples.named: text}
        linked.shown |= {} if examples.chooser is None else {examples.chooser: text}
        linked.given[component] = examples.given(text)
    else:
        raise InputError("Choose one of the options offered.")


def parsed(component: Any, text: str) -> Any:
    """The value of a control that a text in an address stands for.

    Raises:
        InputError: another type, not among the choices, or outside the limits.
    """
    value = _typed(component, text)
    if not _reads_itself(component):
        payloads.check(component, value)
    getattr(component, "linked_check", bool)(value)
    return value


def _typed(component: Any, text: str) -> Any:
    """A text as the type of a control's values."""
    value: Any = text
    if isinstance(component, (gr.Slider, gr.Number)):
        value = number(text)
    elif isinstance(component, gr.Checkbox):
        value = {"1": True, "0": False}.get(text)
    elif isinstance(component, gr.CheckboxGroup) or getattr(component, "multiselect", None):
        value = _several(component, text)
    elif isinstance(component, (gr.Radio, gr.Dropdown)):
        value = text if _reads_itself(component) else choice(component.choices, text)
    elif component.max_length is not None and len(text) > component.max_length:
        value = None
    if value is None:
        raise InputError("Choose one of the options offered.")
    return value


def _several(component: Any, text: str) -> list[Any]:
    """The values of a list, separated by commas."""
    parts = text.split(",") if text else []
    most = getattr(component, "max_choices", None) or MOST_ITEMS
    free = _reads_itself(component)
    values = [number(part) if free else choice(component.choices, part) for part in parts[: most + 1]]
    if None in values or len(values) > most or len(set(values)) < len(values):
        raise InputError("Choose only from the options offered.")
    return values


def _reads_itself(component: Any) -> bool:
    """Whether the choices that a component is laid out with do not bind, since its handler knows better."""
    return getattr(component.preprocess, "__func__", None) not in READERS


def number(text: str) -> int | float | None:
    """A plain number, whole where it is written so; None for any other text."""
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def choice(choices: Sequence[Any], text: str) -> Any:
    """The value among the choices that a text stands for; None if there is none."""
    values = (value for _, value in choices)
    return next((value for value in values if value == (text if isinstance(value, str) else number(text))), None)


def kept(answer: Values, linked: Linked) -> tuple[Values, list[str]]:
    """An answer to the settings of a link, of which those stay chosen that are among the choices it offers.

    Returns:
        The answer, and the names of the settings that do not stay.
    """
    found, gone = dict(answer), []
    for component, name in linked.names.items():
        update, value = answer.get(component), linked.shown[component]
        if isinstance(update, dict) and "choices" in update:
            offered = [each[1] if isinstance(each, (tuple, list)) else each for each in update["choices"]]
            if all(each in offered for each in (value if isinstance(value, list) else [value])):
                found[component] = {**update, "value": value}
            else:
                gone.append(name)
    return found, gone

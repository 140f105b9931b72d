"""Settings in an address: every control of every tab comes back as it was written, and nothing else is let in."""

from typing import Any

import gradio as gr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import bundled
from core.errors import InputError
from demos.page import links
from demos.page.words import LANGUAGES
from tests.demos.settings import controls, query, tabs, values_of
from tests.demos.voices import METHODS

EVERY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# --- every control ---


@pytest.mark.parametrize("method", METHODS)
@EVERY
@given(data=st.data())
def test_every_control_comes_back(built: gr.Blocks, method: str, data: st.DataObject) -> None:
    known = controls(built, method)
    wanted = {name: data.draw(values_of(name, control), name) for name, control in known.items()}
    found = links.read(query(wanted), known)
    assert not found.refused
    assert {name: found.shown[links.named(control)] for name, control in known.items()} == wanted
    assert set(found.given) == set(known.values())


@pytest.mark.parametrize("method", METHODS)
def test_both_languages_have_the_same_controls(built: gr.Blocks, method: str) -> None:
    """A control that is laid out differently is in every link, or a link would mean two things."""
    english, chinese = (controls(built, method, language) for language in LANGUAGES)
    assert list(english) == list(chinese)
    for name, control in english.items():
        values = [links.named(each[name]).value for each in (english, chinese)]
        assert (values[0] != values[1]) <= links.is_of_language(control), name
        assert links.is_of_language(control) == links.is_of_language(chinese[name])


def test_no_control_has_a_reserved_name(built: gr.Blocks) -> None:
    names = {name for method, tab in tabs(built) for name in links.controls_of(tab, method)}
    assert not names & set(links.RESERVED)
    assert not [name for name in names if links.FOREIGN.fullmatch(name)]


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("gpt2", {"model", "prompt", "temperature", "top-k", "top-p", "length", "seed", "stage", "train-lr", "word"}),
        ("rotation", {"picture", "turn", "model", "stage", "class", "train-data", "hide", "only"}),
        ("contrastive", {"pictures", "crop", "encoder", "seed", "query", "which"}),
        ("audio", {"sound", "other", "place", "length", "seed"}),
        ("vae", {"picture-a", "picture-b", "path", "axis-0", "prior-seed"}),
        ("bert", {"text", "words", "seed"}),
        ("recommendation", {"films", "place", "film"}),
    ],
)
def test_settings_are_controls(built: gr.Blocks, method: str, names: set[str]) -> None:
    assert names <= controls(built, method).keys()


def test_outputs_and_uploads_are_no_controls(built: gr.Blocks) -> None:
    names = {f"{method}-{name}" for method, tab in tabs(built) for name in links.controls_of(tab, method)}
    ends = ("-view", "-run", "-link", "-command", "-files", "-csv", "-canvas", "-example", "-examples")
    assert not [name for name in names if name.endswith(ends)]
    assert not names & {"gpt2-number", "gpt2-choice", "contrastive-cosine", "contrastive-set", "audio-start"}


# --- what is refused ---


class Small:
    """A control of each kind."""

    def __init__(self) -> None:
        with gr.Blocks(), gr.Tab() as self.tab:
            self.slider = gr.Slider(0, 2, 0.8, step=0.05, elem_id="toy-slider")
            self.number = gr.Number(3, minimum=0, maximum=99, precision=0, elem_id="toy-number")
            self.radio = gr.Radio([("a", "one"), ("b", "two")], value="one", elem_id="toy-radio")
            self.choice = gr.Dropdown([("16", 16), ("1", 1.0)], value=16, elem_id="toy-choice")
            self.several = gr.CheckboxGroup([("x", "x"), ("y", "y")], value=["x"], elem_id="toy-several")
            self.films = gr.Dropdown(
                [("f", 1), ("g", 2), ("h", 3)], multiselect=True, max_choices=2, elem_id="toy-films"
            )
            self.box = gr.Checkbox(elem_id="toy-box")
            self.text = gr.Textbox("as it was", max_length=10, elem_id="toy-text")
            self.output = gr.Textbox(interactive=False, elem_id="toy-output")
        self.controls = links.controls_of(self.tab, "toy")

    def read(self, text: str) -> dict[str, Any]:
        found = links.read(text, self.controls)
        return {**{str(each.elem_id)[4:]: value for each, value in found.shown.items()}, "refused": found.refused}


@pytest.fixture(scope="module")
def small() -> Small:
    return Small()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("slider=1.25", {"slider": 1.25}),
        ("?slider=2&number=7", {"slider": 2, "number": 7}),
        ("radio=two&choice=1", {"radio": "two", "choice": 1.0}),
        ("several=y,x", {"several": ["y", "x"]}),
        ("several=", {"several": []}),
        ("films=3,1", {"films": [3, 1]}),
        ("box=1", {"box": True}),
        ("text=%E4%BD%A0%0A+%2C", {"text": "你\n ,"}),
        ("slider=1&slider=0.5", {"slider": 0.5}),
        ("tab=toy&open=a,b&lang=zh&run=x", {}),
        ("utm_source=chat&fbclid=1&__theme=dark&from=timeline", {}),
        ("", {}),
    ],
)
def test_values_are_read(small: Small, text: str, found: dict[str, Any]) -> None:
    assert small.read(text) == {**found, "refused": []}


@pytest.mark.parametrize(
    "text",
    [
        "slider=2.01",
        "slider=-0.1",
        "slider=nan",
        "slider=inf",
        "slider=1e400",
        "slider=",
        "slider=1,5",
        "slider=0x1",
        "slider=１",
        "number=100",
        "number=-1",
        "radio=three",
        "radio=a",
        "choice=17",
        "choice=True",
        "several=x,z",
        "several=x,x",
        "several=x,",
        "films=1,2,3",
        "films=4",
        "box=2",
        "box=true",
        "text=eleven-long",
        "output=written",
        "nothing=1",
        "Slider=1",
    ],
)
def test_wrong_values_are_refused_by_name(small: Small, text: str) -> None:
    name = text.split("=")[0]
    beside = {"radio": "two"} if name != "radio" else {"box": True}
    assert small.read(f"{text}&{query(beside)[1:]}") == {**beside, "refused": [name]}


@pytest.mark.parametrize("text", ["%ff%fe=1", "a" * 50_000, "&" * 1000, "=1&==", "number=" + "9" * 9000, "%00=%00"])
def test_no_text_breaks_the_reading(small: Small, text: str) -> None:
    found = small.read(text)
    assert found.keys() == {"refused"}


@EVERY
@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(small: Small, text: str) -> None:
    found = links.read(text, small.controls)
    assert found.shown.keys() == found.given.keys() <= set(small.controls.values())


def test_seeds_obey_their_handlers(built: gr.Blocks) -> None:
    for method, name in (("vae", "seed"), ("gan", "end-a"), ("masked", "seed"), ("contrastive", "seed")):
        assert links.read(f"{name}=-1", controls(built, method)).refused == [name]
        assert links.read(f"{name}=99999999999", controls(built, method)).refused == [name]


def test_bad_class_names_are_refused(built: gr.Blocks) -> None:
    known = controls(built, "rotation")
    assert not links.read("class=9b_六-班", known).refused
    for name in ("a b", "<b>", "x" * 21, "é", "a,b"):
        assert links.read(query({"class": name}), known).refused == ["class"]


# --- examples ---


def test_examples_come_by_name(built: gr.Blocks) -> None:
    known = controls(built, "rotation")
    found = links.read("picture=cat", known)
    picture = known["picture"]
    cat = next(photo.image for photo in bundled.photographs() if photo.key == "cat")
    assert found.shown == {picture: cat, links.named(picture): "cat"}
    assert found.given[picture] is cat
    assert links.read("picture=../../secret", known).refused == ["picture"]


def test_sets_and_sounds_show_their_choice(built: gr.Blocks) -> None:
    for method, name, example in (("contrastive", "pictures", "alike"), ("audio", "sound", "sample_drum_roll")):
        control = controls(built, method)[name]
        found = links.read(f"{name}={example}", controls(built, method))
        chooser = links.examples_of(control).chooser  # type: ignore[union-attr]
        assert found.shown[chooser] == example
        assert example in [value for _, value in chooser.choices]
        assert set(links.companions({name: control})) == {links.named(control), chooser}


def test_laid_out_examples_are_examples(built: gr.Blocks) -> None:
    for method, tab in tabs(built):
        for control in links.controls_of(tab, method).values():
            examples = links.examples_of(control)
            assert examples is None or examples.named.value in examples.names


# --- answers that offer choices ---


def test_choices_of_the_link_stay_chosen() -> None:
    with gr.Blocks():
        words, place = gr.CheckboxGroup([]), gr.Radio([1, 2])
    update = gr.update(choices=[("a", 0), ("b", 1)], value=[0])
    other: Any = {place: 2, words: update}
    chosen, unknown = (links.Linked({words: "words"}, {words: values}) for values in ([1], [1, 7]))
    assert links.kept(other, chosen) == ({place: 2, words: {**update, "value": [1]}}, [])
    assert links.kept(other, unknown) == (other, ["words"]), "not among the choices"
    assert links.kept({place: gr.skip()}, links.Linked({place: "place"}, {place: 1})) == ({place: gr.skip()}, [])
    assert update["value"] == [0], "a kept answer is not changed"


def test_checks_raise_one_kind_of_error(small: Small) -> None:
    with pytest.raises(InputError):
        links.parsed(small.slider, "x")

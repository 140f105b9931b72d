"""Questions of a tab: the first answer is computed once, a shared change is one event, a closed fold is left alone."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
import pytest
from gradio.block_function import BlockFunction
from PIL import Image

from core.errors import CheckpointError, InputError
from demos.page.events import guard
from demos.page.inputs import picture_input
from demos.page.parts import Parts, keep_first, laid_out, same
from demos.page.words import Say

STRINGS = {"toy.more": ("More", "更多"), "toy.more_why": ("See the rest.", "看看其余部分。")}
SAY = Say("en").adding(STRINGS)


class Inner(NamedTuple):
    """Two values inside another."""

    left: str
    right: str


class Outer(NamedTuple):
    """A value, and two more."""

    first: str
    rest: Inner


class Counting:
    """A handler that says what it got and counts how often it was asked."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    def __call__(self, say: Say, number: float) -> str:
        self.got.append(number)
        return f"{say.language} {number}"


def counted(handler: Counting) -> Callable[..., Any]:
    def on_count(say: Say, number: float) -> str:
        """Count."""
        return handler(say, number)

    return on_count


# --- the first answer ---


def test_first_answer_is_computed_once() -> None:
    handler, number = Counting(), gr.Number(3)
    answer = keep_first(counted(handler), [number])
    assert [answer(SAY, given) for given in (3, 4, 3.0, 4, 3)] == ["en 3", "en 4", "en 3", "en 4", "en 3"]
    assert handler.got == [3, 4, 4], "only the answer to the value that is laid out is kept"
    assert list(inspect.signature(answer).parameters) == ["say", "number"]


def test_streamed_first_answer_comes_at_once_later() -> None:
    def on_stream(say: Say, text: str) -> Iterator[Inner]:
        for end in range(1, len(text) + 1):
            yield Inner(text[:end], say.language)

    answer = keep_first(on_stream, [gr.Textbox("abc")])
    assert list(answer(SAY, "abc")) == [["a", "en"], ["ab", "en"], ["abc", "en"]]
    assert list(answer(SAY, "abc")) == [["abc", "en"]]
    assert list(answer(SAY, "xy")) == [["x", "en"], ["xy", "en"]]


@pytest.mark.parametrize("streamed", [False, True])
def test_kept_updates_keep_their_value(streamed: bool) -> None:
    def on_ask(say: Say, number: float) -> list[Any]:
        return [gr.update(choices=["a"], value="a"), "text"]

    def on_stream(say: Say, number: float) -> Iterator[list[Any]]:
        yield on_ask(say, number)

    with gr.Blocks():
        answer = keep_first(on_stream if streamed else on_ask, [gr.Number(3)])
    for _ in range(3):
        [*_, found] = answer(SAY, 3) if streamed else [answer(SAY, 3)]
        assert found[0].pop("value") == "a", "Gradio takes it out, as here"


def test_nested_values_are_flat() -> None:
    def on_ask(say: Say) -> Outer:
        return Outer("a", Inner("b", "c"))

    assert keep_first(on_ask, [])(SAY) == ["a", "b", "c"]


def test_untouched_components_give_their_first_values(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8), "red").save(path)
    with gr.Blocks():
        assert laid_out(gr.Slider(0, 9, value=4)) == 4
        assert laid_out(gr.State({"a": 1})) == {"a": 1}
        assert laid_out(gr.Textbox()) is None
        assert laid_out(gr.Dropdown(["a", "b"], value=["b"], multiselect=True)) == ["b"]
        shown = laid_out(picture_input(value=np.zeros((8, 8, 3), np.uint8)))
        assert np.asarray(Image.open(shown)).max() == 0
        ((listed, caption),) = laid_out(gr.Gallery([(str(path), "red")], type="filepath"))
        assert Image.open(listed).size == (8, 8)
        assert caption == "red"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        ("a", "b", False),
        ({"x": np.ones(2)}, {"x": np.ones(2)}, True),
        ({"x": np.ones(2)}, {"x": np.zeros(2)}, False),
        ([np.ones(2), 1], (np.ones(2), 1), True),
        ([1, 2], [1], False),
        (np.ones(2), None, False),
        (None, None, True),
    ],
)
def test_values_are_compared_to_the_bottom(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal


# --- events ---


class Toy:
    """A tab with a main question, a second one in a fold, and a picture that both read."""

    def __init__(self, error: Exception | None = None) -> None:
        self.pictures: list[Any] = []
        self.refused: Callable[[float], bool] = lambda number: True
        self.page = gr.Blocks()
        with self.page, gr.Tab("toy") as tab:
            parts = Parts(SAY, "toy")
            picture, self.main = picture_input(), gr.Markdown()
            number = self.number = gr.Number(1, elem_id="toy-number")
            with parts.fold("more") as fold:
                self.folded = gr.Markdown()

            def on_main(say: Say, picture: Any, number: float) -> str:
                with guard(say):
                    if error is not None and self.refused(number):
                        raise error
                self.pictures.append(picture)
                return f"main {number}"

            def on_more(say: Say, picture: Any) -> str:
                self.pictures.append(picture)
                return "more"

            parts.ask(on_main, [picture, number], [self.main], on=[number.change], name="toy_main")
            parts.ask(on_more, [picture], [self.folded], fold=fold)
            parts.follow(picture, [picture.input])
            parts.open_with(tab)
        self.notice = parts.notice
        of_id = {block.elem_id: block for block in self.page.blocks.values()}
        self.hide, self.only = of_id["toy-hide"], of_id["toy-only"]

    def event(self, handler: str, target: str) -> BlockFunction:
        (found,) = (fn for fn in self.page.fns.values() if fn.name == handler and fn.targets[0][1] == target)
        return found

    def answers(self, event: BlockFunction, *given: Any) -> list[Any]:
        assert event.fn is not None
        return list(event.fn(*given))


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.png"
    Image.new("RGB", (20, 10), "blue").save(path)
    return str(path)


@pytest.mark.parametrize("view", ["", "toy-more-fold"])
def test_shared_picture_is_one_event_decoded_once(photo: str, view: str) -> None:
    toy = Toy()
    event = toy.event("on_follow", "input")
    assert event.api_visibility == "private"
    found = toy.answers(event, photo, 5, view)
    assert found == [{toy.main: "main 5"}, *([{toy.folded: "more"}] if view else [])]
    assert {id(picture) for picture in toy.pictures} == {id(toy.pictures[0])}
    assert toy.pictures[0].shape == (10, 20, 3)


def test_notes_are_shown_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(gr, "Info", lambda message, title: shown.append((title, message)))
    path = str(tmp_path / "film.gif")
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    toy = Toy()
    assert toy.answers(toy.event("on_follow", "input"), path, 5, "toy-more-fold") == [
        {toy.main: "main 5"},
        {toy.folded: "more"},
    ]
    assert shown == [("About your picture", "This file holds several pictures; the first one is used.")]
    assert toy.pictures[0].shape == (10, 20, 3)


def test_gallery_notes_come_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(gr, "Info", lambda message, title: shown.append(message))
    path = tmp_path / "cut.png"
    Image.effect_noise((40, 40), 50).save(path)
    path.write_bytes(path.read_bytes()[:-150])
    with gr.Blocks() as page:
        parts = Parts(Say("zh").adding(STRINGS), "toy")
        gallery, text = gr.Gallery(type="filepath"), gr.Markdown()
        parts.ask(lambda say, listed: "seen", [gallery], [text])
        parts.follow(gallery, [gallery.change])
    (event,) = (fn for fn in page.fns.values() if fn.name == "on_follow")
    assert event.fn is not None
    assert list(event.fn([(str(path), None)] * 2, "")) == [{text: "seen"}]
    assert shown == ["这个文件不完整，只使用图片中已有的部分。"]


def test_unreadable_picture_stops_all_questions(tmp_path: Path) -> None:
    toy, path = Toy(), tmp_path / "words.png"
    path.write_text("no picture")
    with pytest.raises(gr.Error, match="not a picture"):
        toy.answers(toy.event("on_follow", "input"), str(path), 5, "toy-more-fold")
    assert not toy.pictures


def test_first_view_answers_main_questions_once() -> None:
    toy = Toy()
    event = toy.event("on_first_view", "select")
    assert toy.answers(event, None, 1, "first") == [{toy.main: "main 1"}]
    assert toy.answers(event, None, 1, "") == [gr.skip()], "a tab that is opened again keeps what it shows"
    assert toy.answers(event, None, 1, "first") == [{toy.main: "main 1"}], "the next visitor"
    assert len(toy.pictures) == 1


# --- opened by a link ---


class Linked(Toy):
    """The same tab, with what it says about a link."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
        super().__init__(error)
        self.said: list[str] = []
        monkeypatch.setattr(gr, "Info", lambda message, title: self.said.append(message))

    def opened(self, view: str, number: float = 1) -> list[Any]:
        return self.answers(self.event("on_link", "click"), None, number, view)


def test_link_sets_controls_and_their_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Linked(monkeypatch)
    assert toy.opened("?tab=toy&number=5") == [{toy.number: 5}, {toy.main: "main 5"}]
    assert toy.opened("?number=5&tab=toy") == [{toy.number: 5}, {toy.main: "main 5"}]
    assert toy.opened("?tab=toy") == [{toy.main: "main 1"}]
    assert not toy.said


def test_bad_settings_leave_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Linked(monkeypatch)
    assert toy.opened("?number=many&<b>=1") == [{toy.main: "main 1"}]
    assert len(toy.said) == 1
    assert "“number”, “&lt;b&gt;”" in toy.said[0]
    assert toy.opened("?number=many&hide=2") == [{toy.hide: ["2"]}, {toy.main: "main 1"}]


def test_unknown_tab_and_fold_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Linked(monkeypatch)
    assert toy.opened("?tab=toy&open=more") == [{toy.main: "main 1"}]
    assert not toy.said
    assert toy.opened("?tab=toy&open=more,less&number=5") == [{toy.number: 5}, {toy.main: "main 5"}]
    assert toy.opened("?tab=nowhere") == [{toy.main: "main 1"}]
    assert ["“open”" in toy.said[0], "“tab”" in toy.said[1], len(toy.said)] == [True, True, 2]


def test_settings_that_cannot_be_answered_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler may refuse what the control takes."""
    refusing = InputError("{value} is outside the range from {low} to {high}.", value=5, low=1, high=4)
    toy = Linked(monkeypatch, refusing)
    toy.refused = lambda number: number == 5
    assert toy.opened("?number=5&only=1") == [
        {toy.number: 5, toy.only: True},
        {toy.number: 1, toy.only: False},
        {toy.main: "main 1"},
    ]
    assert toy.said == [
        "5 is outside the range from 1 to 4. So the page shows its usual settings instead of those of the link."
    ]


def test_changes_of_a_link_ask_nothing(photo: str) -> None:
    """Gradio reports what a link has set as changed; the first view has answered it."""
    toy = Toy()
    assert toy.answers(toy.event("on_follow", "input"), photo, 5, "toy-more-fold link") == [gr.skip()]
    assert not toy.pictures


def test_damage_closes_the_tab_with_a_sentence() -> None:
    toy = Toy(CheckpointError("There is no checkpoint called {name} here.", name="toy/<b>"))
    ((notice,),) = (answer.values() for answer in toy.answers(toy.event("on_first_view", "select"), None, 1, "first"))
    assert notice.value == "There is no checkpoint called toy/&lt;b&gt; here."
    assert notice.visible


def test_fold_says_why_and_is_asked_when_unfolded(photo: str) -> None:
    toy = Toy()
    (fold,) = (block for block in toy.page.blocks.values() if block.elem_id == "toy-more-fold")
    assert isinstance(fold, gr.Accordion)
    assert (fold.label, fold.open, fold.elem_id) == ("More\nSee the rest.", False, "toy-more-fold")
    event = toy.event("on_more", "expand")
    assert event.fn is not None
    assert event.fn(photo) == "more"

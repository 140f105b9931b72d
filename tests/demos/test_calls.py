"""What every call carries is checked once, by the class of the component, with a sentence in the right language."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import pytest
from gradio.block_function import BlockFunction
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from core.errors import InputError
from demos.page import inputs, payloads
from demos.page.calls import Gate, Page
from demos.page.events import listen
from demos.page.words import Say

META = {"_type": "gradio.FileData"}
WRONG_PLACE = "This event needs the place that was clicked."
WRONG_BODY = "A call is a JSON object with a list named data."
NO_FILE = "This input takes an uploaded file. Upload one first."

COMPONENTS: dict[str, Callable[[], Any]] = {
    "number": lambda: gr.Number(3),
    "whole": lambda: gr.Number(3, minimum=1),
    "slider": lambda: gr.Slider(0, 2, 1),
    "radio": lambda: gr.Radio(["a", ("one", 1)], value="a"),
    "films": lambda: gr.Dropdown([1, 2, 3], value=[1], multiselect=True),
    "words": lambda: gr.CheckboxGroup(["a", "b"]),
    "text": lambda: gr.Textbox("a"),
    "gallery": lambda: gr.Gallery(type="filepath"),
    "picture": inputs.picture_input,
    "sound": inputs.sound_input,
    "drawing": lambda: inputs.drawn(gr.ImageEditor(), "layer"),
}


@pytest.mark.parametrize(
    ("kind", "payload", "sentence"),
    [
        ("number", "abc", "Give a plain number."),
        ("number", True, "Give a plain number."),
        ("number", None, "Give a plain number."),
        ("number", float("nan"), "Give a plain number."),
        ("number", 10**400, "Give a plain number."),
        ("whole", 0, "0 is too small: give at least 1."),
        ("slider", None, "Give a plain number between 0 and 2."),
        ("slider", 99, "99 is outside the range from 0 to 2."),
        ("radio", "abc", "Choose one of the options offered."),
        ("radio", True, "Choose one of the options offered."),
        ("radio", ["a"], "Choose one of the options offered."),
        ("films", 1, "Choose only from the options offered."),
        ("films", ["a"], "Choose only from the options offered."),
        ("words", [["a"]], "Choose only from the options offered."),
        ("text", 5, "This input takes a text."),
        ("text", "\ud800", "This text is not valid Unicode."),
        ("gallery", [1], NO_FILE),
        ("gallery", [{"image": {"path": None, "meta": META}}], NO_FILE),
        ("gallery", [{"image": {"path": "a", "meta": META}}] * 90, "An input may hold at most 66 files."),
        ("picture", 5, NO_FILE),
        ("sound", {"path": "a", "meta": 5}, NO_FILE),
        ("drawing", {"layers": [5]}, NO_FILE),
    ],
)
def test_wrong_payloads_get_a_sentence(kind: str, payload: Any, sentence: str) -> None:
    with gr.Blocks():
        component = COMPONENTS[kind]()
    with pytest.raises(InputError) as caught:
        payloads.check(component, payload)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("number", -2.5),
        ("slider", 2),
        ("radio", 1.0),
        ("films", [3, 1]),
        ("words", []),
        ("text", "日\n"),
        ("gallery", None),
        ("gallery", [{"image": {"path": "a", "meta": META}, "caption": None}] * 16),
        ("picture", None),
        ("picture", {"path": "a", "meta": META, "size": 3}),
        ("drawing", {"background": None, "layers": [], "composite": None, "id": "b"}),
    ],
)
def test_right_payloads_pass(kind: str, payload: Any) -> None:
    with gr.Blocks():
        component = COMPONENTS[kind]()
    payloads.check(component, payload)
    assert type(component) in payloads.CHECKS or type(component).__mro__[1] in payloads.CHECKS


def test_handlers_know_limits_of_their_own() -> None:
    """Where the page reads a payload itself, a session may have other limits than the layout."""
    with gr.Blocks():
        slider = inputs.preprocessed_by(gr.Slider(0, 2, 1), lambda _, payload: payload)
    payloads.check(slider, 99)
    with pytest.raises(InputError, match="plain number"):
        payloads.check(slider, "abc")


@pytest.mark.parametrize("data", [None, 5, {"index": 1}, {"index": "a", "value": 1}, {"index": [1, 2], "value": 1}])
def test_clicks_need_a_place(data: Any) -> None:
    with gr.Blocks(), pytest.raises(InputError) as caught:
        payloads.check_selection(gr.Gallery(interactive=False), data)
    assert str(caught.value) == WRONG_PLACE


def test_clicks_stay_on_the_component() -> None:
    with gr.Blocks():
        payloads.check_selection(gr.Image(), {"index": [3, 4], "value": None})
        with pytest.raises(InputError, match="nothing at the place"):
            payloads.check_selection(gr.Image(), {"index": [-3, 4], "value": None})


# --- the page ---


class Toy:
    """A page with one public call, its Chinese twin, and an event for another seed."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.page = Page()
        with self.page:
            self.fill(Say("en"))
        with self.page.route("zh", "/zh"):
            self.fill(Say("zh"))

    def fill(self, say: Say) -> None:
        seed, path, shown = gr.Number(3), inputs.picture_input(), gr.Markdown()

        def on_draw(say: Say, seed: float, picture: str | None) -> str:
            self.asked.append((seed, picture))
            return f"{say.language} {seed}"

        listen(say, [seed.change, gr.Button().click], on_draw, [seed, path], [shown], name="toy_draw")

    def event(self, language: str) -> BlockFunction:
        page = "" if language == "en" else language
        return next(event for event in self.page.fns.values() if event.outputs[0].page == page)

    def ask(self, language: str, values: list[Any], cause: Any = None) -> dict[str, Any]:
        event = self.event(language)
        data = gr.EventData(cause, {})
        return asyncio.run(self.page.process_api(block_fn=event, inputs=values, event_data=data))


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.mark.parametrize(
    ("language", "sentence", "title"),
    [("en", "Give a plain number.", "Please check"), ("zh", "请给出一个数。", "请检查")],
)
def test_pages_answer_in_their_language(toy: Toy, language: str, sentence: str, title: str) -> None:
    with pytest.raises(gr.Error) as caught:
        toy.ask(language, ["abc", None])
    assert (caught.value.message, caught.value.title, caught.value.print_exception) == (sentence, title, False)


def test_missing_values_are_counted(toy: Toy) -> None:
    with pytest.raises(gr.Error) as caught:
        toy.ask("en", [3])
    assert caught.value.message == "This call takes 2 values; here are 1."


@pytest.mark.parametrize("position", [0, 1])
def test_emptied_inputs_ask_nothing(toy: Toy, position: int) -> None:
    """A visitor empties a box to write another number, and a picture to bring another one."""
    values: list[Any] = [None, None] if position == 0 else [3, None]
    answer = toy.ask("en", values, toy.event("en").inputs[position])
    assert answer["data"] == [gr.skip()]
    assert not answer["is_generating"]
    assert toy.asked == []


def test_buttons_refuse_an_empty_box(toy: Toy) -> None:
    button = next(block for block in toy.page.blocks.values() if isinstance(block, gr.Button))
    with pytest.raises(gr.Error, match="plain number"):
        toy.ask("en", [None, None], button)
    assert toy.ask("en", [3, None], button)["data"] == ["en 3"]


def test_long_values_are_cut() -> None:
    error = InputError("{value} is too small: give at least {low}.", value="<" + 99 * "x", low=1)
    assert Say("en").error(error) == "&lt;" + 58 * "x" + "… is too small: give at least 1."


# --- before the queue ---


@pytest.fixture
def client(toy: Toy) -> Iterator[TestClient]:
    async def on_call(request: Request) -> Response:
        return JSONResponse({"read": (await request.json())["data"]})

    app = Starlette(routes=[Route("/gradio_api/{path:path}", on_call, methods=["GET", "POST"])])
    app.add_middleware(Gate, page=toy.page)
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("call/toy_draw", b"{", 400, WRONG_BODY),
        ("call/toy_draw", b"[]", 400, WRONG_BODY),
        ("call/toy_draw", b"[" * 9999, 400, WRONG_BODY),
        ("call/toy_draw", b'{"data": "x"}', 400, WRONG_BODY),
        ("call/toy_draw", b'{"data": ' + b"[" * 50 + b"]" * 50 + b"}", 400, "This call is nested too deeply."),
        ("call/toy_draw", b'{"data": ["' + b"x" * 1_000_000 + b'"]}', 413, "A call may have at most 1 MB."),
        ("call/toy_draw", b'{"data": [3]}', 400, "This call takes 2 values; here are 1."),
        ("call/toy_draw", b'{"data": ["x", null]}', 400, "Give a plain number."),
        ("run/toy_draw", b'{"data": ["x", null]}', 400, "Give a plain number."),
        ("call/on_draw", b'{"data": [3, null]}', 404, "There is no call named on_draw."),
        ("call/v2/toy_draw", b'{"seeds": 3}', 400, "This call takes these values: seed, picture."),
        ("call/v2/toy_draw", b'{"seed": "x", "picture": null}', 400, "Give a plain number."),
        ("queue/join", b'{"data": [], "fn_index": 99, "session_hash": "s"}', 404, "There is no call named 99."),
        ("queue/join", b'{"data": [], "fn_index": 0}', 400, WRONG_BODY),
    ],
)
def test_wrong_calls_are_refused(client: TestClient, path: str, body: bytes, status: int, sentence: str) -> None:
    answer = client.post(f"/gradio_api/{path}", content=body)
    assert (answer.status_code, answer.json()) == (status, {"detail": sentence})


def test_refusals_follow_the_page(client: TestClient) -> None:
    answer = client.post("/gradio_api/queue/join", content=b"{", headers={"referer": "http://testserver/zh?tab=gan"})
    assert answer.json() == {"detail": "一次调用是一个 JSON 对象，其中有名为 data 的列表。"}


def test_right_calls_pass_unchanged(client: TestClient) -> None:
    body = {"data": [3, None], "fn_index": 0, "session_hash": "s"}
    assert client.post("/gradio_api/call/toy_draw", json=body).json() == {"read": [3, None]}
    assert client.post("/gradio_api/queue/join", json=body).json() == {"read": [3, None]}


@pytest.mark.parametrize("data", [[3, None], [None, None], ["x", None]])
def test_browsers_pass_the_queue_by_number(client: TestClient, data: list[Any]) -> None:
    """They send events without a queue to /run/predict; `Page` checks or skips them."""
    body = {"data": data, "fn_index": 0, "session_hash": "s", "trigger_id": 1}
    assert client.post("/gradio_api/run/predict", json=body).json() == {"read": data}


def test_sentences_are_no_server_errors(toy: Toy) -> None:
    async def on_call(request: Request) -> Response:
        return JSONResponse({"error": (await request.json())["data"][0]}, 500)

    app = Starlette(routes=[Route("/gradio_api/run/predict", on_call, methods=["POST"])])
    app.add_middleware(Gate, page=toy.page)
    with TestClient(app) as client:
        answers = [
            client.post("/gradio_api/run/predict", json={"data": [said], "fn_index": 0}) for said in ("No.", None)
        ]
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(400, "No."), (500, None)]


def test_unknown_answers_are_not_awaited(client: TestClient) -> None:
    sentence = "There is no answer waiting here: it was fetched, or nothing was asked."
    assert client.get("/gradio_api/call/toy_draw/nothing").json() == {"detail": sentence}
    stream = client.get("/gradio_api/queue/data?session_hash=nobody")
    assert '"session_not_found": true' in stream.text
    assert stream.headers["content-type"].startswith("text/event-stream")

"""demos/page: handlers bound to a language, mistakes as sentences, events with their settings, head and foot."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileData

from core.errors import CheckpointError, InputError
from demos.page import events, inputs, layout
from demos.page.words import Say
from tests.demos.voices import voice

EN, ZH = voice("rotation"), voice("rotation", "zh")


def on_answer(say: Say, picture: str | None, count: float = 2) -> tuple[str, float]:
    """Answer with what came."""
    return f"{say.language} {picture}", count


def on_stream(say: Say, count: int) -> Iterator[str]:
    """Count up."""
    with events.guard(say):
        for number in range(count):
            if number == 3:
                raise InputError("Choose or upload a picture first.")
            yield f"{say.language}{number}"


def on_select(say: Say, event: gr.SelectData) -> int:
    """The index of what was clicked."""
    return int(event.index)


# --- bind ---


def test_bound_handlers_keep_their_signature() -> None:
    bound = events.bind(on_answer, ZH)
    assert bound("cat.png", 3) == ("zh cat.png", 3)
    assert bound("cat.png") == ("zh cat.png", 2)
    assert bound.__name__ == "on_answer"
    assert bound.__doc__ == on_answer.__doc__
    assert list(inspect.signature(bound).parameters) == ["picture", "count"]
    assert inspect.signature(bound).parameters["count"].default == 2
    assert inspect.signature(bound).return_annotation == tuple[str, float]
    assert bound.__annotations__ == {"picture": str | None, "count": float}
    assert not inspect.isgeneratorfunction(bound)


def test_languages_share_no_handler() -> None:
    english, chinese = events.bind(on_answer, EN), events.bind(on_answer, ZH)
    assert english is not chinese, "events of one Python function share one queue slot"
    assert english(None)[0] == "en None"
    assert chinese(None)[0] == "zh None"


def test_bound_generators_stay_generators() -> None:
    bound = events.bind(on_stream, EN)
    assert inspect.isgeneratorfunction(bound)
    assert list(bound(3)) == ["en0", "en1", "en2"]


def test_abandoned_streams_are_closed() -> None:
    ended: list[str] = []

    def on_long(say: Say) -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            ended.append(say.language)

    stream = events.bind(on_long, EN)()
    assert next(stream) == 0
    stream.close()
    assert ended == ["en"]


def test_gradio_finds_event_data() -> None:
    from gradio.helpers import special_args

    bound = events.bind(on_select, EN)
    data = gr.EventData(None, {"index": 7, "value": "x"})
    filled = special_args(bound, inputs=[], event_data=data)[0]
    assert isinstance(filled[0], gr.SelectData)
    assert bound(*filled) == 7


# --- guard ---


def test_mistakes_become_one_sentence() -> None:
    for say, sentence, title in (
        (EN, "0.5 is outside the range from 1 to 9.", "Please check"),
        (ZH, "0.5 不在 1 到 9 的范围内。", "请检查"),
    ):
        with pytest.raises(gr.Error) as caught, events.guard(say):
            raise InputError("{value} is outside the range from {low} to {high}.", value=0.5, low=1, high=9)
        assert caught.value.message == sentence
        assert caught.value.title == title
        assert caught.value.print_exception is False
        assert isinstance(caught.value.__cause__, InputError)


def test_visitors_text_is_escaped() -> None:
    with pytest.raises(gr.Error) as caught, events.guard(ZH):
        raise CheckpointError("There is no checkpoint called {name} here.", name="<img src=x onerror=alert(1)>")
    assert "<" not in caught.value.message
    assert "&lt;img src=x onerror=alert(1)&gt;" in caught.value.message


def test_stream_errors_come_after_results() -> None:
    stream = events.bind(on_stream, EN)(5)
    assert [next(stream) for _ in range(3)] == ["en0", "en1", "en2"]
    with pytest.raises(gr.Error, match="Choose or upload a picture first"):
        next(stream)


@pytest.mark.parametrize("defect", [ValueError, KeyError, RuntimeError, ZeroDivisionError])
def test_other_errors_pass_through(defect: type[Exception]) -> None:
    with pytest.raises(defect), events.guard(EN):
        raise defect("a bug")


# --- listen ---


@dataclass(frozen=True)
class Small:
    """A page with one button in one language, and the settings of its event."""

    page: gr.Blocks
    event: Any


def small(say: Say, **settings: Any) -> Small:
    with gr.Blocks() as page:
        text, number = gr.Textbox(), gr.Number()
        button = gr.Button("go")
        events.listen(say, button.click, on_answer, [text, number], [text, number], **settings)
    (event,) = page.fns.values()
    return Small(page, event)


def api(page: gr.Blocks) -> dict[str, Any]:
    named: dict[str, Any] = page.get_api_info()["named_endpoints"]
    return named


def test_named_events_are_public() -> None:
    found = api(small(EN, name="toy_answer").page)
    assert list(found) == ["/toy_answer"]
    assert [item["parameter_name"] for item in found["/toy_answer"]["parameters"]] == ["picture", "count"]


def test_chinese_and_unnamed_events_are_private() -> None:
    assert not api(small(ZH, name="toy_answer").page)
    assert not api(small(EN).page)


def test_models_events_share_a_slot() -> None:
    heavy, cheap = small(EN, model="toys").event, small(EN).event
    assert (heavy.concurrency_id, heavy.concurrency_limit) == ("toys", events.AT_ONCE)
    assert cheap.concurrency_limit == events.CHEAP_LIMIT
    assert cheap.concurrency_id != "toys"


def test_settings_overrule_the_defaults() -> None:
    event = small(EN, trigger_mode="always_last", show_progress="hidden", concurrency_limit=3).event
    assert event.trigger_mode == "always_last"
    assert event.show_progress == "hidden"
    assert event.concurrency_limit == 3


def test_one_event_or_several() -> None:
    with gr.Blocks() as page:
        text, number, button = gr.Textbox(), gr.Number(), gr.Button("go")
        events.listen(EN, [button.click, text.submit, number.change], on_answer, [text, number], [text, number])
    (event,) = page.fns.values()
    assert {trigger for _, trigger in event.targets} == {"click", "submit", "change"}


@pytest.mark.parametrize(("progress", "shown"), [("full", True), ("hidden", False)])
def test_containers_show_no_progress(progress: str, shown: bool) -> None:
    """Gradio copies the state of everything inside a container that shows progress."""
    with gr.Blocks() as page:
        with gr.Column() as column:
            text = gr.Textbox()
        number, button = gr.Number(), gr.Button("go")
        outputs = [text, column]
        events.listen(EN, button.click, on_answer, [text, number], outputs, show_progress=progress)
    (event,) = page.fns.values()
    assert event.outputs == outputs
    assert event.show_progress_on == ([text] if shown else [])


def test_opening_a_link_copies_no_tab() -> None:
    with gr.Blocks() as page, gr.Tabs() as groups:
        layout.follow_links(groups, {"pictures": groups}, {"rotation": "pictures"})
    (event,) = page.fns.values()
    assert event.show_progress_on == []


# --- inputs that come undecoded ---


@pytest.mark.parametrize("make", [inputs.picture_input, inputs.sound_input])
def test_uploads_arrive_as_unopened_paths(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    file = tmp_path / "broken.png"
    file.write_bytes(b"neither a picture nor a sound")
    with gr.Blocks():
        component = make(label="x")
    assert component.preprocess(None) is None
    payload = component.data_model(**FileData(path=str(file)).model_dump()) if component.data_model else None
    assert component.preprocess(payload) == str(file)
    assert component.type == "filepath"


def test_gradios_own_component_opens_uploads(tmp_path: Path) -> None:
    file = tmp_path / "broken.png"
    file.write_bytes(b"neither a picture nor a sound")
    with gr.Blocks():
        component = gr.Image(type="filepath")
    with pytest.raises(Exception, match=r"image|identify"):
        component.preprocess(component.data_model(path=str(file)))


def test_no_stub_files_are_left() -> None:
    assert not list(Path(events.__file__).parent.glob("*.pyi"))


# --- head, steps, foot ---


def html_of(page: gr.Blocks) -> str:
    return "\n".join(str(block.value) for block in page.blocks.values() if isinstance(block, (gr.HTML, gr.Markdown)))


@pytest.mark.parametrize("say", [EN, ZH])
def test_head_links_the_other_language(say: Say) -> None:
    with gr.Blocks() as page:
        layout.head(say)
    found = html_of(page)
    assert say("page.lead") in found
    assert say("page.steps") in found
    assert ('href="./zh"' in found) == (say.language == "en")
    assert ('href="./"' in found) == (say.language == "zh")
    assert f'lang="{"zh" if say.language == "en" else "en"}"' in found


@pytest.mark.parametrize("say", [EN, ZH])
def test_steps_have_number_title_text(say: Say) -> None:
    with gr.Blocks() as page, layout.step(say, "rotation", 4, count=1234):
        gr.Button("inside")
    found = html_of(page)
    assert '<span class="step-number">4</span>' in found
    assert say("rotation.step4") in found
    assert "1234" in found
    (card,) = (block for block in page.blocks.values() if block.elem_id == "rotation-step4")
    assert any(isinstance(child, gr.Button) for child in card.children)


def test_foot_states_the_limits() -> None:
    for say in (EN, ZH):
        with gr.Blocks() as page:
            layout.foot(say, megabytes=10, megapixels=8)
        assert "10 MB" in html_of(page)
        assert "{" not in html_of(page)


def test_head_and_theme_fetch_nothing() -> None:
    for script in (layout.HEAD, layout.EARLY):
        assert set(re.findall(r"https?:[^\s\"]+", script)) <= {"https://huggingface.co"}, "the frame of a Space"
        assert "src=" not in script
    theme = layout.theme()
    assert not theme._stylesheets, "a Google font would be fetched"

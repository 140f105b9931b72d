"""Hundreds of wrong calls over HTTP against one live server: a sentence for each, no traceback, little memory.

Each test leaves a server behind that answers the next right call.
"""

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browser.serving import Server, resident_mb, serve
from tests.demos.voices import METHODS
from tests.hostile.caller import API, Answer, Caller, Event, Payload
from tests.hostile.cases import BODIES, CALLS, CLICKS, NO_PLACE, NUMBERS, WRONG
from tests.hostile.media import PICTURES, SOUNDS

pytestmark = pytest.mark.hostile
MOST_MB = 300  # above idle
WATCHED_EVERY_S = 0.02
RIGHT = {  # a call of each tab with the values that its inputs are laid out with
    "rotation": "rotation_predict",
    "compare": "compare_neighbours",
    "contrastive": "contrastive_neighbours",
    "masked": "masked_restore",
    "vae": "vae_encode",
    "vqvae": "vqvae_code",
    "gan": "gan_sample",
    "generation": "generation_draw",
    "gpt2": "gpt2_surprise",
    "bert": "bert_fill",
    "audio": "audio_probe",
    "recommendation": "recommendation_next",
}


@dataclass
class Watch:
    """The memory of a server's processes, in MB: at rest, and the most since `begin`."""

    process: psutil.Process
    rest_mb: float = 0
    most_mb: float = 0
    over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self.rest_mb = self.most_mb = resident_mb(self.process)

    def run(self) -> None:
        while not self.over.wait(WATCHED_EVERY_S):
            used_mb = resident_mb(self.process)  # before `most_mb` is read, which `begin` may set meanwhile
            self.most_mb = max(self.most_mb, used_mb)

    @property
    def peak_mb(self) -> float:
        return self.most_mb - self.rest_mb


@dataclass
class Target:
    """One live server, who calls it, and what its log and its memory say."""

    server: Server
    caller: Caller
    watch: Watch

    @contextlib.contextmanager
    def assert_unharmed(self, tab: str) -> Iterator[list[str]]:
        """Collect what is wrong; then: no traceback, alive, little memory, and the next right call has a result."""
        right = RIGHT[tab]
        assert self.caller.by_name(right, self.caller.laid_out(self.caller.event(right))).result is not None
        wrong: list[str] = []
        began = self.server.log.stat().st_size
        self.watch.begin()
        asked = self.caller.asked
        yield wrong
        peak = self.watch.peak_mb
        print(f"\n{tab}: {self.caller.asked - asked} calls, at most {peak:.0f} MB above idle", end=" ")
        said = self.server.log.read_bytes()[began:].decode(errors="replace")
        assert wrong == []
        assert "Traceback" not in said, said[-4000:]
        assert self.watch.process.is_running()
        assert peak < MOST_MB
        assert self.caller.by_name(right, self.caller.laid_out(self.caller.event(right))).result is not None


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with serve(tmp_path_factory.mktemp("hostile") / "log.txt") as server:
        watch = Watch(psutil.Process(server.pid))
        thread = threading.Thread(target=watch.run)
        thread.start()
        try:
            yield Target(server, Caller(server.url), watch)
        finally:
            watch.over.set()
            thread.join()


def wrong_values(caller: Caller, event: Event) -> Iterator[tuple[str, Payload, str]]:
    """The right values of an event with one of them replaced: what it is, all values, and the sentence."""
    for position, component in enumerate(caller.inputs(event)):
        props = component["props"]
        kind = "multiselect" if props.get("multiselect") else component["type"]
        for what, value, sentence in WRONG.get(kind, []):
            values = caller.laid_out(event)
            if value is None and values[position] is None:
                continue  # it is laid out empty
            if props.get("elem_id") == "audio-start":  # whose handler knows the limits
                sentence = sentence if what == "too much" else "Give a plain number."
            if props.get("elem_id") == "bert-words" and value is None:
                continue
            values[position] = value
            low, high = props.get("minimum"), props.get("maximum")
            yield f"{event['api_name']} {position} {what}", values, sentence.format(low=low, high=high)


@pytest.mark.parametrize("tab", METHODS)
def test_wrong_values_get_their_sentence(target: Target, tab: str) -> None:
    with target.assert_unharmed(tab) as wrong:
        for event in target.caller.public(tab):
            for what, values, sentence in wrong_values(target.caller, event):
                answer = target.caller.by_name(event["api_name"], values)
                if answer.sentence != sentence:
                    wrong.append(f"{what}: {answer}"[:300])
    assert not wrong


@pytest.mark.parametrize("tab", METHODS)
def test_wrong_calls_get_their_sentence(target: Target, tab: str) -> None:
    with target.assert_unharmed(tab) as wrong:
        for call in (call for call in CALLS if call.name.startswith(tab)):
            values = target.caller.laid_out(target.caller.event(call.name))
            values[call.position] = call.value
            answer = target.caller.by_name(call.name, values)
            if answer.sentence != call.sentence:
                wrong.append(f"{call}: {answer}"[:300])
    assert not wrong


def test_refused_before_the_queue(target: Target) -> None:
    with target.assert_unharmed("rotation") as wrong:
        for body in BODIES:
            answer = target.caller.by_name(body.name, body.sent, body.kind)
            if answer != Answer(body.status, body.sentence):
                wrong.append(f"{body}: {answer}"[:300])
        in_browser = next(event["id"] for event in target.caller.events.values() if not event["backend_fn"])
        for number in (*NUMBERS, in_browser):
            answer = target.caller.by_number(number, [])
            if answer != Answer(404, f"There is no call named {number}."):
                wrong.append(f"{number}: {answer}")
    assert not wrong


def test_clicks_without_a_place(target: Target) -> None:
    caller = target.caller
    selects = [event for event in caller.private("en") if any(name == "select" for _, name in event["targets"])]
    clicked = [event for event in selects if event["collects_event_data"]]
    assert len(clicked) > 5
    with target.assert_unharmed("vqvae") as wrong:
        for event, data in itertools.product(clicked, CLICKS):
            answer = caller.by_number(event["id"], caller.laid_out(event), event_data=data)
            if answer.sentence != NO_PLACE:
                wrong.append(f"{event['api_name']} {data}: {answer}"[:300])


def test_chinese_page_answers_in_chinese(target: Target) -> None:
    """Its events have no public name; one wrong value for each."""
    caller, asked = target.caller, 0
    with target.assert_unharmed("gan") as wrong:
        for event in caller.private("zh"):
            tried = list(wrong_values(caller, event))
            for what, values, _ in tried[event["id"] % max(1, len(tried)) :][:1]:
                sentence = caller.by_number(event["id"], values).sentence or ""
                asked += 1
                if not any("\u3400" <= letter <= "\u9fff" for letter in sentence):
                    wrong.append(f"{what}: {sentence}")
    assert asked > 100


@pytest.mark.parametrize(
    ("name", "position", "files"),
    [("rotation_trial", 0, PICTURES), ("audio_probe", 0, SOUNDS)],
    ids=["pictures", "sounds"],
)
def test_hostile_files_get_their_sentence(
    target: Target, tmp_path: Path, name: str, position: int, files: dict[str, Any]
) -> None:
    caller, peaks = target.caller, {}
    with target.assert_unharmed(name.partition("_")[0]) as wrong:
        for file, (write, sentence) in files.items():
            write(tmp_path / file)
            values = caller.laid_out(caller.event(name))
            values[position] = caller.upload(tmp_path / file)
            target.watch.begin()
            answer = caller.by_name(name, values)
            peaks[file] = target.watch.peak_mb
            if answer.sentence != sentence or (answer.result is None) != (sentence is not None):
                wrong.append(f"{file}: {answer}"[:300])
    most = max(peaks, key=lambda file: peaks[file])
    print(f"\n{name}: of {len(peaks)} files {most} needs the most, {peaks[most]:.0f} MB", end=" ")
    assert peaks[most] < MOST_MB, peaks


def test_answers_of_nobody_are_not_awaited(target: Target) -> None:
    with target.assert_unharmed("rotation") as wrong:
        began = time.monotonic()
        answers = [
            target.caller.http.get(f"{API}/call/rotation_predict/nothing").text,
            target.caller.http.get(f"{API}/queue/data", params={"session_hash": "nobody"}).text,
        ]
        wrong += [answer for answer in answers if "There is no answer waiting here" not in answer]
        assert time.monotonic() - began < 5


# --- drawn values ---

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=50))
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner)))
SLOW = (
    "generation_measure",
    "gan_copies",
    "contrastive_dictionary",
    "contrastive_probe",
    "compare_neighbours",  # opens every encoder at its first use
    "compare_few_labels",
    "compare_geometry",
)


@st.composite
def replaced(draw: st.DrawFn, caller: Caller) -> tuple[str, Payload]:
    """A public call in which one or two values are drawn, near the type that the page declares or far from it."""
    event = draw(st.sampled_from([each for each in caller.public() if each["inputs"] and each["api_name"] not in SLOW]))
    values = caller.laid_out(event)
    for _ in range(draw(st.integers(1, 2))):
        position = draw(st.integers(0, len(values) - 1))
        component = caller.inputs(event)[position]
        values[position] = draw(st.one_of(near(component.get("api_info") or {}), VALUES))
    return event["api_name"], values


def near(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the declared type, whatever their range."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "number": st.floats(),
        "integer": st.integers(),
        "string": st.text(max_size=100),
        "array": st.lists(SCALARS, max_size=5),
        "object": st.dictionaries(st.sampled_from(["path", "meta", "layers", "id"]), VALUES),
    }
    if schema.get("enum"):
        return st.sampled_from(schema["enum"])
    declared = schema.get("type")  # gr.JSON takes anything, and says so with an empty dictionary for a type
    return kinds.get(declared, SCALARS) if isinstance(declared, str) else VALUES


def test_drawn_values_get_result_or_sentence(target: Target) -> None:
    """Every call has been answered before: models and features that stay in memory are no harm."""
    for event in target.caller.public():
        if event["api_name"] not in SLOW:
            target.caller.by_name(event["api_name"], target.caller.laid_out(event))
    with target.assert_unharmed("bert") as wrong:

        @settings(
            max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(replaced(target.caller))
        def ask(call: tuple[str, Payload]) -> None:
            answer = target.caller.by_name(*call)
            assert answer.sentence or answer.result is not None, call
            assert answer.status in (200, 400), call
            assert "Traceback" not in (answer.sentence or "")

        ask()
        assert wrong == []

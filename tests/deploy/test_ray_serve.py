"""Questions answered by Ray's replicas: the same answers, visitors' mistakes, and a replica that dies under load."""

import functools
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("ray", reason="Ray is optional: pip install -r requirements-ray.txt")
import ray
from ray import serve

from core.compare import explore as compare
from core.compare import sets
from core.data import bundled
from core.errors import InputError
from core.gpt2 import explore as gpt2
from core.models import OwnRun
from core.rotation import explore as rotation
from deploy.ray_serve import File, OnReplicas, after, deploy, packed, unpacked
from tests.soak.variants import differences

pytestmark = pytest.mark.hosting
METHODS = ("rotation", "gpt2")
TEXT = "It was the best of times,"


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnReplicas]:
    """Two replicas of two methods on this machine."""
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield OnReplicas(deploy(METHODS, (2, 2), cpus=0.1), tmp_path_factory.mktemp("visitors"))
    serve.shutdown()  # type: ignore[no-untyped-call]
    ray.shutdown()


def alike(one: Any, other: Any) -> bool:
    """Whether two answers of `explore` are the same but for rounding."""
    return not list(differences(as_lists(one), as_lists(other)))


def as_lists(value: Any) -> Any:
    """Arrays and dataclasses as lists."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if hasattr(value, "__dataclass_fields__"):
        return [as_lists(getattr(value, name)) for name in value.__dataclass_fields__ if name != "vocabulary"]
    return [as_lists(each) for each in value] if isinstance(value, (tuple, list)) else value


def turned(number: int) -> Callable[[], Any]:
    """A question of its own for every number."""
    photo = np.roll(bundled.photographs()[0].image, number, axis=1)
    return functools.partial(rotation.predict, photo, 90.0 * (number % 4))


def test_replicas_answer_as_this_process_does(replicas: OnReplicas) -> None:
    for number in range(3):
        assert alike(replicas.ask(turned(number)), turned(number)())


def test_streams_come_in_order(replicas: OnReplicas) -> None:
    question = functools.partial(gpt2.continue_text, TEXT, gpt2.Settings(length=12, seed=3))
    found = [text.tokens for text in replicas.stream(question, together=True)]
    assert found == [text.tokens for text in question()]


def test_visitors_mistakes_come_back_as_they_are(replicas: OnReplicas) -> None:
    with pytest.raises(InputError, match="outside the range") as told:
        replicas.ask(functools.partial(rotation.grow, bundled.photographs()[0].image, 90.0, 9.0))
    assert told.value.values["value"] == 9.0


def test_visitors_files_go_along(replicas: OnReplicas) -> None:
    path = replicas.folder / "photo.png"
    Image.fromarray(bundled.photographs()[0].image).save(path)
    question = functools.partial(rotation.predict, str(path), 90.0)
    asked = packed(question, replicas.folder)
    assert asked is not None
    assert isinstance(asked.args[0], File)
    assert alike(replicas.ask(question), question())


def test_files_are_written_where_they_arrive(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    file = tmp_path / "in" / "a.txt"
    file.write_text("words")
    asked = packed(functools.partial(print, [str(file), "/etc/hostname"], name=(1, "x")), tmp_path / "in")
    assert asked is not None
    (arrived, foreign), kwargs = unpacked(asked.args, tmp_path / "out")[0], asked.kwargs
    assert Path(arrived).read_text() == "words"
    assert Path(arrived).is_relative_to(tmp_path / "out")
    assert (foreign, kwargs) == ("/etc/hostname", {"name": (1, "x")})


def test_what_a_visitor_trained_is_asked_here(tmp_path: Path) -> None:
    assert packed(functools.partial(print, OwnRun(tmp_path)), tmp_path) is None


def test_pictures_a_visitor_brought_stay_here(tmp_path: Path) -> None:
    digits = compare.labelled("digits")
    mine = compare.Mine(pictures=sets.hold(digits))
    assert packed(functools.partial(compare.confusion, "own", "pixels", mine=mine), tmp_path) is None
    assert packed(functools.partial(compare.confusion, "digits", "pixels", mine=compare.NOTHING), tmp_path) is not None


@pytest.mark.parametrize(("skip", "expected"), [(0, [1, 2, 3]), (2, [3]), (3, [3]), (9, [3])])
def test_streams_go_on_and_always_end_with_their_last_step(skip: int, expected: list[int]) -> None:
    assert list(after(iter([1, 2, 3]), skip)) == expected
    assert list(after(iter([]), skip)) == []


def test_a_replica_that_dies_loses_no_answer(replicas: OnReplicas) -> None:
    expected = [turned(number)() for number in range(24)]
    text = functools.partial(gpt2.continue_text, TEXT, gpt2.Settings(length=40, seed=5))
    written = [each.tokens for each in text()]
    victims = {name: replicas.handles[name].process.remote().result() for name in METHODS}
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(replicas.ask, turned(number)) for number in range(24)]
        streams = [pool.submit(lambda: [each.tokens for each in replicas.stream(text, together=True)])]
        answers[0].result()
        for process in victims.values():
            os.kill(process, signal.SIGKILL)
        assert all(alike(found.result(), one) for found, one in zip(answers, expected, strict=True))
        assert [found.result() for found in streams] == [written]
    alive = {replicas.handles["rotation"].process.remote().result() for _ in range(20)}
    assert victims["rotation"] not in alive

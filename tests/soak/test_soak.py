"""A tenth of `make soak`: ten visitors for a minute beside a training, every answer as from an idle server.

Times are printed, not judged: other tests run beside this one. `make soak` judges them.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.soak.soak import Plan, soak
from tests.soak.variants import differences, with_content


@pytest.mark.hosting
def test_a_class_gets_the_answers_of_an_idle_page() -> None:
    result = soak(Plan(sessions=10, seconds=60, think_s=3, variants=1))
    answers = sum(map(len, result.times_s.values()))
    print(f"\n{answers} answers, light ones within {result.light_p95_s():.2f} s, {result.vanished} left", end=" ")
    assert result.wrong == []
    assert result.errors == []
    assert answers > 20
    assert result.vanished > 0
    tabs = {name.partition("_")[0] for name in result.times_s}
    assert len(tabs) > 5, "the class looks at all of the page"


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ([1.0, {"a": "x"}], [1.0005, {"a": "x"}], 0),
        ([1.0], [1.1], 1),
        ([True], ["True"], 1),
        ([1, 2], [1], 1),
        ({"a": 1}, {"a": 1, "b": None}, 0),
        ({"a": "word"}, {"a": "ward"}, 1),
    ],
)
def test_answers_differ_where_a_visitor_would_see_it(one: object, other: object, count: int) -> None:
    assert len(list(differences(one, other))) == count


def test_files_are_compared_by_their_content(tmp_path: Path) -> None:
    for name, content in (("one", b"a"), ("same", b"a"), ("other", b"b")):
        (tmp_path / name).write_bytes(content)
    one, same, other, gone = (
        [with_content({"path": str(tmp_path / name)})] for name in ("one", "same", "other", "gone")
    )
    assert list(differences(one, same)) == []
    assert len(list(differences(one, other))) == len(list(differences(one, gone))) == 1


def test_pictures_are_compared_by_their_pixels(tmp_path: Path) -> None:
    shown = np.full((4, 4, 3), 100, np.uint8)
    for name, added in (("one", 0), ("same", 0), ("other", 1)):
        Image.fromarray(shown + np.uint8(added)).save(tmp_path / f"{name}.png", compress_level=added or 9)
    one, same, other = (with_content({"path": str(tmp_path / f"{name}.png")}) for name in ("one", "same", "other"))
    assert list(differences(one, same)) == []
    assert len(list(differences(one, other))) == 1
    assert len(list(differences(one, {"content": shown[:2]}))) == 1


def test_numbers_in_figures_are_compared() -> None:
    assert np.frombuffer(b"\0\0\x80?\0\0\0@", "f4").tolist() == [1.0, 2.0]
    packed = {"dtype": "f4", "bdata": "AACAPwAAAEA="}
    assert list(differences(packed, [1.0, 2.0])) == []
    assert len(list(differences(packed, [1.0, 2.5]))) == 1

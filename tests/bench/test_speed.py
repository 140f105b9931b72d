"""What a visitor waits for: each main question takes less than a second, warm, on one thread of two cores."""

from collections.abc import Iterator

import pytest
import torch

from tests.bench.questions import QUESTIONS
from tests.bench.speed import seconds

LIMIT_S = 1.0


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """One thread for torch as long as a test runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", QUESTIONS)
def test_main_question_takes_under_a_second(name: str) -> None:
    taken_s = seconds(QUESTIONS[name])
    print(f"{name}: {1000 * taken_s:.0f} ms")
    assert taken_s < LIMIT_S

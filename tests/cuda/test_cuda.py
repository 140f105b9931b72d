"""On CUDA the page answers and recipes learn; without a GPU, on a fake one (see `fake_cuda`)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.questions import QUESTIONS
from tests.core import toy_recipe
from tests.core.small_recipes import RECIPES

Check = Callable[[str], str]


@pytest.fixture(scope="module")
def went_wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """Ask a process that thinks it has a GPU by name, and hear what went wrong."""
    environment = {**os.environ, "PYTHONPATH": str(toy_recipe.ROOT), "OMP_NUM_THREADS": "1"}
    log: Path = tmp_path_factory.mktemp("cuda") / "stderr"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.cuda.cuda_checks"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None

        def ask(name: str) -> str:
            assert child.poll() is None, log.read_text()[-2000:]
            print(name, file=child.stdin, flush=True)
            answer = child.stdout.readline() if child.stdout else ""
            assert answer, log.read_text()[-2000:]
            found: str = json.loads(answer)
            return found

        yield ask
        child.stdin.close()
        assert child.wait(timeout=60) == 0, log.read_text()[-2000:]


@pytest.mark.parametrize("question", QUESTIONS)
def test_main_question_is_answered(went_wrong: Check, question: str) -> None:
    assert went_wrong(question) == ""


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_learns_and_is_measured(went_wrong: Check, recipe: str) -> None:
    assert went_wrong(recipe) == ""

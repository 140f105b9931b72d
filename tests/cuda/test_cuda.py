"""On CUDA the page answers and recipes learn; where there is no GPU, on one that is pretended (see `pretend`)."""

import json
import os
import subprocess
import sys

import pytest

from tests.bench.test_speed import QUESTIONS
from tests.core import toy_recipe
from tests.cuda.cuda_checks import RECIPES


@pytest.fixture(scope="module")
def wrong() -> dict[str, str]:
    """What went wrong, name by name."""
    environment = {**os.environ, "PYTHONPATH": str(toy_recipe.ROOT), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.cuda.asking"], env=environment, capture_output=True, text=True, timeout=600
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, str] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_main_questions_are_answered(wrong: dict[str, str], question: str) -> None:
    assert wrong[question] == ""


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipes_learn_and_are_measured(wrong: dict[str, str], recipe: str) -> None:
    assert wrong[recipe] == ""

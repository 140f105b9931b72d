"""The page under a stub of `spaces` that enforces ZeroGPU's rules: answers are those of a page without it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from core.generation import explore as generation
from core.gpt2 import explore as gpt2
from core.masked import explore as masked
from demos.generation import views as generation_views
from demos.generation.words import WORDS as GENERATION
from demos.masked import views as masked_views
from demos.masked.words import WORDS as MASKED
from demos.page.words import Say
from tests.browser.serving import ROOT, Server, serve

pytestmark = pytest.mark.browser
PROMPT = "It was the best of times"
QUOTA = "quota"
PATHS = {"PYTHONPATH": os.pathsep.join((str(ROOT / "tests" / "zerogpu"), str(ROOT)))}
SAY = Say("en").adding({**GENERATION, **MASKED})


@pytest.fixture(scope="module")
def lending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("zerogpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPACES_ZERO_GPU", "true")
        patch.setenv("SPACES_STUB_QUOTA", str(folder / QUOTA))
        patch.setenv("PYTHONPATH", PATHS["PYTHONPATH"])
        with serve(folder / "server.log") as server:
            yield server


@pytest.fixture(scope="module")
def client(lending: Server) -> Client:
    return Client(lending.url, verbose=False, ssl_verify=False)


def lent(server: Server) -> list[int]:
    """For each time that a GPU was lent: how many tensors were computed on it."""
    return [int(count) for count in re.findall(r"stub: computed (\d+) tensors", server.log.read_text())]


def continued(client: Client, prompt: str = PROMPT) -> str:
    """The text that the page writes, prompt included."""
    pieces = client.predict(prompt=prompt, length=12, seed=3, api_name="/gpt2_continue")[0]
    return "".join(piece["token"] for piece in pieces)


def written_alone() -> str:
    """The same without the page."""
    *_, last = gpt2.continue_text(PROMPT, gpt2.Settings(gpt2.NOVELS, 12, seed=3))
    return last.prompt + "".join(piece.text for piece in last.pieces)


def test_borrowed_answers_equal_lone_ones(client: Client, lending: Server, photo_file: Path) -> None:
    """A text, twice from one worker, a curve and a measurement: each was computed on the lent GPU."""
    before = len(lent(lending))
    assert continued(client) == continued(client) == written_alone()
    drawn = client.predict(picture=handle_file(str(photo_file)), seed=3, api_name="/masked_sweep")
    *_, last = masked.sweep(str(photo_file), 3)
    assert json.loads(drawn["plot"])["data"] == json.loads(masked_views.sweep(SAY, last).to_json())["data"]
    measured = client.predict(arm="plain", seed=5, data="mnist", api_name="/generation_measure")
    *_, alone = generation.measure("plain", 5, "mnist")
    assert measured[1] == generation_views.measured(SAY, alone)[1]
    assert all(lent(lending)[before:])
    assert len(lent(lending)) == before + 4


def test_other_questions_borrow_nothing(client: Client, lending: Server, photo_file: Path) -> None:
    """Of a placed model, too: what was placed holds nothing outside a worker."""
    before = lent(lending)
    verdict = client.predict(handle_file(str(photo_file)), 180, api_name="/rotation_predict")[2]
    assert "180" in verdict
    pieces = client.predict(prompt=PROMPT, api_name="/gpt2_surprise")[0]
    expected = gpt2.surprise(PROMPT, gpt2.NOVELS).pieces
    assert [piece["token"] for piece in pieces] == [piece.text for piece in expected]
    assert all(0 < piece["class_or_confidence"] <= 1 for piece in pieces)
    assert lent(lending) == before


def test_mistakes_come_back_as_sentences(client: Client, lending: Server) -> None:
    before = lending.log.read_text().count("Traceback")
    with pytest.raises(AppError, match=r"Write the beginning of a text first\."):
        continued(client, "")
    assert lending.log.read_text().count("Traceback") == before


def test_used_up_minutes_leave_the_processor(client: Client, lending: Server) -> None:
    quota, before = lending.log.parent / QUOTA, lent(lending)
    quota.touch()
    try:
        assert continued(client) == written_alone()
    finally:
        quota.unlink()
    assert lent(lending) == before


def test_left_stream_frees_its_worker(client: Client, lending: Server) -> None:
    left = client.submit(prompt=PROMPT, length=300, api_name="/gpt2_continue")
    next(iter(left))
    left.cancel()
    assert continued(client) == written_alone()
    assert lending.log.read_text().count("stub: began a worker") == 1


def test_spaces_must_come_first() -> None:
    """The stub refuses what the real package may refuse, so a page that it serves has kept the order."""
    found = subprocess.run(
        [sys.executable, "-c", "import torch, spaces"],
        env={**os.environ, **PATHS},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PyTorch was imported before" in found.stderr

"""The public API on the live page, through Gradio's own client, as the README shows it."""

import re
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.browser.serving import ROOT, Server

pytestmark = pytest.mark.browser
UNREADABLE = "This file is not a picture that can be read. Use PNG, JPEG or WebP."


@pytest.fixture(scope="session")
def client(page_url: str) -> Client:
    """A client of the running page."""
    return Client(page_url, ssl_verify=False, verbose=False)


def test_rotation_call_answers(client: Client, photo_file: Path) -> None:
    _, truth, verdict, bars = client.predict(handle_file(str(photo_file)), 180, api_name="/rotation_predict")
    assert "180°" in truth
    assert "by 180°" in verdict
    assert "180°, the true turn" in bars


def test_bad_files_get_a_sentence(client: Client, server: Server, photo_file: Path, text_as_picture: Path) -> None:
    before = server.log.stat().st_size
    with pytest.raises(AppError, match=UNREADABLE):
        client.predict(handle_file(str(text_as_picture)), 90, api_name="/rotation_predict")
    assert "90°" in client.predict(handle_file(str(photo_file)), 90, api_name="/rotation_predict")[1]
    assert b"Traceback" not in server.log.read_bytes()[before:]


@pytest.mark.parametrize("turn", [float("nan"), 1e308, -90, 45])
def test_bad_numbers_get_a_sentence(client: Client, photo_file: Path, turn: float) -> None:
    with pytest.raises((AppError, ValueError)) as caught:
        client.predict(handle_file(str(photo_file)), turn, api_name="/rotation_predict")
    assert str(caught.value).strip()


def test_readme_example_runs(page_url: str, photo_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"<!-- example -->\n```python\n(.*?)```", text, re.S)
    code = example.replace("http://127.0.0.1:7860", page_url).replace("photo.png", str(photo_file))
    exec(compile(code, "README.md", "exec"), {})
    assert "90°" in capsys.readouterr().out

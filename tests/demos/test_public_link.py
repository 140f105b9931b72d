"""`SHARE=1`: the link in one line, or one sentence why there is none; the page is served either way."""

import gradio as gr
import httpx
import pytest
from gradio import networking
from gradio.exceptions import ChecksumMismatchError, ShareCertificateWriteError

from demos.page import public_link


@pytest.fixture
def page() -> gr.Blocks:
    blocks = gr.Blocks()
    vars(blocks).update(server_name="127.0.0.1", server_port=7860)
    return blocks


def test_link_is_said_in_one_line(page: gr.Blocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio's tunnel says http of what is served over https."""
    asked = []

    def tunnel(*where: object) -> str:
        asked.append(where)
        return "http://1234.gradio.live"

    monkeypatch.setattr(networking, "setup_tunnel", tunnel)
    english, chinese = public_link.open_link(page)
    assert english == "Public link, for a week at most: https://1234.gradio.live"
    assert chinese.endswith("：https://1234.gradio.live")
    assert asked == [("127.0.0.1", 7860, page.share_token, None, None)]
    assert page.share
    assert str(page.share_url) == "https://1234.gradio.live"


FAILURES = {
    "Gradio's server for links cannot be reached.": RuntimeError("Could not get share link from Gradio API Server."),
    "the folder .gradio cannot be written.": ShareCertificateWriteError("read-only"),
    "is not the one that Gradio published.": ChecksumMismatchError(),
    "Gradio's server for links refused it.": ValueError("Could not create share link."),
    "cannot be downloaded.": httpx.ConnectError("no route"),
    "cannot be stored or started.": PermissionError("read-only"),
}


@pytest.mark.parametrize("reason", FAILURES)
def test_failure_is_one_sentence(page: gr.Blocks, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    def tunnel(*where: object) -> str:
        raise FAILURES[reason]

    monkeypatch.setattr(networking, "setup_tunnel", tunnel)
    english, chinese = public_link.open_link(page)
    assert english.startswith("No public link, the page is served without: ")
    assert english.endswith(reason)
    assert chinese.startswith("没有公开链接，网页照常运行：")
    assert not page.share


def test_space_needs_no_link(page: gr.Blocks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "me/pretext")
    assert public_link.open_link(page)[0] == "No public link: a Space is public already."


def test_page_is_served_without_link(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The server answers while the tunnel is being opened, and after it could not be."""
    answers = []

    def tunnel(*where: object) -> str:
        answers.append(httpx.get(served.local_url).status_code)
        raise RuntimeError("no network")

    def wait(page: gr.Blocks) -> None:
        answers.append(httpx.get(served.local_url).status_code)

    monkeypatch.setattr(networking, "setup_tunnel", tunnel)
    monkeypatch.setattr(gr.Blocks, "block_thread", wait)
    with gr.Blocks() as served:
        gr.Markdown("here")
    public_link.serve(served, share=True, server_name="127.0.0.1")
    served.close(verbose=False)
    assert answers == [200, 200]
    said = capsys.readouterr().out
    assert said.startswith(f"Pretext is served at {served.local_url}\n")
    assert "cannot be reached.\n" in said
    assert len(said.splitlines()) == 4, "two sentences in two languages, and nothing of Gradio's own"

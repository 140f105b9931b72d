"""A closed page in a tree that nobody can write to; its server is killed and started again under an open window."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_actions import WAIT_MS, settle, unfold, upload
from tests.browser.serving import ROOT, START_S, free_port

pytestmark = pytest.mark.browser
USER, PASSWORD = "class", "a pass:word"
READ_ONLY = f"mount --bind '{ROOT}' '{ROOT}' && mount -o remount,bind,ro '{ROOT}' && "


def may_mount() -> bool:
    """Whether this machine lets a process see the tree as read-only."""
    command = ["unshare", "-m", "sh", "-c", f"{READ_ONLY} ! touch '{ROOT}/written'"]
    return bool(shutil.which("unshare")) and subprocess.run(command, capture_output=True, check=False).returncode == 0


class Restartable:
    """`python app.py` with a log-in, which can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.port = folder, folder / "log.txt", free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_read_only = may_mount()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        python = f"exec '{sys.executable}' app.py"
        command = ["unshare", "-m", "sh", "-c", READ_ONLY + python] if self.is_read_only else ["sh", "-c", python]
        settings = {"HOST": "127.0.0.1", "PORT": str(self.port), "AUTH": f"{USER}:{PASSWORD}", "LOG": "json"}
        place = {"GRADIO_TEMP_DIR": str(self.folder / "gradio"), "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
        with self.log.open("a") as out:
            environment = {**os.environ, **settings, **place}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        end = time.monotonic() + START_S
        while not self.is_up():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < end
            time.sleep(0.25)

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            urllib.request.urlopen(self.url, timeout=30)
        except urllib.error.HTTPError as closed:
            return closed.code == 401
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.wait(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    found = Restartable(tmp_path_factory.mktemp("restarts"))
    yield found
    found.kill()


def window(browser: Browser, server: Restartable, path: str, width: int = 1440) -> Page:
    """A window in which somebody has logged in at an address."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(server.url + path)
    page.locator("input[name=username]").fill(USER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button").click()
    return page


@pytest.mark.parametrize(
    ("path", "width", "title", "wrong"),
    [
        ("/?tab=vae", 1440, "Log in to Pretext", "The user name or the password is wrong."),
        ("/zh?tab=vae", 390, "登录 Pretext", "用户名或密码不对。"),
    ],
)
def test_form_opens_the_tab_that_was_asked_for(
    browser: Browser, server: Restartable, path: str, width: int, title: str, wrong: str
) -> None:
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    page.goto(server.url + path)
    expect(page.locator("h1")).to_have_text(title)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("input[name=username]").fill(USER)
    page.locator("input[name=password]").fill("wrong")
    page.locator("button").click()
    expect(page.locator("[role=alert]")).to_have_text(wrong)
    page.locator("input[name=username]").fill(USER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("#vae-step4")).to_be_visible()
    assert page.url == server.url + path
    page.context.close()


def test_open_page_goes_on_after_a_kill(browser: Browser, server: Restartable, photo_file: Path) -> None:
    """Nothing is loaded anew; what the new server does not have, it says in a sentence."""
    text, picture = window(browser, server, "/zh?tab=gpt2", 390), window(browser, server, "/?tab=rotation")
    expect(text.locator("#gpt2-status")).not_to_be_empty()
    settle(text)
    unfold(text, "gpt2", "branch")
    settle(picture)
    upload(picture, "rotation", "picture", photo_file)
    settle(picture)
    for page in (text, picture):
        page.evaluate("window.neverLoadedAnew = true")
    server.kill()
    notice = picture.locator("#connection")
    expect(notice).to_contain_text("The connection to the server is lost.", use_inner_text=True)
    expect(text.locator("#connection")).to_contain_text("与服务器的连接已断开。", use_inner_text=True)
    server.start()
    expect(notice).to_contain_text("The connection is back", use_inner_text=True)
    expect(text.locator("#connection")).to_contain_text("连接已恢复", use_inner_text=True)
    before = text.locator("#gpt2-text").inner_text()
    text.locator("#gpt2-branch").click()
    expect(text.locator(".toast-body").first).to_contain_text("这里没有续写的文本，或已经不在了。请先让模型续写一段。")
    text.locator("#gpt2-again").click()
    expect(text.locator("#gpt2-text")).not_to_have_text(before, use_inner_text=True)
    expect(text.locator("#connection")).to_be_hidden()
    picture.locator("#rotation-go").click()
    expect(picture.locator(".toast-body").first).to_contain_text(
        "This file is not here, or no longer. Upload it again."
    )
    picture.locator("#rotation-picture").get_by_role("button", name=re.compile("Clear|Remove")).first.click()
    upload(picture, "rotation", "picture", photo_file)
    expect(picture.locator("#rotation-verdict")).not_to_be_empty()
    for page in (text, picture):
        assert page.evaluate("window.neverLoadedAnew") is True
        page.context.close()


def test_stream_that_breaks_is_not_silent(browser: Browser, server: Restartable) -> None:
    page = window(browser, server, "/?tab=gpt2")
    expect(page.locator("#gpt2-status")).not_to_be_empty()
    settle(page)
    unfold(page, "gpt2", "sampling")
    length = page.locator("#gpt2-length input[type=number]")
    length.fill("300")  # about a second, also on a fast machine
    length.press("Tab")
    settle(page)
    page.locator("#gpt2-go").click()
    # by the page's own clock: with a question and an answer for each look a whole text may pass between two
    page.wait_for_function("() => /so far/.test(document.querySelector('#gpt2-status').innerText)")
    server.kill()
    expect(page.locator("#connection")).to_contain_text("The connection to the server is lost.", use_inner_text=True)
    expect(page.locator(".toast-body", has_text="Attempting reconnection")).to_have_count(0)
    server.start()
    expect(page.locator("#connection")).to_contain_text("The connection is back", use_inner_text=True)
    before = page.locator("#gpt2-text").inner_text()
    page.locator("#gpt2-again").click()
    expect(page.locator("#gpt2-text")).not_to_have_text(before, use_inner_text=True)
    page.context.close()


def test_tree_may_be_read_only(server: Restartable) -> None:
    """All of the above ran in one that is; nothing failed, and nobody's words are in the log."""
    if not server.is_read_only:
        pytest.skip("no file system can be mounted here (unshare -m)")
    said = server.log.read_text()
    assert "Read-only file system" not in said
    assert "Traceback" not in said
    assert '"tab": "gpt2"' in said
    assert "photo.png" not in said

"""Sounds of phones, cameras and browsers on the audio tab, the part of a long one that is heard, and the microphone."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Request, Route, expect

from core.data import bundled
from demos.page.words import WORDS
from tests.browser.conftest import Opener
from tests.browser.page_actions import settle, text_of, upload
from tests.core.recordings import CONTAINERS, recorded, tone

pytestmark = pytest.mark.browser
RATE = 16_000


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven seconds of silence, a spoken digit, three seconds of silence."""
    digit = bundled.read_sound("digit_7_american")
    path = tmp_path_factory.mktemp("late") / "late.wav"
    soundfile.write(path, np.concatenate([np.zeros(7 * RATE), digit, np.zeros(3 * RATE)]), RATE)
    return path


def open_audio(visit: Opener, language: str = "en") -> Page:
    """The audio tab without a sound."""
    page = visit(1440, language).go("/?tab=audio" if language == "en" else "/zh?tab=audio")
    expect(page.locator("#audio-verdict")).to_contain_text("dB")
    settle(page)
    page.locator("#audio-sound").get_by_role("button", name=re.compile("^(Clear|清除|清空)$")).click()
    expect(page.locator("#audio-sound input[type=file]").first).to_be_attached()
    settle(page)
    return page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_late_speech_is_heard_and_moved(visit: Opener, late: Path, language: str) -> None:
    page, asked = open_audio(visit, language), list[int]()
    expect(page.locator("#audio-start")).to_have_count(0)

    def note(request: Request) -> None:
        if "/queue/join" in request.url:
            asked.append(json.loads(request.post_data or "{}")["fn_index"])

    page.on("request", note)
    upload(page, "audio", "sound", late)
    expect(page.locator("#audio-part svg rect")).to_be_visible()
    slider = page.locator("#audio-start input[type=range]")
    expect(slider).to_have_value(re.compile(r"^[56]\.\d"))
    expect(page.locator("#audio-read")).to_contain_text("7")
    settle(page)
    assert len(asked) == 1, "an upload is one event"
    part, verdict = text_of(page, "audio-part"), text_of(page, "audio-verdict")
    slider.press("ArrowLeft")
    expect(page.locator("#audio-part")).not_to_have_text(part, use_inner_text=True)
    expect(page.locator("#audio-verdict")).not_to_have_text(verdict, use_inner_text=True)
    settle(page)
    assert len(asked) == 2, "so is a move"


@pytest.mark.parametrize("ending", ["m4a", "webm", "amr", "mp4", "mov"])
def test_recordings_are_answered(visit: Opener, tmp_path: Path, ending: str) -> None:
    page = open_audio(visit)
    verdict = text_of(page, "audio-verdict")
    upload(page, "audio", "sound", recorded(tmp_path / f"a.{ending}", tone(2, CONTAINERS[ending][2])))
    expect(page.locator("#audio-verdict")).not_to_have_text(verdict, use_inner_text=True)
    expect(page.locator(".toast-body")).to_have_count(0)


def test_videos_can_be_chosen_and_dropped(visit: Opener, tmp_path: Path) -> None:
    page = open_audio(visit)
    with page.expect_file_chooser() as chosen:
        page.locator("#audio-sound button", has_text=re.compile("drop", re.IGNORECASE)).first.click()
    assert "video/*" in (chosen.value.element.get_attribute("accept") or "")
    verdict = text_of(page, "audio-verdict")
    film = recorded(tmp_path / "a.mp4", tone(2, 48_000)).read_bytes()
    page.evaluate(
        """([bytes]) => {
          const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)), given = new DataTransfer();
          given.items.add(new File([data], "a.mp4", { type: "video/mp4" }));
          const zone = document.querySelector("#audio-sound input[type=file]").parentElement;
          zone.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
        }""",
        [base64.b64encode(film).decode()],
    )
    expect(page.locator("#audio-verdict")).not_to_have_text(verdict, use_inner_text=True)
    expect(page.locator(".toast-body")).to_have_count(0)


@pytest.mark.parametrize("language", [0, 1])
def test_forbidden_microphone_is_a_sentence(browser: Browser, page_url: str, language: int) -> None:
    address = page_url + ("/zh" if language else "/") + "?tab=audio"
    context = browser.new_context()
    page = context.new_page()

    def embed(route: Route) -> None:
        allow = "microphone" if route.request.url.endswith("allowed") else "microphone 'none'"
        body = f'<iframe src="{address}" allow="{allow}" width="1200" height="900"></iframe>'
        route.fulfill(body=body, content_type="text/html")

    page.route("**/around/*", embed)
    for name, shown in (("forbidden", True), ("allowed", False)):
        page.goto(f"{page_url}/around/{name}", wait_until="commit")
        frame = page.frame_locator("iframe")
        expect(frame.locator("#audio-sound")).to_be_visible()
        notice = frame.locator("#audio-step1 .block.if-no-microphone")
        if shown:
            expect(notice).to_contain_text(WORDS["page.new_tab"][language])
            with context.expect_page() as opened:
                notice.locator("a").click()
            expect(opened.value.locator("#audio-sound")).to_be_visible()
            expect(opened.value.locator("#audio-step1 .block.if-no-microphone")).to_be_hidden()
        else:
            expect(notice).to_be_hidden()
    context.close()

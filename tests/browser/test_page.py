"""The page around the tabs: its addresses, its two languages, and what it says to a bad file."""

import json
import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, Request, expect

import app
from demos.page.words import ERRORS
from tests.browser.conftest import Opener
from tests.browser.every_scenario import SCENARIOS
from tests.browser.page_actions import STEMS, Files, open_tab, settle, source_of, upload
from tests.browser.serving import Server
from tests.demos.voices import ALL_WORDS as WORDS

pytestmark = pytest.mark.browser
IDLE_S = 10


def refused(page: Page, sentence: str) -> None:
    """A toast shows the sentence; then it is closed, by script, since a toast that is leaving takes no click."""
    toast = page.locator(".toast-body").filter(has_text=sentence)
    expect(toast.first).to_be_visible()
    page.locator(".toast-close").evaluate_all("(buttons) => buttons.forEach((button) => button.click())")
    expect(page.locator(".toast-body")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_every_tab_opens_by_click(visit: Opener, width: int) -> None:
    page = visit(width).page
    for stem in reversed(STEMS):
        open_tab(page, stem)


@pytest.mark.parametrize("stem", [stems[-1] for stems in app.GROUPS.values()])  # test_tabs.py opens all tabs by address
def test_language_link_keeps_the_tab(visit: Opener, page_url: str, stem: str) -> None:
    page = visit(1440).go(f"/?tab={stem}")
    expect(page.locator(f"#{stem}-step4")).to_be_visible()
    settle(page)  # Gradio logs an error when its answers are cut off
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/zh?tab={stem}")
    expect(page.locator(f"#{stem}-tab-button")).to_have_text(WORDS[f"{stem}.tab"][1])
    expect(page.locator(f"#{stem}-step4")).to_be_visible()
    settle(page)
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/?tab={stem}")
    expect(page.locator(f"#{stem}-step4")).to_be_visible()
    settle(page)


@pytest.mark.parametrize(
    ("stem", "where"),
    [
        ("rotation", "picture"),
        ("masked", "picture"),
        ("vqvae", "picture"),
        ("gan", "picture"),
        ("vae", "picture-a"),
        ("audio", "sound"),
    ],
)
def test_upload_asks_each_question_once(visit: Opener, files: Files, stem: str, where: str) -> None:
    """Gradio writes inputs back while an event runs; a file's `change` would start the event anew each time."""
    page, asked = visit(1440).go(f"/?tab={stem}"), list[int]()
    expect(page.locator(f"#{stem}-step4")).to_be_visible()

    def note(request: Request) -> None:
        if "/queue/join" in request.url:
            asked.append(json.loads(request.post_data or "{}")["fn_index"])

    page.on("request", note)
    if stem == "audio":  # its upload field shows once the sound before is gone, which asks as well
        page.locator("#audio-sound button[aria-label=Clear]").click()
        page.wait_for_timeout(IDLE_S * 1000)
        asked.clear()
    upload(page, stem, where, files.sound if stem == "audio" else files.photo)
    page.wait_for_timeout(IDLE_S * 1000)
    assert asked
    assert len(asked) == len(set(asked))


def test_address_names_the_tab(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/")
    open_tab(page, STEMS[1])
    page.wait_for_url(f"{page_url}/?tab={STEMS[1]}")
    open_tab(page, STEMS[0])
    page.wait_for_url(f"{page_url}/?tab={STEMS[0]}")


def test_address_names_a_groups_tab(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/")
    open_tab(page, "masked")
    page.wait_for_url(f"{page_url}/?tab=masked")
    page.locator("#language-group-button").click()
    page.wait_for_url(f"{page_url}/?tab=gpt2")
    page.locator("#pictures-group-button").click()
    page.wait_for_url(f"{page_url}/?tab=masked")
    expect(page.locator("#masked-step4")).to_be_visible()
    settle(page)
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/zh?tab=masked")
    expect(page.locator("#masked-step4")).to_be_visible()
    settle(page)


def test_unknown_tab_opens_the_first(visit: Opener) -> None:
    page = visit(1440).go("/?tab=nothing")
    expect(page.locator(f"#{STEMS[0]}-step1")).to_be_visible()


def test_sliders_answer_the_keyboard(visit: Opener) -> None:
    """Gradio reports a release when a pointer is released, but not when a key is."""
    page = visit(1440).go("/?tab=masked")
    expect(page.locator("#masked-step4")).to_be_visible()
    before = source_of(page, "masked-masked")
    slider = page.locator("#masked-ratio input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(page.locator("#masked-masked img")).not_to_have_attribute("src", before)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_pictures_get_a_sentence(
    visit: Opener, photo_file: Path, text_as_picture: Path, huge_picture: Path, language: str
) -> None:
    page = visit(1440, language).go("/?tab=rotation" if language == "en" else "/zh?tab=rotation")
    expect(page.locator("#rotation-step4")).to_be_visible()
    unreadable = "This file is not a picture that can be read. Use PNG, JPEG or WebP."
    too_large = "A picture may have at most {limit} megapixels."
    for file, sentence in ((text_as_picture, unreadable), (huge_picture, too_large)):
        upload(page, "rotation", "picture", file)
        refused(page, (sentence if language == "en" else ERRORS[sentence]).format(limit=50))
    seen = source_of(page, "rotation-seen")
    upload(page, "rotation", "picture", photo_file)
    expect(page.locator("#rotation-seen img")).not_to_have_attribute("src", seen)
    page.locator("#rotation-turn input[value='270']").check()
    expect(page.locator("#rotation-verdict")).to_contain_text("270°")


def busy_share(session: CDPSession, seconds: float) -> float:
    """Share of a core that the page's main thread uses, as Chromium counts its processor time."""

    def busy_s() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(item["value"] for item in metrics if item["name"] == "TaskDuration"))

    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = busy_s()
    time.sleep(seconds)
    return (busy_s() - before) / seconds


def test_idle_page_rests(visit: Opener, server: Server) -> None:
    """An open tab that nobody uses takes under 3 % of a core, in the browser and on the server each."""
    page = visit(1440).go("/?tab=rotation")
    for ident in SCENARIOS["rotation"].first:
        expect(page.locator(f"#{ident}")).to_be_visible()
    expect(page.locator("[data-testid=status-tracker]:not(.hide)")).to_have_count(0)
    page.wait_for_timeout(3000)
    before = cpu_s(server)
    assert busy_share(page.context.new_cdp_session(page), IDLE_S) < 0.03
    assert (cpu_s(server) - before) / IDLE_S < 0.03


def cpu_s(server: Server) -> float:
    """Processor time of the server so far; 0 where the system does not tell or it was not started here."""
    stat = Path(f"/proc/{server.pid}/stat")
    if not stat.is_file():
        return 0.0
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

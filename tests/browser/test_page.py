"""The page around the tabs: its addresses, its two languages, and what it says to a bad file."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demos.page.words import ERRORS
from tests.browser.conftest import Opener
from tests.browser.page_actions import GROUPS, STEMS, open_tab, source_of, upload
from tests.demos.voices import ALL_WORDS as WORDS

pytestmark = pytest.mark.browser


def refused(page: Page, sentence: str) -> None:
    """A toast says the sentence; then it is closed."""
    toast = page.locator(".toast-body").filter(has_text=sentence)
    expect(toast.first).to_be_visible()
    for close in page.locator(".toast-close").all():
        close.click()
    expect(page.locator(".toast-body")).to_have_count(0)


@pytest.mark.parametrize("stem", [stems[-1] for stems in GROUPS.values()])  # walks open the other tabs by address
def test_address_opens_the_tab_and_the_switch_keeps_it(visit: Opener, page_url: str, stem: str) -> None:
    page = visit(1440).go(f"/?tab={stem}")
    expect(page.locator(f"#{stem}-step1")).to_be_visible()
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/zh?tab={stem}")
    expect(page.locator(f"#{stem}-tab-button")).to_have_text(WORDS[f"{stem}.tab"][1])
    expect(page.locator(f"#{stem}-step1")).to_be_visible()
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/?tab={stem}")
    expect(page.locator(f"#{stem}-step1")).to_be_visible()


def test_opening_a_tab_names_it_in_the_address(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/")
    open_tab(page, STEMS[1])
    page.wait_for_url(f"{page_url}/?tab={STEMS[1]}")
    open_tab(page, STEMS[0])
    page.wait_for_url(f"{page_url}/?tab={STEMS[0]}")


def test_a_group_names_the_tab_that_it_shows(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/")
    open_tab(page, "masked")
    page.wait_for_url(f"{page_url}/?tab=masked")
    page.locator("#language-group-button").click()
    page.wait_for_url(f"{page_url}/?tab=gpt2")
    page.locator("#pictures-group-button").click()
    page.wait_for_url(f"{page_url}/?tab=masked")
    expect(page.locator("#masked-step1")).to_be_visible()
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/zh?tab=masked")


def test_unknown_tab_in_the_address_opens_the_first(visit: Opener) -> None:
    page = visit(1440).go("/?tab=nothing")
    expect(page.locator(f"#{STEMS[0]}-step1")).to_be_visible()


def test_a_slider_answers_the_keyboard(visit: Opener) -> None:
    """Gradio tells of a release when a pointer lets go, and of none when a key does."""
    page = visit(1440).go("/?tab=masked")
    expect(page.locator("#masked-step4")).to_be_visible()
    before = source_of(page, "masked-masked")
    slider = page.locator("#masked-ratio input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(page.locator("#masked-masked img")).not_to_have_attribute("src", before)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_pictures_get_a_sentence_and_the_next_click_works(
    visit: Opener, photo_file: Path, text_as_picture: Path, huge_picture: Path, language: str
) -> None:
    page = visit(1440, language).go("/?tab=rotation" if language == "en" else "/zh?tab=rotation")
    expect(page.locator("#rotation-step4")).to_be_visible()
    unreadable = "This file is not a picture that can be read. Use PNG, JPEG or WebP."
    too_large = "A picture may have at most {limit} megapixels."
    for file, sentence in ((text_as_picture, unreadable), (huge_picture, too_large)):
        upload(page, "rotation", "picture", file)
        refused(page, (sentence if language == "en" else ERRORS[sentence]).format(limit=8))
    seen = source_of(page, "rotation-seen")
    upload(page, "rotation", "picture", photo_file)
    expect(page.locator("#rotation-seen img")).not_to_have_attribute("src", seen)
    page.locator("#rotation-turn input[value='270']").check()
    expect(page.locator("#rotation-verdict")).to_contain_text("270°")

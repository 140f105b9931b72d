"""What a number box says when it is emptied, or gets a number out of its range."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.page_actions import open_tab, settle, source_of, unfold

pytestmark = pytest.mark.browser
REPEATS_MS = 1500  # within which a second event of the same box would answer
TOASTS = ".toast-body"


def box_of(page: Page, ident: str) -> Locator:
    """The box of a number, or the one beside a slider."""
    return page.locator(f"#{ident} input[type=number]").first


def in_words(page: Page) -> list[str]:
    """What the toasts say, one text for each."""
    return page.locator(TOASTS).all_inner_texts()


def opened_box(page: Page, ident: str, fold: str) -> Locator:
    """A box in its fold, once its tab has answered."""
    stem = ident.partition("-")[0]
    open_tab(page, stem)
    settle(page)
    if fold and not box_of(page, ident).is_visible():
        unfold(page, stem, fold)
    return box_of(page, ident)


@pytest.mark.parametrize(
    ("ident", "fold"),
    [
        ("gan-seed", "truncation"),
        ("gan-limit", "truncation"),
        ("masked-seed", ""),
        ("contrastive-seed", "augment"),
        ("contrastive-crop", "augment"),
    ],
)
def test_emptied_boxes_say_nothing(visit: Opener, ident: str, fold: str) -> None:
    """A visitor empties a box to write another number."""
    page = visit(1440).page
    box = opened_box(page, ident, fold)
    before = box.input_value()
    box.fill("")
    page.wait_for_timeout(REPEATS_MS)
    assert in_words(page) == []
    box.fill(before)
    settle(page)
    assert in_words(page) == []


def test_new_seed_answers_after_an_empty_box(visit: Opener) -> None:
    page = visit(1440).page
    box = opened_box(page, "gan-seed", "truncation")
    shown = source_of(page, "gan-samples")
    box.fill("")
    page.wait_for_timeout(REPEATS_MS)
    assert source_of(page, "gan-samples") == shown
    box.fill("77")
    expect(page.locator("#gan-samples img").first).not_to_have_attribute("src", shown)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "99 is outside the range from 0.1 to 3.0."), ("zh", "99 不在 0.1 到 3.0 的范围内。")],
)
def test_number_out_of_range_is_one_toast(visit: Opener, language: str, sentence: str) -> None:
    page = visit(1440, language).page
    box = opened_box(page, "gan-limit", "truncation")
    before = box.input_value()
    box.fill("99")
    expect(page.locator(TOASTS).first).to_be_visible()
    page.wait_for_timeout(REPEATS_MS)
    (said,) = in_words(page)
    assert sentence in said
    page.locator(".toast-close").evaluate_all("(buttons) => buttons.forEach((button) => button.click())")
    expect(page.locator(TOASTS)).to_have_count(0)
    box.fill(before)
    settle(page)

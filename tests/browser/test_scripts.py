"""Scripts that run from right to left, in what a visitor writes and in its tokens."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Opener
from tests.browser.page_actions import settle

pytestmark = pytest.mark.browser
HEBREW = "שלום לך עולם"


def left_edges(parts: Locator) -> list[float]:
    """Where each part begins on the screen."""
    return [float(parts.nth(i).evaluate("(part) => part.getBoundingClientRect().left")) for i in range(parts.count())]


def test_hebrew_words_run_from_the_right(visit: Opener) -> None:
    page = visit(1440).go("/?tab=bert")
    expect(page.locator("#bert-words label").first).to_be_visible()
    settle(page)
    english = left_edges(page.locator("#bert-words label"))
    assert english[0] < english[1]
    page.locator("#bert-text textarea").clear()
    page.locator("#bert-text textarea").press_sequentially(HEBREW + " ", delay=50)  # a key at the end
    expect(page.locator("#bert-words label")).to_have_count(3)
    first, second, third = left_edges(page.locator("#bert-words label"))
    assert first > second > third


def test_hebrew_tokens_run_from_the_right(visit: Opener) -> None:
    page = visit(1440).go("/?tab=gpt2")
    expect(page.locator("#gpt2-status")).to_contain_text("30 tokens added")
    settle(page)
    page.locator("#gpt2-prompt textarea").clear()
    page.locator("#gpt2-prompt textarea").press_sequentially(HEBREW + " ", delay=50)  # a key at the end
    expect(page.locator("#gpt2-surprise .textfield")).to_contain_text("ש")
    expect(page.locator("#gpt2-surprise .token")).to_have_count(len(HEBREW))
    edges = left_edges(page.locator("#gpt2-surprise .token"))[:5]  # those on the first line
    assert edges == sorted(edges, reverse=True)
    assert page.locator("#gpt2-prompt textarea").evaluate("(box) => getComputedStyle(box).unicodeBidi") == "plaintext"

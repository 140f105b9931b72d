"""What a visitor does on the gpt2 tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, settle, text_of, unfold
from tests.browser.scenarios.scenario import opens_with


@opens_with("gpt2-surprise", "gpt2-labels", "gpt2-verdict", "gpt2-bits", "gpt2-text", "gpt2-nearest")
def gpt2(page: Page, files: Files) -> None:
    """Write a beginning, let the model go on, click a token, branch from there, and see how it began to learn."""
    verdict = text_of(page, "gpt2-verdict")
    prompt = page.locator("#gpt2-prompt textarea")
    prompt.clear()
    prompt.press_sequentially("When the captain came on deck,")
    expect(page.locator("#gpt2-verdict")).not_to_have_text(verdict)
    unfold(page, "gpt2", "sampling")
    length = page.locator("#gpt2-length input[type=number]")
    settle(page)
    length.fill("12")
    length.blur()
    page.locator("#gpt2-go").click()
    finished = re.compile(r"\b12 tokens added|says that the text ends here")
    expect(page.locator("#gpt2-status")).to_contain_text(finished)
    expect(page.locator("#gpt2-text")).to_contain_text("When the captain came on deck,")
    page.locator("#gpt2-text .token").nth(2).click()
    expect(page.locator("#gpt2-number input"), "the click unfolds the alternatives").to_have_value("2")
    drawn(page, "gpt2-alternatives")
    written = text_of(page, "gpt2-text")
    page.locator("#gpt2-choice input").last.check()
    page.locator("#gpt2-branch").click()
    expect(page.locator("#gpt2-text")).not_to_have_text(written, use_inner_text=True)
    expect(page.locator("#gpt2-status")).to_contain_text(finished)
    expect(page.locator("#gpt2-number input")).to_have_value("2")
    written, sampled = text_of(page, "gpt2-text"), text_of(page, "gpt2-chosen")
    page.locator("#gpt2-again").click()
    expect(page.locator("#gpt2-text")).not_to_have_text(written, use_inner_text=True)
    expect(page.locator("#gpt2-number input"), "the open alternatives follow the text").to_have_value("1")
    expect(page.locator("#gpt2-chosen")).not_to_have_text(sampled)
    unfold(page, "gpt2", "tested")
    expect(page.locator("#gpt2-tested-fold")).to_contain_text("n = 800,340")
    grow(page, "gpt2")
    expect(page.locator("#gpt2-grow-text")).to_contain_text("When the captain came on deck,")
    costs = text_of(page, "gpt2-grow-verdict")
    unfold(page, "gpt2", "lines")
    expect(page.locator("#gpt2-similar td").first).to_be_visible()
    page.locator("#gpt2-example-moon").click()
    expect(page.locator("#gpt2-text")).to_contain_text("《望月》杜甫：")
    expect(page.locator("#gpt2-word input, #gpt2-word textarea").first).to_have_value("春")
    expect(page.locator("#gpt2-grow-verdict")).not_to_have_text(costs)
    expect(page.locator("#gpt2-similar")).to_contain_text(re.compile("[\u4e00-\u9fff]"))

"""What a visitor does on the bert tab."""

import re

from playwright.sync_api import Page, expect

from core import checkpoints
from tests.browser.page_actions import Files, drawn, text_of, unfold
from tests.browser.scenarios.scenario import opens_with


@opens_with("bert-words", "bert-gaps", "bert-verdict", "bert-uses")
def bert(page: Page, files: Files) -> None:
    """Write a sentence, hide a word of it by a click, see it filled, draw as in training, see a word's uses."""
    unfold(page, "bert", "compare")
    drawn(page, "bert-bits")
    unfold(page, "bert", "order")
    expect(page.locator("#bert-texts mark").first).to_be_visible()
    words, compared, filled = (text_of(page, ident) for ident in ("bert-words", "bert-compared", "bert-texts"))
    text = page.locator("#bert-text textarea")
    text.clear()
    text.press_sequentially("The ship came slowly into the village at night.")
    expect(page.locator("#bert-words")).not_to_have_text(words, use_inner_text=True)
    expect(page.locator("#bert-words label")).to_have_count(10)
    expect(page.locator("#bert-words label.selected"), "two words are hidden").to_have_count(2)
    expect(page.locator("#bert-gaps .gap").first).to_contain_text("village")
    expect(page.locator("#bert-compared"), "the open folds follow the text").not_to_have_text(compared)
    expect(page.locator("#bert-texts")).not_to_have_text(filled)
    drawn(page, "bert-bits")
    gaps = page.locator("#bert-gaps .gap").count()
    page.locator("#bert-words label").filter(has_text="ship").click()
    expect(page.locator("#bert-gaps .gap")).to_have_count(gaps + 1)
    expect(page.locator("#bert-gaps .gap").first).to_contain_text("ship")
    expect(page.locator("#bert-verdict")).to_contain_text(re.compile(rf"\d of {gaps + 1}"))
    expect(page.locator("#bert-texts mark").first).to_be_visible()
    unfold(page, "bert", "draw")
    expect(page.locator("#bert-drawn-verdict")).to_contain_text(re.compile(r"\d+ of \d+ tokens"))
    coloured = text_of(page, "bert-drawn")
    seed = page.locator("#bert-seed input")
    before = seed.input_value()
    for _ in range(3):
        page.locator("#bert-again").click()
    expect(seed).not_to_have_value(before)
    expect(page.locator("#bert-drawn")).not_to_have_text(coloured, use_inner_text=True)
    unfold(page, "bert", "tested")
    right = checkpoints.read_card("bert/novels").metrics["novels"]["accuracy"]
    expect(page.locator("#bert-card")).to_contain_text(f"{right:.1%}")
    page.locator("#bert-example-sea").click()
    expect(text).to_have_value(re.compile("^The captain stood"))
    expect(page.locator("#bert-words label.selected")).to_have_count(3)
    expect(page.locator("#bert-gaps .gap")).to_have_count(3)
    uses = text_of(page, "bert-uses")
    page.locator("#bert-word input[value=rose]").check()
    expect(page.locator("#bert-uses")).not_to_have_text(uses)
    expect(page.locator("#bert-query textarea, #bert-query input").first).to_have_value(re.compile("rose"))
    unfold(page, "bert", "novel")
    expect(page.locator("#bert-probe")).to_contain_text("n = 800")

"""What a visitor does on the contrastive tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, settle, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("contrastive-views", "contrastive-verdict", "contrastive-matrix", "contrastive-neighbours")
def contrastive(page: Page, files: Files) -> None:
    """Add two photographs, look back to before the training, draw new views, read the verdict and the loss."""
    unfold(page, "contrastive", "loss")
    expect(page.locator("#contrastive-loss")).to_contain_text("log 15")
    verdict, loss = text_of(page, "contrastive-verdict"), text_of(page, "contrastive-loss")
    upload(page, "contrastive", "pictures", [files.photo, files.other])
    expect(page.locator("#contrastive-verdict")).not_to_have_text(verdict)
    expect(page.locator("#contrastive-loss"), "the open fold follows the pictures").not_to_have_text(loss)
    expect(page.locator("#contrastive-loss")).to_contain_text("log 19")
    drawn(page, "contrastive-bars")
    cool = text_of(page, "contrastive-loss")
    settle(page)
    page.locator("#contrastive-temperature input[type=range]").press("End")
    expect(page.locator("#contrastive-loss")).not_to_have_text(cool)
    expect(page.locator("#contrastive-loss")).to_contain_text("temperature 1.00")
    grow(page, "contrastive")
    drawn(page, "contrastive-grow-matrix")
    expect(page.locator("#contrastive-grow-verdict")).to_contain_text(re.compile(r"\d of 20 views"))
    views = source_of(page, "contrastive-views")
    page.locator("#contrastive-go").click()
    expect(page.locator("#contrastive-views img")).not_to_have_attribute("src", views)
    views = source_of(page, "contrastive-views")
    unfold(page, "contrastive", "augment")
    settle(page)
    page.locator("#contrastive-greyscale input[type=range]").press("End")
    expect(page.locator("#contrastive-views img")).not_to_have_attribute("src", views)
    expect(page.locator("#contrastive-verdict")).to_contain_text(re.compile(r"\d+ of \d+ views"))
    drawn(page, "contrastive-matrix")
    unfold(page, "contrastive", "dictionary")
    looked = page.locator("#contrastive-dictionary-verdict")
    expect(looked).to_contain_text("m = 0.99 ")
    settle(page)
    page.locator("#contrastive-momentum input[type=range]").press("Home")
    expect(looked).to_contain_text("m = 0 ")
    drawn(page, "contrastive-queue")
    drawn(page, "contrastive-drift")
    unfold(page, "contrastive", "accuracy")
    drawn(page, "contrastive-card-knn")
    expect(page.locator("#contrastive-card-text")).to_contain_text("10,000 test pictures")
    unfold(page, "contrastive", "groups")
    drawn(page, "contrastive-probe")
    near = text_of(page, "contrastive-neighbours")
    settle(page)
    page.locator("#contrastive-which input[type=range]").press("ArrowRight")
    expect(page.locator("#contrastive-neighbours")).not_to_have_text(near, use_inner_text=True)
    page.locator("#contrastive-set input[value=alike]").check()
    number = page.locator("#contrastive-which input[type=number]")
    expect(number, "the first of other pictures is asked about").to_have_value("1")
    expect(page.locator("#contrastive-neighbours")).to_contain_text("red apple")

"""What a visitor does on the masked tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, source_of, stroke, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("masked-masked", "masked-pasted", "masked-linear", "masked-mean", "masked-verdict", "masked-near-features")
def masked(page: Page, files: Files) -> None:
    """Bring a photograph, hide other patches, see an earlier network, then paint by hand; read the error each time."""
    verdict = page.locator("#masked-verdict")
    before, original = verdict.inner_text(), source_of(page, "masked-original")
    unfold(page, "masked", "errors")
    drawn(page, "masked-bars")
    expect(page.locator("#masked-restored img")).to_be_visible()
    table = text_of(page, "masked-table")
    upload(page, "masked", "picture", files.photo)
    expect(page.locator("#masked-original img")).not_to_have_attribute("src", original)
    expect(verdict).not_to_have_text(before)
    expect(page.locator("#masked-table"), "the open fold follows the picture").not_to_have_text(table)
    before = verdict.inner_text()
    page.locator("#masked-another").click()
    expect(verdict).not_to_have_text(before)
    unfold(page, "masked", "sweep")
    drawn(page, "masked-sweep")
    grow(page, "masked", "masked-grow-pasted")
    unfold(page, "masked", "paint")
    stroke(page, "masked-canvas")
    page.locator("#masked-paint-go").click()
    expect(page.locator("#masked-paint-verdict")).to_contain_text(re.compile(r"\d+ of \d+ patches hidden"))
    expect(page.locator("#masked-paint-pasted img")).to_be_visible()
    unfold(page, "masked", "another_model")
    expect(page.locator("#masked-model input").first).to_be_checked()
    unfold(page, "masked", "groups")
    expect(page.locator("#masked-retrieval")).to_contain_text("by raw pixels")
    unfold(page, "masked", "look")
    looked = source_of(page, "masked-attention")
    page.locator("#masked-attention img").click(position={"x": 20, "y": 200})
    expect(page.locator("#masked-attention img")).not_to_have_attribute("src", looked)

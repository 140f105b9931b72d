"""What a visitor does on the vqvae tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with(
    "vqvae-map",
    "vqvae-map-text",
    "vqvae-verdict",
    "vqvae-reconstruction",
    "vqvae-bars",
    "vqvae-near-codes",
    "vqvae-near-pixels",
)
def vqvae(page: Page, files: Files) -> None:
    """Bring a photograph, take up a code from its map, paint with another one, take it back, read the usage."""
    unfold(page, "vqvae", "edit")
    painted = page.locator("#vqvae-painted")
    expect(painted, "two lanterns in the sky").to_contain_text(re.compile(r"changed \d+ of 256 codes"))
    unfold(page, "vqvae", "usage")
    drawn(page, "vqvae-usage")
    codes, verdict = source_of(page, "vqvae-map"), text_of(page, "vqvae-verdict")
    usage = text_of(page, "vqvae-usage-text")
    upload(page, "vqvae", "picture", files.photo)
    expect(page.locator("#vqvae-map img")).not_to_have_attribute("src", codes)
    expect(page.locator("#vqvae-verdict")).not_to_have_text(verdict)
    expect(page.locator("#vqvae-usage-text")).not_to_have_text(usage)
    expect(painted).to_contain_text("Nothing is painted")
    expect(page.locator("#vqvae-edits textarea")).to_have_value("")
    _paint(page)
    page.locator("#vqvae-undo").click()
    expect(painted).to_contain_text("Nothing is painted")
    unfold(page, "vqvae", "baselines")
    expect(page.locator("#vqvae-table td").first).to_be_visible()
    expect(page.locator("#vqvae-picture-jpeg img")).to_be_visible()
    table = text_of(page, "vqvae-table")
    page.locator("#vqvae-size input").last.check()
    expect(page.locator("#vqvae-map-text")).to_contain_text("8 × 8 = 64 codes")
    expect(page.locator("#vqvae-table"), "the open fold follows the size").not_to_have_text(table)
    drawn(page, "vqvae-bars")
    unfold(page, "vqvae", "retrieval")
    drawn(page, "vqvae-retrieval")
    expect(page.locator("#vqvae-retrieval-text")).to_contain_text("chance level")


def _paint(page: Page) -> None:
    """Take up a code from the map and another one from the sheet, and paint with it."""
    entry = text_of(page, "vqvae-entry")
    page.locator("#vqvae-map img").click(position={"x": 150, "y": 200})
    expect(page.locator("#vqvae-entry")).not_to_have_text(entry)
    entry = text_of(page, "vqvae-entry")
    page.locator("#vqvae-sheet").scroll_into_view_if_needed()  # its picture comes when it comes into sight
    page.locator("#vqvae-sheet img").click(position={"x": 150, "y": 150})
    expect(page.locator("#vqvae-entry")).not_to_have_text(entry)
    after = source_of(page, "vqvae-after")
    page.locator("#vqvae-after img").click(position={"x": 120, "y": 120})
    expect(page.locator("#vqvae-after img")).not_to_have_attribute("src", after)
    expect(page.locator("#vqvae-painted")).to_contain_text(re.compile(r"changed \d+ of 256 codes"))

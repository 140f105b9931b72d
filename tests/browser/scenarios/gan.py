"""What a visitor does on the gan tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, settle, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("gan-verdict", "gan-scores", "gan-samples", "gan-samples-text", "gan-features")
def gan(page: Page, files: Files) -> None:
    """Bring a picture to the discriminator, draw others, truncate the noise, interpolate, see an earlier generator."""
    seen, verdict = source_of(page, "gan-seen"), text_of(page, "gan-verdict")
    upload(page, "gan", "picture", files.photo)
    expect(page.locator("#gan-seen img")).not_to_have_attribute("src", seen)
    expect(page.locator("#gan-verdict")).not_to_have_text(verdict)
    expect(page.locator("#gan-verdict")).to_contain_text(re.compile(r"scores [+-]\d"))
    drawn(page, "gan-scores")
    unfold(page, "gan", "copies")
    expect(page.locator("#gan-copies-text")).to_contain_text(re.compile(r"\d of 8 samples"))
    drawn(page, "gan-distances")
    sheet, copies = source_of(page, "gan-samples"), text_of(page, "gan-copies-text")
    page.locator("#gan-go").click()
    expect(page.locator("#gan-samples img")).not_to_have_attribute("src", sheet)
    expect(page.locator("#gan-copies-text"), "the open fold follows the seed").not_to_have_text(copies)
    unfold(page, "gan", "truncation")
    described = text_of(page, "gan-samples-text")
    slider = page.locator("#gan-limit input[type=range]")
    slider.focus()
    settle(page)
    slider.press("Home")
    expect(page.locator("#gan-samples-text")).not_to_have_text(described)
    unfold(page, "gan", "walk")
    drawn(page, "gan-walk-scores")
    strip = source_of(page, "gan-strip")
    end = page.locator("#gan-end-b input")
    settle(page)
    end.fill("7")
    end.blur()
    expect(page.locator("#gan-strip img")).not_to_have_attribute("src", strip)
    grow(page, "gan", "gan-grow-samples")
    unfold(page, "gan", "quality")
    drawn(page, "gan-frechet")
    drawn(page, "gan-coverage")
    expect(page.locator("#gan-card")).to_contain_text("Fréchet distance to 10,000 unseen test pictures")

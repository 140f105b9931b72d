"""What a visitor does on the vae tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, source_of, stroke, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("vae-seen", "vae-drawn", "vae-verdict", "vae-strip", "vae-walk-text", "vae-near-latent")
def vae(page: Page, files: Files) -> None:
    """Bring a picture, interpolate to the digit beside it on the sphere, read the loss, see an earlier network."""
    seen, strip = source_of(page, "vae-seen"), source_of(page, "vae-strip")
    verdict = text_of(page, "vae-verdict")
    unfold(page, "vae", "space")
    expect(page.locator("#vae-plane img")).to_be_visible()
    decoded = source_of(page, "vae-decoded")
    upload(page, "vae", "picture-a", files.photo)
    expect(page.locator("#vae-seen img")).not_to_have_attribute("src", seen)
    expect(page.locator("#vae-verdict")).not_to_have_text(verdict)
    expect(page.locator("#vae-strip img")).not_to_have_attribute("src", strip)
    expect(page.locator("#vae-decoded img"), "the open fold follows").not_to_have_attribute("src", decoded)
    strip = source_of(page, "vae-strip")
    page.locator("#vae-path input[value=spherical]").check()
    expect(page.locator("#vae-strip img")).not_to_have_attribute("src", strip)
    expect(page.locator("#vae-verdict")).to_contain_text(re.compile(r"costs \d+\.\d nats"))
    decoded = source_of(page, "vae-decoded")
    page.locator("#vae-plane img").click(position={"x": 60, "y": 60})
    expect(page.locator("#vae-decoded img")).not_to_have_attribute("src", decoded)
    unfold(page, "vae", "cost")
    drawn(page, "vae-code")
    drawn(page, "vae-bars")
    unfold(page, "vae", "walk")
    drawn(page, "vae-surprise")
    expect(page.locator("#vae-film img")).to_be_visible()
    unfold(page, "vae", "prior")
    expect(page.locator("#vae-samples img")).to_be_visible()
    samples = source_of(page, "vae-samples")
    page.locator("#vae-prior-again").click()
    expect(page.locator("#vae-samples img")).not_to_have_attribute("src", samples)
    grow(page, "vae", "vae-grow-drawn", "vae-grow-samples")
    expect(page.locator("#vae-grow-verdict")).to_contain_text(re.compile(r"costs \d+\.\d nats"))
    unfold(page, "vae", "votes")
    drawn(page, "vae-readout")
    unfold(page, "vae", "sketch")
    strip = source_of(page, "vae-strip")
    page.locator("#vae-end input[value=b]").check()
    stroke(page, "vae-canvas")
    page.locator("#vae-use-sketch").click()
    expect(page.locator("#vae-strip img"), "the drawing is picture B").not_to_have_attribute("src", strip)

"""What a visitor does on the audio tab."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, settle, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("audio-hole", "audio-hear-masked", "audio-verdict", "audio-restored", "audio-hear-restored", "audio-digit")
def audio(page: Page, files: Files) -> None:
    """Bring a sound, hide a stretch of it, hear it restored, read the probes, then open every fold."""
    unfold(page, "audio", "forms")
    drawn(page, "audio-wave")
    size, verdict, read = (text_of(page, f"audio-{name}") for name in ("size", "verdict", "read"))
    page.locator("#audio-sound button[aria-label=Clear]").click()
    upload(page, "audio", "sound", files.sound)
    expect(page.locator("#audio-verdict")).not_to_have_text(verdict)
    expect(page.locator("#audio-read")).not_to_have_text(read)
    expect(page.locator("#audio-size"), "the open fold follows the sound").not_to_have_text(size)
    expect(page.locator(".toast-body"), "making room for another sound is no mistake").to_have_count(0)
    for name in ("mel", "features", "mfcc"):
        expect(page.locator(f"#audio-{name} img")).to_be_visible()
    page.locator("#audio-go").click()
    expect(page.locator("#audio-verdict")).to_contain_text(re.compile(r"model -?\d+\.\d dB"))
    for name in ("masked", "restored"):
        expect(page.locator(f"#audio-hear-{name} #duration")).to_have_text(re.compile("0:0[12]"))
    unfold(page, "audio", "baselines")
    drawn(page, "audio-errors")
    expect(page.locator("#audio-linear img")).to_be_visible()
    expect(page.locator("#audio-hear-linear #duration")).to_have_text(re.compile("0:0[12]"))
    line, restored = source_of(page, "audio-linear"), source_of(page, "audio-restored")
    settle(page)
    page.locator("#audio-place input[type=range]").press("Home")
    for ident, source in (("audio-restored", restored), ("audio-linear", line)):
        expect(page.locator(f"#{ident} img"), "both follow the slider").not_to_have_attribute("src", source)
    _fold_by_fold(page)


def _fold_by_fold(page: Page) -> None:
    """Draw other views, look at the models, the similar sounds and the card, compare with another sound."""
    unfold(page, "audio", "views")
    expect(page.locator("#audio-views")).to_contain_text("cosine")
    view = source_of(page, "audio-view1")
    page.locator("#audio-again").click()
    expect(page.locator("#audio-view1 img")).not_to_have_attribute("src", view)
    unfold(page, "audio", "another_model")
    expect(page.locator("#audio-model input")).to_have_count(1)
    unfold(page, "audio", "near")
    expect(page.locator("#audio-neighbours td").first).to_be_visible()
    expect(page.locator("#audio-near0 #duration")).to_have_text(re.compile("0:0[0-9]"))
    unfold(page, "audio", "compare")
    expect(page.locator("#audio-compared h3")).to_have_count(2)
    compared = text_of(page, "audio-compared")
    settle(page)
    page.locator("#audio-other-examples input").fill("crow")
    page.locator("[role=option]", has_text="crow").first.click()
    expect(page.locator("#audio-compared")).not_to_have_text(compared, use_inner_text=True)
    unfold(page, "audio", "card")
    expect(page.locator("#audio-card-fold")).to_contain_text("n = 300")

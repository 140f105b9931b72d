"""What a visitor does on the rotation tab."""

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("rotation-verdict", "rotation-bars", "rotation-neighbours")
def rotation(page: Page, files: Files) -> None:
    """Bring a photograph, rotate it by 180 degrees, look back to before the training, ask the model that cheats."""
    unfold(page, "rotation", "cheat")
    expect(page.locator("#rotation-trial-table td").first).to_be_visible()
    trial = text_of(page, "rotation-trial-table")
    seen = source_of(page, "rotation-seen")
    upload(page, "rotation", "picture", files.photo)
    expect(page.locator("#rotation-seen img")).not_to_have_attribute("src", seen)
    page.locator("#rotation-turn input[value='180']").check()
    page.locator("#rotation-go").click()
    expect(page.locator("#rotation-verdict")).to_contain_text("180°")
    expect(page.locator("#rotation-truth")).to_contain_text("180°")
    expect(page.locator("#rotation-bars li.marked")).to_contain_text("180°, the true turn")
    expect(page.locator("#rotation-trial-table"), "the open fold follows the picture").not_to_have_text(trial)
    unfold(page, "rotation", "evidence")
    drawn(page, "rotation-table")
    expect(page.locator("#rotation-map img")).to_be_visible()
    grow(page, "rotation", "rotation-grow-map")
    unfold(page, "rotation", "game")
    page.locator("#rotation-deal").click()
    page.locator("#rotation-answer").click()
    expect(page.locator("#rotation-score")).to_contain_text("Score after 1")
    honest = text_of(page, "rotation-truth")
    page.locator("#rotation-model input[value='rotation/shortcut']").check()
    expect(page.locator("#rotation-truth"), "it takes pictures of another size").not_to_have_text(honest)
    expect(page.locator("#rotation-neighbours img").first).to_be_visible()

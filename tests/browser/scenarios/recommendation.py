"""What a visitor does on the recommendation tab."""

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, settle, text_of, unfold
from tests.browser.scenarios.scenario import opens_with


@opens_with("recommendation-strip", "recommendation-verdict", "recommendation-guesses", "recommendation-similar")
def recommendation(page: Page, files: Files) -> None:
    """Pick another list, hide its first film, look back to before the training, add a film, look up a film."""
    unfold(page, "recommendation", "next")
    expect(page.locator("#recommendation-next li")).to_have_count(30)
    verdict, nexts = text_of(page, "recommendation-verdict"), text_of(page, "recommendation-next")
    page.locator("#recommendation-set input[value=love]").check()
    expect(page.locator("#recommendation-next")).not_to_have_text(nexts, use_inner_text=True)
    expect(page.locator("#recommendation-verdict")).not_to_have_text(verdict, use_inner_text=True)
    page.locator("#recommendation-place input[value='1']").check()
    expect(page.locator("#recommendation-verdict")).to_contain_text("When Harry Met Sally")
    expect(page.locator("#recommendation-strip li").first).not_to_contain_text("When Harry Met Sally")
    unfold(page, "recommendation", "attention")
    expect(page.locator("#recommendation-attention li")).to_have_count(6)
    expect(page.locator("#recommendation-attention li.marked")).to_have_count(1)
    unfold(page, "recommendation", "grow")
    grown = page.locator("#recommendation-grow-verdict")
    expect(grown).to_contain_text("When Harry Met Sally")
    finished = grown.inner_text()
    settle(page)
    page.locator("#recommendation-stage input[type=range]").press("Home")
    expect(grown).not_to_have_text(finished, use_inner_text=True)
    drawn(page, "recommendation-grow-curve")
    settle(page)
    page.locator("#recommendation-films input").fill("Spirited Away")
    page.locator("[role=option]", has_text="Spirited Away").first.click()
    expect(page.locator("#recommendation-strip li")).to_have_count(7)
    expect(page.locator("#recommendation-attention li"), "the open fold follows the list").to_have_count(7)
    alike = text_of(page, "recommendation-similar")
    settle(page)
    page.locator("#recommendation-film input").fill("Shrek (2001)")
    page.locator("[role=option]", has_text="Shrek (2001)").first.click()
    expect(page.locator("#recommendation-genres-of")).to_contain_text("Shrek (2001)")
    expect(page.locator("#recommendation-similar")).not_to_have_text(alike, use_inner_text=True)
    _study(page)


def _study(page: Page) -> None:
    """Read the card, the genres and the source, then ask the network that never saw the order."""
    unfold(page, "recommendation", "card")
    expect(page.locator("#recommendation-hits li").first).to_be_visible()
    unfold(page, "recommendation", "genres")
    drawn(page, "recommendation-genres")
    unfold(page, "recommendation", "source")
    expect(page.locator("#recommendation-data")).to_contain_text("GroupLens")
    card, guesses = text_of(page, "recommendation-card"), text_of(page, "recommendation-guesses")
    unfold(page, "recommendation", "another_model")
    page.locator("#recommendation-model input[value='recommendation/shuffled']").check()
    expect(page.locator("#recommendation-guesses")).not_to_have_text(guesses, use_inner_text=True)
    expect(page.locator("#recommendation-card")).not_to_have_text(card, use_inner_text=True)
    expect(page.locator("#recommendation-strip li"), "it keeps the list").to_have_count(7)

"""What a visitor does on the generation tab."""

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, settle, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("generation-labels", "generation-now-text", "generation-now", "generation-arms", "generation-found")
def generation(page: Page, files: Files) -> None:
    """Draw others by all arms, see them untrained, bring a reference, see another picture's heads, measure an arm."""
    unfold(page, "generation", "conditioned")
    expect(page.locator("#generation-heads-text p").first).to_be_visible()
    sheet, shown = source_of(page, "generation-arms"), source_of(page, "generation-conditioned")
    page.locator("#generation-go").click()
    expect(page.locator("#generation-arms img").first).not_to_have_attribute("src", sheet)
    expect(page.locator("#generation-conditioned img").first, "an open fold follows").not_to_have_attribute(
        "src", shown
    )
    _train_less(page)
    columns = source_of(page, "generation-columns")
    page.locator("#generation-set input").nth(1).check()
    expect(page.locator("#generation-columns img")).not_to_have_attribute("src", columns)
    upload(page, "generation", "references", files.photo)
    expect(page.locator("#generation-labels img")).to_be_visible()
    heads = text_of(page, "generation-heads-text")
    slider = page.locator("#generation-which input[type=range]")
    slider.focus()
    settle(page)
    slider.press("End")
    expect(page.locator("#generation-heads-text")).not_to_have_text(heads)
    drawn(page, "generation-heads")
    _read_study(page)


def _train_less(page: Page) -> None:
    """Go back to before the first step."""
    unfold(page, "generation", "grow")
    drawn(page, "generation-grow-now")
    now = text_of(page, "generation-grow-text")
    settle(page)
    page.locator("#generation-stage input[type=range]").press("Home")
    expect(page.locator("#generation-grow-text")).not_to_have_text(now)
    expect(page.locator("#generation-grow-arms img").first).to_be_visible()
    expect(page.locator("#generation-now-text"), "the main answer stays").not_to_have_text(
        text_of(page, "generation-grow-text")
    )


def _read_study(page: Page) -> None:
    """Read the results on another set and elsewhere, and measure an arm."""
    unfold(page, "generation", "study")
    drawn(page, "generation-simclr")
    drawn(page, "generation-efficientnet")
    found, table = text_of(page, "generation-found"), text_of(page, "generation-table")
    page.locator("#generation-results-data input").nth(1).check()
    expect(page.locator("#generation-found")).not_to_have_text(found)
    expect(page.locator("#generation-table")).not_to_have_text(table)
    unfold(page, "generation", "published")
    expect(page.locator("#generation-published td").first).to_be_visible()
    unfold(page, "generation", "measure")
    expect(page.locator("#generation-measured-text")).to_contain_text("recorded distances")
    page.locator("#generation-arm input").nth(3).check()
    page.locator("#generation-measure").click()
    expect(page.locator("#generation-measured-text")).to_contain_text("1,024")
    drawn(page, "generation-measured")

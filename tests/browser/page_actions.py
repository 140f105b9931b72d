"""What any visitor can do on any tab: open it, bring a file, read, draw.

Every wait is for something that a visitor sees; ids are the same on the English and the Chinese page.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, expect

import app

GROUP_OF = {stem: group for group, stems in app.GROUPS.items() for stem in stems}
STEMS = tuple(GROUP_OF)
ANSWERED = "(tab) => typeof answered !== 'undefined' && answered.has(tab)"  # a name of assets/links.js
WAIT_MS = 60_000  # a picture takes under a second; this is for a busy machine
expect.set_options(timeout=WAIT_MS)


@dataclass(frozen=True)
class Files:
    """A visitor's own photographs and sound."""

    photo: Path
    other: Path
    sound: Path


def open_tab(page: Page, stem: str) -> None:
    """Click a tab's group, then the tab; on a phone the rows wrap, so all of them are in sight."""
    page.locator(f"#{GROUP_OF[stem]}-group-button").click()
    page.locator(f"#{stem}-tab-button").click()
    expect(page.locator(f"#{stem}-step4")).to_be_visible()


def settle(page: Page) -> None:
    """Wait until no output shows progress: a running event writes the values of its inputs back with its messages."""
    trackers = "[...document.querySelectorAll('[data-testid=status-tracker]:not(.hide)')]"
    page.wait_for_function(f"() => !{trackers}.some((tracker) => tracker.offsetParent)", timeout=WAIT_MS)
    page.wait_for_timeout(200)


def unfold(page: Page, stem: str, name: str) -> None:
    """Open a fold of a tab that is closed; what is in it can be used then."""
    settle(page)
    fold = page.locator(f"#{stem}-{name}-fold")
    fold.locator("> button").click()
    expect(fold.locator("> [data-testid=accordion-content]")).to_be_visible()
    settle(page)


def unfold_all(page: Page, stem: str) -> None:
    """Open every fold of a tab, those inside others too, and wait for what is in them and for their names."""
    closed = f".fold[id^={stem}-]:has(> [data-testid=accordion-content][style*='display: none']) > button:visible"
    while page.locator(closed).count():
        page.locator(closed).first.click()
        settle(page)
    page.wait_for_timeout(500)  # assets/browser.js names what is new a quarter of a second later


def upload(page: Page, stem: str, where: str, file: Path | list[Path]) -> None:
    """Put a file into an upload field, as dropping it there does."""
    page.locator(f"#{stem}-{where} input[type=file]").first.set_input_files(file)


def text_of(page: Page, ident: str) -> str:
    """The text in an output now."""
    return page.locator(f"#{ident}").inner_text()


def source_of(page: Page, ident: str) -> str:
    """Address of the picture an output shows now."""
    return page.locator(f"#{ident} img").first.get_attribute("src") or ""


def drawn(page: Page, ident: str) -> Locator:
    """A Plotly figure, once it is drawn."""
    figure = page.locator(f"#{ident} .js-plotly-plot .main-svg").first
    expect(figure).to_be_visible()
    return figure


def grow(page: Page, stem: str, *pictures: str) -> None:
    """Unfold the training, go back to before the first step by the keyboard, see pictures and figure change."""
    unfold(page, stem, "grow")
    drawn(page, f"{stem}-grow-curve")
    shown, figure = {ident: source_of(page, ident) for ident in pictures}, drawn(page, f"{stem}-grow-curve")
    marked = figure.locator(".bars .point").last.locator("path").get_attribute("style")
    slider = page.locator(f"#{stem}-stage input[type=range]")
    settle(page)
    slider.focus()
    slider.press("Home")
    for ident, source in shown.items():
        expect(page.locator(f"#{ident} img")).not_to_have_attribute("src", source)
    bar = page.locator(f"#{stem}-grow-curve .bars .point").last.locator("path")
    expect(bar, "another bar is marked").not_to_have_attribute("style", marked or "")


def stroke(page: Page, ident: str) -> None:
    """Draw a line across the middle of an image editor."""
    canvas = page.locator(f"#{ident} canvas").first
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=8)
    page.mouse.up()


def copy(page: Page, stem: str) -> str:
    """Click "Copy link"; the link as the field below shows it."""
    page.locator(f"#{stem}-copy").click()
    field = page.locator(f"#{stem}-link textarea, #{stem}-link input")
    expect(field).to_have_value(re.compile(rf"\?tab={stem}"))
    page.wait_for_url(field.input_value())
    return field.input_value()


def settings(link: str) -> dict[str, str]:
    """What a link sets, by name."""
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))

"""What a visitor does on each tab: a walk opens with the tab on screen and ends by reading a result of its own.

Every wait is for something a visitor sees; ids are the same on the English and the Chinese page.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

STEMS = ("rotation", "contrastive", "vae", "masked", "gpt2", "audio")
WAIT_MS = 60_000  # a picture takes under a second; this is for a machine with much else to do
expect.set_options(timeout=WAIT_MS)


@dataclass(frozen=True)
class Files:
    """A visitor's own photograph and sound."""

    photo: Path
    sound: Path


def open_tab(page: Page, stem: str) -> None:
    """Click a tab, in the row of tabs or, where that is too narrow, in the menu behind it."""
    button = page.locator(f"#{stem}-tab-button")
    expect(page.locator("#tabs [role=tab]").first).to_be_visible()
    if not button.is_visible():
        page.get_by_role("button", name=re.compile("More tabs|更多")).click()
        button = page.locator(f".overflow-dropdown button[data-tab-id={stem}], .overflow-dropdown #{stem}-tab-button")
        button = button.first
    button.click()
    expect(page.locator(f"#{stem}-step4")).to_be_visible()


def upload(page: Page, stem: str, where: str, file: Path | list[Path]) -> None:
    """Put a file into an upload field, as by dropping it there."""
    page.locator(f"#{stem}-{where} input[type=file]").first.set_input_files(file)


def text_of(page: Page, ident: str) -> str:
    """What stands in an output now."""
    return page.locator(f"#{ident}").inner_text()


def source_of(page: Page, ident: str) -> str:
    """Address of the picture an output shows now."""
    return page.locator(f"#{ident} img").first.get_attribute("src") or ""


def drawn(page: Page, ident: str) -> Locator:
    """A Plotly figure, once it is drawn."""
    figure = page.locator(f"#{ident} .js-plotly-plot .main-svg").first
    expect(figure).to_be_visible()
    return figure


def rotation(page: Page, files: Files) -> None:
    """Bring a photograph, turn it by 180 degrees, read the verdict."""
    seen = source_of(page, "rotation-seen")
    upload(page, "rotation", "picture", files.photo)
    expect(page.locator("#rotation-seen img")).not_to_have_attribute("src", seen)
    page.locator("#rotation-turn input[value='180']").check()
    page.locator("#rotation-go").click()
    expect(page.locator("#rotation-verdict")).to_contain_text("180°")
    expect(page.locator("#rotation-truth")).to_contain_text("180°")
    drawn(page, "rotation-bars")
    drawn(page, "rotation-table")
    expect(page.locator("#rotation-neighbours img").first).to_be_visible()


WALKS: dict[str, Callable[[Page, Files], None]] = {
    "rotation": rotation,
}
"""The main action of each tab on a real upload."""

FIRST: dict[str, tuple[str, ...]] = {
    "rotation": ("rotation-verdict", "rotation-bars", "rotation-map", "rotation-neighbours"),
}
"""What is on screen before anything was clicked: ids of outputs that must not be empty."""

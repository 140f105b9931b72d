"""`python -m tests.browser.screenshots [TAB ...]`: the pictures of README and docs/, taken from the running page.

Each tab as it opens, in English; the first also in Chinese, in dark mode and as on a phone. WebP keeps them small.
"""

import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.every_scenario import SCENARIOS
from tests.browser.page_actions import STEMS, WAIT_MS, settle, upload
from tests.browser.serving import ROOT, serve
from tests.photographs import hundred

FOLDER = ROOT / "assets" / "screenshots"
WIDE, NARROW = (1280, 900), (390, 844)
QUALITY = 80


def take(page: Page, stem: str, file: Path) -> None:
    """Save the whole page once every first result of the tab is drawn."""
    expect(page.locator(f"#{stem}-step4")).to_be_visible()
    for ident in SCENARIOS[stem].first:  # pictures load when they come into sight
        page.locator(f"#{ident}").scroll_into_view_if_needed()
        page.wait_for_timeout(800)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(800)
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as picture:
        picture.convert("RGB").save(file, quality=QUALITY, method=6)
    print(file.relative_to(ROOT), f"{file.stat().st_size / 1000:.0f} kB")


def visit(browser: Browser, address: str, stem: str, name: str, size: tuple[int, int], scheme: str = "light") -> None:
    """Open a tab in a new window and take its picture."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="zh-CN" if "/zh" in address else "en-GB",
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(f"{address}?tab={stem}")
    take(page, stem, FOLDER / f"{name}.webp")
    context.close()


def train(browser: Browser, address: str) -> None:
    """A training of half a minute in the rotation tab, on turned pictures with a rim, and what its curves mean."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-GB")
    context.set_default_timeout(4 * WAIT_MS)
    page = context.new_page()
    page.goto(f"{address}?tab=rotation&open=train")
    seconds = page.locator("#rotation-train-budget input[type=number]")
    seconds.fill("30")
    seconds.press("Tab")
    page.locator("#rotation-train-break").get_by_text("black rim").click()
    page.locator("#rotation-train-start").click()
    page.locator("#rotation-train-live .findings").wait_for()
    page.wait_for_timeout(1000)
    shot = page.locator("#rotation-train-fold").screenshot()
    with Image.open(io.BytesIO(shot)) as picture:
        picture.convert("RGB").save(FOLDER / "train.webp", quality=QUALITY, method=6)
    context.close()


def digits(browser: Browser, address: str, folder: Path) -> None:
    """Two photographs of digits in the VAE tab, and what was found on them."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(f"{address}?tab=vae")
    expect(page.locator("#vae-step4")).to_be_visible()
    settle(page)
    shown = {photo.kind: photo.image for photo in hundred()}
    for end, image in (("a", shown["desk"]), ("b", shown["shadow"])):
        file = folder / f"{end}.jpg"
        Image.fromarray(image).save(file, quality=90)
        field = page.locator(f"#vae-picture-{end}")
        field.get_by_role("button", name=re.compile("Clear|Remove")).first.click()
        upload(page, "vae", f"picture-{end}", file)
        settle(page)
    page.wait_for_timeout(1000)
    shot = page.locator("#vae-tab .steps").first.screenshot()
    with Image.open(io.BytesIO(shot)) as picture:
        picture.convert("RGB").save(FOLDER / "digits.webp", quality=QUALITY, method=6)
    context.close()


def main() -> None:
    """Take them all, or those of the tabs named."""
    found = chromium.find()
    if found is None:
        sys.exit("There is no Chromium: `make screenshots` installs one, or name one in PRETEXT_CHROMIUM.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as log, serve(Path(log) / "log.txt") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        chosen = sys.argv[1:]
        for stem in chosen or STEMS:
            visit(browser, f"{server.url}/", stem, stem, WIDE)
        if (first := STEMS[0]) in (chosen or STEMS):
            visit(browser, f"{server.url}/zh", first, f"{first}-zh", WIDE)
            visit(browser, f"{server.url}/", first, f"{first}-dark", WIDE, "dark")
            visit(browser, f"{server.url}/", first, f"{first}-phone", NARROW)
        if "vae" in (chosen or STEMS):
            digits(browser, f"{server.url}/", Path(log))
        if not chosen:
            train(browser, f"{server.url}/")
        browser.close()


if __name__ == "__main__":
    main()

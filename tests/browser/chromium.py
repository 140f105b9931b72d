"""The browser of the tests. `python -m tests.browser.chromium` prints where it is, or fails if there is none."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def find() -> str | None:
    """Path of the one named by PRETEXT_CHROMIUM, the system's, or the one that Playwright installed; None if none."""
    named = os.environ.get("PRETEXT_CHROMIUM")
    system = next((path for path in map(shutil.which, NAMES) if path), None)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return next((path for path in (named, system, own) if path and Path(path).is_file()), None)


if __name__ == "__main__":
    found = find()
    print(found or "There is no Chromium yet.")
    sys.exit(found is None)

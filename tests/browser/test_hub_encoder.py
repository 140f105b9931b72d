"""A visitor names a model on the Hub, reads its size, fetches it, and sees its neighbours beside the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from transformers import Dinov2Config, Dinov2Model

from demos.compare.words import WORDS
from tests.browser.conftest import Watched, windows
from tests.browser.page_actions import WAIT_MS, settle
from tests.browser.serving import serve
from tests.core import fake_hub

pytestmark = pytest.mark.browser
NAME = "someone/dinov2-tiny"
TINY = {"image_size": 56, "patch_size": 14, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.fixture
def window(tmp_path: Path, browser: Browser) -> Iterator[Watched]:
    """The page of a server whose Hub has one small model."""
    Dinov2Model(Dinov2Config(**TINY)).save_pretrained(tmp_path / "published")
    files = {file.name: file.read_bytes() for file in (tmp_path / "published").iterdir()}
    with fake_hub.answering({NAME: files}) as (url, _):
        changes = {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": url, "HF_HOME": str(tmp_path / "hub")}
        with serve(tmp_path / "log.txt", changes=changes) as server, windows(browser, server.url) as open_page:
            yield open_page(1440)


def test_named_encoder_is_looked_up_and_fetched(window: Watched) -> None:
    page = window.go("/?tab=compare&open=hub")
    box = page.locator("#compare-hub-name input, #compare-hub-name textarea")
    box.fill("someone/else")
    box.press("Enter")
    expect(page.locator(".toast-body").first).to_contain_text("has no model someone/else", timeout=WAIT_MS)
    expect(page.locator("#compare-fetch")).to_contain_text("facebook/vit-mae-base (448 MB)")
    box.fill(NAME)
    page.locator("#compare-look-up").click()
    about = WORDS["compare.found"][0].format(name=NAME, kind="DINOv2", megabytes=0)
    expect(page.locator("#compare-fetch-status")).to_contain_text(about)
    page.locator("#compare-fetch").click()
    fetched = WORDS["compare.fetched"][0].format(name=NAME)
    expect(page.locator("#compare-fetch-status")).to_contain_text(fetched, timeout=2 * WAIT_MS)
    settle(page)
    heads = page.locator("#compare-neighbours h3")
    expect(heads.last).to_have_text(WORDS["compare.name_hub"][0], timeout=WAIT_MS)
    expect(page.locator("#compare-encoders")).to_contain_text(NAME)

"""Every tab in Chromium, wide and narrow, in both languages: open it, look, and use it on a visitor's own file."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from demos.page.words import LANGUAGES
from tests.browser.accessibility import in_both_themes
from tests.browser.conftest import Opener, windows
from tests.browser.every_scenario import SCENARIOS
from tests.browser.page_actions import STEMS, Files, unfold_all

pytestmark = pytest.mark.browser
WIDTHS = (1440, 390)
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_SENTENCE = re.compile(r"\b[A-Za-z][a-z']+(?: [A-Za-z][a-z']+){4,}")  # five plain words in a row


@pytest.fixture(scope="module", params=STEMS)
def stem(request: pytest.FixtureRequest) -> str:
    """A tab; pytest runs all tests of one tab before those of the next."""
    return str(request.param)


@pytest.fixture(scope="module")
def opened(browser: Browser, page_url: str, stem: str) -> Iterator[Opener]:
    """The windows of one tab, opened by its address."""
    with windows(browser, page_url, f"?tab={stem}") as open_page:
        yield open_page


def overflow_px(page: Page) -> int:
    """How far the document is wider than the window."""
    found: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found


def has_content(page: Page, ident: str) -> bool:
    """Whether an output shows text, a loaded picture, a figure or a sound."""
    found: bool = page.evaluate(
        """(id) => {
          const box = document.getElementById(id);
          if (!box) return false;
          const pictures = [...box.querySelectorAll("img")].some((item) => item.naturalWidth > 0);
          const figures = box.querySelector(".js-plotly-plot .main-svg, canvas, svg.waveform, audio, #waveform");
          const words = [...box.querySelectorAll("p, .prose, textarea, input, td, span[class*=token]")]
            .some((item) => (item.value ?? item.innerText ?? "").trim().length > 0);
          return pictures || !!figures || words;
        }""",
        ident,
    )
    return found


def look(page: Page, stem: str) -> None:
    """The four steps in their order, the first result shown, nothing wider than the window."""
    for number in range(1, 5):
        head = page.locator(f"#{stem}-step{number} .step-number")
        expect(head).to_have_text(str(number))
    for ident in SCENARIOS[stem].first:
        page.locator(f"#{ident}").scroll_into_view_if_needed()
        page.wait_for_function(f"() => document.getElementById('{ident}')?.getBoundingClientRect().height > 0")
        expect(page.locator(f"#{ident}")).to_be_visible()
        page.wait_for_timeout(50)
        assert fills(page, ident), f"{ident} is empty when the tab opens"
    assert overflow_px(page) <= 0, f"{stem} is wider than the window"


def fills(page: Page, ident: str) -> bool:
    """`has_content`, within half a minute: on a busy machine the first answer of a tab takes a while."""
    for _ in range(300):
        if has_content(page, ident):
            return True
        page.wait_for_timeout(100)
    return False


@pytest.mark.parametrize("width", WIDTHS)
def test_first_result_is_on_screen(visit: Opener, stem: str, width: int) -> None:
    look(visit(width).page, stem)


@pytest.mark.parametrize("width", WIDTHS)
def test_chinese_page_is_chinese(visit: Opener, stem: str, width: int) -> None:
    page = visit(width, "zh").page
    look(page, stem)
    text = page.locator(f"#{stem}-tab").evaluate(
        """(tab) => {
          const copy = tab.cloneNode(true);
          // an appended copy of a radio button would take the choice away from the one it copies
          const ignored = "[data-testid=status-tracker], [lang=en], .writes-english, script, style, input[type=radio]";
          copy.querySelectorAll(ignored).forEach((item) => item.remove());
          document.body.append(copy);
          const text = copy.innerText;
          copy.remove();
          return text;
        }"""
    )
    assert HAN.search(text)
    assert not ENGLISH_SENTENCE.search(text), ENGLISH_SENTENCE.findall(text)


@pytest.mark.parametrize("width", WIDTHS)
def test_main_action_on_own_file(visit: Opener, files: Files, stem: str, width: int) -> None:
    page = visit(width).page
    expect(page.locator(f"#{stem}-step4")).to_be_visible()
    SCENARIOS[stem].act(page, files)
    assert overflow_px(page) <= 0, f"{stem} is wider than the window"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_can_be_read_by_anyone(visit: Opener, stem: str, language: str) -> None:
    page = visit(1440, language).page
    expect(page.locator(f"#{stem}-step4")).to_be_visible()
    unfold_all(page, stem)
    assert in_both_themes(page) == []

"""A lesson: the QR code of a link, a teacher's link that hides parts, and the guesses of a class in two windows."""

import io
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from demos.page.words import ERRORS
from tests.browser.conftest import Opener
from tests.browser.page_actions import ANSWERED, copy, settings, settle, text_of
from tests.demos.voices import ALL_WORDS as WORDS

pytestmark = pytest.mark.browser


def test_code_is_drawn_on_request(visit: Opener) -> None:
    page = visit(390, "zh").go("/zh?tab=gan&seed=5")
    page.wait_for_function(ANSWERED, arg="gan")
    settle(page)
    expect(page.locator("#gan-qr svg")).to_have_count(0)
    page.locator("#gan-qr-go").click()
    expect(page.locator("#gan-qr svg")).to_be_visible()
    expect(page.locator("#gan-qr svg title")).to_have_text(WORDS["page.qr_title"][1])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with Image.open(io.BytesIO(page.locator("#gan-qr svg").screenshot())) as drawn:
        assert [code.text for code in zxingcpp.read_barcodes(drawn.convert("RGB"))] == [page.url]


# --- a teacher's link ---

SEEN = """
(() => {
  window.seenParts = new Set();
  const look = () => {
    for (const each of document.querySelectorAll('[id$="-step2"], [id$="-step4"], #groups > .tab-wrapper')) {
      if (each.getClientRects().length) { window.seenParts.add(each.id || each.className); }
    }
    window.requestAnimationFrame(look);
  };
  look();
})();
"""  # what is drawn in any frame, from the first one on


def test_teachers_link_hides_from_the_first_frame(visit: Opener) -> None:
    page = visit(1440).go("/?tab=masked")
    expect(page.locator("#masked-step4")).to_be_visible()
    page.locator("#masked-teacher > button").click()
    page.locator("#masked-hide input").nth(1).check()
    page.locator("#masked-hide input").nth(3).check()
    page.locator("#masked-only input").check()
    link = copy(page, "masked")
    assert settings(link) == {"tab": "masked", "hide": "2,4", "only": "1"}
    watched = visit(390, "zh")
    context = watched.page.context
    pupil = context.new_page()
    pupil.add_init_script(SEEN)
    pupil.goto(f"{watched.url}/zh?{urlsplit(link).query}")
    pupil.wait_for_function(ANSWERED, arg="masked")
    expect(pupil.locator("#masked-step1")).to_be_visible()
    expect(pupil.locator("#masked-step3")).to_be_visible()
    settle(pupil)
    assert pupil.evaluate("[...window.seenParts]") == []
    assert settings(copy(pupil, "masked")) == {"tab": "masked", "hide": "2,4", "only": "1"}, "a pupil passes it on"
    pupil.close()


# --- a class ---


def guess(page: Page) -> None:
    """One round of the guessing game."""
    score = text_of(page, "rotation-score")
    page.locator("#rotation-deal").click()
    settle(page)
    page.locator("#rotation-answer").click()
    expect(page.locator("#rotation-score")).not_to_have_text(score)
    settle(page)


def test_a_class_shares_its_histogram(visit: Opener) -> None:
    teacher = visit(1440).go("/?tab=rotation&open=game&class=6b")
    pupil = visit(390, "zh").go("/zh?tab=rotation&open=game&class=6b")
    expect(teacher.locator("#rotation-together")).to_contain_text("Class 6b: 0 guesses")
    expect(pupil.locator("#rotation-together")).to_contain_text("班级 6b：共猜 0 次")
    guess(teacher)
    guess(pupil)
    expect(teacher.locator("#rotation-together")).to_contain_text("Class 6b: 2 guesses")
    expect(pupil.locator("#rotation-together")).to_contain_text("班级 6b：共猜 2 次")
    counts = [
        [int(each) for each in page.locator("#rotation-together b").all_inner_texts()] for page in (teacher, pupil)
    ]
    assert counts[0] == counts[1]
    assert sum(counts[0]) == 2
    box = teacher.locator("#rotation-class input, #rotation-class textarea")
    box.fill("<b>x")
    box.press("Enter")
    sentence = next(each for each in ERRORS if each.startswith("A class is named"))
    expect(teacher.locator(".toast-body").first).to_contain_text(sentence.format(limit=20))
    box.fill("七班")
    box.press("Enter")
    expect(teacher.locator("#rotation-together")).to_contain_text("Class 七班: 0 guesses")
    assert settings(copy(teacher, "rotation"))["class"] == "七班"

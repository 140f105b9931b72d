"""One link: what is set on a tab is copied, opened elsewhere in both languages, and gives the same page and answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from demos.page import links
from tests.browser.conftest import Opener, Watched, windows
from tests.browser.page_actions import ANSWERED, STEMS, Files, copy, open_tab, settings, settle, text_of, unfold, upload
from tests.browser.serving import serve
from tests.demos.settings import controls, query
from tests.demos.voices import ALL_WORDS as WORDS

pytestmark = pytest.mark.browser
TEXTS = {"gpt2-prompt": "The sea was calm, and", "rotation-class": "9b", "vqvae-edits": "1 1 2 5"}
PLACE = 1  # of a film, however short the list
FIXED = {"gpt2-model", "gpt2-word", "gpt2-query", "bert-word"}  # each model has words of its own
REFUSE = """
() => {
  navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
  document.execCommand = () => false;
}
"""


def number(page: Page, ident: str) -> str:
    return page.locator(f"#{ident} input[type=number]").first.input_value()


def fill(page: Page, ident: str, value: str) -> None:
    box = page.locator(f"#{ident} input[type=number]").first
    box.fill(value)
    box.press("Tab")


def other_value(name: str, control: Any) -> Any:
    """A value that a control is not laid out with; None if there is none to choose."""
    examples = links.examples_of(control)
    usual = links.named(control).value
    values = [value for _, value in getattr(control, "choices", None) or ()]
    if name in FIXED or name == "recommendation-place":
        return PLACE if name not in FIXED else None
    if examples is not None:
        return next(each for each in sorted(examples.names) if each != usual)
    if isinstance(control, gr.CheckboxGroup) or getattr(control, "multiselect", None):
        return (values or list(range(5)))[1:4]
    if isinstance(control, (gr.Radio, gr.Dropdown)):
        return next((value for value in reversed(values) if value != usual), None)
    if isinstance(control, gr.Slider):
        return round(control.minimum + control.step, 6) if control.value != control.minimum + control.step else None
    if isinstance(control, gr.Number):
        return control.value + 4
    return TEXTS.get(name) if isinstance(control, gr.Textbox) else None


@pytest.mark.parametrize("stem", STEMS)
def test_every_setting_survives(visit: Opener, built: gr.Blocks, stem: str) -> None:
    """A link that sets every control of a tab, opened on the Chinese page and copied there, is the same link."""
    known = controls(built, stem)
    wanted = {name: value for name, each in known.items() if (value := other_value(f"{stem}-{name}", each)) is not None}
    wanted = {"tab": stem, **{name: value for name, value in wanted.items() if name != "hide"}}
    page = visit(1440, "zh").go("/zh" + query(wanted))
    page.wait_for_function(ANSWERED, arg=stem)
    settle(page)
    expect(page.locator(".toast-body")).to_have_count(0)
    found = settings(copy(page, stem))
    assert {name: found.get(name) for name in wanted} == settings(query(wanted))
    assert len(copy(page, stem)) <= links.LONGEST


@pytest.mark.parametrize("language", ["en", "zh"])
def test_copied_link_gives_the_same_answer(visit: Opener, language: str) -> None:
    page = visit(1440).go("/?tab=gpt2")
    unfold(page, "gpt2", "sampling")
    fill(page, "gpt2-length", "12")
    fill(page, "gpt2-temperature", "1.3")
    fill(page, "gpt2-seed", "7")
    expect(page.locator("#gpt2-status")).to_contain_text("12 tokens")
    settle(page)
    page.locator("#gpt2-go").click()
    settle(page)
    link, written = copy(page, "gpt2"), text_of(page, "gpt2-text")
    assert settings(link) == {
        "tab": "gpt2",
        "open": "sampling",
        "model": "gpt2/novels",
        "prompt": "The old house stood at the end of the lane, and",
        "temperature": "1.3",
        "length": "12",
        "seed": "7",
        "word": "king",
        "query": "The sailors hauled their boat up the beach before the storm broke.",
    }
    other = visit(390, language).go(f"/{'' if language == 'en' else 'zh'}?{urlsplit(link).query}")
    expect(other.locator("#gpt2-sampling-fold > [data-testid=accordion-content]")).to_be_visible()
    settle(other)
    assert [number(other, f"gpt2-{name}") for name in ("temperature", "length", "seed")] == ["1.3", "12", "7"]
    assert text_of(other, "gpt2-text").split("\n")[1:] == written.split("\n")[1:], "below the label"
    assert copy(other, "gpt2").split("?")[1] == link.split("?")[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_value_gives_default_and_sentence(visit: Opener, language: str) -> None:
    page = visit(1440, language).go(f"/{'' if language == 'en' else 'zh'}?tab=masked&ratio=7&seed=3&picture=nobody")
    sentence = WORDS["page.link_refused"][language == "zh"].format(names="“ratio”, “picture”")
    expect(page.locator(".toast-body").filter(has_text=sentence)).to_be_visible()
    page.wait_for_function(ANSWERED, arg="masked")
    assert (number(page, "masked-ratio"), number(page, "masked-seed")) == ("0.75", "3")


@pytest.mark.parametrize(
    ("query", "name", "open_fold"),
    [("tab=nothing&only=1", "tab", None), ("tab=rotation&open=nothing,cheat", "open", "cheat")],
)
def test_unknown_places_are_named(visit: Opener, query: str, name: str, open_fold: str | None) -> None:
    page = visit(1440).go(f"/?{query}")
    sentence = WORDS["page.link_refused"][0].format(names=f"“{name}”")
    expect(page.locator(".toast-body").filter(has_text=sentence)).to_be_visible()
    expect(page.locator("#rotation-step1")).to_be_visible()
    if open_fold:
        expect(page.locator(f"#rotation-{open_fold}-fold > [data-testid=accordion-content]")).to_be_visible()
    page.wait_for_function(ANSWERED, arg="rotation")
    settle(page)
    expect(page.locator("#rotation-verdict")).not_to_be_empty()


def test_settings_that_a_handler_refuses_go_back(visit: Opener) -> None:
    page = visit(1440, "zh").go("/zh?tab=bert&words=2,99&seed=5")
    said = page.locator(".toast-body").filter(has_text=WORDS["page.link_failed"][1])
    expect(said).to_be_visible()
    page.wait_for_function(ANSWERED, arg="bert")
    settle(page)
    expect(page.locator("#bert-verdict")).not_to_be_empty()
    assert settings(copy(page, "bert")) == {"tab": "bert"}


def test_folds_are_answered_with_the_settings(visit: Opener) -> None:
    """Two folds open after the values are set, so that the first answer in them is the one to these values."""
    page = visit(1440).go("/?tab=rotation&open=evidence,grow&picture=cat&turn=180&stage=0")
    expect(page.locator("#rotation-truth")).to_contain_text("180")
    for name in ("evidence", "grow"):
        expect(page.locator(f"#rotation-{name}-fold > [data-testid=accordion-content]")).to_be_visible()
    settle(page)
    expect(page.locator("#rotation-grow-bars")).to_contain_text("180°, the true turn")
    assert number(page, "rotation-stage") == "0"
    assert settings(copy(page, "rotation"))["open"] == "evidence,grow"
    page.locator("#rotation-evidence-fold > button").click()
    page.wait_for_url(re.compile(r"open=grow&"))


def test_language_link_keeps_the_settings(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/?tab=vae&picture-a=5&steps=5")
    page.wait_for_function(ANSWERED, arg="vae")
    settle(page)
    page.locator("#language").click()
    page.wait_for_url(f"{page_url}/zh?tab=vae&picture-a=5&steps=5")
    page.wait_for_function(ANSWERED, arg="vae")
    assert number(page, "vae-steps") == "5"
    assert settings(copy(page, "vae")) == {"tab": "vae", "picture-a": "5", "steps": "5"}


def test_another_tab_takes_no_settings_along(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/?tab=gan&seed=5")
    page.wait_for_function(ANSWERED, arg="gan")
    open_tab(page, "vae")
    page.wait_for_url(f"{page_url}/?tab=vae")
    settle(page)
    assert number(page, "vae-seed") == "0"


# --- what is left out, and where copying is refused ---


def test_own_picture_is_left_out_with_a_sentence(visit: Opener, files: Files) -> None:
    page = visit(1440).go("/?tab=rotation&picture=cat")
    page.wait_for_function(ANSWERED, arg="rotation")
    upload(page, "rotation", "picture", files.photo)
    settle(page)
    assert settings(copy(page, "rotation")) == {"tab": "rotation"}
    expect(page.locator("#rotation-link-note")).to_contain_text(WORDS["page.link_own"][0])
    page.locator("#rotation-examples .thumbnail-item").nth(2).click()
    settle(page)
    assert settings(copy(page, "rotation")) == {"tab": "rotation", "picture": "coffee"}
    expect(page.locator("#rotation-link-note")).not_to_contain_text(WORDS["page.link_own"][0])


def test_long_text_is_left_out_with_a_sentence(visit: Opener) -> None:
    page = visit(1440).go("/?tab=gpt2&seed=3")
    page.wait_for_function(ANSWERED, arg="gpt2")
    page.locator("#gpt2-prompt textarea").fill("床前明月光，疑是地上霜。" * 20)
    settle(page)
    link = copy(page, "gpt2")
    assert len(link) <= links.LONGEST
    assert "prompt" not in settings(link)
    assert settings(link)["seed"] == "3"
    expect(page.locator("#gpt2-link-note")).to_contain_text(WORDS["page.link_long"][0])


def test_link_is_shown_where_copying_is_refused(visit: Opener) -> None:
    page = visit(1440).go("/?tab=gan")
    expect(page.locator("#gan-step4")).to_be_visible()
    page.evaluate(REFUSE)
    copy(page, "gan")
    expect(page.locator("#gan-link-note")).to_have_text(WORDS["page.link_by_hand"][0])


# --- where the page lies ---


def test_lang_opens_the_other_language(visit: Opener, page_url: str) -> None:
    page = visit(1440).go("/?lang=zh&tab=masked&seed=5")
    page.wait_for_url(f"{page_url}/zh?tab=masked&seed=5")
    page.wait_for_function(ANSWERED, arg="masked")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert number(page, "masked-seed") == "5"
    settle(page)
    page = visit(1440).go("/zh?tab=masked&lang=en")
    page.wait_for_url(f"{page_url}/?tab=masked")
    expect(page.locator("#masked-step4")).to_be_visible()
    settle(page)


@pytest.fixture
def prefixed(tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """A window behind a proxy that shows the page at /pretext and takes the prefix off what it asks the server."""

    def unprefix(route: Route) -> None:
        place = urlsplit(route.request.url)
        route.continue_(url=place._replace(path=place.path.removeprefix("/pretext") or "/").geturl())

    monkeypatch.setenv("GRADIO_ROOT_PATH", "/pretext")
    with serve(tmp_path / "log.txt") as server, windows(browser, server.url) as open_page:
        watched = open_page(1440)
        watched.page.context.route(re.compile(r":\d+/pretext(/|\?|$)"), unprefix)
        yield watched


def test_prefix_without_slash_is_kept(prefixed: Watched) -> None:
    url = prefixed.url
    page = prefixed.go("/pretext?tab=gan")
    expect(page.locator("#gan-step4")).to_be_visible()
    settle(page)
    page.locator("#language").click()
    page.wait_for_url(f"{url}/pretext/zh?tab=gan")
    expect(page.locator("#gan-step4")).to_be_visible()
    settle(page)
    assert copy(page, "gan") == f"{url}/pretext/zh?tab=gan"
    page.locator("#language").click()
    page.wait_for_url(f"{url}/pretext/?tab=gan")
    expect(page.locator("#gan-step4")).to_be_visible()
    settle(page)
    page = prefixed.go("/pretext?lang=zh&tab=gan")
    page.wait_for_url(f"{url}/pretext/zh?tab=gan")
    expect(page.locator("#gan-step4")).to_be_visible()
    settle(page)


def test_address_of_a_space_follows(visit: Opener, page_url: str) -> None:
    """Hugging Face shows the page in a frame and takes the query of its address from messages."""
    outer = (
        "<script>window.told = []; addEventListener('message', (event) => window.told.push(event.data));</script>"
        f'<iframe src="{page_url}/zh?tab=gan" style="width: 1200px; height: 800px"></iframe>'
    )
    context = visit(1440).page.context
    context.grant_permissions(["local-network-access", "clipboard-write"])
    context.route("https://huggingface.co/**", lambda route: route.fulfill(body=outer, content_type="text/html"))
    page = context.new_page()
    page.goto("https://huggingface.co/spaces/somebody/pretext")
    frame = page.frame_locator("iframe")
    frame.locator("#gan-step4").wait_for()
    frame.locator("#gan-copy").click()
    frame.locator("#vae-tab-button").click()
    page.wait_for_function("window.told.some((data) => data.queryString?.includes('tab=vae'))")
    told = [parse_qs(data["queryString"]) for data in page.evaluate("window.told") if "queryString" in data]
    assert told == [{"tab": ["gan"], "lang": ["zh"]}, {"tab": ["vae"], "lang": ["zh"]}]
    page.close()
    context.unroute_all()

"""What a visitor does on each tab, one function per method, named like it.

A scenario begins with the tab on screen and ends by reading a result of its own. Its decorator lists the outputs that
show something as soon as the tab opens.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.page_actions import Files, drawn, grow, source_of, stroke, text_of, upload

Action = Callable[[Page, Files], None]


@dataclass(frozen=True)
class Scenario:
    """Ids of the outputs that must not be empty when the tab opens, and the main action on a visitor's own file."""

    first: tuple[str, ...]
    act: Action


SCENARIOS: dict[str, Scenario] = {}  # by method


def opens_with(*first: str) -> Callable[[Action], Action]:
    """Keep a function as the scenario of the method it is named after."""

    def keep(act: Action) -> Action:
        SCENARIOS[act.__name__] = Scenario(first, act)
        return act

    return keep


@opens_with("rotation-verdict", "rotation-bars", "rotation-map", "rotation-neighbours")
def rotation(page: Page, files: Files) -> None:
    """Bring a photograph, rotate it by 180 degrees, look back to before the training, ask the model that cheats."""
    trial = text_of(page, "rotation-trial-table")
    seen = source_of(page, "rotation-seen")
    upload(page, "rotation", "picture", files.photo)
    expect(page.locator("#rotation-seen img")).not_to_have_attribute("src", seen)
    page.locator("#rotation-turn input[value='180']").check()
    page.locator("#rotation-go").click()
    expect(page.locator("#rotation-verdict")).to_contain_text("180°")
    expect(page.locator("#rotation-truth")).to_contain_text("180°")
    drawn(page, "rotation-bars")
    drawn(page, "rotation-table")
    expect(page.locator("#rotation-trial-table"), "the table is of this picture").not_to_have_text(trial)
    grown = source_of(page, "rotation-grow-map")
    page.locator("#rotation-stage input[type=range]").press("Home")
    expect(page.locator("#rotation-grow-map img")).not_to_have_attribute("src", grown)
    drawn(page, "rotation-grow-curve")
    honest = text_of(page, "rotation-truth")
    page.locator("#rotation-model input[value='rotation/shortcut']").check()
    expect(page.locator("#rotation-truth"), "it takes pictures of another size").not_to_have_text(honest)
    expect(page.locator("#rotation-neighbours img").first).to_be_visible()


@opens_with(
    "contrastive-views",
    "contrastive-verdict",
    "contrastive-matrix",
    "contrastive-loss",
    "contrastive-grow-verdict",
    "contrastive-grow-curve",
    "contrastive-neighbours",
)
def contrastive(page: Page, files: Files) -> None:
    """Add two photographs, look back to before the training, draw new views, read the verdict and the loss."""
    verdict, loss = text_of(page, "contrastive-verdict"), text_of(page, "contrastive-loss")
    grown = page.locator("#contrastive-grow-verdict")
    upload(page, "contrastive", "pictures", [files.photo, files.other])
    expect(page.locator("#contrastive-verdict")).not_to_have_text(verdict)
    expect(page.locator("#contrastive-loss")).not_to_have_text(loss)
    expect(grown).to_contain_text(re.compile(r"\d of 20 views"))
    finished = grown.inner_text()
    page.locator("#contrastive-stage input[type=range]").press("Home")
    expect(grown).not_to_have_text(finished, use_inner_text=True)
    drawn(page, "contrastive-grow-matrix")
    drawn(page, "contrastive-grow-curve")
    views = source_of(page, "contrastive-views")
    page.locator("#contrastive-go").click()
    expect(page.locator("#contrastive-views img")).not_to_have_attribute("src", views)
    expect(page.locator("#contrastive-verdict")).to_contain_text(re.compile(r"\d+ of \d+ views"))
    drawn(page, "contrastive-matrix")
    drawn(page, "contrastive-bars")
    looked = page.locator("#contrastive-dictionary-verdict")
    expect(looked).to_contain_text("m = 0.99 ")
    page.locator("#contrastive-momentum input[type=range]").press("Home")
    expect(looked).to_contain_text("m = 0 ")
    drawn(page, "contrastive-queue")
    drawn(page, "contrastive-drift")


@opens_with("vae-seen", "vae-verdict", "vae-strip", "vae-plane", "vae-samples", "vae-near-latent")
def vae(page: Page, files: Files) -> None:
    """Bring a picture, interpolate to the digit beside it on the sphere, read the loss, see an earlier network."""
    seen, strip = source_of(page, "vae-seen"), source_of(page, "vae-strip")
    verdict = text_of(page, "vae-verdict")
    upload(page, "vae", "picture-a", files.photo)
    expect(page.locator("#vae-seen img")).not_to_have_attribute("src", seen)
    expect(page.locator("#vae-verdict")).not_to_have_text(verdict)
    expect(page.locator("#vae-strip img")).not_to_have_attribute("src", strip)
    strip = source_of(page, "vae-strip")
    page.locator("#vae-path input[value=spherical]").check()
    expect(page.locator("#vae-strip img")).not_to_have_attribute("src", strip)
    expect(page.locator("#vae-verdict")).to_contain_text(re.compile(r"costs \d+\.\d nats"))
    drawn(page, "vae-bars")
    grow(page, "vae", "vae-grow-drawn", "vae-grow-samples")
    expect(page.locator("#vae-grow-verdict")).to_contain_text(re.compile(r"costs \d+\.\d nats"))


@opens_with(
    "vqvae-map",
    "vqvae-map-text",
    "vqvae-picture-model",
    "vqvae-verdict",
    "vqvae-table",
    "vqvae-after",
    "vqvae-sheet",
    "vqvae-usage",
    "vqvae-near-codes",
    "vqvae-retrieval",
)
def vqvae(page: Page, files: Files) -> None:
    """Bring a photograph, take up a code from its map, paint with another one, take it back, read the usage."""
    codes, verdict = source_of(page, "vqvae-map"), text_of(page, "vqvae-verdict")
    usage = text_of(page, "vqvae-usage-text")
    painted = page.locator("#vqvae-painted")
    upload(page, "vqvae", "picture", files.photo)
    expect(page.locator("#vqvae-map img")).not_to_have_attribute("src", codes)
    expect(page.locator("#vqvae-verdict")).not_to_have_text(verdict)
    expect(page.locator("#vqvae-usage-text")).not_to_have_text(usage)
    expect(painted).to_contain_text("Nothing is painted")
    entry = text_of(page, "vqvae-entry")
    page.locator("#vqvae-sheet").scroll_into_view_if_needed()  # its picture comes when it comes into sight
    page.locator("#vqvae-sheet img").click(position={"x": 150, "y": 150})
    expect(page.locator("#vqvae-entry")).not_to_have_text(entry)
    after = source_of(page, "vqvae-after")
    page.locator("#vqvae-after img").click(position={"x": 120, "y": 120})
    expect(page.locator("#vqvae-after img")).not_to_have_attribute("src", after)
    expect(painted).to_contain_text(re.compile(r"changed \d+ of 256 codes"))
    page.locator("#vqvae-undo").click()
    expect(painted).to_contain_text("Nothing is painted")
    page.locator("#vqvae-size input").last.check()
    expect(page.locator("#vqvae-map-text")).to_contain_text("8 × 8 = 64 codes")
    drawn(page, "vqvae-bars")
    drawn(page, "vqvae-usage")


@opens_with(
    "gan-verdict",
    "gan-scores",
    "gan-samples",
    "gan-strip",
    "gan-grow-samples",
    "gan-copies",
    "gan-frechet",
    "gan-features",
)
def gan(page: Page, files: Files) -> None:
    """Bring a picture to the discriminator, draw others, truncate the noise, interpolate, see an earlier generator."""
    seen, verdict = source_of(page, "gan-seen"), text_of(page, "gan-verdict")
    upload(page, "gan", "picture", files.photo)
    expect(page.locator("#gan-seen img")).not_to_have_attribute("src", seen)
    expect(page.locator("#gan-verdict")).not_to_have_text(verdict)
    expect(page.locator("#gan-verdict")).to_contain_text(re.compile(r"scores [+-]\d"))
    drawn(page, "gan-scores")
    sheet, copies = source_of(page, "gan-samples"), text_of(page, "gan-copies-text")
    page.locator("#gan-go").click()
    expect(page.locator("#gan-samples img")).not_to_have_attribute("src", sheet)
    expect(page.locator("#gan-copies-text")).not_to_have_text(copies)
    described = text_of(page, "gan-samples-text")
    slider = page.locator("#gan-limit input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(page.locator("#gan-samples-text")).not_to_have_text(described)
    strip = source_of(page, "gan-strip")
    end = page.locator("#gan-end-b input")
    end.fill("7")
    end.blur()
    expect(page.locator("#gan-strip img")).not_to_have_attribute("src", strip)
    drawn(page, "gan-walk-scores")
    grow(page, "gan", "gan-grow-samples")


@opens_with(
    "generation-labels",
    "generation-arms",
    "generation-now",
    "generation-told",
    "generation-heads",
    "generation-found",
    "generation-simclr",
    "generation-efficientnet",
    "generation-table",
    "generation-published",
)
def generation(page: Page, files: Files) -> None:
    """Draw others by all arms, see them untrained, bring a reference, see another picture's heads, measure an arm."""
    sheet, shown = source_of(page, "generation-arms"), source_of(page, "generation-told")
    page.locator("#generation-go").click()
    expect(page.locator("#generation-arms img").first).not_to_have_attribute("src", sheet)
    expect(page.locator("#generation-told img").first).not_to_have_attribute("src", shown)
    now = text_of(page, "generation-now-text")
    page.locator("#generation-stage input[type=range]").press("Home")
    expect(page.locator("#generation-now-text")).not_to_have_text(now)
    drawn(page, "generation-now")
    columns = source_of(page, "generation-columns")
    page.locator("#generation-set input").nth(1).check()
    expect(page.locator("#generation-columns img")).not_to_have_attribute("src", columns)
    heads = text_of(page, "generation-heads-text")
    slider = page.locator("#generation-which input[type=range]")
    slider.focus()
    slider.press("End")
    expect(page.locator("#generation-heads-text")).not_to_have_text(heads)
    drawn(page, "generation-heads")
    found = text_of(page, "generation-found")
    page.locator("#generation-results-data input").nth(1).check()
    expect(page.locator("#generation-found")).not_to_have_text(found)
    page.locator("#generation-arm input").nth(3).check()
    page.locator("#generation-measure").click()
    expect(page.locator("#generation-measured-text")).to_contain_text("1,024")
    drawn(page, "generation-measured")


@opens_with("masked-masked", "masked-restored", "masked-verdict", "masked-sweep", "masked-near-features")
def masked(page: Page, files: Files) -> None:
    """Bring a photograph, hide other patches, see an earlier network, then paint by hand; read the error each time."""
    verdict = page.locator("#masked-verdict")
    before, original = verdict.inner_text(), source_of(page, "masked-original")
    upload(page, "masked", "picture", files.photo)
    expect(page.locator("#masked-original img")).not_to_have_attribute("src", original)
    expect(verdict).not_to_have_text(before)
    before = verdict.inner_text()
    page.locator("#masked-another").click()
    expect(verdict).not_to_have_text(before)
    drawn(page, "masked-bars")
    grow(page, "masked", "masked-grow-pasted")
    before = verdict.inner_text()
    page.locator("#masked-by-hand-button").click()
    stroke(page, "masked-canvas")
    page.locator("#masked-paint-go").click()
    expect(verdict).not_to_have_text(before)
    expect(verdict).to_contain_text(re.compile(r"\d+ of \d+ patches hidden"))


@opens_with(
    "gpt2-surprise",
    "gpt2-verdict",
    "gpt2-text",
    "gpt2-alternatives",
    "gpt2-grow-text",
    "gpt2-grow-curve",
    "gpt2-similar",
)
def gpt2(page: Page, files: Files) -> None:
    """Write a beginning, let the model go on, click a token, branch from there, and see how it began to learn."""
    verdict = text_of(page, "gpt2-verdict")
    prompt = page.locator("#gpt2-prompt textarea")
    prompt.clear()
    prompt.press_sequentially("When the captain came on deck,")
    expect(page.locator("#gpt2-verdict")).not_to_have_text(verdict)
    length = page.locator("#gpt2-length input[type=number]")
    length.fill("12")
    length.blur()
    page.locator("#gpt2-go").click()
    finished = re.compile(r"\b12 tokens added|says that the text ends here")
    expect(page.locator("#gpt2-status")).to_contain_text(finished)
    expect(page.locator("#gpt2-text")).to_contain_text("When the captain came on deck,")
    page.locator("#gpt2-text .token").nth(2).click()
    expect(page.locator("#gpt2-number input")).to_have_value("2")
    drawn(page, "gpt2-alternatives")
    written = text_of(page, "gpt2-text")
    page.locator("#gpt2-choice input").last.check()
    page.locator("#gpt2-branch").click()
    expect(page.locator("#gpt2-text")).not_to_have_text(written, use_inner_text=True)
    expect(page.locator("#gpt2-status")).to_contain_text(finished)
    costs = text_of(page, "gpt2-grow-verdict")
    page.locator("#gpt2-stage input[type=range]").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#gpt2-grow-verdict")).not_to_have_text(costs)
    expect(page.locator("#gpt2-grow-text")).to_contain_text("When the captain came on deck,")
    drawn(page, "gpt2-grow-curve")


@opens_with("bert-drawn", "bert-gaps", "bert-verdict", "bert-texts", "bert-bits", "bert-compared", "bert-uses")
def bert(page: Page, files: Files) -> None:
    """Write a sentence, hide a word of it by a click, see it filled, draw as in training, see a word's uses."""
    words, compared = text_of(page, "bert-words"), text_of(page, "bert-compared")
    text = page.locator("#bert-text textarea")
    text.clear()
    text.press_sequentially("The ship came slowly into the harbour at night.")
    expect(page.locator("#bert-words")).not_to_have_text(words, use_inner_text=True)
    expect(page.locator("#bert-words label")).to_have_count(10)
    expect(page.locator("#bert-compared")).not_to_have_text(compared)
    drawn(page, "bert-bits")
    gaps = page.locator("#bert-gaps .gap").count()
    page.locator("#bert-words label").filter(has_text="ship").click()
    expect(page.locator("#bert-gaps .gap")).to_have_count(gaps + 1)
    expect(page.locator("#bert-gaps .gap").first).to_contain_text("ship")
    expect(page.locator("#bert-verdict")).to_contain_text(re.compile(rf"\d of {gaps + 1}"))
    expect(page.locator("#bert-texts mark").first).to_be_visible()
    seed = page.locator("#bert-seed input")
    before = seed.input_value()
    page.locator("#bert-again").click()
    expect(seed).not_to_have_value(before)
    expect(page.locator("#bert-drawn-verdict")).to_contain_text(re.compile(r"\d+ of \d+ tokens"))
    uses = text_of(page, "bert-uses")
    page.locator("#bert-word input[value=rose]").check()
    expect(page.locator("#bert-uses")).not_to_have_text(uses)
    expect(page.locator("#bert-query textarea, #bert-query input").first).to_have_value(re.compile("rose"))


@opens_with("audio-wave", "audio-restored", "audio-verdict", "audio-features", "audio-digit", "audio-neighbours")
def audio(page: Page, files: Files) -> None:
    """Bring a sound, hide a stretch of it, hear it restored, read the probes."""
    size, verdict, read = (text_of(page, f"audio-{name}") for name in ("size", "verdict", "read"))
    page.locator("#audio-sound button[aria-label=Clear]").click()
    upload(page, "audio", "sound", files.sound)
    expect(page.locator("#audio-size")).not_to_have_text(size)
    expect(page.locator("#audio-verdict")).not_to_have_text(verdict)
    expect(page.locator("#audio-read")).not_to_have_text(read)
    expect(page.locator(".toast-body"), "making room for another sound is no mistake").to_have_count(0)
    page.locator("#audio-go").click()
    expect(page.locator("#audio-verdict")).to_contain_text(re.compile(r"model -?\d+\.\d dB"))
    expect(page.locator("#audio-hear-restored #duration")).to_have_text(re.compile("0:0[12]"))
    drawn(page, "audio-errors")


@opens_with(
    "recommendation-strip",
    "recommendation-verdict",
    "recommendation-guesses",
    "recommendation-next",
    "recommendation-hits",
    "recommendation-grow-curve",
    "recommendation-similar",
    "recommendation-genres",
)
def recommendation(page: Page, files: Files) -> None:
    """Pick another list, hide its first film, look back to before the training, add a film, look up a film."""
    verdict, nexts = text_of(page, "recommendation-verdict"), text_of(page, "recommendation-next")
    page.locator("#recommendation-set input[value=love]").check()
    expect(page.locator("#recommendation-next")).not_to_have_text(nexts, use_inner_text=True)
    expect(page.locator("#recommendation-verdict")).not_to_have_text(verdict, use_inner_text=True)
    page.locator("#recommendation-place input[value='1']").check()
    expect(page.locator("#recommendation-verdict")).to_contain_text("When Harry Met Sally")
    expect(page.locator("#recommendation-strip li").first).not_to_contain_text("When Harry Met Sally")
    grown = page.locator("#recommendation-grow-verdict")
    expect(grown).to_contain_text("When Harry Met Sally")
    finished = grown.inner_text()
    page.locator("#recommendation-stage input[type=range]").press("Home")
    expect(grown).not_to_have_text(finished, use_inner_text=True)
    drawn(page, "recommendation-grow-curve")
    page.locator("#recommendation-films input").fill("Spirited Away")
    page.locator("[role=option]", has_text="Spirited Away").first.click()
    expect(page.locator("#recommendation-strip li")).to_have_count(7)
    alike = text_of(page, "recommendation-similar")
    page.locator("#recommendation-film input").fill("Shrek (2001)")
    page.locator("[role=option]", has_text="Shrek (2001)").first.click()
    expect(page.locator("#recommendation-genres-of")).to_contain_text("Shrek (2001)")
    expect(page.locator("#recommendation-similar")).not_to_have_text(alike, use_inner_text=True)

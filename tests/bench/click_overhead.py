"""How long a visitor waits for a click, over what the answer itself takes: `python -m tests.bench click`.

Each tab's main question is asked in Chromium, five times with another picture, seed or choice, and the same question
five times in this process. The difference is what Gradio, the server and the browser cost.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.bench import page as served
from tests.bench.questions import QUESTIONS
from tests.browser.page_actions import settle

REPEATS = 5
# Resolves with the milliseconds from the click to the first change of what an output shows.
MEASURE = """([clicked, shown]) => new Promise((resolve) => {
  const output = document.querySelector(shown);
  const state = () => output.querySelector("img")?.src ?? output.innerText;
  const before = state(), begun = performance.now();
  const look = () => (state() === before ? requestAnimationFrame(look) : resolve(performance.now() - begun));
  document.querySelector(clicked).click();
  look();
})"""


@dataclass(frozen=True)
class Click:
    """What is clicked, by turns, which output changes then, and the name of the question in QUESTIONS."""

    clicked: tuple[str, ...]
    shown: str
    question: str


CLICKS = {
    "rotation": Click(("#rotation-go",), "#rotation-verdict", "rotation: turn and predict"),
    "contrastive": Click(("#contrastive-go",), "#contrastive-views", "contrastive: sixteen pictures, views to loss"),
    "masked": Click(("#masked-another",), "#masked-verdict", "masked: hide and restore"),
    "gan": Click(("#gan-go",), "#gan-samples", "gan: twenty-four samples, truncated"),
    "generation": Click(("#generation-go",), "#generation-now-text", "generation: the same noise through six arms"),
    "gpt2": Click(("#gpt2-again",), "#gpt2-text", "gpt2: the first token"),
    "bert": Click(
        ("#bert-words label:nth-child(2)", "#bert-words label:nth-child(3)"),
        "#bert-gaps",
        "bert: fill three gaps in both ways",
    ),
    "recommendation": Click(
        ("#recommendation-place input[value='1']", "#recommendation-place input[value='2']"),
        "#recommendation-verdict",
        "recommendation: hide one of six films",
    ),
}


def overhead_ms() -> dict[str, float]:
    """Milliseconds from click to answer less those of the bare question, each the median of five, by tab."""
    found = {}
    with served.started(served.PAGE) as run, served.browsing() as browser:
        for stem, click in CLICKS.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{run.server.url}/?tab={stem}")
            served.answered(page, stem)
            settle(page)
            waited = statistics.median(_clicked_ms(page, stem, click, number) for number in range(REPEATS + 1))
            found[stem] = waited - 1000 * statistics.median(_seconds(QUESTIONS[click.question]))
            page.close()
    return found


def _clicked_ms(page: Page, stem: str, click: Click, number: int) -> float:
    if stem == "rotation":  # another turn each time, or the answer would be the same
        page.locator(f"#rotation-turn input[value='{(180, 270)[number % 2]}']").check()
        settle(page)
    waited: float = page.evaluate(MEASURE, [click.clicked[number % len(click.clicked)], click.shown])
    settle(page)
    return waited


def _seconds(ask: Callable[[], object]) -> list[float]:
    ask()
    taken_s = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        ask()
        taken_s.append(time.perf_counter() - begun)
    return taken_s

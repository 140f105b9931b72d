"""What axe-core finds on a page, a rule engine for the Web Content Accessibility Guidelines.

Left out is what Gradio 6.31 draws and no setting changes; each entry says why.
"""

import re
from pathlib import Path

import axe_playwright_python  # type: ignore[import-untyped]
from playwright.sync_api import Page

SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
GRADIOS_OWN = {  # rule and pattern of selectors -> why it stays
    ("nested-interactive", r'button\[aria-label="(Click to Upload|点击上传)"\]'): "it holds its file input"
}
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter((rule) => ["serious", "critical"].includes(rule.impact))
    .flatMap((rule) => rule.nodes.map((node) => [rule.id, node.target.join(" "), node.failureSummary]));
}"""


FADED = """() => document.getAnimations().every(
  (each) => !(each instanceof CSSTransition) || each.playState === "finished")"""


def violations(page: Page) -> list[str]:
    """Serious and critical violations that this project can mend, a line each: rule, selector, what is wrong."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate(RUN)
    return [f"{rule}: {where}: {why}" for rule, where, why in found if not is_gradios_own(rule, where)]


def is_gradios_own(rule: str, where: str) -> bool:
    """Whether a violation is listed in GRADIOS_OWN."""
    return any(rule == known and re.fullmatch(pattern, where) for known, pattern in GRADIOS_OWN)


def in_both_themes(page: Page) -> list[str]:
    """`violations` in the light and in the dark, which Gradio tells apart by a class of the body."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", theme == "dark")
        page.wait_for_timeout(400)
        page.wait_for_function(FADED)
        found += [f"{theme}: {line}" for line in violations(page)]
    page.evaluate("() => document.body.classList.remove('dark')")
    return found

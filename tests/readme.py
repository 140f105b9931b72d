"""`python -m tests.readme` (or `make readme`): write what programs know into the README.

The figures of the checkpoints come from their cards, the list of calls from the page; tests/test_readme.py compares.
"""

from pathlib import Path
from typing import Any

import gradio as gr

from core import cards
from core.generation import report
from core.training import targets

README = Path(__file__).parent.parent / "README.md"


def calls(page: gr.Blocks) -> str:
    """Every public call of the English page: its name, its arguments, what it does."""
    described: dict[str, Any] = page.get_api_info()["named_endpoints"]
    rows = [
        f"| `{name}` | {', '.join(item['parameter_name'] for item in about['parameters'])} | {about['description']} |\n"
        for name, about in sorted(described.items())
        if not name.endswith("_zh")
    ]
    return "| call | arguments | what it does |\n|---|---|---|\n" + "".join(rows)


def study() -> str:
    """The tables of the study of generators, one a set."""
    titled = (f"{found.data}, Fréchet distances (low is good):\n\n{report.table(found)}\n" for found in report.stored())
    return "\n".join(titled)


def fill(text: str, mark: str, content: str) -> str:
    """Put content between <!-- mark --> and <!-- /mark -->."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, rest = text.split(begin, 1)
    return f"{before}{begin}\n{content}{end}{rest.split(end, 1)[1]}"


def main() -> None:
    """Rewrite the README."""
    import app

    text = README.read_text(encoding="utf-8")
    text = fill(text, "checkpoints", cards.table(cards.all_cards()))
    text = fill(text, "study", study())
    text = fill(text, "targets", targets.table(cards.all_cards()))
    README.write_text(fill(text, "calls", calls(app.build())), encoding="utf-8")


if __name__ == "__main__":
    main()

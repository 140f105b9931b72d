"""`python -m tests.docs` (or `make docs`): write the generated pages of docs/.

The figures of the checkpoints come from their cards, the tables of the study from its report, the list of calls from
the page. tests/test_docs.py compares.
"""

from pathlib import Path
from typing import Any

import gradio as gr

from core import cards, checkpoints
from core.generation import comparison, report
from core.training import targets

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
WRITTEN = "<!-- Written by `make docs`; do not edit. -->\n"

CHECKPOINTS = """\
# The checkpoints

They are in `assets/checkpoints/`, each with a card: configuration, data and split, exact command, commit, device, time,
figures with the number of test items, and digests. The tables are written from the cards; nothing in them is typed by
hand.

## Targets

Each figure beside its target and what others have published. Published figures come from larger networks, longer
training and, for CIFAR-10, lossless pictures. The models were trained on one or two CPU cores so far, so the column to
compare with is "asked on two cores". [log.md](log.md) describes what was tried.

{targets}
## Figures and training

{figures}
## Models on the Hugging Face Hub

Downloaded only when a visitor asks for one.

{hub}"""

API = """\
# The API

Every button of the page is also a call; see the example in the [README](../README.md#the-api). The calls
answer in English.

{calls}"""

STUDY = """\
# The study of generators

Six ways to train one GAN, described in [tabs.md](tabs.md#does-it-help), measured on the features of two networks;
neither is FID. A cell is the mean over seeds with the smallest and the largest value.

{tables}"""


def checkpoints_page() -> str:
    """Targets, figures, training and notes of every checkpoint, and the models on the Hub."""
    every = cards.all_cards()
    figures = cards.table(every).replace("](assets/", "](../assets/")
    return WRITTEN + CHECKPOINTS.format(targets=targets.table(every), figures=figures, hub=hub())


def api_page(page: gr.Blocks) -> str:
    """Every public call of the built page."""
    return WRITTEN + API.format(calls=calls(page))


def study_page() -> str:
    """The tables of the study, one per data set."""
    title = "## {}, Fréchet distances (lower is better)\n\n{}"
    titled = [
        title.format(found.data, f"{report.table(found)}\n\n{comparison.as_text(found)}") for found in report.stored()
    ]
    return WRITTEN + STUDY.format(tables="\n\n".join(titled) + "\n")


def hub() -> str:
    """The models that tabs offer from the Hub, with their sizes."""
    rows = [f"| `{model.name}` | {model.megabytes} MB |\n" for model in checkpoints.HUB_MODELS.values()]
    return "| model | download |\n|---|---|\n" + "".join(rows)


def calls(page: gr.Blocks) -> str:
    """Every public call of the English page: its name, its arguments, what it does."""
    described: dict[str, Any] = page.get_api_info()["named_endpoints"]
    rows = [
        f"| `{name}` | {', '.join(item['parameter_name'] for item in about['parameters'])} | {about['description']} |\n"
        for name, about in sorted(described.items())
    ]
    return "| call | arguments | what it does |\n|---|---|---|\n" + "".join(rows)


def main() -> None:
    """Write the three pages."""
    import app

    for name, text in (
        ("checkpoints.md", checkpoints_page()),
        ("study.md", study_page()),
        ("api.md", api_page(app.build())),
    ):
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

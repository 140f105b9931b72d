"""The README tells the truth: its figures are the cards', its paths exist, its calls are the page's."""

import re

import gradio as gr
import pytest
import yaml

from core import cards, checkpoints
from tests import readme

ROOT = readme.README.parent
TEXT = readme.README.read_text(encoding="utf-8")
MADE_LATER = ("data", "runs", "path/to", ".venv")
FLOORS = {
    "rotation/photos", "contrastive/simclr-cifar10", "vae/mnist", "masked/photos", "language/novels", "language/tang",
    "audio/sounds",
}  # fmt: skip


def front_matter() -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(TEXT.split("---\n")[1])
    return found


def test_front_matter_is_what_a_space_reads() -> None:
    matter = front_matter()
    assert matter["sdk"] == "gradio"
    assert f"gradio=={matter['sdk_version']}" in (ROOT / "requirements.txt").read_text()
    assert len(str(matter["short_description"])) <= 60
    assert matter["license"] == "mit"
    assert str(matter["python_version"]) in ("3.11", "3.12")
    assert (ROOT / str(matter["app_file"])).is_file()


def test_figures_are_the_cards() -> None:
    assert readme.fill(TEXT, "checkpoints", cards.table(cards.all_cards())) == TEXT, "run: make readme"


def test_every_bundled_checkpoint_is_measured_by_make_evaluate() -> None:
    names = {card.name for card in cards.all_cards()}
    assert names >= FLOORS
    assert names == set(re.findall(r"core\.evaluate (\S+)", (ROOT / "Makefile").read_text()))


def test_cards_say_where_they_lie() -> None:
    for path in checkpoints.ROOT.glob("*/*/card.json"):
        assert checkpoints.read_card(f"{path.parent.parent.name}/{path.parent.name}").name.endswith(path.parent.name)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_path_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    quoted = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", text)
    paths = {name for name in quoted if "/" in name or re.search(r"\.(py|md|txt|toml|css)$", name)} | set(linked)
    here = (ROOT, ROOT / "core", ROOT / "core" / "rotation", ROOT / "demos", ROOT / "tests", ROOT / "assets")
    hub = ("facebook/", "openai-community/", *(f"{name}" for name in FLOORS))
    missing = [
        path for path in sorted(paths)
        if not path.startswith((*MADE_LATER, *hub)) and not any((folder / path).exists() for folder in here)
    ]  # fmt: skip
    assert not missing
    assert len(paths) > 5


def test_every_make_target_named_exists() -> None:
    rules = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make (?:[A-Z]+=\S+ )*([a-z-]+)", " ".join(re.findall(r"```sh\n(.*?)```", TEXT, re.S))))
    assert {"run", "test", "help", "evaluate"} <= named
    assert not [name for name in named if not re.search(rf"^{name}[ :]", rules, re.M)]


def test_calls_are_the_pages(built: gr.Blocks) -> None:
    assert readme.fill(TEXT, "calls", readme.calls(built)) == TEXT, "run: make readme"

"""The README tells the truth: its figures are the cards', its calls are the page's."""

import re

import gradio as gr
import yaml

from core import cards, checkpoints
from tests import readme

ROOT = readme.README.parent
TEXT = readme.README.read_text(encoding="utf-8")
SHIPPED = {
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
    assert names >= SHIPPED
    assert names == set(re.findall(r"core\.evaluate (\S+)", (ROOT / "Makefile").read_text()))


def test_cards_say_where_they_lie() -> None:
    for path in checkpoints.ROOT.glob("*/*/card.json"):
        assert checkpoints.read_card(f"{path.parent.parent.name}/{path.parent.name}").name.endswith(path.parent.name)


def test_every_make_target_named_exists() -> None:
    rules = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make (?:[A-Z]+=\S+ )*([a-z-]+)", " ".join(re.findall(r"```sh\n(.*?)```", TEXT, re.S))))
    assert {"run", "test", "evaluate"} <= named
    assert not [name for name in named if not re.search(rf"^{name}[ :]", rules, re.M)]


def test_calls_are_the_pages(built: gr.Blocks) -> None:
    assert readme.fill(TEXT, "calls", readme.calls(built)) == TEXT, "run: make readme"

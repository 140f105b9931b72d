"""The README tells the truth: its figures are the cards', its calls are the page's."""

import importlib
import re
import shlex

import gradio as gr
import yaml

from core import cards, checkpoints
from core.generation.pretext import ARMS
from core.training import targets
from core.training.recipe import parse
from tests import readme

ROOT = readme.README.parent
TEXT = readme.README.read_text(encoding="utf-8")
SHIPPED = {
    "rotation/photos",
    "rotation/cifar10",
    "rotation/shortcut",
    "rotation/small",
    "contrastive/simclr-cifar10",
    "contrastive/moco-cifar10",
    "contrastive/small",
    "contrastive/dictionary",
    "vae/mnist",
    "vqvae/photos",
    "vqvae/gaussian",
    "gan/cifar10",
    *(f"generation/{kind}{arm}" for kind in ("", "mnist-") for arm in ARMS),
    "masked/photos",
    "masked/small",
    "gpt2/novels",
    "gpt2/tang",
    "gpt2/small",
    "bert/novels",
    "audio/sounds",
    "recommendation/movielens",
    "recommendation/shuffled",
}


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


def test_the_study_is_its_report() -> None:
    assert readme.fill(TEXT, "study", readme.study()) == TEXT, "run: make readme"


def test_figures_are_the_cards() -> None:
    assert readme.fill(TEXT, "checkpoints", cards.table(cards.all_cards())) == TEXT, "run: make readme"
    assert readme.fill(TEXT, "targets", targets.table(cards.all_cards())) == TEXT, "run: make readme"


def test_what_is_shipped_can_be_measured_anew_and_trained_again() -> None:
    """`make evaluate` reads every card's recipe, `make train-METHOD NAME=...` every card's command."""
    assert {card.name for card in cards.all_cards()} == SHIPPED
    for card in cards.all_cards():
        method, name = card.name.split("/")
        recipe = importlib.import_module(f"core.{method}.train").RECIPE
        assert recipe(**card.recipe).name == name
        again = parse(recipe, shlex.split(card.command)[3:])
        assert (again.data, again.name) == (recipe(**card.recipe).data, name)


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

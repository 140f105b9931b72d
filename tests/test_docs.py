"""README and docs/ are true: figures are those of the cards, calls those of the page, links and commands exist."""

import importlib
import re
import shlex

import gradio as gr
import yaml

from core import cards, checkpoints
from core.generation.pretext import ARMS
from core.training.recipe import parse
from tests import docs
from tests.docs import DOCS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
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


def stored(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


# --- generated pages ---


def test_checkpoint_figures_are_current() -> None:
    assert docs.checkpoints_page() == stored("checkpoints.md"), "run: make docs"


def test_study_tables_are_current() -> None:
    assert docs.study_page() == stored("study.md"), "run: make docs"


def test_api_calls_are_current(built: gr.Blocks) -> None:
    assert docs.api_page(built) == stored("api.md"), "run: make docs"


# --- README ---


def test_front_matter_fits_a_space() -> None:
    matter: dict[str, object] = yaml.safe_load(README.split("---\n")[1])
    assert matter["sdk"] == "gradio"
    assert f"gradio=={matter['sdk_version']}" in (ROOT / "requirements.txt").read_text()
    assert len(str(matter["short_description"])) <= 60
    assert matter["license"] == "mit"
    assert str(matter["python_version"]) in ("3.11", "3.12")
    assert (ROOT / str(matter["app_file"])).is_file()


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


# --- what the pages name ---


def test_make_targets_in_pages_exist() -> None:
    rules = (ROOT / "Makefile").read_text()
    missing = []
    for page in PAGES:
        blocks = " ".join(re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.S))
        inline = " ".join(re.findall(r"`(make [^`<]*)`", page.read_text(encoding="utf-8")))
        for name in re.findall(r"make (?:[A-Z]+=\S+ )*([a-z][\w-]*)", f"{blocks} {inline}"):
            known = re.search(rf"^{name}[ :]", rules, re.M) or name.startswith("train-")
            missing += [] if known else [f"{page.name}: make {name}"]
    assert {"run", "test"} <= set(re.findall(r"make ([a-z-]+)", README))
    assert not missing


def anchors(text: str) -> set[str]:
    """The anchors that a page of Markdown offers for its headings."""
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_links_between_pages_work() -> None:
    missing = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            if target.startswith("http"):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
                missing.append(f"{page.name}: {target}")
    assert not missing


# --- shipped checkpoints ---


def test_shipped_checkpoints_can_be_repeated() -> None:
    """`make evaluate` reads every card's recipe, `make train-METHOD NAME=...` every card's command."""
    assert {card.name for card in cards.all_cards()} == SHIPPED
    for card in cards.all_cards():
        method, name = card.name.split("/")
        recipe = importlib.import_module(f"core.{method}.train").RECIPE
        assert recipe(**card.recipe).name == name
        again = parse(recipe, shlex.split(card.command)[3:])
        assert (again.data, again.name) == (recipe(**card.recipe).data, name)


def test_cards_name_their_own_folder() -> None:
    for path in checkpoints.ROOT.glob("*/*/card.json"):
        folder = f"{path.parent.parent.name}/{path.parent.name}"
        assert checkpoints.read_card(folder).name == folder

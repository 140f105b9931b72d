"""Models that a visitor trained: they are offered, and answer everything that a shipped model answers."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from core import checkpoints
from core.errors import InputError
from core.gpt2 import explore, train
from core.gpt2.explore import Settings
from tests.own_checkpoints import settle

WORDS = ("king", "queen", "ship", "wind", "captain", "red", "blue", "over", "under", "the", "a", "and", "storm")
SIGNS = "春江潮水连海平上明月共生滟随波千万里何处无"
SIZE = ["--context", "32", "--width", "16", "--layers", "2", "--heads", "2", "--batch", "4", "--steps", "3"]
KINDS = {  # name: script, tokens, a beginning
    "words": ("latin", "bytes", "the captain and the"),
    "letters": ("latin", "characters", "the captain and the"),
    "signs": ("han", "characters", "春江"),
    "pieces": ("han", "bytes", "春江"),
}
NAMES = [f"gpt2/{name}" for name in KINDS]


@pytest.fixture(scope="module", autouse=True)
def _trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Four models in two scripts after three steps, trained from a folder without test texts."""
    folder, rng = tmp_path_factory.mktemp("texts"), np.random.default_rng(0)
    for script, symbols, between in (("latin", WORDS, " "), ("han", [*SIGNS], "")):
        (folder / script).mkdir()
        (folder / script / "mine.txt").write_text(between.join(rng.choice(symbols, 3000)) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        settle(tmp_path_factory.mktemp("checkpoints"), patch)
        patch.chdir(folder)
        for name, (script, tokens, _) in KINDS.items():
            data = ["--data", f"folder:{folder / script}", "--name", name, "--tokens", tokens, "--vocabulary", "300"]
            train.main([*data, *SIZE, "--device", "cpu"])
        yield


def beginning(name: str) -> str:
    return KINDS[name.split("/")[1]][2]


def test_own_models_are_offered() -> None:
    names = explore.names()
    assert names == (explore.NOVELS, explore.TANG, *sorted(NAMES), checkpoints.HUB_MODELS["gpt2"].name)
    assert explore.SMALL not in names
    assert explore.SMALL in checkpoints.bundled("gpt2")
    for name in (explore.SMALL, f"{explore.SMALL}@7", f"{explore.SMALL}@x", "gpt2/words@25", "gpt2/other"):
        with pytest.raises(InputError, match="models offered"):
            explore.surprise("the sea", name)


@pytest.mark.parametrize("name", NAMES)
def test_own_models_continue_and_branch(name: str) -> None:
    *_, text = explore.continue_text(beginning(name), Settings(name, length=12))
    assert text.ended or len(text.bits) == 12
    found = explore.alternatives(text, 1)
    assert math.isclose(-math.log2(found.chosen.probability), text.bits[0], abs_tol=1e-3)
    *_, branched = explore.branch(text, 1, found.likeliest[-1].token)
    assert branched.tokens[text.prompt_tokens] == found.likeliest[-1].token


@pytest.mark.parametrize("name", NAMES)
def test_own_models_have_unigram_baselines(name: str) -> None:
    found = explore.surprise(f"{beginning(name)} 😀 שלום", name)
    assert found.unigram is not None
    assert 0 < found.bits_per_character < 60
    assert "".join(piece.text for piece in found.pieces) == f"{beginning(name)} 😀 שלום"


@pytest.mark.parametrize("name", NAMES)
def test_own_models_find_similar_vectors(name: str) -> None:
    neighbours = explore.nearest_tokens(explore.first_word(name), name).neighbours
    assert len(neighbours) == 10
    assert all(-1.001 < cosine < 1.001 for _, cosine in neighbours)
    line = explore.LINES[explore.language(name)][3]
    assert explore.similar(line.text, name)[0].line == line
    assert explore.retrieval(name).n == 40
    measured = explore.kinds(name)
    assert measured is None or measured.n >= 16


def test_language_follows_the_training_text() -> None:
    assert [explore.language(name) for name in NAMES] == ["en", "en", "zh", "zh"]
    assert (explore.language(explore.NOVELS), explore.language(explore.TANG)) == ("en", "zh")
    assert explore.first_word("gpt2/words") == "king"
    letter = explore.first_word("gpt2/letters")
    assert len(letter) == 1
    assert letter.isalpha()
    assert explore.first_word("gpt2/signs") == "春"


@pytest.mark.parametrize("name", NAMES)
def test_own_models_report_held_out_text(name: str) -> None:
    about, card = explore.about(name), checkpoints.read_card(name)
    assert about.own
    assert not explore.about(explore.NOVELS).own
    held_out = next(key for key in card.metrics if "held out" in key)
    assert about.n == card.metrics[held_out]["n"] < 1000 < card.metrics[card.recipe["data"]]["n"]

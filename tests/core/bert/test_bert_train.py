"""The recipe and what its card tells: text as it is read, figures against slow counts, a run of twenty steps."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints, evaluate
from core.bert import corpus, evaluation, pretext, train
from core.bert.model import Bert
from core.checkpoints import Checkpoint
from core.data import texts
from core.data.texts import Vocabulary
from core.device import generator
from core.errors import InputError
from tests.own_checkpoints import settle

FLAGS = (
    "--width",
    "16",
    "--layers",
    "1",
    "--heads",
    "2",
    "--context",
    "16",
    "--vocabulary",
    "300",
    "--batch",
    "2",
    "--device",
    "cpu",
    "--no-bf16",
)


def write_texts(root: Path) -> Path:
    """A set "tales" of short stories in few words, two of them for test."""
    chance, folder = np.random.default_rng(0), root / "tales"
    folder.mkdir()
    for name in ("train", "test_a", "test_b"):
        books = []
        for _ in range(2 if name == "train" else 1):
            lines = [" ".join(chance.choice(["sea", "ship", "and", "the", "old"], 12)) + "." for _ in range(80)]
            books.append("\n\n".join(lines))
        (folder / f"{name}.txt").write_text(texts.END.join(books))
    return root


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, train.BertRecipe]:
    """A tiny model after three steps, as it would be loaded, and its recipe."""
    root = write_texts(tmp_path_factory.mktemp("data"))
    patch = pytest.MonkeyPatch()
    patch.chdir(root)
    settle(root / "checkpoints", patch)
    train.main(["--data", "tales", "--root", str(root), "--name", "tales", "--steps", "3", *FLAGS])
    checkpoint = checkpoints.load("bert/tales", root=root / "checkpoints")
    patch.undo()
    assert checkpoint.card is not None
    return checkpoint, train.BertRecipe(**checkpoint.card.recipe, root=str(root))


def test_empty_lines_are_gone_and_documents_begin_behind_a_mark(tmp_path: Path) -> None:
    write_texts(tmp_path)
    documents = corpus.read("tales", "train", root=str(tmp_path))
    assert len(documents) == 2
    assert not any("\n\n" in text for text in documents)
    vocabulary = Vocabulary(texts.train_bytes_bpe(documents, 300, corpus.MARKS).to_str())
    assert [vocabulary.mark(name) for name in corpus.MARKS] == [0, 1, 2]
    tokens = corpus.encode(documents, vocabulary)
    assert int((tokens == 1).sum()) == 2
    places = corpus.openings(tokens, vocabulary)
    assert len(places) == 160
    lines = {line[:4] for text in documents for line in text.split("\n")}
    assert {vocabulary.decode(tokens[place : place + 6].tolist())[:4] for place in places} == lines


def test_stretches_have_marks_around_and_the_text_inside() -> None:
    vocabulary = Vocabulary(texts.train_bytes_bpe(["abc"], 259, corpus.MARKS).to_str())
    tokens = np.arange(10, 60, dtype=np.uint16)
    found = corpus.stretches(tokens, np.array([0, 7]), 6, vocabulary)
    assert found.tolist() == [[0, 10, 11, 12, 13, 1], [0, 17, 18, 19, 20, 1]]


def test_draws_differ_in_length_not_in_tokens_and_half_begin_with_a_paragraph() -> None:
    vocabulary = Vocabulary(texts.train_bytes_bpe(["abc"], 259, corpus.MARKS).to_str())
    tokens, begin = np.full(5000, 40, np.uint16), np.array([100, 2000, 3000])
    lengths = set()
    for number in range(40):
        rows, places = corpus.draw(tokens, begin, vocabulary, context=64, batch=2, rng=generator(0, number))
        assert rows.numel() == 128
        assert len(places) == len(rows)
        assert set(places[::2].tolist()) <= set(begin.tolist())
        assert int(places.max()) + rows.shape[1] - 2 <= 5000
        lengths.add(rows.shape[1])
        again, _ = corpus.draw(tokens, begin, vocabulary, context=64, batch=2, rng=generator(0, number))
        assert torch.equal(rows, again)
    assert lengths == {8, 16, 32, 64}


def test_a_run_writes_a_checkpoint_whose_card_can_be_measured_again(
    trained: tuple[Checkpoint, train.BertRecipe],
) -> None:
    checkpoint, recipe = trained
    assert checkpoint.card is not None
    assert isinstance(checkpoint.model, Bert)
    again = train.measure(checkpoint, recipe)
    assert again.keys() == checkpoint.card.metrics.keys()
    figures = list(evaluate.compare(checkpoint.card, again))
    assert len(figures) > 20
    assert not [figure for figure in figures if not figure.agrees]
    assert {*checkpoint.card.sha256} == {"model.safetensors", "tokenizer.json", "counts.json"}
    for metrics in checkpoint.card.metrics.values():
        assert {"n"} < metrics.keys()


def test_counts_are_those_of_the_training_text(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    checkpoint, recipe = trained
    vocabulary = Vocabulary.read(checkpoint.folder)
    seen, kept = train.split(train.read(recipe), vocabulary, recipe)
    raw = json.loads((checkpoint.folder / "counts.json").read_text())
    assert raw["often"] == np.bincount(seen, minlength=len(vocabulary)).tolist()
    assert len(kept) == (len(seen) + len(kept)) // 100
    after = {a: [] for a in seen.tolist()}
    for a, b in zip(seen[:-1].tolist(), seen[1:].tolist(), strict=True):
        after[a].append(b)
    for token, others in list(after.items())[:20]:
        best = raw["after"][token][0]
        assert others.count(best) == max(map(others.count, set(others)))


def test_shares_of_right_guesses_equal_a_slow_count(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    checkpoint, recipe = trained
    vocabulary, counts = Vocabulary.read(checkpoint.folder), evaluation.Counts.read(checkpoint.folder)
    assert counts is not None
    tokens = corpus.encode(corpus.read("tales", "test", root=recipe.root), vocabulary)
    found = evaluation.gaps(checkpoint, tokens)
    right = {"model": 0, "left": 0, "frequent": 0}
    asked = 0
    rows = [[0, *tokens[i : i + 14].tolist(), 1] for i in range(0, len(tokens) - 13, 14)]
    for number, some in enumerate(rows[i : i + evaluation.TOGETHER] for i in range(0, len(rows), evaluation.TOGETHER)):
        given = torch.tensor(some)
        chosen = pretext.choose(given, torch.tensor([0, 1, 2]), generator(0, number))
        read = given.masked_fill(chosen, 2)
        for row, place in chosen.nonzero().tolist():
            label = int(given[row, place])
            left = int(read[row, place - 1])
            right["model"] += int(checkpoint.model(read[row][None]).logits[0, place].argmax()) == label
            right["left"] += (int(counts.often.argmax()) if left == 2 else int(counts.after[left, 0])) == label
            right["frequent"] += int(counts.often.argmax()) == label
            asked += 1
    assert found["n"] == asked
    assert found["accuracy"] == pytest.approx(right["model"] / asked)
    assert found["left_accuracy"] == pytest.approx(right["left"] / asked)
    assert found["frequent_accuracy"] == pytest.approx(right["frequent"] / asked)
    assert found["chance"] == pytest.approx(1 / len(vocabulary))


def test_perplexity_equals_one_token_after_the_other(
    trained: tuple[Checkpoint, train.BertRecipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, recipe = trained
    vocabulary = Vocabulary.read(checkpoint.folder)
    tokens = corpus.encode(corpus.read("tales", "test", root=recipe.root), vocabulary)[:57]
    monkeypatch.setattr(evaluation, "STRETCHES", 2)  # the first and the last of four
    found, bits, characters = evaluation.one_at_a_time(checkpoint, tokens), [], 0
    for first in (0, 42):
        row = torch.tensor([[0, *tokens[first : first + 14].tolist(), 1]])
        for place in (p for p in range(1, 15) if row[0, p] > 2):
            read = row.clone()
            read[0, place] = 2
            bits.append(-math.log2(float(checkpoint.model(read).logits[0, place].softmax(-1)[row[0, place]])))
            characters += len(vocabulary.pieces[int(row[0, place])].decode())
    assert found["n"] == len(bits)
    assert found["perplexity"] == pytest.approx(2 ** (sum(bits) / len(bits)), rel=1e-3)
    assert found["pseudo_bits_per_character"] == pytest.approx(sum(bits) / characters, rel=1e-3)


def test_an_untrained_network_guesses_blindly(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    checkpoint, _ = trained
    assert checkpoint.card is not None
    alone = checkpoint.card.metrics["tales, one token hidden at a time"]
    assert alone["chance_perplexity"] == len(Vocabulary.read(checkpoint.folder))
    assert alone["perplexity"] == pytest.approx(alone["chance_perplexity"], rel=0.4), "three steps teach little"


def test_too_little_text_is_a_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the sea")
    with pytest.raises(InputError, match="tokens long"):
        train.main(["--data", f"folder:{tmp_path}", *FLAGS])


def test_evaluate_takes_any_folder(trained: tuple[Checkpoint, train.BertRecipe], tmp_path: Path) -> None:
    checkpoint, recipe = trained
    (tmp_path / "a.txt").write_text((Path(recipe.root) / "tales" / "test_a.txt").read_text())
    found = train.evaluate(checkpoint, f"folder:{tmp_path}")
    assert 0 <= found["accuracy"] <= found["top5_accuracy"] <= 1
    assert found["n"] > 50

"""The recipe and its card: text as it is read, metrics against slow counts, a run of three steps."""

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
    rng, folder = np.random.default_rng(0), root / "tales"
    folder.mkdir()
    for name in ("train", "test_a", "test_b"):
        books = []
        for _ in range(2 if name == "train" else 1):
            lines = [" ".join(rng.choice(["sea", "ship", "and", "the", "old"], 12)) + "." for _ in range(80)]
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


def test_documents_begin_behind_a_mark(tmp_path: Path) -> None:
    write_texts(tmp_path)
    documents = corpus.read("tales", "train", root=str(tmp_path))
    assert len(documents) == 2
    assert not any("\n\n" in text for text in documents)
    vocabulary = Vocabulary(texts.train_bytes_bpe(documents, 300, corpus.MARKS).to_str())
    assert [vocabulary.mark(name) for name in corpus.MARKS] == [0, 1, 2]
    tokens = corpus.encode(documents, vocabulary)
    assert int((tokens == 1).sum()) == 2
    positions = corpus.paragraph_starts(tokens, vocabulary)
    assert len(positions) == 160
    lines = {line[:4] for text in documents for line in text.split("\n")}
    assert {vocabulary.decode(tokens[position : position + 6].tolist())[:4] for position in positions} == lines


def test_pieces_of_a_word_share_a_number(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    vocabulary = Vocabulary.read(trained[0].folder)
    documents = ["the older ship", "sea, unships"]
    tokens, numbers = corpus.encode(documents, vocabulary), corpus.word_numbers(documents, vocabulary)
    assert len(tokens) == len(numbers)
    assert (np.diff(numbers) >= 0).all()
    found = [vocabulary.decode(tokens[numbers == number].tolist()) for number in np.unique(numbers)]
    assert found == ["", "the", " older", " ship", "", "sea", ",", " unships"]


def test_stretches_have_marks_around() -> None:
    vocabulary = Vocabulary(texts.train_bytes_bpe(["abc"], 259, corpus.MARKS).to_str())
    tokens = np.arange(10, 60, dtype=np.uint16)
    found = corpus.stretches(tokens, np.array([0, 7]), 6, vocabulary)
    assert found.tolist() == [[0, 10, 11, 12, 13, 1], [0, 17, 18, 19, 20, 1]]


def test_batches_vary_in_length_only() -> None:
    vocabulary = Vocabulary(texts.train_bytes_bpe(["abc"], 259, corpus.MARKS).to_str())
    tokens, begin = np.full(5000, 40, np.uint16), np.array([100, 2000, 3000])
    lengths = set()
    for number in range(40):
        rows, positions = corpus.draw(tokens, begin, vocabulary, context=64, batch=2, rng=generator(0, number))
        assert rows.numel() == 128
        assert len(positions) == len(rows)
        assert set(positions[::2].tolist()) <= set(begin.tolist())
        assert int(positions.max()) + rows.shape[1] - 2 <= 5000
        lengths.add(rows.shape[1])
        again, _ = corpus.draw(tokens, begin, vocabulary, context=64, batch=2, rng=generator(0, number))
        assert torch.equal(rows, again)
    assert lengths == {8, 16, 32, 64}


def test_measuring_again_repeats_the_card(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
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


def test_counts_equal_a_slow_count(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    checkpoint, recipe = trained
    vocabulary = Vocabulary.read(checkpoint.folder)
    seen, kept = train.split(train.read(recipe), vocabulary, recipe)
    raw = json.loads((checkpoint.folder / "counts.json").read_text())
    assert raw["often"] == np.bincount(seen, minlength=len(vocabulary)).tolist()
    assert len(kept) == (len(seen) + len(kept)) // 100
    after: dict[int, list[int]] = {a: [] for a in seen.tolist()}
    for a, b in zip(seen[:-1].tolist(), seen[1:].tolist(), strict=True):
        after[a].append(b)
    for token, others in list(after.items())[:20]:
        best = raw["after"][token][0]
        assert others.count(best) == max(map(others.count, set(others)))


def test_accuracy_equals_a_slow_count(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    checkpoint, recipe = trained
    vocabulary, counts = Vocabulary.read(checkpoint.folder), evaluation.Counts.read(checkpoint.folder)
    assert counts is not None
    tokens = corpus.encode(corpus.read("tales", "test", root=recipe.root), vocabulary)
    found = evaluation.masked_accuracy(checkpoint, tokens)
    right = {"model": 0, "left": 0, "frequent": 0}
    predicted = 0
    rows = [[0, *tokens[i : i + 14].tolist(), 1] for i in range(0, len(tokens) - 13, 14)]
    for number, some in enumerate(rows[i : i + evaluation.BATCH] for i in range(0, len(rows), evaluation.BATCH)):
        given = torch.tensor(some)
        chosen = pretext.choose(given, torch.tensor([0, 1, 2]), generator(0, number))
        read = given.masked_fill(chosen, 2)
        for row, position in chosen.nonzero().tolist():
            label = int(given[row, position])
            left = int(read[row, position - 1])
            right["model"] += int(checkpoint.model(read[row][None]).logits[0, position].argmax()) == label
            right["left"] += (
                int(counts.token_counts.argmax()) if left == 2 else int(counts.followers[left, 0])
            ) == label
            right["frequent"] += int(counts.token_counts.argmax()) == label
            predicted += 1
    assert found["n"] == predicted
    assert found["accuracy"] == pytest.approx(right["model"] / predicted)
    assert found["left_accuracy"] == pytest.approx(right["left"] / predicted)
    assert found["frequent_accuracy"] == pytest.approx(right["frequent"] / predicted)
    assert found["chance"] == pytest.approx(1 / len(vocabulary))


def test_pseudo_perplexity_equals_a_slow_loop(
    trained: tuple[Checkpoint, train.BertRecipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, _ = trained
    vocabulary, text = Vocabulary.read(checkpoint.folder), "an old ship and an older sea, unships the ships. " * 2
    tokens = corpus.encode([text], vocabulary)
    cuts = vocabulary.cut(text)
    words = [-1, *(cut.word for cut in cuts)]
    assert len(set(words)) < len(words) - 5, "many words are split"
    monkeypatch.setattr(evaluation, "STRETCHES", 2)  # the first and the last
    found, bits, characters = evaluation.pseudo_perplexity(checkpoint, [text]), [], 0
    last = (len(tokens) - 14) // 14 * 14
    assert last >= 28
    for first in (0, last):
        row = torch.tensor([[0, *tokens[first : first + 14].tolist(), 1]])
        for position in (p for p in range(1, 15) if row[0, p] > 2):
            read = row.clone()
            for other in range(1, 15):
                if words[first + other - 1] == words[first + position - 1]:
                    read[0, other] = 2
            bits.append(-math.log2(float(checkpoint.model(read).logits[0, position].softmax(-1)[row[0, position]])))
            characters += len(vocabulary.pieces[int(row[0, position])].decode())
    assert found["n"] == len(bits)
    assert found["perplexity"] == pytest.approx(2 ** (sum(bits) / len(bits)), rel=1e-3)
    assert found["pseudo_bits_per_character"] == pytest.approx(sum(bits) / characters, rel=1e-3)


def test_an_untrained_network_guesses_blindly(trained: tuple[Checkpoint, train.BertRecipe]) -> None:
    checkpoint, _ = trained
    assert checkpoint.card is not None
    alone = checkpoint.card.metrics["tales, one word hidden at a time"]
    assert alone["chance_perplexity"] == len(Vocabulary.read(checkpoint.folder))
    assert alone["perplexity"] == pytest.approx(alone["chance_perplexity"], rel=0.4), "three steps teach little"


def test_too_short_texts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the sea")
    with pytest.raises(InputError, match="tokens long"):
        train.main(["--data", f"folder:{tmp_path}", *FLAGS])


def test_evaluate_takes_any_folder(trained: tuple[Checkpoint, train.BertRecipe], tmp_path: Path) -> None:
    checkpoint, recipe = trained
    (tmp_path / "a.txt").write_text((Path(recipe.root) / "tales" / "test_a.txt").read_text())
    found = evaluation.evaluate(checkpoint, f"folder:{tmp_path}")
    assert 0 <= found["accuracy"] <= found["top5_accuracy"] <= 1
    assert found["n"] > 50

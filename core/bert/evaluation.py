"""The metrics on a BERT's card: accuracy on hidden tokens, pseudo-perplexity, and a linear probe."""

import functools
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.bert import corpus, pretext
from core.bert.corpus import Numbers
from core.bert.model import Bert, untrained
from core.checkpoints import Checkpoint
from core.data.texts import Vocabulary
from core.device import generator
from core.downstream import perplexity
from core.downstream.probe import linear_accuracy

ONE_AT_A_TIME, WHICH_NOVEL = ", one word hidden at a time", ", which novel"  # appended to a set's name on the card
BEST = 5  # predictions per position that count in "top5"
MASK_SEED = 0  # of the hidden positions
STRETCHES = 32  # of the text, evenly spread, in which one word is hidden at a time
BATCH = 32  # stretches per forward pass
PASSAGE, PASSAGES = 32, 400  # tokens per passage, marks included, and passages per half of a novel

NOTES = (
    "accuracy: 15 % of the tokens are hidden at once, all by the mask; n is how many, in stretches of a whole context. "
    "frequent_accuracy always names the most frequent token, left_accuracy what most often followed the token on the "
    "left (the most frequent one where that is hidden too), chance is a blind guess. One word hidden at a time: all "
    "tokens of a word are hidden together; perplexity is 2 to the mean bits per token (Salazar et al. 2020, who hide "
    "single tokens, with the change of Kauf and Ivanova 2023), n is tokens in 32 stretches spread over the texts; "
    "pseudo_bits_per_character is no code length, since every word is predicted with all others visible; it cannot be "
    "compared with that of a model that reads from left to right. Several line ends count as one. Which novel: a "
    "linear probe on frozen features of passages of 30 tokens, learned on the first half of each test novel, asked on "
    "the second. Senses of words: 64 sentences written for this project; is the most similar use of a word of the same "
    "sense? untrained is a network of the same shape with random weights, words counts words."
)


class Counts(NamedTuple):
    """Counts of the training text, for the baselines.

    Attributes:
        token_counts: (V,), occurrences of each token.
        followers: (V, BEST), the tokens that followed each token most often, most frequent first.
    """

    token_counts: Tensor
    followers: Tensor

    @classmethod
    def read(cls, folder: Path) -> "Counts | None":
        """Open counts.json of a checkpoint; None where there is none, as for a model from the Hub."""
        path = folder / "counts.json"
        if not path.is_file():
            return None
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(torch.tensor(raw["often"]), torch.tensor(raw["after"]))


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """Accuracy on hidden tokens in the test texts of a set, or in all .txt files of a folder.

    Args:
        checkpoint: with a Bert, its tokenizer.json and counts.json.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.

    Returns:
        See `masked_accuracy`.
    """
    vocabulary = Vocabulary.read(checkpoint.folder)
    return masked_accuracy(checkpoint, corpus.encode(corpus.read(spec, "test", root=root), vocabulary))


def masked_accuracy(checkpoint: Checkpoint, tokens: Numbers) -> dict[str, float]:
    """Replace 15 % of the tokens by the mask and count right predictions of the model and of two baselines.

    Returns:
        {"accuracy", "top5_accuracy", the same with "frequent_" and "left_" in front, "chance", "bits" per hidden token,
        "n"}.
    """
    vocabulary, counts = Vocabulary.read(checkpoint.folder), Counts.read(checkpoint.folder)
    model, where = cast(Bert, checkpoint.model), checkpoint.device
    assert counts is not None
    marks, mask = torch.tensor(vocabulary.marks), vocabulary.mark(corpus.MASK)
    common = counts.token_counts.argsort(descending=True, stable=True)[:BEST]
    guesses: dict[str, list[Tensor]] = {"": [], "frequent_": [], "left_": []}
    labels, bits = [], 0.0
    for number, original in enumerate(_every_stretch(tokens, model.config.context, vocabulary).split(BATCH)):
        chosen = pretext.choose(original, marks, generator(MASK_SEED, number))
        read = torch.where(chosen, mask, original)
        with torch.inference_mode():
            logits = model(read.to(where), chosen.to(where)).logits.float().cpu()  # (n, V)
        labels.append(original[chosen])
        bits += float(perplexity.surprise_bits(logits, labels[-1]).double().sum())
        guesses[""].append(logits.topk(BEST).indices)
        guesses["frequent_"].append(common.expand(len(logits), -1))
        left = read.roll(1, 1)[chosen]  # (n,)
        guesses["left_"].append(torch.where((left == mask)[:, None], common, counts.followers[left]))
    label = torch.cat(labels)
    found = {"n": float(len(label)), "bits": bits / max(1, len(label)), "chance": 1 / len(vocabulary)}
    for name, rows in guesses.items():
        right = torch.cat(rows) == label[:, None]  # (n, BEST)
        found[f"{name}accuracy"] = int(right[:, 0].sum()) / max(1, len(label))
        found[f"{name}top5_accuracy"] = int(right.any(1).sum()) / max(1, len(label))
    return found


def pseudo_perplexity(checkpoint: Checkpoint, documents: Sequence[str]) -> dict[str, float]:
    """Hide one word at a time in stretches spread over a text; see `pretext.pseudo_bits`.

    A word that the end of a stretch cuts counts with the pieces inside.

    Returns:
        {"perplexity" per token, "pseudo_bits_per_character", both by token frequencies ("unigram_") and at the chance
        level ("chance_"), "n": tokens}.
    """
    vocabulary, counts = Vocabulary.read(checkpoint.folder), Counts.read(checkpoint.folder)
    model, where = cast(Bert, checkpoint.model), checkpoint.device
    assert counts is not None
    every, words = (
        _every_stretch(found, model.config.context, vocabulary)
        for found in (corpus.encode(documents, vocabulary), corpus.word_numbers(documents, vocabulary))
    )
    spread = np.linspace(0, len(every) - 1, min(STRETCHES, len(every))).astype(int)
    marks, mask = torch.tensor(vocabulary.marks), vocabulary.mark(corpus.MASK)

    def score(read: Tensor, at: Tensor) -> Tensor:
        return model(read.to(where), at.to(where)).logits.cpu()  # type: ignore[no-any-return]

    bits, unigram, scored, characters = 0.0, 0.0, 0, 0
    for original, numbers in zip(every[spread], words[spread], strict=True):
        positions = (~torch.isin(original, marks)).nonzero()[:, 0]  # (P,)
        _, pieces = numbers[positions].unique_consecutive(return_counts=True)
        groups = [group.tolist() for group in positions.split(pieces.tolist())]
        bits += float(pretext.pseudo_bits(score, original, groups, mask).double().sum())
        unigram += float(perplexity.unigram_bits(counts.token_counts, original[positions]).double().sum())
        scored += len(positions)
        characters += len(vocabulary.decode(original[positions].tolist()))
    return {
        "perplexity": perplexity.perplexity(bits, scored),
        "unigram_perplexity": perplexity.perplexity(unigram, scored),
        "chance_perplexity": float(len(vocabulary)),
        "pseudo_bits_per_character": perplexity.bits_per_character(bits, characters),
        "unigram_bits_per_character": perplexity.bits_per_character(unigram, characters),
        "chance_bits_per_character": perplexity.bits_per_character(scored * math.log2(len(vocabulary)), characters),
        "n": scored,
    }


def novel_probe(checkpoint: Checkpoint, documents: Sequence[str]) -> dict[str, float]:
    """Classify passages of 30 tokens by the novel they are from, with a linear probe on frozen features.

    The probe is trained on passages of the first half of each novel and tested on the second half. The features are
    the mean state before the last block.

    Args:
        checkpoint: with a Bert and its tokenizer.json.
        documents: two or more.

    Returns:
        {"accuracy", the same with "untrained_" (a network of the same shape with random weights) and "words_" (token
        counts) in front, "chance", "n": passages tested}.
    """
    vocabulary, model = Vocabulary.read(checkpoint.folder), cast(Bert, checkpoint.model)
    halves: list[list[Tensor]] = [[], []]
    for document in documents:
        tokens = corpus.encode([document], vocabulary)
        for half, part in zip(halves, np.array_split(tokens, 2), strict=True):
            every = _every_stretch(part, min(PASSAGE, model.config.context), vocabulary)
            half.append(every[np.linspace(0, len(every) - 1, min(PASSAGES, len(every))).astype(int)])
    labels = [np.repeat(np.arange(len(half)), [len(rows) for rows in half]) for half in halves]
    passages = [torch.cat(half) for half in halves]  # (N, PASSAGE) for training, (M, PASSAGE) for the test

    def accuracy(features: Callable[[Tensor], NDArray[np.float32]]) -> float:
        return linear_accuracy(features(passages[0]), labels[0], features(passages[1]), labels[1])

    @torch.inference_mode()
    def means(network: Bert, rows: Tensor) -> NDArray[np.float32]:
        nowhere = torch.zeros_like(rows, dtype=torch.bool)  # no logits are needed
        batches = zip(rows.to(checkpoint.device).split(BATCH), nowhere.to(checkpoint.device).split(BATCH), strict=True)
        parts = [network(read, at).states[-2].mean(1) for read, at in batches]
        return np.asarray(torch.cat(parts).float().cpu().numpy())

    def word_counts(rows: Tensor) -> NDArray[np.float32]:
        return np.stack([np.bincount(row, minlength=len(vocabulary)) for row in rows.numpy()]).astype(np.float32)

    random_network = untrained(model.config).to(checkpoint.device)
    return {
        "accuracy": accuracy(functools.partial(means, model)),
        "untrained_accuracy": accuracy(functools.partial(means, random_network)),
        "words_accuracy": accuracy(word_counts),
        "chance": float(np.bincount(labels[1]).max() / len(labels[1])),
        "n": len(labels[1]),
    }


def _every_stretch(tokens: Numbers | NDArray[np.int64], context: int, vocabulary: Vocabulary) -> Tensor:
    """A text cut into consecutive stretches of a whole context; a shorter rest is left out."""
    inner = context - 2
    first = np.arange(0, max(1, len(tokens) - inner + 1), inner)
    return corpus.stretches(tokens, first, min(context, len(tokens) + 2), vocabulary)

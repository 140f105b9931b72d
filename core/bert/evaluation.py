"""What a card tells of a BERT: how often it knows a hidden token, and how well it foresees what it may read around."""

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

ALONE, WHICH = ", one token hidden at a time", ", which novel"  # behind a set's name on the card
BEST = 5  # guesses a place that count in "top5"
MASK_SEED = 0  # of the places that are hidden
STRETCHES = 32  # of the text, evenly spread, in which each token is hidden alone: that takes a pass a token
TOGETHER = 32  # stretches that go through the network at once
PASSAGE, PASSAGES = 32, 400  # tokens of a passage, marks included, and how many of each half of a novel

NOTES = (
    "accuracy: 15 % of the tokens are hidden at once, all by the mask; n is how many, in stretches of a whole context. "
    "frequent_accuracy always names the most frequent token, left_accuracy what most often followed the token on the "
    "left (the most frequent one where that is hidden too), chance is a blind guess. One token hidden at a time: "
    "perplexity is 2 to the mean bits (Salazar et al. 2020), n is tokens in 32 stretches spread over the texts; "
    "pseudo_bits_per_character is no code length, since every token was guessed with all others in sight; it cannot be "
    "compared with that of a model that reads from left to right. Several line ends count as one. Which novel: a "
    "linear probe on frozen features of passages of 30 tokens, learned on the first half of each test novel, asked on "
    "the second. Senses of words: 64 sentences written for this project; is the most similar use of a word of the same "
    "sense? untrained is a network of the same shape with random weights, words counts words."
)


class Counts(NamedTuple):
    """What a count of the training text tells without learning.

    Attributes:
        often: (V,), how often each token came.
        after: (V, BEST), what followed each token most often, best first.
    """

    often: Tensor
    after: Tensor

    @classmethod
    def read(cls, folder: Path) -> "Counts | None":
        """Open counts.json of a checkpoint; None where nobody counted, as for a model from the Hub."""
        path = folder / "counts.json"
        if not path.is_file():
            return None
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(torch.tensor(raw["often"]), torch.tensor(raw["after"]))


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """How often a model knows what was hidden in the test texts of a set, or in all .txt files of a folder.

    Args:
        checkpoint: with a Bert, its tokenizer.json and counts.json.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.

    Returns:
        See `gaps`.
    """
    vocabulary = Vocabulary.read(checkpoint.folder)
    return gaps(checkpoint, corpus.encode(corpus.read(spec, "test", root=root), vocabulary))


def gaps(checkpoint: Checkpoint, tokens: Numbers) -> dict[str, float]:
    """Hide 15 % of a text, each token by the mask, and count right guesses of the model and of what needs none.

    Returns:
        {"accuracy", "top5_accuracy", the same behind "frequent_" and "left_", "chance", "bits" a hidden token, "n"}.
    """
    vocabulary, counts = Vocabulary.read(checkpoint.folder), Counts.read(checkpoint.folder)
    model, where = cast(Bert, checkpoint.model), checkpoint.device
    assert counts is not None
    marks, mask = torch.tensor(vocabulary.marks), vocabulary.mark(corpus.MASK)
    common = counts.often.argsort(descending=True, stable=True)[:BEST]
    guesses: dict[str, list[Tensor]] = {"": [], "frequent_": [], "left_": []}
    labels, bits = [], 0.0
    for number, given in enumerate(_every_stretch(tokens, model.config.context, vocabulary).split(TOGETHER)):
        chosen = pretext.choose(given, marks, generator(MASK_SEED, number))
        read = torch.where(chosen, mask, given)
        with torch.inference_mode():
            logits = model(read.to(where), chosen.to(where)).logits.float().cpu()  # (n, V)
        labels.append(given[chosen])
        bits += float(perplexity.surprise_bits(logits, labels[-1]).double().sum())
        guesses[""].append(logits.topk(BEST).indices)
        guesses["frequent_"].append(common.expand(len(logits), -1))
        left = read.roll(1, 1)[chosen]  # (n,)
        guesses["left_"].append(torch.where((left == mask)[:, None], common, counts.after[left]))
    told = torch.cat(labels)
    found = {"n": float(len(told)), "bits": bits / max(1, len(told)), "chance": 1 / len(vocabulary)}
    for name, rows in guesses.items():
        right = torch.cat(rows) == told[:, None]  # (n, BEST)
        found[f"{name}accuracy"] = int(right[:, 0].sum()) / max(1, len(told))
        found[f"{name}top5_accuracy"] = int(right.any(1).sum()) / max(1, len(told))
    return found


def one_at_a_time(checkpoint: Checkpoint, tokens: Numbers) -> dict[str, float]:
    """Hide one token after the other in stretches spread over a text.

    Returns:
        {"perplexity" a token, "pseudo_bits_per_character", both for token counts and for a blind guess, "n": tokens}.
    """
    vocabulary, counts = Vocabulary.read(checkpoint.folder), Counts.read(checkpoint.folder)
    model, where = cast(Bert, checkpoint.model), checkpoint.device
    assert counts is not None
    every = _every_stretch(tokens, model.config.context, vocabulary)
    spread = every[np.linspace(0, len(every) - 1, min(STRETCHES, len(every))).astype(int)]
    marks, mask = torch.tensor(vocabulary.marks), vocabulary.mark(corpus.MASK)

    def score(read: Tensor, at: Tensor) -> Tensor:
        return model(read.to(where), at.to(where)).logits.cpu()  # type: ignore[no-any-return]

    bits, unigram, scored, characters = 0.0, 0.0, 0, 0
    for given in spread:
        places = (~torch.isin(given, marks)).nonzero()[:, 0]  # (P,)
        each = pretext.pseudo_bits(score, given, places, mask)
        bits += float(each.double().sum())
        unigram += float(perplexity.unigram_bits(counts.often, given[places]).double().sum())
        scored += len(places)
        characters += len(vocabulary.decode(given[places].tolist()))
    return {
        "perplexity": perplexity.perplexity(bits, scored),
        "unigram_perplexity": perplexity.perplexity(unigram, scored),
        "chance_perplexity": float(len(vocabulary)),
        "pseudo_bits_per_character": perplexity.bits_per_character(bits, characters),
        "unigram_bits_per_character": perplexity.bits_per_character(unigram, characters),
        "chance_bits_per_character": perplexity.bits_per_character(scored * math.log2(len(vocabulary)), characters),
        "n": scored,
    }


def whose_novel(checkpoint: Checkpoint, documents: Sequence[str]) -> dict[str, float]:
    """Tell which of some novels a passage of 30 tokens is from, by a linear probe on frozen features.

    A probe learns from passages of the first half of each novel and is asked about the second. The features are the
    mean state before the last block.

    Args:
        checkpoint: with a Bert and its tokenizer.json.
        documents: two or more.

    Returns:
        {"accuracy", the same behind "untrained_" (a network of the same shape with random weights) and "words_" (counts
        of tokens), "chance", "n": passages asked}.
    """
    vocabulary, model = Vocabulary.read(checkpoint.folder), cast(Bert, checkpoint.model)
    halves: list[list[Tensor]] = [[], []]
    for document in documents:
        tokens = corpus.encode([document], vocabulary)
        for half, part in zip(halves, np.array_split(tokens, 2), strict=True):
            every = _every_stretch(part, min(PASSAGE, model.config.context), vocabulary)
            half.append(every[np.linspace(0, len(every) - 1, min(PASSAGES, len(every))).astype(int)])
    labels = [np.repeat(np.arange(len(half)), [len(rows) for rows in half]) for half in halves]
    passages = [torch.cat(half) for half in halves]  # (N, PASSAGE) to learn from, (M, PASSAGE) to ask about

    def accuracy(features: Callable[[Tensor], NDArray[np.float32]]) -> float:
        return linear_accuracy(features(passages[0]), labels[0], features(passages[1]), labels[1])

    @torch.inference_mode()
    def means(network: Bert, rows: Tensor) -> NDArray[np.float32]:
        parts = [network(part.to(checkpoint.device)).states[-2].mean(1) for part in rows.split(TOGETHER)]
        return np.asarray(torch.cat(parts).float().cpu().numpy())

    def word_counts(rows: Tensor) -> NDArray[np.float32]:
        return np.stack([np.bincount(row, minlength=len(vocabulary)) for row in rows.numpy()]).astype(np.float32)

    blank = untrained(model.config).to(checkpoint.device)
    return {
        "accuracy": accuracy(functools.partial(means, model)),
        "untrained_accuracy": accuracy(functools.partial(means, blank)),
        "words_accuracy": accuracy(word_counts),
        "chance": float(np.bincount(labels[1]).max() / len(labels[1])),
        "n": len(labels[1]),
    }


def _every_stretch(tokens: Numbers, context: int, vocabulary: Vocabulary) -> Tensor:
    """A text cut into stretches of a whole context, one behind the other; the rest at the end is left out."""
    inner = context - 2
    first = np.arange(0, max(1, len(tokens) - inner + 1), inner)
    return corpus.stretches(tokens, first, min(context, len(tokens) + 2), vocabulary)

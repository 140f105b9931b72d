"""The recipe: `python -m core.bert.train --data novels --preset cpu`.

A vocabulary of byte pairs is learned from the text first, as for GPT-2. Then a BERT predicts the hidden tokens of
random stretches of the text. No dropout: these runs see their text about once and do not overfit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from core import checkpoints
from core.bert import corpus, evaluation, pretext, senses
from core.bert.corpus import Numbers
from core.bert.evaluation import evaluate
from core.bert.model import Bert, Config, initialise
from core.bert.models import with_vocabulary
from core.bert.sentences import USES
from core.checkpoints import Checkpoint
from core.data import texts
from core.data.texts import Vocabulary
from core.device import generator
from core.errors import InputError
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

HELD_OUT = 50_000  # tokens at the end of the training text, or one per cent of it; settings are chosen on these


@dataclass(frozen=True, kw_only=True)
class BertRecipe(Recipe):
    """Train a BERT to predict hidden tokens of a text.

    Attributes:
        vocabulary: size of the byte-pair vocabulary.
        sample: million characters from which byte pairs are learned.
        limit: million characters of each training file to read; 0 reads all.
        share: of the tokens that are predicted.
        context: longest stretch, in tokens, marks included.
        width: size of the embeddings and hidden states.
        layers: blocks.
        heads: attention heads per block.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 5.3 M parameters; on one core (AVX512-BF16) shared with other work 82 minutes gave 6,230 steps
        "cpu": {
            "batch": 32,
            "width": 256,
            "layers": 4,
            "heads": 4,
            "share": 0.3,
            "lr": 5e-3,
            "muon_lr": 0.02,
            "minutes": 82.0,
            "steps": 100_000,
            "save_every": 1000,
        },
        # 23 M parameters; not yet timed on a GPU, so the clock ends it
        "gpu": {"width": 512, "layers": 6, "heads": 8, "batch": 256, "lr": 6e-4, "minutes": 27.0, "steps": 100_000},
    }

    name: str = "novels"
    steps: int = 20_000
    batch: int = 16
    lr: float = 7e-4
    weight_decay: float = 0.01
    vocabulary: int = 8000
    sample: int = 20
    limit: int = 0
    share: float = pretext.SHARE
    context: int = 128
    width: int = 192
    layers: int = 3
    heads: int = 3


RECIPE = BertRecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, evaluate on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(BertRecipe, argv)
    text = read(recipe)
    tokenizer = learn_vocabulary(text, recipe)
    vocabulary = Vocabulary(tokenizer)
    training, _ = split(text, vocabulary, recipe)
    starts = corpus.paragraph_starts(training, vocabulary)
    model = Bert(Config(len(vocabulary), recipe.context, recipe.width, recipe.layers, recipe.heads))
    initialise(model, generator(recipe.seed))

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        tokens, positions = corpus.draw(
            training, starts, vocabulary, context=recipe.context, batch=recipe.batch, rng=rng
        )
        read, chosen = hide(tokens, vocabulary, rng, recipe.share)
        return {"loss": pretext.masked_loss(network(read, chosen).logits.float(), tokens[chosen]), "ids": positions}

    result = loop.train(recipe, model, loss, method="bert")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="bert",
        data=f"{recipe.data}, training split, {len(training)} tokens of it",
        measure=measure,
        evaluate=evaluate,
        notes=evaluation.NOTES,
        extra={texts.TOKENIZER: tokenizer.encode(), "counts.json": count(training, len(vocabulary))},
    )


def learn_vocabulary(text: Sequence[str], recipe: BertRecipe) -> str:
    """The content of tokenizer.json: that of the checkpoint the run starts from, or learned from a sample."""
    if recipe.start:
        return (checkpoints.load(recipe.start).folder / texts.TOKENIZER).read_text(encoding="utf-8")
    return texts.train_bytes_bpe(texts.sample(text, recipe.sample), recipe.vocabulary, corpus.MARKS).to_str()


def hide(tokens: Tensor, vocabulary: Vocabulary, rng: torch.Generator, share: float) -> tuple[Tensor, Tensor]:
    """The corrupted tokens (B, T) int64 that the network reads, and the positions (B, T) bool that it predicts."""
    marks = torch.tensor(vocabulary.marks, device=tokens.device)
    chosen = pretext.choose(tokens, marks, rng, share)
    mask = vocabulary.mark(corpus.MASK)
    return pretext.corrupt(tokens, chosen, mask, marks, len(vocabulary), rng), chosen


def read(recipe: BertRecipe) -> list[str]:
    """The documents of the training split that the recipe asks for."""
    return corpus.read(recipe.data, "train", root=recipe.root, limit=1_000_000 * (recipe.limit or recipe.smoke))


def split(text: Sequence[str], vocabulary: Vocabulary, recipe: BertRecipe) -> tuple[Numbers, Numbers]:
    """The tokens of the training split without its held-out end, and that end.

    Raises:
        InputError: fewer tokens than one context.
    """
    tokens = corpus.encode(text, vocabulary)
    held_out = max(1, min(HELD_OUT, len(tokens) // 100))
    if len(tokens) - held_out <= recipe.context:
        raise InputError(
            "These texts are {tokens} tokens long; training needs more than {context}. Add texts, or lower --context.",
            tokens=len(tokens),
            context=recipe.context + held_out,
        )
    return tokens[:-held_out], tokens[-held_out:]


def count(training: Numbers, size: int) -> bytes:
    """The content of counts.json: occurrences of each token, and its most frequent followers."""
    tokens = torch.from_numpy(training.astype("int64"))
    token_counts, followers = tokens.bincount(minlength=size), pretext.followers(tokens, size, evaluation.BEST)
    return json.dumps({"often": token_counts.tolist(), "after": followers.tolist()}).encode()


def measure(checkpoint: Checkpoint, recipe: BertRecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: on the held-out end of the training split and on each set's test texts."""
    vocabulary = Vocabulary.read(checkpoint.folder)
    _, held_out = split(read(recipe), vocabulary, recipe)
    found = {f"{recipe.data}, end of the training split, held out": evaluation.masked_accuracy(checkpoint, held_out)}
    for spec in recipe.data.split("+"):
        unseen = corpus.read(spec, "test", root=recipe.root, limit=30_000 * recipe.smoke)
        tokens = corpus.encode(unseen, vocabulary)
        found[spec] = evaluation.masked_accuracy(checkpoint, tokens)
        found[spec + evaluation.ONE_AT_A_TIME] = evaluation.pseudo_perplexity(checkpoint, unseen)
        if len(unseen) > 1:
            found[spec + evaluation.WHICH_NOVEL] = evaluation.novel_probe(checkpoint, unseen)
    similar = senses.measure(with_vocabulary(cast(Bert, checkpoint.model), checkpoint), USES["en"], compare=True)
    assert similar.untrained is not None
    if similar.n:
        found[senses.ON_CARD] = {
            "accuracy": similar.model,
            "untrained_accuracy": similar.untrained,
            "words_accuracy": similar.naive,
            "chance": similar.chance_level,
            "n": similar.n,
        }
    return found


if __name__ == "__main__":
    main()

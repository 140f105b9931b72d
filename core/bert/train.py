"""The recipe: `python -m core.bert.train --data novels --preset cpu`.

A vocabulary of byte pairs is learned from the text first, as for GPT-2; then a BERT guesses what was hidden
in random stretches of it. No dropout: these runs see their text about once, so there is nothing to forget.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from core.bert import corpus, evaluation, pretext, senses
from core.bert.corpus import Numbers
from core.bert.evaluation import evaluate
from core.bert.model import Bert, Config, initialise
from core.bert.models import reader_of
from core.bert.sentences import USES
from core.checkpoints import Checkpoint
from core.data import texts
from core.data.texts import Vocabulary
from core.device import generator
from core.errors import InputError
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

HELD_OUT = 50_000  # tokens at the end of the training text, or a hundredth of it: test data choose nothing


@dataclass(frozen=True, kw_only=True)
class BertRecipe(Recipe):
    """Train a BERT to guess hidden tokens of a text.

    Attributes:
        vocabulary: entries of the byte-pair vocabulary.
        sample: million characters from which byte pairs are learned.
        limit: million characters of each training file to read; 0 reads all.
        share: of the tokens to guess.
        context: longest stretch, in tokens, marks included.
        width: numbers that stand for a token.
        layers: blocks.
        heads: attention heads a block.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 2.9 M parameters; on one core of its own 25 minutes gave 13,169 steps
        "cpu": {"limit": 50, "batch": 8, "minutes": 25.0, "steps": 100_000, "save_every": 2000},
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
    """Train, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(BertRecipe, argv)
    text = read(recipe)
    tokenizer = texts.train_bytes_bpe(texts.sample(text, recipe.sample), recipe.vocabulary, corpus.MARKS).to_str()
    vocabulary = Vocabulary(tokenizer)
    seen, _ = split(text, vocabulary, recipe)
    begin = corpus.openings(seen, vocabulary)
    model = Bert(Config(len(vocabulary), recipe.context, recipe.width, recipe.layers, recipe.heads))
    initialise(model, generator(recipe.seed))

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        tokens, places = corpus.draw(seen, begin, vocabulary, context=recipe.context, batch=recipe.batch, rng=rng)
        shown, chosen = hide(tokens, vocabulary, rng, recipe.share)
        return {"loss": pretext.masked_loss(network(shown, chosen).logits.float(), tokens[chosen]), "ids": places}

    result = loop.train(recipe, model, loss, method="bert")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="bert",
        data=f"{recipe.data}, training split, {len(seen)} tokens of it",
        measure=measure,
        evaluate=evaluate,
        notes=evaluation.NOTES,
        extra={"tokenizer.json": tokenizer.encode(), "counts.json": count(seen, len(vocabulary))},
    )


def hide(tokens: Tensor, vocabulary: Vocabulary, rng: torch.Generator, share: float) -> tuple[Tensor, Tensor]:
    """What the network reads (B, T) and which places it is to guess (B, T)."""
    marks = torch.tensor(vocabulary.marks, device=tokens.device)
    chosen = pretext.choose(tokens, marks, rng, share)
    mask = vocabulary.mark(corpus.MASK)
    return pretext.corrupt(tokens, chosen, mask, marks, len(vocabulary), rng), chosen


def read(recipe: BertRecipe) -> list[str]:
    """The documents of the training split that the recipe asks for."""
    return corpus.read(recipe.data, "train", root=recipe.root, limit=1_000_000 * (recipe.limit or recipe.smoke))


def split(text: Sequence[str], vocabulary: Vocabulary, recipe: BertRecipe) -> tuple[Numbers, Numbers]:
    """All tokens of the training split but for its end, which is held out, and that end.

    Raises:
        InputError: too few of them for a single stretch.
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


def count(seen: Numbers, size: int) -> bytes:
    """counts.json: how often each token came, and what followed it most often."""
    tokens = torch.from_numpy(seen.astype("int64"))
    often, after = tokens.bincount(minlength=size), pretext.followers(tokens, size, evaluation.BEST)
    return json.dumps({"often": often.tolist(), "after": after.tolist()}).encode()


def measure(checkpoint: Checkpoint, recipe: BertRecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card; the sets' test texts, but first the held-out end of the training split."""
    vocabulary = Vocabulary.read(checkpoint.folder)
    _, kept = split(read(recipe), vocabulary, recipe)
    found = {f"{recipe.data}, end of the training split, held out": evaluation.gaps(checkpoint, kept)}
    for spec in recipe.data.split("+"):
        unseen = corpus.read(spec, "test", root=recipe.root, limit=30_000 * recipe.smoke)
        tokens = corpus.encode(unseen, vocabulary)
        found[spec] = evaluation.gaps(checkpoint, tokens)
        found[spec + evaluation.ALONE] = evaluation.one_at_a_time(checkpoint, tokens)
        if len(unseen) > 1:
            found[spec + evaluation.WHICH] = evaluation.whose_novel(checkpoint, unseen)
    alike = senses.measure(reader_of(checkpoint), USES["en"], compare=True)
    assert alike.untrained is not None
    if alike.n:
        found["bundled sentences, senses of words"] = {
            "accuracy": alike.model,
            "untrained_accuracy": alike.untrained,
            "words_accuracy": alike.naive,
            "chance": alike.chance,
            "n": alike.n,
        }
    return found


if __name__ == "__main__":
    main()

"""The recipe: `python -m core.language.train --data novels --root FOLDER --name novels`.

A vocabulary is learned from the text first (`--tokens bytes`: byte pairs, as GPT-2; `--tokens characters`: one token a
character, for Chinese), then the model guesses every next token of random stretches of it. No dropout: these runs see
their text about once, so there is nothing to forget.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core import training
from core.checkpoints import Checkpoint
from core.data import texts
from core.data.texts import Vocabulary
from core.device import generator
from core.errors import InputError
from core.language import pretext
from core.language.model import GPT2, Config, initialise

HELD_OUT = 50_000  # tokens at the end of the training text, or a hundredth of it: test data choose nothing


@dataclass(frozen=True, kw_only=True)
class LanguageRecipe(training.Recipe):
    """Train a GPT-2 to guess the next token of a text.

    Attributes:
        tokens: "bytes" for byte pairs, "characters" for one token a character that is not rare.
        vocabulary: entries of the byte-pair vocabulary.
        least: how often a character must come to get a token of its own.
        sample: million characters from which byte pairs are learned.
        limit: million characters of each training file to read; 0 reads all.
        context: tokens the model can look back on.
        width: numbers that stand for a token.
        layers: blocks.
        heads: attention heads a block.
    """

    name: str = "novels"
    steps: int = 8000
    batch: int = 16
    lr: float = 2e-3
    weight_decay: float = 0.05
    tokens: str = "bytes"
    vocabulary: int = 8000
    least: int = 3
    sample: int = 20
    limit: int = 0
    context: int = 256
    width: int = 256
    layers: int = 4
    heads: int = 4


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = training.parse(LanguageRecipe, argv)
    text = texts.documents(recipe.data, "train", root=recipe.root, limit=1_000_000 * (recipe.limit or recipe.smoke))
    tokenizer = learn_vocabulary(text, recipe)
    vocabulary = Vocabulary(tokenizer)
    # Poems stand one a line, so the line end is what comes before a text; between books stands the end mark.
    start = vocabulary.end if recipe.tokens == "bytes" else vocabulary.encode("\n")[0]
    tokens = vocabulary.encode_all(text, start)
    held_out = min(HELD_OUT, len(tokens) // 100)
    seen, kept = tokens[:-held_out], tokens[-held_out:]
    model = GPT2(Config(len(vocabulary), recipe.context, recipe.width, recipe.layers, recipe.heads, start))
    initialise(model, generator(recipe.seed))

    def loss(network: nn.Module, step: int, chance: torch.Generator) -> dict[str, Tensor]:
        read, following = pretext.shift(make_batch(seen, step, chance, recipe))
        return {"loss": pretext.next_token_loss(network(read).logits.float(), following)}

    result = training.train(recipe, model, loss, wing="language")
    checkpoint = Checkpoint(f"language/{recipe.name}", model, None, result.folder, next(model.parameters()).device)

    def measure() -> dict[str, dict[str, float]]:
        found = {f"{recipe.data}, end of the training split, held out": measure_tokens(checkpoint, kept, vocabulary)}
        for spec in recipe.data.split("+"):
            unseen = texts.documents(spec, "test", root=recipe.root, limit=10_000 * recipe.smoke)
            found[spec] = measure_texts(checkpoint, unseen, vocabulary)
        return found

    counts = json.dumps(np.bincount(seen, minlength=len(vocabulary)).tolist()).encode()
    return training.write_checkpoint(
        recipe, result, model, wing="language", data=f"{recipe.data}, training split, {len(seen)} tokens of it",
        measure=measure, notes=NOTES, extra={"tokenizer.json": tokenizer.encode(), "counts.json": counts},
    )  # fmt: skip


NOTES = (
    "n is characters scored, line ends included, each once. Windows overlap by half a context. The first token of a "
    "text is predicted from the start token alone and counts. A character without a token of its own costs the bits of "
    "all its bytes. perplexity is a token."
)


def learn_vocabulary(text: Sequence[str], recipe: LanguageRecipe) -> str:
    """Learn the recipe's kind of vocabulary from a sample spread evenly over the documents; returns tokenizer.json.

    Raises:
        InputError: no such kind.
    """
    if recipe.tokens == "characters":
        return texts.train_characters(text, recipe.least).to_str()
    if recipe.tokens != "bytes":
        raise InputError("{kind} is no kind of vocabulary here: bytes or characters.", kind=recipe.tokens)
    share = min(1.0, 1_000_000 * recipe.sample / sum(map(len, text)))
    piece = 100_000  # characters; long strings make the trainer slow

    def sample() -> Iterator[str]:
        for document in text:
            for first in range(0, len(document), piece):
                yield document[first : first + int(share * piece)]

    return texts.train_bytes_bpe(sample(), recipe.vocabulary).to_str()


def make_batch(tokens: NDArray[np.uint16], step: int, chance: torch.Generator, recipe: LanguageRecipe) -> Tensor:
    """Cut `batch` stretches of context + 1 tokens: each epoch goes once through the text, from places moved at random.

    Returns:
        (B, context + 1) int64 on the generator's device.
    """
    stretches = (len(tokens) - 1) // recipe.context
    rows = training.indices(stretches, recipe.batch, step, recipe.seed)  # (B,)
    moved = torch.randint(0, recipe.context, rows.shape, generator=chance, device=chance.device).cpu()
    first = (rows * recipe.context + moved).clamp(max=len(tokens) - recipe.context - 1)  # (B,)
    places = first[:, None] + torch.arange(recipe.context + 1)  # (B, T + 1)
    return torch.from_numpy(tokens[places.numpy()].astype(np.int64)).to(chance.device)


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """How well a model foresees the test texts of a set, or all .txt files of a folder.

    Args:
        checkpoint: with a GPT2 and its tokenizer.json.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.

    Returns:
        {"bits_per_character", "perplexity" a token, "n": characters scored}: every character of the texts counts once,
        windows overlap by half a context, the first token is predicted from the start token alone.
    """
    return measure_texts(checkpoint, texts.documents(spec, "test", root=root), Vocabulary.read(checkpoint.folder))


def measure_texts(checkpoint: Checkpoint, documents: Sequence[str], vocabulary: Vocabulary) -> dict[str, float]:
    """Bits a character and perplexity a token over whole documents, each begun anew; see `evaluate`."""
    model = cast(GPT2, checkpoint.model)
    bits, tokens = 0.0, 0
    for document in documents:
        numbers = torch.tensor([model.config.start, *vocabulary.encode(document)], device=checkpoint.device)
        bits += float(pretext.text_bits(lambda read: model(read).logits, numbers, model.config.context).double().sum())
        tokens += len(numbers) - 1
    characters = sum(map(len, documents))
    return {
        "bits_per_character": pretext.bits_per_character(bits, characters),
        "perplexity": pretext.perplexity(bits, tokens),
        "n": characters,
    }


def measure_tokens(checkpoint: Checkpoint, tokens: NDArray[np.uint16], vocabulary: Vocabulary) -> dict[str, float]:
    """The same for a stretch of tokens cut out of the training text."""
    return measure_texts(checkpoint, [vocabulary.decode(tokens.tolist())], vocabulary)


if __name__ == "__main__":
    main()

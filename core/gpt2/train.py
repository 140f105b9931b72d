"""The recipe: `python -m core.gpt2.train --data novels --root FOLDER --name novels`.

A vocabulary is learned from the text first (`--tokens bytes`: byte pairs, as in GPT-2; `--tokens characters`: one token
per character, for Chinese). Then the model predicts every next token of random stretches of the text. No dropout: these
runs see their text about once and do not overfit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core import checkpoints
from core.checkpoints import Checkpoint
from core.data import texts
from core.data.batches import indices
from core.data.texts import Vocabulary
from core.device import generator
from core.downstream import perplexity
from core.errors import InputError
from core.gpt2 import pretext
from core.gpt2.model import GPT2, Config, initialise
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

HELD_OUT = 50_000  # tokens at the end of the training text, or one per cent of it; settings are chosen on these


@dataclass(frozen=True, kw_only=True)
class GPT2Recipe(Recipe):
    """Train a GPT-2 to predict the next token of a text.

    Attributes:
        tokens: "bytes" for byte pairs, "characters" for one token per character that is not rare.
        vocabulary: size of the byte-pair vocabulary.
        least: how often a character must occur to get a token of its own.
        sample: million characters from which byte pairs are learned.
        limit: million characters of each training file to read; 0 reads all.
        context: longest text that the model reads, in tokens.
        width: size of the embeddings and hidden states.
        layers: blocks.
        heads: attention heads per block.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 5.3 M parameters; 110 minutes on one core (AVX512-BF16), 6,200 steps, 25 M of 32 M tokens
        "cpu": {"lr": 5e-3, "muon_lr": 0.02, "steps": 100_000, "minutes": 110.0, "log_every": 100},
        # 3.1 M parameters with the tang poems' characters; 24 minutes on one core (AVX512-BF16), 3,650 steps, 2 epochs
        "cpu-tang": {
            "tokens": "characters",
            "context": 128,
            "width": 192,
            "lr": 5e-3,
            "muon_lr": 0.02,
            "steps": 20_000,
            "minutes": 24.0,
            "save_every": 2000,
        },
        # 1.1 M parameters, with snapshots; 6 minutes on one core (AVX512-BF16), 1,640 steps
        "small": {
            "vocabulary": 2000,
            "limit": 20,
            "sample": 5,
            "context": 128,
            "width": 128,
            "batch": 16,
            "minutes": 6.0,
            "steps": 100_000,
            "snapshots": True,
            "save_every": 2000,
        },
        # 23 M parameters; not yet timed on a GPU, so the clock ends it
        "gpu": {
            "vocabulary": 8000,
            "context": 512,
            "width": 512,
            "layers": 6,
            "heads": 8,
            "batch": 64,
            "lr": 1e-3,
            "minutes": 27.0,
            "steps": 40_000,
        },
    }

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


RECIPE = GPT2Recipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, evaluate on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(GPT2Recipe, argv)
    text = read(recipe)
    tokenizer = learn_vocabulary(text, recipe)
    vocabulary = Vocabulary(tokenizer)
    tokens, _ = split(text, vocabulary, recipe)
    model = build(recipe, vocabulary)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices((len(tokens) - 1) // recipe.context, recipe.batch, number, recipe.seed)
        return batch_loss(network, make_batch(tokens, rows, rng, recipe)) | {"ids": rows}

    result = loop.train(recipe, model, loss, method="gpt2")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="gpt2",
        data=f"{recipe.data}, training split, {len(tokens)} tokens of it",
        measure=measure,
        evaluate=evaluate,
        notes=NOTES,
        extra=beside_weights(tokenizer, tokens, len(vocabulary)),
    )


def build(recipe: GPT2Recipe, vocabulary: Vocabulary) -> GPT2:
    """The network of a recipe, untrained."""
    start = start_token(vocabulary, recipe)
    model = GPT2(Config(len(vocabulary), recipe.context, recipe.width, recipe.layers, recipe.heads, start))
    initialise(model, generator(recipe.seed))
    return model


def batch_loss(network: nn.Module, stretches: Tensor) -> dict[str, Tensor]:
    """Loss of predicting each next token of stretches (B, T + 1) of the text, in nats per token."""
    read, following = pretext.shift(stretches)
    return {"loss": pretext.next_token_loss(network(read).logits.float(), following)}


def beside_weights(tokenizer: str, tokens: NDArray[np.uint16], entries: int) -> dict[str, bytes]:
    """The files that a checkpoint needs beside its weights: the vocabulary, and how often each of its tokens occurs."""
    counts = json.dumps(np.bincount(tokens, minlength=entries).tolist()).encode()
    return {texts.TOKENIZER: tokenizer.encode(), "counts.json": counts}


def read(recipe: GPT2Recipe) -> list[str]:
    """The documents of the training split that the recipe asks for."""
    limit = 1_000_000 * (recipe.limit or recipe.smoke)
    return list(texts.documents(recipe.data, "train", root=recipe.root, limit=limit))


def start_token(vocabulary: Vocabulary, recipe: GPT2Recipe) -> int:
    """The token in front of a text: the line end for poems, one per line; the end-of-text token between books."""
    return vocabulary.end if recipe.tokens == "bytes" else vocabulary.encode("\n")[0]


def split(
    text: Sequence[str], vocabulary: Vocabulary, recipe: GPT2Recipe, *, parts: int = 100
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """The tokens of the training split without its held-out end, one of so many parts, and that end.

    Raises:
        InputError: fewer tokens than one context.
    """
    tokens = vocabulary.encode_all(text, start_token(vocabulary, recipe))
    held_out = max(1, min(HELD_OUT, len(tokens) // parts))
    if len(tokens) - held_out <= recipe.context:
        raise InputError(
            "These texts are {tokens} tokens long; training needs more than {context}. Add texts, or lower --context.",
            tokens=len(tokens),
            context=recipe.context + held_out,
        )
    return tokens[:-held_out], tokens[-held_out:]


def measure(checkpoint: Checkpoint, recipe: GPT2Recipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: on the held-out end of the training split and on each set's test texts."""
    vocabulary = Vocabulary.read(checkpoint.folder)
    _, held_out = split(read(recipe), vocabulary, recipe)
    found = {f"{recipe.data}, end of the training split, held out": measure_tokens(checkpoint, held_out, vocabulary)}
    for spec in recipe.data.split("+"):
        unseen = texts.documents(spec, "test", root=recipe.root, limit=10_000 * recipe.smoke)
        found[spec] = measure_texts(checkpoint, unseen, vocabulary)
    return found


NOTES = (
    "n is characters scored, line ends included, each once. Windows overlap by half a context. The first token of a "
    "text is predicted from the start token alone and counts. A character without a token of its own costs the bits of "
    "all its bytes. perplexity is a token."
)


def learn_vocabulary(text: Sequence[str], recipe: GPT2Recipe) -> str:
    """Learn the recipe's kind of vocabulary from a sample spread evenly over the documents, or take that of its start.

    Returns:
        The content of tokenizer.json.

    Raises:
        InputError: no such kind.
    """
    if recipe.start:
        return (checkpoints.load(recipe.start).folder / texts.TOKENIZER).read_text(encoding="utf-8")
    if recipe.tokens == "characters":
        return texts.train_characters(text, recipe.least).to_str()
    if recipe.tokens != "bytes":
        raise InputError("{kind} is no kind of vocabulary here: bytes or characters.", kind=recipe.tokens)
    return texts.train_bytes_bpe(texts.sample(text, recipe.sample), recipe.vocabulary).to_str()


def make_batch(tokens: NDArray[np.uint16], rows: Tensor, rng: torch.Generator, recipe: GPT2Recipe) -> Tensor:
    """Cut the stretches `rows` (B,) out of the text, each shifted at random by less than its length.

    Returns:
        (B, context + 1) int64 on the generator's device.
    """
    shift = torch.randint(0, recipe.context, rows.shape, generator=rng, device=rng.device).cpu()
    first = (rows * recipe.context + shift).clamp(max=len(tokens) - recipe.context - 1)  # (B,)
    positions = first[:, None] + torch.arange(recipe.context + 1)  # (B, T + 1)
    return torch.from_numpy(tokens[positions.numpy()].astype(np.int64)).to(rng.device)


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """Bits per character and perplexity on the test texts of a set, or on all .txt files of a folder.

    Args:
        checkpoint: with a GPT2 and its tokenizer.json.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.

    Returns:
        {"bits_per_character", "perplexity" per token, "n": characters scored}. Every character counts once, windows
        overlap by half a context, the first token is predicted from the start token alone.
    """
    return measure_texts(checkpoint, texts.documents(spec, "test", root=root), Vocabulary.read(checkpoint.folder))


def measure_texts(checkpoint: Checkpoint, documents: Sequence[str], vocabulary: Vocabulary) -> dict[str, float]:
    """Bits per character and perplexity per token over whole documents, each with a fresh context; see `evaluate`."""
    model = cast(GPT2, checkpoint.model)
    bits, tokens = 0.0, 0
    for document in documents:
        indices = torch.tensor([model.config.start, *vocabulary.encode(document)], device=checkpoint.device)
        scored = perplexity.text_bits(lambda read: model(read).logits, indices, model.config.context)
        bits += float(scored.double().sum())
        tokens += len(scored)
    characters = sum(map(len, documents))
    return {
        "bits_per_character": perplexity.bits_per_character(bits, characters),
        "perplexity": perplexity.perplexity(bits, tokens),
        "n": characters,
    }


def measure_tokens(checkpoint: Checkpoint, tokens: NDArray[np.uint16], vocabulary: Vocabulary) -> dict[str, float]:
    """`measure_texts` for a stretch of tokens of the training text."""
    return measure_texts(checkpoint, [vocabulary.decode(tokens.tolist())], vocabulary)


if __name__ == "__main__":
    main()

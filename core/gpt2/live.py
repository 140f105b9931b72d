"""Training a GPT-2 in the page: what is measured and shown.

The vocabulary is the characters of the text, so that English and Chinese of 10,000 characters work alike.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.batches import indices
from core.data.texts import Vocabulary
from core.device import generator
from core.downstream import perplexity
from core.gpt2 import sampling
from core.gpt2.model import GPT2
from core.gpt2.models import CachedDecoder, LoadedModel
from core.gpt2.train import GPT2Recipe, batch_loss, beside_weights, build, learn_vocabulary, make_batch, read, split
from core.training import live
from core.training.live import Example, Task

PARTS = 20  # one of them, at the end of the text, is held out, as of the pictures
SCORED = 1000  # tokens of it that are scored, at most
PROMPT, LENGTH = 20, 80  # characters of the held-out part to begin with, and tokens that the model adds
TEMPERATURE = 0.8


def task(recipe: GPT2Recipe) -> Task:
    """The task of a recipe: train on the text but for its last twentieth, show how the beginning of that goes on."""
    text = read(recipe)
    tokenizer = learn_vocabulary(text, recipe)
    vocabulary = Vocabulary(tokenizer)
    tokens, held_out = split(text, vocabulary, recipe, parts=PARTS)
    held_out, model = held_out[:SCORED], build(recipe, vocabulary)
    seen, unseen = stretches(tokens, recipe.context), stretches(held_out, recipe.context)
    baseline = unigram_level(tokens, held_out, vocabulary)
    prompt = vocabulary.encode(beginning(vocabulary.decode(held_out.tolist())))

    def loss(network: torch.nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices((len(tokens) - 1) // recipe.context, recipe.batch, number, recipe.seed)
        return batch_loss(network, make_batch(tokens, rows, rng, recipe)) | {"ids": rows}

    def where() -> torch.device:
        return model.wte.weight.device

    def measure() -> dict[str, float]:
        def loss_of(part: Tensor, _: torch.Generator) -> Tensor:
            return batch_loss(model, part)["loss"]

        bits = bits_per_character(model, held_out, vocabulary)
        return {"bits": bits, "unigram_bits": baseline} | live.compared_losses(loss_of, seen, unseen, where())

    def show() -> tuple[Example, ...]:
        return (Example(text=continued(model, vocabulary, prompt)),)

    extra = beside_weights(tokenizer, tokens, len(vocabulary))
    data = f"{live.public(recipe.data)}, all of the text but its last {100 // PARTS} per cent"
    return Task(model, loss, measure, show, model, data, extra, items=recipe.batch * recipe.context)


def stretches(tokens: NDArray[np.uint16], context: int) -> Tensor:
    """A text (T,) cut into as many stretches as it has: (N, context + 1) int64, which overlap by the token between."""
    count = max(0, len(tokens) - 1) // context
    rows = np.arange(count)[:, None] * context + np.arange(context + 1)
    return torch.from_numpy(tokens[rows].astype(np.int64))


def bits_per_character(model: GPT2, tokens: NDArray[np.uint16], vocabulary: Vocabulary) -> float:
    """Surprisal of a text (T,) with a fresh context."""
    indices = torch.tensor([model.config.start, *tokens.tolist()], device=model.wte.weight.device)
    bits = perplexity.text_bits(lambda part: model(part).logits, indices, model.config.context)
    return perplexity.bits_per_character(float(bits.double().sum()), len(vocabulary.decode(tokens.tolist())))


def unigram_level(tokens: NDArray[np.uint16], held_out: NDArray[np.uint16], vocabulary: Vocabulary) -> float:
    """Bits per character of the held-out tokens by the frequencies of the training tokens alone."""
    counts = torch.from_numpy(np.bincount(tokens, minlength=len(vocabulary)))
    bits = perplexity.unigram_bits(counts, torch.from_numpy(held_out.astype(np.int64)))
    return perplexity.bits_per_character(float(bits.sum()), len(vocabulary.decode(held_out.tolist())))


def beginning(text: str) -> str:
    """The first PROMPT characters from the first line or word that begins in a text."""
    blank = next((place for place, character in enumerate(text[:PROMPT]) if character.isspace()), -1)
    return text[blank + 1 :][:PROMPT] or text[:PROMPT]


def continued(model: GPT2, vocabulary: Vocabulary, prompt: Sequence[int]) -> str:
    """A prompt and LENGTH tokens that the model adds, sampled with the same random numbers each time.

    A model that has diverged adds none.
    """
    decoder = CachedDecoder(LoadedModel(model, vocabulary, None, model.wte.weight.device))
    rng, tokens = generator(0), [model.config.start, *prompt]
    for _ in range(LENGTH):
        logits = decoder.next_logits(tokens)
        if not bool(logits.isfinite().all()):
            break
        tokens.append(sampling.draw(sampling.shape(logits, temperature=TEMPERATURE), rng))
    return vocabulary.decode(tokens[1:])

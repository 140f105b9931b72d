"""Networks of the Hub's sizes as the page asks them, with drawn weights: time does not depend on what they hold."""

from collections.abc import Callable

import torch

from core.bert import model as bert
from core.gpt2 import model as gpt2
from core.masked import model as masked

TOKENS = 60


def restore_picture() -> Callable[[], object]:
    """`facebook/vit-mae-base`: one picture of 224 pixels, a quarter of its patches visible."""
    network = masked.MaskedAutoencoder(
        masked.Config(224, 16, 768, 12, 12, 512, 8, 16, epsilon=1e-12, alibi=False, target="pixels")
    ).eval()
    keep = torch.arange(196)[None] % 4 == 0
    return lambda: network(torch.rand(1, 3, 224, 224), keep)


def continue_text() -> Callable[[], object]:
    """`gpt2`: a token after each of 60, with cached keys and values."""
    network = gpt2.GPT2(gpt2.Config(50257, 1024, 768, 12, 12)).eval()

    def ask() -> None:
        found = network(torch.arange(TOKENS)[None], last_only=True)
        for token in range(TOKENS):
            found = network(torch.tensor([[token]]), found.cache, last_only=True)

    return ask


def fill_gaps() -> Callable[[], object]:
    """`bert-base-uncased`: three hidden words of 60 tokens."""
    network = bert.Bert(bert.Config(30522, 512, 768, 12, 12, 2)).eval()
    tokens = torch.arange(TOKENS)[None]
    return lambda: network(tokens, tokens % 20 == 10)


HUB_SIZES: dict[str, Callable[[], Callable[[], object]]] = {
    "facebook/vit-mae-base: hide and restore": restore_picture,
    "gpt2: sixty tokens": continue_text,
    "bert-base: fill three gaps": fill_gaps,
}

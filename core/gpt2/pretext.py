"""How text labels itself: the right answer at every place is the token that follows.

Radford et al. 2019, sec. 2, eq. 1: the probability of a text is the product of the probabilities of its tokens, each
given those before it. `core/downstream/perplexity.py` counts what the product leaves, in bits.
"""

import torch.nn.functional as F
from torch import Tensor


def shift(tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Part a text (B, T + 1) into what is read (B, T) and the label that it makes itself (B, T): the next token."""
    return tokens[:, :-1], tokens[:, 1:]


def next_token_loss(logits: Tensor, following: Tensor) -> Tensor:
    """Cross-entropy of guessing the next token.

    Radford et al. 2019, eq. 1, as the mean of -log p over all places.

    Args:
        logits: (B, T, V), unnormalised.
        following: (B, T) int64, the token that came next.

    Returns:
        Scalar, nats a token; log V means chance.
    """
    return F.cross_entropy(logits.flatten(0, 1), following.flatten())

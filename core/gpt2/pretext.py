"""How text labels itself: the label at every position is the next token.

Radford et al. 2019, sec. 2, eq. 1: the probability of a text is the product of the probabilities of its tokens, each
given those before it. `core/downstream/perplexity.py` measures it in bits.
"""

import torch.nn.functional as F
from torch import Tensor


def shift(tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Split a text (B, T + 1) into the input (B, T) and its label (B, T), the next token."""
    return tokens[:, :-1], tokens[:, 1:]


def next_token_loss(logits: Tensor, following: Tensor) -> Tensor:
    """Cross-entropy of predicting the next token.

    Radford et al. 2019, eq. 1, as the mean of -log p over all positions.

    Args:
        logits: (B, T, V), unnormalised.
        following: (B, T) int64, the next token.

    Returns:
        Scalar, nats per token; log V is the chance level.
    """
    return F.cross_entropy(logits.flatten(0, 1), following.flatten())

"""From scores to a token: temperature, top-k, top-p, and one draw. Pure functions; the chance is an argument.

Fan et al. 2018 (top-k), Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration" (top-p, the nucleus).
"""

import torch
from torch import Tensor


def shape(logits: Tensor, *, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """Probabilities to draw from: sharpen or flatten, keep the k likeliest, of these the fewest that hold p together.

    Args:
        logits: (V,), unnormalised.
        temperature: divides the scores; 0 leaves only the likeliest token, the first of equals.
        top_k: how many tokens stay; 0 keeps all.
        top_p: share of the probability that the kept tokens reach at least; 1 keeps all.

    Returns:
        (V,) float64, summing to one, zero for what was cut.
    """
    scores = logits.double()
    likeliest = scores.argsort(descending=True, stable=True)  # (V,)
    if temperature == 0:
        return torch.zeros_like(scores).index_fill(0, likeliest[:1], 1.0)
    sharp = ((scores - scores.max()) / temperature).softmax(0)
    ranked = sharp[likeliest]  # (V,), falling
    if top_k:
        ranked[top_k:] = 0
        ranked = ranked / ranked.sum()
    if top_p < 1:
        before = ranked.cumsum(0) - ranked  # what the likelier ones hold already
        ranked[before >= top_p] = 0
        ranked[0] = ranked[0].clamp(min=torch.finfo(ranked.dtype).tiny)  # one always stays, also at top_p 0
    return torch.zeros_like(scores).scatter(0, likeliest, ranked / ranked.sum())


def draw(probabilities: Tensor, rng: torch.Generator) -> int:
    """Draw one token from probabilities (V,); the same generator state gives the same token."""
    return int(torch.multinomial(probabilities.cpu(), 1, generator=rng))


def window_start(tokens: int, context: int) -> int:
    """Where the model starts to read when a text of so many tokens is longer than its context.

    It moves on by half a context at a time, so what was remembered of the rest stays useful for that long. A function
    of the length alone: the token at a place is predicted from the same window, however the visitor came there.
    """
    half = max(1, context // 2)
    return 0 if tokens <= context else -(-(tokens - context) // half) * half

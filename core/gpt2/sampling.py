"""From logits to a token: temperature, top-k, top-p, and one draw. Pure functions; the generator is an argument.

Fan et al. 2018 (top-k), Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration" (top-p, the nucleus).
"""

import torch
from torch import Tensor


def shape(logits: Tensor, *, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """Probabilities to sample from: divide by the temperature, keep the top k, of these the nucleus of mass p.

    Args:
        logits: (V,), unnormalised.
        temperature: divides the logits; 0 keeps only the most likely token, the first of equals.
        top_k: how many tokens to keep; 0 keeps all.
        top_p: least total probability of the kept tokens; 1 keeps all.

    Returns:
        (V,) float64, summing to one, zero for removed tokens.
    """
    scores = logits.double()
    if temperature == 0:
        return torch.zeros_like(scores).index_fill(0, scores.argmax(), 1.0)  # PyTorch's argmax is the first of equals
    sharp = ((scores - scores.max()) / temperature).softmax(0)
    if not top_k and top_p >= 1:
        return sharp / sharp.sum()
    likeliest = most_likely(scores, top_k or len(scores))
    ranked = sharp[likeliest]  # (k,), falling
    ranked = ranked / ranked.sum()
    if top_p < 1:
        before = ranked.cumsum(0) - ranked  # total of the more likely tokens
        ranked[before >= top_p] = 0
        ranked[0] = ranked[0].clamp(min=torch.finfo(ranked.dtype).tiny)  # one token stays, also at top_p 0
    return torch.zeros_like(scores).scatter(0, likeliest, ranked / ranked.sum())


def most_likely(scores: Tensor, k: int) -> Tensor:
    """Indices (k,) of the highest scores (V,), best first, equals in their order; it sorts no more than it must."""
    if k >= len(scores):
        return scores.argsort(descending=True, stable=True)
    candidates = (scores >= scores.topk(k).values[-1]).nonzero()[:, 0]  # k of them, or more with equals
    return candidates[scores[candidates].argsort(descending=True, stable=True)][:k]


def draw(probabilities: Tensor, rng: torch.Generator) -> int:
    """Draw one token from probabilities (V,); the same generator state gives the same token.

    One number decides where in their running total the token lies: `torch.multinomial` draws a number for every token
    of the vocabulary, which takes ten times as long.
    """
    total = probabilities.cpu().cumsum(0)  # (V,)
    at = torch.rand((), generator=rng, dtype=total.dtype) * total[-1]
    last = int((total < total[-1]).sum())  # that may be drawn, should the product be rounded up
    return min(int(torch.searchsorted(total, at, right=True)), last)


def window_start(tokens: int, context: int) -> int:
    """First position that the model reads when a text is longer than its context.

    It advances by half a context at a time, so that the cache stays valid in between. It depends on the length alone:
    the token at a position is always predicted from the same window.

    Args:
        tokens: length of the text.
        context: of the model, in tokens.
    """
    half = max(1, context // 2)
    return 0 if tokens <= context else -(-(tokens - context) // half) * half

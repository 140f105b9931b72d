"""Labels, losses and sampling against slow transcriptions, closed forms and themselves."""

import math
from collections import Counter

import pytest
import torch

from core.device import generator
from core.downstream import perplexity
from core.gpt2 import pretext, sampling


def test_the_label_is_the_next_token() -> None:
    read, following = pretext.shift(torch.tensor([[5, 6, 7, 8]]))
    assert read.tolist() == [[5, 6, 7]]
    assert following.tolist() == [[6, 7, 8]]


def test_loss_equals_the_formula_written_slowly() -> None:
    logits = torch.randn(2, 3, 7, generator=generator(0), dtype=torch.float64)
    following = torch.randint(0, 7, (2, 3), generator=generator(1))
    total = 0.0
    for row in range(2):
        for position in range(3):
            scores = [math.exp(float(s)) for s in logits[row, position]]
            total -= math.log(scores[int(following[row, position])] / sum(scores))
    assert pretext.next_token_loss(logits, following).item() == pytest.approx(total / 6, abs=1e-9)
    bits = perplexity.surprise_bits(logits, following)
    assert bits.mean().item() == pytest.approx(total / 6 / math.log(2), abs=1e-5)


def test_equal_logits_cost_log_vocabulary() -> None:
    loss = pretext.next_token_loss(torch.zeros(1, 4, 32), torch.zeros(1, 4, dtype=torch.int64))
    assert loss.item() == pytest.approx(math.log(32), abs=1e-6)


def slow_shape(logits: torch.Tensor, temperature: float, top_k: int, top_p: float) -> list[float]:
    """The definitions of Fan et al. and Holtzman et al. in plain Python."""
    weights = [math.exp(float(s) / temperature) for s in logits]
    order = sorted(range(len(weights)), key=lambda i: -weights[i])[: top_k or None]
    total, held, kept = sum(weights[i] for i in order), 0.0, []
    for i in order:
        kept.append(i)
        held += weights[i] / total
        if held >= top_p:
            break
    rest = sum(weights[i] for i in kept)
    return [weights[i] / rest if i in kept else 0.0 for i in range(len(weights))]


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("top_k", [0, 1, 5])
@pytest.mark.parametrize("top_p", [0.0, 0.35, 0.9, 1.0])
def test_shape_equals_the_definitions(temperature: float, top_k: int, top_p: float) -> None:
    logits = 2 * torch.randn(20, generator=generator(4))
    found = sampling.shape(logits, temperature=temperature, top_k=top_k, top_p=top_p)
    assert found.tolist() == pytest.approx(slow_shape(logits, temperature, top_k, top_p), abs=1e-9)
    assert found.sum().item() == pytest.approx(1.0)
    assert not top_k or int((found > 0).sum()) <= top_k


def test_temperature_has_its_two_ends() -> None:
    logits = torch.tensor([1.0, 3.0, 3.0, -2.0])
    assert sampling.shape(logits, temperature=0).tolist() == [0, 1, 0, 0]
    nearly = sampling.shape(torch.tensor([1.0, 3.0, 2.0]), temperature=0.01)
    assert nearly[1].item() == pytest.approx(1.0)
    flat = sampling.shape(torch.tensor([1.0, 3.0, 2.0]), temperature=1e6)
    assert flat.tolist() == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_draws_follow_the_probabilities() -> None:
    probabilities = torch.tensor([0.5, 0.0, 0.3, 0.2])
    drawn = Counter(sampling.draw(probabilities, generator(9, i)) for i in range(2000))
    assert drawn[1] == 0
    assert drawn[0] / 2000 == pytest.approx(0.5, abs=0.05)
    assert drawn[2] / 2000 == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize("context", [2, 7, 8, 256])
def test_reading_windows_fit_the_context(context: int) -> None:
    starts = [sampling.window_start(n, context) for n in range(1, 5 * context)]
    for n, start in enumerate(starts, 1):
        assert n - start <= context
        assert n - start > min(n, context) - max(1, context // 2) - 1
    assert starts == sorted(starts)
    assert len(set(starts)) <= 5 * context // max(1, context // 2) + 1

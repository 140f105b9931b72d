"""GPT-2: parity with transformers, causality, cache, gradients, and overfitting one batch."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel

from core import checkpoints
from core.device import generator
from core.errors import CheckpointError
from core.gpt2 import pretext
from core.gpt2.model import GPT2, Config, attention_weights, initialise

TINY = Config(vocabulary=41, context=16, width=24, layers=3, heads=4, start=2)


def tiny(seed: int = 0) -> GPT2:
    model = GPT2(TINY)
    initialise(model, generator(seed))
    return model


def some_tokens(batch: int, length: int, seed: int = 1) -> Tensor:
    return torch.randint(0, TINY.vocabulary, (batch, length), generator=generator(seed))


@pytest.mark.parametrize(("batch", "length"), [(1, 1), (2, 7), (3, 16)])
def test_output_shapes_are_documented_ones(batch: int, length: int) -> None:
    output = tiny()(some_tokens(batch, length), show_attention=True)
    assert output.logits.shape == (batch, length, 41)
    assert [state.shape for state in output.states] == [(batch, length, 24)] * 4
    assert [weights.shape for weights in output.attentions] == [(batch, 4, length, length)] * 3
    assert [layer.keys.shape for layer in output.cache] == [(batch, 4, length, 6)] * 3


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    """A tiny random gpt2 in the Hub's format, with weights large enough that a wrong detail shows."""
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(5).get_state())
        config = GPT2Config(
            vocab_size=41, n_positions=16, n_embd=24, n_layer=3, n_head=4, bos_token_id=2, eos_token_id=2
        )
        config.initializer_range = 0.3
        GPT2LMHeadModel(config).save_pretrained(tmp_path)
    return tmp_path


def test_hub_weights_give_what_transformers_gives(hub_folder: Path) -> None:
    model = checkpoints.load(str(hub_folder)).model
    theirs = GPT2LMHeadModel.from_pretrained(hub_folder, attn_implementation="eager").eval()
    tokens = some_tokens(2, 16)
    with torch.inference_mode():
        mine = model(tokens, show_attention=True)
        expected = theirs(tokens, output_attentions=True, output_hidden_states=True)
    assert isinstance(model, GPT2)
    assert model.config == TINY
    assert torch.allclose(mine.logits, expected.logits, atol=1e-4)
    for own, reference in zip(mine.states, expected.hidden_states, strict=True):
        assert torch.allclose(own, reference, atol=1e-4)
    for own, reference in zip(mine.attentions, expected.attentions, strict=True):
        assert torch.allclose(own, reference, atol=1e-5)


def test_mismatched_hub_weights_are_refused(hub_folder: Path) -> None:
    text = (hub_folder / "config.json").read_text()
    (hub_folder / "config.json").write_text(text.replace('"n_layer": 3', '"n_layer": 4'))
    with pytest.raises(CheckpointError, match="do not fit"):
        GPT2.from_hub(hub_folder)


def test_later_tokens_leave_earlier_logits_alone() -> None:
    model, tokens = tiny(), some_tokens(1, 12)
    changed = tokens.clone()
    changed[0, 8] = (changed[0, 8] + 1) % TINY.vocabulary
    with torch.inference_mode():
        before, after = model(tokens).logits, model(changed).logits
    assert torch.equal(before[:, :8], after[:, :8])
    assert not torch.allclose(before[:, 8:], after[:, 8:])


@pytest.mark.parametrize("cuts", [(1,), (5, 6, 11), tuple(range(1, 12))])
def test_cached_reading_equals_whole_reading(cuts: tuple[int, ...]) -> None:
    model, tokens = tiny(), some_tokens(2, 12)
    with torch.inference_mode():
        at_once = model(tokens)
        parts, cache = [], ()
        for part in torch.tensor_split(tokens, cuts, dim=1):
            output = model(part, cache)
            parts.append(output.logits)
            cache = output.cache
    assert torch.allclose(torch.cat(parts, 1), at_once.logits, atol=1e-5)


@pytest.mark.parametrize(("batch", "length"), [(1, 1), (2, 7), (3, 16)])
def test_scoring_the_last_position_alone_changes_nothing(batch: int, length: int) -> None:
    model, tokens = tiny(), some_tokens(batch, length)
    whole, last = model(tokens), model(tokens, last_only=True)
    assert last.logits.shape == (batch, 1, 41)
    torch.testing.assert_close(last.logits, whole.logits[:, -1:], atol=1e-5, rtol=0)
    for name in ("states", "cache"):
        torch.testing.assert_close(getattr(last, name), getattr(whole, name), atol=0, rtol=0)


def test_attention_is_the_formula_written_slowly() -> None:
    q, k = torch.randn(1, 1, 2, 3, generator=generator(2)), torch.randn(1, 1, 4, 3, generator=generator(3))
    found = attention_weights(q, k)[0, 0]
    for row in range(2):
        seen = row + 3  # the two queries are the last of four tokens
        scores = [math.exp(float(q[0, 0, row] @ k[0, 0, s]) / math.sqrt(3)) for s in range(seen)]
        expected = [score / sum(scores) for score in scores] + [0.0] * (4 - seen)
        assert found[row].tolist() == pytest.approx(expected, abs=1e-6)


def test_showing_attention_changes_nothing() -> None:
    model, tokens = tiny(), some_tokens(1, 9)
    with torch.inference_mode():
        shown = model(tokens, show_attention=True)
        assert torch.allclose(shown.logits, model(tokens).logits, atol=1e-5)
    for weights in shown.attentions:
        assert torch.allclose(weights.sum(-1), torch.ones(1, 4, 9), atol=1e-5)
        assert not weights.triu(1).any()


def test_gradient_reaches_every_parameter() -> None:
    model = tiny()
    read, following = pretext.shift(some_tokens(4, 17))
    pretext.next_token_loss(model(read).logits, following).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_overfits_one_batch() -> None:
    model = tiny()
    read, following = pretext.shift(some_tokens(4, 13))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(120):
        loss = pretext.next_token_loss(model(read).logits, following)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05  # chance is log 41 = 3.7


def test_fresh_weights_know_nothing_and_repeat() -> None:
    read, following = pretext.shift(some_tokens(8, 17))
    first, again, other = tiny(7), tiny(7), tiny(8)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not torch.equal(first.wte.weight, other.wte.weight)
    assert pretext.next_token_loss(first(read).logits, following).item() == pytest.approx(math.log(41), abs=0.1)

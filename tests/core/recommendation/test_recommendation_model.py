"""BERT4Rec: parity with torch's encoder layer, both directions, padding, gradients, one batch overfitted."""

import pytest
import torch
from torch import Tensor, nn

from core.device import generator
from core.recommendation import pretext
from core.recommendation.model import BERT4Rec, Block, Config, initialise

TINY = Config(films=23, context=9, width=16, layers=2, heads=4)


def tiny(seed: int = 0, config: Config = TINY) -> BERT4Rec:
    model = BERT4Rec(config)
    initialise(model, torch.arange(config.films), generator(seed))
    return model


def some_films(batch: int, length: int, seed: int = 1) -> Tensor:
    return torch.randint(0, TINY.films, (batch, length), generator=generator(seed))


def last(films: Tensor) -> Tensor:
    asked = torch.zeros_like(films, dtype=torch.bool)
    asked[:, -1] = True
    return asked


@pytest.mark.parametrize(("batch", "length"), [(1, 1), (2, 4), (3, 9)])
def test_output_shapes(batch: int, length: int) -> None:
    films = some_films(batch, length)
    asked = torch.rand(batch, length, generator=generator(2)) < 0.5
    asked[0, 0] = True
    output = tiny()(films, asked)
    assert output.logits.shape == (int(asked.sum()), 23)
    assert output.states.shape == (batch, length, 16)
    assert [weights.shape for weights in output.attentions] == [(batch, 4, length, length)] * 2
    assert torch.allclose(output.attentions[0].sum(-1), torch.ones(batch, 4, length), atol=1e-6)


def test_block_equals_torchs_encoder_layer() -> None:
    with torch.random.fork_rng():
        torch.random.manual_seed(0)
        theirs = nn.TransformerEncoderLayer(16, 4, 64, 0.0, "gelu", batch_first=True, norm_first=True).eval()
        block = Block(TINY)
    names = {
        "attend.weight": "self_attn.in_proj_weight",
        "attend.bias": "self_attn.in_proj_bias",
        "merge.weight": "self_attn.out_proj.weight",
        "merge.bias": "self_attn.out_proj.bias",
        "widen.weight": "linear1.weight",
        "widen.bias": "linear1.bias",
        "narrow.weight": "linear2.weight",
        "narrow.bias": "linear2.bias",
        "norm_1.weight": "norm1.weight",
        "norm_1.bias": "norm1.bias",
        "norm_2.weight": "norm2.weight",
        "norm_2.bias": "norm2.bias",
    }
    weights = theirs.state_dict()
    block.load_state_dict({ours: weights[name] for ours, name in names.items()})
    x = torch.randn(3, 7, 16, generator=generator(5))
    absent = torch.zeros(3, 7, dtype=torch.bool)
    absent[1, :4] = True
    mixed, _ = block(x, absent)
    expected = theirs(x, src_key_padding_mask=absent)
    assert torch.allclose(mixed[~absent], expected[~absent], atol=1e-5)


def test_attention_is_bidirectional() -> None:
    films = some_films(1, 7)
    asked = torch.zeros_like(films, dtype=torch.bool)
    asked[0, 3] = True
    before = tiny()(films, asked).logits
    for place in (0, 6):
        other = films.clone()
        other[0, place] = (films[0, place] + 1) % TINY.films
        assert not torch.allclose(before, tiny()(other, asked).logits)


def test_padding_changes_no_logits() -> None:
    films = some_films(2, 5)
    padded = torch.cat([torch.full((2, 4), TINY.padding), films], 1)
    short, long = tiny()(films, last(films)), tiny()(padded, last(padded))
    assert torch.allclose(short.logits, long.logits, atol=1e-5)


def test_order_changes_the_scores() -> None:
    model, films = tiny(), torch.tensor([[1, 2, 3, 4, TINY.hidden]])
    turned = torch.tensor([[4, 3, 2, 1, TINY.hidden]])
    assert not torch.allclose(model(films, last(films)).logits, model(turned, last(turned)).logits)


def test_dropout_is_an_argument() -> None:
    model, films = tiny(), some_films(2, 5)
    everything = torch.ones(5, 2, 5, 16)
    plain = model(films, last(films)).logits
    assert torch.equal(plain, model(films, last(films), everything).logits)
    nothing = model(films, last(films), torch.zeros(5, 2, 5, 16)).logits
    assert torch.allclose(nothing[0], nothing[1]), "with all dropped, no row has information"


def test_untrained_model_predicts_popularity() -> None:
    model, films = tiny(), some_films(3, 6)
    logits = model(films, last(films)).logits
    counts = torch.arange(TINY.films) + 1.0
    assert torch.allclose(logits.softmax(-1), (counts / counts.sum()).expand(3, -1), atol=0.02)


def test_gradient_reaches_every_parameter() -> None:
    model, films = tiny(), some_films(6, 9)
    films[0, :3] = TINY.padding
    asked = torch.rand(films.shape, generator=generator(3)) < 0.3
    asked &= films != TINY.padding
    asked[:, -1] = True
    logits = model(films.masked_fill(asked, TINY.hidden), asked).logits
    pretext.masked_film_loss(logits, films[asked]).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert float(parameter.grad.abs().sum()) > 0, name


def test_one_batch_is_overfitted() -> None:
    model, films = tiny(), some_films(8, 9)
    asked = last(films)
    seen = films.masked_fill(asked, TINY.hidden)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(150):
        loss = pretext.masked_film_loss(model(seen, asked).logits, films[asked])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05

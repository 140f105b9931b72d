"""The network: shapes, parity with `transformers`, both sides visible, gradients, overfitting one batch."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM, BertForPreTraining

from core.bert import pretext
from core.bert.model import Bert, Config, initialise, sinusoids, untrained
from core.device import generator

TINY = Config(40, 24, 16, 2, 2)


def tokens(rows: int, length: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(3, 40, (rows, length), generator=generator(seed))


def test_output_shapes_are_documented_ones() -> None:
    model = untrained(TINY)
    for rows, length in ((1, 3), (3, 24)):
        found = model(tokens(rows, length))
        assert found.logits.shape == (rows, length, 40)
        assert [state.shape for state in found.states] == [(rows, length, 16)] * 3


def test_logits_at_positions_equal_all() -> None:
    model, read = untrained(TINY), tokens(2, 9)
    at = torch.zeros(2, 9, dtype=torch.bool)
    at[0, 3] = at[1, 0] = at[1, 8] = True
    assert torch.allclose(model(read, at).logits, model(read).logits[at], atol=1e-6)


def test_loss_equals_that_of_transformers() -> None:
    theirs = BertForMaskedLM(
        BertConfig(
            vocab_size=40,
            max_position_embeddings=24,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            type_vocab_size=1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    ).eval()
    model = Bert(TINY)
    initialise(model, generator(3))
    theirs.load_state_dict({name.removeprefix("net."): tensor for name, tensor in model.state_dict().items()})
    read = tokens(4, 20)
    chosen = pretext.choose(read, torch.tensor([0, 1, 2]), generator(4))
    shown = pretext.corrupt(read, chosen, 2, torch.tensor([0, 1, 2]), 40, generator(5))
    labels = torch.where(chosen, read, -100)  # what theirs leaves out
    ours = pretext.masked_loss(model(shown, chosen).logits, read[chosen])
    assert torch.allclose(ours, theirs(shown, labels=labels).loss, atol=1e-6)


def test_hub_folders_give_equal_logits(tmp_path: Path) -> None:
    size = {"vocab_size": 40, "max_position_embeddings": 24, "hidden_size": 16, "num_hidden_layers": 2}
    theirs = BertForMaskedLM(BertConfig(**size, num_attention_heads=2, intermediate_size=64)).eval()
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_hub(tmp_path).eval()
    assert ours.config == Config(40, 24, 16, 2, 2, kinds=2)
    read = tokens(2, 7)
    assert torch.allclose(ours(read).logits, theirs(read).logits, atol=1e-6)


def test_original_parameter_names_are_understood(tmp_path: Path) -> None:
    """BERT's own release calls a norm's weight gamma, its bias beta, and has a pooler and next-sentence prediction."""
    size = {"vocab_size": 40, "max_position_embeddings": 24, "hidden_size": 16, "num_hidden_layers": 2}
    theirs = BertForPreTraining(BertConfig(**size, num_attention_heads=2, intermediate_size=64)).eval()
    with torch.no_grad():
        for weight in theirs.parameters():
            weight.normal_(0, 0.3, generator=generator(6))
    theirs.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    renamed = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): weight
        for name, weight in weights.items()
    }
    save_file(renamed, tmp_path / "model.safetensors", {"format": "pt"})
    ours, read = Bert.from_hub(tmp_path).eval(), tokens(2, 7)
    assert torch.allclose(ours(read).logits, theirs(read).prediction_logits, atol=1e-5)


def test_every_position_sees_both_sides() -> None:
    model, read = untrained(TINY), tokens(1, 9)
    before = model(read).logits
    for changed in (0, 8):
        other = read.clone()
        other[0, changed] = (other[0, changed] - 2) % 37 + 3
        assert (model(other).logits - before)[0, 4].abs().max() > 1e-4


def test_a_gradient_reaches_every_parameter() -> None:
    model = Bert(TINY)
    initialise(model, generator(0))
    read = tokens(2, 24)
    F.cross_entropy(model(read).logits.flatten(0, 1), read.flatten()).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0 or name.endswith("key.bias"), (
            name
        )  # a key's bias moves no share of attention


def test_overfits_one_batch() -> None:
    model = Bert(TINY)
    initialise(model, generator(1))
    read = tokens(4, 12)
    chosen = pretext.choose(read, torch.tensor([0, 1, 2]), generator(2), 0.3)
    shown = torch.where(chosen, 2, read)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    for _ in range(80):
        loss = pretext.masked_loss(model(shown, chosen).logits, read[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


def test_fresh_weights_follow_the_generator() -> None:
    first, again, other = (untrained(TINY, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    name = "net.bert.encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(first[name], other[name])
    assert 0.1 < first[name].std() < 0.18, "0.02 at a width of 768 is 0.14 at one of 16"


def test_neighbouring_positions_start_most_similar() -> None:
    waves = sinusoids(50, 32)
    assert waves.abs().max() <= 1
    alike = waves @ waves.T
    for position in range(1, 49):
        others = alike[position].clone()
        others[position] = -torch.inf
        assert int(others.argmax()) in (position - 1, position + 1)

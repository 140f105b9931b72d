"""The network: shapes, parity with `transformers`, both sides in sight, gradients, one batch by heart."""

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


def test_shapes_of_one_text_and_of_several() -> None:
    model = untrained(TINY)
    for rows, length in ((1, 3), (3, 24)):
        found = model(tokens(rows, length))
        assert found.logits.shape == (rows, length, 40)
        assert [state.shape for state in found.states] == [(rows, length, 16)] * 3


def test_scores_at_named_places_are_those_of_the_whole() -> None:
    model, read = untrained(TINY), tokens(2, 9)
    at = torch.zeros(2, 9, dtype=torch.bool)
    at[0, 3] = at[1, 0] = at[1, 8] = True
    assert torch.allclose(model(read, at).logits, model(read).logits[at], atol=1e-6)


def test_loss_equals_that_of_transformers_on_the_same_weights_and_labels() -> None:
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


def test_a_hub_folder_opens_to_the_same_scores(tmp_path: Path) -> None:
    size = {"vocab_size": 40, "max_position_embeddings": 24, "hidden_size": 16, "num_hidden_layers": 2}
    theirs = BertForMaskedLM(BertConfig(**size, num_attention_heads=2, intermediate_size=64)).eval()
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_hub(tmp_path).eval()
    assert ours.config == Config(40, 24, 16, 2, 2, kinds=2)
    read = tokens(2, 7)
    assert torch.allclose(ours(read).logits, theirs(read).logits, atol=1e-6)


def test_the_names_of_bert_s_own_release_are_understood(tmp_path: Path) -> None:
    """It calls a norm's weight gamma, its bias beta, and brings a pooler and the prediction of next sentences."""
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


def test_every_place_sees_both_sides() -> None:
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


def test_one_batch_can_be_learned_by_heart() -> None:
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


def test_fresh_weights_hang_on_the_generator_alone() -> None:
    first, again, other = (untrained(TINY, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    name = "net.bert.encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(first[name], other[name])
    assert 0.1 < first[name].std() < 0.18, "0.02 at a width of 768 is 0.14 at one of 16"


def test_places_begin_as_waves_whose_neighbours_are_most_alike() -> None:
    waves = sinusoids(50, 32)
    assert waves.abs().max() <= 1
    alike = waves @ waves.T
    for place in range(1, 49):
        others = alike[place].clone()
        others[place] = -torch.inf
        assert int(others.argmax()) in (place - 1, place + 1)

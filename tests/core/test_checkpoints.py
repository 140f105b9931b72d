"""A checkpoint comes back as it was saved, a damaged one is refused, and what ships is what its card says."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core import checkpoints
from core.checkpoints import Card
from core.errors import CheckpointError


@dataclass(frozen=True)
class ToyConfig:
    words: int = 7
    width: int = 5


class Toy(nn.Module):
    """A tied embedding, a norm with running statistics and an integer buffer: all that a state can hold."""

    config_class = ToyConfig
    made = 0

    def __init__(self, config: ToyConfig) -> None:
        super().__init__()
        type(self).made += 1
        self.config = config
        self.embed = nn.Embedding(config.words, config.width)
        self.norm = nn.BatchNorm1d(config.width)
        self.out = nn.Linear(config.width, config.words, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, tokens: Tensor) -> Tensor:
        """(B,) -> (B, words)."""
        scores: Tensor = self.out(self.norm(self.embed(tokens)))
        return scores


CARD = Card(
    name="toys/one",
    model="core.toys.model.Toy",
    config=asdict(ToyConfig()),
    data="none",
    recipe={},
    command="none",
    commit="none",
    device="CPU",
    wall_time_s=0.0,
    steps=0,
    parameters=45,
    metrics={"toys": {"n": 1}},
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with one checkpoint, "toys/one", and an empty cache."""
    real = checkpoints.find_class
    monkeypatch.setattr(checkpoints, "find_class", lambda path: Toy if path == CARD.model else real(path))
    monkeypatch.setattr(checkpoints, "opened", {})
    model = Toy(ToyConfig())
    with torch.no_grad():
        model.norm.running_mean.uniform_(-1, 1)  # type: ignore[union-attr]
    checkpoints.save(tmp_path / "toys" / "one", model, CARD, {"tokenizer.json": b"{}"})
    return tmp_path


def rewrite_card(root: Path, **changes: Any) -> None:
    path = root / "toys" / "one" / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def rewrite_weights(root: Path, weights: dict[str, Tensor]) -> None:
    """Replace the weights and let the card agree with them."""
    folder = root / "toys" / "one"
    save_file(weights, folder / "model.safetensors")
    rewrite_card(root, sha256={"model.safetensors": checkpoints.digest(folder / "model.safetensors")})


def test_round_trip_to_half_precision(tmp_path: Path, root: Path) -> None:
    model = Toy(ToyConfig()).eval()
    written = checkpoints.save(tmp_path / "toys" / "two", model, replace(CARD, name="toys/two"))
    loaded = checkpoints.load("toys/two", root=root)
    assert loaded.card == written
    assert written.sha256.keys() == {"model.safetensors"}
    assert not loaded.model.training
    assert not any(p.requires_grad for p in loaded.model.parameters())
    for name, tensor in model.state_dict().items():
        again = loaded.model.state_dict()[name]
        assert again.dtype == tensor.dtype
        assert torch.allclose(again, tensor, rtol=2**-11, atol=1e-7), name
    tokens = torch.arange(7)
    assert torch.allclose(loaded.model(tokens), model(tokens), rtol=5e-3, atol=2e-2)


def test_saving_a_loaded_model_changes_nothing(tmp_path: Path, root: Path) -> None:
    loaded = checkpoints.load("toys/one", root=root)
    again = checkpoints.save(tmp_path / "toys" / "again", loaded.model, CARD)
    assert loaded.card is not None
    assert again.sha256["model.safetensors"] == loaded.card.sha256["model.safetensors"]
    assert not list(tmp_path.rglob("*.part"))


def test_tied_weights_are_stored_once(root: Path) -> None:
    stored = load_file(root / "toys" / "one" / "model.safetensors")
    assert "embed.weight" in stored
    assert "out.weight" not in stored
    assert stored["embed.weight"].dtype == torch.float16
    assert stored["norm.num_batches_tracked"].dtype == torch.int64
    model = checkpoints.load("toys/one", root=root).model
    assert isinstance(model, Toy)
    assert model.out.weight is model.embed.weight
    assert torch.equal(model.out.weight, stored["embed.weight"].float())


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("harm", ["change", "remove"])
def test_damaged_file_is_refused_by_name(root: Path, file: str, harm: str) -> None:
    path = root / "toys" / "one" / file
    if harm == "remove":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=f"File {file} of checkpoint toys/one is damaged"):
        checkpoints.load("toys/one", root=root)


@pytest.mark.parametrize("card", ["", "{", "[]", "{}", '{"name": "toys/one"}', "\N{SNOWMAN}"])
def test_unreadable_card_is_refused(root: Path, card: str) -> None:
    (root / "toys" / "one" / "card.json").write_text(card, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"The card of checkpoint \w+ cannot be read\."):
        checkpoints.load("toys/one", root=root)


def test_card_with_unknown_fields_is_refused(root: Path) -> None:
    rewrite_card(root, secret=1)
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoints.load("toys/one", root=root)


def test_card_without_digest_is_refused(root: Path) -> None:
    rewrite_card(root, sha256={})
    with pytest.raises(CheckpointError, match=r"model\.safetensors of checkpoint toys/one is damaged"):
        checkpoints.load("toys/one", root=root)


def test_unknown_config_field_is_refused(root: Path) -> None:
    rewrite_card(root, config={"words": 7, "depth": 3})
    with pytest.raises(CheckpointError, match="card of checkpoint toys/one cannot be read"):
        checkpoints.load("toys/one", root=root)


def test_config_of_other_size_is_refused(root: Path) -> None:
    rewrite_card(root, config={"words": 8, "width": 5})
    with pytest.raises(CheckpointError, match="weights of checkpoint toys/one do not fit"):
        checkpoints.load("toys/one", root=root)


def test_missing_and_extra_weights_are_refused(root: Path) -> None:
    weights = load_file(root / "toys" / "one" / "model.safetensors")
    rewrite_weights(root, {k: v for k, v in weights.items() if k != "norm.bias"})
    with pytest.raises(CheckpointError, match="do not fit its card"):
        checkpoints.load("toys/one", root=root)
    rewrite_weights(root, {**weights, "norm.more": torch.zeros(1)})
    with pytest.raises(CheckpointError, match="do not fit its card"):
        checkpoints.load("toys/one", root=root)
    rewrite_weights(root, weights)
    assert checkpoints.load("toys/one", root=root).card is not None


@pytest.mark.parametrize(
    "path",
    [
        "os.system",
        "subprocess.Popen",
        "builtins.eval",
        "torch.nn.Linear",
        "corex.model.A",
        "core",
        "core.",
        "",
        "core.checkpoints.subprocess",
        "core.checkpoints.Card",
        "core.nowhere.model.Net",
        "core.vae.model.Nothing",
        "core.vae.model.nn",
        "core..os.system",
        "tests.core.test_checkpoints.Toy",
    ],
)
def test_card_names_models_of_this_project(root: Path, path: str) -> None:
    rewrite_card(root, model=path)
    with pytest.raises(CheckpointError, match="is not a model of this project"):
        checkpoints.load("toys/one", root=root)


def test_every_hub_class_is_found() -> None:
    for path in checkpoints.HUB_CLASSES.values():
        assert callable(checkpoints.find_class(path).from_hub)


def test_eight_threads_load_once(root: Path) -> None:
    before, start = Toy.made, threading.Barrier(8)

    def load(_: int) -> checkpoints.Checkpoint:
        start.wait()
        return checkpoints.load("toys/one", root=root)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(load, range(8)))
    assert len({id(item) for item in found}) == 1
    assert Toy.made == before + 1


def test_a_failure_is_not_remembered(root: Path) -> None:
    weights = root / "toys" / "one" / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(b"")
    with pytest.raises(CheckpointError):
        checkpoints.load("toys/one", root=root)
    weights.write_bytes(content)
    assert isinstance(checkpoints.load("toys/one", root=root).model, Toy)


def test_a_folder_anywhere_can_be_loaded(root: Path) -> None:
    assert isinstance(checkpoints.load(str(root / "toys" / "one")).model, Toy)


def test_snapshot_opens_by_percent(root: Path) -> None:
    early = Toy(ToyConfig())
    weights = checkpoints.half_weights(early)
    folder = root / "toys" / "one"
    save_file(weights, folder / checkpoints.snapshot_file(5))
    digests = {file: checkpoints.digest(folder / file) for file in ("model.safetensors", "at-005.safetensors")}
    rewrite_card(root, sha256=digests)
    names = ("toys/one@5", "toys/one", "toys/one@100")
    opened, finished, whole = (cast(Toy, checkpoints.load(name, root=root).model) for name in names)
    assert torch.equal(opened.embed.weight, early.embed.weight.half().float())
    assert torch.equal(whole.embed.weight, finished.embed.weight)
    assert not torch.equal(opened.embed.weight, finished.embed.weight)
    assert checkpoints.at_hand("toys/one@5", root)


@pytest.mark.parametrize("percent", ["7", "x", "-5", "5.0"])
def test_missing_snapshot_is_refused(root: Path, percent: str) -> None:
    with pytest.raises(CheckpointError):
        checkpoints.load(f"toys/one@{percent}", root=root)


def test_bundled_lists_a_method(root: Path) -> None:
    (root / "toys" / "unfinished").mkdir()
    checkpoints.save(root / "toys" / "a", Toy(ToyConfig()), CARD)
    assert checkpoints.bundled("toys", root) == ("toys/a", "toys/one")
    assert checkpoints.bundled("none", root) == ()
    with pytest.raises(CheckpointError, match="no checkpoint called toys/unfinished"):
        checkpoints.read_card("toys/unfinished", root)

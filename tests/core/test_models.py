"""Models that a visitor may choose: their names, what is refused, and that nothing is downloaded by the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from core import checkpoints, device, models
from core.checkpoints import HubModel
from core.errors import CheckpointError, InputError
from core.models import Offer
from core.rotation.model import RotationNet
from core.vae.model import VAE
from core.vae.train import main as train_vae
from tests.own_checkpoints import settle

HUB_NAME = "somebody/nothing"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Checkpoints that a visitor trained, vae/mine and vae/another, beside the shipped ones."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("own")
        root = settle(folder / "checkpoints", patch)
        patch.chdir(folder)
        tiny = ["--smoke", "--data", "emoji", "--hidden", "4", "--latent", "2", "--device", "cpu"]
        made = train_vae(tiny)
        for name in ("mine", "another"):
            (root / "vae" / name).symlink_to(made.resolve())
        yield


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of the Hub that is not on this machine, and a test that fails if anybody asks for it."""

    def refuse(name: str) -> Path:
        pytest.fail(f"{name} would have been downloaded")

    monkeypatch.setattr(checkpoints, "fetch", refuse)
    monkeypatch.setitem(checkpoints.HUB_MODELS, "nothing", HubModel(HUB_NAME, 12))


@pytest.mark.usefixtures("own")
def test_shipped_names_come_before_own() -> None:
    assert models.names("vae/mnist") == ("vae/mnist", "vae/another", "vae/mine")
    assert models.names("vae/mine", "vae/mnist") == ("vae/mine", "vae/mnist", "vae/another")


@pytest.mark.usefixtures("own")
def test_hidden_checkpoints_are_not_offered() -> None:
    assert models.names("vae/mnist", hidden=("vae/another",)) == ("vae/mnist", "vae/mine")


@pytest.mark.usefixtures("own")
def test_own_model_opens_like_shipped_ones() -> None:
    offered = models.names("vae/mnist")
    shipped, mine = (models.open_offered(name, offered, VAE) for name in ("vae/mnist", "vae/mine"))
    assert mine[0].config.latent == 2
    assert shipped[1].name == "vae/mnist"
    assert shipped[0] is checkpoints.load("vae/mnist").model, "opened once per process"


def test_snapshot_of_an_offered_name_opens() -> None:
    model, checkpoint = models.open_offered("vae/mnist@25", ("vae/mnist@25",), VAE)
    assert checkpoint.card is not None
    assert checkpoint.card.name == "vae/mnist"
    assert model is not models.open_offered("vae/mnist", ("vae/mnist",), VAE)[0]


@pytest.mark.parametrize("name", ["rotation/photos", "vae/mnist@25", "", "../vae/mnist", HUB_NAME])
@pytest.mark.usefixtures("offline")
def test_name_not_offered_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "load", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(InputError, match=r"Choose one of the models offered\."):
        models.open_offered(name, ("vae/mnist",), VAE)


@pytest.mark.usefixtures("offline")
def test_unfetched_hub_model_is_not_downloaded() -> None:
    assert models.offer("nothing") == Offer("nothing", HUB_NAME, 12, at_hand=False)
    with pytest.raises(InputError, match=f"Fetch {HUB_NAME} first: its button says how many megabytes that takes"):
        models.open_offered(HUB_NAME, (HUB_NAME,), VAE)


@pytest.mark.parametrize("kind", [RotationNet, nn.Linear])
def test_model_of_another_class_is_refused(kind: type[nn.Module]) -> None:
    with pytest.raises(CheckpointError, match="vae/mnist is not a model that this tab can use"):
        models.open_offered("vae/mnist", ("vae/mnist",), kind)


def test_union_accepts_either_class() -> None:
    model, _ = models.open_offered("vae/mnist", ("vae/mnist",), RotationNet | VAE)  # type: ignore[arg-type]
    assert isinstance(model, VAE)


def test_models_are_placed_for_those_who_borrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """All bundled ones of the methods asked for; this process itself computes on the CPU from then on."""
    placed: list[tuple[str, str]] = []
    monkeypatch.setattr(device, "_settled", [])
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)  # what a fork does for itself
    monkeypatch.setattr(checkpoints, "load", lambda name, device: placed.append((name, device)))
    models.place("vae", "gpt2")
    bundled = [*checkpoints.bundled("vae"), *checkpoints.bundled("gpt2")]
    assert placed == [(name, "cuda") for name in bundled]
    assert models.device_name() == "cpu"
    models.hold_gpu()
    assert models.device_name() == "cuda"

"""Encoders of the Hub: looked up before they are fetched, bounded, and DINOv2 as `transformers` computes it."""

import functools
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Dinov2Config, Dinov2ForImageClassification, Dinov2Model

from core import checkpoints
from core.compare import encoder, encoders, explore, from_hub, sets
from core.compare.model import DINOv2
from core.device import generator
from core.errors import CheckpointError, HubUnavailable, InputError
from core.hub import Description
from demos.page.answers import key_of
from tests.core import fake_hub

NAME = "someone/dinov2-tiny"
SMALL = {"image_size": 56, "patch_size": 14, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
READY = {**SMALL, "model_type": "dinov2"}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A small DINOv2 with random weights, in the format of the Hub."""
    Dinov2Model(Dinov2Config(**SMALL)).eval().save_pretrained(tmp_path / "published")
    return tmp_path / "published"


@pytest.fixture(autouse=True)
def nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_hub, "_fetched", {})
    from_hub.open_model.cache_clear()


def files_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_encoder_equals_transformers(published: Path) -> None:
    model = DINOv2.from_hub(published).eval()
    reference = Dinov2Model.from_pretrained(published).eval()
    images = torch.rand(3, 3, encoder.side(model), encoder.side(model), generator=generator(1))
    mean, std = (torch.tensor(each).view(1, 3, 1, 1) for each in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    with torch.inference_mode():
        expected = reference((images - mean) / std).last_hidden_state[:, 0]
        assert torch.allclose(encoder.encode(model, images), expected, atol=1e-5)


def test_other_weights_do_not_fit(published: Path, tmp_path: Path) -> None:
    Dinov2ForImageClassification(Dinov2Config(**SMALL)).save_pretrained(tmp_path / "classes")
    with pytest.raises(CheckpointError, match="do not fit its config"):
        DINOv2.from_hub(tmp_path / "classes")
    config = json.loads((published / "config.json").read_text())
    (published / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(CheckpointError, match="do not fit its config"):
        DINOv2.from_hub(published)


def test_named_model_is_looked_up_fetched_and_compared(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sets, "_bundled", sets.Held(None, sets.BUNDLED))
    with fake_hub.answering({NAME: files_in(published)}) as (url, asked):
        fake_hub.point_at(url, tmp_path / "cache", monkeypatch)
        found = explore.look_up(f" {NAME} ")
        assert found == explore.Found(NAME, "DINOv2", found.megabytes, at_hand=False, revision=fake_hub.COMMIT)
        assert not [path for path in asked if "safetensors" in path]
        mine = explore.Mine(hub=explore.fetch(found))
        assert explore.look_up(NAME).at_hand
    assert isinstance(encoders.opened(mine.hub or "").model, DINOv2)
    *_, geometry = explore.geometry("digits", ["hub"], mine=mine)
    assert isinstance(geometry, explore.Geometry)
    assert (geometry.key, geometry.width) == ("hub", 32)


@pytest.mark.parametrize("name", ["", "dinov2", "../..", "/etc/passwd", "a/b/c", "a/..", "a b/c", "ä/ö"])
def test_names_of_nothing_are_refused_unasked(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_hub.answering({}) as (url, asked):
        fake_hub.point_at(url, tmp_path / "cache", monkeypatch)
        with pytest.raises(InputError, match="Give the name of a model on the Hub"):
            explore.look_up(name)
        assert not asked


def test_folder_of_this_tree_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkpoints.TREE)
    with fake_hub.answering({}) as (url, asked):
        fake_hub.point_at(url, tmp_path / "cache", monkeypatch)
        with pytest.raises(HubUnavailable, match="has no model core/compare"):
            explore.look_up("core/compare")
        assert asked
    with pytest.raises(InputError, match="Fetch core/compare first"):
        from_hub.open_model(explore.HubModel("core/compare"))


@pytest.mark.parametrize(
    ("config", "megabytes", "sentence"),
    [
        ({"model_type": "gpt2"}, 1, "is no ViTMAE / DINOv2 model"),
        (READY, 501, "at most 500 can be fetched"),
        (READY | {"hidden_size": 100_000}, 1, "cannot be used here"),
        (READY | {"num_hidden_layers": 10**9}, 1, "cannot be used here"),
        (READY | {"hidden_size": 1024, "num_hidden_layers": 24}, 1, "cannot be used here"),
        (READY | {"patch_size": 1}, 1, "cannot be used here"),
        (READY | {"patch_size": 0}, 1, "cannot be used here"),
        (READY | {"patch_size": True}, 1, "cannot be used here"),
        (READY | {"image_size": "56"}, 1, "cannot be used here"),
        (READY | {"mlp_ratio": 1e9}, 1, "cannot be used here"),
        ({"model_type": "dinov2"}, 1, "cannot be used here"),
    ],
)
def test_large_and_odd_models_are_refused_before_the_download(
    config: dict[str, Any], megabytes: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = Description(config, megabytes, megabytes * 1_000_000, fake_hub.COMMIT)
    monkeypatch.setattr("core.hub.describe", lambda *_: about)
    with pytest.raises(InputError) as caught:
        explore.look_up(NAME)
    assert sentence in str(caught.value)


def test_model_without_safetensors_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.hub.describe", lambda *_: Description(READY, 1, 0, fake_hub.COMMIT))
    with pytest.raises(InputError, match="in safetensors"):
        explore.look_up(NAME)


def test_one_process_fetches_few(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "fetch", lambda *_: published)
    names = [f"someone/model-{number}" for number in range(from_hub.MOST_FETCHED + 1)]
    for name in names[:-1]:
        explore.fetch(explore.Found(name, "DINOv2", 1, at_hand=False, revision=fake_hub.COMMIT))
    with pytest.raises(InputError, match="someone/model-0, someone/model-1"):
        explore.fetch(explore.Found(names[-1], "DINOv2", 1, at_hand=False, revision=fake_hub.COMMIT))
    again = explore.fetch(explore.Found(names[0], "DINOv2", 1, at_hand=False, revision=fake_hub.COMMIT))
    assert again == names[0]
    assert from_hub.open_model.cache_info().currsize == from_hub.MOST_OPEN


def test_questions_about_a_fetched_model_stay_in_this_process() -> None:
    """A replica on another machine does not know where it lies, nor that it was checked."""
    mine = explore.Mine(hub=explore.HubModel(NAME))
    assert key_of(functools.partial(explore.geometry, "digits", ["hub"], mine=mine)) is None
    assert key_of(functools.partial(explore.geometry, "digits", ["vae"], mine=explore.NOTHING)) is not None


def test_offered_model_has_its_size_without_being_asked() -> None:
    assert explore.look_up("facebook/vit-mae-base") == explore.offered()
    assert (explore.offered().kind, explore.offered().megabytes) == ("ViTMAE", 448)

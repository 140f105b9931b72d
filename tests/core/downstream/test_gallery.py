"""Features of the bundled media that lie beside the weights: right, and left alone where they do not belong."""

import importlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from core import cards, checkpoints
from core.data import bundled
from core.downstream import gallery
from core.errors import CheckpointError

SHIPPED = sorted(card.name for card in cards.all_cards() if gallery.FILE in card.sha256)
EVERY = 60
COPIED = "rotation/shortcut"  # a small one


def refuse(model: nn.Module, where: torch.device) -> gallery.Described:
    """Stand for a description that must not be needed."""
    raise AssertionError("described anew")


def seven(model: nn.Module, where: torch.device) -> gallery.Described:
    """Stand for a description that is computed."""
    return {"features": torch.full((2, 3), 7.0)}


def test_every_gallery_of_the_page_is_brought_along() -> None:
    needed = {"rotation/photos", "contrastive/simclr-cifar10", "contrastive/moco-cifar10", "masked/photos"}
    assert needed | {"vqvae/photos", "audio/sounds"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_features_are_those_of_the_weights(name: str) -> None:
    checkpoint = checkpoints.load(name)
    describe = importlib.import_module(f"core.{name.split('/')[0]}.gallery").describe
    with torch.inference_mode():
        again = describe(checkpoint.model, torch.device("cpu"), every=EVERY)
    shipped = gallery.described(checkpoint, refuse)
    assert shipped.keys() == again.keys()
    for key, rows in again.items():
        kept = shipped[key] if len(shipped[key]) == len(rows) else shipped[key][::EVERY]
        if rows.is_floating_point():
            torch.testing.assert_close(kept, rows, rtol=2e-3, atol=2e-3 * float(rows.abs().max()))
        else:  # codes: a rounding may decide between two entries that lie equally near
            assert (kept == rows).double().mean() > 0.999


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A root of checkpoints that holds a copy of one with a gallery."""
    shutil.copytree(checkpoints.ROOT / COPIED, tmp_path / COPIED)
    return tmp_path


def test_features_of_other_media_are_computed_anew(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = checkpoints.load(COPIED, root=copy)
    assert gallery.described(checkpoint, refuse)["features"].dtype == torch.float32
    monkeypatch.setattr(bundled, "media_digest", lambda: "of other pictures")
    assert gallery.described(checkpoint, seven)["features"][0, 0] == 7


def test_moment_of_a_training_is_described_itself(copy: Path) -> None:
    early = replace(checkpoints.load(COPIED, root=copy), weights=checkpoints.snapshot_file(25))
    assert gallery.described(early, seven)["features"][0, 0] == 7


def test_written_features_come_back_in_half_precision(copy: Path) -> None:
    third = torch.tensor([1 / 3, 2.0])
    written = gallery.write(
        checkpoints.load(COPIED, root=copy), lambda model, where: {"rows": third, "codes": torch.tensor([5])}
    )
    reopened = replace(checkpoints.load(COPIED, root=copy), card=written)
    found = gallery.described(reopened, refuse)
    torch.testing.assert_close(found["rows"], third.half().float(), rtol=0, atol=0)
    assert found["rows"][0] != third[0]
    assert found["codes"].tolist() == [5]
    assert checkpoints.read_card(COPIED, copy).sha256[gallery.FILE] == checkpoints.digest(copy / COPIED / gallery.FILE)


def test_changed_byte_in_the_features_is_refused(copy: Path) -> None:
    path = copy / COPIED / gallery.FILE
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoints.load(COPIED, root=copy)

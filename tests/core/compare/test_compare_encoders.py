"""Every encoder under its key, the bundled sets, and a visitor's own model."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core import checkpoints
from core.compare import encoders, sets
from core.compare.encoders import Mine
from core.compare.own import adopt
from core.data import bundled, pictures
from core.errors import InputError

WIDTHS = {
    "pixels": 3072,
    "rotation": 384,
    "simclr": 256,
    "moco": 256,
    "vae": 20,
    "vqvae": 64,
    "masked": 256,
    "gan": 128,
}


@pytest.mark.parametrize("key", encoders.QUERYABLE)
def test_each_key_encodes_pictures_of_any_size(key: str) -> None:
    images = torch.rand(3, 3, 50, 40, generator=torch.Generator().manual_seed(0))
    found = encoders.encode(key, images)
    assert found.shape == (3, WIDTHS[key])
    assert found.dtype == torch.float32
    assert torch.allclose(found[1:2], encoders.encode(key, images[1:2]), atol=1e-4)
    assert not torch.allclose(found[0], found[1], atol=1e-6)


def test_pixels_are_blind_to_the_mean() -> None:
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)) / 2
    assert torch.allclose(encoders.encode("pixels", images), encoders.encode("pixels", images + 0.3), atol=1e-5)


@pytest.mark.parametrize("key", encoders.KEPT)
def test_kept_features_are_those_of_the_encoder(key: str) -> None:
    images = pictures.to_tensor(bundled.picture_gallery().images[::200])
    kept = encoders.features(key, "gallery")[::200]
    assert F.cosine_similarity(encoders.encode(key, images), kept).min() > 0.999


def test_sets_have_their_classes() -> None:
    emoji, digits = sets.labelled("emoji"), sets.labelled("digits")
    assert len(digits.images) == len(digits.labels) == 599
    assert len(digits.classes) == 10
    assert len(emoji.classes) == 8, "the five flags are too few"
    assert np.bincount(emoji.labels).min() >= sets.MIN_GROUP
    cat = [name for name, _ in emoji.names].index("cat face")
    assert emoji.classes[emoji.labels[cat]][0] == "Animals & Nature"
    assert encoders.features("simclr", "emoji").shape == (len(emoji.images), 256)


def copied(tmp_path: Path, name: str = "vae/mnist") -> list[str]:
    """The two files of a checkpoint in two folders, as uploads lie."""
    files = []
    for number, file in enumerate(("model.safetensors", "card.json")):
        (tmp_path / str(number)).mkdir()
        files.append(str(shutil.copy(checkpoints.ROOT / name / file, tmp_path / str(number) / file)))
    return files


@pytest.mark.parametrize("name", ["vae/mnist", "contrastive/small", "masked/small"])
def test_own_model_encodes_as_the_one_that_it_is(tmp_path: Path, name: str) -> None:
    own = adopt(copied(tmp_path, name), tmp_path / "own")
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert encoders.resolve(["own", "pixels"], Mine(model=own)) == (own, "pixels")
    if name == "vae/mnist":
        assert torch.equal(encoders.encode(own, images), encoders.encode("vae", images))
    assert encoders.encode(own, images).shape[0] == 2


def spoil(path: str, **fields: object) -> None:
    """Change fields of a card."""
    card = json.loads(Path(path).read_text(encoding="utf-8"))
    Path(path).write_text(json.dumps({**card, **fields}), encoding="utf-8")


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "core.gan.model.Generator"},
        {"model": "os.path"},
        {"model": "pathlib"},
        {"config": {"side": 28, "hidden": 10**9, "latent": 20}},
        {"config": {"side": 28, "hidden": 300, "latent": 20}},
        {"config": {"size": 28}},
        {"sha256": {}},
        {"steps_taken": 3},
    ],
)
def test_wrong_card_is_one_sentence(tmp_path: Path, fields: dict[str, object]) -> None:
    files = copied(tmp_path)
    spoil(files[1], **fields)
    with pytest.raises(InputError, match="no picture encoder that this project can open"):
        adopt(files, tmp_path / "own")
    assert not list((tmp_path / "own").iterdir()), "nothing of it stays"


def test_damaged_or_missing_files_are_one_sentence(tmp_path: Path) -> None:
    files = copied(tmp_path)
    for given in (files[:1], [files[0], files[0]]):
        with pytest.raises(InputError, match="Choose two files"):
            adopt(given, tmp_path / "own")
    Path(files[0]).write_bytes(b"no weights")
    spoil(files[1], sha256={"model.safetensors": checkpoints.digest(Path(files[0]))})
    with pytest.raises(InputError, match="no picture encoder"):
        adopt(files, tmp_path / "own")
    Path(files[0]).write_bytes(bytes(31_000_000))
    with pytest.raises(InputError, match="at most 30 MB"):
        adopt(files, tmp_path / "own")


def test_call_cannot_name_a_folder() -> None:
    folder = str(checkpoints.ROOT / "vae" / "mnist")
    forged = Mine(model=folder, pictures=folder)  # type: ignore[arg-type]
    for keys, mine in ((["own"], Mine()), (["own"], forged), ([folder], Mine())):
        with pytest.raises(InputError):
            encoders.resolve(keys, mine)
    for mine in (Mine(), forged):
        with pytest.raises(InputError, match="Bring your own pictures first"):
            encoders.set_of("own", mine)

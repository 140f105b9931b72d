"""References: features of the nearest pictures, their storage, and the control."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from core import device
from core.errors import InputError
from core.generation import datasets, references
from core.generation.model import Config
from core.generation.references import Library, describe, library

CPU = torch.device("cpu")
LIMIT = 80
TRAINED, UNTRAINED = Config(encoder="trained"), Config(encoder="untrained")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """An empty cache."""
    references._library.cache_clear()
    yield
    references._library.cache_clear()


def small(pictures: int = 70, k: int = 3, width: int = 6) -> Library:
    features = torch.randn(pictures, width, generator=device.generator(1)) * torch.logspace(-2, 1, width)
    shifts = torch.arange(1, k + 1)
    return Library(features, (torch.arange(pictures).unsqueeze(1) + shifts) % pictures)


def emoji(config: Config = TRAINED, limit: int = LIMIT) -> Library:
    found = library(config, "emoji", "data", limit, CPU)
    assert found is not None
    return found


# --- taking and generator ---


def test_references_are_the_neighbours_features() -> None:
    known = small()
    found = known.take(torch.tensor([4, 69, 4]))
    assert found.shape == (3, 3, 6)
    for row, picture in enumerate((4, 69, 4)):
        for place in range(3):
            assert torch.equal(found[row, place], known.features[(picture + place + 1) % 70])
    assert len(known) == 70


def test_draws_depend_on_the_seed_alone() -> None:
    known = small()
    first, again, other = (known.draw(50, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    for count in (1, 7, 49):
        assert torch.equal(known.draw(count, 1), first[:count])


def test_draws_are_uniform_over_pictures() -> None:
    """A chi-squared of 69 degrees of freedom is above 120 once in several thousand draws."""
    known = Library(torch.arange(70.0).unsqueeze(1), torch.arange(70).unsqueeze(1))
    drawn = known.draw(7_000, 3).flatten().long()
    counts = torch.bincount(drawn, minlength=70).float()
    assert ((counts - 100) ** 2 / 100).sum() < 120


# --- storing ---


@pytest.mark.parametrize("count", [1, 10, 70, 500])
def test_thinned_library_is_evenly_spread(count: int) -> None:
    known = small()
    thin = known.thinned(count)
    rows = torch.tensor([round(float(place)) for place in torch.linspace(0, 69, min(count, 70))])
    assert len(thin) == min(count, 70)
    assert torch.equal(thin.take(torch.arange(len(thin))), known.take(rows))
    assert len(thin.features) == len(known.neighbours[rows].unique()), "and no others"


def test_eight_bits_round_by_half_step() -> None:
    """Each number of the features has its own step, a 127th of its largest value."""
    known = small()
    packed = known.packed()
    assert packed["codes"].dtype == torch.int8
    found = Library.unpacked(packed)
    step = known.features.abs().amax(0) / 127  # (F,)
    assert ((found.features - known.features).abs() <= 0.5001 * step).all()
    assert step.max() > 100 * step.min(), "a common step would round small numbers to 0"
    assert torch.equal(found.neighbours, known.neighbours)
    assert found.neighbours.dtype == torch.int64


def test_zeros_survive_storing() -> None:
    known = Library(torch.zeros(4, 3), torch.tensor([[1], [2], [3], [0]]))
    assert torch.equal(Library.unpacked(known.packed()).features, known.features)


def test_stored_neighbours_keep_their_pictures() -> None:
    known = emoji()
    thin = Library.unpacked(known.thinned(20).packed())
    rows = torch.linspace(0, len(known) - 1, 20).round().long()
    found, expected = thin.take(torch.arange(20)), known.take(rows)
    step = known.features.abs().amax() / 127
    assert (found - expected).abs().max() <= 0.51 * step
    assert torch.equal(thin.draw(9, 4), thin.take(torch.randint(20, (9,), generator=device.generator(4, 1))))


# --- a set's own ---


def test_library_holds_nearest_other_pictures() -> None:
    found = emoji()
    images = datasets.load("emoji", "train", limit=LIMIT)
    features = describe(images, "trained", CPU)
    torch.testing.assert_close(found.features, features)
    assert found.neighbours.shape == (len(images), 5)
    unit = torch.nn.functional.normalize(features, dim=1)
    cosine = (unit @ unit.T).fill_diagonal_(-2)
    torch.testing.assert_close(cosine.gather(1, found.neighbours), cosine.topk(5, dim=1).values, rtol=0, atol=1e-5)


def test_control_finds_other_neighbours() -> None:
    trained, untrained = emoji(TRAINED), emoji(UNTRAINED)
    assert trained.features.shape == untrained.features.shape
    same = (trained.neighbours.unsqueeze(2) == untrained.neighbours.unsqueeze(1)).any(2).float().mean()
    assert 0 < same < 0.8, "both depend on colours, and on more"


def test_same_encoder_gives_same_references() -> None:
    attending, averaging = emoji(TRAINED), emoji(Config(encoder="trained", attend=False))
    assert torch.equal(attending.take(torch.arange(9)), averaging.take(torch.arange(9)))


def test_plain_arm_has_no_library() -> None:
    assert library(Config(), "no such set", "nowhere", 0, CPU) is None


def write_pictures(folder: Path, count: int) -> str:
    for number in range(count):
        Image.new("RGB", (32, 32), (number * 40, 200, 30)).save(folder / f"{number}.png")
    return f"folder:{folder}"


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    """A folder without a test split holds out its first picture: of five, four train."""
    with pytest.raises(InputError, match="needs 5 others as references; here are 4"):
        library(TRAINED, write_pictures(tmp_path, 5), "data", 0, CPU)


def test_one_more_picture_is_enough(tmp_path: Path) -> None:
    found = library(TRAINED, write_pictures(tmp_path, 7), "data", 0, CPU)
    assert found is not None
    for number, row in enumerate(found.neighbours.tolist()):
        assert sorted([*row, number]) == list(range(6))


def test_missing_set_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no pictures in"):
        library(TRAINED, "cifar10", str(tmp_path), 0, CPU)


# --- features ---


def images() -> Tensor:
    return datasets.load("emoji", "val", limit=20)


def test_untrained_features_differ_and_repeat() -> None:
    trained, untrained, again = (describe(images(), encoder, CPU) for encoder in ("trained", "untrained", "untrained"))
    assert trained.shape == untrained.shape == (len(images()), Config().features)
    assert torch.equal(untrained, again)
    assert not torch.allclose(trained, untrained, atol=0.1)


def test_bytes_and_floats_have_equal_features() -> None:
    for encoder in ("trained", "untrained"):
        torch.testing.assert_close(describe(images(), encoder, CPU), describe(images().float() / 255, encoder, CPU))


def test_trained_features_are_mirror_invariant() -> None:
    """The control lacks this: the trained encoder's features of a mirrored picture are more similar."""
    found = {}
    for encoder in ("trained", "untrained"):
        plain, mirrored = (
            torch.nn.functional.normalize(describe(one, encoder, CPU), dim=1) for one in (images(), images().flip(-1))
        )
        centred = plain - plain.mean(0), mirrored - plain.mean(0)
        similar = torch.nn.functional.normalize(centred[0], dim=1) @ torch.nn.functional.normalize(centred[1], dim=1).T
        found[encoder] = float(similar.diagonal().mean())
    assert found["trained"] > found["untrained"]

"""What the arms with references are told: features of the pictures most alike, their storage, and the control."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from core.device import generator
from core.errors import InputError
from core.generation import datasets, references
from core.generation.model import Config
from core.generation.references import Library, describe, library

CPU = torch.device("cpu")
LIMIT = 80
TRAINED, UNTRAINED = Config(encoder="trained"), Config(encoder="untrained")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Nobody else's pictures."""
    references._library.cache_clear()
    yield
    references._library.cache_clear()


def small(pictures: int = 70, k: int = 3, width: int = 6) -> Library:
    features = torch.randn(pictures, width, generator=generator(1)) * torch.logspace(-2, 1, width)
    shifts = torch.arange(1, k + 1)
    return Library(features, (torch.arange(pictures).unsqueeze(1) + shifts) % pictures)


def emoji(config: Config = TRAINED, limit: int = LIMIT) -> Library:
    found = library(config, "emoji", "data", limit, CPU)
    assert found is not None
    return found


# --- taking and drawing ---


def test_it_gives_each_picture_the_features_of_its_neighbours() -> None:
    known = small()
    found = known.take(torch.tensor([4, 69, 4]))
    assert found.shape == (3, 3, 6)
    for row, picture in enumerate((4, 69, 4)):
        for place in range(3):
            assert torch.equal(found[row, place], known.features[(picture + place + 1) % 70])
    assert len(known) == 70


def test_a_draw_is_its_seeds_own_and_begins_the_same_however_many_follow() -> None:
    known = small()
    first, again, other = (known.draw(50, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    for count in (1, 7, 49):
        assert torch.equal(known.draw(count, 1), first[:count])


def test_a_draw_comes_evenly_from_all_pictures() -> None:
    """A chi-squared of 69 degrees of freedom is above 120 once in several thousand draws."""
    known = Library(torch.arange(70.0).unsqueeze(1), torch.arange(70).unsqueeze(1))
    drawn = known.draw(7_000, 3).flatten().long()
    counts = torch.bincount(drawn, minlength=70).float()
    assert ((counts - 100) ** 2 / 100).sum() < 120


# --- storing ---


@pytest.mark.parametrize("count", [1, 10, 70, 500])
def test_a_thinned_library_keeps_the_same_features_evenly_spread(count: int) -> None:
    known = small()
    thin = known.thinned(count)
    rows = torch.tensor([round(float(place)) for place in torch.linspace(0, 69, min(count, 70))])
    assert len(thin) == min(count, 70)
    assert torch.equal(thin.take(torch.arange(len(thin))), known.take(rows))
    assert len(thin.features) == len(known.neighbours[rows].unique()), "and none that nobody needs"


def test_eight_bits_are_off_by_half_a_step_at_most() -> None:
    """Each number of the features has its own step, a 127th of its largest value."""
    known = small()
    packed = known.packed()
    assert packed["codes"].dtype == torch.int8
    found = Library.unpacked(packed)
    step = known.features.abs().amax(0) / 127  # (F,)
    assert ((found.features - known.features).abs() <= 0.5001 * step).all()
    assert step.max() > 100 * step.min(), "one step for all would lose the small numbers"
    assert torch.equal(found.neighbours, known.neighbours)
    assert found.neighbours.dtype == torch.int64


def test_what_is_always_zero_survives_storing() -> None:
    known = Library(torch.zeros(4, 3), torch.tensor([[1], [2], [3], [0]]))
    assert torch.equal(Library.unpacked(known.packed()).features, known.features)


def test_stored_neighbours_stand_for_the_same_pictures() -> None:
    known = emoji()
    thin = Library.unpacked(known.thinned(20).packed())
    rows = torch.linspace(0, len(known) - 1, 20).round().long()
    given, expected = thin.take(torch.arange(20)), known.take(rows)
    step = known.features.abs().amax() / 127
    assert (given - expected).abs().max() <= 0.51 * step
    assert torch.equal(thin.draw(9, 4), thin.take(torch.randint(20, (9,), generator=generator(4, 1))))


# --- a set's own ---


def test_a_library_holds_the_nearest_other_pictures_of_the_training_split() -> None:
    found = emoji()
    images = datasets.load("emoji", "train", limit=LIMIT)
    features = describe(images, "trained", CPU)
    torch.testing.assert_close(found.features, features)
    assert found.neighbours.shape == (len(images), 5)
    unit = torch.nn.functional.normalize(features, dim=1)
    cosine = (unit @ unit.T).fill_diagonal_(-2)
    torch.testing.assert_close(cosine.gather(1, found.neighbours), cosine.topk(5, dim=1).values, rtol=0, atol=1e-5)


def test_the_control_finds_other_neighbours_by_other_features() -> None:
    trained, untrained = emoji(TRAINED), emoji(UNTRAINED)
    assert trained.features.shape == untrained.features.shape
    same = (trained.neighbours.unsqueeze(2) == untrained.neighbours.unsqueeze(1)).any(2).float().mean()
    assert 0 < same < 0.8, "colours count for both, but not alone"


def test_arms_with_the_same_encoder_are_told_the_same() -> None:
    attending, averaging = emoji(TRAINED), emoji(Config(encoder="trained", attend=False))
    assert torch.equal(attending.take(torch.arange(9)), averaging.take(torch.arange(9)))


def test_an_arm_without_references_has_no_library() -> None:
    assert library(Config(), "no such set", "nowhere", 0, CPU) is None


def pages(folder: Path, count: int) -> str:
    for number in range(count):
        Image.new("RGB", (32, 32), (number * 40, 200, 30)).save(folder / f"{number}.png")
    return f"folder:{folder}"


def test_too_few_pictures_are_one_sentence(tmp_path: Path) -> None:
    """A folder without halves keeps its first picture aside: of five, four train."""
    with pytest.raises(InputError, match="needs 5 others to be told by; here are 4"):
        library(TRAINED, pages(tmp_path, 5), "data", 0, CPU)


def test_one_more_than_its_neighbours_is_enough(tmp_path: Path) -> None:
    found = library(TRAINED, pages(tmp_path, 7), "data", 0, CPU)
    assert found is not None
    for number, row in enumerate(found.neighbours.tolist()):
        assert sorted([*row, number]) == list(range(6))


def test_a_missing_set_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no pictures in"):
        library(TRAINED, "cifar10", str(tmp_path), 0, CPU)


# --- features ---


def images() -> Tensor:
    return datasets.load("emoji", "val", limit=20)


def test_features_of_the_untrained_encoder_are_others_and_always_the_same() -> None:
    trained, untrained, again = (describe(images(), encoder, CPU) for encoder in ("trained", "untrained", "untrained"))
    assert trained.shape == untrained.shape == (len(images()), Config().features)
    assert torch.equal(untrained, again)
    assert not torch.allclose(trained, untrained, atol=0.1)


def test_bytes_and_numbers_in_0_to_1_have_the_same_features() -> None:
    for encoder in ("trained", "untrained"):
        torch.testing.assert_close(describe(images(), encoder, CPU), describe(images().float() / 255, encoder, CPU))


def test_training_taught_that_a_mirrored_picture_is_the_same() -> None:
    """Which is what the control lacks: among all emoji, the mirrored one is found more surely."""
    found = {}
    for encoder in ("trained", "untrained"):
        plain, mirrored = (
            torch.nn.functional.normalize(describe(one, encoder, CPU), dim=1) for one in (images(), images().flip(-1))
        )
        centred = plain - plain.mean(0), mirrored - plain.mean(0)
        similar = torch.nn.functional.normalize(centred[0], dim=1) @ torch.nn.functional.normalize(centred[1], dim=1).T
        found[encoder] = float(similar.diagonal().mean())
    assert found["trained"] > found["untrained"]

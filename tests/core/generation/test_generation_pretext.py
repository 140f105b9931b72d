"""The arms' labels and losses: order of rotations, losses by hand, gradients that reach one network only."""

import math
from collections.abc import Iterable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.rotations import all_turns
from core.device import generator
from core.generation import pretext
from core.generation.model import untrained
from core.generation.pretext import (
    RotationOutput,
    StudyGame,
    StudyGameOutput,
    ViewsOutput,
    losses,
    nearest_others,
    rotation_loss,
    second_view,
)
from core.nn.gan_game import DiscriminatorOutput
from tests.core.generation.small_arms import ARMS, noise, pictures, references_for

each_arm = pytest.mark.parametrize("arm", ARMS)


def mirrored(images: Tensor) -> Tensor:
    """A view that needs no rng."""
    return images.flip(-1)


def small_game(arm: str) -> StudyGame:
    game = StudyGame(*untrained(ARMS[arm], 5), momentum=0.9)
    with torch.no_grad():  # so that generated pictures are not grey
        game.generator.last.weight.mul_(20)
    if game.generator.reader is not None:
        known = references_for(ARMS[arm], 60, 1)
        assert known is not None
        game.generator.reader.fit(known.squeeze(1))
    return game


def play(game: StudyGame, arm: str, count: int = 6) -> StudyGameOutput:
    found: StudyGameOutput = game(
        pictures(count), noise(count), references_for(ARMS[arm], count), mirrored if arm == "contrastive" else None
    )
    return found


# --- one pass ---


def test_small_arms_are_the_studys_arms() -> None:
    assert tuple(ARMS) == pretext.ARMS


@each_arm
@pytest.mark.parametrize("count", [1, 6])
@torch.no_grad()
def test_each_score_has_its_pictures(arm: str, count: int) -> None:
    game = small_game(arm)
    found, known = play(game, arm, count), references_for(ARMS[arm], count)
    images = game.generator(noise(count), known).images
    standard = None if known is None else game.generator.reader.standardise(known)  # type: ignore[union-attr]
    for judged, shown in ((found.real, pictures(count)), (found.generated, images), (found.fooling, images)):
        expected = game.discriminator(shown, standard)
        torch.testing.assert_close(judged.scores, expected.scores, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(judged.features, expected.features, rtol=1e-4, atol=1e-5)
    assert (found.turned is None, found.views is None) == (arm != "rotation", arm != "contrastive")


@pytest.mark.parametrize(("count", "quarter"), [(1, 1), (4, 1), (5, 2), (8, 2)])
@torch.no_grad()
def test_every_fourth_picture_is_rotated(count: int, quarter: int) -> None:
    """Chen et al. 2019, sec. 5.1; the logits are those of the turned pictures and of no other."""
    game = small_game("rotation")
    turned = play(game, "rotation", count).turned
    assert turned is not None
    assert turned.turns.tolist() == [0, 1, 2, 3] * quarter
    images = game.generator(noise(count)).images
    for found, shown in ((turned.real, pictures(count)), (turned.generated, images)):
        assert found.shape == (4 * quarter, 4)
        for row in range(4 * quarter):
            one = torch.rot90(shown[row // 4], row % 4, (-2, -1)).unsqueeze(0)
            torch.testing.assert_close(found[row], game.discriminator(one).turns[0], rtol=1e-4, atol=1e-5)


def test_rotations_are_in_order() -> None:
    images = pictures(3)
    turned, turns = all_turns(images)
    assert turns.tolist() == [0, 1, 2, 3] * 3
    for row, quarters in enumerate(turns.tolist()):
        assert torch.equal(torch.rot90(turned[row], -quarters, (-2, -1)), images[row // 4])


@torch.no_grad()
def test_views_pair_with_their_pictures() -> None:
    game = small_game("contrastive")
    views = play(game, "contrastive").views
    assert views is not None
    images = game.generator(noise(6)).images
    for (first, second), shown in ((views.real, pictures(6)), (views.generated, images)):
        torch.testing.assert_close(first, game.discriminator(shown).projections, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(second, game.discriminator(mirrored(shown)).projections, rtol=1e-4, atol=1e-5)


# --- losses by hand ---

REAL, GENERATED, FOOLING = [2.0, 0.5, -1.0, 0.2], [-2.0, -0.5, 1.0, 0.3], [1.0, -0.4, 0.1, 0.5]
APART = (0.5 + 2 + 0.8) / 4 + (0.5 + 2 + 1.3) / 4
FOOL = -(1.0 - 0.4 + 0.1 + 0.5) / 4


def output(turned: RotationOutput | None = None, views: ViewsOutput | None = None) -> StudyGameOutput:
    judged = [DiscriminatorOutput(torch.zeros(4, 1), torch.tensor(scores)) for scores in (REAL, GENERATED, FOOLING)]
    return StudyGameOutput(judged[0], judged[1], judged[2], turned, views)


def test_plain_losses_by_hand() -> None:
    found = losses(output())
    assert found.discriminator.item() == pytest.approx(APART)
    assert found.generator.item() == pytest.approx(FOOL)
    assert found.total.item() == pytest.approx(APART + FOOL)
    assert found.accuracy.item() == pytest.approx(5 / 8)
    assert found.task.item() == 0


def test_zero_scores_have_the_chance_loss() -> None:
    silent = DiscriminatorOutput(torch.zeros(3, 1), torch.zeros(3))
    found = losses(StudyGameOutput(silent, silent, silent, None, None))
    assert found.discriminator.item() == 2
    assert found.accuracy.item() == 0


def cross_entropy(logits: Iterable[list[float]], turns: list[int]) -> float:
    """Mean of -log softmax at the true rotation."""
    each = [-math.log(math.exp(row[t]) / sum(map(math.exp, row))) for row, t in zip(logits, turns, strict=True)]
    return sum(each) / len(each)


def test_rotation_losses_by_hand() -> None:
    """The weight is 1 on real pictures, for the discriminator, and 0.2 on generated ones, for the generator."""
    rng, turns = generator(6), [0, 1, 2, 3]
    real, generated = (2 * torch.randn(4, 4, generator=rng) for _ in range(2))
    found = losses(output(turned=RotationOutput(real, generated, torch.tensor(turns))))
    on_real, on_generated = cross_entropy(real.tolist(), turns), cross_entropy(generated.tolist(), turns)
    assert found.task.item() == pytest.approx(on_real, rel=1e-5)
    assert found.discriminator.item() == pytest.approx(APART + 1.0 * on_real, rel=1e-5)
    assert found.generator.item() == pytest.approx(FOOL + 0.2 * on_generated, rel=1e-5)
    assert found.total.item() == pytest.approx(APART + FOOL + on_real + 0.2 * on_generated, rel=1e-5)


def test_chance_rotation_loss_is_log_four() -> None:
    assert rotation_loss(torch.zeros(8, 4), torch.arange(8) % 4).item() == pytest.approx(math.log(4))
    sure = 100 * torch.eye(4)
    assert rotation_loss(sure, torch.arange(4)).item() == pytest.approx(0, abs=1e-6)


def slow_nt_xent(first: Tensor, second: Tensor, temperature: float) -> float:
    """Chen et al. 2020, eq. 1, one pair after the other."""
    views = [*first.double().tolist(), *second.double().tolist()]
    count, found = len(first), []

    def alike(i: int, j: int) -> float:
        dot = sum(a * b for a, b in zip(views[i], views[j], strict=True))
        return math.exp(dot / math.hypot(*views[i]) / math.hypot(*views[j]) / temperature)

    for i in range(2 * count):
        below = sum(alike(i, k) for k in range(2 * count) if k != i)
        found.append(-math.log(alike(i, (i + count) % (2 * count)) / below))
    return sum(found) / len(found)


def test_contrastive_losses_by_hand() -> None:
    """NT-Xent at temperature 0.1 on real and on generated pictures, each of weight 0.3; none for the generator."""
    rng = generator(7)
    real, generated = (
        (centre, centre + 0.7 * torch.randn(4, 6, generator=rng)) for centre in torch.randn(2, 4, 6, generator=rng)
    )
    found = losses(output(views=ViewsOutput(real, generated)))
    on_real, on_generated = slow_nt_xent(*real, 0.1), slow_nt_xent(*generated, 0.1)
    assert on_real != pytest.approx(on_generated, rel=0.01)
    assert found.task.item() == pytest.approx(on_real, rel=1e-4)
    assert found.discriminator.item() == pytest.approx(APART + 0.3 * (on_real + on_generated), rel=1e-4)
    assert found.generator.item() == pytest.approx(FOOL)


# --- gradients ---


@each_arm
def test_each_loss_reaches_one_network(arm: str) -> None:
    game = small_game(arm)
    found = losses(play(game, arm))
    found.discriminator.backward(retain_graph=True)
    assert all(p.grad is None for p in game.generator.parameters())
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in game.discriminator.parameters())
    game.zero_grad()
    found.generator.backward()
    assert all(p.grad is None for p in game.discriminator.parameters())
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in game.generator.parameters())


@each_arm
def test_gradient_reaches_every_trained_parameter(arm: str) -> None:
    game = small_game(arm)
    losses(play(game, arm)).total.backward()
    for name, parameter in game.named_parameters():
        if name.startswith("average."):
            assert parameter.grad is None, name
        else:
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
            assert float(parameter.grad.abs().sum()) > 0 or name == "discriminator.score.bias", name


@pytest.mark.parametrize("arm", ["references", "untrained", "mean"])
def test_one_pass_equals_alternating_gradients(arm: str) -> None:
    """Detached pictures for the discriminator, a new graph through a frozen discriminator for the generator."""
    game, known = small_game(arm), references_for(ARMS[arm], 6)
    losses(play(game, arm)).total.backward()
    found = {name: p.grad.clone() for name, p in game.named_parameters() if p.grad is not None}
    assert known is not None
    assert game.generator.reader is not None
    standard = game.generator.reader.standardise(known)
    game.zero_grad()
    real = game.discriminator(pictures(6), standard).scores
    generated = game.discriminator(game.generator(noise(6), known).images.detach(), standard).scores
    (F.relu(1 - real).mean() + F.relu(1 + generated).mean()).backward()
    expected = {
        f"discriminator.{n}": p.grad.clone() for n, p in game.discriminator.named_parameters() if p.grad is not None
    }
    game.zero_grad()
    (-game.discriminator(game.generator(noise(6), known).images, standard).scores.mean()).backward()
    expected |= {f"generator.{n}": p.grad.clone() for n, p in game.generator.named_parameters() if p.grad is not None}
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("arm", "chance_level"), [("rotation", math.log(4)), ("contrastive", math.log(2 * 6 - 1))])
def test_discriminator_overfits_its_further_task(arm: str, chance_level: float) -> None:
    game = small_game(arm)
    optimizer = torch.optim.Adam(game.discriminator.parameters(), 1e-2, betas=(0.0, 0.9))
    for _ in range(80):
        game.update_average()
        found = losses(play(game, arm))
        optimizer.zero_grad()
        found.discriminator.backward()
        optimizer.step()
    assert found.task.item() < chance_level / 2


# --- neighbours ---


def brute(features: Tensor) -> list[list[float]]:
    """Cosines of all others, the largest first, one pair after the other."""
    rows = features.double().tolist()

    def cosine(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)

    return [sorted((cosine(a, b) for j, b in enumerate(rows) if j != i), reverse=True) for i, a in enumerate(rows)]


def assert_nearest(features: Tensor, k: int) -> None:
    found = nearest_others(features, k)
    assert found.shape == (len(features), k)
    unit = F.normalize(features.double(), dim=1)
    for item, (row, expected) in enumerate(zip(found.tolist(), brute(features), strict=True)):
        assert item not in row
        assert len(set(row)) == k
        assert (unit[row] @ unit[item]).tolist() == pytest.approx(expected[:k], abs=1e-5)


@pytest.mark.parametrize(("count", "k"), [(2, 1), (6, 5), (40, 4)])
@pytest.mark.parametrize("chunk", [7, pretext.CHUNK])
def test_nearest_others_equal_brute_force(count: int, k: int, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretext, "CHUNK", chunk)
    lengths = 0.1 + torch.rand(count, 1, generator=generator(9))  # which must not matter
    assert_nearest(lengths * torch.randn(count, 5, generator=generator(8)), k)


@pytest.mark.parametrize("copies", [2, 3, 9])
def test_duplicates_exclude_the_item_itself(copies: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine duplicates and four neighbours: an item need not be among its own five nearest."""
    monkeypatch.setattr(pretext, "CHUNK", 10)
    features = torch.randn(30, 5, generator=generator(8))
    features[5 : 5 + copies] = features[5]
    features[27] = features[5]
    assert_nearest(features, 4)


def test_set_of_duplicates_only() -> None:
    assert_nearest(torch.ones(12, 3), 5)


# --- views ---


def test_second_view_depends_on_its_rng() -> None:
    images = pictures(5, ARMS["plain"])
    before, state = images.clone(), torch.random.get_rng_state()
    first, again, other = (second_view(generator(seed))(images) for seed in (1, 1, 2))
    assert first.shape == images.shape
    assert 0 <= first.min() <= first.max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(images, before)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_every_picture_has_its_own_view() -> None:
    views = second_view(generator(3))(pictures(1).expand(12, -1, -1, -1))
    assert len({tuple(view.flatten().tolist()) for view in views}) == 12


@pytest.mark.parametrize("count", [1, 3])
def test_views_of_any_number_and_size(count: int) -> None:
    images = torch.rand(count, 3, 33, 33, generator=generator(4))
    assert second_view(generator(5))(images).shape == images.shape

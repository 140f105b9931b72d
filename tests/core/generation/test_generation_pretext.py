"""The arms' labels and losses: turns in their places, losses by hand, gradients that reach one player only."""

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
from core.generation.pretext import Bout, Contest, Turned, Views, losses, most_alike, rotation_loss, second_view
from core.nn.gan_game import Judgement
from tests.core.generation.small_arms import ARMS, noise, pictures, told

each_arm = pytest.mark.parametrize("arm", ARMS)


def mirrored(images: Tensor) -> Tensor:
    """A view that is known."""
    return images.flip(-1)


def contest(arm: str) -> Contest:
    game = Contest(*untrained(ARMS[arm], 5), momentum=0.9)
    with torch.no_grad():  # so that generated pictures are no grey plane
        game.generator.last.weight.mul_(20)
    if game.generator.reader is not None:
        known = told(ARMS[arm], 60, 1)
        assert known is not None
        game.generator.reader.fit(known.squeeze(1))
    return game


def play(game: Contest, arm: str, count: int = 6) -> Bout:
    bout: Bout = game(pictures(count), noise(count), told(ARMS[arm], count), mirrored if arm == "contrastive" else None)
    return bout


# --- one pass ---


def test_the_arms_are_those_of_the_study() -> None:
    assert tuple(ARMS) == pretext.ARMS


@each_arm
@pytest.mark.parametrize("count", [1, 6])
@torch.no_grad()
def test_either_player_judges_the_pictures_that_it_should(arm: str, count: int) -> None:
    game = contest(arm)
    bout, known = play(game, arm, count), told(ARMS[arm], count)
    images = game.generator(noise(count), known).images
    standard = None if known is None else game.generator.reader.standardise(known)  # type: ignore[union-attr]
    for judged, shown in ((bout.real, pictures(count)), (bout.generated, images), (bout.fooling, images)):
        expected = game.discriminator(shown, standard)
        torch.testing.assert_close(judged.scores, expected.scores, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(judged.features, expected.features, rtol=1e-4, atol=1e-5)
    assert (bout.turned is None, bout.views is None) == (arm != "rotation", arm != "contrastive")


@pytest.mark.parametrize(("count", "quarter"), [(1, 1), (4, 1), (5, 2), (8, 2)])
@torch.no_grad()
def test_every_fourth_picture_is_turned_all_four_ways(count: int, quarter: int) -> None:
    """Chen et al. 2019, sec. 5.1; the logits are those of the turned pictures and of no other."""
    game = contest("rotation")
    turned = play(game, "rotation", count).turned
    assert turned is not None
    assert turned.turns.tolist() == [0, 1, 2, 3] * quarter
    images = game.generator(noise(count)).images
    for found, shown in ((turned.real, pictures(count)), (turned.generated, images)):
        assert found.shape == (4 * quarter, 4)
        for row in range(4 * quarter):
            one = torch.rot90(shown[row // 4], row % 4, (-2, -1)).unsqueeze(0)
            torch.testing.assert_close(found[row], game.discriminator(one).turns[0], rtol=1e-4, atol=1e-5)


def test_all_turns_are_in_order_and_undo_each_other() -> None:
    images = pictures(3)
    turned, turns = all_turns(images)
    assert turns.tolist() == [0, 1, 2, 3] * 3
    for row, quarters in enumerate(turns.tolist()):
        assert torch.equal(torch.rot90(turned[row], -quarters, (-2, -1)), images[row // 4])


@torch.no_grad()
def test_views_are_paired_with_their_own_pictures() -> None:
    game = contest("contrastive")
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


def bout(turned: Turned | None = None, views: Views | None = None) -> Bout:
    judged = [Judgement(torch.zeros(4, 1), torch.tensor(scores)) for scores in (REAL, GENERATED, FOOLING)]
    return Bout(judged[0], judged[1], judged[2], turned, views)


def test_plain_losses_by_hand() -> None:
    found = losses(bout())
    assert found.discriminator.item() == pytest.approx(APART)
    assert found.generator.item() == pytest.approx(FOOL)
    assert found.total.item() == pytest.approx(APART + FOOL)
    assert found.told.item() == pytest.approx(5 / 8)
    assert found.task.item() == 0


def test_a_discriminator_that_says_nothing_loses_two_and_tells_none() -> None:
    silent = Judgement(torch.zeros(3, 1), torch.zeros(3))
    found = losses(Bout(silent, silent, silent, None, None))
    assert found.discriminator.item() == 2
    assert found.told.item() == 0


def surprise(logits: Iterable[list[float]], turns: list[int]) -> float:
    """Mean of -log of what a softmax gives the right turn."""
    each = [-math.log(math.exp(row[t]) / sum(map(math.exp, row))) for row, t in zip(logits, turns, strict=True)]
    return sum(each) / len(each)


def test_rotation_losses_by_hand() -> None:
    """The discriminator pays in full for real pictures, the generator a fifth for its own."""
    chance, turns = generator(6), [0, 1, 2, 3]
    real, generated = (2 * torch.randn(4, 4, generator=chance) for _ in range(2))
    found = losses(bout(turned=Turned(real, generated, torch.tensor(turns))))
    on_real, on_generated = surprise(real.tolist(), turns), surprise(generated.tolist(), turns)
    assert found.task.item() == pytest.approx(on_real, rel=1e-5)
    assert found.discriminator.item() == pytest.approx(APART + 1.0 * on_real, rel=1e-5)
    assert found.generator.item() == pytest.approx(FOOL + 0.2 * on_generated, rel=1e-5)
    assert found.total.item() == pytest.approx(APART + FOOL + on_real + 0.2 * on_generated, rel=1e-5)


def test_turns_not_told_apart_cost_the_logarithm_of_four() -> None:
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
    """NT-Xent at temperature 0.1 on real and on generated pictures, each of weight 0.3; the generator pays nothing."""
    rng = generator(7)
    real, generated = (
        (centre, centre + 0.7 * torch.randn(4, 6, generator=rng)) for centre in torch.randn(2, 4, 6, generator=rng)
    )
    found = losses(bout(views=Views(real, generated)))
    on_real, on_generated = slow_nt_xent(*real, 0.1), slow_nt_xent(*generated, 0.1)
    assert on_real != pytest.approx(on_generated, rel=0.01)
    assert found.task.item() == pytest.approx(on_real, rel=1e-4)
    assert found.discriminator.item() == pytest.approx(APART + 0.3 * (on_real + on_generated), rel=1e-4)
    assert found.generator.item() == pytest.approx(FOOL)


# --- gradients ---


@each_arm
def test_each_loss_reaches_one_player_only(arm: str) -> None:
    game = contest(arm)
    found = losses(play(game, arm))
    found.discriminator.backward(retain_graph=True)
    assert all(p.grad is None for p in game.generator.parameters())
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in game.discriminator.parameters())
    game.zero_grad()
    found.generator.backward()
    assert all(p.grad is None for p in game.discriminator.parameters())
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in game.generator.parameters())


@each_arm
def test_gradient_reaches_every_parameter_of_both_and_none_of_the_average(arm: str) -> None:
    game = contest(arm)
    losses(play(game, arm)).total.backward()
    for name, parameter in game.named_parameters():
        if name.startswith("average."):
            assert parameter.grad is None, name
        else:
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
            assert float(parameter.grad.abs().sum()) > 0 or name == "discriminator.score.bias", name


@pytest.mark.parametrize("arm", ["references", "untrained", "mean"])
def test_one_pass_has_the_gradients_of_two_turns(arm: str) -> None:
    """Pictures cut off for the one player, a fresh graph through a discriminator that holds still for the other."""
    game, known = contest(arm), told(ARMS[arm], 6)
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


@pytest.mark.parametrize(("arm", "chance"), [("rotation", math.log(4)), ("contrastive", math.log(2 * 6 - 1))])
def test_the_discriminator_learns_its_further_task_on_one_batch(arm: str, chance: float) -> None:
    game = contest(arm)
    optimizer = torch.optim.Adam(game.discriminator.parameters(), 1e-2, betas=(0.0, 0.9))
    for _ in range(80):
        game.follow()
        found = losses(play(game, arm))
        optimizer.zero_grad()
        found.discriminator.backward()
        optimizer.step()
    assert found.task.item() < chance / 2


# --- neighbours ---


def brute(features: Tensor) -> list[list[float]]:
    """Cosines of all others, the largest first, one pair after the other."""
    rows = features.double().tolist()

    def cosine(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)

    return [sorted((cosine(a, b) for j, b in enumerate(rows) if j != i), reverse=True) for i, a in enumerate(rows)]


def assert_alike(features: Tensor, k: int) -> None:
    found = most_alike(features, k)
    assert found.shape == (len(features), k)
    unit = F.normalize(features.double(), dim=1)
    for item, (row, expected) in enumerate(zip(found.tolist(), brute(features), strict=True)):
        assert item not in row
        assert len(set(row)) == k
        assert (unit[row] @ unit[item]).tolist() == pytest.approx(expected[:k], abs=1e-5)


@pytest.mark.parametrize(("count", "k"), [(2, 1), (6, 5), (40, 4)])
@pytest.mark.parametrize("chunk", [7, pretext.CHUNK])
def test_the_most_alike_are_those_of_brute_force(
    count: int, k: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretext, "CHUNK", chunk)
    lengths = 0.1 + torch.rand(count, 1, generator=generator(9))  # which must not matter
    assert_alike(lengths * torch.randn(count, 5, generator=generator(8)), k)


@pytest.mark.parametrize("twins", [2, 3, 9])
def test_twins_do_not_make_an_item_its_own_neighbour(twins: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine of the same and four neighbours: an item then need not be among the five most like itself."""
    monkeypatch.setattr(pretext, "CHUNK", 10)
    features = torch.randn(30, 5, generator=generator(8))
    features[5 : 5 + twins] = features[5]
    features[27] = features[5]
    assert_alike(features, 4)


def test_a_set_of_twins_only() -> None:
    assert_alike(torch.ones(12, 3), 5)


# --- views ---


def test_a_second_view_keeps_shape_and_range_and_depends_on_its_generator_alone() -> None:
    images = pictures(5, ARMS["plain"])
    before, luck = images.clone(), torch.random.get_rng_state()
    first, again, other = (second_view(generator(seed))(images) for seed in (1, 1, 2))
    assert first.shape == images.shape
    assert 0 <= first.min() <= first.max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(images, before)
    assert torch.equal(torch.random.get_rng_state(), luck)


def test_every_picture_gets_a_view_of_its_own() -> None:
    views = second_view(generator(3))(pictures(1).expand(12, -1, -1, -1))
    assert len({tuple(view.flatten().tolist()) for view in views}) == 12


@pytest.mark.parametrize("count", [1, 3])
def test_views_of_any_number_and_size(count: int) -> None:
    images = torch.rand(count, 3, 33, 33, generator=generator(4))
    assert second_view(generator(5))(images).shape == images.shape

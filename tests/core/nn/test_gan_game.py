"""Adversarial training: each loss reaches one network only, and one pass has the gradients of two updates."""

import pytest
import torch
from torch import Tensor, nn

from core.device import generator
from core.gan import pretext
from core.gan.model import Config, untrained
from core.nn.gan_game import Game
from core.nn.losses import hinge_apart, hinge_fool

TINY = Config(8, 5, (8, 6), (4, 6))


def small_game() -> tuple[Game, Tensor, Tensor]:
    game = Game(*untrained(TINY), momentum=0.9)
    return game, torch.rand(6, 3, 8, 8, generator=generator(1)), torch.randn(6, 5, generator=generator(2))


def same(images: Tensor) -> Tensor:
    return images


def grads(network: nn.Module) -> dict[str, Tensor]:
    return {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}


def test_one_pass_equals_alternating_gradients() -> None:
    """Goodfellow et al. 2014, algorithm 1: detached pictures for the discriminator, a new graph for the generator."""
    game, real, noise = small_game()
    pretext.losses(game(real, noise, same)).total.backward()
    found = grads(game)
    game.zero_grad()
    images = game.generator(noise)
    hinge_apart(game.discriminator(real).scores, game.discriminator(images.detach()).scores).backward()
    expected = {f"discriminator.{name}": value for name, value in grads(game.discriminator).items()}
    game.zero_grad()
    hinge_fool(game.discriminator(game.generator(noise)).scores).backward()
    expected |= {f"generator.{name}": value for name, value in grads(game.generator).items()}
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-6)


def test_gradient_reaches_every_trained_parameter() -> None:
    game, real, noise = small_game()
    pretext.losses(game(real, noise, same)).total.backward()
    for name, parameter in game.named_parameters():
        if name.startswith("average."):
            assert parameter.grad is None, name
        else:
            assert parameter.grad is not None, name
            assert float(parameter.grad.abs().sum()) > 0 or name == "discriminator.score.bias", name


def test_each_loss_reaches_one_network() -> None:
    game, real, noise = small_game()
    found = pretext.losses(game(real, noise, same))
    found.discriminator.backward(retain_graph=True)
    assert all(p.grad is None for p in game.generator.parameters())
    game.zero_grad()
    found.generator.backward()
    assert all(p.grad is None for p in game.discriminator.parameters())


def test_augmentation_changes_both_inputs() -> None:
    game, real, noise = small_game()
    played = game(real, noise, lambda images: 1 - images)
    torch.testing.assert_close(played.real.scores, game.discriminator(1 - real).scores)
    torch.testing.assert_close(played.generated.scores, game.discriminator(1 - played.images).scores)
    torch.testing.assert_close(played.fooling.scores, played.generated.scores)


def test_average_follows_its_formula() -> None:
    game, _, _ = small_game()
    weight, slow = game.generator.first.weight, game.average.first.weight  # type: ignore[union-attr]
    begun = slow.clone()  # type: ignore[operator]
    with torch.no_grad():
        weight += 1  # type: ignore[operator]
    expected = begun
    for step in range(1, 200):
        game.update_average()
        decay = min(0.9, step / (step + 10))
        expected = decay * expected + (1 - decay) * weight
        if step in (1, 5, 150):
            torch.testing.assert_close(slow, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(slow, weight, rtol=1e-3, atol=1e-4)


def test_average_includes_norm_statistics() -> None:
    game, real, noise = small_game()
    game.train()
    for _ in range(200):
        game(real, noise, same)
        game.update_average()
    for name, value in game.generator.state_dict().items():
        if "running" in name:
            torch.testing.assert_close(game.average.state_dict()[name], value, rtol=0.05, atol=0.05)


def test_discriminator_overfits_one_batch() -> None:
    """The discriminator separates six real pictures from six fixed generated ones."""
    game, real, noise = small_game()
    optimizer = torch.optim.Adam(game.discriminator.parameters(), 5e-3, betas=(0.0, 0.9))
    for _ in range(60):
        game.update_average()
        found = pretext.losses(game(real, noise, same))
        optimizer.zero_grad()
        found.discriminator.backward()
        optimizer.step()
    assert found.discriminator.item() < 0.2, "the chance loss is 2"
    assert found.accuracy.item() == 1


def test_generator_fools_frozen_discriminator() -> None:
    game, real, noise = small_game()
    optimizer = torch.optim.Adam(game.generator.parameters(), 5e-3, betas=(0.0, 0.9))
    scores = []
    for _ in range(30):
        played = game(real, noise, same)
        scores.append(played.fooling.scores.mean().item())
        optimizer.zero_grad()
        pretext.losses(played).generator.backward()
        optimizer.step()
    assert scores[-1] > scores[0] + 0.05
    assert scores == pytest.approx(sorted(scores), abs=0.2)

"""Muon: its matrix function against a singular value decomposition, its step against a slow one, who it steps."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.device import generator
from core.rotation.model import Config, RotationNet
from core.training import loop, runs
from core.training.muon import MuonAdamW, block_matrices, orthogonalise
from core.training.recipe import Recipe


class Blocks(nn.Module):
    """An input layer, two repeated blocks, an output layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Linear(3, 4)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.Linear(6, 4)) for _ in range(2)])
        self.head = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embedding(x)
        for block in self.blocks:
            x = x + block(x)
        scores: Tensor = self.head(x)
        return scores


@pytest.mark.parametrize("shape", [(6, 6), (4, 12), (12, 4)])
def test_singular_values_are_brought_near_one(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=generator(3))
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    expected = values / matrix.norm()
    for _ in range(5):  # the published quintic, applied to each singular value alone
        expected = 3.4445 * expected - 4.7750 * expected**3 + 2.0315 * expected**5
    result = orthogonalise(matrix)
    assert torch.allclose(result, left @ expected.diag() @ right, atol=1e-4)
    assert torch.allclose(torch.linalg.svdvals(result), torch.full((len(values),), 0.95), atol=0.3)


def test_step_equals_the_published_one() -> None:
    weight = nn.Parameter(torch.randn(8, 4, generator=generator(1)))
    optimizer = MuonAdamW([{"params": [weight], "muon": True, "weight_decay": 0.0}], lr=0.1)
    expected, momentum = weight.detach().clone(), torch.zeros(8, 4)
    for number in range(3):
        gradient = torch.randn(8, 4, generator=generator(2, number))
        momentum = 0.95 * momentum + 0.05 * gradient
        update = orthogonalise(0.05 * gradient + 0.95 * momentum)
        expected -= 0.1 * 2**0.5 * update  # a matrix twice as high as wide
        weight.grad = gradient.clone()
        optimizer.step()
    assert torch.allclose(weight, expected, atol=1e-6)


def test_kernel_is_stepped_as_the_matrix_of_its_rows() -> None:
    kernel = nn.Parameter(torch.randn(8, 3, 2, 2, generator=generator(1)).to(memory_format=torch.channels_last))
    matrix = nn.Parameter(kernel.detach().reshape(8, 12).clone())
    groups = [{"params": [kernel, matrix], "muon": True, "weight_decay": 0.1}]
    optimizer = MuonAdamW(groups, lr=0.1)
    for number in range(2):
        gradient = torch.randn(8, 3, 2, 2, generator=generator(2, number))
        kernel.grad, matrix.grad = gradient.clone(), gradient.reshape(8, 12).clone()
        optimizer.step()
    assert torch.allclose(kernel.reshape(8, 12), matrix, atol=1e-6)


def test_bfloat16_step_is_near_the_exact_one() -> None:
    start, gradient = (torch.randn(8, 4, generator=generator(number)) for number in (1, 2))
    steps = []
    for bf16 in (False, True):
        weight = nn.Parameter(start.clone())
        weight.grad = gradient.clone()
        MuonAdamW([{"params": [weight], "muon": True, "bf16": bf16, "weight_decay": 0.0}], lr=0.1).step()
        assert weight.dtype == torch.float32
        steps.append(weight.detach() - start)
    assert not torch.equal(*steps)
    assert (steps[0] - steps[1]).norm() < 0.1 * steps[0].norm()


def test_others_are_stepped_as_by_adamw() -> None:
    first, second = Blocks(), Blocks()
    second.load_state_dict(first.state_dict())
    recipe = Recipe(data="x", muon_lr=0.02)
    for model, rates in ((first, recipe), (second, Recipe(data="x"))):
        optimizer = loop.optimizer_for(model, rates)
        model(torch.ones(2, 3)).square().sum().backward()
        optimizer.step()
    hidden = [name for name, _ in first.named_parameters() if "blocks" in name and name.endswith("weight")]
    weights = dict(second.named_parameters())
    equal = {name: torch.equal(weight, weights[name]) for name, weight in first.named_parameters()}
    assert [name for name, same in equal.items() if not same] == hidden


def test_matrices_of_blocks_are_chosen() -> None:
    model = Blocks()
    model.blocks[0][0].weight.requires_grad_(False)  # type: ignore[index]
    chosen = {id(weight) for weight in block_matrices(model)}
    assert chosen == {id(layer.weight) for layer in (model.blocks[0][2], *model.blocks[1][::2])}  # type: ignore


def test_kernels_of_stages_are_chosen_and_the_stem_is_not() -> None:
    model = RotationNet(Config(widths=(4, 8), depths=(1, 1)))
    chosen = {id(weight) for weight in block_matrices(model)}
    named = [name for name, weight in model.named_parameters() if id(weight) in chosen]
    assert named == [
        "encoder.stages.0.0.conv1.weight",
        "encoder.stages.0.0.conv2.weight",
        "encoder.stages.1.0.conv1.weight",
        "encoder.stages.1.0.conv2.weight",
        "encoder.stages.1.0.downsample.0.weight",
    ]


def test_rates_follow_the_schedule_in_their_ratio() -> None:
    groups = loop.optimizer_for(Blocks(), Recipe(data="x", lr=0.002, muon_lr=0.02)).param_groups
    assert [group.get("scale", 1.0) for group in groups] == [1.0, 1.0, pytest.approx(10.0)]


def test_saved_momentum_continues_exactly(tmp_path: Path) -> None:
    def steps(model: Blocks, optimizer: torch.optim.AdamW, first: int, count: int) -> None:
        for number in range(first, first + count):
            optimizer.zero_grad()
            model(torch.randn(5, 3, generator=generator(number))).square().sum().backward()
            optimizer.step()

    recipe = Recipe(data="x", muon_lr=0.02)
    straight, stopped, resumed = (Blocks() for _ in "abc")
    stopped.load_state_dict(straight.state_dict())
    steps(straight, loop.optimizer_for(straight, recipe), 0, 4)
    before = loop.optimizer_for(stopped, recipe)
    steps(stopped, before, 0, 2)
    runs.save_state(tmp_path, stopped, before, runs.State(2))
    after = loop.optimizer_for(resumed, recipe)
    assert runs.restore_state(tmp_path, resumed, after).step == 2
    steps(resumed, after, 2, 2)
    for name, weight in straight.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name

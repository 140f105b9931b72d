"""The fake CUDA refuses what the real one refuses, allows what that allows, and changes no number."""

from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core import device
from tests.cuda.fake_cuda import CPU, CUDA, WrongDeviceError, on_cuda

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="the real CUDA is here")


@pytest.fixture(autouse=True)
def _fake() -> Iterator[None]:
    with on_cuda():
        yield


REFUSED: dict[str, Callable[[], object]] = {
    "a sum": lambda: torch.ones(2, device=CUDA) + torch.ones(2),
    "a product with weights": lambda: nn.Linear(2, 3).to(CUDA)(torch.ones(1, 2)),
    "weights left behind": lambda: nn.Linear(2, 3)(torch.ones(1, 2).to(CUDA)),
    "an embedding": lambda: nn.Embedding(4, 2).to(CUDA)(torch.tensor([1])),
    "a list of tensors": lambda: torch.cat([torch.ones(1), torch.ones(1, device="cuda")]),
    "a loss": lambda: F.cross_entropy(torch.ones(1, 3, device=CUDA), torch.tensor([1])),
    "an index on CUDA": lambda: torch.ones(3)[torch.tensor([1], device=CUDA)],
    "a value to put in": lambda: torch.ones(3, device=CUDA).__setitem__(slice(2), torch.ones(2)),
    "a view into a GPU's memory": lambda: torch.ones(2, device=CUDA).numpy(),
    "a generator on the CPU": lambda: torch.rand(2, device=CUDA, generator=device.generator(1)),
    "a generator on CUDA": lambda: torch.rand(2, generator=device.generator(1, device=CUDA)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_mixed_devices_are_refused(name: str) -> None:
    with pytest.raises(WrongDeviceError):
        REFUSED[name]()


def test_devices_are_carried_along() -> None:
    made = torch.arange(6.0, device=CUDA).view(2, 3)
    results = (made, made[0], made.sum(), made.T @ made, torch.zeros_like(made), made.new_zeros(2), *made.split(1))
    for tensor in (*results, *made):
        assert tensor.device == CUDA
    assert made.max(0).values.device == CUDA
    assert made.cpu().device == made.to("cpu").device == torch.from_numpy(made.cpu().numpy()).device == CPU
    assert made.to(torch.float64).device == CUDA
    assert made.to(CUDA) is made


def test_allowed_mixtures_work() -> None:
    made = torch.arange(6.0, device=CUDA)
    assert (made * torch.tensor(2.0)).device == CUDA, "a single number"
    assert made[torch.tensor([1, 2])].tolist() == [1, 2], "an index on the CPU"
    made[torch.tensor([0])] = 7.0
    torch.zeros(6).copy_(made)
    assert made.tolist() == [7, 1, 2, 3, 4, 5]


def test_moving_copies_the_tensor() -> None:
    here = torch.ones(2)
    there = here.to(CUDA)
    assert (here.device, there.device) == (CPU, CUDA)
    there += 1
    assert here.tolist() == [1, 1]


def test_a_module_moves_whole_and_learns() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).to(CUDA)
    assert {value.device for value in model.state_dict().values()} == {CUDA}
    model(torch.ones(2, 1, 4, 4, device=CUDA)).square().sum().backward()
    assert model[0].weight.grad is not None
    assert model[0].weight.grad.device == CUDA


def test_no_number_changes() -> None:
    seen = [torch.rand(3, generator=device.generator(1, device=where), device=where).tolist() for where in (CPU, CUDA)]
    assert seen[0] == seen[1]

"""InfoNCE against a slow loop and its closed forms; hinge losses by hand; a batch spread over processes against one."""

import math
from pathlib import Path

import pytest
import torch
import torch.distributed
from torch import Tensor, nn
from torch.multiprocessing.spawn import start_processes
from torch.nn.parallel import DistributedDataParallel

from core.device import generator
from core.nn.losses import gather, hinge_apart, hinge_fool, info_nce, nt_xent
from tests.core import processes

PROCESSES, ROWS, WIDTH = 2, 6, 5  # rows of one process


def slow_info_nce(positive: Tensor, negative: Tensor, temperature: float) -> list[float]:
    """He et al. 2020, eq. 1, one query after the other."""
    found = []
    for own, others in zip(positive.double().tolist(), negative.double().tolist(), strict=True):
        below = math.exp(own / temperature)
        for other in others:
            below += math.exp(other / temperature)
        found.append(-math.log(math.exp(own / temperature) / below))
    return found


@pytest.mark.parametrize(("queries", "keys"), [(1, 1), (3, 7), (5, 64)])
@pytest.mark.parametrize("temperature", [0.07, 0.2, 1.0])
def test_info_nce_equals_loops(queries: int, keys: int, temperature: float) -> None:
    rng = generator(queries, keys)
    positive = 2 * torch.rand(queries, generator=rng) - 1
    negative = 2 * torch.rand(queries, keys, generator=rng) - 1
    slow = slow_info_nce(positive, negative, temperature)
    assert torch.allclose(info_nce(positive, negative, temperature), torch.tensor(slow), atol=1e-4)


@pytest.mark.parametrize("keys", [1, 7, 4096])
def test_equal_similarities_give_log_keys(keys: int) -> None:
    found = info_nce(torch.full((3,), 0.4), torch.full((3, keys), 0.4), 0.2)
    assert torch.allclose(found, torch.tensor(math.log(keys + 1)), atol=1e-4)


def test_matching_key_has_closed_form() -> None:
    found = info_nce(torch.ones(1), torch.zeros(1, 9), 0.5)
    assert found.item() == pytest.approx(math.log(math.exp(2) + 9) - 2, abs=1e-5)


def test_info_nce_survives_a_tiny_temperature() -> None:
    assert torch.isfinite(info_nce(torch.tensor([-1.0]), torch.ones(1, 4), 1e-3)).all()


def test_one_process_gathers_its_own() -> None:
    views = torch.rand(3, 4)
    assert gather(views) is views


def batch() -> tuple[Tensor, Tensor]:
    """Two views (PROCESSES * ROWS, WIDTH) of every item of the whole batch."""
    rng = generator(4)
    return (torch.randn(PROCESSES * ROWS, WIDTH, generator=rng), torch.randn(PROCESSES * ROWS, WIDTH, generator=rng))


def encoder() -> nn.Linear:
    """The same linear encoder wherever it is made."""
    model = nn.Linear(WIDTH, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator(5)))
    return model


def one_of_several(rank: int, folder: str) -> None:
    """Each process: its own rows through a DistributedDataParallel encoder, the loss over all rows."""
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=PROCESSES
    )
    model = DistributedDataParallel(encoder())
    first, second = (view[rank * ROWS : (rank + 1) * ROWS] for view in batch())
    ours, theirs = model(torch.cat([first, second])).chunk(2)
    loss = nt_xent(gather(ours), gather(theirs), 0.2).mean
    loss.backward()
    found = {
        "loss": loss.detach(),
        "gradient": model.module.weight.grad,
        "order": gather(torch.tensor([[10 * rank], [10 * rank + 1]])),
    }
    torch.save(found, f"{folder}/{rank}.pt")
    torch.distributed.barrier()  # gloo may wait for ever for a partner that has left already
    torch.distributed.destroy_process_group()


def test_processes_contrast_the_whole_batch(tmp_path: Path) -> None:
    """Mean over processes of the loss and of the averaged gradients, to 1e-5."""
    processes.start_server()
    start_processes(one_of_several, args=(str(tmp_path),), nprocs=PROCESSES, start_method="forkserver")
    alone = encoder()
    first, second = batch()
    loss = nt_xent(alone(first), alone(second), 0.2).mean
    loss.backward()
    found = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(PROCESSES)]
    assert torch.stack([each["loss"] for each in found]).mean().item() == pytest.approx(loss.item(), abs=1e-5)
    assert alone.weight.grad is not None
    for each in found:
        assert torch.allclose(each["gradient"], alone.weight.grad, atol=1e-5)
        assert each["order"].flatten().tolist() == [0, 1, 10, 11], "process after process"
    apart = nt_xent(alone(first[:ROWS]), alone(second[:ROWS]), 0.2).mean
    assert abs(apart.item() - loss.item()) > 0.1, "a process without the others' rows has another loss"


# --- hinge ---


def test_hinge_by_hand() -> None:
    """Real 2.5, 0.5 and -1 are 0, 0.5 and 2 short of +1; generated -3, 0 and 2 are 0, 1 and 3 beyond -1."""
    real, generated = torch.tensor([2.5, 0.5, -1.0]), torch.tensor([-3.0, 0.0, 2.0])
    assert hinge_apart(real, generated).item() == pytest.approx((0 + 0.5 + 2) / 3 + (0 + 1 + 3) / 3)
    assert hinge_fool(generated).item() == pytest.approx(1 / 3)


def test_hinge_is_two_without_separation() -> None:
    assert hinge_apart(torch.zeros(5), torch.zeros(5)).item() == 2
    assert hinge_apart(torch.full((5,), 1.5), torch.full((5,), -1.0)).item() == 0


def test_only_discriminator_gradient_saturates() -> None:
    generated = torch.tensor([-2.0, -0.5, 3.0], requires_grad=True)
    (apart,) = torch.autograd.grad(hinge_apart(torch.ones(3), generated), generated)
    (fool,) = torch.autograd.grad(hinge_fool(generated), generated)
    assert apart.tolist() == pytest.approx([0, 1 / 3, 1 / 3])
    assert fool.tolist() == pytest.approx([-1 / 3] * 3)

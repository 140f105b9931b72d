"""Chance is drawn from fresh generators: repeatable, different for each step and process, nobody else's business."""

import itertools

import pytest
import torch

from core import device


def test_named_and_automatic_devices() -> None:
    assert device.pick("cpu") == torch.device("cpu")
    assert device.pick().type in {"cuda", "mps", "cpu"}
    assert device.pick("auto") == device.pick()


def test_automatic_choice_prefers_cuda_then_mps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device.pick().type == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.pick().type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.pick().type == "cuda"


def draw(*seeds: int) -> tuple[float, ...]:
    return tuple(torch.rand(4, generator=device.generator(*seeds), dtype=torch.float64).tolist())


def test_equal_seeds_draw_alike_and_leave_the_shared_generator_alone() -> None:
    before = torch.random.get_rng_state()
    assert draw(3, 1, 4) == draw(3, 1, 4)
    assert torch.equal(before, torch.random.get_rng_state())


def test_no_two_of_seeds_steps_and_processes_share_their_luck() -> None:
    triples = list(itertools.product(range(3), range(200), range(4)))
    assert len({draw(*triple) for triple in triples}) == len(triples)


def test_order_and_number_of_seeds_matter() -> None:
    assert len({draw(0), draw(1), draw(0, 0), draw(0, 1), draw(1, 0), draw(0, 0, 0)}) == 6


def test_autocast_only_where_asked_on_the_cpu() -> None:
    cpu = torch.device("cpu")
    a, b = torch.ones(2, 2), torch.ones(2, 2)
    for asked, kind in ((None, torch.float32), (False, torch.float32), (True, torch.bfloat16)):
        with device.autocast(cpu, asked):
            assert (a @ b).dtype == kind
    assert (a @ b).dtype == torch.float32

"""Momentum contrast: key network, queue and gradients against the paper, and an interrupted run that resumes."""

import contextlib
import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core import checkpoints
from core.contrastive import moco as moco_module
from core.contrastive import train
from core.contrastive.moco import MoCo
from core.contrastive.model import Config, untrained
from core.contrastive.train import ContrastiveRecipe, moco_loss
from core.data.batches import indices
from core.device import generator
from core.nn.losses import info_nce
from core.training import loop
from tests.core.contrastive.test_contrastive_train import paint

SMALL = Config(size=16, widths=(8, 16), depths=(1, 1), stem_stride=1, hidden=16, projection=8)


def tiny(queue: int = 12, momentum: float = 0.9, shards: int = 1) -> MoCo:
    return MoCo(untrained(SMALL, 3), queue=queue, momentum=momentum, shards=shards)


def views(batch: int = 4, seed: int = 0) -> tuple[Tensor, Tensor]:
    rng = generator(seed)
    return torch.rand(batch, 3, 16, 16, generator=rng), torch.rand(batch, 3, 16, 16, generator=rng)


@pytest.mark.parametrize(("batch", "queue"), [(1, 5), (3, 12)])
def test_output_shapes_and_cosines(batch: int, queue: int) -> None:
    moco = tiny(queue).eval()
    found = moco(*views(batch))
    assert (found.queries.shape, found.keys.shape) == ((batch, 8), (batch, 8))
    assert (found.positives.shape, found.negatives.shape) == ((batch,), (batch, queue))
    for vectors in (found.queries, found.keys, moco.queue):
        assert torch.allclose(vectors.norm(dim=1), torch.ones(len(vectors)), atol=1e-5)
    assert torch.allclose(found.positives, torch.stack([q @ k for q, k in zip(found.queries, found.keys, strict=True)]))
    assert torch.allclose(found.negatives, found.queries @ moco.queue.T)


def test_key_network_follows_equation_2() -> None:
    moco = tiny(momentum=0.75)
    with torch.no_grad():
        for parameter in moco.query.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator(1)))
    before, fast = copy.deepcopy(moco.key), dict(moco.query.named_parameters())
    moco.train()(*views())
    for (name, old), new in zip(before.named_parameters(), moco.key.parameters(), strict=True):
        assert torch.allclose(new, 0.75 * old + 0.25 * fast[name], atol=1e-6), name
    after = copy.deepcopy(moco.key.state_dict())
    moco.eval()(*views(seed=2))
    assert all(torch.equal(value, after[name]) for name, value in moco.key.state_dict().items()), "not in eval mode"


def test_gradient_reaches_only_the_query() -> None:
    moco = tiny()
    found = moco(*views(8))
    loss = info_nce(found.positives, found.negatives, 0.2).mean()
    moco.enqueue(found.keys)  # before the backward pass, as in training
    loss.backward()
    without = [name for name, p in moco.query.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []
    assert not found.keys.requires_grad
    assert all(p.grad is None and not p.requires_grad for p in moco.key.parameters())


def test_oldest_keys_leave_the_queue() -> None:
    moco = tiny(queue=5)
    first = moco.queue.clone()
    fresh = torch.eye(8)
    moco.enqueue(fresh[:2])
    assert torch.equal(moco.queue, torch.cat([fresh[:2], first[2:]]))
    moco.enqueue(fresh[2:6])  # wraps around the end
    assert torch.equal(moco.queue, torch.stack([fresh[5], fresh[1], fresh[2], fresh[3], fresh[4]]))
    assert moco.pointer.item() == 1
    moco.enqueue(fresh)  # more than the queue holds: the last five stay
    assert {tuple(row.tolist()) for row in moco.queue} == {tuple(row.tolist()) for row in fresh[3:]}


def test_queue_gets_keys_of_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = torch.eye(8)[:2], torch.eye(8)[4:6]
    monkeypatch.setattr(moco_module, "gather", lambda keys: torch.cat([theirs, keys]))
    moco = tiny(queue=5)
    moco.enqueue(ours)
    assert torch.equal(moco.queue[:4], torch.cat([theirs, ours]))
    assert moco.pointer.item() == 4


def test_loss_uses_the_old_queue() -> None:
    moco = tiny()
    old = moco.queue.clone()
    found = moco(*views())
    moco.enqueue(found.keys)
    assert torch.allclose(found.negatives, found.queries @ old.T)
    assert torch.equal(moco.queue[:4], found.keys)


def test_shards_keep_keys_with_queries() -> None:
    order = torch.tensor([2, 0, 3, 1])
    plain, ordered = (copy.deepcopy(tiny())(*views(), each) for each in (None, order))
    assert torch.allclose(plain.keys, ordered.keys, atol=1e-5), "the same mean and variance, so the same leak"
    sharded = tiny(shards=2)
    found = sharded(*views(), order)
    parts = [tiny().key(views()[1][rows]).projections for rows in order.chunk(2)]
    for position, key in zip(order.tolist(), torch.cat(parts), strict=True):
        assert torch.allclose(found.keys[position], key, atol=1e-5)
    assert not torch.allclose(found.keys, plain.keys, atol=1e-3)


def test_symmetric_queries_both_views() -> None:
    recipe = ContrastiveRecipe(data="x", method="moco", symmetric=True, shards=1)
    calls: list[tuple[Tensor, Tensor]] = []

    class Spy(nn.Module):
        def forward(self, query_views: Tensor, key_views: Tensor, order: Tensor | None) -> object:
            calls.append((query_views, key_views))
            return tiny()(query_views, key_views, order)

    pair = views(3)
    _, keys = moco_loss(Spy(), pair, generator(0), recipe)
    assert len(keys) == 6
    assert torch.equal(calls[0][0], torch.cat(pair))
    assert torch.equal(calls[0][1], torch.cat(pair[::-1]))


def test_overfits_one_batch() -> None:
    moco = tiny(queue=16, momentum=0.9)
    images = views(8)[0]
    optimizer = torch.optim.AdamW(moco.query.parameters(), lr=1e-2)
    for _ in range(80):
        found = moco(images, (images + 0.05).clamp(0, 1))
        loss = info_nce(found.positives, found.negatives, 0.1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1, "chance level log 17 = 2.8"


# --- whole runs ---

FLAGS = ContrastiveRecipe(
    data="x",
    method="moco",
    name="toy",
    steps=12,
    batch=8,
    queue=20,
    shards=2,
    device="cpu",
    bf16=False,
    save_every=4,
    log_every=1,
    size=16,
)
IMAGES = torch.rand(30, 3, 16, 16, generator=generator(6))


def run(recipe: ContrastiveRecipe, until: int = 10**9) -> tuple[list[float], MoCo]:
    """Train a tiny MoCo, interrupted at step `until`; returns its losses and the model."""
    moco, losses = tiny(recipe.queue), []

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        if number == until:
            raise KeyboardInterrupt
        rows = indices(len(IMAGES), recipe.batch, number, recipe.seed)
        noise = 0.1 * torch.randn(2, recipe.batch, 3, 16, 16, generator=rng)
        found, keys = moco_loss(network, (IMAGES[rows] + noise[0], IMAGES[rows] + noise[1]), rng, recipe)
        moco.enqueue(keys)
        losses.append(found["loss"].item())
        return found | {"ids": rows}

    with contextlib.suppress(KeyboardInterrupt):
        loop.train(recipe, moco, loss, method="contrastive")
    return losses, moco


def test_resumed_run_repeats_the_losses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole, straight = run(replace(FLAGS, name="straight"))
    before, _ = run(replace(FLAGS, name="killed"), until=10)
    (folder,) = (tmp_path / "runs" / "contrastive" / "killed").iterdir()
    after, resumed = run(replace(FLAGS, name="killed", resume=str(folder)))
    assert before == whole[:10]
    assert after == whole[8:], "step 8 was the last one saved"
    for name, tensor in straight.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor), name
    assert {"queue", "pointer"} <= straight.state_dict().keys()


def test_smoke_run_ships_the_query_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = "--method moco --smoke --snapshots --width 4 --stages 2 --batch 8 --size 16 --hidden 16 --projection 8"
    data = f"folder:{paint(tmp_path / 'colours', 14)}"
    written = train.main([*flags.split(), "--data", data, "--queue", "32", "--device", "cpu", "--no-bf16"])
    card = json.loads((written / "card.json").read_text())
    assert card["model"] == "core.contrastive.model.ContrastiveNet"
    assert card["parameters"] == sum(p.numel() for p in untrained(Config(**card["config"])).parameters())
    assert card["snapshots"].keys() == {"0", "1", "5", "25", "100"}
    start = checkpoints.load(f"{written.resolve()}@0").model.state_dict()
    fresh = untrained(Config(**card["config"])).state_dict()
    assert all(torch.allclose(start[name], tensor, atol=1e-3) for name, tensor in fresh.items()), "not trained yet"
    assert any(
        not torch.allclose(start[name], tensor, atol=1e-3)
        for name, tensor in checkpoints.load(str(written.resolve())).model.state_dict().items()
    )


def test_other_methods_are_refused() -> None:
    with pytest.raises(SystemExit, match="simclr or moco"):
        train.main(["--data", "emoji", "--method", "byol"])

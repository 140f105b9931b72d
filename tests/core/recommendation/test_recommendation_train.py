"""The recipe: from flags to a checkpoint that loads and is measured again; batches without films of the test."""

import dataclasses
import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints
from core.data import films
from core.downstream.paired import mcnemar
from core.errors import InputError
from core.recommendation import catalogue, evaluation, pretext, refit, train
from core.recommendation.baselines import ItemNeighbours, Recency
from core.recommendation.model import Config
from core.snapshots import SNAPSHOTS
from core.training.recipe import parse
from tests.core import film_set
from tests.own_checkpoints import settle

FLAGS = ["--smoke", "--device", "cpu", "--no-bf16", "--least", "1", "--context", "8", "--width", "16", "--lr", "0.02"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film_set.write(tmp_path_factory.mktemp("films"))


@pytest.mark.parametrize("further", [["--snapshots"], ["--shuffle"]], ids=["snapshots", "shuffle"])
def test_smoke_run_writes_a_measurable_checkpoint(
    further: list[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = f"folder:{folder}"
    written = train.main([*FLAGS, *further, "--data", data]).absolute()
    card = json.loads((written / "card.json").read_text())
    assert {"films.json", "neighbours.safetensors", "README.txt", "model.safetensors"} <= set(card["sha256"])
    assert list(card["metrics"]) == [data, f"{data}, validation", f"{data}, genres", f"{data}, pace"]
    assert card["metrics"][data]["n"] == film_set.USERS
    assert list(card["snapshots"]) == ([*map(str, SNAPSHOTS), "100"] if further == ["--snapshots"] else [])
    checkpoint = checkpoints.load(str(written))
    assert checkpoint.card is not None
    found = train.measure(checkpoint, train.RECIPE(**checkpoint.card.recipe))
    for name, figures in found.items():
        assert figures == pytest.approx(card["metrics"][name], abs=1e-6), name


def test_neighbours_are_refitted_without_training(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network stays; file, digest and figures become those that the recipe wrote."""
    monkeypatch.chdir(tmp_path)
    written = train.main([*FLAGS, "--snapshots", "--data", f"folder:{folder}", "--name", "refit"]).absolute()
    settle(tmp_path / "checkpoints", monkeypatch)
    (tmp_path / "checkpoints" / "recommendation" / "refit").symlink_to(written)
    before = {file.name: file.read_bytes() for file in written.iterdir()}
    card = checkpoints.read_card("recommendation/refit")
    stale = ItemNeighbours(catalogue.read_neighbours(written).co_ratings, 1, Recency(1, 1.0))
    content = catalogue.pack_neighbours(stale)
    assert content != before[catalogue.NEIGHBOURS]
    (written / catalogue.NEIGHBOURS).write_bytes(content)
    digests = card.sha256 | {catalogue.NEIGHBOURS: hashlib.sha256(content).hexdigest()}
    checkpoints.write_card(written, dataclasses.replace(card, sha256=digests, metrics={}))
    found = refit.refit("recommendation/refit", "nowhere")
    assert found.sha256 == card.sha256
    assert found.metrics[f"folder:{folder}"] == pytest.approx(card.metrics[f"folder:{folder}"], abs=1e-6)
    assert found.snapshots["25"] == pytest.approx(card.snapshots["25"], abs=1e-6)
    assert {file.name: file.read_bytes() for file in written.iterdir() if file.name != "card.json"} == {
        name: content for name, content in before.items() if name != "card.json"
    }


def test_paired_rates_count_discordant_users() -> None:
    model, knn = [1, 11, 3, 40, 9], [1, 2, 30, 50, math.inf]
    found = evaluation.paired(model, knn)
    assert (found["model_only_rate"], found["knn_only_rate"]) == (2 / 5, 1 / 5)
    assert found["mcnemar_p"] == mcnemar(2, 1) == 1


def test_training_learns_the_order(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Users of the made-up set go through one genre in order: more than popularity can know."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoints, "ROOT", tmp_path)
    flags = [flag for flag in FLAGS if flag != "--smoke"]
    written = train.main([*flags, "--steps", "150", "--drop", "0.1", "--data", f"folder:{folder}"])
    test = checkpoints.read_card(written.name, written.parent).metrics[f"folder:{folder}"]
    assert test["ndcg"] > test["popularity_ndcg"] + 0.2
    assert test["ndcg"] > test["chance_ndcg"] + 0.2
    genres = checkpoints.read_card(written.name, written.parent).metrics[f"folder:{folder}, genres"]
    assert genres["knn"] > genres["untrained_knn"] + 0.2


def test_no_batch_holds_test_films(folder: Path) -> None:
    ratings = films.read(f"folder:{folder}")
    known = catalogue.gather(ratings, 1)
    histories = known.translate(ratings)
    past = [train.known_past(history) for history in histories]
    config = Config(len(known.films), context=8, width=16)
    recipe = train.RECIPE(data="x", context=8, width=16)
    rows = torch.arange(len(past))
    for number in range(5):
        seen, hidden, kept = train.make_batch(past, rows, number, config, recipe)
        assert seen.shape == hidden.shape == (len(past), 8)
        assert kept.shape == (3, len(past), 8, 16)
        assert not bool((hidden & (seen == config.padding)).any())
        for row, history in enumerate(histories):
            assert not set(seen[row].tolist()) & set(history[-2:].tolist())


def test_batches_depend_on_their_number() -> None:
    past = [np.arange(first, first + 12) for first in range(40)]
    config, recipe = Config(60, context=6, width=16), train.RECIPE(data="x", drop=0.25)
    rows = torch.arange(40)
    first, again, other = (train.make_batch(past, rows, number, config, recipe) for number in (4, 4, 5))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    assert sorted(first[2].unique().tolist()) == pytest.approx([0, 1 / 0.75])
    assert first[2].mean().item() == pytest.approx(1, abs=0.02)
    runs = first[0].diff(dim=1)
    assert bool((runs == 1).all()), "a stretch keeps the order"
    mixed = train.make_batch(past, rows, 4, config, train.RECIPE(data="x", shuffle=True))[0]
    assert not bool((mixed.diff(dim=1) == 1).all())


def test_histories_repeat_by_root_of_length() -> None:
    owners = train.repeat_by_length([np.arange(4), np.arange(100), np.arange(1)])
    assert torch.bincount(owners).tolist() == [2, 10, 1]


def test_short_histories_are_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="too short"):
        train.main(["--smoke", "--data", f"folder:{folder}", "--least", "1000"])


def test_other_data_match_by_film_number(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint = checkpoints.load(str(train.main([*FLAGS, "--data", f"folder:{folder}"]).absolute()))
    lines = (folder / "ratings.csv").read_text().splitlines()
    other = film_set.write(tmp_path / "other")
    (other / "ratings.csv").write_text("\n".join(line for line in lines if not line.startswith("7,")))
    assert train.evaluate(checkpoint, f"folder:{other}")["n"] == film_set.USERS - 1
    (other / "ratings.csv").write_text("\n".join(lines[:3]))
    with pytest.raises(InputError, match="nothing to ask"):
        train.evaluate(checkpoint, f"folder:{other}")


def test_every_field_of_the_recipe_is_a_flag() -> None:
    recipe = parse(train.RECIPE, ["--data", "x", "--ratio", "0.5", "--shuffle", "--preset", "cpu", "--batch", "3"])
    assert (recipe.ratio, recipe.shuffle, recipe.batch) == (0.5, True, 3)
    assert recipe.snapshots
    assert recipe.width % recipe.heads == 0
    assert pretext.UNKNOWN < 0

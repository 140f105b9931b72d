"""`python -m core.evaluate`: one line of JSON for every shipped checkpoint on own data, one sentence for a mistake."""

import json
import math
import socket
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from core import checkpoints, evaluate
from core.errors import CheckpointError, InputError
from core.training.recipe import Recipe
from tests.core import film_set

KEYS = {
    "rotation": {"accuracy", "chance", "n"},
    "contrastive": {"knn", "untrained_knn", "n"},
    "vae": {"nats", "n"},
    "vqvae": {"mse", "psnr_db", "mean_colour_mse", "n"},
    "gan": {"frechet", "precision", "recall", "n"},
    "generation": {"frechet", "precision", "recall", "n"},
    "masked": {"mse", "mean_fill_mse", "psnr_db", "n"},
    "gpt2": {"bits_per_character", "perplexity", "n"},
    "bert": {"accuracy", "top5_accuracy", "left_accuracy", "frequent_accuracy", "chance", "bits", "n"},
    "audio": {"knn", "mfcc_knn", "n"},
    "recommendation": {"hit_rate", "ndcg", "knn_hit_rate", "n"},
}
COUNTS = {
    "rotation": 8,
    "contrastive": 4,
    "vae": 8,
    "vqvae": 8,
    "gan": 8,
    "generation": 8,
    "masked": 8,
    "bert": 6,
    "audio": 8,
    "recommendation": film_set.USERS,
}
SHIPPED = sorted(f"{card.parts[-3]}/{card.parts[-2]}" for card in checkpoints.ROOT.glob("*/*/card.json"))
ANY = SHIPPED[0]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of all kinds: pictures in two classes, plain and split, two texts, eight short sounds, rated films."""
    root, rng = tmp_path_factory.mktemp("own"), np.random.default_rng(0)
    for number in range(8):
        kind = "ab"[number % 2]
        half = "test" if number < 4 else "train"
        picture = rng.integers(0, 120, (30, 40, 3), dtype=np.uint8)
        picture[:10, :, number % 2] += 130
        wave = np.sin(np.arange(4000) * (0.1 + 0.2 * (number % 2))) * rng.uniform(0.2, 0.9)
        for folder in (root / "plain" / "deep" / kind, root / "split" / half / kind, root / "sounds" / kind):
            folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(root / "plain" / "deep" / kind / f"{number}.PNG")
        Image.fromarray(picture).save(root / "split" / half / kind / f"{number}.png")
        soundfile.write(root / "sounds" / kind / f"{number}.wav", wave, 8000)
    film_set.write(root / "films")
    (root / "texts" / "deep").mkdir(parents=True)
    (root / "texts" / "one.txt").write_text("The sea was calm and the night was long.\n", encoding="utf-8")
    (root / "texts" / "deep" / "two.txt").write_text("春眠不觉晓，处处闻啼鸟。\n", encoding="utf-8")
    return root


def place(method: str, own: Path) -> str:
    folders = {"gpt2": "texts", "bert": "texts", "audio": "sounds", "contrastive": "split", "recommendation": "films"}
    return f"folder:{own / folders.get(method, 'plain')}"


def test_methods_are_folders_with_a_recipe() -> None:
    methods = evaluate.methods()
    assert list(methods) == sorted(methods)
    assert KEYS.keys() <= set(methods)
    for method in methods:
        assert issubclass(evaluate.recipe_class(f"{method}/any"), Recipe)
        assert evaluate.recipe_class(method) is evaluate.recipe_class(f"{method}/any")


@pytest.mark.parametrize("name", SHIPPED)
def test_own_data_give_one_json_line(name: str, own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    method = name.split("/")[0]
    assert evaluate.main([name, "--data", place(method, own), "--json", "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    found = json.loads(out)
    assert KEYS.get(method, {"n"}) <= found.keys()
    assert all(math.isfinite(value) for value in found.values())
    assert found["n"] == COUNTS.get(method, 54)


@pytest.mark.parametrize("name", SHIPPED)
def test_card_has_the_same_metrics(name: str) -> None:
    """A set by its own name; "scenes96, ..." is a further measurement on it, a probe or a baseline."""
    plain = [found for spec, found in checkpoints.read_card(name).metrics.items() if "," not in spec]
    assert plain
    assert all(KEYS.get(name.split("/")[0], {"n"}) <= found.keys() for found in plain)


def test_without_json_one_line_per_metric(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    method = ANY.split("/")[0]
    assert evaluate.main([ANY, "--data", place(method, own), "--device", "cpu"]) == 0
    names = {line.split(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert names >= KEYS[method]


@pytest.mark.parametrize("name", ["nowhere/photos", f"{ANY}x", "rotation", "rotation/", "", "../../etc", "gpt2"])
def test_unknown_name_asks_no_hub(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a mistyped name went to the network")

    monkeypatch.setattr(checkpoints, "fetch", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert evaluate.main([name, "--data", "any"]) == 2
    said = capsys.readouterr()
    assert said.err == f"There is no checkpoint called {name} here.\n"
    assert not said.out
    with pytest.raises(CheckpointError):
        evaluate.evaluate(name, "any")


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("data", ["nowhere", "folder:nowhere", "folder:{empty}"])
def test_missing_data_are_one_sentence(
    name: str, data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = data.format(empty=tmp_path)
    assert evaluate.main([name, "--data", data, "--root", str(tmp_path), "--device", "cpu"]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.startswith("There are no ")
    assert not said.out
    with pytest.raises(InputError):
        evaluate.evaluate(name, data, root=str(tmp_path), device="cpu")


def test_mask_ratio_is_for_masked_only(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(["rotation/photos", "--data", "x", "--mask-ratio", "0.5"])
    assert ended.value.code == 2
    assert "--mask-ratio is for the masked method only" in capsys.readouterr().err


@pytest.mark.skipif(not checkpoints.bundled("masked"), reason="no masked checkpoint has landed yet")
def test_mask_ratio_changes_the_metrics(own: Path) -> None:
    name = checkpoints.bundled("masked")[0]
    few, many = (
        evaluate.evaluate(name, place("masked", own), device="cpu", mask_ratio=ratio) for ratio in (0.25, 0.75)
    )
    assert few["mse"] != many["mse"]

"""What can be done with one card: measure, train again, upload (up to the network call); and the targets."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import HFValidationError

from core import cards, checkpoints, evaluate
from core.checkpoints import Card
from core.errors import HubUnavailable
from core.evaluate import Figure
from core.training import targets
from core.training.targets import TARGETS, Target
from core.vae import train as vae

CARD = Card(
    name="vae/mine",
    model="core.vae.model.VAE",
    config={},
    data="emoji",
    recipe={},
    commit="none",
    device="CPU",
    command="python -m core.vae.train --data emoji --root data --resume runs/vae/mine/1 --name mine",
    wall_time_s=60.0,
    steps=20,
    parameters=45,
    metrics={"emoji": {"nats": 200.0, "n": 69}},
    notes="A note.",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of checkpoints with a real small one, vae/mine, trained on emoji."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoints, "ROOT", tmp_path / "assets")
    run = vae.main(
        ["--smoke", "--data", "emoji", "--hidden", "8", "--latent", "2", "--name", "mine", "--device", "cpu"]
    )
    (tmp_path / "assets" / "vae").mkdir(parents=True)
    run.rename(tmp_path / "assets" / "vae" / "mine")
    return tmp_path


def test_measuring_corrects_a_wrong_card(home: Path) -> None:
    path = home / "assets" / "vae" / "mine" / "card.json"
    card = json.loads(path.read_text())
    before = card["metrics"]["emoji"]["nats"]
    path.write_text(json.dumps(card | {"metrics": {"emoji": {"nats": 1.0, "n": 3}}}))
    assert cards.main(["measure", "vae/mine", "--root", str(home)]) == 0
    again = json.loads(path.read_text())
    assert again["metrics"]["emoji"]["nats"] == pytest.approx(before, rel=1e-6)
    assert again["sha256"] == card["sha256"]
    assert "somewhere" not in path.read_text()
    assert str(home) not in path.read_text(), "paths of one machine stay out of cards"


def test_cards_are_compared_with_new_measurements(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--cards", "--root", str(home), "--device", "cpu"]) == 0
    assert "all figures agree" in capsys.readouterr().out
    path = home / "assets" / "vae" / "mine" / "card.json"
    card = json.loads(path.read_text())
    card["metrics"]["emoji"]["kl_nats"] *= 1.01
    path.write_text(json.dumps(card))
    assert evaluate.main(["--cards", "--root", str(home), "--device", "cpu"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if "DIFFERS" in line]
    assert len(lines) == 1
    assert "kl_nats" in lines[0]


@pytest.mark.parametrize(
    ("metric", "card", "now", "agrees"),
    [
        ("accuracy", 0.850, 0.853, True),
        ("accuracy", 0.850, 0.8535, False),
        ("untrained_knn", 0.3, 0.2965, False),
        ("nats", 100.0, 100.5, True),
        ("nats", 100.0, 100.6, False),
        ("n", 300, 299, False),
        ("nats", 100.0, None, False),
        ("linear_db", 7.0, 7.03, True),
        ("linear", 0.700, 0.704, False),
    ],
)
def test_tolerance_of_a_figure(metric: str, card: float, now: float | None, agrees: bool) -> None:
    assert Figure("a/b", "set", metric, card, now).agrees == agrees


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [
        ("accuracy", 0.8512, "85.1%"),
        ("mfcc_accuracy", 0.5, "50.0%"),
        ("nats", 101.23456, "101.2"),
        ("n", 12000, "12,000"),
        ("linear_db", 7.0243, "7.024"),
        ("used_share", 0.4162, "41.6%"),
        ("relative_mse", 0.4162, "41.6%"),
        ("mse", 0.0231, "0.0231"),
        ("nats", None, "not measured"),
    ],
)
def test_figures_for_people(metric: str, value: float | None, words: str) -> None:
    assert evaluate.in_words(metric, value) == words


def test_repeat_runs_the_command_from_start(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    class Done:
        returncode = 7

    def run(command: list[str], **_: object) -> Done:
        ran.append(command)
        return Done()

    monkeypatch.setattr(checkpoints, "read_card", lambda _: CARD)
    monkeypatch.setattr(subprocess, "run", run)
    assert cards.main(["repeat", "vae/mine", "--root", "/elsewhere", "--smoke"]) == 7
    assert ran[0][1:] == [
        "-m",
        "core.vae.train",
        "--data",
        "emoji",
        "--root",
        "data",
        "--name",
        "mine",
        "--root",
        "/elsewhere",
        "--smoke",
    ]


class Hub:
    """The Hub's client, up to the call that would use the network."""

    def __init__(self, refuse: Exception | None = None) -> None:
        self.refuse, self.calls = refuse, []  # type: ignore[var-annotated]

    def create_repo(self, repo: str, **settings: Any) -> None:
        self.calls.append(("create", repo, settings))
        if self.refuse:
            raise self.refuse

    def upload_file(self, **settings: Any) -> None:
        self.calls.append(("file", settings["repo_id"], settings))

    def upload_folder(self, **settings: Any) -> None:
        self.calls.append(("folder", settings["repo_id"], settings))


def test_push_sends_page_card_weights(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
    assert cards.push("vae/mine", "me/vae") == "https://huggingface.co/me/vae"
    assert [(kind, repo) for kind, repo, _ in hub.calls] == [
        ("create", "me/vae"),
        ("file", "me/vae"),
        ("folder", "me/vae"),
    ]
    assert hub.calls[0][2] == {"repo_type": "model", "exist_ok": True}
    page = hub.calls[1][2]["path_or_fileobj"].decode()
    assert hub.calls[1][2]["path_in_repo"] == "README.md"
    assert page.startswith("---\nlicense: mit\n")
    card = checkpoints.read_card("vae/mine")
    assert f"nats {card.metrics['emoji']['nats']:.4g}" in page
    assert card.command in page
    sent = {file.name for file in Path(hub.calls[2][2]["folder_path"]).iterdir()}
    assert sent == {"card.json", "model.safetensors"}


def test_failed_push_is_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: Hub(HFValidationError("a b is no name")))
    with pytest.raises(HubUnavailable, match="was not uploaded to a b: a b is no name"):
        cards.push("vae/mine", "a b")


@pytest.mark.parametrize("flags", [["push", "vae/mnist"], ["measure", "vae/mnist", "--lr", "1"], ["sell", "vae/mnist"]])
def test_wrong_words_end_the_program(flags: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cards.main(flags)
    assert ended.value.code == 2


def test_an_unknown_checkpoint_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cards.main(["measure", "vae/nobody"]) == 2
    assert capsys.readouterr().err == "There is no checkpoint called vae/nobody here.\n"


# --- targets ---


def test_method_without_gallery_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cards.main(["describe", "vae/mnist"]) == 2
    assert "vae/mnist keep no features of the bundled media" in capsys.readouterr().err


def test_target_is_figure_or_difference() -> None:
    metrics: dict[str, dict[str, float]] = {"a": {"accuracy": 0.9}, "a, re-encoded": {"accuracy": 0.88}}
    by_name = {"x/y": replace(CARD, metrics=metrics)}
    plain = Target("x/y", "a", "accuracy", "w", 0.9, None)
    lost = replace(plain, data="a, re-encoded", minus="a", lower=True)
    assert targets.value_of(plain, by_name) == 0.9
    assert targets.value_of(lost, by_name) == pytest.approx(0.02)
    assert targets.value_of(replace(plain, checkpoint="x/z"), by_name) is None
    assert targets.value_of(replace(plain, metric="knn"), by_name) is None


def test_notes_say_how_far_targets_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (
        Target("vae/mine", "a", "accuracy", "turns", 0.93, 0.75),
        Target("vae/mine", "a", "knn", "classes", 0.86, 0.60),
        Target("vae/mine", "a", "nats", "nats a picture", 103, 105, lower=True),
        Target("vae/mine", "b", "knn", "not measured", 0.9, 0.9),
        Target("vae/other", "a", "knn", "another", 0.9, 0.9),
        Target("vae/mine", "a", "accuracy", "lost by re-encoding", 0.01, 0.05, lower=True, minus="a, whole"),
    )
    monkeypatch.setattr(targets, "TARGETS", asked)
    metrics = {"a": {"accuracy": 0.75, "knn": 0.586, "nats": 106.5, "n": 9.0}, "a, whole": {"accuracy": 0.78}}
    card = targets.noted(replace(CARD, metrics=metrics))
    short = "classes, by 1.4 points (asked: 60.0%); nats a picture, by 1.50 (asked: 105.00)."
    assert card.notes == f"A note. Short of what was asked: {short}"
    assert targets.noted(card) == card, "said once"
    on_gpu = targets.noted(replace(card, device="1 x NVIDIA H200")).notes
    assert "turns, by 18.0 points (asked: 93.0%)" in on_gpu
    assert "lost by re-encoding, by 2.0 points (asked: 1.0 points)" in on_gpu
    better = {"a": {"accuracy": 0.8, "knn": 0.6, "nats": 105.0}}
    assert targets.noted(replace(card, metrics=better)).notes == "A note."


def test_shipped_cards_say_what_they_miss() -> None:
    assert [card.name for card in cards.all_cards() if targets.noted(card) != card] == []


def test_targets_without_figure_need_a_gpu() -> None:
    by_name = {card.name: card for card in cards.all_cards()}
    missing = [target for target in TARGETS if targets.value_of(target, by_name) is None]
    assert all(target.cpu is None for target in missing), missing


def test_table_has_one_row_per_target() -> None:
    lines = targets.table(cards.all_cards()).splitlines()
    assert len(lines) == len(TARGETS) + 2
    assert all(line.count("|") == 7 for line in lines)

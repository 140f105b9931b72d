"""What the page says of the curves of a run, in both languages."""

import re
from pathlib import Path

import pytest

from core.errors import InputError
from core.training.curves import from_rows
from core.training.findings import EXPLANATIONS
from demos.training import findings
from demos.training.words import FINDINGS, WORDS
from tests.demos.voices import voice

CHANCE = {"chance_loss": 1.386, "chance_accuracy": 0.25}
UNTRAINED = {"step": 0.0, "loss": 1.4, "accuracy": 0.25, "knn": 0.35}
TRAINED = {"loss": 0.01, "accuracy": 1.0, "knn": 0.28}
SHORTCUT = [{**UNTRAINED, **CHANCE}, *({"step": float(step), **TRAINED, **CHANCE} for step in range(1, 20))]
SENTENCES = {sentence for words in EXPLANATIONS.values() for sentence in (*words.seen, words.means, words.attempt)}


def test_every_sentence_has_its_chinese() -> None:
    assert FINDINGS.keys() == SENTENCES
    holes = re.compile(r"\{[^}]*\}")
    wrong = [
        english
        for english, chinese in FINDINGS.items()
        if sorted(holes.findall(english)) != sorted(holes.findall(chinese))
    ]
    assert not wrong


def test_every_condition_has_a_title() -> None:
    titles = {key.removeprefix("training.found_") for key in WORDS if key.startswith("training.found_")}
    assert titles == EXPLANATIONS.keys()


def test_shortcut_is_named_with_its_numbers() -> None:
    text = findings.drawn(voice("rotation").adding(WORDS), from_rows(SHORTCUT))
    assert re.findall(r'<section class="(\w+)"><h5>([^<]+)', text)[0] == ("failed", "A shortcut")
    assert "The k-NN accuracy is 0.280; it was 0.350 before training." in text
    assert "Gidaris" in text


def test_chinese_page_is_chinese() -> None:
    text = findings.drawn(voice("rotation", "zh").adding(WORDS), from_rows(SHORTCUT))
    said = re.sub(r"<small>.*?</small>|<[^>]*>", " ", text)
    assert "走了捷径" in said
    assert not re.findall(r"[A-Za-z]{5,}", said)


def test_curves_from_elsewhere_are_read(tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    lines = [f"{step},{2.0 + step * 0.5},{0.3}" for step in range(30)]
    path.write_text("step,loss,knn\n" + "\n".join(lines), encoding="utf-8")
    text = findings.of_csv(voice("rotation").adding(WORDS), path)
    assert "<h5>Diverged</h5>" in text
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="step and loss is missing"):
        findings.of_csv(voice("rotation").adding(WORDS), path)

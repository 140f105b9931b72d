"""The part of a tab in which visitors train: what is asked for, and how a run is drawn."""

import asyncio
import math
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core.errors import InputError
from core.gpt2.choices import CHOICES as TEXTS
from core.models import OwnRun
from core.rotation.choices import CHOICES
from core.training.jobs import Job, Jobs, State, defect
from demos.page.markup import Level
from demos.page.words import Language, Say
from demos.training import curves, part, views
from demos.training.words import WORDS
from tests.demos.voices import voice

ROW = {"step": 0, "elapsed_s": 0.0, "loss": 1.4, "accuracy": 0.25, "chance_loss": 1.386, "knn": 0.3, "spread": 0.5}
EXAMPLES = [{"pictures": ["QQ=="], "value": 0.25, "text": ""}]


def say(language: Language = "en") -> Say:
    return voice("rotation", language).adding(WORDS)


def job(**changes: Any) -> Job:
    found = Job(secrets.token_hex(8), "rotation", {"minutes": 1.0}, Path("nowhere"), before=EXAMPLES, now=EXAMPLES)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def drawn(found: Job, language: Language = "en") -> str:
    return views.live(say(language), found, text=False, choice="")


# --- what is asked for ---


def test_recipe_holds_what_was_chosen() -> None:
    settings = [setting.usual for setting in CHOICES.settings]
    usual = part.recipe_of(CHOICES, "emoji", 60, "", settings)
    assert usual == {**CHOICES.usual, **{each.field: each.usual for each in CHOICES.settings}, "minutes": 1.0}
    changed = part.recipe_of(CHOICES, "digits", 30, "rim", [0.01, *settings[1:]])
    assert {key: changed[key] for key in changed if changed[key] != usual.get(key)} == {
        "data": "digits",
        "minutes": 0.5,
        "lr": 0.01,
        "rim": True,
    }


def test_failure_wins_over_a_setting() -> None:
    settings = [setting.usual for setting in CHOICES.settings]
    assert part.recipe_of(CHOICES, "emoji", 60, "rate", settings)["lr"] == 0.3


def test_failure_of_the_text_wins_over_the_visitors_own() -> None:
    usual = [setting.usual for setting in TEXTS.settings]
    assert part.recipe_of(TEXTS, part.OWN, 60, "repeated", usual)["data"] == "repeated"
    assert part.recipe_of(TEXTS, part.OWN, 60, "", usual)["data"] == part.OWN


def test_usual_values_are_among_the_choices() -> None:
    for setting in CHOICES.settings:
        assert setting.usual in setting.choices
        assert CHOICES.usual.get(setting.field, setting.usual) == setting.usual, "what is marked is what is trained"


def test_own_run_is_opened_by_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Jobs()
    queue.jobs["token"] = job()
    monkeypatch.setattr(part, "jobs", lambda: queue)
    assert part.opened("rotation/photos") == "rotation/photos"
    assert not isinstance(part.opened("rotation/photos"), OwnRun)
    assert part.opened(7.5) == 7.5
    found = part.opened("run:token")
    assert isinstance(found, OwnRun)
    assert found == "nowhere/checkpoint"


def test_link_of_a_run_names_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    queue = Jobs()
    pictures = queue.jobs["pictures"] = job(folder=tmp_path)
    queue.jobs["text"] = job(folder=tmp_path, text=True)
    monkeypatch.setattr(part, "jobs", lambda: queue)
    link = "http://here/zh?tab=rotation&open=train&run="
    with pytest.raises(InputError, match="has not ended"):
        part.run_of(link + "pictures")
    pictures.checkpoint.mkdir()
    (pictures.checkpoint / "card.json").touch()
    assert part.run_of(f" {link}pictures ") == str(tmp_path / "checkpoint")
    with pytest.raises(InputError, match="it is of text"):
        part.run_of(link + "text")
    with pytest.raises(InputError, match="no longer here"):
        part.run_of("http://here/")


# --- a run as HTML ---


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"place": 2}, "Waiting: 2 before this one"),
        ({"state": "running"}, "Loading the data"),
        ({"state": "running", "rows": [ROW | {"items_per_s": 1234.5}]}, "0 of 60 seconds, 0 steps, 1,234 pictures per"),
        ({"state": "over", "rows": [ROW | {"step": 7, "elapsed_s": 9.6}]}, "Finished after 10 seconds and 7 steps"),
        ({"state": "over"}, "Stopped before the first step"),
        ({"state": "over", "rows": [{"step": 0, "elapsed_s": 0.4, "knn": 0.2}]}, "Stopped before the first step"),
        ({"state": "failed", "error": defect()}, "This training failed"),
    ],
)
def test_status_says_how_far_it_is(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in drawn(job(**changes))


def test_figures_are_of_what_was_measured() -> None:
    text = drawn(job(state="running", rows=[ROW, {**ROW, "step": 5, "elapsed_s": 30.0, "loss": 0.7}]))
    heads = re.findall(r"<figcaption><span>([^<]+)</span>", text)
    assert [WORDS[f"training.{key}"][0] for key in ("loss", "accuracy", "knn", "spread")] == heads
    assert 'aria-label="loss: 0.700"' in text
    assert "chance" in text


def test_chinese_page_is_chinese() -> None:
    text = drawn(job(state="running", rows=[ROW]), "zh")
    assert "k-NN 正确率" in text
    assert not re.findall(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>", " ", text))


def test_names_of_files_are_escaped() -> None:
    kept = {"count": 20, "left_out": 7, "names": ["<b>.png", "ok.png"]}
    text = drawn(job(kept=kept))
    assert "&lt;b&gt;.png, ok.png and 5 more" in text
    assert "<b>.png" not in text


def test_sample_is_escaped() -> None:
    sample = [{"pictures": [], "value": math.nan, "text": "a <script>"}]
    assert "a &lt;script&gt;" in drawn(job(state="running", rows=[ROW], now=sample))


def test_viewers_share_one_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def panels(say: Say, rows: Sequence[dict[str, float]], budget_s: float) -> list[str]:
        calls.append(rows)
        return []

    monkeypatch.setattr(views, "panels", panels)
    watched = job(token="shared", state="running", rows=[ROW], changed=1)
    for _ in range(100):
        drawn(watched)
    assert len(calls) == 1
    watched.changed = 2
    drawn(watched)
    assert len(calls) == 2


# --- curves ---


def path_of(text: str, number: int = 0) -> list[tuple[float, float]]:
    (path,) = re.findall(rf'class="line{number}" d="([^"]*)"', text)
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_curve_spans_its_time_and_its_values() -> None:
    text = curves.panel("loss", "1", [curves.Line("", [(0, 4.0), (30, 3.0), (60, 2.0)])], [Level("chance", 5.0)], 60)
    points = path_of(text)
    assert [x for x, _ in points[:3]] == [0, curves.WIDTH / 2, curves.WIDTH]
    heights = [y for _, y in points[:3]]
    assert heights[1] == pytest.approx((heights[0] + heights[2]) / 2, abs=0.1)
    (level,) = re.findall(r'y1="([\d.]+)"', text)
    assert float(level) < heights[0] < heights[2], "5 is above 4, and 4 above 2"


def test_curve_is_interrupted_where_nothing_was_measured() -> None:
    line = curves.Line("", [(0, 1.0), (1, 2.0), (2, math.nan), (3, 1.0), (4, 1.5)])
    (path,) = re.findall(r'd="([^"]*)"', curves.panel("x", "1", [line], [], 4))
    assert re.sub(r"[\d. ]", "", path) == "MLMLL", "the last point stands twice"


def test_long_curves_are_thinned() -> None:
    line = curves.Line("", [(second, float(second)) for second in range(3000)])
    points = path_of(curves.panel("x", "1", [line], [], 3000))
    assert len(points) <= curves.MOST_POINTS + 1
    assert points[-1][0] == pytest.approx(curves.WIDTH, abs=0.2), "the latest value is there"


# --- following a run ---


class Queue(Jobs):
    """A queue with one run, whose states follow each look at it."""

    def __init__(self, watched: Job, states: Iterator[State]) -> None:
        super().__init__()
        self.jobs[watched.token] = watched
        self.states = states

    def watch(self, job: Job, session: str) -> None:
        job.state = next(self.states)
        job.changed += 1


def test_run_is_followed_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "LOOK_S", 0.0)
    watched = job(token="followed")
    queue = Queue(watched, iter(["waiting", "running", "failed"]))
    monkeypatch.setattr(part, "jobs", lambda: queue)
    with gr.Blocks():
        shown = part.Shown(
            gr.State(""), gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.Textbox(), gr.File(), gr.Textbox()
        )

    async def followed() -> list[dict[Any, Any]]:
        request = gr.Request(session_hash="s", headers={"referer": "http://here/zh?tab=vae"})
        return [values async for values in part.Runs("rotation", CHOICES, shown).on_open(say(), request, "followed")]

    first, *later = asyncio.run(followed())
    assert first[shown.token] == "followed"
    assert first[shown.link].value == "http://here/zh?tab=rotation&open=train&run=followed"
    assert [re.findall(r'role="status">([^<.]*)', values[shown.live])[0] for values in later] == [
        "Waiting: 0 before this one",
        "Loading the data …",
        "Loading the data …",
    ]
    controls = [[values[button].interactive for button in (shown.start, shown.stop, shown.more)] for values in later]
    assert controls == [[False] * 3, [False] * 3, [True, False, False]], "another window's run"
    watched.owner, queue.states = "s", iter(["running", "over"])
    own = asyncio.run(followed())[1:3]
    assert [values[shown.stop].interactive for values in own] == [True, False]
    assert [values[shown.more].interactive for values in own] == [False, True]

"""The rotation tab: turn a picture, let the model say how far, and see where it looked."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
import plotly.graph_objects as go

from core.data import bundled
from core.rotation import explore
from demos.page import figures
from demos.page.events import guard, listen
from demos.page.inputs import photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.snapshots import LAST, curve, growth
from demos.page.words import Say

STEM = "rotation"
TURNS = (0, 90, 180, 270)
FIRST_PICTURE, FIRST_TURN = "china", 90
SEEN_PX = 320


@dataclass(frozen=True)
class Round:
    """The game of one visitor: the turn to guess (-1: none dealt), rounds played, and both scores."""

    turn_deg: int = -1
    picture: str | None = None
    rounds: int = 0
    mine: int = 0
    model: int = 0


def on_predict(say: Say, picture: str | None, turn: float, model: str) -> tuple[Any, ...]:
    """Turn the picture (a negative turn means by chance) and draw the model's answer."""
    with guard(say):
        chosen = turn if turn != -1 else float(np.random.default_rng().choice(TURNS))
        return draw(say, explore.predict(picture, chosen, name=model))


def draw(say: Say, answer: explore.Prediction) -> tuple[Any, ...]:
    """A prediction as the values of the tab's outputs: picture, truth, verdict, bars, table, map."""
    labels = degrees(say)
    right = answer.turn_deg == answer.guess_deg
    verdict = say(
        "rotation.right" if right else "rotation.wrong",
        turn=answer.turn_deg,
        guess=answer.guess_deg,
        sure=f"{answer.probabilities.max():.0%}",
        model=answer.model_right,
        naive=answer.naive_right,
    )
    table = figures.matrix(
        answer.table,
        labels,
        labels,
        title=say("rotation.table"),
        x=say("rotation.table_x"),
        y=say("rotation.table_y"),
        hover=say("rotation.hover"),
        cell_format=".0%",
        height=300,
    )
    seen = figures.enlarge(answer.seen, SEEN_PX)
    truth = say("rotation.truth", turn=answer.turn_deg, size=len(answer.seen))
    heat = figures.overlay(answer.seen, answer.map, side=SEEN_PX)
    return seen, truth, verdict, draw_probabilities(say, answer), table, heat


def degrees(say: Say) -> list[str]:
    """The four turns in words."""
    return [say("rotation.degrees", turn=turn) for turn in TURNS]


def draw_probabilities(say: Say, answer: explore.Prediction) -> go.Figure:
    """The probability of each turn, the true one marked, beside chance."""
    return figures.bars(
        degrees(say),
        answer.probabilities.tolist(),
        title=say("rotation.probabilities"),
        y=say("rotation.probability"),
        hover=say("rotation.bar_hover"),
        marked=TURNS.index(answer.turn_deg),
        levels={say("page.chance"): 0.25},
        top=1.05,
        percent=True,
    )


def on_grow(say: Say, picture: str | None, turn: float, stage: float) -> tuple[Any, ...]:
    """Ask a small network after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        return draw_growth(say, explore.grow(picture, turn if turn != -1 else FIRST_TURN, stage), stage)


def draw_growth(say: Say, answer: explore.Prediction, stage: float) -> tuple[Any, ...]:
    """Probabilities at one stage, where they came from, and how often the network was right at every stage."""
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("rotation.grow_curve"),
        y=say("rotation.grow_axis"),
        levels={say("page.chance"): 0.25},
    )
    return draw_probabilities(say, answer), figures.overlay(answer.seen, answer.map, side=SEEN_PX), reached


def on_trial(say: Say, picture: str | None) -> str:
    """Put the honest network and the one that cheats to the test with this picture, re-encoded and cropped too."""
    with guard(say):
        return draw_trials(say, explore.trials(picture))


def draw_trials(say: Say, both: tuple[explore.Trial, explore.Trial]) -> str:
    """The two networks as columns of a table: on test sets and on the visitor's picture, untouched and changed."""
    head = [say("rotation.trial_on"), say("rotation.trial_honest"), say("rotation.trial_cheat")]
    changes = [say(f"rotation.trial_{change}") for change in ("untouched", "reencoded", "cropped")]
    scenes = [(trial.own, *trial.own_changed) for trial in both]
    rows = [
        [say("rotation.trial_scenes", change=change), *(f"{each[i]:.1%}" for each in scenes)]
        for i, change in enumerate(changes)
    ]
    rows.append([say("rotation.trial_elsewhere"), *(f"{trial.elsewhere:.1%}" for trial in both)])
    for i, change in enumerate(changes):
        cells = [say("rotation.trial_cell", right=trial.right[i], sure=f"{trial.sure[i]:.0%}") for trial in both]
        rows.append([say("rotation.trial_yours", change=change), *cells])
    return figures.table(head, rows)


def on_neighbours(say: Say, picture: str | None, model: str) -> list[tuple[Any, str]]:
    """The most similar pictures of the gallery, with names and cosines."""
    with guard(say):
        return draw_neighbours(say, explore.neighbours(picture, name=model))


def draw_neighbours(say: Say, found: tuple[explore.Neighbour, ...]) -> list[tuple[Any, str]]:
    """Gallery values of the neighbours."""
    return [
        (item.image, say("rotation.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
        for item in found
    ]


def on_deal(say: Say, picture: str | None, game: Round) -> tuple[Any, Round, str]:
    """Turn the picture by chance for the visitor to guess; the model's answer waits."""
    with guard(say):
        turn = int(np.random.default_rng().choice(TURNS))
        shown = figures.enlarge(explore.predict(picture, turn).seen, SEEN_PX)
        return shown, Round(turn, picture, game.rounds, game.mine, game.model), ""


def on_answer(say: Say, guess: int, game: Round) -> tuple[str, Round]:
    """Compare the visitor's guess and the model's with the truth, and count."""
    if game.turn_deg < 0:
        return say("rotation.no_round"), game
    with guard(say):
        answer = explore.predict(game.picture, game.turn_deg)
    played = Round(
        rounds=game.rounds + 1,
        mine=game.mine + (guess == game.turn_deg),
        model=game.model + (answer.guess_deg == game.turn_deg),
    )
    score = say(
        "rotation.score",
        truth=game.turn_deg,
        mine=guess,
        model=answer.guess_deg,
        rounds=played.rounds,
        my_score=played.mine,
        model_score=played.model,
    )
    return score, played


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    photo = next(item for item in bundled.photographs() if item.key == FIRST_PICTURE)
    first = draw(say, explore.predict(photo.image, FIRST_TURN))
    turns = [(say("rotation.degrees", turn=turn), turn) for turn in TURNS]
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = picture_input(
                value=photo.image,
                label=say("rotation.picture"),
                height=300,
                elem_id="rotation-picture",
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
            )
            photograph_gallery(say, STEM, picture)
        with step(say, STEM, 2):
            seen = gr.Image(first[0], label=say("rotation.turned"), height=300, elem_id="rotation-seen", buttons=[])
            truth = gr.Markdown(first[1], elem_id="rotation-truth")
            turn = gr.Radio(
                [*turns, (say("rotation.by_chance"), -1)],
                value=FIRST_TURN,
                label=say("rotation.turn"),
                elem_id="rotation-turn",
            )
            model = gr.Radio(
                [(model_name(say, name), name) for name in explore.names()],
                value=explore.NAME,
                label=say("rotation.model"),
                elem_id="rotation-model",
            )
            go = gr.Button(say("rotation.go"), variant="primary", elem_id="rotation-go")
    with step(say, STEM, 3):
        verdict = gr.Markdown(first[2], elem_id="rotation-verdict")
        with gr.Row():
            bars = gr.Plot(first[3], show_label=False, elem_id="rotation-bars")
            table = gr.Plot(first[4], show_label=False, elem_id="rotation-table")
            heat = gr.Image(first[5], label=say("rotation.map"), height=322, elem_id="rotation-map", buttons=[])
        gr.Markdown(_card_sentence(say), elem_classes="quiet")
        _build_growth(say, photo.image, picture, turn)
        _build_trials(say, photo.image, picture)
        _build_game(say, picture, turns)
    with step(say, STEM, 4, count=explore.gallery_size()):
        gr.Markdown(say("rotation.neighbours_text", width=explore.feature_count()), elem_classes="quiet")
        found = gr.Gallery(
            draw_neighbours(say, explore.neighbours(photo.image)),
            label=say("rotation.neighbours"),
            columns=8,
            height=None,
            allow_preview=False,
            elem_id="rotation-neighbours",
            buttons=[],
        )
    outputs = [seen, truth, verdict, bars, table, heat]
    listen(
        say,
        [go.click, turn.input, model.input, picture.change],
        on_predict,
        [picture, turn, model],
        outputs,
        name="rotation_predict",
        model="rotation",
        trigger_mode="always_last",
    )
    listen(
        say,
        [picture.change, model.input],
        on_neighbours,
        [picture, model],
        [found],
        name="rotation_neighbours",
        model="rotation",
        show_progress="hidden",
    )


def model_name(say: Say, name: str) -> str:
    """What a checkpoint is called on the page: a shipped one in words, a visitor's own by its name."""
    key = f"rotation.model_{name.rpartition('/')[2]}"
    return say(key) if say.has(key) else name


def _build_growth(say: Say, example: Any, picture: gr.Image, turn: gr.Radio) -> None:
    first = draw_growth(say, explore.grow(example, FIRST_TURN, LAST), LAST)
    with growth(say, STEM) as stage, gr.Row():
        bars = gr.Plot(first[0], show_label=False, elem_id="rotation-grow-bars")
        heat = gr.Image(first[1], label=say("rotation.map"), height=300, elem_id="rotation-grow-map", buttons=[])
        reached = gr.Plot(first[2], show_label=False, elem_id="rotation-grow-curve")
    listen(
        say,
        [stage.change, picture.change, turn.input],
        on_grow,
        [picture, turn, stage],
        [bars, heat, reached],
        name="rotation_grow",
        model="rotation",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_trials(say: Say, example: Any, picture: gr.Image) -> None:
    with gr.Column(elem_classes="growth", elem_id="rotation-trials"):
        gr.HTML(f"<h3>{say('rotation.trial')}</h3><p>{say('rotation.trial_text')}</p>")
        table = gr.HTML(draw_trials(say, explore.trials(example)), elem_id="rotation-trial-table")
    listen(
        say,
        picture.change,
        on_trial,
        [picture],
        [table],
        name="rotation_trial",
        model="rotation",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_game(say: Say, picture: gr.Image, turns: list[tuple[str, int]]) -> None:
    with gr.Accordion(say("rotation.game"), open=False, elem_id="rotation-game"):
        gr.Markdown(say("rotation.game_text"))
        game = gr.State(Round())
        with gr.Row():
            puzzle = gr.Image(label=say("rotation.puzzle"), height=260, interactive=False, buttons=[])
            with gr.Column():
                deal = gr.Button(say("rotation.deal"), elem_id="rotation-deal")
                guess = gr.Radio(turns, value=0, label=say("rotation.guess"), elem_id="rotation-guess")
                answer = gr.Button(say("rotation.answer"), variant="primary", elem_id="rotation-answer")
                score = gr.Markdown(elem_id="rotation-score")
    listen(say, deal.click, on_deal, [picture, game], [puzzle, game, score], model="rotation")
    listen(say, answer.click, on_answer, [guess, game], [score, game], model="rotation")


def _card_sentence(say: Say) -> str:
    card = explore.metrics()
    scenes, objects = card["scenes96"], card["tinyimagenet64"]
    again = [f"{card[f'{name}, re-encoded']['accuracy']:.1%}" for name in ("scenes96", "tinyimagenet64")]
    return say(
        "rotation.card",
        scenes=f"{scenes['accuracy']:.1%}",
        scenes_n=f"{scenes['n']:,}",
        objects=f"{objects['accuracy']:.1%}",
        objects_n=f"{objects['n']:,}",
        scenes_again=again[0],
        objects_again=again[1],
    )

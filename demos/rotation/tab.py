"""The rotation tab: turn a picture, let the model predict how far, and see where its answer came from."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from PIL import Image

from core.data import bundled
from core.rotation import explore
from core.rotation.choices import CHOICES
from demos.page.backend import ask
from demos.page.classes import KEPT_S, LONGEST, Classes, checked
from demos.page.events import guard, listen
from demos.page.inputs import Named, changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.links import bound
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.words import Say
from demos.rotation import views
from demos.rotation.views import EvidenceValues, GrowthValues, PredictionValues
from demos.training.part import part

STEM = "rotation"
FIRST_PICTURE, FIRST_TURN = "china", 90
RANDOM_TURN = -1  # the choice "at random"
LOOK_S = 1.0  # between two looks at the guesses of a class


@dataclass(frozen=True)
class Game:
    """The guessing game of one visitor: the turn to guess (None before a picture is turned), rounds and scores."""

    turn_deg: int | None = None
    picture: str | None = None
    rounds: int = 0
    visitor_score: int = 0
    model_score: int = 0


class NewRound(NamedTuple):
    """The values of the components after a picture was turned for the visitor to guess."""

    puzzle: Image.Image
    game: Game
    score: str
    answer: dict[str, Any]


class AnsweredRound(NamedTuple):
    """The values of the components after the visitor's guess."""

    score: str
    game: Game
    answer: dict[str, Any]


def on_predict(say: Say, picture: str | None, turn: float, model: str) -> PredictionValues:
    """Turn the picture (a turn of -1 picks one at random) and draw the model's prediction."""
    with guard(say):
        chosen = float(_random_turn()) if turn == RANDOM_TURN else turn
        return views.prediction(say, ask(explore.predict, picture, chosen, name=model))


def on_evidence(say: Say, picture: str | None, turn: float, model: str) -> EvidenceValues:
    """Draw the predictions for all four turns, and the class activation map of the one that was asked for."""
    with guard(say):
        chosen = FIRST_TURN if turn == RANDOM_TURN else turn
        return views.evidence(say, ask(explore.predict, picture, chosen, name=model))


def on_grow(say: Say, picture: str | None, turn: float, stage: float) -> GrowthValues:
    """Ask a small network after part of its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        chosen = FIRST_TURN if turn == RANDOM_TURN else turn
        return views.growth(say, ask(explore.grow, picture, chosen, stage), stage)


def on_trial(say: Say, picture: str | None) -> str:
    """Test the networks with and without the shortcut on this picture: untouched, re-encoded and cropped."""
    with guard(say):
        return views.shortcut_table(say, ask(explore.shortcut_tests, picture))


def on_neighbours(say: Say, picture: str | None, model: str) -> Named:
    """The most similar pictures of the gallery, with names and cosines."""
    with guard(say):
        return views.neighbours(say, ask(explore.neighbours, picture, name=model))


def on_deal(say: Say, picture: str | None, game: Game) -> NewRound:
    """Turn the picture at random for the visitor to guess; the model answers after the visitor."""
    with guard(say):
        turn = _random_turn()
        puzzle = views.turned(ask(explore.predict, picture, turn))
        return NewRound(puzzle, replace(game, turn_deg=turn, picture=picture), "", gr.update(interactive=True))


def on_answer(say: Say, guess: int, game: Game, name: str = "") -> AnsweredRound:
    """Compare the visitor's guess and the model's with the true turn, and count; for a class of this name as well."""
    if game.turn_deg is None:
        return AnsweredRound(say("rotation.no_round"), game, gr.update(interactive=False))
    with guard(say):
        answer = ask(explore.predict, game.picture, game.turn_deg)
        if name:
            off = (guess - game.turn_deg) // 90 % len(views.TURNS)
            classes().add(name, off, model_right=answer.guess_deg == game.turn_deg)
    played = Game(
        rounds=game.rounds + 1,
        visitor_score=game.visitor_score + (guess == game.turn_deg),
        model_score=game.model_score + (answer.guess_deg == game.turn_deg),
    )
    score = say(
        "rotation.score",
        truth=game.turn_deg,
        mine=guess,
        model=answer.guess_deg,
        rounds=played.rounds,
        my_score=played.visitor_score,
        model_score=played.model_score,
    )
    return AnsweredRound(score, played, gr.update(interactive=False))


@functools.cache
def classes() -> Classes:
    """The classes that guess on this server."""
    return Classes(len(views.TURNS))


def on_join(say: Say, name: str) -> int:
    """When a name was given whose guesses are to be shown; refuse one that no class may have."""
    with guard(say):
        if name:
            checked(name)
    return time.monotonic_ns()


async def on_class(say: Say, name: str) -> AsyncIterator[str]:
    """Show the guesses of a class as they come."""
    seen, ends = None, time.monotonic() + KEPT_S
    while name and time.monotonic() < ends:
        with guard(say):
            counts = classes().of(name)
        if counts != seen:
            seen = counts
            yield views.class_guesses(say, name, counts)
        await asyncio.sleep(LOOK_S)
    yield ""


def _random_turn() -> int:
    return int(np.random.default_rng().choice(views.TURNS))


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    photo = next(item for item in bundled.photographs() if item.key == FIRST_PICTURE).image
    shown: dict[str, gr.components.Component] = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = picture_input(
                value=photo,
                label=say("rotation.picture"),
                height=240,
                elem_id="rotation-picture",
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
            )
            photograph_gallery(say, STEM, picture, FIRST_PICTURE)
        with step(say, STEM, 2):
            turn, model, button = _build_task(say, shown)
        with step(say, STEM, 3):
            shown["verdict"] = gr.Markdown(elem_id="rotation-verdict", elem_classes="verdict")
            shown["bars"] = gr.HTML(elem_id="rotation-bars")
            gr.Markdown(views.card_sentence(say), elem_classes="quiet")
    parts.ask(
        on_predict,
        [picture, turn, model],
        [shown[name] for name in PredictionValues._fields],
        on=[button.click],
        name="rotation_predict",
        trigger_mode="always_last",
    )
    _build_evidence(parts, picture, turn, model)
    _build_growth(parts, picture, turn)
    _build_shortcut(parts, picture)
    _build_game(parts, picture)
    part(parts, CHOICES, model=model)
    with step(say, STEM, 4, count=explore.gallery_size()):
        _build_neighbours(parts, picture, model)
    parts.follow(picture, changes(picture))
    parts.follow(turn, [turn.input])
    parts.follow(model, [model.input])
    return parts


def _build_task(say: Say, shown: dict[str, gr.components.Component]) -> tuple[gr.Radio, gr.Radio, gr.Button]:
    shown["turned"] = gr.Image(label=say("rotation.turned"), height=240, elem_id="rotation-seen", buttons=[])
    shown["truth"] = gr.Markdown(elem_id="rotation-truth")
    turn = gr.Radio(
        [*_turns(say), (say("rotation.by_chance"), RANDOM_TURN)],
        value=FIRST_TURN,
        label=say("rotation.turn"),
        elem_id="rotation-turn",
    )
    model = gr.Radio(
        [(views.model_name(say, name), name) for name in explore.names()],
        value=explore.NAME,
        label=say("rotation.model"),
        elem_id="rotation-model",
    )
    return turn, model, gr.Button(say("rotation.go"), variant="primary", elem_id="rotation-go")


def _build_evidence(parts: Parts, picture: gr.Image, turn: gr.Radio, model: gr.Radio) -> None:
    with parts.fold("evidence") as fold, gr.Row():
        shown = {
            "table": gr.Plot(show_label=False, elem_id="rotation-table"),
            "heat": gr.Image(label=parts.say("rotation.map"), height=322, elem_id="rotation-map", buttons=[]),
        }
    parts.ask(
        on_evidence,
        [picture, turn, model],
        [shown[name] for name in EvidenceValues._fields],
        fold=fold,
        name="rotation_evidence",
    )


def _build_growth(parts: Parts, picture: gr.Image, turn: gr.Radio) -> None:
    say = parts.say
    with growth(parts) as (fold, stage), gr.Row():
        shown = {
            "bars": gr.HTML(elem_id="rotation-grow-bars"),
            "heat": gr.Image(label=say("rotation.map"), height=300, elem_id="rotation-grow-map", buttons=[]),
            "reached": gr.Plot(show_label=False, elem_id="rotation-grow-curve"),
        }
    parts.ask(
        on_grow,
        [picture, turn, stage],
        [shown[name] for name in GrowthValues._fields],
        on=[stage.change],
        fold=fold,
        name="rotation_grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_shortcut(parts: Parts, picture: gr.Image) -> None:
    with parts.fold("cheat") as fold:
        gr.Markdown(parts.say("rotation.trial_text"))
        table = gr.HTML(elem_id="rotation-trial-table")
    parts.ask(on_trial, [picture], [table], fold=fold, name="rotation_trial", trigger_mode="always_last")


def _build_game(parts: Parts, picture: gr.Image) -> None:
    say = parts.say
    with parts.fold("game") as fold:
        game = gr.State(Game())
        with gr.Row():
            puzzle = gr.Image(label=say("rotation.puzzle"), height=260, interactive=False, buttons=[])
            with gr.Column():
                deal = gr.Button(say("rotation.deal"), elem_id="rotation-deal")
                guess = gr.Radio(_turns(say), value=0, label=say("rotation.guess"), elem_id="rotation-guess")
                answer = gr.Button(
                    say("rotation.answer"), variant="primary", interactive=False, elem_id="rotation-answer"
                )
                score = gr.Markdown(elem_id="rotation-score")
                together = gr.HTML(elem_id="rotation-together")
                name = gr.Textbox(
                    "",
                    label=say("rotation.class"),
                    info=say("rotation.class_info"),
                    max_length=LONGEST,
                    elem_id="rotation-class",
                )
    shown = {"puzzle": puzzle, "game": game, "score": score, "answer": answer}
    dealt, answered = ([shown[name] for name in kind._fields] for kind in (NewRound, AnsweredRound))
    listen(say, deal.click, on_deal, [picture, game], dealt, model="rotation")
    listen(say, answer.click, on_answer, [guess, game, name], answered, model="rotation")
    _build_class(say, fold, name, together)


def _build_class(say: Say, fold: gr.Accordion, name: gr.Textbox, together: gr.HTML) -> None:
    """Show the guesses of a class while the fold is open; another name ends the stream and begins another one."""
    bound(name, lambda given: given and checked(given))
    joined = gr.State(0)
    quiet: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None}
    shown = listen(say, [fold.expand, joined.change], on_class, [name], [together], trigger_mode="multiple", **quiet)
    fold.collapse(None, None, None, cancels=[shown], api_visibility="private")
    listen(say, [name.submit, name.blur], on_join, [name], [joined], show_progress="hidden", cancels=[shown])


def _build_neighbours(parts: Parts, picture: gr.Image, model: gr.Radio) -> None:
    say = parts.say
    gr.Markdown(say("rotation.neighbours_text", width=explore.feature_count()), elem_classes="quiet")
    found = gr.Gallery(
        label=say("rotation.neighbours"),
        columns=8,
        height=None,
        allow_preview=False,
        elem_id="rotation-neighbours",
        buttons=[],
    )
    parts.ask(on_neighbours, [picture, model], [found], name="rotation_neighbours")


def _turns(say: Say) -> list[tuple[str, int]]:
    return list(zip(views.degrees(say), views.TURNS, strict=True))

"""What the rotation tab shows: results of `core.rotation.explore` as pictures, figures and sentences."""

from typing import NamedTuple

import plotly.graph_objects as go
from PIL import Image

from core.rotation import explore
from demos.page import figures, markup
from demos.page.classes import Counts
from demos.page.inputs import Named
from demos.page.markup import Level, Row, ranking
from demos.page.snapshots import curve
from demos.page.words import Say

TURNS = (0, 90, 180, 270)
PICTURE_PX = 320


class PredictionValues(NamedTuple):
    """The values of the components that show one prediction."""

    turned: Image.Image
    truth: str
    verdict: str
    bars: str


class EvidenceValues(NamedTuple):
    """The values of the components that show whether one answer was luck, and what it rests on."""

    table: go.Figure
    heat: Image.Image


class GrowthValues(NamedTuple):
    """The values of the components that show the small network at one stage of its training."""

    bars: str
    heat: Image.Image
    reached: go.Figure


def prediction(say: Say, found: explore.Prediction) -> PredictionValues:
    """One prediction: the turned picture, the true turn, the verdict, probabilities."""
    right = found.turn_deg == found.guess_deg
    return PredictionValues(
        turned=turned(found),
        truth=say("rotation.truth", turn=found.turn_deg, size=len(found.turned)),
        verdict=say(
            "rotation.right" if right else "rotation.wrong",
            turn=found.turn_deg,
            guess=found.guess_deg,
            sure=f"{found.probabilities.max():.0%}",
            model=found.model_right,
            naive=found.naive_right,
        ),
        bars=probabilities(say, found),
    )


def evidence(say: Say, found: explore.Prediction) -> EvidenceValues:
    """All four turns of the picture and the activation map."""
    labels = degrees(say)
    return EvidenceValues(
        table=figures.matrix(
            found.table,
            labels,
            labels,
            title=say("rotation.table"),
            x=say("rotation.table_x"),
            y=say("rotation.table_y"),
            hover=say("rotation.hover"),
            cell_format=".0%",
            height=300,
        ),
        heat=activation_map(found),
    )


def turned(found: explore.Prediction) -> Image.Image:
    """The turned picture, enlarged."""
    return figures.enlarge(found.turned, PICTURE_PX)


def activation_map(found: explore.Prediction) -> Image.Image:
    """The class activation map over the turned picture."""
    return figures.overlay(found.turned, found.map, side=PICTURE_PX)


def degrees(say: Say) -> list[str]:
    """The four turns in words."""
    return [say("rotation.degrees", turn=turn) for turn in TURNS]


def probabilities(say: Say, found: explore.Prediction) -> str:
    """The probability of each turn, the true one marked and named, with the chance level."""
    names = degrees(say)
    true = TURNS.index(found.turn_deg)
    names[true] = say("rotation.true_turn", turn=names[true])
    rows = [Row(name, float(share), f"{share:.1%}") for name, share in zip(names, found.probabilities, strict=True)]
    level = Level(f"{say('page.chance')} {explore.CHANCE_LEVEL:.0%}", explore.CHANCE_LEVEL)
    return ranking(say("rotation.probabilities"), rows, marked=true, level=level, full=1.0)


def growth(say: Say, found: explore.Prediction, stage: float) -> GrowthValues:
    """Probabilities and activation map at one stage, and the accuracy at every stage."""
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("rotation.grow_curve"),
        y=say("rotation.grow_axis"),
        levels={say("page.chance"): explore.CHANCE_LEVEL},
    )
    return GrowthValues(bars=probabilities(say, found), heat=activation_map(found), reached=reached)


def shortcut_table(say: Say, tests: tuple[explore.ShortcutTest, explore.ShortcutTest]) -> str:
    """The two networks as columns of a table: accuracy on test sets and on the visitor's picture, changed or not."""
    head = [say("rotation.trial_on"), say("rotation.trial_augmented"), say("rotation.trial_shortcut")]
    changes = [say(f"rotation.trial_{change}") for change in ("untouched", "reencoded", "cropped")]
    rows = [
        [say("rotation.trial_scenes", change=change), *(f"{test.own_source[i]:.1%}" for test in tests)]
        for i, change in enumerate(changes)
    ]
    rows.append([say("rotation.trial_elsewhere"), *(f"{test.other_source:.1%}" for test in tests)])
    for i, change in enumerate(changes):
        cells = [say("rotation.trial_cell", right=test.right[i], sure=f"{test.confidence[i]:.0%}") for test in tests]
        rows.append([say("rotation.trial_yours", change=change), *cells])
    return markup.table(head, rows)


def neighbours(say: Say, found: tuple[explore.Neighbour, ...]) -> Named:
    """The neighbours as a gallery takes them: pictures with names and cosines."""
    return [
        (item.image, say("rotation.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
        for item in found
    ]


def class_guesses(say: Say, name: str, counts: Counts) -> str:
    """The guesses of a class by how far they were off, the right ones marked, and those of the model."""
    labels = [say(f"rotation.off_{turn}") for turn in TURNS]
    most = max(counts.rounds, 1)
    rows = [Row(label, count / most, str(count)) for label, count in zip(labels, counts.off, strict=True)]
    title = say("rotation.class_guesses", name=name, rounds=counts.rounds, model=counts.model)
    level = Level(f"{say('page.chance')} {explore.CHANCE_LEVEL:.0%}", explore.CHANCE_LEVEL)
    return ranking(title, rows, marked=0, level=level, full=1.0)


def model_name(say: Say, name: str) -> str:
    """What a checkpoint is called on the page: a shipped one in words, a visitor's own by its name."""
    key = f"rotation.model_{name.rpartition('/')[2]}"
    return say(key) if say.has(key) else name


def card_sentence(say: Say) -> str:
    """The accuracy on the card, on two test sets and after re-encoding."""
    card = explore.metrics()
    scenes, objects = card["scenes96"], card["tinyimagenet64"]
    return say(
        "rotation.card",
        scenes=f"{scenes['accuracy']:.1%}",
        scenes_n=f"{scenes['n']:,}",
        objects=f"{objects['accuracy']:.1%}",
        objects_n=f"{objects['n']:,}",
        scenes_again=f"{card['scenes96, re-encoded']['accuracy']:.1%}",
        objects_again=f"{card['tinyimagenet64, re-encoded']['accuracy']:.1%}",
    )

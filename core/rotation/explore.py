"""What a visitor can ask of a trained rotation model: plain values in, frozen results out."""

import functools
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from core import checkpoints, models, snapshots
from core.checkpoints import Checkpoint
from core.data import bundled, perturbations, pictures
from core.downstream.gallery import described
from core.downstream.retrieval import Neighbour as Neighbour
from core.downstream.retrieval import most_alike
from core.errors import InputError, whole
from core.rotation import pretext
from core.rotation.gallery import describe
from core.rotation.model import Config, RotationNet
from core.rotation.pretext import CHANCE_LEVEL as CHANCE_LEVEL

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
NAME = "rotation/photos"
OWN_SOURCE, OTHER_SOURCE = "scenes96", "tinyimagenet64"  # test sets: where SMALL and SHORTCUT were trained, and another
SMALL, SHORTCUT = "rotation/small", "rotation/shortcut"  # one network, trained with and without augmentation


@dataclass(frozen=True)
class Prediction:
    """What the model predicts for one picture, turned as asked and in all four turns.

    Attributes:
        turned: (S, S, 3) uint8, the turned picture at the model's size.
        turn_deg: how far it was turned, anticlockwise.
        guess_deg: the predicted turn.
        probabilities: (4,), of 0, 90, 180 and 270 degrees.
        table: (4, 4), row "turned by", column "predicted": probabilities for each turn of this picture.
        naive_right: in how many of the four turns the rule "the brightest side is up" is right.
        map: (H', W') in [0, 1], the class activation map of the predicted turn, on the turned picture.
    """

    turned: Bytes
    turn_deg: int
    guess_deg: int
    probabilities: Floats
    table: Floats
    naive_right: int
    map: Floats

    @property
    def model_right(self) -> int:
        """In how many of the four turns the model is right."""
        return int((self.table.argmax(1) == np.arange(4)).sum())


def predict(picture: pictures.Bytes | str | None, turn_deg: float, *, name: str = NAME) -> Prediction:
    """Turn a picture and predict how far it was turned.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        turn_deg: 0, 90, 180 or 270, anticlockwise.
        name: of the checkpoint.

    Raises:
        InputError: no picture that can be read, another turn, or a model that is not offered.
    """
    quarter = whole(turn_deg, 0, 270) // 90
    if turn_deg not in pretext.TURNS_DEG:
        raise InputError("Turn by 0, 90, 180 or 270 degrees.")
    model, where = _open(name)
    upright = pictures.square(pictures.open_picture(picture), model.config.size)
    turned, _ = pretext.all_turns(pictures.to_tensor(upright))  # (4, 3, S, S)
    with torch.inference_mode():
        output = model(turned.to(where))
        table = output.logits.float().softmax(1).cpu().numpy()
        guess = int(table[quarter].argmax())
        heat = torch.einsum("d,dhw->hw", model.head.weight[guess], output.map[quarter].float()).relu()
    naive = sum(brightest_side_up(view) == turn for turn, view in enumerate(pictures.to_bytes(turned)))
    return Prediction(
        turned=pictures.to_bytes(turned)[quarter],
        turn_deg=90 * quarter,
        guess_deg=90 * guess,
        probabilities=table[quarter],
        table=table,
        naive_right=naive,
        map=(heat / heat.max().clamp(min=1e-9)).cpu().numpy(),
    )


@dataclass(frozen=True)
class ShortcutTest:
    """How much one model relies on encoder traces: its accuracy with the traces and without them.

    The three values of a tuple are for pictures that are untouched, re-encoded and cropped.

    Attributes:
        name: of the checkpoint.
        own_source: accuracy on test scenes from the source of the training scenes.
        other_source: accuracy on untouched test pictures from another source.
        right: for the visitor's picture: in how many of the four turns the model is right.
        confidence: for the visitor's picture: probability of the true turn, mean over the four.
    """

    name: str
    own_source: tuple[float, float, float]
    other_source: float
    right: tuple[int, int, int]
    confidence: tuple[float, float, float]


def shortcut_tests(picture: pictures.Bytes | str | None) -> tuple[ShortcutTest, ShortcutTest]:
    """Test the network trained with augmentation and the one trained without it, also on a visitor's picture.

    Raises:
        InputError: no picture that can be read.
    """
    opened = pictures.open_picture(picture)
    return _shortcut_test(SMALL, opened), _shortcut_test(SHORTCUT, opened)


def _shortcut_test(name: str, picture: Bytes) -> ShortcutTest:
    model, where = _open(name)
    upright = pictures.to_tensor(pictures.square(picture, model.config.size))
    right, confidence = [], []
    for change in perturbations.CHANGES:
        turned, turns = pretext.all_turns(perturbations.apply(upright, change).to(where))
        with torch.inference_mode():
            table = model(turned).logits.float().softmax(1)  # (4, 4)
        right.append(int((table.argmax(1) == turns).sum()))
        confidence.append(float(table.diagonal().mean()))
    card = metrics(name)
    sets = [OWN_SOURCE if change == "none" else f"{OWN_SOURCE}, {change}" for change in perturbations.CHANGES]
    return ShortcutTest(
        name=name,
        own_source=cast("tuple[float, float, float]", tuple(card[each]["accuracy"] for each in sets)),
        other_source=card[OTHER_SOURCE]["accuracy"],
        right=cast("tuple[int, int, int]", tuple(right)),
        confidence=cast("tuple[float, float, float]", tuple(confidence)),
    )


def grow(picture: pictures.Bytes | str | None, turn_deg: float, stage: float) -> Prediction:
    """What the small network predicts after part of its training; stage 0 (untrained) to 4 (finished).

    Raises:
        InputError: no picture that can be read, another turn or another stage.
    """
    return predict(picture, turn_deg, name=snapshots.at(SMALL, stage))


def reached() -> tuple[float, ...]:
    """Accuracy of the small network on test scenes at the five stages."""
    return snapshots.reached(SMALL, "accuracy")


def names() -> tuple[str, ...]:
    """The checkpoints to choose from: the best first, then the one with the shortcut, then a visitor's own."""
    return models.names(NAME, SHORTCUT, hidden=(SMALL,))


def brightest_side_up(picture: Bytes) -> int:
    """The naive baseline: guess the turn (0..3) that brings the brightest side from the top to where it is."""
    grey = picture.mean(2)
    third = max(1, len(grey) // 3)
    # after a quarter turn anticlockwise the top lies on the left, then at the bottom, then on the right
    sides = (grey[:third], grey[:, :third], grey[-third:], grey[:, -third:])
    return int(np.argmax([side.mean() for side in sides]))


def neighbours(picture: pictures.Bytes | str | None, *, count: int = 8, name: str = NAME) -> tuple[Neighbour, ...]:
    """The pictures of the bundled gallery whose features are most similar to those of a picture, best first.

    Raises:
        InputError: no picture that can be read, or a model that is not offered.
    """
    whole(count, 1, 64)
    model, where = _open(name)
    image = pictures.to_tensor(pictures.square(pictures.open_picture(picture), model.config.size))
    with torch.inference_mode():
        query = model.encoder(image.to(where)).float().cpu()
    gallery = bundled.picture_gallery()
    return most_alike(query, _gallery_features(name), gallery.names, gallery.images, count)


@functools.lru_cache(maxsize=16)
def _gallery_features(name: str) -> torch.Tensor:
    """Features (G, D) of the bundled gallery, read or computed once per process."""
    return described(_checkpoint(name), describe)["features"]


def gallery_size() -> int:
    """How many pictures `neighbours` chooses from."""
    return len(bundled.picture_gallery().names)


def feature_count(name: str = NAME) -> int:
    """Width of the features."""
    return int(Config(**checkpoints.read_card(name).config).widths[-1])


def metrics(name: str = NAME) -> dict[str, dict[str, Any]]:
    """The metrics on the checkpoint's card, by test set."""
    return checkpoints.read_card(name).metrics


def _open(name: str) -> tuple[RotationNet, torch.device]:
    checkpoint = _checkpoint(name)
    return cast(RotationNet, checkpoint.model), checkpoint.device


def _checkpoint(name: str) -> Checkpoint:
    offered = (*models.names(NAME, SHORTCUT), *snapshots.moments(SMALL))
    return models.open_offered(name, offered, RotationNet)[1]

"""What a visitor can ask of a trained rotation model: plain values in, frozen results out."""

import functools
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from core import checkpoints, device, snapshots
from core.data import bundled, perturbations, pictures
from core.downstream.retrieval import Neighbour as Neighbour
from core.downstream.retrieval import most_alike
from core.errors import InputError, whole
from core.rotation import pretext
from core.rotation.model import RotationNet

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
NAME = "rotation/photos"
OWN, ELSEWHERE = "scenes96", "tinyimagenet64"
SMALL, SHORTCUT = "rotation/small", "rotation/shortcut"  # one network, trained with and without augmentation


@dataclass(frozen=True)
class Prediction:
    """What the model says of one picture, turned as asked and in all four turns.

    Attributes:
        seen: (S, S, 3) uint8, the turned picture as the model gets it.
        turn_deg: how far it was turned, anticlockwise.
        guess_deg: what the model takes to be the turn.
        probabilities: (4,), of 0, 90, 180 and 270 degrees.
        table: (4, 4), row "turned by", column "predicted": probabilities for each turn of this picture.
        naive_right: in how many of the four turns the rule "the brightest side is up" is right.
        map: (H', W') in [0, 1], the class activation map of the guess: where in the turned picture its score arose.
    """

    seen: Bytes
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
    """Turn a picture and ask the model how far.

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
        answer = model(turned.to(where))
        table = answer.logits.float().softmax(1).cpu().numpy()
        guess = int(table[quarter].argmax())
        heat = torch.einsum("d,dhw->hw", model.head.weight[guess], answer.map[quarter].float()).relu()
    naive = sum(brightest_side_up(view) == turn for turn, view in enumerate(pictures.to_bytes(turned)))
    return Prediction(
        seen=pictures.to_bytes(turned)[quarter],
        turn_deg=90 * quarter,
        guess_deg=90 * guess,
        probabilities=table[quarter],
        table=table,
        naive_right=naive,
        map=(heat / heat.max().clamp(min=1e-9)).cpu().numpy(),
    )


@dataclass(frozen=True)
class Trial:
    """How one model fares where reading an encoder's traces no longer helps.

    Attributes:
        name: of the checkpoint.
        own: accuracy on the test scenes, which come from where the training scenes came from.
        own_changed: the same after re-encoding and after cropping.
        elsewhere: accuracy on the test pictures of another source.
        right: for the visitor's picture as it is, re-encoded and cropped: in how many of four turns the model is right.
        sure: (3,), probability it gives the true turn, mean over the four.
    """

    name: str
    own: float
    own_changed: tuple[float, float]
    elsewhere: float
    right: tuple[int, int, int]
    sure: tuple[float, float, float]


def trials(picture: pictures.Bytes | str | None) -> tuple[Trial, Trial]:
    """Put the honest small network and the one that cheats to the same test, with a visitor's picture.

    Raises:
        InputError: no picture that can be read.
    """
    opened = pictures.open_picture(picture)
    return _trial(SMALL, opened), _trial(SHORTCUT, opened)


def _trial(name: str, picture: Bytes) -> Trial:
    model, where = _open(name)
    upright = pictures.to_tensor(pictures.square(picture, model.config.size))
    right, sure = [], []
    for change in perturbations.CHANGES:
        turned, turns = pretext.all_turns(perturbations.apply(upright, change).to(where))
        with torch.inference_mode():
            table = model(turned).logits.float().softmax(1)  # (4, 4)
        right.append(int((table.argmax(1) == turns).sum()))
        sure.append(float(table.diagonal().mean()))
    card = metrics(name)
    own, again, cropped = (card[OWN if c == "none" else f"{OWN}, {c}"]["accuracy"] for c in perturbations.CHANGES)
    return Trial(
        name,
        own,
        (again, cropped),
        card[ELSEWHERE]["accuracy"],
        cast("tuple[int, int, int]", tuple(right)),
        cast("tuple[float, float, float]", tuple(sure)),
    )


def grow(picture: pictures.Bytes | str | None, turn_deg: float, stage: float) -> Prediction:
    """What the small network says of a picture after part of its training; stage 0 (untrained) to 4 (finished).

    Raises:
        InputError: no picture that can be read, another turn or another stage.
    """
    return predict(picture, turn_deg, name=snapshots.at(SMALL, stage))


def reached() -> tuple[float, ...]:
    """Accuracy of the small network on test scenes at the five stages."""
    return snapshots.reached(SMALL, "accuracy")


def names() -> tuple[str, ...]:
    """The checkpoints to choose from: the best first, then the one that cheats, then a visitor's own."""
    named = (NAME, SHORTCUT)
    return named + tuple(name for name in checkpoints.bundled("rotation") if name not in (*named, SMALL))


def brightest_side_up(picture: Bytes) -> int:
    """The naive baseline: guess the turn (0..3) that brings the brightest side from the top to where it is."""
    grey = picture.mean(2)
    third = max(1, len(grey) // 3)
    # after a quarter turn anticlockwise the top lies on the left, then at the bottom, then on the right
    sides = (grey[:third], grey[:, :third], grey[-third:], grey[:, -third:])
    return int(np.argmax([side.mean() for side in sides]))


def neighbours(picture: pictures.Bytes | str | None, *, count: int = 8, name: str = NAME) -> tuple[Neighbour, ...]:
    """The pictures of the bundled gallery whose features are most similar to those of a picture, best first."""
    whole(count, 1, 64)
    model, where = _open(name)
    image = pictures.to_tensor(pictures.square(pictures.open_picture(picture), model.config.size))
    with torch.inference_mode():
        query = model.encoder(image.to(where)).float().cpu()
    gallery = _gallery(name)
    return most_alike(query, gallery.features, gallery.names, gallery.images, count)


@dataclass(frozen=True)
class _Gallery:
    names: tuple[tuple[str, str], ...]
    images: Bytes
    features: torch.Tensor


@functools.cache
def _gallery(name: str) -> _Gallery:
    """Features of every emoji and photograph, computed once a process."""
    model, where = _open(name)
    emoji, photos = bundled.emoji_gallery(), bundled.photographs()
    images = np.concatenate([emoji.images, np.stack([pictures.square(photo.image, 64) for photo in photos])])
    with torch.inference_mode():
        parts = [model.encoder(pictures.to_tensor(part).to(where)).cpu() for part in np.array_split(images, 16)]
    return _Gallery(emoji.names + tuple(photo.name for photo in photos), images, torch.cat(parts).float())


def gallery_size() -> int:
    """How many pictures `neighbours` chooses from."""
    return len(bundled.emoji_gallery().names) + len(bundled.photographs())


def feature_count(name: str = NAME) -> int:
    """Width of the features."""
    return int(_open(name)[0].encoder.out_features)


def metrics(name: str = NAME) -> dict[str, dict[str, Any]]:
    """What the checkpoint's card says of its test sets."""
    return checkpoints.read_card(name).metrics


def _open(name: str) -> tuple[RotationNet, torch.device]:
    if name not in (*checkpoints.bundled("rotation"), *snapshots.moments(SMALL)):  # what is sent opens no other file
        raise InputError("Choose one of the models offered.")
    where = device.pick()
    return cast(RotationNet, checkpoints.load(name, device=where).model), where

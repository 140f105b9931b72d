"""What a visitor can ask of the recommender: plain values in, frozen results out.

Films are named by their MovieLens numbers. The item neighbours and the popularity that stand beside every answer are
those shipped with the checkpoint: they were counted on the same histories that trained the network.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F

from core import checkpoints, snapshots
from core.checkpoints import Checkpoint
from core.data.films import Film
from core.device import generator
from core.downstream.neighbours import nearest
from core.errors import CheckpointError, InputError, whole
from core.recommendation import pretext
from core.recommendation.answers import GenreTold, Guess, Hidden, Likeness, Recommendation, Trained
from core.recommendation.baselines import ItemNeighbours
from core.recommendation.catalogue import Catalogue, genre_table, unpack
from core.recommendation.evaluation import OFTEN, K, genre_precision, often_rated, vectors
from core.recommendation.model import BERT4Rec, initialise
from core.recommendation.pretext import Floats

NAME, CONTROL = "recommendation/movielens", "recommendation/shuffled"
MIN_FILMS, MAX_FILMS = 2, 15
SHOWN = 8  # neighbours of a film

__all__ = [
    "CONTROL",
    "MAX_FILMS",
    "MIN_FILMS",
    "NAME",
    "OFTEN",
    "GenreTold",
    "Guess",
    "Hidden",
    "Likeness",
    "Recommendation",
    "Trained",
    "control",
    "films",
    "first_list",
    "genres",
    "grow",
    "hide",
    "metrics",
    "names",
    "reached",
    "recommend",
    "recommender",
    "similar",
    "trained",
]


@dataclass(frozen=True)
class Recommender:
    """A model ready to answer."""

    checkpoint: Checkpoint
    model: BERT4Rec
    catalogue: Catalogue
    neighbours: ItemNeighbours
    place: dict[int, int]  # of each film number


def names() -> tuple[str, ...]:
    """The recommenders in the tree, the main one first; empty where none was trained or shipped."""
    found = checkpoints.bundled("recommendation")
    return tuple(sorted(found, key=lambda name: (name != NAME, name != CONTROL, name)))


@functools.cache
def recommender(name: str = NAME) -> Recommender:
    """Load a model with its catalogue, once a process.

    Raises:
        InputError: it is none of those offered.
    """
    if name.partition("@")[0] not in names():
        raise InputError("Choose one of the models offered.")
    checkpoint = checkpoints.load(name)
    if not isinstance(checkpoint.model, BERT4Rec):
        raise CheckpointError("{name} is no recommender.", name=name)
    catalogue, neighbours = unpack(checkpoint.folder)
    place = {film.number: at for at, film in enumerate(catalogue.films)}
    return Recommender(checkpoint, checkpoint.model, catalogue, neighbours, place)


def films(name: str = NAME) -> tuple[Film, ...]:
    """The films that a visitor can pick: those rated often, the most rated first."""
    known = recommender(name).catalogue
    often = often_rated(known.films, known.times)
    return tuple(known.films[at] for at in often[np.argsort(-known.times[often], kind="stable")])


def first_list(wanted: Sequence[int], name: str = NAME) -> list[int]:
    """Those of the wanted film numbers that a model knows; its most rated ones where it knows too few of them."""
    known = recommender(name).place
    kept = [number for number in wanted if number in known]
    return kept if len(kept) >= MIN_FILMS else [film.number for film in films(name)[:5]]


def hide(chosen: Sequence[int] | None, place: float, name: str = NAME) -> Hidden:
    """Hide one film of a list and guess it.

    Args:
        chosen: MovieLens numbers, in order, MIN_FILMS to MAX_FILMS.
        place: of the film to hide, from 1.
        name: of the model.

    Raises:
        InputError: too few or too many films, one that is not offered or stands twice, no such place or model.
    """
    voice = recommender(name)
    given = _places(chosen, voice)
    at = whole(place, 1, len(given)) - 1
    answer = int(given[at])
    rest = np.delete(given, at)
    seen = torch.from_numpy(given)[None]
    hidden = torch.zeros_like(seen, dtype=torch.bool)
    hidden[0, at] = True
    with torch.inference_mode():
        reading = voice.model(seen.masked_fill(hidden, voice.model.config.hidden), hidden)
    shares = _probabilities(reading.logits[0], rest)
    known = voice.catalogue
    return Hidden(
        films=tuple(known.films[film] for film in given),
        place=at,
        probability=float(shares[answer]),
        rank=int(pretext.rank(shares, rest, answer)),
        knn_rank=int(pretext.rank(voice.neighbours.scores(rest), rest, answer)),
        popularity_rank=int(pretext.rank(known.times.astype(np.float32), rest, answer)),
        candidates=len(shares) - len(rest),
        best=_best(voice, shares, rest, 5),
        looked_at=tuple(reading.attentions[-1][0, :, at].mean(0).tolist()),
    )


def recommend(chosen: Sequence[int] | None, name: str = NAME) -> Recommendation:
    """What comes after a list; errors as in `hide`."""
    voice = recommender(name)
    given = _places(chosen, voice)
    shares, backwards = (_next(voice, films) for films in (given, given[::-1].copy()))
    best = _best(voice, shares, given, K)
    other = {guess.film for guess in _best(voice, backwards, given, K)}
    return Recommendation(
        model=best,
        knn=_best(voice, voice.neighbours.scores(given), given, K),
        popularity=_best(voice, voice.catalogue.times.astype(np.float32), given, K),
        reversed_kept=sum(guess.film in other for guess in best),
        candidates=len(shares) - len(given),
    )


def grow(chosen: Sequence[int] | None, place: float, stage: float) -> Hidden:
    """The same as `hide` by the bundled model at one of five moments of its training, 0 (before it) to 4 (finished)."""
    return hide(chosen, place, snapshots.at(NAME, stage))


def reached() -> tuple[float, ...]:
    """The hit rate at 10 on test users at each of those moments."""
    return snapshots.reached(NAME, "hit_rate")


def similar(number: float | None, name: str = NAME) -> Likeness:
    """The films most like one, among those that can be picked.

    Raises:
        InputError: the film is not offered, or no such model.
    """
    voice = recommender(name)
    at = int(_places([number], voice, least=1)[0])
    known = voice.catalogue
    others = often_rated(known.films, known.times)
    others = others[others != at]
    learned = vectors(voice.model)
    cosines, index = nearest(learned[at][None], learned[others], SHOWN)
    found = zip(others[index[0].numpy()], cosines[0].tolist(), strict=True)
    rated = zip(voice.neighbours.films[at], voice.neighbours.similarity[at], strict=True)
    return Likeness(
        known.films[at],
        tuple(Guess(known.films[other], cosine) for other, cosine in found),
        tuple(Guess(known.films[other], float(cosine)) for other, cosine in list(rated)[:SHOWN]),
    )


@functools.cache
def genres(name: str = NAME) -> tuple[GenreTold, ...]:
    """How well the vectors tell each genre of more than ten films, furthest above chance first."""
    voice = recommender(name)
    gallery = often_rated(voice.catalogue.films, voice.catalogue.times)
    labels, table = genre_table([voice.catalogue.films[at] for at in gallery])
    fresh = BERT4Rec(voice.model.config)
    initialise(fresh, torch.from_numpy(voice.catalogue.times), generator(0))
    shares = []
    for model in (voice.model, fresh):
        unit = F.normalize(vectors(model)[gallery], dim=1)
        shares.append(genre_precision(unit @ unit.T, table))
    counts = table.sum(0)
    chance = (counts - 1) / (len(gallery) - 1)
    found = [
        GenreTold(label, float(shares[0][i]), float(shares[1][i]), float(chance[i]), int(counts[i]))
        for i, label in enumerate(labels)
        if counts[i] > K
    ]
    return tuple(sorted(found, key=lambda told: told.chance - told.model))


def metrics(name: str = NAME) -> dict[str, dict[str, float]]:
    """What the card of a model says: "test", "validation", "genres", "pace"."""
    card = recommender(name).checkpoint.card
    assert card is not None
    return {data.partition(", ")[2] or "test": figures for data, figures in card.metrics.items()}


def trained(name: str = NAME) -> Trained:
    """What a model was trained on, and how."""
    voice = recommender(name)
    card, pace = voice.checkpoint.card, metrics(name)["pace"]
    assert card is not None
    users = int(metrics(name)["test"]["n"])
    return Trained(
        int(pace["n"]) + users, users, card.recipe["ratio"], card.recipe["last"], voice.model.config.context - 1
    )


def control() -> dict[str, float] | None:
    """The test figures of the model that never saw an order; None where it is not in the tree."""
    return metrics(CONTROL)["test"] if CONTROL in names() else None


def _places(chosen: Sequence[object] | None, voice: Recommender, least: int = MIN_FILMS) -> pretext.Films:
    """Film numbers as places in the catalogue (N,); see `hide` for what is refused."""
    most = min(MAX_FILMS, voice.model.config.context)
    wanted = list(chosen or [])[: most + 1]
    if not least <= len(wanted) <= most:
        raise InputError("Pick {low} to {high} films.", low=least, high=most)
    plain = [number if isinstance(number, int) and not isinstance(number, bool) else -1 for number in wanted]
    places = [voice.place.get(number) for number in plain]
    if None in places:
        raise InputError("Choose only films from the list.")
    if len(set(places)) < len(places):
        raise InputError("Each film can stand in the list only once.")
    return np.array(places, np.int64)


def _next(voice: Recommender, given: pretext.Films) -> Floats:
    """Probability of every film (V,) to come after those given."""
    config = voice.model.config
    row = torch.from_numpy(np.append(given[1 - config.context :], config.hidden))[None]
    asked = row == config.hidden
    with torch.inference_mode():
        return _probabilities(voice.model(row, asked).logits[0], given)


def _probabilities(logits: torch.Tensor, given: pretext.Films) -> Floats:
    """Softmax over all films but those given, which get 0: (V,)."""
    left = logits.float().index_fill(0, torch.from_numpy(given), -torch.inf)
    return cast(Floats, left.softmax(0).numpy())


def _best(voice: Recommender, scores: Floats, given: pretext.Films, count: int) -> tuple[Guess, ...]:
    """The first films by score, those given left out."""
    left = scores.astype(np.float64)
    left[given] = -np.inf
    order = np.argsort(-left, kind="stable")[:count]
    return tuple(Guess(voice.catalogue.films[at], float(left[at])) for at in order)

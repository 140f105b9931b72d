"""What a visitor can ask of the recommender: plain values in, frozen results out.

Films are named by their MovieLens numbers. The item neighbours and the popularity beside every result come with the
checkpoint: they are fitted on the histories that trained the network.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F

from core import checkpoints, models, snapshots
from core.checkpoints import Card
from core.data.films import Film
from core.device import generator
from core.downstream.neighbours import nearest
from core.errors import InputError, whole
from core.recommendation import pretext
from core.recommendation.baselines import ItemNeighbours
from core.recommendation.catalogue import Catalogue, genre_table, read_films, read_neighbours
from core.recommendation.evaluation import OFTEN as OFTEN
from core.recommendation.evaluation import K, genre_precision, often_rated, vectors
from core.recommendation.model import BERT4Rec, BERT4RecOutput, initialise
from core.recommendation.pretext import Films, Floats
from core.recommendation.results import GenrePrecision as GenrePrecision
from core.recommendation.results import HiddenFilm as HiddenFilm
from core.recommendation.results import PairedTest as PairedTest
from core.recommendation.results import Prediction as Prediction
from core.recommendation.results import Recommendation as Recommendation
from core.recommendation.results import SimilarFilms as SimilarFilms
from core.recommendation.results import TrainingSummary as TrainingSummary

NAME, CONTROL = "recommendation/movielens", "recommendation/shuffled"
MIN_FILMS, MAX_FILMS = 2, 15
SHOWN = 8  # similar films
BEST = 5  # predictions for a hidden film


@dataclass(frozen=True)
class Recommender:
    """A model with its catalogue, neighbours and the index of each film number."""

    model: BERT4Rec
    catalogue: Catalogue
    neighbours: ItemNeighbours
    index_of: dict[int, int]


def names() -> tuple[str, ...]:
    """The recommenders in the tree, the main one first; empty where none was trained or shipped."""
    present = checkpoints.bundled("recommendation")
    return tuple(name for name in models.names(NAME, CONTROL) if name in present)


@functools.cache
def recommender(name: str = NAME) -> Recommender:
    """Load a model with its catalogue, once per process.

    Args:
        name: one of `names`, or "<name>@25" for a snapshot.

    Raises:
        InputError: it is not offered.
        CheckpointError: it is damaged, or no recommender.
    """
    offered = names()
    if name.partition("@")[0] in offered:
        offered = (*offered, name)
    model, checkpoint = models.open_offered(name, offered, BERT4Rec)
    catalogue = _catalogue(checkpoint.folder)
    index_of = {film.number: index for index, film in enumerate(catalogue.films)}
    return Recommender(model, catalogue, _neighbours(checkpoint.folder), index_of)


@functools.cache
def _catalogue(folder: Path) -> Catalogue:
    """The catalogue of a checkpoint, which its snapshots share; it is read without the model."""
    return read_films(folder)


@functools.cache
def _neighbours(folder: Path) -> ItemNeighbours:
    """The neighbours of a checkpoint, which its snapshots share."""
    return read_neighbours(folder)


def _offered(name: str) -> Path:
    """The folder of one of `names`."""
    if name not in names():
        raise InputError("Choose one of the models offered.")
    return checkpoints.ROOT / name


def films(name: str = NAME) -> tuple[Film, ...]:
    """The films that a visitor can pick: those rated often, the most rated first. Opens no model."""
    known = _catalogue(_offered(name))
    often = often_rated(known.films, known.rating_counts)
    return tuple(known.films[index] for index in often[np.argsort(-known.rating_counts[often], kind="stable")])


def known_films(numbers: Sequence[int], name: str = NAME) -> dict[int, Film]:
    """Those of these film numbers that a model knows, with their films. Opens no model."""
    known = {film.number: film for film in _catalogue(_offered(name)).films}
    return {number: known[number] for number in numbers if number in known}


def first_list(preferred: Sequence[int], name: str = NAME) -> list[int]:
    """Those of the preferred film numbers that a model knows; its most rated ones where it knows too few of them."""
    kept = list(known_films(preferred, name))
    return kept if len(kept) >= MIN_FILMS else [film.number for film in films(name)[:5]]


def film_count(name: str = NAME) -> int:
    """How many films a model knows."""
    return len(_catalogue(_offered(name)).films)


def hide(chosen: Sequence[int] | None, place: float, name: str = NAME) -> HiddenFilm:
    """Hide one film of a list and predict it. All methods use every visible film, before and after the hidden one.

    Args:
        chosen: MovieLens numbers, in order, MIN_FILMS to MAX_FILMS.
        place: position of the film to hide, from 1.
        name: of the model.

    Raises:
        InputError: too few or too many films, one that is not offered or stands twice, no such position or model.
    """
    loaded = recommender(name)
    given = _indices(chosen, loaded)
    position = whole(place, 1, len(given)) - 1
    answer, before, after = int(given[position]), given[:position], given[position + 1 :]
    visible = np.concatenate([before, after])
    row = given.copy()
    row[position] = loaded.model.config.hidden
    output = _predict(loaded.model, row)
    probabilities = _probabilities(output.logits[0], visible)
    catalogue = loaded.catalogue
    return HiddenFilm(
        films=tuple(catalogue.films[index] for index in given),
        position=position,
        probability=float(probabilities[answer]),
        rank=int(pretext.rank(probabilities, visible, answer)),
        knn_rank=int(pretext.rank(loaded.neighbours.scores_between(before, after), visible, answer)),
        popularity_rank=int(pretext.rank(catalogue.rating_counts.astype(np.float32), visible, answer)),
        candidates=len(probabilities) - len(visible),
        best=_best(loaded, probabilities, visible, BEST),
        attention=tuple(output.attentions[-1][0, :, position].mean(0).tolist()),
    )


def recommend(chosen: Sequence[int] | None, name: str = NAME) -> Recommendation:
    """What comes after a list; errors as in `hide`."""
    loaded = recommender(name)
    given = _indices(chosen, loaded)
    probabilities, backwards = (_next(loaded.model, each) for each in (given, given[::-1].copy()))
    best = _best(loaded, probabilities, given, K)
    other = {prediction.film for prediction in _best(loaded, backwards, given, K)}
    return Recommendation(
        model=best,
        knn=_best(loaded, loaded.neighbours.scores(given), given, K),
        popularity=_best(loaded, loaded.catalogue.rating_counts.astype(np.float32), given, K),
        reversed_kept=sum(prediction.film in other for prediction in best),
        candidates=len(probabilities) - len(given),
    )


def grow(chosen: Sequence[int] | None, place: float, stage: float) -> HiddenFilm:
    """The same as `hide` by the bundled model at one of five moments of its training, 0 (before it) to 4 (finished)."""
    return hide(chosen, place, snapshots.at(NAME, stage))


def reached() -> tuple[float, ...]:
    """The hit rate at 10 on test users at each of those moments."""
    return snapshots.reached(NAME, "hit_rate")


def similar(number: float | None, name: str = NAME) -> SimilarFilms:
    """The films most similar to one, among those that can be picked.

    Raises:
        InputError: the film is not offered, or no such model.
    """
    loaded = recommender(name)
    query = int(_indices([number], loaded, least=1)[0])
    catalogue = loaded.catalogue
    others = often_rated(catalogue.films, catalogue.rating_counts)
    others = others[others != query]
    learned = vectors(loaded.model)
    cosines, order = nearest(learned[query][None], learned[others], SHOWN)
    return SimilarFilms(
        catalogue.films[query],
        tuple(
            Prediction(catalogue.films[index], cosine)
            for index, cosine in zip(others[order[0].numpy()], cosines[0].tolist(), strict=True)
        ),
        _best(loaded, loaded.neighbours.similarity[query], np.array([query]), SHOWN),
    )


@functools.cache
def genres(name: str = NAME) -> tuple[GenrePrecision, ...]:
    """How well the vectors separate each genre of more than ten films, furthest above chance first."""
    loaded = recommender(name)
    catalogue = loaded.catalogue
    gallery = often_rated(catalogue.films, catalogue.rating_counts)
    labels, table = genre_table([catalogue.films[index] for index in gallery])
    fresh = BERT4Rec(loaded.model.config)
    initialise(fresh, torch.from_numpy(catalogue.rating_counts), generator(0))
    precisions = []
    for model in (loaded.model, fresh):
        unit = F.normalize(vectors(model)[gallery], dim=1)
        precisions.append(genre_precision(unit @ unit.T, table))
    counts = table.sum(0)
    chance_level = (counts - 1) / (len(gallery) - 1)
    found = [
        GenrePrecision(label, float(trained), float(untrained), float(level), int(count))
        for label, trained, untrained, level, count in zip(labels, *precisions, chance_level, counts, strict=True)
        if count > K
    ]
    return tuple(sorted(found, key=lambda genre: genre.chance_level - genre.model))


def metrics(name: str = NAME) -> dict[str, dict[str, float]]:
    """The metrics on the card of a model: "test", "validation", "genres", "pace"."""
    return {data.partition(", ")[2] or "test": figures for data, figures in _card(name).metrics.items()}


def _card(name: str) -> Card:
    _offered(name)
    return checkpoints.read_card(name)


def paired_test(name: str = NAME) -> PairedTest:
    """The network and item neighbours on the same test users, from the card."""
    test = metrics(name)["test"]
    model_only, knn_only = (round(test[f"{kind}_only_rate"] * test["n"]) for kind in ("model", "knn"))
    return PairedTest(model_only, knn_only, test["mcnemar_p"])


def trained(name: str = NAME) -> TrainingSummary:
    """The data and settings a model was trained with, from the card."""
    card, users = _card(name), int(metrics(name)["test"]["n"])
    return TrainingSummary(
        ratings=int(metrics(name)["pace"]["n"]) + users,
        users=users,
        ratio=card.recipe["ratio"],
        last=card.recipe["last"],
        read=card.config["context"] - 1,
    )


def decay(name: str = NAME) -> float:
    """By which the weight of a film shrinks with each film rated after it, for the item neighbours."""
    return _neighbours(_offered(name)).recency.decay


def control() -> dict[str, float] | None:
    """The test figures of the model trained on shuffled histories; None where it is not in the tree."""
    return metrics(CONTROL)["test"] if CONTROL in names() else None


def _indices(chosen: Sequence[object] | None, loaded: Recommender, least: int = MIN_FILMS) -> Films:
    """Film numbers as indices into the catalogue (N,); see `hide` for what is refused."""
    most = min(MAX_FILMS, loaded.model.config.context)
    numbers = list(chosen or [])[: most + 1]
    if not least <= len(numbers) <= most:
        raise InputError("Pick {low} to {high} films.", low=least, high=most)
    found: list[int] = []
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int) or number not in loaded.index_of:
            raise InputError("Choose only films from the list.")
        found.append(loaded.index_of[number])
    if len(set(found)) < len(found):
        raise InputError("Each film can stand in the list only once.")
    return np.array(found, np.int64)


@torch.inference_mode()
def _predict(model: BERT4Rec, row: Films) -> BERT4RecOutput:
    """The output for one history (T,) with one hidden film in it, on the CPU."""
    films = torch.from_numpy(row)[None].to(model.bias.device)
    output = model(films, films == model.config.hidden)
    return BERT4RecOutput(output.logits.cpu(), output.states.cpu(), tuple(each.cpu() for each in output.attentions))


def _next(model: BERT4Rec, given: Films) -> Floats:
    """Probability of every film (V,) to come after those given."""
    row = np.append(given[1 - model.config.context :], model.config.hidden)
    return _probabilities(_predict(model, row).logits[0], given)


def _probabilities(logits: torch.Tensor, given: Films) -> Floats:
    """Softmax over all films but those given, which get 0: (V,)."""
    left = logits.float().index_fill(0, torch.from_numpy(given), -torch.inf)
    return cast(Floats, left.softmax(0).numpy())


def _best(loaded: Recommender, scores: Floats, given: Films, count: int) -> tuple[Prediction, ...]:
    """The first films by score, those given left out."""
    left = scores.astype(np.float64)
    left[given] = -np.inf
    order = np.argsort(-left, kind="stable")[:count]
    return tuple(Prediction(loaded.catalogue.films[index], float(left[index])) for index in order)

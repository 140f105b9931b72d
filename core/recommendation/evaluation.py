"""The metrics of the card: how often the film left out is among the first ten, and genres by the film vectors.

Every film of the catalogue that a user has not rated yet is ranked. Popularity and item neighbours are fitted on the
same users' films but for the last two of each; their settings, like the network's, are chosen on the film before last.
The network and the neighbours answer the same questions, so they are compared by a paired test.
"""

import math
from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from core.checkpoints import Checkpoint
from core.data.films import Film, Ratings
from core.device import generator
from core.downstream.paired import mcnemar
from core.errors import InputError
from core.recommendation import baselines, pretext
from core.recommendation.baselines import ItemNeighbours, Question
from core.recommendation.catalogue import genre_table, read_films
from core.recommendation.model import BERT4Rec, initialise
from core.recommendation.pretext import Films, Split

K = 10  # films that a visitor is shown
OFTEN = 20  # ratings of a film whose vector is compared by genre
BATCH = 128


def questions(histories: Sequence[Films], split: Split) -> list[Question]:
    """One question per user who rated at least three films: those given, and the one left out."""
    return [pretext.leave_one_out(history, split) for history in histories if len(history) > 2]


@torch.inference_mode()
def scores(model: BERT4Rec, given: Sequence[Films]) -> NDArray[np.float32]:
    """Score every film as the next of each history, from its last `context` - 1 known films: (Q, V)."""
    config, where = model.config, model.bias.device
    found = []
    for first in range(0, len(given), BATCH):
        rows = [
            np.append(films[films != pretext.UNKNOWN][1 - config.context :], config.hidden)
            for films in given[first : first + BATCH]
        ]
        table = pretext.pad(rows, config.context, config.padding)
        asked = torch.zeros_like(table, dtype=torch.bool)
        asked[:, -1] = True
        found.append(model(table.to(where), asked.to(where)).logits.float().cpu().numpy())
    return np.concatenate(found)


def model_ranks(model: BERT4Rec, asked: Sequence[Question]) -> list[float]:
    """The rank of the right film of each question by the model."""
    table = scores(model, [given for given, _ in asked])
    return [pretext.rank(row, given, answer) for row, (given, answer) in zip(table, asked, strict=True)]


def shuffled(asked: Sequence[Question]) -> list[Question]:
    """The same questions with the films given in random order, the same every time."""
    return [(np.random.default_rng(row).permutation(given), answer) for row, (given, answer) in enumerate(asked)]


def fit_neighbours(histories: Sequence[Films], count: int) -> ItemNeighbours:
    """Item neighbours of `count` films, from all films of each history but the last two.

    The settings are chosen on the film before the last; the last film is not used.
    """
    past = [pretext.seen_in_training(history) for history in histories]
    return baselines.choose(baselines.count_co_ratings(past, count), questions(histories, "validation"))


def measure_split(
    checkpoint: Checkpoint, ratings: Ratings, split: Split, neighbours: ItemNeighbours | None = None
) -> dict[str, float]:
    """Hit rate and NDCG at 10 of the model, the baselines and chance on one split.

    Args:
        checkpoint: with a BERT4Rec and its films.json.
        ratings: films are matched by their numbers; one the model does not know counts as missed.
        split: "validation" or "test".
        neighbours: those that `fit_neighbours` finds for these ratings, where they are known already.

    Returns:
        {"hit_rate", "ndcg", the same with the prefixes "shuffled_" (histories read in random order), "knn_",
        "popularity_" and "chance_", what `paired` returns, "n": users}.

    Raises:
        InputError: nobody rated three films.
    """
    model = cast(BERT4Rec, checkpoint.model)
    catalogue = read_films(checkpoint.folder)
    histories = catalogue.translate(ratings)
    asked = questions(histories, split)
    if not asked:
        raise InputError("Nobody in these data rated three films, so there is nothing to ask.")
    count = len(catalogue.films)
    past = [pretext.seen_in_training(history) for history in histories]
    popular = baselines.popularity(past, count).astype(np.float32)
    neighbours = neighbours or fit_neighbours(histories, count)
    ranks = {
        "": model_ranks(model, shuffled(asked) if trained_shuffled(checkpoint) else asked),
        "shuffled_": model_ranks(model, shuffled(asked)),
        "knn_": baselines.ranks(neighbours.scores, asked),
        "popularity_": baselines.ranks(lambda _: popular, asked),
    }
    found: dict[str, float] = {}
    for name, each in ranks.items():
        found |= {f"{name}hit_rate": pretext.hit_rate(each, K), f"{name}ndcg": pretext.ndcg(each, K)}
    left = [count - int((given != pretext.UNKNOWN).sum()) for given, _ in asked]  # to pick from
    gain = sum(1 / math.log2(1 + rank) for rank in range(1, K + 1))
    found["chance_hit_rate"] = float(np.mean([K / films for films in left]))
    found["chance_ndcg"] = float(np.mean([gain / films for films in left]))
    return found | paired(ranks[""], ranks["knn_"]) | {"n": len(asked)}


def paired(model: Sequence[float], knn: Sequence[float]) -> dict[str, float]:
    """Compare the ranks of the right films by the model and by item neighbours, question by question.

    Returns:
        {"model_only_rate", "knn_only_rate": share of the questions that only the one has among its first K;
        "mcnemar_p": p-value of the exact McNemar test on these}.
    """
    model_only = sum(ours <= K < theirs for ours, theirs in zip(model, knn, strict=True))
    knn_only = sum(theirs <= K < ours for ours, theirs in zip(model, knn, strict=True))
    return {
        "model_only_rate": model_only / len(model),
        "knn_only_rate": knn_only / len(model),
        "mcnemar_p": mcnemar(model_only, knn_only),
    }


def trained_shuffled(checkpoint: Checkpoint) -> bool:
    """Whether this is the control that is trained, and therefore measured, on histories in random order."""
    return checkpoint.card is not None and bool(checkpoint.card.recipe.get("shuffle", False))


def measure_pace(ratings: Ratings) -> dict[str, float]:
    """How fast histories were entered, which limits what their order can mean.

    Returns:
        Shares of ratings made in the same second as the one before, and within a minute of it, "same_second_share" and
        "minute_share", 0..1; "n": ratings that have one before them.
    """
    gaps_s = np.concatenate([np.diff(times_s) for times_s in ratings.times_s])
    same, soon = float((gaps_s == 0).mean()), float((gaps_s <= 60).mean())
    return {"same_second_share": same, "minute_share": soon, "n": len(gaps_s)}


def vectors(model: BERT4Rec) -> Tensor:
    """The vector of each film (V, D), minus their mean."""
    films = model.films.weight[: model.config.films].detach().float().cpu()
    return films - films.mean(0)


def genre_precision(similarity: Tensor, genres: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of the K films most similar to a film of a genre, the share that is of it too, for each genre: (G,).

    Args:
        similarity: (N, N); a film is not its own neighbour.
        genres: (N, G), each genre with at least one film.
    """
    near = similarity.clone().fill_diagonal_(-torch.inf).topk(min(K, len(similarity) - 1), dim=1).indices.numpy()
    share = genres[near].mean(1)  # (N, G)
    found: NDArray[np.float64] = (share * genres).sum(0) / genres.sum(0)
    return found


def measure_genres(checkpoint: Checkpoint, ratings: Ratings) -> dict[str, float]:
    """`genre_precision`, a mean over genres, by the model's vectors, an untrained model's, and who rated what.

    Returns:
        {"knn", "untrained_knn", "rated_by_knn" (cosine of who rated the films), "chance" (a random pick), "n": films
        rated at least OFTEN times that have a genre}.
    """
    model = cast(BERT4Rec, checkpoint.model)
    catalogue = read_films(checkpoint.folder)
    gallery = often_rated(catalogue.films, catalogue.rating_counts)
    _, genres = genre_table([catalogue.films[index] for index in gallery])
    past = [pretext.seen_in_training(history) for history in catalogue.translate(ratings)]
    co_ratings = baselines.count_co_ratings(past, len(catalogue.films))
    rated = torch.from_numpy(baselines.cosines(co_ratings))[gallery][:, gallery]
    fresh = BERT4Rec(model.config)
    initialise(fresh, torch.from_numpy(catalogue.rating_counts), generator(0))
    learned, untrained = (F.normalize(vectors(each)[gallery], dim=1) for each in (model, fresh))
    others = max(1, len(gallery) - 1)
    return {
        "knn": float(genre_precision(learned @ learned.T, genres).mean()),
        "untrained_knn": float(genre_precision(untrained @ untrained.T, genres).mean()),
        "rated_by_knn": float(genre_precision(rated, genres).mean()),
        "chance": float(((genres.sum(0) - 1) / others).mean()),
        "n": len(gallery),
    }


def often_rated(films: Sequence[Film], rating_counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of the films with a genre that were rated often; of all with a genre where those are too few."""
    has_genre = np.array([bool(film.genres) for film in films])
    often = np.flatnonzero(has_genre & (rating_counts >= OFTEN))
    return often if len(often) > K else np.flatnonzero(has_genre)

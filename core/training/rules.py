"""The rules by which a condition is found in the curves of a run, with their thresholds.

Every rule compares medians over the last third of the run, because curves are noisy, with the untrained network, with
chance level, or with the best value before. Each threshold stands beside the range that was measured on runs of 10 s
of one core on the emoji set (the usual recipes and their FAILURES, three seeds; `python -m tests.bench.diagnosis`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.training.curves import Curves, Points
from core.training.findings import Finding

WATCHED = ("loss", "spread", "rank", "seen_loss", "held_out_loss")  # what must be finite
ROWS = 6  # values of the loss below which nothing but an overflow is found
BINS = 30  # a loss of every step is averaged to so many points
NO_STEPS = np.zeros(0)

# Rise of the loss from its best, over its first value. Healthy: 0; masked with the rate 0.3: 0.03 to 0.48.
WORSE = 0.25
# Spread, and rank over the untrained network's. Healthy: 0.27 to 0.99 and 0.9 to 5.1; collapsed: 0 to 0.042 and
# 0.02 to 0.36, or a rank of 1 (a codebook's from the start). With a rim 0.03 to 0.05 too, but there the task is solved
# and the rank stays above 0.4. Where no rank was recorded, only less than a rim's spread counts.
SPREAD, RANK_LEFT, LINE, SPREAD_ALONE = 0.1, 0.5, 1.5, 0.03
# Uniformity of the projections. Without negatives -0.0002; temperature 0.01: -0.24 to -0.21; others below -0.59.
POINT = -0.02
# Rank over the untrained network's. Batch of 4, or rate 1: 0.19 to 0.29; temperature 5: 0.44 to 0.53; healthy: 0.9.
LOST = 0.4
# Nats per item, latent axes in use, nats per axis. Healthy: 11.3, 10, 1.1; KL weight 50: 5e-6, 0; weight 0: 19 each.
KL, ACTIVE, KL_PER_AXIS = 1.0, 0.5, 5.0
# Share of the codebook in use. Healthy: 0.79 to 0.94; without restarts 0.04 to 0.05.
CODES = 0.3
# Skill at the pretext task. Rim, or no crop: over 0.99; encoder traces: 0.43 to 0.75; healthy: 0.11 to 0.20, after 20 s
# 0.14 (rotation) and 0.33 (contrastive); batch of 4: 0.27 to 0.35.
SOLVED, PARTLY = 0.9, 0.4
# k-NN accuracy over the untrained one's. With a shortcut or a lost rank -0.06 to 0.014, except in one run with traces
# of the encoder, which had gained 0.04 after 10 s; healthy: 0.04 to 0.24, except for rotation and masks, which gain
# -0.02 to 0.04 in 10 s. Its noise is 0.02, so that it counts only beside another measure.
KNN_GAIN = 0.03
# Loss below chance level, as a share of it, and skill. Temperature 5: 0.02 and 0.03 to 0.04; healthy rotation 0.02 and
# 0.11 to 0.12; rate 1: 0.08 to 0.10 and 0.04. Bits of a text over those of its frequencies: 0.80 healthy, 1.02 rate.
GUESSING, SKILL = 0.03, 0.06
# First loss over chance level. Temperature 0.01: 7.0 to 7.3; others 0.98 to 1.05, a batch of 4 to 1.4.
START = 2.5
# Held-out loss over the seen one, and its rise from its best, as shares of the first. Healthy: gap -0.14 to 0.16, rise
# 0 to 0.09 (rotation, which is noisy; its gap is below 0.05). A text of 10,000 characters after 40 s: gap 0.38, rise
# 0.15; encoder traces after 20 s: 0.32 to 0.61 and 0.13 to 0.21.
GAP, RISE = 0.1, 0.05
# Error over mean fill's. Three quarters hidden: 0.57 to 0.58 after 10 s, 0.48 to 0.51 after 20 s, 0.47 to 0.50 after
# 30 s; 5 per cent hidden: 0.46 to 0.49, 0.39 to 0.40 and 0.36; k-NN gains at most 0.043. Bits per character: healthy
# 3.7, a sentence repeated 0.02.
COPIED, EASY, EASY_GAIN, TEXT_BITS = 0.25, 0.42, 0.05, 0.3
# Fall of the loss over the last third, as a share of it; over the standard error of its slope; points for that.
FALL, SIGMAS, POINTS = 0.01, 4.0, 4


@dataclass(frozen=True)
class Chance:
    """What guessing gives: the loss in nats, and the accuracy of the pretext task; NaN if there is none."""

    loss: float
    accuracy: float = math.nan


@dataclass(frozen=True)
class Run:
    """The curves with what every rule asks of them."""

    curves: Curves
    chance: Chance | None

    def late(self, name: str) -> float:
        """Median over the last third; NaN without the column."""
        values = self.curves.last_third(name)[:, 1]
        return float(np.median(values)) if len(values) else math.nan

    def middle(self, name: str) -> float:
        """Median over the second third; NaN without values there."""
        points, last = self.curves.points(name), self.curves.last_step
        values = points[(points[:, 0] >= last / 3) & (points[:, 0] < 2 / 3 * last), 1]
        return float(np.median(values)) if len(values) else math.nan

    def first(self, name: str) -> float:
        """The first value, which is the untrained network's; NaN without the column."""
        values = self.curves.values(name)
        return float(values[0]) if len(values) else math.nan

    def numbers(self, *names: str) -> dict[str, float]:
        """Numbers of a finding: `knn` is the median over the last third, `first_knn` the first value."""
        found = {"chance_loss": math.nan, "chance_accuracy": math.nan}
        if self.chance is not None:
            found = {"chance_loss": self.chance.loss, "chance_accuracy": self.chance.accuracy}
        for name in set(names) - found.keys():
            found[name] = self.first(name[6:]) if name.startswith("first_") else self.late(name)
        return {name: found[name] for name in names if math.isfinite(found[name])}

    @property
    def skill(self) -> float:
        """How far the pretext task is solved, 0 (guessing) to 1, by accuracy or else by the loss; NaN if unknown."""
        if self.chance is None:
            return self.late("accuracy")
        by_loss = 1 - self.late("loss") / self.chance.loss
        by_accuracy = (self.late("accuracy") - self.chance.accuracy) / (1 - self.chance.accuracy)
        return by_loss if math.isnan(by_accuracy) else by_accuracy

    @property
    def knn_gain(self) -> float:
        """k-NN accuracy over that of the untrained network; NaN if unknown."""
        return self.late("knn") - self.first("knn")


def not_finite(curves: Curves) -> Finding | None:
    """A loss, or what is measured beside it, overflowed."""
    broken = [points[~np.isfinite(points[:, 1]), 0] for name, points in curves.columns.items() if name in WATCHED]
    steps = np.concatenate([NO_STEPS, *broken])
    return Finding("not_finite", {"step": float(steps.min())}) if len(steps) else None


def diverged(run: Run) -> Finding | None:
    """The loss ends well above its best, on the scale of where it began."""
    best, end = best_and_end(binned(run.curves.points("loss"))[:, 1])
    if end - best > WORSE * abs(run.first("loss")):
        return Finding("diverged", run.numbers("first_loss") | {"best_loss": best, "end_loss": end})
    return None


def posterior_collapse(run: Run) -> Finding | None:
    """The code of an item says nothing about it."""
    if run.late("kl") < KL and not run.late("active") > ACTIVE:
        return Finding("posterior_collapse", run.numbers("kl", "active"))
    return None


def collapsed(run: Run) -> Finding | None:
    """One output for all: of the features, or of the projections that the loss compares.

    A network that solves its task does not give one output, however close together its features lie.
    """
    rank = run.late("rank")
    few = run.late("spread") < SPREAD_ALONE if math.isnan(rank) else not rank > max(RANK_LEFT * run.first("rank"), LINE)
    near = run.late("spread") < SPREAD and few and not run.skill > SOLVED
    if near or run.late("uniformity") > POINT:
        return Finding("collapsed", run.numbers("spread", "rank", "first_rank", "uniformity"))
    return None


def dead_codes(run: Run) -> Finding | None:
    """Few entries of the codebook are in use."""
    if run.late("used") < CODES * run.late("codes"):
        return Finding("dead_codes", run.numbers("used", "codes", "perplexity"))
    return None


def shortcut(run: Run, least: float = SOLVED) -> Finding | None:
    """The pretext task is solved, but the features are no better than those of the untrained network."""
    if run.skill > least and run.knn_gain <= KNN_GAIN:
        by = "loss" if math.isnan(run.late("accuracy")) else "accuracy"
        return Finding("shortcut", run.numbers(by, "chance_loss", "knn", "first_knn"))
    return None


def memorising(run: Run) -> Finding | None:
    """The loss on held-out data rises while that on seen data falls below it."""
    first, seen, held = run.first("seen_loss"), run.late("seen_loss"), run.late("held_out_loss")
    best, end = best_and_end(run.curves.values("held_out_loss"))
    if seen < first and held - seen > GAP * abs(first) and end - best > RISE * abs(first):
        return Finding("memorising", run.numbers("seen_loss", "held_out_loss") | {"best_held_out_loss": best})
    return None


def too_easy(run: Run) -> Finding | None:
    """Hidden parts are restored well while features do not gain, or a text is predicted better than prose can be."""
    error = run.late("relative_mse")
    if error < COPIED or (error < EASY and run.knn_gain <= EASY_GAIN) or run.late("bits") < TEXT_BITS:
        return Finding("too_easy", run.numbers("relative_mse", "bits"))
    return None


def dimensional_collapse(run: Run) -> Finding | None:
    """Features that lost most of the directions they had, and did not become better for it."""
    if run.late("rank") < LOST * run.first("rank") and not run.knn_gain > KNN_GAIN:
        return Finding("dimensional_collapse", run.numbers("rank", "first_rank", "knn", "first_knn"))
    return None


def partial_shortcut(run: Run) -> Finding | None:
    """A shortcut that is still being learned."""
    return shortcut(run, PARTLY)


def unregularised(run: Run) -> Finding | None:
    """The codes of the items lie so far apart that the prior says nothing about them."""
    per_axis = run.late("kl") / max(run.late("active"), 1.0)
    if per_axis > KL_PER_AXIS:
        return Finding("unregularised", run.numbers("kl") | {"kl_per_axis": per_axis})
    return None


def bad_start(run: Run) -> Finding | None:
    """The untrained network does much worse than guessing."""
    if run.chance is not None and run.first("loss") > START * run.chance.loss:
        return Finding("bad_start", run.numbers("first_loss", "chance_loss"))
    return None


def uniform(run: Run) -> Finding | None:
    """The loss stays at chance level, and so does the accuracy; or a text is known by its frequencies alone."""
    if run.late("loss") < (1 - GUESSING) * run.middle("loss"):
        return None  # on its way
    if run.late("bits") > (1 - GUESSING) * run.late("unigram_bits"):
        return Finding("uniform", run.numbers("bits", "unigram_bits"))
    if run.chance is not None and run.late("loss") > (1 - GUESSING) * run.chance.loss and not run.skill > SKILL:
        return Finding("uniform", run.numbers("loss", "chance_loss", "accuracy", "chance_accuracy"))
    return None


def flat(run: Run) -> Finding | None:
    """The loss has not fallen since the first step, and nobody said what chance level is."""
    if run.chance is None and run.first("loss") - run.late("loss") < FALL * abs(run.first("loss")):
        return Finding("flat", run.numbers("first_loss", "loss"))
    return None


def still_improving(run: Run) -> Finding | None:
    """The loss falls over the last third by more than its noise explains."""
    points = binned(run.curves.last_third("loss"))
    if len(points) < POINTS:
        return None
    steps, losses = points.T
    slope, noise = _slope(steps, losses)
    drop = -slope * float(steps[-1] - steps[0])
    if drop > FALL * abs(float(np.median(losses))) and -slope > SIGMAS * noise:
        return Finding("still_improving", {"third_loss": float(losses[0]), "end_loss": float(losses[-1])})
    return None


def normal(run: Run) -> Finding:
    """None of the failures."""
    return Finding("normal", run.numbers("first_loss", "loss", "first_knn", "knn", "spread", "rank"))


RULES: tuple[Callable[[Run], Finding | None], ...] = (
    diverged,
    posterior_collapse,
    collapsed,
    dead_codes,
    shortcut,
    memorising,
    too_easy,
    uniform,
    dimensional_collapse,
    partial_shortcut,
    unregularised,
    bad_start,
    flat,
)


def binned(points: Points) -> Points:
    """At most BINS points (N, 2), each the mean of as many neighbouring ones."""
    parts = np.array_split(points, min(BINS, len(points)))
    return np.array([part.mean(0) for part in parts])


def best_and_end(values: Points) -> tuple[float, float]:
    """The least and the last median of three values in a row, so that one lucky batch is not the best; NaN if fewer."""
    if len(values) < 3:
        return math.nan, math.nan
    medians = np.median(np.lib.stride_tricks.sliding_window_view(values, 3), 1)
    return float(medians.min()), float(medians[-1])


def _slope(x: Points, y: Points) -> tuple[float, float]:
    """The slope of a straight line through points by least squares, and its standard error."""
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    rest = y - y.mean() - slope * centred
    return slope, math.sqrt(float(rest @ rest) / (len(x) - 2) / float(centred @ centred))

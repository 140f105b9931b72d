"""What the GAN tab shows: results of `core.gan.explore` as pictures, figures and sentences; no Gradio, no torch."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from core.gan import explore
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say

Floats = NDArray[np.float32]
Captioned = list[tuple[Image.Image, str]]  # the value of a gallery

SEEN_PX = 224
CELL_PX = 80
BINS = 36
TAIL = 0.005  # share of either tail that a histogram leaves out


class ScoreValues(NamedTuple):
    """The discriminator's score of a picture: its input, a histogram of scores, a sentence."""

    seen: Image.Image
    scores: go.Figure
    verdict: str


class SampleValues(NamedTuple):
    """Samples of a seed: a sheet and a sentence."""

    samples: Image.Image
    samples_text: str


class WalkValues(NamedTuple):
    """An interpolation: a strip of pictures, the scores along it, a sentence."""

    strip: Image.Image
    walk_scores: go.Figure
    walk_text: str


class GrowthValues(NamedTuple):
    """One moment of the training: a sheet of samples, a sentence, the distance at all moments."""

    grown: Image.Image
    grown_text: str
    grown_curve: go.Figure


class CopyValues(NamedTuple):
    """The copy check: captioned pictures, a histogram of distances, a sentence."""

    copies: Captioned
    distances: go.Figure
    copies_text: str


class QualityValues(NamedTuple):
    """The card: bars of distances, precision and recall by truncation, a sentence."""

    frechet: go.Figure
    coverage: go.Figure
    card: str


class FeatureValues(NamedTuple):
    """The discriminator's features: bars of k-NN accuracy and a sentence."""

    features: go.Figure
    features_text: str


def score(say: Say, found: explore.PictureScore) -> ScoreValues:
    """Show the discriminator's score of a picture among its scores of real and generated pictures."""
    kinds = {
        say("gan.unseen"): found.unseen_scores,
        say("gan.seen_in_training"): found.seen_scores,
        say("gan.generated"): found.sample_scores,
    }
    figure = histogram(
        kinds,
        title=say("gan.scores"),
        x=say("gan.score_axis"),
        y=say("gan.share_axis"),
        hover=say("gan.score_hover"),
        mark=(say("gan.yours"), found.score),
        height=250,
    )
    side = say("gan.says_real") if found.score > 0 else say("gan.says_generated")
    verdict = say(
        "gan.verdict",
        score=f"{found.score:+.2f}",
        side=side,
        above_real=f"{found.above_real:.0%}",
        above_samples=f"{found.above_samples:.0%}",
        accuracy=f"{found.accuracy:.0%}",
        chance=f"{explore.CHANCE_LEVEL:.0%}",
    )
    return ScoreValues(figures.enlarge(found.seen, SEEN_PX), legend_inside(figure), verdict)


def samples(say: Say, found: explore.Samples) -> SampleValues:
    """Show samples, their scores and their variety."""
    sheet = figures.sheet(list(found.images), columns=6, cell=CELL_PX, gap=4)
    sentence = say(
        "gan.samples_text",
        score=f"{found.scores.mean():+.2f}",
        variety=f"{found.variety:.0%}",
        free=f"{found.untruncated_variety:.0%}",
    )
    return SampleValues(sheet, sentence)


def walk(say: Say, found: explore.Interpolation) -> WalkValues:
    """Show an interpolation above its blended baseline, and the scores of both."""
    count = len(found.images)
    strip = figures.sheet([*found.images, *found.blends], columns=count, cell=CELL_PX, gap=4)
    figure = figures.lines(
        np.arange(1, count + 1, dtype=np.float32),
        {say("gan.latent"): found.image_scores, say("gan.blend"): found.blend_scores},
        title=say("gan.walk_scores"),
        x=say("gan.walk_step"),
        y=say("gan.score_axis"),
        hover=say("gan.walk_hover"),
        markers=True,
        height=290,
    )
    middle = count // 2
    sentence = say(
        "gan.walk_text",
        image=f"{found.image_scores[middle]:+.2f}",
        blend=f"{found.blend_scores[middle]:+.2f}",
        ends=f"{(found.image_scores[0] + found.image_scores[-1]) / 2:+.2f}",
    )
    return WalkValues(strip, legend_below(figure), sentence)


def growth(say: Say, images: NDArray[np.uint8], stage: float) -> GrowthValues:
    """Show samples at one moment of the training beside the distances at all moments."""
    distances, card = explore.reached(), explore.metrics()
    floor, noise = (card[name]["frechet"] for name in ("training pictures", "noise"))
    figure = curve(
        say,
        distances,
        stage,
        title=say("gan.grow_curve"),
        y=say("gan.frechet_axis"),
        percent=False,
        levels={say("gan.noise"): noise},
    )
    verdict = say(
        "gan.grow_verdict", frechet=f"{distances[int(stage)]:.1f}", floor=f"{floor:.1f}", noise=f"{noise:.0f}"
    )
    return GrowthValues(figures.sheet(list(images), columns=4, cell=CELL_PX, gap=4), verdict, figure)


def copies(say: Say, found: explore.CopyCheck) -> CopyValues:
    """Show the training pictures nearest to samples, and the distances among other pictures."""
    pairs = []
    for item in found.nearest:
        shown = [item.sample] if item.picture is None else [item.sample, item.picture]
        caption = say("gan.nearest", kind=class_name(say, item.class_name), distance=f"{item.distance:.2f}")
        pairs.append((figures.sheet(shown, columns=len(shown), cell=96, gap=4), caption))
    median = float(np.median([item.distance for item in found.nearest]))
    figure = histogram(
        {say("gan.unseen"): found.distances, say("gan.mirrored"): found.copies},
        title=say("gan.distances"),
        x=say("gan.distance_axis"),
        y=say("gan.share_axis"),
        hover=say("gan.distance_hover"),
        mark=(say("gan.these_samples"), median),
    )
    legend_below(figure)
    verdict = say(
        "gan.copies_text",
        suspects=found.suspects,
        count=len(found.nearest),
        threshold=f"{found.threshold.distance:.2f}",
        gallery=f"{found.gallery:,}",
        sensitivity=f"{found.threshold.true_positive_rate:.0%}",
        alarms=f"{found.threshold.false_positive_rate:.1%}",
        median=f"{median:.2f}",
        unseen=f"{np.median(found.distances):.2f}",
        mirrored=f"{np.median(found.copies):.2f}",
    )
    pictures = say("gan.pictures_here") if found.nearest[0].picture is not None else say("gan.no_pictures_here")
    return CopyValues(pairs, figure, f"{verdict} {pictures}")


def class_name(say: Say, name: str) -> str:
    """The name of a class of CIFAR-10 in the visitor's language; any other name is returned as it is."""
    key = f"gan.class_{name}"
    return say(key) if say.has(key) else name


def quality(say: Say) -> QualityValues:
    """Show the card: distances, precision and recall by truncation."""
    card = explore.metrics()
    names = {
        "training pictures": "gan.training_pictures",
        "blurred": "gan.blurred",
        "": "gan.this_generator",
        "noise": "gan.noise",
    }
    distances = figures.bars(
        [say(key) for key in names.values()],
        [card[name]["frechet"] for name in names],
        title=say("gan.frechet"),
        y=say("gan.frechet_axis"),
        hover=say("gan.frechet_hover"),
        marked=2,
        height=290,
    )
    rows = explore.tradeoff()
    limits = [str(limit) for limit, _, _ in rows[:-1]] + [say("gan.no_limit")]
    figure = go.Figure()
    for at, name, colour in ((1, "gan.precision", figures.BLUE), (2, "gan.recall", figures.ORANGE)):
        figure.add_scatter(
            x=limits,
            y=[round(row[at], 4) for row in rows],
            mode="lines+markers",
            name=say(name),
            line={"color": colour, "width": 2},
            hovertemplate=say("gan.coverage_hover"),
        )
    figures.frame(figure, height=290, title=say("gan.coverage"), x=say("gan.limit_axis"), y=say("gan.share_axis"))
    figure.update_xaxes(type="category").update_yaxes(range=[0, 1], tickformat=".0%")
    own, many = card[""], next(values for name, values in card.items() if name.endswith(" samples"))
    text = say(
        "gan.card",
        frechet=f"{own['frechet']:.1f}",
        many=f"{many['frechet']:.1f}",
        n=f"{own['n']:,}",
        floor=f"{card['training pictures']['frechet']:.1f}",
        blurred=f"{card['blurred']['frechet']:.0f}",
        noise=f"{card['noise']['frechet']:.0f}",
        precision=f"{own['precision']:.0%}",
        recall=f"{own['recall']:.0%}",
        real_precision=f"{card['training pictures']['precision']:.0%}",
        real_recall=f"{card['training pictures']['recall']:.0%}",
    )
    return QualityValues(distances, legend_below(figure), text)


def features(say: Say) -> FeatureValues:
    """Show the k-NN accuracy of the discriminator's features beside that of untrained ones and chance level."""
    found = explore.metrics()["discriminator"]
    bars = figures.bars(
        [say("gan.trained"), say("gan.untrained")],
        [found["knn"], found["untrained_knn"]],
        title=say("gan.features"),
        y=say("gan.right"),
        hover=say("gan.features_hover"),
        marked=0,
        levels={say("page.chance"): 0.1},
        top=1.0,
        percent=True,
        height=290,
    )
    text = say(
        "gan.features_text",
        knn=f"{found['knn']:.1%}",
        untrained=f"{found['untrained_knn']:.1%}",
        n=f"{found['n']:,}",
        accuracy=f"{found['accuracy']:.0%}",
    )
    return FeatureValues(bars, text)


def histogram(
    kinds: Mapping[str, Floats], *, title: str, x: str, y: str, hover: str, mark: tuple[str, float], height: int = 330
) -> go.Figure:
    """Histograms of several named sets of numbers in common bins, and a labelled line at one number."""
    every = np.concatenate(list(kinds.values()))
    low, high = np.quantile(every, [TAIL, 1 - TAIL])
    edges = np.linspace(min(low, mark[1]), max(high, mark[1]), BINS + 1)
    middles = ((edges[:-1] + edges[1:]) / 2).round(3).tolist()
    figure = go.Figure()
    for (name, values), colour in zip(kinds.items(), figures.PALETTE[2:5], strict=False):
        share = np.histogram(values, edges)[0] / len(values)
        figure.add_scatter(
            x=middles,
            y=share.round(4).tolist(),
            name=name,
            mode="lines",
            fill="tozeroy",
            hovertemplate=hover,
            line={"color": colour, "width": 1.5, "shape": "hvh"},
        )
    note = {"text": mark[0], "font": {"color": figures.ORANGE, "size": 13}}
    right = mark[1] > (edges[0] + edges[-1]) / 2
    figure.add_vline(
        mark[1],
        line={"color": figures.ORANGE, "width": 3},
        annotation=note,
        annotation_position="top left" if right else "top right",
    )
    figures.frame(figure, height=height, title=title, x=x, y=y)
    return figure.update_yaxes(tickformat=".0%")


def legend_below(figure: go.Figure) -> go.Figure:
    """Put the legend under the title of the x axis."""
    return figure.update_layout(legend={"y": -0.36, "yanchor": "top"}, margin={"b": 92})


def legend_inside(figure: go.Figure) -> go.Figure:
    """Put the legend over a long tail on the right, and the name of a mark that stands there below it."""
    figure.update_annotations(y=0.35, selector={"xanchor": "right"})
    return figure.update_layout(legend={"orientation": "v", "x": 1, "xanchor": "right", "y": 1.05, "yanchor": "top"})

"""What the GAN tab shows: results of `core.gan.explore` as pictures, figures and sentences; no Gradio, no torch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from core.gan import explore
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say

Floats = NDArray[np.float32]

SEEN_PX = 224
CELL_PX = 80
BINS = 36
EDGE = 0.005  # share of either tail that a histogram leaves out


def opinion(say: Say, found: explore.Opinion) -> tuple[Any, ...]:
    """The discriminator's opinion as: picture seen, histogram of scores, verdict."""
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
    )
    side = say("gan.says_real") if found.score > 0 else say("gan.says_generated")
    verdict = say(
        "gan.opinion",
        score=f"{found.score:+.2f}",
        side=side,
        above_real=f"{found.above_real:.0%}",
        above_samples=f"{found.above_samples:.0%}",
        told=f"{found.told:.0%}",
        chance=f"{explore.CHANCE:.0%}",
    )
    return figures.enlarge(found.seen, SEEN_PX), figure, verdict


def samples(say: Say, found: explore.Samples) -> tuple[Image.Image, str]:
    """Samples as a sheet and a sentence."""
    sheet = figures.sheet(list(found.images), columns=8, cell=CELL_PX, gap=4)
    sentence = say(
        "gan.samples_text",
        score=f"{found.scores.mean():+.2f}",
        variety=f"{found.variety:.0%}",
        free=f"{found.untruncated_variety:.0%}",
    )
    return sheet, sentence


def walk(say: Say, found: explore.Interpolation) -> tuple[Image.Image, go.Figure, str]:
    """An interpolation as: strip, the scores along it, sentence."""
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
    return strip, legend_below(figure), sentence


def growth(say: Say, images: NDArray[np.uint8], stage: float) -> tuple[Any, ...]:
    """One moment of the training as: samples, sentence, the distance at all moments."""
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
    return figures.sheet(list(images), columns=4, cell=CELL_PX, gap=4), verdict, figure


def copies(say: Say, found: explore.CopyCheck) -> tuple[Any, ...]:
    """The copy check as: values of a gallery, histogram of distances, verdict."""
    pairs = []
    for item in found.nearest:
        shown = [item.sample] if item.picture is None else [item.sample, item.picture]
        caption = say("gan.nearest", kind=kind(say, item.kind), distance=f"{item.distance:.2f}")
        pairs.append((figures.sheet(shown, columns=len(shown), cell=96, gap=4), caption))
    mean = float(np.mean([item.distance for item in found.nearest]))
    figure = histogram(
        {say("gan.unseen"): found.distances, say("gan.mirrored"): found.copies},
        title=say("gan.distances"),
        x=say("gan.distance_axis"),
        y=say("gan.share_axis"),
        hover=say("gan.distance_hover"),
        mark=(say("gan.these_samples"), mean),
    )
    verdict = say(
        "gan.copies_text",
        suspects=found.suspects,
        count=len(found.nearest),
        near=f"{found.near:.2f}",
        gallery=f"{found.gallery:,}",
        mean=f"{mean:.2f}",
        unseen=f"{np.median(found.distances):.2f}",
        mirrored=f"{np.median(found.copies):.2f}",
    )
    pictures = say("gan.pictures_here") if found.nearest[0].picture is not None else say("gan.no_pictures_here")
    return pairs, figure, f"{verdict} {pictures}"


def kind(say: Say, name: str) -> str:
    """A class of CIFAR-10 in the visitor's language; another by its own name."""
    key = f"gan.class_{name}"
    return say(key) if say.has(key) else name


def quality(say: Say) -> tuple[go.Figure, go.Figure, str]:
    """The card as bars of distances, precision and recall by truncation, and a sentence."""
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
    return distances, legend_below(figure), text


def features(say: Say) -> tuple[go.Figure, str]:
    """What the discriminator's features tell of a picture, beside untrained ones and chance."""
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
    return bars, text


def histogram(
    kinds: Mapping[str, Floats], *, title: str, x: str, y: str, hover: str, mark: tuple[str, float]
) -> go.Figure:
    """Shares of each kind's numbers in bins they have in common, and a line at a named number."""
    every = np.concatenate(list(kinds.values()))
    low, high = np.quantile(every, [EDGE, 1 - EDGE])
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
    figures.frame(figure, height=330, title=title, x=x, y=y)
    figure.update_yaxes(tickformat=".0%")
    return legend_below(figure)


def legend_below(figure: go.Figure) -> go.Figure:
    """Put the legend under the title of the x axis."""
    return figure.update_layout(legend={"y": -0.36, "yanchor": "top"}, margin={"b": 92})

"""The GAN tab: samples of a generator, its training, and what its discriminator learned."""

from typing import Any

import gradio as gr

from core.data import bundled, pictures
from core.errors import within
from core.gan import explore
from demos.gan import views
from demos.gan.views import (
    CopyValues,
    FeatureValues,
    GrowthValues,
    QualityValues,
    SampleValues,
    ScoreValues,
    WalkValues,
)
from demos.page.backend import ask
from demos.page.events import count_up, guard
from demos.page.inputs import changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.links import bound
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.values import outputs
from demos.page.words import Say

STEM = "gan"
FIRST_PHOTOGRAPH = "cat"
FIRST_LIMIT = explore.TRUNCATION[1]
COPIES = 8  # samples whose nearest training picture is shown

Shown = dict[str, Any]  # components by the name of the value that they show


def on_judge(say: Say, picture: str | None, model: str) -> ScoreValues:
    """Ask the discriminator whether a picture looks real; compare its score with those of real and generated ones."""
    with guard(say):
        return views.score(say, ask(explore.judge, picture, name=model))


def on_sample(say: Say, seed: float, limit: float, model: str) -> SampleValues:
    """Draw 24 pictures from a seed, no number of the noise farther from 0 than a limit."""
    with guard(say):
        return views.samples(say, ask(explore.sample, seed, limit, name=model))


def on_interpolate(say: Say, first: float, second: float, steps: float, model: str) -> WalkValues:
    """Walk from the picture of one seed to that of another."""
    with guard(say):
        return views.walk(say, ask(explore.interpolate, first, second, steps, name=model))


def on_grow(say: Say, stage: float, seed: float) -> GrowthValues:
    """Draw samples at one moment of the training, 0 (before) to 4 (finished)."""
    with guard(say):
        return views.growth(say, ask(explore.grow, stage, seed), stage)


def on_copies(say: Say, seed: float, model: str) -> CopyValues:
    """Look for the training picture nearest to each of a seed's first eight samples."""
    with guard(say):
        return views.copies(say, ask(explore.copies, seed, COPIES, name=model))


def on_quality(say: Say) -> QualityValues:
    """How good the shipped generator is, from its card."""
    return views.quality(say)


def on_features(say: Say) -> FeatureValues:
    """What the shipped discriminator's features are good for, from its card."""
    return views.features(say)


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    judged: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = _build_data(say)
        with step(say, STEM, 2):
            judged["seen"] = gr.Image(
                label=say("gan.seen"), height=124, elem_id="gan-seen", buttons=[], format="png", interactive=False
            )
            judged["verdict"] = gr.Markdown(elem_id="gan-verdict", elem_classes="verdict")
            judged["scores"] = gr.Plot(show_label=False, elem_id="gan-scores")
        with step(say, STEM, 3):
            model, seed = _build_samples(parts)
    parts.ask(
        on_judge,
        [picture, model],
        outputs(ScoreValues, judged),
        on=changes(picture),
        name="gan_judge",
        trigger_mode="always_last",
    )
    _build_walk(parts, model)
    _build_growth(parts, seed)
    with step(say, STEM, 4):
        _build_features(parts)
        _build_copies(parts, seed, model)
        _build_quality(parts)
    parts.follow(seed, [seed.change])
    parts.follow(model, [model.input])
    return parts


def _build_data(say: Say) -> gr.Image:
    photograph = next(photo for photo in bundled.photographs() if photo.key == FIRST_PHOTOGRAPH)
    picture = picture_input(
        value=pictures.square(photograph.image, 320),
        label=say("gan.picture"),
        height=240,
        elem_id="gan-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
        format="png",
    )
    photograph_gallery(say, STEM, picture, FIRST_PHOTOGRAPH)
    return picture


def _build_samples(parts: Parts) -> tuple[gr.Radio, gr.Number]:
    say = parts.say
    offered = explore.names()
    model = gr.Radio(
        [(model_name(say, name), name) for name in offered],
        value=explore.NAME,
        label=say("gan.model"),
        elem_id="gan-model",
        visible=len(offered) > 1,
    )
    shown: Shown = {
        "samples": gr.Image(label=say("gan.samples"), height=280, elem_id="gan-samples", buttons=[], format="png"),
        "samples_text": gr.Markdown(elem_id="gan-samples-text", elem_classes="verdict"),
    }
    again = gr.Button(say("gan.again"), variant="primary", elem_id="gan-go")
    with parts.fold("truncation"):
        gr.Markdown(say("gan.truncation_text"))
        seed = gr.Number(0, label=say("gan.seed"), elem_id="gan-seed", precision=0)
        limit = gr.Slider(*explore.TRUNCATION, FIRST_LIMIT, step=0.05, label=say("gan.limit"), elem_id="gan-limit")
    count_up(again, seed, explore.MAX_SEED)
    parts.ask(
        on_sample,
        [seed, limit, model],
        outputs(SampleValues, shown),
        on=[limit.change],
        name="gan_sample",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return model, seed


def model_name(say: Say, name: str) -> str:
    """The name of a checkpoint on the page: words for the shipped one, its own name for a visitor's."""
    return say("gan.model_cifar10") if name == explore.NAME else name


def _build_walk(parts: Parts, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("walk") as fold:
        gr.Markdown(say("gan.walk_about"))
        with gr.Row():
            first, second = (
                gr.Number(value, label=say(f"gan.end_{end}"), elem_id=f"gan-end-{end}", min_width=120, precision=0)
                for end, value in (("a", 0), ("b", 1))
            )
            for end in (first, second):
                bound(end, lambda value: within(value, 0, explore.MAX_SEED))
            steps = gr.Slider(
                explore.MIN_STEPS, explore.MAX_STEPS, 8, step=1, label=say("gan.steps"), elem_id="gan-steps"
            )
        shown: Shown = {
            "strip": gr.Image(label=say("gan.strip"), height=200, elem_id="gan-strip", buttons=[], format="png"),
            "walk_text": gr.Markdown(elem_id="gan-walk-text"),
            "walk_scores": gr.Plot(show_label=False, elem_id="gan-walk-scores"),
        }
    parts.ask(
        on_interpolate,
        [first, second, steps, model],
        outputs(WalkValues, shown),
        on=[first.change, second.change, steps.change],
        fold=fold,
        name="gan_interpolate",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_growth(parts: Parts, seed: gr.Number) -> None:
    say, shown = parts.say, Shown()
    with growth(parts) as (fold, stage):
        gr.Markdown(say("gan.grow_about"))
        with gr.Row():
            with gr.Column(min_width=300):
                shown["grown"] = gr.Image(
                    label=say("gan.grow_samples"), height=262, elem_id="gan-grow-samples", buttons=[], format="png"
                )
                shown["grown_text"] = gr.Markdown(elem_id="gan-grow-verdict")
            with gr.Column(min_width=320):
                shown["grown_curve"] = gr.Plot(show_label=False, elem_id="gan-grow-curve")
    parts.ask(
        on_grow,
        [stage, seed],
        outputs(GrowthValues, shown),
        on=[stage.change],
        fold=fold,
        name="gan_grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_features(parts: Parts) -> None:
    with gr.Row():
        shown: Shown = {
            "features": gr.Plot(show_label=False, min_width=320, elem_id="gan-features"),
            "features_text": gr.Markdown(elem_id="gan-features-text"),
        }
    parts.ask(on_features, [], outputs(FeatureValues, shown))


def _build_copies(parts: Parts, seed: gr.Number, model: gr.Radio) -> None:
    say, shown = parts.say, Shown()
    with parts.fold("copies") as fold:
        gr.Markdown(f"{say('gan.copies_about')}\n\n{say('gan.data_note')}")
        with gr.Row():
            with gr.Column(min_width=320):
                shown["copies"] = gr.Gallery(
                    label=say("gan.near_pictures"),
                    columns=4,
                    height=None,
                    allow_preview=False,
                    object_fit="contain",
                    elem_id="gan-copies",
                    interactive=False,
                    buttons=[],
                )
                shown["copies_text"] = gr.Markdown(elem_id="gan-copies-text", elem_classes="verdict")
            shown["distances"] = gr.Plot(show_label=False, min_width=320, elem_id="gan-distances")
    parts.ask(
        on_copies,
        [seed, model],
        outputs(CopyValues, shown),
        fold=fold,
        name="gan_copies",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_quality(parts: Parts) -> None:
    with parts.fold("quality") as fold:
        gr.Markdown(parts.say("gan.quality_about"))
        with gr.Row():
            shown: Shown = {
                "frechet": gr.Plot(show_label=False, min_width=320, elem_id="gan-frechet"),
                "coverage": gr.Plot(show_label=False, min_width=320, elem_id="gan-coverage"),
            }
        shown["card"] = gr.Markdown(elem_id="gan-card")
    parts.ask(on_quality, [], outputs(QualityValues, shown), fold=fold)

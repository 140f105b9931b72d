"""The GAN tab: samples of a generator, its training, and what its discriminator learned."""

from typing import Any, NamedTuple

import gradio as gr

from core.data import bundled, pictures
from core.gan import explore
from demos.gan import views
from demos.gan.views import CopyValues, GrowthValues, SampleValues, ScoreValues, WalkValues
from demos.page.events import count_up, guard, listen
from demos.page.inputs import changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say

STEM = "gan"
FIRST_PHOTOGRAPH = "cat"
FIRST_LIMIT = explore.TRUNCATION[1]
COPIES = 8  # samples whose nearest training picture is shown

Shown = dict[str, Any]  # components by the name of the value that they show


class SeedValues(NamedTuple):
    """The fields of SampleValues and GrowthValues."""

    samples: Any
    samples_text: str
    grown: Any
    grown_text: str
    grown_curve: Any


class ModelValues(NamedTuple):
    """The fields of ScoreValues, SampleValues, WalkValues and CopyValues."""

    seen: Any
    scores: Any
    verdict: str
    samples: Any
    samples_text: str
    strip: Any
    walk_scores: Any
    walk_text: str
    copies: Any
    distances: Any
    copies_text: str


def on_judge(say: Say, picture: str | None, model: str) -> ScoreValues:
    """Ask the discriminator whether a picture looks real; compare its score with those of real and generated ones."""
    with guard(say):
        return views.score(say, explore.judge(picture, name=model))


def on_sample(say: Say, seed: float, limit: float, model: str) -> SampleValues:
    """Draw 24 pictures from a seed, no number of the noise farther from 0 than a limit."""
    with guard(say):
        return views.samples(say, explore.sample(seed, limit, name=model))


def on_interpolate(say: Say, first: float, second: float, steps: float, model: str) -> WalkValues:
    """Walk from the picture of one seed to that of another."""
    with guard(say):
        return views.walk(say, explore.interpolate(first, second, steps, name=model))


def on_grow(say: Say, stage: float, seed: float) -> GrowthValues:
    """Draw samples at one moment of the training, 0 (before) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(stage, seed), stage)


def on_copies(say: Say, seed: float, model: str) -> CopyValues:
    """Look for the training picture nearest to each of a seed's first eight samples."""
    with guard(say):
        return views.copies(say, explore.copies(seed, COPIES, name=model))


def on_seed(say: Say, seed: float, limit: float, stage: float, model: str) -> SeedValues:
    """The samples of another seed, and the same noise at a moment of the training."""
    drawn, grown = on_sample(say, seed, limit, model), on_grow(say, stage, seed)
    return SeedValues(**drawn._asdict(), **grown._asdict())


def on_model(
    say: Say, picture: str | None, seed: float, limit: float, first: float, second: float, steps: float, model: str
) -> ModelValues:
    """Everything that depends on the model."""
    return ModelValues(
        **on_judge(say, picture, model)._asdict(),
        **on_sample(say, seed, limit, model)._asdict(),
        **on_interpolate(say, first, second, steps, model)._asdict(),
        **on_copies(say, seed, model)._asdict(),
    )


def build(say: Say) -> None:
    """Lay out the tab with first results already there."""
    photograph = next(photo for photo in bundled.photographs() if photo.key == FIRST_PHOTOGRAPH)
    shown: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = _build_data(say, photograph.image)
        with step(say, STEM, 2):
            shown |= _build_label(say, photograph.image)
    with step(say, STEM, 3):
        model, seed, limit, drawn = _build_samples(say)
        ways, walk = _build_walk(say)
        stage, grown = _build_growth(say)
    with step(say, STEM, 4):
        shown |= drawn | walk | grown | _build_copies(say)
        _build_quality(say)

    def outputs(values: Any) -> list[Any]:
        return [shown[name] for name in values._fields]

    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    quiet: dict[str, Any] = {**last, "show_progress": "hidden"}
    listen(say, changes(picture), on_judge, [picture, model], outputs(ScoreValues), name="gan_judge", **last)
    listen(say, limit.change, on_sample, [seed, limit, model], outputs(SampleValues), name="gan_sample", **quiet)
    listen(say, seed.change, on_seed, [seed, limit, stage, model], outputs(SeedValues), **last)
    listen(say, seed.change, on_copies, [seed, model], outputs(CopyValues), name="gan_copies", **quiet)
    moved = [way.change for way in ways]
    listen(say, moved, on_interpolate, [*ways, model], outputs(WalkValues), name="gan_interpolate", **quiet)
    own_slot = {**quiet, "model": "gan-grow"}
    listen(say, stage.change, on_grow, [stage, seed], outputs(GrowthValues), name="gan_grow", **own_slot)
    listen(say, model.input, on_model, [picture, seed, limit, *ways, model], outputs(ModelValues), **last)


def _build_data(say: Say, example: Any) -> gr.Image:
    picture = picture_input(
        value=pictures.square(example, 320),
        label=say("gan.picture"),
        height=250,
        elem_id="gan-picture",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
        format="png",
    )
    photograph_gallery(say, STEM, picture)
    gr.Markdown(say("gan.data_note"), elem_classes="quiet")
    return picture


def _build_label(say: Say, example: Any) -> Shown:
    first = views.score(say, explore.judge(example))
    return {
        "verdict": gr.Markdown(first.verdict, elem_id="gan-verdict"),
        "scores": gr.Plot(first.scores, show_label=False, elem_id="gan-scores"),
        "seen": gr.Image(
            first.seen,
            label=say("gan.seen"),
            height=190,
            elem_id="gan-seen",
            buttons=[],
            format="png",
            interactive=False,
        ),
    }


def _build_samples(say: Say) -> tuple[gr.Radio, gr.Number, gr.Slider, Shown]:
    offered = explore.names()
    model = gr.Radio(
        [(model_name(say, name), name) for name in offered],
        value=explore.NAME,
        label=say("gan.model"),
        elem_id="gan-model",
        visible=len(offered) > 1,
    )
    gr.Markdown(say("gan.draw"))
    with gr.Row():
        seed = gr.Number(0, label=say("gan.seed"), elem_id="gan-seed", min_width=120, precision=0)
        limit = gr.Slider(
            *explore.TRUNCATION, FIRST_LIMIT, step=0.05, label=say("gan.limit"), elem_id="gan-limit", min_width=240
        )
    again = gr.Button(say("gan.again"), variant="primary", elem_id="gan-go")
    count_up(again, seed, explore.MAX_SEED)
    first = views.samples(say, explore.sample())
    shown: Shown = {
        "samples": gr.Image(
            first.samples, label=say("gan.samples"), show_label=False, elem_id="gan-samples", buttons=[], format="png"
        ),
        "samples_text": gr.Markdown(first.samples_text, elem_id="gan-samples-text"),
    }
    return model, seed, limit, shown


def model_name(say: Say, name: str) -> str:
    """The name of a checkpoint on the page: words for the shipped one, its own name for a visitor's."""
    return say("gan.model_cifar10") if name == explore.NAME else name


def _build_walk(say: Say) -> tuple[list[Any], Shown]:
    gr.Markdown(say("gan.walk"))
    with gr.Row():
        ends = [
            gr.Number(value, label=say(f"gan.end_{end}"), elem_id=f"gan-end-{end}", min_width=120, precision=0)
            for end, value in (("a", 0), ("b", 1))
        ]
        steps = gr.Slider(explore.MIN_STEPS, explore.MAX_STEPS, 8, step=1, label=say("gan.steps"), elem_id="gan-steps")
    first = views.walk(say, explore.interpolate())
    shown: Shown = {
        "strip": gr.Image(
            first.strip, label=say("gan.strip"), height=200, elem_id="gan-strip", buttons=[], format="png"
        ),
        "walk_scores": gr.Plot(first.walk_scores, show_label=False, elem_id="gan-walk-scores"),
        "walk_text": gr.Markdown(first.walk_text, elem_id="gan-walk-text", elem_classes="quiet"),
    }
    return [*ends, steps], shown


def _build_growth(say: Say) -> tuple[gr.Slider, Shown]:
    first, shown = views.growth(say, explore.grow(LAST), LAST), Shown()
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=300):
            shown["grown"] = gr.Image(
                first.grown,
                label=say("gan.grow_samples"),
                height=262,
                elem_id="gan-grow-samples",
                buttons=[],
                format="png",
            )
            shown["grown_text"] = gr.Markdown(first.grown_text, elem_id="gan-grow-verdict")
        with gr.Column(min_width=320):
            shown["grown_curve"] = gr.Plot(first.grown_curve, show_label=False, elem_id="gan-grow-curve")
    return stage, shown


def _build_copies(say: Say) -> Shown:
    first, shown = views.copies(say, explore.copies(count=COPIES)), Shown()
    gr.Markdown(say("gan.copies"))
    with gr.Row():
        with gr.Column(min_width=320):
            shown["copies"] = gr.Gallery(
                first.copies,
                label=say("gan.near_pictures"),
                columns=4,
                height=None,
                allow_preview=False,
                object_fit="contain",
                elem_id="gan-copies",
                interactive=False,
                buttons=[],
            )
            shown["copies_text"] = gr.Markdown(first.copies_text, elem_id="gan-copies-text")
        shown["distances"] = gr.Plot(first.distances, show_label=False, min_width=320, elem_id="gan-distances")
    return shown


def _build_quality(say: Say) -> None:
    gr.Markdown(say("gan.quality"))
    quality = views.quality(say)
    with gr.Row():
        gr.Plot(quality.frechet, show_label=False, min_width=320, elem_id="gan-frechet")
        gr.Plot(quality.coverage, show_label=False, min_width=320, elem_id="gan-coverage")
    gr.Markdown(quality.card, elem_id="gan-card", elem_classes="quiet")
    features = views.features(say)
    with gr.Row():
        gr.Plot(features.features, show_label=False, min_width=320, elem_id="gan-features")
        gr.Markdown(features.features_text, elem_id="gan-features-text")

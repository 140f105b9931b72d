"""The GAN tab: a generator that learned to draw from a discriminator that learned to tell."""

from typing import Any

import gradio as gr

from core.data import bundled, pictures
from core.gan import explore
from demos.gan import views
from demos.page.events import count_up, guard, listen
from demos.page.inputs import photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say

STEM = "gan"
FIRST_PHOTOGRAPH = "cat"
FIRST_LIMIT = explore.TRUNCATION[1]
COPIES = 8  # samples whose nearest training picture is shown


def on_judge(say: Say, picture: str | None, model: str) -> tuple[Any, ...]:
    """Ask the discriminator whether a picture looks real to it, beside real and generated ones."""
    with guard(say):
        return views.opinion(say, explore.judge(picture, name=model))


def on_sample(say: Say, seed: float, limit: float, model: str) -> tuple[Any, ...]:
    """Draw 24 pictures from a seed, no number of the noise farther from 0 than a limit."""
    with guard(say):
        return views.samples(say, explore.sample(seed, limit, name=model))


def on_interpolate(say: Say, first: float, second: float, steps: float, model: str) -> tuple[Any, ...]:
    """Walk from the picture of one seed to that of another."""
    with guard(say):
        return views.walk(say, explore.interpolate(first, second, steps, name=model))


def on_grow(say: Say, stage: float, seed: float) -> tuple[Any, ...]:
    """Draw samples at one moment of the training, 0 (before) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(stage, seed), stage)


def on_copies(say: Say, seed: float, model: str) -> tuple[Any, ...]:
    """Look for the training picture nearest to each of a seed's first eight samples."""
    with guard(say):
        return views.copies(say, explore.copies(seed, COPIES, name=model))


def on_seed(say: Say, seed: float, limit: float, stage: float, model: str) -> tuple[Any, ...]:
    """The samples of another seed, and the same noise at a moment of the training."""
    with guard(say):
        return (
            *views.samples(say, explore.sample(seed, limit, name=model)),
            *views.growth(say, explore.grow(stage, seed), stage),
        )


def on_model(
    say: Say, picture: str | None, seed: float, limit: float, first: float, second: float, steps: float, model: str
) -> tuple[Any, ...]:
    """All that another model changes."""
    with guard(say):
        return (
            *views.opinion(say, explore.judge(picture, name=model)),
            *views.samples(say, explore.sample(seed, limit, name=model)),
            *views.walk(say, explore.interpolate(first, second, steps, name=model)),
            *views.copies(say, explore.copies(seed, COPIES, name=model)),
        )


def build(say: Say) -> None:
    """Lay out the tab with first results already there."""
    photograph = next(photo for photo in bundled.photographs() if photo.key == FIRST_PHOTOGRAPH)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = _build_data(say, photograph.image)
        with step(say, STEM, 2):
            opinion = _build_label(say, photograph.image)
    with step(say, STEM, 3):
        model, seed, limit, drawn = _build_samples(say)
        ways, walk = _build_walk(say)
        stage, grown = _build_growth(say)
    with step(say, STEM, 4):
        copied = _build_use(say)
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    listen(say, picture.change, on_judge, [picture, model], opinion, name="gan_judge", **last)
    listen(say, limit.change, on_sample, [seed, limit, model], drawn, name="gan_sample", show_progress="hidden", **last)
    listen(say, seed.change, on_seed, [seed, limit, stage, model], [*drawn, *grown], **last)
    listen(say, seed.change, on_copies, [seed, model], copied, name="gan_copies", show_progress="hidden", **last)
    moved = [way.change for way in ways]
    listen(say, moved, on_interpolate, [*ways, model], walk, name="gan_interpolate", show_progress="hidden", **last)
    listen(
        say,
        stage.change,
        on_grow,
        [stage, seed],
        grown,
        name="gan_grow",
        model="gan-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    asked = [picture, seed, limit, *ways, model]
    listen(say, model.input, on_model, asked, [*opinion, *drawn, *walk, *copied], **last)


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


def _build_label(say: Say, example: Any) -> list[Any]:
    seen, figure, verdict = views.opinion(say, explore.judge(example))
    text = gr.Markdown(verdict, elem_id="gan-verdict")
    shown = gr.Plot(figure, show_label=False, elem_id="gan-scores")
    small = gr.Image(
        seen, label=say("gan.seen"), height=190, elem_id="gan-seen", buttons=[], format="png", interactive=False
    )
    return [small, shown, text]


def _build_samples(say: Say) -> tuple[gr.Radio, gr.Number, gr.Slider, list[Any]]:
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
    drawn, sentence = views.samples(say, explore.sample())
    sheet = gr.Image(drawn, label=say("gan.samples"), show_label=False, elem_id="gan-samples", buttons=[], format="png")
    text = gr.Markdown(sentence, elem_id="gan-samples-text")
    return model, seed, limit, [sheet, text]


def model_name(say: Say, name: str) -> str:
    """What a checkpoint is called on the page: the shipped one in words, a visitor's own by its name."""
    return say("gan.model_cifar10") if name == explore.NAME else name


def _build_walk(say: Say) -> tuple[list[Any], list[Any]]:
    gr.Markdown(say("gan.walk"))
    with gr.Row():
        ends = [
            gr.Number(value, label=say(f"gan.end_{end}"), elem_id=f"gan-end-{end}", min_width=120, precision=0)
            for end, value in (("a", 0), ("b", 1))
        ]
        steps = gr.Slider(explore.MIN_STEPS, explore.MAX_STEPS, 8, step=1, label=say("gan.steps"), elem_id="gan-steps")
    strip, figure, sentence = views.walk(say, explore.interpolate())
    shown = gr.Image(strip, label=say("gan.strip"), height=200, elem_id="gan-strip", buttons=[], format="png")
    scores = gr.Plot(figure, show_label=False, elem_id="gan-walk-scores")
    text = gr.Markdown(sentence, elem_id="gan-walk-text", elem_classes="quiet")
    return [*ends, steps], [shown, scores, text]


def _build_growth(say: Say) -> tuple[gr.Slider, list[Any]]:
    sheet, verdict, figure = views.growth(say, explore.grow(LAST), LAST)
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=300):
            shown = gr.Image(
                sheet, label=say("gan.grow_samples"), height=262, elem_id="gan-grow-samples", buttons=[], format="png"
            )
            text = gr.Markdown(verdict, elem_id="gan-grow-verdict")
        with gr.Column(min_width=320):
            reached = gr.Plot(figure, show_label=False, elem_id="gan-grow-curve")
    return stage, [shown, text, reached]


def _build_use(say: Say) -> list[Any]:
    pairs, figure, verdict = views.copies(say, explore.copies(count=COPIES))
    gr.Markdown(say("gan.copies"))
    with gr.Row():
        with gr.Column(min_width=320):
            gallery = gr.Gallery(
                pairs,
                label=say("gan.near_pictures"),
                columns=4,
                height=None,
                allow_preview=False,
                object_fit="contain",
                elem_id="gan-copies",
                interactive=False,
                buttons=[],
            )
            text = gr.Markdown(verdict, elem_id="gan-copies-text")
        distances = gr.Plot(figure, show_label=False, min_width=320, elem_id="gan-distances")
    gr.Markdown(say("gan.quality"))
    bars, coverage, sentence = views.quality(say)
    with gr.Row():
        gr.Plot(bars, show_label=False, min_width=320, elem_id="gan-frechet")
        gr.Plot(coverage, show_label=False, min_width=320, elem_id="gan-coverage")
    gr.Markdown(sentence, elem_id="gan-card", elem_classes="quiet")
    shares, told = views.features(say)
    with gr.Row():
        gr.Plot(shares, show_label=False, min_width=320, elem_id="gan-features")
        gr.Markdown(told, elem_id="gan-features-text")
    return [gallery, distances, text]

"""The part of the contrastive tab that shows MoCo's dictionary: handler, layout and wiring."""

import gradio as gr
from gradio.components import Component

from core.contrastive import explore
from demos.contrastive import dictionary_views
from demos.contrastive.controls import FIRST_VIEWS, Examples, ViewInputs, in_order, paths, picture_number
from demos.contrastive.dictionary_views import DictionaryValues
from demos.page.events import guard, listen
from demos.page.inputs import Shown
from demos.page.snapshots import stops
from demos.page.words import Say

FIRST_STOP = explore.MOMENTA.index(0.99)  # the momentum the shipped MoCo was trained with


def on_dictionary(
    say: Say,
    shown: Shown,
    which: float,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    stop: float,
) -> DictionaryValues:
    """Compare a view of one picture with MoCo's queue; `stop` is an index into the momenta 0, 0.5, ... 0.9999."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        found = explore.look_up(paths(shown), which, settings, explore.momentum_at(stop), seed=seed)
        return dictionary_views.dictionary(say, found, explore.momentum_study())


def build_dictionary(
    say: Say, examples: Examples, shown: gr.Gallery, chosen: ViewInputs
) -> tuple[gr.Slider, gr.Slider, list[Component]]:
    """Lay out and connect the dictionary.

    Returns:
        The slider of the momentum, the slider of the query picture, and the components of DictionaryValues in order.
    """
    found = explore.look_up(examples, 1, FIRST_VIEWS, explore.momentum_at(FIRST_STOP))
    first = dictionary_views.dictionary(say, found, explore.momentum_study())
    looked_up: dict[str, Component] = {}
    with gr.Column(elem_classes="growth", elem_id="contrastive-dictionary"):
        gr.HTML(f"<h3>{say('contrastive.dictionary')}</h3><p>{say('contrastive.dictionary_text')}</p>")
        labels = [f"{momentum:g}".lstrip("0") or "0" for momentum in explore.MOMENTA]  # short, for telephones
        stop = stops(say("contrastive.momentum_label"), labels, value=FIRST_STOP, elem_id="contrastive-momentum")
        with gr.Row():
            with gr.Column(min_width=320):
                query = picture_number(say, "query")
                looked_up["views"] = gr.Image(
                    first.views,
                    label=say("contrastive.query_views"),
                    format="png",
                    interactive=False,
                    buttons=[],
                    height=250,
                    elem_id="contrastive-query-views",
                )
                looked_up["verdict"] = gr.Markdown(first.verdict, elem_id="contrastive-dictionary-verdict")
            with gr.Column(min_width=320):
                looked_up["queue"] = gr.Plot(first.queue, show_label=False, elem_id="contrastive-queue")
        for row in (("by_age", "drift"), ("curves", "learned")):
            with gr.Row():
                for name in row:
                    with gr.Column(min_width=320):
                        looked_up[name] = gr.Plot(
                            getattr(first, name), show_label=False, elem_id=f"contrastive-{name.replace('_', '-')}"
                        )
    outputs = in_order(DictionaryValues, looked_up)
    listen(
        say,
        [stop.change, query.release, *chosen.events()],
        on_dictionary,
        [shown, query, *chosen, stop],
        outputs,
        name="contrastive_dictionary",
        model="contrastive-dictionary",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return stop, query, outputs

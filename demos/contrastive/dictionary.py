"""The part of the contrastive tab that shows MoCo's dictionary: handler, layout and wiring."""

import gradio as gr
from gradio.components import Component

from core.contrastive import explore
from demos.contrastive import dictionary_views
from demos.contrastive.controls import ViewInputs, paths, picture_number
from demos.contrastive.dictionary_views import DictionaryValues
from demos.page.backend import ask
from demos.page.events import guard
from demos.page.inputs import Shown
from demos.page.parts import Parts
from demos.page.snapshots import stops
from demos.page.values import outputs
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
        found = ask(explore.look_up, paths(shown), which, settings, explore.momentum_at(stop), seed=seed)
        return dictionary_views.dictionary(say, found, explore.momentum_study())


def build_dictionary(parts: Parts, shown: gr.Gallery, chosen: ViewInputs) -> gr.Slider:
    """Lay out and connect the dictionary; returns the slider of the query picture."""
    say = parts.say
    looked_up: dict[str, Component] = {}
    with parts.fold("dictionary") as fold:
        gr.Markdown(say("contrastive.dictionary_text"))
        labels = [f"{momentum:g}".lstrip("0") or "0" for momentum in explore.MOMENTA]  # short, for telephones
        stop = stops(say("contrastive.momentum_label"), labels, value=FIRST_STOP, elem_id="contrastive-momentum")
        with gr.Row():
            with gr.Column(min_width=320):
                query = picture_number(say, "query")
                looked_up["views"] = gr.Image(
                    label=say("contrastive.query_views"),
                    format="png",
                    interactive=False,
                    buttons=[],
                    height=250,
                    elem_id="contrastive-query-views",
                )
                looked_up["verdict"] = gr.Markdown(elem_id="contrastive-dictionary-verdict", elem_classes="verdict")
            with gr.Column(min_width=320):
                looked_up["queue"] = gr.Plot(show_label=False, elem_id="contrastive-queue")
        for row in (("by_age", "drift"), ("curves", "learned")):
            with gr.Row():
                for name in row:
                    with gr.Column(min_width=320):
                        elem_id = f"contrastive-{name.replace('_', '-')}"
                        looked_up[name] = gr.Plot(show_label=False, elem_id=elem_id)
    parts.ask(
        on_dictionary,
        [shown, query, *chosen, stop],
        outputs(DictionaryValues, looked_up),
        on=[stop.change, query.release],
        fold=fold,
        name="contrastive_dictionary",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return query

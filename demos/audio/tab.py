"""The audio tab: a sound, its hidden stretch and two views, the restoration, and the uses of the features."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from core.audio import explore
from core.data import bundled, sounds
from core.errors import within
from demos.audio import views
from demos.audio.views import AnalysisValues, Playable, ProbeValues, RestorationValues, ViewsValues, playable
from demos.page.events import bind, guard, listen
from demos.page.inputs import changes, picked, sound_input
from demos.page.layout import step
from demos.page.words import Say

STEM = "audio"
FIRST_SOUND, SECOND_SOUND = "digit_7_american", "digit_7_woman"
FIRST_PLACE, FIRST_STRENGTH = 45, 1.0
FIRST_LENGTH_MS, LENGTH_MS = 100, (40, 500)
EXAMPLES = ("digit_3_british", "digit_8_scottish", "pluck_e4", "chirp_up_300", "sample_drum_roll", "sample_misc_crow")
NEAREST = 4
Shown = dict[str, Any]  # components by the name of the value that they show


class NeighbourValues(NamedTuple):
    """Updates of the components that show the nearest bundled sounds: NEAREST players and a table."""

    near0: dict[str, Any]
    near1: dict[str, Any]
    near2: dict[str, Any]
    near3: dict[str, Any]
    table: str


class FetchValues(NamedTuple):
    """Updates of the components that offer the Hub's model."""

    model: Any
    status: str


def on_analyse(say: Say, sound: str | None, model: str) -> AnalysisValues:
    """Show a sound as waveform, mel spectrogram, learned features and MFCC."""
    with guard(say):
        return views.analysis(say, explore.analyse(sound, name=model))


def on_restore(say: Say, sound: str | None, place: float, length_ms: float, model: str) -> RestorationValues:
    """Hide a stretch of the sound and restore it by the chosen model, or by the bundled one if that cannot."""
    with guard(say):
        share, length_s = within(place, 0, 100) / 100, within(length_ms, *LENGTH_MS) / 1000
        return views.restoration(say, explore.restore(sound, share, length_s, name=_restoring_model(model)))


def _restoring_model(model: str) -> str:
    return model if explore.can_restore(model) else explore.NAME


def on_views(say: Say, sound: str | None, strength: float, seed: float, model: str) -> ViewsValues:
    """Draw two random views of the sound and say how alike they are."""
    with guard(say):
        name = _restoring_model(model)
        return views.two_views(say, explore.two_views(sound, strength=strength, seed=seed, name=name))


def on_compare(say: Say, sound: str | None, other: str | None, model: str) -> str:
    """Say how alike two sounds are."""
    with guard(say):
        return views.similarity(say, "audio.compared", explore.compare(sound, other, name=model))


def on_neighbours(say: Say, sound: str | None, model: str) -> NeighbourValues:
    """The nearest bundled sounds as players, and a table beside those by MFCC."""
    with guard(say):
        found = explore.neighbours(sound, count=NEAREST, name=model)
    clips = views.clips(say, found)
    players: dict[str, Any] = {
        f"near{i}": gr.update(value=clip.sound, label=clip.label) for i, clip in enumerate(clips)
    }
    return NeighbourValues(**players, table=views.neighbour_table(say, found))


def on_probe(say: Say, sound: str | None, model: str) -> ProbeValues:
    """What linear probes read off the embedding: which digit, which of six speakers; the bundled model's if need be."""
    with guard(say):
        if explore.has_probes(model):
            return views.probe(say, explore.probe(sound, name=model))
        drawn = views.probe(say, explore.probe(sound))
        return drawn._replace(read=f"{say('audio.no_probes', model=model)} {drawn.read}")


def on_fetch(say: Say) -> Iterator[FetchValues]:
    """Fetch the Hub's model and offer it; the bundled one stays whatever happens."""
    offer = explore.offer()
    yield FetchValues(gr.skip(), say("audio.fetching", name=offer.name, megabytes=offer.megabytes))
    with guard(say):
        explore.fetch(offer.name)
    choices = gr.Radio(choices=models(say), value=offer.name)
    yield FetchValues(choices, say("audio.fetched", name=offer.name))


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: the bundled one, a visitor's own by their names, the Hub's when it is here."""
    hub = explore.offer().name
    known = {explore.NAME: say("audio.model_sounds"), hub: say("audio.model_hub", name=hub)}
    return [(known.get(name, name), name) for name in explore.names()]


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    first = explore.sound_path(FIRST_SOUND)
    analysis = views.analysis(say, explore.analyse(first))
    restored = views.restoration(say, explore.restore(first, FIRST_PLACE / 100, FIRST_LENGTH_MS / 1000))
    pair = views.two_views(say, explore.two_views(first, strength=FIRST_STRENGTH))
    shown: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, megabytes=sounds.MAX_FILE_MB, seconds=sounds.MAX_S, limit=f"{explore.CLIP_S:.0f}"):
            inputs = _build_data(say)
            shown |= _build_sound(say, analysis) | _build_models(say)
        with step(say, STEM, 2):
            shown |= _build_hole(say, restored) | _build_views(say, pair)
    with step(say, STEM, 3):
        gr.Markdown(views.card_sentence(say), elem_classes="quiet")
        shown |= _build_restoration(say, restored)
        shown["views"] = gr.Markdown(pair.views, elem_id="audio-views")
        shown |= _build_features(say, analysis)
    with step(say, STEM, 4, count=len(bundled.sounds())):
        shown |= _build_probes(say, first) | _build_neighbours(say, first) | _build_comparison(say, first)
    shown |= inputs
    _connect(say, shown)


def _connect(say: Say, shown: Shown) -> None:
    """Connect every event to its handler."""
    sound, model, seed = shown["sound"], shown["model"], shown["seed"]

    def outputs(values: Any) -> list[Any]:
        return [shown[name] for name in values._fields]

    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    changed = [*changes(sound), model.input]
    listen(say, changed, on_analyse, [sound, model], outputs(AnalysisValues), name="audio_analyse", **last)
    hole = [sound, shown["place"], shown["length"], model]
    moved = [shown["go"].click, shown["place"].release, shown["length"].release, *changed]
    listen(say, moved, on_restore, hole, outputs(RestorationValues), name="audio_restore", **last)
    drawn = [sound, shown["strength"], seed, model]
    stronger = [shown["strength"].release, *changed]
    listen(say, stronger, on_views, drawn, outputs(ViewsValues), name="audio_views", **last)
    dealt = shown["again"].click(
        lambda: int(np.random.default_rng().integers(10**6)), None, seed, api_visibility="private"
    )
    dealt.then(bind(on_views, say), drawn, outputs(ViewsValues), concurrency_id=STEM, api_visibility="private")
    listen(say, changed, on_probe, [sound, model], outputs(ProbeValues), name="audio_probe", model=STEM)
    near = outputs(NeighbourValues)
    listen(say, changed, on_neighbours, [sound, model], near, name="audio_neighbours", model=STEM)
    other, compared = shown["other"], shown["compared"]
    both = [*changes(sound), *changes(other), model.input]
    listen(say, both, on_compare, [sound, other, model], [compared], name="audio_compare", model=STEM)
    fetched = outputs(FetchValues)
    listen(say, shown["fetch"].click, on_fetch, [], fetched, model="audio-fetch", show_progress="minimal")


def _build_data(say: Say) -> Shown:
    """Step 1: the sound and the examples."""
    sound = sound_input(
        value=playable(bundled.read_sound(FIRST_SOUND)),
        label=say("audio.sound"),
        sources=["upload", "microphone"],
        elem_id="audio-sound",
        buttons=[],
    )
    pick_sound(say, sound, "audio-examples")
    return {"sound": sound}


def _build_sound(say: Say, first: AnalysisValues) -> Shown:
    """Step 1: waveform and spectrogram."""
    wave = gr.Plot(first.wave, show_label=False, elem_id="audio-wave")
    return {"wave": wave, "mel": _picture(first.mel, say("audio.mel"), "audio-mel")}


def _build_models(say: Say) -> Shown:
    """Step 1: the model, and the button that fetches the Hub's."""
    model = gr.Radio(models(say), value=explore.NAME, label=say("audio.model"), elem_id="audio-model")
    offer = explore.offer()
    fetch = gr.Button(
        say("audio.fetch", name=offer.name, megabytes=offer.megabytes),
        size="sm",
        visible=not offer.at_hand,
        elem_id="audio-fetch",
    )
    status = gr.Markdown(say("audio.hub_note"), elem_classes="quiet", elem_id="audio-fetch-status")
    return {"model": model, "fetch": fetch, "status": status}


def pick_sound(say: Say, target: gr.Audio, elem_id: str) -> None:
    """A list of all bundled sounds, a few of note first; a choice goes into `target`."""
    known = {sound.key: sound for sound in bundled.sounds()}
    keys = [*EXAMPLES, *(key for key in known if key not in EXAMPLES)]
    choices = [(say.pick(known[key].name), key) for key in keys]
    box = gr.Dropdown(choices, value=None, label=say("page.examples"), elem_id=elem_id)

    def on_pick(key: str) -> tuple[Playable, int]:
        return playable(bundled.read_sound(key)), time.monotonic_ns()

    box.select(on_pick, box, [target, picked(target)], api_visibility="private", show_progress="hidden")


def _picture(value: Any, label: str, elem_id: str) -> gr.Image:
    """A picture under its caption: Gradio's own label would lie on the highest pitches."""
    with gr.Column(min_width=240):
        gr.Markdown(label, elem_classes="quiet")
        return gr.Image(value, show_label=False, elem_id=elem_id, buttons=[], interactive=False)


def _player(value: Playable, label: str, elem_id: str) -> gr.Audio:
    return gr.Audio(value, label=label, elem_id=elem_id, interactive=False, buttons=["download"], min_width=180)


def _build_hole(say: Say, first: RestorationValues) -> Shown:
    """Step 2: the hidden stretch with its place and length."""
    gr.Markdown(say("audio.hole_text"))
    return {
        "hole": _picture(first.hole, say("audio.hole"), "audio-hole"),
        "place": gr.Slider(0, 100, FIRST_PLACE, step=1, label=say("audio.place"), elem_id="audio-place"),
        "length": gr.Slider(*LENGTH_MS, FIRST_LENGTH_MS, step=10, label=say("audio.length"), elem_id="audio-length"),
        "go": gr.Button(say("audio.go"), variant="primary", elem_id="audio-go"),
    }


def _build_views(say: Say, first: ViewsValues) -> Shown:
    """Step 2: the two views with their strength."""
    gr.Markdown(say("audio.views_text"))
    with gr.Row():
        view1 = _picture(first.view1, say("audio.view1"), "audio-view1")
        view2 = _picture(first.view2, say("audio.view2"), "audio-view2")
    return {
        "view1": view1,
        "view2": view2,
        "strength": gr.Slider(0, 2, FIRST_STRENGTH, step=0.1, label=say("audio.strength"), elem_id="audio-strength"),
        "seed": gr.Number(0, precision=0, visible=False),
        "again": gr.Button(say("audio.again"), size="sm", elem_id="audio-again"),
    }


def _build_restoration(say: Say, first: RestorationValues) -> Shown:
    """Step 3: the hidden stretch restored, to see and to hear."""
    shown: Shown = {"verdict": gr.Markdown(first.verdict, elem_id="audio-verdict")}
    with gr.Row():
        shown["restored"] = _picture(first.restored, say("audio.restored"), "audio-restored")
        shown["linear"] = _picture(first.linear, say("audio.linear_filled"), "audio-linear")
    with gr.Row():
        for name in ("masked", "restored", "linear"):
            sound = getattr(first, f"hear_{name}")
            shown[f"hear_{name}"] = _player(sound, say(f"audio.hear_{name}"), f"audio-hear-{name}")
    shown["errors"] = gr.Plot(first.errors, show_label=False, elem_id="audio-errors")
    return shown


def _build_features(say: Say, first: AnalysisValues) -> Shown:
    """Step 3: learned features over time beside MFCC."""
    with gr.Row():
        features = _picture(first.features, say("audio.features"), "audio-features")
        mfcc = _picture(first.mfcc, say("audio.mfcc"), "audio-mfcc")
    size = gr.Markdown(first.size, elem_classes="quiet", elem_id="audio-size")
    return {"features": features, "mfcc": mfcc, "size": size}


def _build_probes(say: Say, sound: str) -> Shown:
    """Step 4: the probes of digit and speaker."""
    first = views.probe(say, explore.probe(sound))
    gr.Markdown(say("audio.probe_text"))
    with gr.Row():
        digit = gr.Plot(first.digit, show_label=False, elem_id="audio-digit")
        speaker = gr.Plot(first.speaker, show_label=False, elem_id="audio-speaker")
    read = gr.Markdown(first.read, elem_id="audio-read")
    gr.Markdown(views.untrained_sentence(say), elem_classes="quiet")
    return {"digit": digit, "speaker": speaker, "read": read}


def _build_neighbours(say: Say, sound: str) -> Shown:
    """Step 4: the nearest sounds."""
    found = explore.neighbours(sound, count=NEAREST)
    gr.Markdown(say("audio.neighbours_text"))
    shown: Shown = {}
    with gr.Row():
        for i, clip in enumerate(views.clips(say, found)):
            shown[f"near{i}"] = gr.Audio(
                clip.sound, label=clip.label, interactive=False, buttons=[], min_width=180, elem_id=f"audio-near{i}"
            )
    return shown | {"table": gr.HTML(views.neighbour_table(say, found), elem_id="audio-neighbours")}


def _build_comparison(say: Say, sound: str) -> Shown:
    """Step 4: a second sound to compare with."""
    found = explore.compare(sound, explore.sound_path(SECOND_SOUND))
    gr.Markdown(say("audio.compare_text"))
    with gr.Row():
        with gr.Column(min_width=280):
            other = sound_input(
                value=playable(bundled.read_sound(SECOND_SOUND)),
                label=say("audio.other"),
                elem_id="audio-other",
                sources=["upload", "microphone"],
                buttons=[],
            )
            pick_sound(say, other, "audio-other-examples")
        compared = gr.Markdown(views.similarity(say, "audio.compared", found), elem_id="audio-compared")
    return {"other": other, "compared": compared}

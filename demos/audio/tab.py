"""The audio tab: a hidden stretch of a sound, its restoration, two views, and the uses of the features."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr

from core.audio import explore
from core.data import bundled, sounds
from core.errors import within
from demos.audio import views
from demos.audio.inputs import Sound, SoundInputs, build_sound, pick_sound
from demos.audio.views import AnalysisValues, BaselineValues, ProbeValues, RestorationValues, ViewsValues, playable
from demos.page.backend import ask
from demos.page.events import count_up, guard, listen
from demos.page.inputs import changes, sound_input
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say

STEM = "audio"
SECOND_SOUND = "digit_7_woman"
AUTO = explore.FROM_FIRST_SOUND
FIRST_PLACE, FIRST_STRENGTH = 45, 1.0
FIRST_LENGTH_MS, LENGTH_MS = 100, (40, 500)
NEAREST = 4
STEP_PX = 100  # height of a picture in a step
Shown = dict[str, Any]  # components by the name of the value that they show


class Hole(NamedTuple):
    """The inputs that hide a stretch of the sound."""

    place: gr.Slider
    length: gr.Slider
    go: gr.Button


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


def on_restore(
    say: Say, sound: Sound, place: float, length_ms: float, model: str, start: float = AUTO
) -> RestorationValues:
    """Hide a stretch of the sound and restore it by the chosen model, or by the bundled one if that cannot."""
    with guard(say):
        return views.restoration(say, _restored(ask(explore.clip, sound, start), place, length_ms, model))


def on_baselines(
    say: Say, sound: Sound, place: float, length_ms: float, model: str, start: float = AUTO
) -> BaselineValues:
    """Fill the same stretch with straight lines, and compare the errors of the model and two baselines."""
    with guard(say):
        return views.baselines(say, _restored(ask(explore.clip, sound, start), place, length_ms, model))


def _restored(sound: sounds.Wave, place: float, length_ms: float, model: str) -> explore.Restoration:
    share, length_s = within(place, 0, 100) / 100, within(length_ms, *LENGTH_MS) / 1000
    return ask(explore.restore, sound, share, length_s, name=_restoring_model(model))


def _restoring_model(model: str) -> str:
    return model if explore.can_restore(model) else explore.NAME


def on_views(say: Say, sound: Sound, strength: float, seed: float, model: str, start: float = AUTO) -> ViewsValues:
    """Draw two random views of the sound and say how alike they are."""
    with guard(say):
        name = _restoring_model(model)
        found = ask(explore.two_views, ask(explore.clip, sound, start), strength=strength, seed=seed, name=name)
        return views.two_views(say, found)


def on_analyse(say: Say, sound: Sound, model: str, start: float = AUTO) -> AnalysisValues:
    """Show a sound as waveform, mel spectrogram, learned features and MFCC."""
    with guard(say):
        return views.analysis(say, ask(explore.analyse, ask(explore.clip, sound, start), name=model))


def on_probe(say: Say, sound: Sound, model: str, start: float = AUTO) -> ProbeValues:
    """What linear probes read off the embedding: which digit, which of six speakers; the bundled model's if need be."""
    with guard(say):
        clip = ask(explore.clip, sound, start)
        if explore.has_probes(model):
            return views.probe(say, ask(explore.probe, clip, name=model))
        drawn = views.probe(say, ask(explore.probe, clip))
        return drawn._replace(read=f"{say('audio.no_probes', model=model)} {drawn.read}")


def on_neighbours(say: Say, sound: Sound, model: str, start: float = AUTO) -> NeighbourValues:
    """The nearest bundled sounds as players, and a table beside those by MFCC."""
    with guard(say):
        found = ask(explore.neighbours, ask(explore.clip, sound, start), count=NEAREST, name=model)
    clips = views.clips(say, found)
    players: dict[str, Any] = {
        f"near{i}": gr.update(value=clip.sound, label=clip.label) for i, clip in enumerate(clips)
    }
    return NeighbourValues(**players, table=views.neighbour_table(say, found))


def on_compare(say: Say, sound: Sound, other: Sound, model: str, start: float = AUTO) -> str:
    """Say how alike two sounds are; the other one is heard from its first sound on."""
    with guard(say):
        found = ask(explore.compare, ask(explore.clip, sound, start), other, name=model)
        return views.similarity(say, "audio.compared", found)


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


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    shown: Shown = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, megabytes=sounds.MAX_FILE_MB, seconds=sounds.MAX_S, limit=f"{explore.CLIP_S:.0f}"):
            heard = build_sound(parts)
        with step(say, STEM, 2):
            hole = _build_hole(say, shown)
        with step(say, STEM, 3):
            _build_restoration(say, shown)
    model = _build_model(parts)
    hidden = [heard.sound, hole.place, hole.length, model, heard.start]
    parts.ask(
        on_restore,
        hidden,
        outputs(RestorationValues, shown),
        on=[hole.go.click],
        name="audio_restore",
        trigger_mode="always_last",
    )
    _build_baselines(parts, hidden)
    _build_views(parts, heard, model)
    _build_analysis(parts, heard, model)
    with step(say, STEM, 4, count=len(bundled.sounds())):
        _build_probes(parts, heard, model)
        _build_neighbours(parts, heard, model)
        _build_comparison(parts, heard, model)
        _build_card(parts)
    _follow(parts, heard, hole, model)
    return parts


def _follow(parts: Parts, heard: SoundInputs, hole: Hole, model: gr.Radio) -> None:
    """Answer together what a change asks; another sound is heard from its first sound on."""
    decode = sounds.open_recording
    parts.follow(heard.sound, changes(heard.sound), decode=decode, reset={heard.start: AUTO})
    for source, moved in (
        (heard.start, heard.start.release),
        (hole.place, hole.place.release),
        (hole.length, hole.length.release),
        (model, model.change),
    ):
        parts.follow(source, [moved], files={heard.sound: decode})


def _picture(say: Say, name: str, *, height: int | None = None) -> gr.Image:
    """A picture under its caption: Gradio's own label would lie on the highest pitches."""
    look: dict[str, Any] = {"show_label": False, "buttons": [], "interactive": False}
    with gr.Column(min_width=240):
        gr.Markdown(say(f"audio.{name}"), elem_classes="quiet")
        return gr.Image(label=say(f"audio.{name}"), height=height, elem_id=f"audio-{name}", **look)


def _player(say: Say, name: str) -> gr.Audio:
    ident = f"audio-hear-{name}"
    look: dict[str, Any] = {"interactive": False, "buttons": ["download"], "min_width": 180}
    return gr.Audio(label=say(f"audio.hear_{name}"), elem_id=ident, **look)


def _plot(name: str) -> gr.Plot:
    return gr.Plot(show_label=False, elem_id=f"audio-{name}")


def _build_hole(say: Say, shown: Shown) -> Hole:
    shown["hole"] = _picture(say, "hole", height=STEP_PX)
    shown["hear_masked"] = _player(say, "masked")
    return Hole(
        gr.Slider(0, 100, FIRST_PLACE, step=1, label=say("audio.place"), elem_id="audio-place"),
        gr.Slider(*LENGTH_MS, FIRST_LENGTH_MS, step=10, label=say("audio.length"), elem_id="audio-length"),
        gr.Button(say("audio.go"), variant="primary", elem_id="audio-go"),
    )


def _build_restoration(say: Say, shown: Shown) -> None:
    shown["verdict"] = gr.Markdown(elem_id="audio-verdict", elem_classes="verdict")
    shown["restored"] = _picture(say, "restored", height=STEP_PX)
    shown["truth"] = _picture(say, "truth", height=STEP_PX)
    shown["hear_restored"] = _player(say, "restored")


def _build_model(parts: Parts) -> gr.Radio:
    say, offer = parts.say, explore.offer()
    with parts.fold("another_model"):
        model = gr.Radio(models(say), value=explore.NAME, label=say("audio.model"), elem_id="audio-model")
        label = say("audio.fetch", name=offer.name, megabytes=offer.megabytes)
        fetch = gr.Button(label, size="sm", visible=not offer.at_hand, elem_id="audio-fetch")
        status = gr.Markdown(say("audio.hub_note"), elem_classes="quiet", elem_id="audio-fetch-status")
    shown = {"model": model, "status": status}
    listen(say, fetch.click, on_fetch, [], outputs(FetchValues, shown), model="audio-fetch", show_progress="minimal")
    return model


def _build_baselines(parts: Parts, hidden: list[Any]) -> None:
    say = parts.say
    with parts.fold("baselines") as fold:
        with gr.Row():
            with gr.Column(min_width=280):
                shown: Shown = {"linear": _picture(say, "linear"), "hear_linear": _player(say, "linear")}
            shown["errors"] = _plot("errors")
        gr.Markdown(f"{say('audio.baselines_text')} {views.restoring_sentence(say)}")
    parts.ask(on_baselines, hidden, outputs(BaselineValues, shown), fold=fold, name="audio_baselines")


def _build_views(parts: Parts, heard: SoundInputs, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("views") as fold:
        gr.Markdown(say("audio.views_text"))
        with gr.Row():
            shown: Shown = {name: _picture(say, name) for name in ("view1", "view2")}
        with gr.Row():
            low, high = explore.STRENGTH
            strength = gr.Slider(
                low, high, FIRST_STRENGTH, step=0.1, label=say("audio.strength"), elem_id="audio-strength"
            )
            seed = gr.Number(0, precision=0, label=say("audio.seed"), elem_id="audio-seed", min_width=120)
            again = gr.Button(say("audio.again"), elem_id="audio-again", min_width=120)
        shown["views"] = gr.Markdown(elem_id="audio-views")
    count_up(again, seed, explore.MAX_SEED)
    parts.ask(
        on_views,
        [heard.sound, strength, seed, model, heard.start],
        outputs(ViewsValues, shown),
        on=[strength.release, seed.change],
        fold=fold,
        name="audio_views",
        trigger_mode="always_last",
    )


def _build_analysis(parts: Parts, heard: SoundInputs, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("forms") as fold:
        shown: Shown = {}
        with gr.Row():
            shown["wave"] = _plot("wave")
            shown["mel"] = _picture(say, "mel")
        with gr.Row():
            shown |= {name: _picture(say, name) for name in ("features", "mfcc")}
        shown["size"] = gr.Markdown(elem_classes="quiet", elem_id="audio-size")
    parts.ask(
        on_analyse, [heard.sound, model, heard.start], outputs(AnalysisValues, shown), fold=fold, name="audio_analyse"
    )


def _build_probes(parts: Parts, heard: SoundInputs, model: gr.Radio) -> None:
    shown: Shown = {"read": gr.Markdown(elem_id="audio-read")}
    with gr.Row():
        shown |= {name: _plot(name) for name in ("digit", "speaker")}
    gr.Markdown(parts.say("audio.probe_text"), elem_classes="quiet")
    parts.ask(on_probe, [heard.sound, model, heard.start], outputs(ProbeValues, shown), name="audio_probe")


def _build_neighbours(parts: Parts, heard: SoundInputs, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("near") as fold:
        gr.Markdown(say("audio.near_text"))
        look: dict[str, Any] = {"interactive": False, "buttons": [], "min_width": 180}
        with gr.Row():
            shown: Shown = {
                f"near{i}": gr.Audio(label=say("audio.neighbour", number=i + 1), elem_id=f"audio-near{i}", **look)
                for i in range(NEAREST)
            }
        shown["table"] = gr.HTML(elem_id="audio-neighbours")
    parts.ask(
        on_neighbours,
        [heard.sound, model, heard.start],
        outputs(NeighbourValues, shown),
        fold=fold,
        name="audio_neighbours",
    )


def _build_comparison(parts: Parts, heard: SoundInputs, model: gr.Radio) -> None:
    say = parts.say
    with parts.fold("compare") as fold, gr.Row():
        with gr.Column(min_width=280):
            other = sound_input(
                value=playable(bundled.read_sound(SECOND_SOUND)),
                label=say("audio.other"),
                elem_id="audio-other",
                sources=["upload", "microphone"],
                buttons=[],
            )
            pick_sound(say, other, SECOND_SOUND, "audio-other-examples")
        with gr.Column(min_width=280):
            compared = gr.Markdown(elem_id="audio-compared")
    both = [heard.sound, other, model, heard.start]
    parts.ask(on_compare, both, [compared], on=changes(other), fold=fold, name="audio_compare")


def _build_card(parts: Parts) -> None:
    with parts.fold("card"):
        gr.Markdown(f"{views.card_sentence(parts.say)}\n\n{views.untrained_sentence(parts.say)}")

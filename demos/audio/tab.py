"""The audio tab: a sound, the hole to fill and the views to match, what was restored, and what the features know."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from core.audio import explore
from core.data import bundled, sounds
from demos.audio.views import Heard, draw_analysis, draw_probe, draw_restoration, draw_views, likeness, playable
from demos.page import figures
from demos.page.events import bind, guard, listen
from demos.page.inputs import sound_input
from demos.page.layout import step
from demos.page.words import Say

STEM = "audio"
FIRST_SOUND, SECOND_SOUND = "digit_7_american", "digit_7_woman"
FIRST_PLACE, FIRST_LENGTH_MS, FIRST_STRENGTH = 45, 100, 1.0
EXAMPLES = ("digit_3_british", "digit_8_scottish", "pluck_e4", "chirp_up_300", "sample_drum_roll", "sample_misc_crow")
NEAREST = 4


def on_analyse(say: Say, sound: str | None, model: str) -> tuple[Any, ...]:
    """Show a sound as waveform, mel spectrogram, learned features and MFCC."""
    with guard(say):
        return draw_analysis(say, explore.analyse(sound, name=model))


def on_restore(say: Say, sound: str | None, place: float, length_ms: float, model: str) -> tuple[Any, ...]:
    """Hide a stretch of the sound and restore it by the chosen model, or by the bundled one if that cannot."""
    with guard(say):
        share = place / 100 if isinstance(place, int | float) else float("nan")
        return draw_restoration(say, explore.restore(sound, share, _ms(length_ms), name=_restorer(model)))


def _restorer(model: str) -> str:
    return model if explore.restores(model) else explore.NAME


def _ms(value: float) -> float:
    return value / 1000 if isinstance(value, int | float) else float("nan")


def on_views(say: Say, sound: str | None, strength: float, seed: float, model: str) -> tuple[Any, ...]:
    """Draw two random views of the sound and say how alike they are."""
    with guard(say):
        return draw_views(say, explore.two_views(sound, strength=strength, seed=seed, name=_restorer(model)))


def on_compare(say: Say, sound: str | None, other: str | None, model: str) -> str:
    """Say how alike two sounds are."""
    with guard(say):
        return likeness(say, "audio.compared", explore.compare(sound, other, name=model))


def on_neighbours(say: Say, sound: str | None, model: str) -> list[Any]:
    """The nearest bundled sounds as players, and a table beside those by MFCC."""
    with guard(say):
        *clips, table = draw_neighbours(say, explore.neighbours(sound, count=NEAREST, name=model))
        return [*(gr.update(value=heard, label=label) for heard, label in clips), table]


def draw_neighbours(say: Say, found: explore.Neighbours) -> list[Any]:
    """The nearest sounds by the network, each with its name, and the table."""
    clips = [(playable(bundled.read_sound(item.sound.key)), say.pick(item.sound.name)) for item in found.model]
    rows = [
        [say.pick(one.sound.name), f"{one.similarity:.2f}", say.pick(two.sound.name), f"{two.similarity:.2f}"]
        for one, two in zip(found.model, found.mfcc, strict=True)
    ]
    head = [say("audio.by_network"), say("audio.cosine"), say("audio.by_mfcc"), say("audio.cosine")]
    return [*clips, figures.table(head, rows)]


def on_probe(say: Say, sound: str | None, model: str) -> tuple[Any, ...]:
    """What linear probes read off the embedding: which digit, which of six speakers; the bundled model's if need be."""
    with guard(say):
        if explore.has_probes(model):
            return draw_probe(say, explore.probe(sound, name=model))
        *figures, read = draw_probe(say, explore.probe(sound))
        return (*figures, f"{say('audio.no_probes', model=model)} {read}")


def on_fetch(say: Say) -> Iterator[tuple[Any, str]]:
    """Fetch the Hub's model and offer it; the bundled one stays whatever happens."""
    offer = explore.offer()
    yield gr.skip(), say("audio.fetching", name=offer.name, megabytes=offer.megabytes)
    with guard(say):
        explore.fetch(offer.name)
    yield gr.Radio(choices=models(say), value=offer.name), say("audio.fetched", name=offer.name)


def models(say: Say) -> list[tuple[str, str]]:
    """The models to choose from: the bundled one, a visitor's own by their names, the Hub's when it is here."""
    hub = explore.offer().name
    known = {explore.NAME: say("audio.model_sounds"), hub: say("audio.model_hub", name=hub)}
    return [(known.get(name, name), name) for name in explore.names()]


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    first = explore.sound_path(FIRST_SOUND)
    analysis = draw_analysis(say, explore.analyse(first))
    restored = draw_restoration(say, explore.restore(first, FIRST_PLACE / 100, FIRST_LENGTH_MS / 1000))
    views = draw_views(say, explore.two_views(first, strength=FIRST_STRENGTH))
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, megabytes=sounds.MAX_FILE_MB, seconds=sounds.MAX_S, limit=f"{explore.HEARD_S:.0f}"):
            sound, model, shown = _build_data(say, analysis)
        with step(say, STEM, 2):
            asked, hole, pair = _build_label(say, restored, views)
    with step(say, STEM, 3):
        gr.Markdown(_card_sentence(say), elem_classes="quiet")
        answers, cosine = _build_answer(say, restored, views[2])
        shown += _build_features(say, analysis)
    with step(say, STEM, 4, count=len(bundled.sounds())):
        _build_uses(say, sound, model, first)
    place, length, strength, seed, go, again = asked
    listen(
        say,
        [sound.change, model.input],
        on_analyse,
        [sound, model],
        shown,
        name="audio_analyse",
        model=STEM,
        trigger_mode="always_last",
    )
    listen(
        say,
        [go.click, place.release, length.release, sound.change, model.input],
        on_restore,
        [sound, place, length, model],
        [hole, *answers],
        name="audio_restore",
        model=STEM,
        trigger_mode="always_last",
    )
    views_out = [*pair, cosine]
    listen(
        say,
        [strength.release, sound.change, model.input],
        on_views,
        [sound, strength, seed, model],
        views_out,
        name="audio_views",
        model=STEM,
        trigger_mode="always_last",
    )
    dealt = again.click(lambda: int(np.random.default_rng().integers(10**6)), None, seed, api_visibility="private")
    drawn = [sound, strength, seed, model]
    dealt.then(bind(on_views, say), drawn, views_out, concurrency_id=STEM, api_visibility="private")


def _build_data(say: Say, analysis: tuple[Any, ...]) -> tuple[gr.Audio, gr.Radio, list[Any]]:
    """Step 1: the sound, examples, the model, waveform and spectrogram."""
    sound = sound_input(
        value=playable(bundled.read_sound(FIRST_SOUND)),
        label=say("audio.sound"),
        sources=["upload", "microphone"],
        elem_id="audio-sound",
        buttons=[],
    )
    pick_sound(say, sound, "audio-examples")
    wave = gr.Plot(analysis[0], show_label=False, elem_id="audio-wave")
    mel = _picture(analysis[1], say("audio.mel"), "audio-mel")
    model = gr.Radio(models(say), value=explore.NAME, label=say("audio.model"), elem_id="audio-model")
    offer = explore.offer()
    fetch = gr.Button(
        say("audio.fetch", name=offer.name, megabytes=offer.megabytes),
        size="sm",
        visible=not offer.at_hand,
        elem_id="audio-fetch",
    )
    status = gr.Markdown(say("audio.hub_note"), elem_classes="quiet", elem_id="audio-fetch-status")
    listen(say, fetch.click, on_fetch, [], [model, status], model="audio-fetch", show_progress="minimal")
    return sound, model, [wave, mel]


def pick_sound(say: Say, target: gr.Audio, elem_id: str) -> None:
    """A list of all bundled sounds, a few of note first; a choice goes into `target`."""
    known = {sound.key: sound for sound in bundled.sounds()}
    keys = [*EXAMPLES, *(key for key in known if key not in EXAMPLES)]
    choices = [(say.pick(known[key].name), key) for key in keys]
    box = gr.Dropdown(choices, value=None, label=say("page.examples"), elem_id=elem_id)

    def on_pick(key: str | None) -> Any:
        return gr.skip() if key is None else playable(bundled.read_sound(key))

    box.input(on_pick, box, target, api_visibility="private", show_progress="hidden")


def _picture(value: Image.Image, label: str, elem_id: str) -> gr.Image:
    """A picture under its caption: Gradio's own label would lie on the highest pitches."""
    with gr.Column(min_width=240):
        gr.Markdown(label, elem_classes="quiet")
        return gr.Image(value, show_label=False, elem_id=elem_id, buttons=[], interactive=False)


def _player(value: Heard, label: str, elem_id: str) -> gr.Audio:
    return gr.Audio(value, label=label, elem_id=elem_id, interactive=False, buttons=["download"], min_width=180)


def _build_label(
    say: Say, restored: tuple[Any, ...], views: tuple[Any, ...]
) -> tuple[tuple[Any, ...], gr.Image, list[gr.Image]]:
    """Step 2: the hole with its place and length; the two views with their strength."""
    gr.Markdown(say("audio.hole_text"))
    hole = _picture(restored[0], say("audio.hole"), "audio-hole")
    place = gr.Slider(0, 100, FIRST_PLACE, step=1, label=say("audio.place"), elem_id="audio-place")
    length = gr.Slider(40, 500, FIRST_LENGTH_MS, step=10, label=say("audio.length"), elem_id="audio-length")
    go = gr.Button(say("audio.go"), variant="primary", elem_id="audio-go")
    gr.Markdown(say("audio.views_text"))
    with gr.Row():
        pair = [_picture(views[i], say(f"audio.view{i + 1}"), f"audio-view{i + 1}") for i in range(2)]
    strength = gr.Slider(0, 2, FIRST_STRENGTH, step=0.1, label=say("audio.strength"), elem_id="audio-strength")
    seed = gr.Number(0, precision=0, visible=False)
    again = gr.Button(say("audio.again"), size="sm", elem_id="audio-again")
    return (place, length, strength, seed, go, again), hole, pair


def _build_answer(say: Say, restored: tuple[Any, ...], views: str) -> tuple[list[Any], gr.Markdown]:
    """Step 3, first half: the hole restored, to see and to hear, and the views matched."""
    verdict = gr.Markdown(restored[7], elem_id="audio-verdict")
    with gr.Row():
        model = _picture(restored[1], say("audio.restored"), "audio-restored")
        linear = _picture(restored[2], say("audio.linear_filled"), "audio-linear")
    with gr.Row():
        names = ("masked", "restored", "linear")
        players = [
            _player(restored[3 + i], say(f"audio.hear_{name}"), f"audio-hear-{name}") for i, name in enumerate(names)
        ]
    bars = gr.Plot(restored[6], show_label=False, elem_id="audio-errors")
    cosine = gr.Markdown(views, elem_id="audio-views")
    return [model, linear, *players, bars, verdict], cosine


def _build_features(say: Say, analysis: tuple[Any, ...]) -> list[Any]:
    """Step 3, second half: learned features over time beside MFCC."""
    with gr.Row():
        features = _picture(analysis[2], say("audio.features"), "audio-features")
        cepstra = _picture(analysis[3], say("audio.mfcc"), "audio-mfcc")
    return [features, cepstra, gr.Markdown(analysis[4], elem_classes="quiet", elem_id="audio-size")]


def _build_uses(say: Say, sound: gr.Audio, model: gr.Radio, first: str) -> None:
    """Step 4: nearest sounds, a second sound to compare with, digit and speaker probes."""
    reading = draw_probe(say, explore.probe(first))
    gr.Markdown(say("audio.probe_text"))
    with gr.Row():
        figures = [
            gr.Plot(reading[i], show_label=False, elem_id=f"audio-{task}")
            for i, task in enumerate(("digit", "speaker"))
        ]
    read = gr.Markdown(reading[2], elem_id="audio-read")
    gr.Markdown(_untrained_sentence(say), elem_classes="quiet")
    found = draw_neighbours(say, explore.neighbours(first, count=NEAREST))
    gr.Markdown(say("audio.neighbours_text"))
    with gr.Row():
        nearest = [
            gr.Audio(heard, label=label, interactive=False, buttons=[], min_width=180, elem_id=f"audio-near{i}")
            for i, (heard, label) in enumerate(found[:-1])
        ]
    table = gr.HTML(found[-1], elem_id="audio-neighbours")
    second = explore.sound_path(SECOND_SOUND)
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
        same = gr.Markdown(likeness(say, "audio.compared", explore.compare(first, second)), elem_id="audio-compared")
    listen(say, [sound.change, model.input], on_probe, [sound, model], [*figures, read], name="audio_probe", model=STEM)
    listen(
        say,
        [sound.change, model.input],
        on_neighbours,
        [sound, model],
        [*nearest, table],
        name="audio_neighbours",
        model=STEM,
    )
    listen(
        say,
        [sound.change, other.change, model.input],
        on_compare,
        [sound, other, model],
        [same],
        name="audio_compare",
        model=STEM,
    )


def _card_sentence(say: Say) -> str:
    card = explore.metrics()
    digits, unheard, rooms = card["fsdd"], card["fsdd, unheard speaker"], card["esc10"]
    shares = {
        "knn": digits["knn"],
        "mfcc": digits["mfcc_knn"],
        "rooms": rooms["knn"],
        "rooms_mfcc": rooms["mfcc_knn"],
        "unheard": unheard["knn"],
        "unheard_mfcc": unheard["mfcc_knn"],
    }
    written = {name: f"{share:.1%}" for name, share in shares.items()}
    known = say("audio.card", n=f"{digits['n']:.0f}", rooms_n=f"{rooms['n']:.0f}", **written)
    errors = {
        f"{name}_{kind}": f"{card[f'{spec}, restoring'][f'{kind}_db']:.1f}"
        for name, spec in (("digits", "fsdd"), ("rooms", "esc10"))
        for kind in ("model", "linear", "mean")
    }
    return f"{known} {say('audio.card_restoring', **errors)}"


def _untrained_sentence(say: Say) -> str:
    """What the same probes read off a network that never heard anything; empty where the card does not tell."""
    card, shares = explore.metrics(), {}
    for name, measured in explore.PROBED.items():
        if "untrained_accuracy" not in card.get(measured, {}):
            return ""
        shares[name] = f"{card[measured]['accuracy']:.0%}"
        shares[f"{name}_untrained"] = f"{card[measured]['untrained_accuracy']:.0%}"
    return say("audio.untrained", **shares)

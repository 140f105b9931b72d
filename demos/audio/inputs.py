"""Step 1 of the audio tab: the sound, and which five seconds of it are heard."""

import time
from typing import NamedTuple

import gradio as gr

from core.audio import explore
from core.data import bundled, sounds
from core.errors import InputError
from demos.audio import views
from demos.audio.views import HeardValues, Playable, playable
from demos.page.events import guard
from demos.page.inputs import microphone_notice, name_examples, picked, preprocessed_by, sound_input
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say

FIRST_SOUND = "digit_7_american"
EXAMPLES = ("digit_3_british", "digit_8_scottish", "pluck_e4", "chirp_up_300", "sample_drum_roll", "sample_misc_crow")
Sound = str | sounds.Recording | sounds.Wave | None  # path of a file, or what it was decoded to for several questions


class SoundInputs(NamedTuple):
    """The visitor's sound, and the second from which it is heard; `explore.FROM_FIRST_SOUND` leaves that to the sound.

    Both are what the handlers of the tab take first.
    """

    sound: gr.Audio
    start: gr.Slider


def on_heard(say: Say, sound: Sound, start: float) -> HeardValues:
    """Show which five seconds of a sound are heard: from its first sound on, or from `start` in seconds."""
    with guard(say):
        return views.heard(say, explore.heard(sound, start))


def build_sound(parts: Parts) -> SoundInputs:
    """The sound, the examples, and below them the part that is heard of a sound longer than five seconds."""
    say = parts.say
    sound = sound_input(
        value=playable(bundled.read_sound(FIRST_SOUND)),
        label=say("audio.sound"),
        sources=["upload", "microphone"],
        elem_id="audio-sound",
        buttons=[],
    )
    microphone_notice(say, parts.method)
    pick_sound(say, sound, FIRST_SOUND)
    part = gr.HTML(visible=False, elem_id="audio-part")
    start = gr.Slider(
        explore.FROM_FIRST_SOUND,
        sounds.MAX_S,
        explore.FROM_FIRST_SOUND,
        step=0.1,
        label=say("audio.start"),
        visible=False,
        interactive=True,
        elem_id="audio-start",
    )
    # Gradio would compare the start with the range of the last sound; `explore` checks it.
    preprocessed_by(start, lambda _, payload: payload)
    parts.ask(on_heard, [sound, start], outputs(HeardValues, {"part": part, "start": start}), show_progress="hidden")
    return SoundInputs(sound, start)


def pick_sound(say: Say, target: gr.Audio, first: str, elem_id: str = "audio-examples") -> None:
    """A list of all bundled sounds, a few of note first; a choice goes into `target`, where `first` is laid out."""
    known = {sound.key: sound for sound in bundled.sounds()}
    keys = [*EXAMPLES, *(key for key in known if key not in EXAMPLES)]
    choices = [(say.pick(known[key].name), key) for key in keys]
    box = gr.Dropdown(choices, value=None, label=say("page.examples"), elem_id=elem_id)
    named = name_examples(
        target, first, known, lambda key: playable(bundled.read_sound(key)), bundled.read_sound, chooser=box
    )

    def on_pick(key: str | None) -> tuple[Playable, int, str]:
        with guard(say):
            if key is None:
                raise InputError("Choose, record or upload a sound first.")
        return playable(bundled.read_sound(key)), time.monotonic_ns(), key

    box.select(on_pick, box, [target, picked(target), named], api_visibility="private", show_progress="hidden")

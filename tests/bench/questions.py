"""The main question of every tab: what a visitor asks, and waits for. Each opens its model on the first call.

The page keeps its last answers, so every call asks about another picture, seed or text: what is timed is the model.
"""

import itertools
from collections.abc import Callable

import numpy as np

from core.audio import explore as audio
from core.bert import explore as bert
from core.contrastive import explore as contrastive
from core.data import bundled
from core.data.pictures import Bytes
from core.gan import explore as gan
from core.generation import explore as generation
from core.gpt2 import explore as language
from core.masked import explore as masked
from core.recommendation import explore as recommendation
from core.rotation import explore as rotation
from core.vae import explore as vae
from core.vqvae import explore as vqvae

PHOTO = bundled.photographs()[0].image
EMOJI = [bundled.emoji_gallery().images[i] for i in range(0, 160, 10)]
DIGITS = bundled.digits().images
VIEWS = contrastive.view_settings(0.2, 0.5, 0.2, 0.5, 0.5)
TONE = bundled.sounds()[0].key
COUNT = itertools.count(3)  # of calls, the seed of what is drawn


def photo() -> Bytes:
    """The photograph (H, W, 3), moved to the side by one pixel more at each call."""
    moved: Bytes = np.roll(PHOTO, next(COUNT), axis=1)
    return moved


def digit() -> Bytes:
    """One of the bundled digits (28, 28), another at each call."""
    chosen: Bytes = DIGITS[next(COUNT) % len(DIGITS)]
    return chosen


def films() -> list[int]:
    """Six films of the catalogue, others at each call."""
    start = next(COUNT)
    return [film.number for film in recommendation.films()[start : start + 6]]


def opening() -> str:
    """The beginning of a text, a different one at each call."""
    return f"It was the best of times in {1800 + next(COUNT)},"


QUESTIONS: dict[str, Callable[[], object]] = {
    "rotation: turn and predict": lambda: rotation.predict(photo(), 90),
    "rotation: halfway through the training": lambda: rotation.grow(photo(), 90, 2),
    "rotation: the model with a shortcut": lambda: rotation.shortcut_tests(photo()),
    "rotation: nearest pictures": lambda: rotation.neighbours(photo()),
    "contrastive: sixteen pictures, views to loss": lambda: contrastive.compare(EMOJI, VIEWS),
    "contrastive: halfway through the training": lambda: contrastive.grow(EMOJI[:8], VIEWS, 2),
    "vae: halfway through the training": lambda: vae.grow(digit(), 2),
    "vae: walk of sixteen steps": lambda: vae.interpolate(DIGITS[0], digit(), 16),
    "vqvae: codes and their rivals": lambda: vqvae.encode(photo()),
    "vqvae: paint and decode": lambda: vqvae.paint(photo(), "3 4 3 7"),
    "vqvae: nearest emoji": lambda: vqvae.neighbours(photo()),
    "gan: twenty-four samples, truncated": lambda: gan.sample(next(COUNT), 1.0),
    "gan: the discriminator's opinion": lambda: gan.judge(photo()),
    "gan: walk of twelve steps": lambda: gan.interpolate(0, next(COUNT), 12),
    "gan: halfway through the training": lambda: gan.grow(2),
    "gan: nearest training pictures": lambda: gan.copies(next(COUNT), 8),
    "generation: the same noise through six arms": lambda: generation.draw(next(COUNT)),
    "generation: halfway through the training": lambda: generation.draw(next(COUNT), 1),
    "generation: conditioned on four references": lambda: generation.attend([photo()] * 4, next(COUNT)),
    "generation: first answer of a measurement": lambda: next(generation.measure("references", next(COUNT))),
    "masked: hide and restore": lambda: masked.restore(photo(), 0.75),
    "masked: halfway through the training": lambda: masked.grow(photo(), 0.75, 0, 2),
    "masked: sweep of the ratio": lambda: list(masked.sweep(photo())),
    "gpt2: surprise of a sentence": lambda: language.surprise(f"{opening()} it was the worst of times."),
    "gpt2: halfway through the training": lambda: language.grow(opening(), 2),
    "gpt2: the first token": lambda: next(iter(language.continue_text(opening(), language.Settings(length=60)))),
    "gpt2: sixty tokens": lambda: list(language.continue_text(opening(), language.Settings(length=60))),
    "bert: fill three gaps in both ways": lambda: bert.fill(bert.EXAMPLES[0].text, bert.EXAMPLES[0].hidden),
    "bert: a sentence for both readers": lambda: bert.compare(bert.EXAMPLES[0].text),
    "bert: nearest uses of a word": lambda: bert.nearest_uses(bert.FIRST_SENTENCE["bear"], "bear"),
    "audio: spectrogram and features": lambda: audio.analyse(audio.sound_path(TONE)),
    "audio: restore and make audible": lambda: audio.restore(audio.sound_path(TONE), 0.5, 0.1),
    "audio: nearest sounds": lambda: audio.neighbours(audio.sound_path(TONE)),
    "recommendation: hide one of six films": lambda: recommendation.hide(films(), 3),
    "recommendation: what comes next": lambda: recommendation.recommend(films()),
}

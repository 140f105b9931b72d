"""The main question of every tab: what a visitor asks, and waits for. Each opens its model on the first call."""

from collections.abc import Callable

from core.audio import explore as audio
from core.bert import explore as bert
from core.contrastive import explore as contrastive
from core.data import bundled
from core.gan import explore as gan
from core.generation import explore as generation
from core.gpt2 import explore as language
from core.masked import explore as masked
from core.rotation import explore as rotation
from core.vae import explore as vae
from core.vqvae import explore as vqvae

PHOTO = bundled.photographs()[0].image
EMOJI = [bundled.emoji_gallery().images[i] for i in range(0, 160, 10)]
DIGITS = bundled.digits().images
VIEWS = contrastive.view_settings(0.2, 0.5, 0.2, 0.5, 0.5)
TONE = bundled.sounds()[0].key

QUESTIONS: dict[str, Callable[[], object]] = {
    "rotation: turn and predict": lambda: rotation.predict(PHOTO, 90),
    "rotation: halfway through the training": lambda: rotation.grow(PHOTO, 90, 2),
    "rotation: the model with a shortcut": lambda: rotation.shortcut_tests(PHOTO),
    "rotation: nearest pictures": lambda: rotation.neighbours(PHOTO),
    "contrastive: sixteen pictures, views to loss": lambda: contrastive.compare(EMOJI, VIEWS),
    "contrastive: halfway through the training": lambda: contrastive.grow(EMOJI[:8], VIEWS, 2),
    "vae: halfway through the training": lambda: vae.grow(DIGITS[0], 2),
    "vae: walk of sixteen steps": lambda: vae.interpolate(DIGITS[0], DIGITS[100], 16),
    "vqvae: codes and their rivals": lambda: vqvae.encode(PHOTO),
    "vqvae: paint and decode": lambda: vqvae.paint(PHOTO, "3 4 3 7"),
    "vqvae: nearest emoji": lambda: vqvae.neighbours(PHOTO),
    "gan: twenty-four samples, truncated": lambda: gan.sample(3, 1.0),
    "gan: the discriminator's opinion": lambda: gan.judge(PHOTO),
    "gan: walk of twelve steps": lambda: gan.interpolate(0, 1, 12),
    "gan: halfway through the training": lambda: gan.grow(2),
    "gan: nearest training pictures": lambda: gan.copies(3, 8),
    "generation: the same noise through six arms": lambda: generation.draw(3),
    "generation: halfway through the training": lambda: generation.draw(3, 1),
    "generation: conditioned on four references": lambda: generation.attend([PHOTO] * 4, 3),
    "generation: first answer of a measurement": lambda: next(generation.measure("references", 3)),
    "masked: hide and restore": lambda: masked.restore(PHOTO, 0.75),
    "masked: halfway through the training": lambda: masked.grow(PHOTO, 0.75, 0, 2),
    "masked: sweep of the ratio": lambda: list(masked.sweep(PHOTO)),
    "gpt2: surprise of a sentence": lambda: language.surprise("It was the best of times, it was the worst of times."),
    "gpt2: halfway through the training": lambda: language.grow("It was the best of times,", 2),
    "gpt2: sixty tokens": lambda: list(
        language.continue_text("It was the best of times,", language.Settings(length=60))
    ),
    "bert: fill three gaps in both ways": lambda: bert.fill(bert.EXAMPLES[0].text, bert.EXAMPLES[0].hidden),
    "bert: a sentence for both readers": lambda: bert.compare(bert.EXAMPLES[0].text),
    "bert: nearest uses of a word": lambda: bert.nearest_uses(bert.FIRST_SENTENCE["bear"], "bear"),
    "audio: spectrogram and features": lambda: audio.analyse(audio.sound_path(TONE)),
    "audio: restore and make audible": lambda: audio.restore(audio.sound_path(TONE), 0.5, 0.1),
    "audio: nearest sounds": lambda: audio.neighbours(audio.sound_path(TONE)),
}

"""`python -m tests.bench.batches`: what a batch saves, in milliseconds of one core per item, as a table in Markdown."""

import time
from collections.abc import Callable
from typing import Any

import torch

from core import checkpoints, device
from core.audio import explore as audio
from core.data import bundled
from core.gpt2.batching import next_together
from core.masked import pretext

SIZES = (1, 4, 16, 24)
REPEATS = 20
TOKENS = 60  # of each text before the step


def cost_ms(work: Callable[[], object]) -> float:
    """Processor time of a call, after two that are not counted."""
    work()
    work()
    begun = time.process_time()
    for _ in range(REPEATS):
        work()
    return 1000 * (time.process_time() - begun) / REPEATS


def row(size: int) -> list[float]:
    """A forward pass of `size` pictures, and a step of as many texts, per item."""
    rng = device.generator(0)
    names = ("rotation/photos", "masked/photos", "gpt2/novels")
    models: list[Any] = [checkpoints.load(name).model for name in names]
    rotation, masked, gpt2 = models
    turned = torch.rand(size, 3, 64, 64, generator=rng)
    config = masked.config
    hidden = torch.rand(size, 3, config.size, config.size, generator=rng)
    keep = pretext.random_keep(size, config.grid**2, 0.75, rng)
    newest = torch.randint(0, gpt2.config.vocabulary, (size,), generator=rng)
    text = torch.randint(0, gpt2.config.vocabulary, (1, TOKENS), generator=rng)
    caches = [gpt2(text, last_only=True).cache] * size
    works = (lambda: rotation(turned), lambda: masked(hidden, keep), lambda: next_together(gpt2, newest, caches))
    return [cost_ms(work) / size for work in works]


def main() -> None:
    """Print the table, and what restoring a sound costs."""
    torch.set_num_threads(1)
    print("| batch | rotation | masked | GPT-2, one token |\n|---|---|---|---|")
    with torch.inference_mode():
        for size in SIZES:
            print(f"| {size} | " + " | ".join(f"{cost:.1f}" for cost in row(size)) + " |")
    sound = audio.sound_path(bundled.sounds()[0].key)
    print(f"restoring a sound: {cost_ms(lambda: audio.restore(sound, 0.4, 0.1)):.0f} ms")


if __name__ == "__main__":
    main()

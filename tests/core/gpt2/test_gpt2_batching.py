"""Texts that share forward passes: the scores are those of each alone, and a failed batch harms no other text."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor

from core.device import generator
from core.gpt2 import batching
from core.gpt2.batching import Batches, Cache, Request, next_together
from core.gpt2.model import GPT2, Config, initialise

TINY = Config(vocabulary=41, context=32, width=24, layers=3, heads=4)
TEXTS = ([3, 1, 4], [2], [7, 1, 8, 2, 8, 1, 8], [5, 6])


@pytest.fixture(scope="module")
def model() -> GPT2:
    made = GPT2(TINY)
    initialise(made, generator(0))
    return made.eval()


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of texts of each batch."""
    found: list[int] = []

    def counted(model: GPT2, tokens: Tensor, caches: Sequence[Cache]) -> tuple[Tensor, list[Cache]]:
        found.append(len(tokens))
        return next_together(model, tokens, caches)

    monkeypatch.setattr(batching, "next_together", counted)
    return found


@torch.inference_mode()
def read(model: GPT2, text: Sequence[int]) -> tuple[Tensor, Cache]:
    output = model(torch.tensor([text]))
    return output.logits[0], output.cache


def step(token: int, cache: Cache) -> Request[Tensor]:
    return Request(torch.tensor([[token]]), cache, Tensor.clone)


def answers_at_once(batches: Batches, requests: Sequence[Request[Any]]) -> list[Any]:
    """Ask from as many threads, all of which wait before the first is answered."""
    with ThreadPoolExecutor(len(requests)) as pool:
        batches._busy = True
        futures = [pool.submit(batches.answer, request) for request in requests]
        waiting = threading.Event()
        while len(batches._waiting) < len(requests):
            waiting.wait(0.001)
        with batches._lock:
            batches._busy = False
            batches._done.notify_all()
        return [future.exception() or future.result() for future in futures]


@torch.inference_mode()
def test_scores_of_a_batch_are_those_of_each_text_alone(model: GPT2) -> None:
    newest = [text[-1] for text in TEXTS]
    caches = [read(model, [*text[:-1]] or [0])[1] for text in TEXTS]
    logits, grown = next_together(model, torch.tensor(newest), caches)
    for text, row, cache in zip(TEXTS, logits, grown, strict=True):
        alone, expected = read(model, text if len(text) > 1 else [0, *text])
        torch.testing.assert_close(row, alone[-1])
        torch.testing.assert_close(cache[-1].values, expected[-1].values)


def test_texts_that_wait_share_one_pass(model: GPT2, sizes: list[int]) -> None:
    requests = [step(9, read(model, text)[1]) for text in TEXTS]
    answers = answers_at_once(Batches(model), requests)
    assert sizes == [len(TEXTS)]
    for text, request, logits in zip(TEXTS, requests, answers, strict=True):
        torch.testing.assert_close(logits, read(model, [*text, 9])[0][-1])
        assert request.cache[0].keys.shape[2] == len(text) + 1


def test_beginnings_are_read_alone(model: GPT2, sizes: list[int]) -> None:
    beginnings = [Request(torch.tensor([text]), (), Tensor.clone) for text in TEXTS]
    answers = answers_at_once(Batches(model), beginnings)
    assert sizes == []
    for text, logits in zip(TEXTS, answers, strict=True):
        torch.testing.assert_close(logits, read(model, text)[0][-1])


def test_failed_batches_are_one_requests_error(model: GPT2, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_memory(*_: object) -> tuple[Tensor, list[Cache]]:
        monkeypatch.setattr(batching, "next_together", next_together)
        raise torch.OutOfMemoryError("too many")

    monkeypatch.setattr(batching, "next_together", out_of_memory)
    answers = answers_at_once(Batches(model), [step(9, read(model, text)[1]) for text in TEXTS])
    failed = [answer for answer in answers if isinstance(answer, torch.OutOfMemoryError)]
    assert len(failed) == 1
    for text, logits in zip(TEXTS, answers, strict=True):
        if not isinstance(logits, Exception):
            torch.testing.assert_close(logits, read(model, [*text, 9])[0][-1])


def test_long_queues_make_several_batches(model: GPT2, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MOST", 3)
    cache = read(model, [1, 2])[1]
    answers = answers_at_once(Batches(model), [step(token, cache) for token in range(7)])
    for token, logits in enumerate(answers):
        torch.testing.assert_close(logits, read(model, [1, 2, token])[0][-1])
    assert max(sizes) == 3


def test_texts_stay_together(model: GPT2, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that were answered together come again one after the other; the first must not go on alone."""
    monkeypatch.setattr(batching, "PATIENCE_S", 20.0)
    batches, caches = Batches(model), [read(model, text)[1] for text in TEXTS]

    def write(request: Request[Tensor]) -> None:
        for token in range(10):
            again = step(token, request.cache)
            batches.answer(again)
            request = again

    requests = [step(9, cache) for cache in caches]
    answers_at_once(batches, requests)
    with ThreadPoolExecutor(len(TEXTS)) as pool:
        list(pool.map(write, requests))
    assert sizes == [len(TEXTS)] * 11


def test_text_that_ends_is_not_waited_for_long(model: GPT2, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "PATIENCE_S", 0.01)
    batches, requests = Batches(model), [step(9, read(model, text)[1]) for text in TEXTS]
    answers_at_once(batches, requests)
    batches.answer(step(9, requests[0].cache))
    assert batches._last == 1

"""A text that grows: continue a prompt token by token, look at what else was likely, branch from there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core import device
from core.data.texts import label
from core.errors import InputError, whole, within
from core.gpt2 import sampling
from core.gpt2.models import NOVELS, Memory, Speaker, clean, spans, speaker

MAX_LENGTH = 300
SHOWN = 10  # alternatives


@dataclass(frozen=True)
class Settings:
    """How to continue: the model, how many tokens, and what the draw may choose from.

    Attributes:
        name: of the model.
        length: tokens to add, 1 to 300.
        temperature: 0 always takes the likeliest, 1 draws as the model says, 2 is close to noise.
        top_k: only the k likeliest tokens; 0 all.
        top_p: only the fewest tokens that together reach this share; 1 all.
        seed: of the draw; the same seed gives the same text.
    """

    name: str = NOVELS
    length: int = 80
    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Piece:
    """One or more tokens that make whole characters.

    Attributes:
        number: of its first token, 1 for the first of the text, or the first that the model added.
        text: to read.
        bits: of surprise, all its tokens together, as the model saw it before temperature and cuts.
    """

    number: int
    text: str
    bits: float


@dataclass(frozen=True)
class Continuation:
    """A prompt and what the model made of it so far.

    Attributes:
        settings: as asked.
        prompt: as the model read it.
        tokens: of the whole text, prompt first.
        given: how many of them are the prompt's.
        bits: of surprise at each token that the model added.
        pieces: what was added, to read; a character still incomplete is held back.
        ended: the model itself said that the text ends here.
    """

    settings: Settings
    prompt: str
    tokens: tuple[int, ...]
    given: int
    bits: tuple[float, ...] = ()
    pieces: tuple[Piece, ...] = ()
    ended: bool = False

    @property
    def text(self) -> str:
        """Prompt and continuation."""
        return self.prompt + "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Alternative:
    """A token that could stand at a place: its number, text (bytes as ‹E4›, "" for the end mark) and probability."""

    token: int
    text: str
    probability: float


@dataclass(frozen=True)
class Alternatives:
    """What else the model thought of at one place.

    Attributes:
        number: which added token stands there, 1 for the first.
        chosen: the token that was drawn.
        rank: of the chosen one, 1 for the likeliest.
        likeliest: the ten best, best first, before temperature and cuts.
    """

    number: int
    chosen: Alternative
    rank: int
    likeliest: tuple[Alternative, ...]


def check(settings: Settings) -> Settings:
    """Return settings with whole numbers made whole; raises InputError for one out of range."""
    return replace(
        settings,
        length=whole(settings.length, 1, MAX_LENGTH),
        temperature=within(settings.temperature, 0, 2),
        top_k=whole(settings.top_k, 0, 1000),
        top_p=within(settings.top_p, 0, 1),
        seed=whole(settings.seed, 0, 2**31 - 1),
    )


def continue_text(prompt: str | None, settings: Settings) -> Iterator[Continuation]:
    """Go on from a prompt, one token a step; the last one yielded is the finished text.

    Raises:
        InputError: nothing to go on from, too much of it, or a setting out of range.
    """
    asked, text = check(settings), clean(prompt)
    voice = speaker(asked.name)
    tokens = tuple(voice.vocabulary.encode(text))
    yield from _grow(voice, Continuation(asked, text, tokens, len(tokens)))


def branch(text: Continuation | None, number: float, token: float) -> Iterator[Continuation]:
    """Take another token at a place of a continuation and go on from there with the same settings.

    Args:
        text: as `continue_text` yielded it.
        number: which added token to replace, 1 for the first.
        token: the one to take, by its place in the vocabulary.

    Raises:
        InputError: no continuation yet, fewer tokens in it, or no such token.
    """
    text, at = _inside(text, number)
    voice = speaker(text.settings.name)
    taken = whole(token, 0, len(voice.vocabulary) - 1)
    added = at - text.given
    logits = Memory(voice).next_logits([voice.model.config.start, *text.tokens[:at]])
    bits = -float(logits.log_softmax(0)[taken]) / math.log(2)
    kept = replace(text, tokens=(*text.tokens[:at], taken), bits=(*text.bits[:added], bits), ended=False)
    yield from _grow(voice, kept)


def _grow(voice: Speaker, text: Continuation) -> Iterator[Continuation]:
    """Draw tokens until the asked length. The chance at a place hangs on seed and place, not on how one came there."""
    asked, memory = text.settings, Memory(voice)
    tokens, bits = list(text.tokens), list(text.bits)
    ended = len(tokens) > text.given and tokens[-1] == voice.vocabulary.end
    while not ended and len(tokens) < text.given + asked.length:
        yield _shown(voice, text, tokens, bits, finished=False)
        logits = memory.next_logits([voice.model.config.start, *tokens])
        shaped = sampling.shape(logits, temperature=asked.temperature, top_k=asked.top_k, top_p=asked.top_p)
        token = sampling.draw(shaped, device.generator(asked.seed, len(tokens)))
        tokens.append(token)
        bits.append(-float(logits.log_softmax(0)[token]) / math.log(2))
        ended = token == voice.vocabulary.end
    yield _shown(voice, text, tokens, bits, finished=True, ended=ended)


def _shown(
    voice: Speaker, text: Continuation, tokens: list[int], bits: list[float], *, finished: bool, ended: bool = False
) -> Continuation:
    groups = spans(tokens[text.given :], voice.vocabulary, finished=finished)
    pieces = [Piece(g.first + 1, g.text, sum(bits[g.first : g.last])) for g in groups]
    return replace(text, tokens=tuple(tokens), bits=tuple(bits), pieces=tuple(pieces), ended=ended)


def _inside(text: Continuation | None, number: float) -> tuple[Continuation, int]:
    """The continuation and the place in all its tokens of the added token of this number."""
    if text is None or not text.bits:
        raise InputError("Let the model continue a text first.")
    return text, text.given - 1 + whole(number, 1, len(text.bits))


def alternatives(text: Continuation | None, number: float) -> Alternatives:
    """The ten likeliest tokens where the model added one.

    Args:
        text: as `continue_text` yielded it.
        number: which added token, 1 for the first.

    Raises:
        InputError: no continuation yet, or fewer tokens in it.
    """
    text, at = _inside(text, number)
    voice = speaker(text.settings.name)
    probabilities = Memory(voice).next_logits([voice.model.config.start, *text.tokens[:at]]).softmax(0)  # (V,)
    _, best = probabilities.topk(min(SHOWN, len(probabilities)))

    def alternative(token: int) -> Alternative:
        return Alternative(token, label(token, voice.vocabulary), float(probabilities[token]))

    chosen = text.tokens[at]
    return Alternatives(
        number=at - text.given + 1,
        chosen=alternative(chosen),
        rank=1 + int((probabilities > probabilities[chosen]).sum()),
        likeliest=tuple(alternative(token) for token in best.tolist()),
    )

"""Continue a prompt token by token, show the alternatives of a token, branch from there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from torch import Tensor

from core import device
from core.data.texts import Vocabulary, label
from core.errors import InputError, whole, within
from core.gpt2 import sampling
from core.gpt2.models import NOVELS, CachedDecoder, LoadedModel, open_model, read, spans

MAX_LENGTH = 300
MAX_SEED = 2**31 - 1
SHOWN = 10  # alternatives per token


@dataclass(frozen=True)
class Settings:
    """How to continue: the model, how many tokens, and how each is sampled.

    Attributes:
        name: of the model.
        length: tokens to add, 1 to 300.
        temperature: 0 always takes the most likely token, 1 samples from the model's distribution, 2 is close to noise.
        top_k: sample from the k most likely tokens; 0 from all.
        top_p: sample from the fewest tokens whose probabilities add up to p; 1 from all.
        seed: of the sampling; the same seed gives the same text.
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
        number: of its first token, counted from 1 in the text, or in what the model added.
        text: as shown.
        bits: surprisal of all its tokens together, before temperature, top-k and top-p.
    """

    number: int
    text: str
    bits: float


@dataclass(frozen=True)
class Continuation:
    """A prompt and the text that the model added so far.

    Attributes:
        settings: as requested.
        prompt: as the model read it.
        tokens: of the whole text, prompt first.
        prompt_tokens: how many of them are the prompt's.
        vocabulary: gives the bytes of the tokens.
        converted: the prompt was converted to simplified Chinese characters.
        bits: surprisal of each token that the model added.
        finished: no token follows.
        ended: the model added the end-of-text token.
        begun: number of the added token from which the model wrote, counted from 1: the first, or where it branched.
        begun_logits: (V,) scores of the tokens that could stand there; None before they are known.
    """

    settings: Settings
    prompt: str
    tokens: tuple[int, ...]
    prompt_tokens: int
    vocabulary: Vocabulary = field(repr=False, compare=False)
    converted: bool = False
    bits: tuple[float, ...] = ()
    finished: bool = False
    ended: bool = False
    begun: int = 1
    begun_logits: Tensor | None = field(default=None, repr=False, compare=False)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The added text in whole characters; one that is still incomplete is held back until the text is finished.

        Grouped when it is first asked for: most texts of a stream are never shown.
        """
        groups = spans(self.tokens[self.prompt_tokens :], self.vocabulary, finished=self.finished)
        return tuple(Piece(g.first + 1, g.text, sum(self.bits[g.first : g.last])) for g in groups)

    @property
    def text(self) -> str:
        """Prompt and continuation."""
        return self.prompt + "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Alternative:
    """A token that may follow: its index, text (bytes as ‹E4›, "" for the end-of-text token) and probability."""

    token: int
    text: str
    probability: float


@dataclass(frozen=True)
class Alternatives:
    """The most likely tokens at one position.

    Attributes:
        number: of the added token there, counted from 1.
        chosen: the token that was sampled.
        rank: of the chosen token, 1 for the most likely.
        likeliest: the ten most likely, best first, before temperature, top-k and top-p.
    """

    number: int
    chosen: Alternative
    rank: int
    likeliest: tuple[Alternative, ...]


def check(settings: Settings) -> Settings:
    """Return the settings with whole numbers as int; raises InputError if one is out of range."""
    return replace(
        settings,
        length=whole(settings.length, 1, MAX_LENGTH),
        temperature=within(settings.temperature, 0, 2),
        top_k=whole(settings.top_k, 0, 1000),
        top_p=within(settings.top_p, 0, 1),
        seed=whole(settings.seed, 0, MAX_SEED),
    )


def continue_text(prompt: str | None, settings: Settings) -> Iterator[Continuation]:
    """Continue a prompt, one token per step; the last value yielded is the finished text.

    Raises:
        InputError: a prompt empty or too long, or a setting out of range.
    """
    checked = check(settings)
    loaded = open_model(checked.name)
    found = read(prompt, loaded)
    begun = Continuation(
        checked, found.text, found.tokens, len(found.tokens), loaded.vocabulary, converted=found.converted
    )
    yield from _extend(loaded, begun, CachedDecoder(loaded))


def branch(text: Continuation | None, number: float, token: float | None) -> Iterator[Continuation]:
    """Replace an added token by another and continue from there with the same settings.

    Args:
        text: as `continue_text` yielded it.
        number: of the added token to replace, counted from 1.
        token: its replacement, an index into the vocabulary.

    Raises:
        InputError: no continuation yet, fewer tokens in it, no token chosen, or no such token.
    """
    text, position = _locate(text, number)
    if token is None:
        raise InputError("Choose a token to take instead first.")
    loaded = open_model(text.settings.name)
    chosen = whole(token, 0, len(loaded.vocabulary) - 1)
    added = position - text.prompt_tokens
    decoder = CachedDecoder(loaded)
    logits = decoder.next_logits([loaded.model.config.start, *text.tokens[:position]])
    branched = replace(
        text,
        tokens=(*text.tokens[:position], chosen),
        bits=(*text.bits[:added], _surprisal(logits, chosen)),
        finished=False,
        ended=False,
        begun=added + 1,
        begun_logits=logits,
    )
    yield from _extend(loaded, branched, decoder)


def _extend(loaded: LoadedModel, text: Continuation, decoder: CachedDecoder) -> Iterator[Continuation]:
    """Sample tokens up to the requested length; the decoder may have read the text's beginning.

    The generator at a position depends on the seed and the position alone, so a branch repeats the same draws.
    """
    settings, begun_logits = text.settings, text.begun_logits
    tokens, bits = list(text.tokens), list(text.bits)
    ended = len(tokens) > text.prompt_tokens and tokens[-1] == loaded.vocabulary.end

    def draw(logits: Tensor) -> tuple[int, float, Tensor | None]:
        probabilities = sampling.shape(
            logits, temperature=settings.temperature, top_k=settings.top_k, top_p=settings.top_p
        )
        token = sampling.draw(probabilities, device.generator(settings.seed, len(tokens)))
        return token, _surprisal(logits, token), logits.clone() if begun_logits is None else None

    while not ended and len(tokens) < text.prompt_tokens + settings.length:
        yield replace(text, tokens=tuple(tokens), bits=tuple(bits), begun_logits=begun_logits)
        token, surprisal, first = decoder.choose_next([loaded.model.config.start, *tokens], draw)
        begun_logits = first if begun_logits is None else begun_logits
        tokens.append(token)
        bits.append(surprisal)
        ended = token == loaded.vocabulary.end
    yield replace(text, tokens=tuple(tokens), bits=tuple(bits), begun_logits=begun_logits, finished=True, ended=ended)


def _surprisal(logits: Tensor, token: int) -> float:
    """-log2 p of a token: logits (V,) to bits."""
    return -float(logits.log_softmax(0)[token]) / math.log(2)


def _locate(text: Continuation | None, number: float) -> tuple[Continuation, int]:
    """The continuation, and the index into its tokens of the added token with this number."""
    if text is None or not text.bits:
        raise InputError("There is no continued text here, or no longer. Let the model continue one first.")
    return text, text.prompt_tokens - 1 + whole(number, 1, len(text.bits))


def alternatives(text: Continuation | None, number: float) -> Alternatives:
    """The ten most likely tokens at the position of an added token.

    Args:
        text: as `continue_text` yielded it.
        number: of the added token, counted from 1.

    Raises:
        InputError: no continuation yet, or fewer tokens in it.
    """
    text, position = _locate(text, number)
    loaded = open_model(text.settings.name)
    number = position - text.prompt_tokens + 1
    logits = text.begun_logits if number == text.begun else None
    if logits is None:
        logits = CachedDecoder(loaded).next_logits([loaded.model.config.start, *text.tokens[:position]])
    probabilities = logits.softmax(0)  # (V,)
    _, best = probabilities.topk(min(SHOWN, len(probabilities)))

    def alternative(token: int) -> Alternative:
        return Alternative(token, label(token, loaded.vocabulary), float(probabilities[token]))

    chosen = text.tokens[position]
    return Alternatives(
        number=number,
        chosen=alternative(chosen),
        rank=1 + int((probabilities > probabilities[chosen]).sum()),
        likeliest=tuple(alternative(token) for token in best.tolist()),
    )

"""How many questions a session and a network address may ask: a bucket of tokens each.

A bucket holds the questions of one minute and fills again at that rate, so that a burst is answered and a flood is not.
A school lies behind one address: the bucket of an address has room for a hundred visitors who click at once.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import Scope

from core.errors import InputError

SESSION_PER_MINUTE = 300  # five per second: somebody who writes asks with every letter
ADDRESS_PER_MINUTE = 3000  # a hundred visitors, each every other second; the queue answers about as many
MOST_KEYS = 10_000  # buckets that are kept; an untouched one is full and needs no place


class Buckets:
    """A bucket for each key.

    Args:
        per_minute: tokens that flow into a bucket in a minute; 0 for no limit.
        most: that it holds; those of a minute unless given.
    """

    def __init__(self, per_minute: float, most: float | None = None) -> None:
        self.per_minute = per_minute
        self.most = per_minute if most is None else most
        self.levels: dict[str, tuple[float, float]] = {}  # key -> tokens, and when that was; the oldest first

    def wait(self, key: str, now: float | None = None) -> float:
        """Seconds until there is a token, 0 if there is one."""
        level = self._level(key, time.monotonic() if now is None else now)
        return 0.0 if level >= 1 else (1 - level) * 60 / self.per_minute

    def take(self, key: str, now: float | None = None) -> float:
        """`wait`, and take a token if there is one."""
        now = time.monotonic() if now is None else now
        wait_s = self.wait(key, now)
        if self.per_minute:
            level = self._level(key, now)
            self.levels.pop(key, None)  # what was used last stands last
            self.levels[key] = (level if wait_s else level - 1, now)
            while len(self.levels) > MOST_KEYS:
                del self.levels[next(iter(self.levels))]
        return wait_s

    def _level(self, key: str, now: float) -> float:
        level, at = self.levels.get(key, (self.most, now))
        return min(self.most, level + (now - at) * self.per_minute / 60) if self.per_minute else math.inf


@dataclass
class Limits:
    """The limits of one server.

    Attributes:
        sessions, addresses: their buckets.
        proxied: whether a proxy in front of the server names the visitor's address.
    """

    sessions: Buckets = field(default_factory=lambda: Buckets(SESSION_PER_MINUTE))
    addresses: Buckets = field(default_factory=lambda: Buckets(ADDRESS_PER_MINUTE))
    proxied: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Limits":
        """Read RATE_SESSION and RATE_ADDRESS (questions per minute, 0 for no limit) and PROXY."""
        session = float(environ.get("RATE_SESSION", SESSION_PER_MINUTE))
        address = float(environ.get("RATE_ADDRESS", ADDRESS_PER_MINUTE))
        return cls(Buckets(session), Buckets(address), environ.get("PROXY") == "1")

    def address(self, scope: Scope) -> str:
        """The network address that a request comes from.

        Behind a proxy it is the last one in X-Forwarded-For, which the proxy itself has added; those before it are
        whatever the visitor has sent.
        """
        client = scope.get("client")
        direct: str = client[0] if client else ""
        hops = ",".join(Headers(scope=scope).getlist("x-forwarded-for")) if self.proxied else ""
        return hops.rpartition(",")[2].strip()[:64] or direct

    def refusal(self, scope: Scope, session: str | None = None) -> InputError | None:
        """The sentence for one question too many, if it is; a call of a program has no session."""
        wait_s = self.sessions.take(session) if session else 0.0
        if wait_s:
            return InputError("You ask very fast. Try again in {seconds} seconds.", seconds=math.ceil(wait_s))
        wait_s = self.addresses.take(self.address(scope))
        if wait_s:
            return InputError(
                "Very many questions come from your network. Try again in {seconds} seconds.", seconds=math.ceil(wait_s)
            )
        return None

"""The rate limiter's rule: at most N admissions in any rolling window, and never fewer.

The recent admissions of a user stand in one Redis string, each as a stamp: its millisecond,
then six random digits that make it unlike any other. A request reads what it knows, appends its
own stamp and swaps the string only if nobody else has swapped it (`SET … IFEQ old`, or `NX` for
nobody's). A failed swap means that somebody else was admitted, so it looks again: after N failed
swaps the window is full, and the answer is exact either way.

Stamps are unique, so a swap whose answer was lost is recognised by its stamp: it counts once.
Stamps never run backwards: a process whose clock is behind takes the newest stamp's time.

Pure: `admit` yields Redis commands and is sent their replies. It does no I/O and reads no clock.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import NamedTuple

NONCES = 1_000_000  # stamps of one millisecond that differ

LASTS_MS = 5_000
"""A request may wait this long between its stamp and its swap. The key outlives the window by it,
or a swap that waited would find none, and know nothing of admissions that its stamp still meets."""

STAMP_DIGITS = 19  # thirteen of milliseconds, six of nonce

Command = tuple[str | int, ...]


class Rule(NamedTuple):
    """`limit` admissions in any `window_ms` milliseconds; `name` stands in keys and headers."""

    name: str
    limit: int
    window_ms: int = 60_000

    @property
    def kept_ms(self) -> int:
        """How long a stamp is kept."""
        return self.window_ms + LASTS_MS


class Decision(NamedTuple):
    """What the limiter said.

    Attributes:
        allowed: whether the request may go on.
        remaining: admissions left at this moment.
        reset_ms: until the oldest admission leaves the window and one more fits.
    """

    allowed: bool
    remaining: int
    reset_ms: int

    @property
    def reset_s(self) -> int:
        """`reset_ms` in whole seconds, rounded up: who waits this long is admitted."""
        return -(-self.reset_ms // 1000)


@dataclass(slots=True)
class Ledger:
    """What one process remembers of one user's admissions.

    Attributes:
        value: the string as last seen in Redis; None when absent or unknown.
        pending: stamps admitted while Redis was away, not known to be in the string.
    """

    value: str | None = None
    pending: set[int] = field(default_factory=set)


class Contended(Exception):  # noqa: N818 - a state, not a fault
    """More swaps failed than a window has places: the store is not keeping its word."""


def admit(
    rule: Rule, key: str, now_ms: int, nonce: int, ledger: Ledger
) -> Generator[Command, object, Decision]:
    """Decides one request: yields Redis commands, is sent their replies, returns the Decision.

    Args:
        rule: the limit.
        key: the user's Redis key for this limit.
        now_ms: this process's time.
        nonce: a random number below NONCES.
        ledger: updated with what was learnt, so that the next request guesses right.

    Raises:
        Contended: after limit + 2 failed swaps.
    """
    mine: int | None = None
    value = ledger.value
    if not any(stamp // NONCES > now_ms - rule.kept_ms for stamp in _stamps(value)):
        value = None  # what we remember has ended, and so, most likely, has the key
    for _ in range(rule.limit + 2):
        seen = _stamps(value)
        if mine in seen:  # our swap was applied; only its answer was lost
            return _allowed(rule, seen, mine)
        known = seen | ledger.pending
        at_ms = max([now_ms, *(stamp // NONCES for stamp in known)])
        window = {stamp for stamp in known if stamp // NONCES > at_ms - rule.window_ms}
        if len(window) >= rule.limit:
            return _refused(rule, window, now_ms)
        mine = at_ms * NONCES + nonce
        window.add(mine)
        new = ",".join(map(str, sorted(window)))
        lifetime_ms = at_ms - now_ms + rule.kept_ms
        condition: Command = ("NX",) if value is None else ("IFEQ", value)
        if (yield ("SET", key, new, *condition, "PX", lifetime_ms)):
            ledger.value = new
            ledger.pending -= window
            return _allowed(rule, window, mine)
        reply = yield ("GET", key)
        value = ledger.value = reply if isinstance(reply, str) else None
    raise Contended(key)


def admit_alone(rule: Rule, now_ms: int, nonce: int, ledger: Ledger) -> Decision:
    """Decides one request by what this process knows, while Redis is away."""
    known = _stamps(ledger.value) | ledger.pending
    at_ms = max([now_ms, *(stamp // NONCES for stamp in known)])
    window = {stamp for stamp in known if stamp // NONCES > at_ms - rule.window_ms}
    if len(window) >= rule.limit:
        return _refused(rule, window, now_ms)
    mine = at_ms * NONCES + nonce
    ledger.pending = {stamp for stamp in ledger.pending if stamp in window} | {mine}
    return _allowed(rule, window | {mine}, mine)


def headers(rule: Rule, decision: Decision) -> dict[str, str]:
    """Returns the response headers of draft-ietf-httpapi-ratelimit-headers-11."""
    fields = {
        "RateLimit-Policy": f'"{rule.name}";q={rule.limit};w={rule.window_ms // 1000}',
        "RateLimit": f'"{rule.name}";r={decision.remaining};t={decision.reset_s}',
    }
    if not decision.allowed:
        fields["Retry-After"] = str(decision.reset_s)
    return fields


def _stamps(value: str | None) -> set[int]:
    """Parses a stored string; what is no stamp is nobody's admission."""
    parts = (value or "").split(",")
    return {int(part) for part in parts if part.isdecimal() and len(part) <= STAMP_DIGITS}


def _allowed(rule: Rule, window: set[int], mine: int) -> Decision:
    reset_ms = min(window) // NONCES + rule.window_ms - mine // NONCES
    return Decision(allowed=True, remaining=max(0, rule.limit - len(window)), reset_ms=reset_ms)


def _refused(rule: Rule, window: set[int], now_ms: int) -> Decision:
    # With a limit lowered meanwhile, more stamps than places: wait for the one that frees a place.
    frees = sorted(window)[len(window) - rule.limit]
    reset_ms = frees // NONCES + rule.window_ms - now_ms
    return Decision(allowed=False, remaining=0, reset_ms=max(1, reset_ms))

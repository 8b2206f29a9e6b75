"""Random concurrent schedules of the rate limiter, and what is true of each.

Several processes decide requests of one user. Between any two Redis commands another request may
run and time may pass: each schedule picks the next step at random, on a real Valkey.
"""

import random
from collections.abc import Generator
from dataclasses import dataclass, field

from bench.engine import AgingValkey
from common.rate_limit import NONCES, Command, Decision, Ledger, Rule, admit

KEY = "limit:bench:user"
START_MS = 1_900_000_000_000


class Clock:
    """An injected clock in milliseconds."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        """Returns the time."""
        return self.ms


@dataclass
class Verdict:
    """What one schedule showed."""

    requests: int = 0
    admitted: int = 0
    commands: int = 0
    over_admissions: int = 0
    false_refusals: int = 0
    wrong_waits: int = 0


@dataclass
class _Request:
    steps: Generator[Command, object, Decision]
    started_ms: int
    before: int  # how many admissions there were when it began
    reply: object = None


@dataclass
class _Schedule:
    rule: Rule
    valkey: AgingValkey
    clock: Clock
    rng: random.Random
    ledgers: list[Ledger] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)

    def begin(self) -> _Request:
        ledger = self.rng.choice(self.ledgers)
        if self.rng.random() < 0.1:  # a cold start
            ledger.value = None
        nonce = self.rng.randrange(NONCES)
        self.verdict.requests += 1
        steps = admit(self.rule, KEY, self.clock(), nonce, ledger)
        return _Request(steps, self.clock(), len(self.stamps))

    def step(self, request: _Request) -> bool:
        """Runs one request up to its next command; True when it is decided."""
        try:
            command = request.steps.send(request.reply)
        except StopIteration as end:
            self._judge(request, end.value)
            return True
        request.reply = self.valkey.execute(*command)
        if command[0] == "SET" and request.reply:
            self.stamps.append(max(int(s) for s in str(command[2]).split(",")) // NONCES)
        return False

    def _judge(self, request: _Request, decision: Decision) -> None:
        if decision.allowed:
            self.verdict.admitted += 1
            return
        # Right if it was right at any moment since it began: others may be admitted before it says.
        windows = [
            window
            for count in range(request.before, len(self.stamps) + 1)
            if len(window := self._window(request.started_ms, count)) >= self.rule.limit
        ]
        if not windows:
            self.verdict.false_refusals += 1
            return
        admitted_at = request.started_ms + decision.reset_s * 1000
        if not any(
            sum(stamp > admitted_at - self.rule.window_ms for stamp in window) < self.rule.limit
            for window in windows
        ):
            self.verdict.wrong_waits += 1

    def _window(self, now_ms: int, count: int) -> list[int]:
        """Returns those of the first `count` admissions that stand in the window."""
        stamps = self.stamps[:count]
        at_ms = max([now_ms, *stamps])
        return [stamp for stamp in stamps if stamp > at_ms - self.rule.window_ms]


def run(rng: random.Random, valkey: AgingValkey, clock: Clock, rule: Rule) -> Verdict:
    """Runs one random schedule from an empty Valkey and judges it."""
    valkey.flush()
    schedule = _Schedule(rule, valkey, clock, rng)
    schedule.ledgers = [Ledger() for _ in range(rng.randint(1, 4))]
    running: list[_Request] = []
    left = rng.randint(5, 40)
    while left or running:
        if left and (not running or rng.random() < 0.4):
            running.append(schedule.begin())
            left -= 1
        request = rng.choice(running)
        if schedule.step(request):
            running.remove(request)
        if not running and rng.random() < 0.3:
            clock.ms += rng.choice([1, 10, rule.window_ms // 5, rule.window_ms, rule.window_ms * 3])
        elif rng.random() < 0.2:
            clock.ms += rng.randint(0, 5)
    ordered = sorted(schedule.stamps)
    for first, last in zip(ordered, ordered[rule.limit :], strict=False):
        if last - first < rule.window_ms:
            schedule.verdict.over_admissions += 1
    schedule.verdict.commands = valkey.commands
    clock.ms += rule.window_ms * 10
    return schedule.verdict

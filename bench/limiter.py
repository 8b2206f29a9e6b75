"""The rate limiter: exact under random concurrency, and what it costs beside `upstash_ratelimit`.

Exactness: thousands of random schedules on a real Valkey (bench/limiter_schedules.py).
Cost and behaviour at a window's edge: ours and the package's, both through HTTP against the
stand-in of Upstash, both by the real clock. The package is given what it asks for: its own client,
its own scripts. An admission counts as one too many, and a refusal as false, only where no timing
of the commands between request and answer could excuse it.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from upstash_ratelimit.asyncio import FixedWindow, Ratelimit, SlidingWindow, TokenBucket
from upstash_ratelimit.limiter import Limiter as Window
from upstash_redis.asyncio import Redis

from bench import limiter_schedules
from bench.engine import AgingValkey
from bench.limiter_schedules import Clock, Verdict
from bench.report import Report, progress
from bench.stack import Stack, environment
from common import limits, memory
from common.rate_limit import Rule
from local import valkey

SEED = 1
LIMIT = 10
LONG_MS = 60_000
SHORT_MS = 2_000
BURST = LIMIT + 2
EDGE = (0.97, 1.04, 1.94, 4.02, 5.06, 6.95, 7.04)
"""When a burst begins, in windows: around the edges, where windows that start over go wrong."""

Check = Callable[[str], Awaitable[bool]]


def run(schedules: int = 5_000) -> Report:
    """Runs `schedules` random schedules, then the comparison."""
    report = Report("limiter")
    _add_schedules(report, schedules)
    with Stack() as stack:
        stack.start_upstash()
        with environment(stack.settings):
            asyncio.run(_compare(report, stack))
    return report


def _add_schedules(report: Report, schedules: int) -> None:
    rng, clock, total = random.Random(SEED), Clock(), Verdict()
    with valkey.running() as port:
        engine = AgingValkey(port, clock)
        for done in range(1, schedules + 1):
            rule = Rule("bench", rng.randint(1, 8), rng.choice([200, 1_000, LONG_MS]))
            verdict = limiter_schedules.run(rng, engine, clock, rule)
            for name, value in asdict(verdict).items():
                setattr(total, name, getattr(total, name) + value)
            if done % 500 == 0:
                progress(f"limiter: {done} of {schedules} schedules")
        engine.close()
    report.add("schedules", schedules, "1 to 4 processes, cold starts, time passing in between")
    report.add("requests", total.requests, f"{total.admitted:,} of them admitted")
    report.add("over_admissions", total.over_admissions, at_most=0)
    report.add("false_refusals", total.false_refusals, at_most=0)
    report.add("wrong_waits", total.wrong_waits, "told to wait for too short", at_most=0)


@dataclass(frozen=True, slots=True)
class Limiter:
    """One way to limit: makes a check for LIMIT in a window of so many milliseconds."""

    name: str
    check: Callable[[int], Check]


async def _compare(report: Report, stack: Stack) -> None:
    url, token = (stack.settings[f"UPSTASH_REDIS_REST_{name}"] for name in ("URL", "TOKEN"))
    async with Redis(url, token, rest_retries=0, allow_telemetry=False) as redis:
        limiters = [
            Limiter("ours", _ours),
            Limiter("sliding", _theirs(redis, lambda ms: SlidingWindow(LIMIT, ms, "ms"))),
            Limiter("fixed", _theirs(redis, lambda ms: FixedWindow(LIMIT, ms, "ms"))),
            Limiter("bucket", _theirs(redis, lambda ms: TokenBucket(LIMIT, LIMIT, ms, "ms"))),
        ]
        for limiter in limiters:
            progress(f"limiter: what {limiter.name} costs")
            for case, commands in (await _cost(limiter, stack)).items():
                bar = _COST_BARS[case] if limiter.name == "ours" else None
                note = _COST_NOTES[case] if limiter.name == "ours" else ""
                report.add(f"{limiter.name}_{case}", commands, note, at_most=bar)
        await _add_edges(report, limiters, stack)


_COST_BARS = {"first": 1, "next": 1, "next_cold": 3, "refused_cold": 2, "refused_again": 0}
_COST_NOTES = {
    "first": "billed commands of a user's first check",
    "next": "of the next one in the same process",
    "next_cold": "of the next one in a process that has just started",
    "refused_cold": "of a refusal there",
    "refused_again": "of one more refusal in that process",
}


async def _cost(limiter: Limiter, stack: Stack) -> dict[str, int]:
    check = limiter.check(LONG_MS)

    async def billed(*, cold: bool, allowed: bool) -> int:
        if cold:
            memory.forget_everything()
        before = stack.billed()
        assert await check(limiter.name) is allowed
        return stack.billed() - before

    costs = {
        "first": await billed(cold=True, allowed=True),
        "next": await billed(cold=False, allowed=True),
        "next_cold": await billed(cold=True, allowed=True),
    }
    for _ in range(LIMIT - 3):
        await check(limiter.name)
    return costs | {
        "refused_cold": await billed(cold=True, allowed=False),
        "refused_again": await billed(cold=False, allowed=False),
    }


async def _add_edges(report: Report, limiters: list[Limiter], stack: Stack) -> None:
    """Lets each limiter see the same bursts, one limiter after another."""
    for limiter in limiters:
        progress(f"limiter: bursts at the edges of {limiter.name}'s windows")
        memory.forget_everything()
        before = stack.billed()
        seen = await _bursts(limiter.check(SHORT_MS))
        spent = stack.billed() - before
        ours = 0 if limiter.name == "ours" else None
        over, false = over_admissions(seen, SHORT_MS), false_refusals(seen, SHORT_MS)
        note = f"in {len(EDGE)} bursts of {BURST} at a limit of {LIMIT}"
        report.add(f"{limiter.name}_edge_over", over, note, at_most=ours)
        report.add(f"{limiter.name}_edge_false", false, at_most=ours)
        report.add(f"{limiter.name}_edge_commands", spent)


@dataclass(frozen=True, slots=True)
class Seen:
    """One check as its caller saw it; times in milliseconds since the epoch."""

    sent_ms: float
    answered_ms: float
    allowed: bool


async def _bursts(check: Check) -> list[Seen]:
    """Sends the bursts of EDGE, counted from a window's beginning by the real clock."""
    start_ms = (_now_ms() // SHORT_MS + 1) * SHORT_MS
    seen = []
    for at in EDGE:
        await asyncio.sleep(max(0.0, start_ms + at * SHORT_MS - _now_ms()) / 1000)
        for _ in range(BURST):
            sent_ms = _now_ms()
            allowed = await check("edge")
            seen.append(Seen(sent_ms, _now_ms(), allowed))
    return seen


def over_admissions(seen: list[Seen], window_ms: int) -> int:
    """Counts admissions that came while LIMIT others surely stood in the rolling window."""
    admitted = [check for check in seen if check.allowed]
    return sum(
        last.answered_ms - first.sent_ms < window_ms
        for first, last in zip(admitted, admitted[LIMIT:], strict=False)
    )


def false_refusals(seen: list[Seen], window_ms: int) -> int:
    """Counts refusals that came while surely fewer than LIMIT stood in the rolling window."""
    admitted = [check for check in seen if check.allowed]
    return sum(
        sum(refused.sent_ms - window_ms < a.answered_ms <= refused.answered_ms for a in admitted)
        < LIMIT
        for refused in seen
        if not refused.allowed
    )


def _ours(window_ms: int) -> Check:
    rule = Rule("bench", LIMIT, window_ms)

    async def check(user: str) -> bool:
        return (await limits.check(rule, f"{user}-{window_ms}")).allowed

    return check


def _theirs(redis: Redis, window: Callable[[int], Window]) -> Callable[[int], Check]:
    def make(window_ms: int) -> Check:
        ratelimit = Ratelimit(redis, window(window_ms), prefix=f"{window_ms}-{id(window)}")

        async def check(user: str) -> bool:
            return bool((await ratelimit.limit(user)).allowed)

        return check

    return make


def _now_ms() -> float:
    return time.time_ns() / 1e6

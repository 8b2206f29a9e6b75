"""What the day of bench/evening.py spends, measured while it is lived through (bench/replay.py).

The real endpoints answer, Redis is a real Valkey; counted on the way are billed commands and their
bytes, log lines as they are written, what is broadcast, RPCs, LiveKit calls and the handlers' time.
"""

import asyncio
import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from unittest import mock

from bench.engine import AgingValkey
from bench.evening import EVENING_MS, MEMBERS, MINUTE_MS
from bench.replay import BEGINS_MS, Day, Shown
from common import log, realtime

HOUR_MS = 60 * MINUTE_MS
LINE_OVERHEAD = 26
"""Bytes that CloudWatch Logs adds to each line."""


@dataclass(frozen=True, slots=True)
class Spends:
    """A day of `users` people.

    Attributes:
        commands: billed ones, one warm process answering everything.
        commands_cold: the same where every request meets a process that remembers nothing.
        redis_bytes: commands and replies.
        log_bytes: of our own lines, with CloudWatch's overhead; those of a request that only had
            its limit checked are taken to be as long as a read's.
        handler_ms: of a request, on this machine, vendors next door; the mean.
        peak_hour: the busiest hour's share of the day.
        participants: in voice at once, the mean of the busiest hour.
    """

    users: int
    webhooks: int
    reads: int
    checks: int
    messages: int
    reconciles: int
    commands: int
    commands_cold: int
    redis_bytes: int
    log_bytes: float
    handler_ms: float
    rpcs: int
    broadcasts: int
    broadcast_bytes: int
    livekit_calls: int
    participant_minutes: float
    participants: float
    peak_hour: float

    @property
    def requests(self) -> int:
        """How often our functions are invoked."""
        return self.webhooks + self.reads + self.checks + self.reconciles


class Weighing(AgingValkey):
    """A Valkey that also notes the bytes of commands and replies."""

    weighed = 0

    def execute(self, *command: str | int) -> Any:
        """Runs one command."""
        reply = super().execute(*command)
        self.weighed += len(json.dumps([command, reply], default=str).encode())
        return reply


class Meter(Day):
    """A day that also notes what plans charge for.

    Attributes:
        noted: counts and bytes, by what they are of.
        handler_ms: of each request.
        times_ms: when each request came.
    """

    engine: Weighing

    def __post_init__(self) -> None:
        """Starts at zero."""
        super().__post_init__()
        self.noted: Counter[str] = Counter()
        self.handler_ms: list[float] = []
        self.times_ms: list[int] = []
        self._purpose = ""

    @contextmanager
    def _spending(self, purpose: str) -> Iterator[None]:
        self.times_ms.append(self.now_ms)
        self.noted[purpose] += 1
        before, self._purpose = self._purpose, purpose
        with super()._spending(purpose):
            yield
        self._purpose = before

    async def _check(self, person: str, limit: str) -> None:
        self.noted["messages"] += limit == "messages"
        await super()._check(person, limit)

    async def rpc(
        self, function: str, _arguments: object, *, read: Callable[[Any], Any], **_: object
    ) -> Any:
        """Counts every one."""
        self.noted["rpcs"] += 1
        return await super().rpc(function, _arguments, read=read)

    def log(self, name: str, *, level: int = logging.INFO, **fields: Any) -> None:
        """Stands in for common.log.event: the line is measured and not written."""
        fields.pop("error", None)
        record = logging.LogRecord("sangha", level, "", 0, name, None, None)
        record.fields = fields
        size = len(log.JsonLines().format(record).encode()) + LINE_OVERHEAD
        self.noted["log bytes"] += size
        self.noted[f"log bytes of {self._purpose}"] += size
        if name == "request":
            self.handler_ms.append(fields["ms"])

    async def broadcast(self, event: str, said: Iterable[tuple[str, dict[str, Any]]]) -> bool:
        """Stands in for common.realtime.broadcast."""
        for topic, payload in said:
            self.noted["broadcasts"] += 1
            self.noted["broadcast bytes"] += len(json.dumps([topic, event, payload]).encode())
        return True


def measure(port: int, seed: int = 0) -> Spends:
    """Lives through a day twice, warm and cold, on the Valkey at `port`."""
    warm, cold = _live(port, seed, cold=False), _live(port, seed, cold=True)
    counted, noted = warm.counted, warm.noted
    minutes, at_peak = _voice(warm.history)
    read_line = noted["log bytes of reads"] / counted["reads"]
    return Spends(
        users=len(MEMBERS),
        webhooks=counted["events"],
        reads=counted["reads"],
        checks=counted["checks"],
        messages=noted["messages"],
        reconciles=noted["reconciles"] + noted["scheduled reconciles"],
        commands=warm.engine.commands,
        commands_cold=cold.engine.commands,
        redis_bytes=warm.engine.weighed,
        log_bytes=noted["log bytes"] + read_line * counted["checks"],
        handler_ms=sum(warm.handler_ms) / len(warm.handler_ms),
        rpcs=noted["rpcs"],
        broadcasts=noted["broadcasts"],
        broadcast_bytes=noted["broadcast bytes"],
        livekit_calls=warm.calls.total(),
        participant_minutes=minutes,
        participants=at_peak,
        peak_hour=_busiest_hour([(at_ms, at_ms + 1, 1) for at_ms in warm.times_ms])
        / len(warm.times_ms),
    )


def _live(port: int, seed: int, *, cold: bool) -> Meter:
    days: list[Meter] = []
    engine = Weighing(port, lambda: days[0].now_ms if days else BEGINS_MS)
    engine.flush()
    days.append(Meter(engine, random.Random(seed), cold))
    day = days[0]
    with (
        day.installed(),
        mock.patch.object(log, "event", day.log),
        mock.patch.object(realtime, "broadcast", day.broadcast),
    ):
        asyncio.run(day.run())
    engine.close()
    return day


def _voice(history: list[tuple[int, Shown]]) -> tuple[float, float]:
    """Returns participant minutes, and how many were in voice in the busiest hour, the mean."""
    spans = [(since, until, len(here)) for (since, here), (until, _) in pairwise(history)]
    total = sum((until - since) * people for since, until, people in spans)
    return total / MINUTE_MS, _busiest_hour(spans) / HOUR_MS


def _busiest_hour(spans: list[tuple[int, int, int]]) -> int:
    """Returns the greatest sum of (milliseconds x weight) in any hour that begins at a tenth."""
    return max(
        sum(
            max(0, min(until, start + HOUR_MS) - max(since, start)) * weight
            for since, until, weight in spans
        )
        for start in range(BEGINS_MS, BEGINS_MS + EVENING_MS, HOUR_MS // 10)
    )

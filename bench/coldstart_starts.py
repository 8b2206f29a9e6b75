"""Starts of functions under Lambda's runtime client: what each took, beside a hello world's."""

import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.coldstart_artifacts import HELLO
from bench.report import percentile
from deploy.interpreter import Interpreter
from local.lambdas import environment

WARM = 200
EVERY = 3
"""Around so many starts comes one of hello's: machines have moods."""


@dataclass(slots=True)
class Start:
    """What was measured of a function; lists have an entry a start, milliseconds."""

    inits_ms: list[float] = field(default_factory=list)
    firsts_ms: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    """Init and first request to the mean of hello's before and after."""
    warm_ms: float = 0
    """A later request, from event to answer: p50 of WARM."""
    warm_own_ms: float = 0
    """The same without what it waited for vendors, their clients' work included: p50."""
    memory_mb: float = 0

    @property
    def init_ms(self) -> float:
        """The median init."""
        return statistics.median(self.inits_ms)

    @property
    def first_ms(self) -> float:
        """The median first request."""
        return statistics.median(self.firsts_ms)


class Bench:
    """Starts functions, and keeps what it saw."""

    def __init__(
        self,
        python: Interpreter,
        tasks: Mapping[str, Path],
        environ: Mapping[str, str],
        requests: Mapping[str, Callable[[], dict[str, Any]]],
        handlers: Mapping[str, str],
    ) -> None:
        self.starts: dict[str, Start] = {name: Start() for name in tasks}
        self._python, self._tasks = python, tasks
        self._environ, self._requests = environ, requests
        self._handlers = handlers

    def round(self, names: list[str], *, counted: bool, warm: bool) -> None:
        """Starts each once, and hello around every few."""
        before = self.start(HELLO, counted=counted, warm=warm)
        for number in range(0, len(names), EVERY):
            few = names[number : number + EVERY]
            totals = {name: self.start(name, counted=counted, warm=warm) for name in few}
            after = self.start(HELLO, counted=counted, warm=False)
            if counted:
                for name, total in totals.items():
                    self.starts[name].ratios.append(2 * total / (before + after))
            before = after

    def start(self, name: str, *, counted: bool, warm: bool) -> float:
        """Returns the milliseconds of init and first request."""
        make, start = self._requests[name], self.starts[name]
        environ = {} if name == HELLO else self._environ
        with environment.started(
            self._tasks[name], self._handlers[name], self._python, environ
        ) as function:
            first = function.measure(make())
            if first.payload["statusCode"] >= 300:
                raise RuntimeError(f"{name} answered {first.payload}: {function.log()}")
            init_ms, first_ms = function.init_s * 1000, first.seconds * 1000
            if counted:
                start.inits_ms.append(init_ms)
                start.firsts_ms.append(first_ms)
            if warm:
                start.memory_mb = function.memory_mb()
                prepared = [make() for _ in range(10)] if name != "livekit-webhook" else [make()]
                answers = [function.measure(prepared[n % len(prepared)]) for n in range(WARM)]
                took = [answer.seconds * 1000 for answer in answers]
                start.warm_ms = percentile(took, 50)
                waited = _waited_ms(function.log())[-WARM:] or [0.0] * WARM
                start.warm_own_ms = percentile(
                    [all_ms - vendors_ms for all_ms, vendors_ms in zip(took, waited, strict=True)],
                    50,
                )
        return init_ms + first_ms


def _waited_ms(log: str) -> list[float]:
    """Returns what each request waited for vendors, by the function's own log."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["waited_ms"] for line in lines if line["event"] == "request"]

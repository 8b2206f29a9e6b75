"""Starts of functions under Lambda's runtime client: what each took, beside a hello world's."""

import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.coldstart_artifacts import HELLO
from bench.coldstart_scene import Scene
from bench.report import percentile
from deploy.interpreter import Interpreter
from local.lambdas import environment
from local.lambdas.environment import Environment

WARM = 50
"""So many requests a person may make in a minute, by most limits."""
EVERY = 3
"""Around so many starts comes one of hello's: machines have moods."""


@dataclass(slots=True)
class Start:
    """What was measured of a function; lists have an entry a start, milliseconds."""

    inits_ms: list[float] = field(default_factory=list)
    firsts_ms: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    """Init and first request to the mean of hello's before and after."""
    warms_ms: list[float] = field(default_factory=list)
    """A later request, from event to answer: p50 of WARM."""
    owns_ms: list[float] = field(default_factory=list)
    """The same without what it waited for vendors, their clients' work included: p50."""
    own_ratios: list[float] = field(default_factory=list)
    """`owns_ms` to the mean of hello's before and after."""
    memory_mb: float = 0

    @property
    def init_ms(self) -> float:
        """The median init."""
        return statistics.median(self.inits_ms)

    @property
    def first_ms(self) -> float:
        """The median first request."""
        return statistics.median(self.firsts_ms)

    @property
    def warm_ms(self) -> float:
        """The median of later requests."""
        return statistics.median(self.warms_ms)


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one start: init and first request together; a later one, our own part."""

    total_ms: float
    own_ms: float


class Bench:
    """Starts functions, and keeps what it saw.

    Args:
        python: Lambda's.
        tasks: name → its unzipped artifact; hello's among them.
        scene: the stack, and requests that are answered with a success.
        environ: variables of each function but hello.
        requests: name → what makes its event.
        handlers: name → its handler.
    """

    def __init__(
        self,
        *,
        python: Interpreter,
        tasks: Mapping[str, Path],
        scene: Scene,
        environ: Mapping[str, str],
        requests: Mapping[str, Callable[[], dict[str, Any]]],
        handlers: Mapping[str, str],
    ) -> None:
        self.starts: dict[str, Start] = {name: Start() for name in tasks}
        self._python, self._tasks, self._scene = python, tasks, scene
        self._environ, self._requests = environ, requests
        self._handlers = handlers

    def round(self, names: list[str], *, counted: bool, warm: bool) -> None:
        """Starts each once, and hello around every few."""
        before = self.start(HELLO, counted=counted, warm=warm)
        for number in range(0, len(names), EVERY):
            few = names[number : number + EVERY]
            took = {name: self.start(name, counted=counted, warm=warm) for name in few}
            after = self.start(HELLO, counted=counted, warm=warm)
            for name, mine in took.items() if counted else ():
                start = self.starts[name]
                start.ratios.append(2 * mine.total_ms / (before.total_ms + after.total_ms))
                if warm:
                    start.own_ratios.append(2 * mine.own_ms / (before.own_ms + after.own_ms))
            before = after

    def start(self, name: str, *, counted: bool, warm: bool) -> Took:
        """Starts one, and asks it once; with `warm` WARM times more."""
        make, start = self._requests[name], self.starts[name]
        self._scene.forget_limits()
        environ = {} if name == HELLO else self._environ
        with environment.started(
            self._tasks[name], self._handlers[name], self._python, environ
        ) as function:
            first = function.measure(make())
            if first.payload["statusCode"] >= 300:
                raise RuntimeError(f"{name} answered {first.payload}: {function.log()}")
            init_ms, first_ms, own_ms = function.init_s * 1000, first.seconds * 1000, 0.0
            if counted:
                start.inits_ms.append(init_ms)
                start.firsts_ms.append(first_ms)
            if warm:
                start.memory_mb = function.memory_mb()
                own_ms = _ask_again(function, make, start)
        return Took(init_ms + first_ms, own_ms)


def _ask_again(function: Environment, make: Callable[[], dict[str, Any]], start: Start) -> float:
    """Measures later requests; returns the milliseconds of one that are our own."""
    event = make()
    took = [function.measure(event).seconds * 1000 for _ in range(WARM)]
    waited = _waited_ms(function.log())[-WARM:] or [0.0] * WARM
    owns = [all_ms - vendors_ms for all_ms, vendors_ms in zip(took, waited, strict=True)]
    start.warms_ms.append(percentile(took, 50))
    start.owns_ms.append(percentile(owns, 50))
    return start.owns_ms[-1]


def _waited_ms(log: str) -> list[float]:
    """Returns what each request waited for vendors, by the function's own log."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["waited_ms"] for line in lines if line["event"] == "request"]

"""Replays a day's requests through a deployment: what each person waits for.

Preflights: in front of one function an endpoint stands API Gateway, which answers them itself, so
they reach no function. Behind a function URL the all-in-one app answers them: a browser asks before
a person's first request of a kind, and again when the answer is 7,200 s old (the app's
Access-Control-Max-Age, and Chrome's own maximum); the person waits for both. GET /api/badges needs
none. LiveKit sends none.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.coldshare_environments import Lives, Pool
from bench.coldshare_timing import Timing
from bench.coldshare_trace import DAY_S, Arrival

APP = "app"
WARMING_S = 300.0
PREFLIGHT_S = 7_200.0
NO_PREFLIGHT = "badges"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the requests are sent to.

    Attributes:
        key: its name in figures.
        all_in_one: every request goes to one function, APP, which answers preflights too.
        warmed: functions that a schedule invokes every WARMING_S seconds, each once.
    """

    name: str
    key: str = ""
    all_in_one: bool = False
    warmed: tuple[str, ...] = ()


@dataclass(slots=True)
class Replayed:
    """A day as it went.

    Attributes:
        waits_s: what people waited for a request, its preflight included.
        people_cold: how many of `waits_s` met a cold start.
        opens_s: how long the app took to open: from its first request to its last answer.
        unwaited: requests that nobody waits for; `unwaited_cold` of them met a cold start.
        invocations: by kind (request, preflight, warming).
        cold: cold starts by function, those that warming met included.
    """

    waits_s: list[float] = field(default_factory=list)
    people_cold: int = 0
    opens_s: list[float] = field(default_factory=list)
    unwaited: int = 0
    unwaited_cold: int = 0
    invocations: Counter[str] = field(default_factory=Counter)
    cold: Counter[str] = field(default_factory=Counter)

    @property
    def people_cold_share(self) -> float:
        """The share of people's requests that met a cold start."""
        return self.people_cold / len(self.waits_s) if self.waits_s else 0

    def add(self, other: "Replayed") -> None:
        """Adds another day to this one."""
        self.waits_s += other.waits_s
        self.people_cold += other.people_cold
        self.opens_s += other.opens_s
        self.unwaited += other.unwaited
        self.unwaited_cold += other.unwaited_cold
        self.invocations += other.invocations
        self.cold += other.cold


def requests(arrivals: Sequence[Arrival]) -> int:
    """Returns how many requests there are, those that follow others included."""
    return sum(1 + len(arrival.then) for arrival in arrivals)


def replay(
    arrivals: Sequence[Arrival],
    deployment: Deployment,
    timing: Timing,
    lives: Lives,
    seed: int = 0,
) -> Replayed:
    """Returns how a day goes: `arrivals` in order of time."""
    return _Run(deployment, timing, lives, random.Random(f"environments/{seed}")).all(arrivals)


@dataclass(slots=True)
class _Task:
    """A request on its way, its preflight being asked first where it needs one."""

    arrival: Arrival
    kind: str = "request"
    met_cold: bool = False
    opening: "_Opening | None" = None


@dataclass(slots=True)
class _Opening:
    began_s: float
    left: int
    ends_s: float = 0


class _Run:
    def __init__(
        self, deployment: Deployment, timing: Timing, lives: Lives, rng: random.Random
    ) -> None:
        self.deployment = deployment
        self.timing = timing
        self.rng = rng
        self.pools: dict[str, Pool] = defaultdict(lambda: Pool(lives, rng))
        self.preflighted: dict[tuple[str, str], float] = {}
        self.queue: list[tuple[float, int, _Task]] = []
        self.planned = 0
        self.day = Replayed()

    def all(self, arrivals: Sequence[Arrival]) -> Replayed:
        for arrival in arrivals:
            self._plan(arrival.at_s, _Task(arrival))
        for function in self.deployment.warmed:
            first = self.rng.uniform(0, WARMING_S)
            for n in range(int(DAY_S / WARMING_S)):
                at_s = first + n * WARMING_S
                self._plan(at_s, _Task(Arrival(at_s, function), "warming"))
        while self.queue:
            at_s, _, task = heapq.heappop(self.queue)
            self._serve(at_s, task)
        return self.day

    def _plan(self, at_s: float, task: _Task) -> None:
        self.planned += 1
        heapq.heappush(self.queue, (at_s, self.planned, task))

    def _serve(self, at_s: float, task: _Task) -> None:
        if task.kind == "request" and self._needs_preflight(at_s, task.arrival):
            task.kind = "preflight"
        name = APP if self.deployment.all_in_one else task.arrival.function
        self.day.invocations[task.kind] += 1
        took = self.timing.of(task.arrival.function, task.kind, name)
        served = self.pools[name].serve(at_s, took.warm_s, took.cold_s)
        self.day.cold[name] += served.cold
        task.met_cold |= served.cold
        if task.kind == "preflight":
            task.kind = "request"
            self.preflighted[task.arrival.person, task.arrival.function] = at_s
            self._plan(served.done_s, task)
        elif task.kind == "request":
            self._answered(served.done_s, task)

    def _answered(self, at_s: float, task: _Task) -> None:
        arrival = task.arrival
        if not arrival.person:
            self.day.unwaited += 1
            self.day.unwaited_cold += task.met_cold
            return
        self.day.waits_s.append(at_s - arrival.at_s)
        self.day.people_cold += task.met_cold
        if arrival.then:
            opening = _Opening(arrival.at_s, len(arrival.then))
            for function in arrival.then:
                following = Arrival(at_s, function, arrival.person)
                self._plan(at_s, _Task(following, opening=opening))
        elif task.opening:
            opening = task.opening
            opening.left -= 1
            opening.ends_s = max(opening.ends_s, at_s)
            if not opening.left:
                self.day.opens_s.append(opening.ends_s - opening.began_s)

    def _needs_preflight(self, at_s: float, arrival: Arrival) -> bool:
        if not (self.deployment.all_in_one and arrival.person) or arrival.function == NO_PREFLIGHT:
            return False
        asked_s = self.preflighted.get((arrival.person, arrival.function))
        return asked_s is None or at_s - asked_s > PREFLIGHT_S

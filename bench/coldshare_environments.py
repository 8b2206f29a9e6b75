"""Lambda's execution environments: which request meets a warm one, and which a cold start.

An environment serves one request at a time. A request takes the idle one that was used last; where
none lives, a new one starts: it is busy for its init and the first request. An idle one dies when
its idle life is over, and every one when it is as old as AWS lets it become, as soon as it is idle.
AWS promises nothing of this, so the lives are parameters:

- idle: 5 to 7 minutes (https://mikhail.io/serverless/coldstarts/aws/intervals/, the newest
  published measurement found, undated, about 2021); exactly 10 minutes (the same author in August
  2019, https://mikhail.io/2019/08/aws-lambda-cold-starts-after-10-minutes/); 25 to 60 minutes (the
  same until June 2019; theburningmonk.com in 2017: 45 to 60).
- age: AWS's documentation says that environments end every few hours, busy or not
  (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
"""

import random
from dataclasses import dataclass, field
from operator import attrgetter

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Lives:
    """How long environments live, in seconds; an idle life is drawn between two ends."""

    name: str
    idle_s: tuple[float, float]
    age_s: float = 120 * MINUTE_S

    def draw(self, rng: random.Random) -> float:
        """Returns one idle life."""
        shortest, longest = self.idle_s
        return shortest if shortest == longest else rng.uniform(shortest, longest)


SHORT = Lives("idle 5 to 7 min", (5 * MINUTE_S, 7 * MINUTE_S))
TEN = Lives("idle 10 min", (10 * MINUTE_S, 10 * MINUTE_S))
LONG = Lives("idle 25 to 60 min", (25 * MINUTE_S, 60 * MINUTE_S))


@dataclass(frozen=True, slots=True)
class Served:
    """How one request was served: at what second it was done, and whether it met a cold start."""

    done_s: float
    cold: bool


@dataclass(slots=True)
class _Environment:
    born_s: float
    free_s: float  # since when it is idle, or until when it is busy
    dies_s: float


@dataclass(slots=True)
class Pool:
    """The environments of one function.

    Requests must come in the order of their times.
    """

    lives: Lives
    rng: random.Random
    started: int = 0
    _environments: list[_Environment] = field(default_factory=list)

    def serve(self, at_s: float, warm_s: float, cold_s: float) -> Served:
        """Serves a request that takes `warm_s` in a warm environment, `cold_s` in a new one."""
        self._environments = [e for e in self._environments if e.dies_s >= at_s]
        idle = [e for e in self._environments if e.free_s <= at_s]
        if idle:
            taken = max(idle, key=attrgetter("free_s"))
            done = at_s + warm_s
        else:
            taken = _Environment(at_s, at_s, at_s)
            self._environments.append(taken)
            self.started += 1
            done = at_s + cold_s
        taken.free_s = done
        too_old = max(done, taken.born_s + self.lives.age_s)
        taken.dies_s = min(done + self.lives.draw(self.rng), too_old)
        return Served(done, not idle)

"""Cold starts and preflights of a day, by the number of users: from the replays of coldshare.

How often environments start hangs little on how long that takes, so nominal starts do here.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from bench.coldshare_environments import SHORT
from bench.coldshare_replay import APP, Deployment, replay
from bench.coldshare_service import Service
from bench.coldshare_timing import Timing
from bench.coldshare_trace import draw

SIZES = (10, 30, 100, 300, 1_000)


@dataclass(frozen=True, slots=True)
class ColdDay:
    """Of one day, of a function each, the hot ones warmed.

    Attributes:
        starts: environments that started.
        secrets: SSM parameters that those had decrypted.
        preflights: what would reach functions behind function URLs, which have no other to answer.
        memory_gb: of the functions that requests meet, the mean.
    """

    starts: float
    secrets: float
    preflights: float
    memory_gb: float

    def times(self, factor: float) -> "ColdDay":
        """Returns so many such days."""
        return ColdDay(
            self.starts * factor, self.secrets * factor, self.preflights * factor, self.memory_gb
        )


@dataclass(frozen=True, slots=True)
class Nominal:
    """A start in milliseconds, as the facts have it."""

    init_ms: float = 350
    first_ms: float = 40
    warm_ms: float = 4


def measure(service: Service) -> dict[int, ColdDay]:
    """Returns a replayed day for each of SIZES."""
    return {size: _day(size, service) for size in SIZES}


def at(users: float, days: Mapping[int, ColdDay]) -> ColdDay:
    """Returns the day of so many users: between two sizes on a line, below the least its own.

    Beyond the greatest it grows in proportion, which is more than there will be: the more people
    come, the fewer environments are idle for long.
    """
    sizes = sorted(days)
    if users >= sizes[-1]:
        return days[sizes[-1]].times(users / sizes[-1])
    place = bisect_right(sizes, users)
    if place == 0:
        return days[sizes[0]]
    low, high = sizes[place - 1], sizes[place]
    share = (users - low) / (high - low)
    one, other = astuple(days[low]), astuple(days[high])
    return ColdDay(*(a + (b - a) * share for a, b in zip(one, other, strict=True)))


def _day(size: int, service: Service) -> ColdDay:
    arrivals = draw(size, seed=0)
    asked = [name for one in arrivals for name in (one.function, *one.then)]
    timing = Timing({name: Nominal() for name in (*asked, *service.warmed, APP)})
    each = replay(arrivals, Deployment("", warmed=service.warmed), timing, SHORT)
    app = replay(arrivals, Deployment("", all_in_one=True), timing, SHORT)
    return ColdDay(
        starts=each.cold.total(),
        secrets=sum(count * service.secrets[name] for name, count in each.cold.items()),
        preflights=app.invocations["preflight"],
        memory_gb=sum(service.memory_mb[name] for name in asked) / len(asked) / 1024,
    )

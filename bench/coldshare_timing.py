"""From starts measured on this machine to seconds on Lambda, by stated factors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

CPU_MB = 1_769
"""With so much memory a function has one whole CPU, with less a share of it (AWS says)."""


class Measured(Protocol):
    """What bench/coldstart.py measures of a function, milliseconds."""

    @property
    def init_ms(self) -> float:
        """From the process's start until it asks for its first event; the median."""

    @property
    def first_ms(self) -> float:
        """The first request, after the init; secrets and vendors next door; the median."""

    @property
    def warm_ms(self) -> float:
        """A later request, from event to answer, vendors next door; the median."""


Starts = Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that an invocation takes in a warm environment, and in a new one."""

    warm_s: float
    cold_s: float


@dataclass(frozen=True, slots=True)
class Timing:
    """How long invocations take on Lambda.

    Attributes:
        starts: as measured here, by function.
        memory_mb: of each function; one that isn't named has a whole CPU.
        slowdown: how many times longer our own work takes on one of Lambda's CPUs.
        boosted: whether an init has a whole CPU whatever the memory. Published inits of a hello
            world with 128 MB (maxday/lambda-perf: 77 to 85 ms) are 1.5 times ours, so it seems so;
            AWS's documentation does not say it.
        acquire_ms: until an environment is there and has the code; no init contains it.
        vendors_ms: of waiting for Redis and Supabase, in each request, on top of what those next
            door took: those are in what was measured, and slowed down with it.
        own_ms: what a warming invocation takes, or a preflight: both ask nobody.
    """

    starts: Starts
    memory_mb: Mapping[str, int] = field(default_factory=dict)
    slowdown: float = 1.5
    boosted: bool = True
    acquire_ms: float = 100
    vendors_ms: float = 40
    own_ms: float = 2

    def of(self, function: str, kind: str = "request", where: str = "") -> Took:
        """Returns how long a request of `function` takes, a preflight or a warming of it.

        Args:
            function: whose endpoint is asked.
            kind: request, preflight or warming.
            where: the function that it runs in, where that has more than this endpoint.
        """
        host, asked = self.starts[where or function], self.starts[function]
        work = self.slowdown * max(1, CPU_MB / self.memory_mb.get(where or function, CPU_MB))
        init_ms = self.acquire_ms + host.init_ms * (self.slowdown if self.boosted else work)
        if kind != "request":
            return Took(self.own_ms / 1000, (init_ms + self.own_ms) / 1000)
        warm_ms = self.vendors_ms + asked.warm_ms * work
        first_ms = self.vendors_ms + asked.first_ms * work
        return Took(warm_ms / 1000, (init_ms + first_ms) / 1000)

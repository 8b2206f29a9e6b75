"""What is metered, and the arithmetic of a price: tiers, begun units, steps."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, inf


class Item(StrEnum):
    """What a plan limits or charges: a month's sum, unless it says otherwise."""

    COMMANDS = "Redis commands"
    COMMANDS_PER_S = "Redis commands a second, peak"
    REDIS_GB = "Redis bandwidth, GB"
    REDIS_MB = "Redis data, MB"
    MONTHLY_USERS = "monthly active users"
    DATABASE_GB = "database after a year, GB"
    EGRESS_GB = "Supabase egress, GB"
    CONNECTIONS = "Realtime connections, peak"
    MESSAGES = "Realtime messages"
    MESSAGES_PER_S = "Realtime messages a second, peak"
    CORES = "database cores, peak"
    MINUTES = "participant minutes"
    PARTICIPANTS = "concurrent participants, peak"
    DOWNSTREAM_GB = "voice downstream, GB"
    LIVEKIT_CALLS = "LiveKit calls a minute, peak"
    INVOCATIONS = "Lambda requests"
    GB_SECONDS = "Lambda GB-seconds"
    CONCURRENT = "Lambda concurrency, peak"
    LOG_GB = "logs, GB"
    DECRYPTIONS = "KMS requests"
    OUT_GB = "AWS egress, GB"
    SCHEDULED = "scheduled invocations"
    HTTP_REQUESTS = "HTTP API requests"


@dataclass(frozen=True, slots=True)
class Metered:
    """A price by amount.

    Attributes:
        tiers: (up to this amount, dollars a unit), the cheapest amount first; free ones cost 0. The
            last tier's end is where there is no more to be had.
        unit: the amount that a price is for.
        whole_units: a begun unit is charged as a whole one.
        source: where it was read and of when that is, where the plan's own source isn't it.
    """

    tiers: tuple[tuple[float, float], ...]
    unit: float = 1
    whole_units: bool = False
    source: str = ""

    @property
    def included(self) -> float:
        """The amount up to which it costs nothing."""
        end, usd = self.tiers[0]
        return end if usd == 0 else 0

    @property
    def limit(self) -> float:
        """The amount beyond which there is no more."""
        return self.tiers[-1][0]

    def cost(self, amount: float) -> float:
        """Returns dollars; beyond the limit, what the last tier's price would make of it."""
        total, begins = 0.0, 0.0
        for end, usd in (*self.tiers[:-1], (inf, self.tiers[-1][1])):
            units = max(0.0, min(amount, end) - begins) / self.unit
            total += (ceil(units) if self.whole_units else units) * usd
            begins = end
        return total


class Steps:
    """A price by size: the smallest that suffices is taken."""

    def __init__(self, *steps: tuple[float, float]) -> None:
        self.steps = steps  # (up to this amount, dollars in all)
        self.source = ""

    @property
    def included(self) -> float:
        """The amount up to which it costs nothing."""
        return max((size for size, usd in self.steps if usd == 0), default=0)

    @property
    def limit(self) -> float:
        """The amount of the largest."""
        return self.steps[-1][0]

    def cost(self, amount: float) -> float:
        """Returns dollars; beyond the largest, those of as many of it as it takes."""
        for size, usd in self.steps:
            if amount <= size:
                return usd
        size, usd = self.steps[-1]
        return ceil(amount / size) * usd

"""From a measured day and the assumptions to what a month of so many users uses of each item."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.plans_assumptions import DAYS, Assumptions
from bench.plans_spends import Spends
from bench.plans_starts import ColdDay, at
from bench.plans_terms import Item

HOUR_S = 3_600
GB = 1e9
MB = 1e6

Usage = Mapping[Item, float]


@dataclass(frozen=True, slots=True)
class Growth:
    """What a month uses as more people come each day.

    Attributes:
        day: of one community, measured.
        cold_days: by the number of users.
        warmings: scheduled invocations a day, however many people come.
    """

    day: Spends
    cold_days: Mapping[int, ColdDay]
    warmings: float
    given: Assumptions = field(default_factory=Assumptions)

    def usage(self, users: float, *, preflights: bool = False) -> Usage:
        """Returns the amounts of a month with `users` people a day.

        With `preflights` our functions answer those too, as behind function URLs.
        """
        communities = users / self.day.users
        requests = communities * (self.day.requests + self._beside)
        return {
            **self._redis(users, communities, requests),
            **self._supabase(users, communities),
            **self._livekit(communities),
            **self._aws(users, requests, preflights=preflights),
        }

    @property
    def _beside(self) -> float:
        return self.day.reads * self.given.reads_beside

    @property
    def _request_s(self) -> float:
        return (self.given.vendors_ms + self.day.handler_ms * self.given.slowdown) / 1000

    def _a_second(self, a_day: float) -> float:
        """Returns how much of a day's amount there is in a second of the busiest hour."""
        return a_day * self.day.peak_hour / HOUR_S

    def _redis(self, users: float, communities: float, requests: float) -> Usage:
        """Commands stand between the two measured days.

        With n requests at work at once in the busiest hour, a request is taken to meet the process
        that served its user last once in 1 + n times.
        """
        day, given = self.day, self.given
        at_once = self._a_second(requests) * self._request_s
        elsewhere = at_once / (1 + at_once)
        commands = communities * (day.commands + (day.commands_cold - day.commands) * elsewhere)
        bytes_each = day.redis_bytes / day.commands + given.redis_headers_bytes
        return {
            Item.COMMANDS: commands * DAYS,
            Item.COMMANDS_PER_S: self._a_second(commands),
            Item.REDIS_GB: commands * bytes_each * DAYS / GB,
            Item.REDIS_MB: users * given.online * given.redis_bytes_online / MB,
        }

    def _supabase(self, users: float, communities: float) -> Usage:
        day, given = self.day, self.given
        rpcs = communities * (day.rpcs + self._beside + day.checks)
        pushes = day.broadcasts + day.messages
        messages = communities * pushes * (1 + given.listeners)
        payloads = day.broadcast_bytes + day.messages * given.message_payload_bytes
        pushed_bytes = communities * given.listeners * (payloads + pushes * given.frame_bytes)
        stored = users * given.monthly_per_daily * given.account_bytes
        stored += communities * day.messages * given.message_bytes * DAYS * given.months_kept
        return {
            Item.MONTHLY_USERS: users * given.monthly_per_daily,
            Item.DATABASE_GB: stored / GB,
            Item.EGRESS_GB: (rpcs * given.rpc_answer_bytes + pushed_bytes) * DAYS / GB,
            Item.CONNECTIONS: users * given.online,
            Item.MESSAGES: messages * DAYS,
            Item.MESSAGES_PER_S: self._a_second(messages),
            Item.CORES: self._a_second(rpcs) * given.rpc_core_ms / 1000,
        }

    def _livekit(self, communities: float) -> Usage:
        minutes = communities * self.day.participant_minutes * DAYS
        return {
            Item.MINUTES: minutes,
            Item.PARTICIPANTS: communities * self.day.participants,
            Item.DOWNSTREAM_GB: minutes * 60 * self.given.voice_kbps * 1000 / 8 / GB,
            Item.LIVEKIT_CALLS: self._a_second(communities * self.day.livekit_calls) * 60,
        }

    def _aws(self, users: float, requests: float, *, preflights: bool) -> Usage:
        day, given, cold = self.day, self.given, at(users, self.cold_days)
        invocations = requests + self.warmings + (cold.preflights if preflights else 0)
        warming_s = self.warmings * given.warming_ms / 1000
        billed_s = requests * self._request_s + cold.starts * given.init_ms / 1000 + warming_s
        log_bytes = requests * day.log_bytes / day.requests + invocations * given.platform_bytes
        return {
            Item.INVOCATIONS: invocations * DAYS,
            Item.GB_SECONDS: billed_s * cold.memory_gb * DAYS,
            Item.CONCURRENT: self._a_second(requests) * self._request_s,
            Item.LOG_GB: log_bytes * DAYS / GB,
            Item.DECRYPTIONS: cold.secrets * DAYS,
            Item.OUT_GB: requests * given.answer_bytes * DAYS / GB,
            Item.SCHEDULED: self.warmings * DAYS,
            Item.HTTP_REQUESTS: requests * DAYS,
        }

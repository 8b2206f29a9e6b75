"""Who asks what, and when: a day of so many people, drawn at random, as requests to our functions.

The people are communities of up to 40, each as engaged as that of bench/evening.py, but over a
whole day with its peak in the evening. Six calls a day for 40 people, 13 people each (a third); who
joins opens the app some seconds before; a call's start notifies everyone, and half of them look
within half a minute; beside that everybody opens the app 6.7 times.

An app that opens reads its rooms and, when it has them, the room, its members and who is in voice,
all three at once. Badges are cached for a day. LiveKit's webhooks and reconciles are requests like
others, but nobody waits for them. One person in ten looks for a match; one in twenty edits roles,
one in fifty invites somebody.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.evening import CALL_STARTS_MIN, LISTENERS, MEMBERS, NOTIFIED, READS, TALKERS

DAY_S = 24 * 3600.0
MINUTE_S = 60.0
COMMUNITY = len(MEMBERS)
CALL_SHARE = (TALKERS + LISTENERS) / COMMUNITY
OTHER_OPENS = (READS - 81 - len(CALL_STARTS_MIN) * NOTIFIED - 30) / COMMUNITY  # as in the evening
HOURS = [1] * 7 + [3] * 3 + [4] * 6 + [6] * 3 + [10] * 4 + [5]
"""How much happens in each hour of the day, to scale."""
OPENED = ("room", "room-members", "livekit-participants")
RECONCILE_S = 9 * MINUTE_S


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """One request.

    Attributes:
        at_s: seconds since midnight.
        function: as serverless.yml names it.
        person: who waits for the answer; empty when nobody does.
        then: what they ask when they have it, all at once.
    """

    at_s: float
    function: str
    person: str = ""
    then: tuple[str, ...] = ()


def draw(people: int, seed: int) -> list[Arrival]:
    """Returns a day's requests in order; the same for the same seed."""
    rng = random.Random(f"{people}/{seed}")
    arrivals = [Arrival(hour * 3600.0, "livekit-reconcile") for hour in (0, 6, 12, 18)]
    for first in range(0, people, COMMUNITY):
        names = [f"person-{n}" for n in range(first, min(people, first + COMMUNITY))]
        arrivals += _Community(names, rng).day()
    return sorted(arrival for arrival in arrivals if 0 <= arrival.at_s < DAY_S)


@dataclass(slots=True)
class _Community:
    people: list[str]
    rng: random.Random

    def day(self) -> Iterator[Arrival]:
        for _ in range(self._times(len(CALL_STARTS_MIN) * len(self.people) / COMMUNITY)):
            yield from self._call(self._moment())
        for person in self.people:
            for _ in range(self._times(OTHER_OPENS)):
                yield from self._open(person, self._moment())
            if self.rng.random() < 0.1:
                yield Arrival(self._moment(), "badges", person)
            if self.rng.random() < 0.1:
                yield from self._match(person, self._moment())
            if self.rng.random() < 0.05:
                yield from self._edit_roles(person, self._moment())
            if self.rng.random() < 0.02:
                yield Arrival(self._moment(), "room-invites", person)
                yield Arrival(self._moment(), "invite", self.rng.choice(self.people))
        for _ in range(2):  # Realtime's connections break, and all clients refetch
            moment = self._moment()
            for person in self.rng.sample(self.people, len(self.people) * 3 // 8):
                yield Arrival(moment + self.rng.uniform(0, 2), "livekit-participants", person)

    def _times(self, mean: float) -> int:
        """Returns a whole number with this mean: one of the two next to it."""
        return int(mean) + (self.rng.random() < mean % 1)

    def _moment(self) -> float:
        hour = self.rng.choices(range(24), HOURS)[0]
        return (hour + self.rng.random()) * 3600

    def _open(self, person: str, at_s: float) -> Iterator[Arrival]:
        yield Arrival(at_s, "rooms", person, OPENED)

    def _call(self, start_s: float) -> Iterator[Arrival]:
        rng = self.rng
        end_s = start_s + rng.uniform(25, 45) * MINUTE_S
        talkers = rng.sample(self.people, max(2, round(len(self.people) * CALL_SHARE)))
        for n, person in enumerate(talkers):
            late_s = 0 if n == 0 else min(rng.expovariate(1 / 4), 15) * MINUTE_S
            joins_s = start_s + late_s
            yield from self._open(person, joins_s - rng.uniform(3, 20))
            yield Arrival(joins_s - rng.uniform(0.3, 1.5), "livekit-token", person)
            leaves_s = end_s - rng.random() ** 3 * 0.6 * (end_s - joins_s) - rng.uniform(0, 5)
            yield from self._webhooks(joins_s, leaves_s, talks=rng.random() < 10 / 13)
        yield from self._webhook(start_s)
        yield from self._webhook(end_s + 20)
        for n in range(int((end_s - start_s) / RECONCILE_S)):
            yield Arrival(start_s + n * RECONCILE_S, "livekit-reconcile")
        for person in rng.sample(self.people, len(self.people) // 2):
            yield from self._open(person, start_s + rng.expovariate(1 / 12))

    def _webhooks(self, joins_s: float, leaves_s: float, *, talks: bool) -> Iterator[Arrival]:
        yield from self._webhook(joins_s)
        yield from self._webhook(leaves_s)
        if talks:
            yield from self._webhook(joins_s + self.rng.uniform(0.4, 0.9))
            yield from self._webhook(leaves_s)

    def _webhook(self, at_s: float) -> Iterator[Arrival]:
        yield Arrival(at_s + self.rng.uniform(0, 0.05), "livekit-webhook")

    def _match(self, person: str, at_s: float) -> Iterator[Arrival]:
        yield Arrival(at_s, "matching-join", person)
        for n in range(1, self.rng.randint(1, 4)):
            yield Arrival(at_s + 10.0 * n, "matching-status", person)
        if self.rng.random() < 0.3:
            yield Arrival(at_s + 45, "matching-leave", person)

    def _edit_roles(self, person: str, at_s: float) -> Iterator[Arrival]:
        yield Arrival(at_s, "room-roles", person)
        yield Arrival(at_s + 20, "room-role", person)
        yield Arrival(at_s + 30, "room-member-roles", person)

"""The trace that bench/day.py replays: one day of a community of 40 people, drawn at random.

It has the size of the original app's day: 300 webhook events, 500 reads, 1,000 limit checks.

Calls. Six between 19:00 and 23:00 in three voice channels, 25 to 45 minutes each, 13 people each:
the first starts it, the others follow within minutes, most of them stay to the end. Ten publish a
microphone (joined, published, unpublished, left), three only listen (joined, left); in three of
the calls somebody's connection breaks and is made anew. With the rooms' own start and finish this
is 300 events, of which 168 change presence.
Reads. Who joins opens the app some seconds before (81, reconnects included). A call's start
notifies everyone: 20 people look within half a minute or so (120). Twice the Realtime connection
of all 15 open clients breaks, and each refetches within 2 s (30). All others, people opening the
app for another reason, are spread over the evening with its peak at 20:45.
Limit checks. A token for each join (81). Three clients are stuck in a retry loop and ask for a
token every second for a minute, of which a limit of 20 a minute allows a third (180). 60 matching
joins and 40 uploads, each within its limit. All others are messages, which people write in runs of
3 to 9, some seconds apart.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

MINUTE_MS = 60_000
EVENING_MS = 240 * MINUTE_MS
EVENTS, READS, CHECKS = 300, 500, 1_000
MEMBERS = [f"person-{n:02}" for n in range(40)]
CALL_STARTS_MIN = ((8, 0), (36, 1), (75, 2), (92, 0), (138, 1), (170, 2))  # minute, channel
TALKERS, LISTENERS = 10, 3
NOTIFIED = 20
HAMMERING_S = 60
LIMITS = {"token": 20, "matching": 5, "uploads": 10, "messages": 30}  # a minute and user


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """One thing that happens.

    Attributes:
        at_ms: milliseconds since the evening began.
        kind: join, publish, reconnect, leave, finish, read or check.
        person: who does it.
        where: the channel's number, or the limit's name.
    """

    at_ms: int
    kind: str
    person: str = ""
    where: int | str = ""


@dataclass
class Evening:
    """Draws one evening."""

    rng: random.Random
    busy_until: dict[str, int] = field(default_factory=dict)

    def happenings(self) -> list[Happening]:
        """Returns what happens, in order."""
        calls = [h for n, call in enumerate(CALL_STARTS_MIN) for h in self._call(n, *call)]
        reads = [h for h in calls if h.kind == "read"] + list(self._refetches())
        reads += self._reads_at_random(READS - len(reads))
        checks = [h for h in calls if h.kind == "check"] + list(self._hammering())
        checks += [*self._within_limit("matching", 60, 4), *self._within_limit("uploads", 40, 2)]
        checks += self._messages(CHECKS - len(checks))
        in_livekit = [h for h in calls if h.kind not in {"read", "check"}]
        return sorted(in_livekit + reads + checks)

    def _call(self, number: int, start_min: int, channel: int) -> Iterator[Happening]:
        rng = self.rng
        start = start_min * MINUTE_MS + rng.randint(0, MINUTE_MS)
        end = start + rng.randint(25 * MINUTE_MS, 45 * MINUTE_MS)
        free = [person for person in MEMBERS if self.busy_until.get(person, 0) < start]
        people = rng.sample(free, TALKERS + LISTENERS)
        for n, person in enumerate(people):
            late = 0 if n == 0 else min(rng.expovariate(1 / 4), 15) * MINUTE_MS
            joined = start + int(late)
            leaves = end - int(rng.random() ** 3 * 0.6 * (end - joined)) - rng.randint(0, 5_000)
            self.busy_until[person] = end
            yield from self._arrival(person, joined)
            yield Happening(joined, "join", person, channel)
            if n < TALKERS:
                yield Happening(joined + rng.randint(400, 900), "publish", person, channel)
            if n == 1 and number % 2 == 0:
                again = (joined + leaves) // 2
                yield from self._arrival(person, again)
                yield Happening(again, "reconnect", person, channel)
                yield Happening(again + rng.randint(400, 900), "publish", person, channel)
            yield Happening(leaves, "leave", person, channel)
        yield Happening(end + 20_000, "finish", "", channel)  # LiveKit's departure timeout
        for person in rng.sample(MEMBERS, NOTIFIED):
            yield Happening(start + int(rng.expovariate(1 / 12) * 1000), "read", person)

    def _arrival(self, person: str, joined: int) -> Iterator[Happening]:
        yield Happening(joined - self.rng.randint(3_000, 20_000), "read", person)
        yield Happening(joined - self.rng.randint(300, 1_500), "check", person, "token")

    def _refetches(self) -> Iterator[Happening]:
        for minute in (self.rng.randint(20, 110), self.rng.randint(120, 220)):
            for person in self.rng.sample(MEMBERS, 15):
                at_ms = minute * MINUTE_MS + self.rng.randint(0, 2_000)
                yield Happening(at_ms, "read", person)

    def _reads_at_random(self, count: int) -> Iterator[Happening]:
        for _ in range(count):
            at_ms = int(self.rng.triangular(0, EVENING_MS, 105 * MINUTE_MS))
            yield Happening(at_ms, "read", self.rng.choice(MEMBERS))

    def _hammering(self) -> Iterator[Happening]:
        for person in self.rng.sample(MEMBERS, 3):
            start = self.rng.randint(0, EVENING_MS - 2 * MINUTE_MS)
            for second in range(HAMMERING_S):
                yield Happening(start + second * 1000, "check", person, "token")

    def _within_limit(self, limit: str, count: int, run: int) -> Iterator[Happening]:
        """Yields runs of `run` checks of one person, 5 to 14 s apart."""
        for _ in range(count // run):
            person, at_ms = self.rng.choice(MEMBERS), self.rng.randint(0, EVENING_MS)
            for _ in range(run):
                yield Happening(at_ms, "check", person, limit)
                at_ms += self.rng.randint(5_000, 14_000)

    def _messages(self, count: int) -> Iterator[Happening]:
        while count > 0:
            run = min(count, self.rng.randint(3, 9))
            yield from self._within_limit("messages", run, run)
            count -= run

"""Arrivals of people who wish to be matched, for the benchmark `matching`, and a naive matcher.

Times are seconds from the beginning, in whole tenths: nothing depends on how fast a machine is.
"""

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from bench.matching_crowd import wish
from bench.matching_judge import BLOCKED, Apart, Person, earliest
from bench.roles_rooms import id_of

PEOPLE = 240
ARRIVALS_S = 300  # all have come by then
END_S = 360
ASK_EVERY_S = 10  # what the naive matcher's clients do; ours says when
_SIZES = {2: 70, 3: 20, 4: 10}
_BLOCKS = 3  # so many people has each blocked, and met one


@dataclass(frozen=True, slots=True)
class Trace:
    """Who comes when, and who may not meet."""

    people: list[Person]
    apart: Apart
    end: float


@dataclass(frozen=True, slots=True)
class Match:
    """Who was put together, and when."""

    members: frozenset[UUID]
    at: float


def draw(seed: int, people: int = PEOPLE) -> Trace:
    """Draws a trace; the same for the same seed."""
    rng = random.Random(seed)
    times = sorted(rng.randrange(10 * ARRIVALS_S) / 10 for _ in range(people))
    comers = [
        Person(id_of(f"comer of {seed}", n), wish(rng, _SIZES), at) for n, at in enumerate(times)
    ]
    apart: Apart = {}
    for person in comers:
        others = [other.user for other in rng.sample(comers, _BLOCKS + 2) if other is not person]
        apart[frozenset((person.user, others[0]))] = rng.randrange(10 * END_S) / 10
        apart |= {frozenset((person.user, one)): BLOCKED for one in others[1 : _BLOCKS + 1]}
    return Trace(comers, apart, END_S)


def total_wait(trace: Trace, matches: Sequence[Match]) -> float:
    """Returns how many seconds all waited together; who was not matched waits until the end."""
    until = {user: match.at for match in matches for user in match.members}
    return sum(until.get(person.user, trace.end) - person.since for person in trace.people)


def narrowed(trace: Trace) -> Trace:
    """Returns a trace in which everybody has one of their interests and of their languages.

    As in a matcher with a queue for each interest and language, in one of which one waits.
    """
    return replace(
        trace,
        people=[
            replace(
                person,
                wish=replace(
                    person.wish,
                    interests=frozenset(sorted(person.wish.interests)[:1]),
                    languages=frozenset(sorted(person.wish.languages)[:1]),
                ),
            )
            for person in trace.people
        ],
    )


def naive(trace: Trace) -> list[Match]:
    """Plays a trace with a matcher under the same rules that takes anybody.

    Everybody asks when they come and every ten seconds; who asks is put together with people drawn
    from those who fit.
    """
    rng = random.Random(0)
    asking = [(person.since, number, person) for number, person in enumerate(trace.people)]
    waiting: dict[UUID, Person] = {}
    matches: list[Match] = []
    gone: set[UUID] = set()
    while asking:
        at, number, person = heapq.heappop(asking)
        if person.user in gone or at >= trace.end:
            continue
        others = [other for other in waiting.values() if other.wish.size == person.wish.size]
        rng.shuffle(others)
        found = next(_groups([person], others, trace.apart, at), None)
        if found is None:
            waiting[person.user] = person
            heapq.heappush(asking, (round(at + ASK_EVERY_S, 1), number, person))
        else:
            members = frozenset(one.user for one in found)
            matches.append(Match(members, at))
            gone |= members
            waiting = {user: one for user, one in waiting.items() if user not in members}
    return matches


def _groups(
    chosen: list[Person], others: Sequence[Person], apart: Apart, at: float
) -> Iterator[list[Person]]:
    """Yields the right groups with those chosen in them, in the order of the others."""
    for index, other in enumerate(others):
        group = [*chosen, other]
        time = earliest(group, apart)
        if other in chosen or time is None or time > at:
            continue  # who doesn't fit doesn't fit into more either
        if len(group) == other.wish.size:
            yield group
        else:
            yield from _groups(group, list(islice(others, index + 1, None)), apart, at)

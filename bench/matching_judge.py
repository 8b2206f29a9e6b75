"""What a right match is: the five rules of docs/matching.md once more, in plain Python.

`bench.matching` judges by it what the SQL answers, `bench.matching_optimum` makes groups by it.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

PATIENCE_S = 20.0  # until strangers will do
APART_S = 600.0  # before people meet again
BLOCKED = float("inf")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wishes."""

    size: int
    interests: frozenset[str]
    languages: frozenset[str]
    strangers: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who waits, and since when in seconds."""

    user: UUID
    wish: Wish
    since: float

    @property
    def ready_at(self) -> float:
        """From when on people without a common interest are fine; infinity for never."""
        if not self.wish.interests:
            return self.since
        return self.since + PATIENCE_S if self.wish.strangers else float("inf")


Pair = frozenset[UUID]
Apart = dict[Pair, float]
"""Pairs who may not meet, and until when in seconds: BLOCKED, or ten minutes after they met."""


def share_a_language(members: Collection[Person]) -> bool:
    """Whether there is a language that all speak; who named none speaks any."""
    named = [person.wish.languages for person in members if person.wish.languages]
    return not named or bool(frozenset.intersection(*named))


def share_an_interest(members: Collection[Person]) -> bool:
    """Whether there is an interest that all named."""
    return bool(frozenset.intersection(*(person.wish.interests for person in members)))


def faults(members: Collection[Person], apart: Apart, at: float) -> list[str]:
    """Returns which rules a match of these people, made at this time, breaks; none if it is right.

    All wait in the global pool.
    """
    found = []
    sizes = {person.wish.size for person in members}
    if sizes != {len(members)} or len({person.user for person in members}) < len(members):
        found.append("size")
    if not share_a_language(members):
        found.append("language")
    if not share_an_interest(members) and any(person.ready_at > at for person in members):
        found.append("topic")
    until = [apart.get(pair, 0.0) for pair in _pairs(members)]
    if BLOCKED in until:
        found.append("blocked")
    if any(at < end < BLOCKED for end in until):
        found.append("met")
    return found


def earliest(members: Collection[Person], apart: Apart) -> float | None:
    """Returns when these people, of one size and as many, may be matched; None for never."""
    if not share_a_language(members):
        return None
    time = max(person.since for person in members)
    if not share_an_interest(members):
        time = max(time, *(person.ready_at for person in members))
    time = max([time, *(apart.get(pair, 0.0) for pair in _pairs(members))])
    return None if time == float("inf") else time


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody who joined was answered: the match, or none yet."""

    user: UUID
    at: float
    match: str | None = None
    members: frozenset[UUID] = frozenset()


def wrong(
    people: dict[UUID, Person], apart: Apart, answers: Iterable[Told], kept: dict[UUID, str | None]
) -> Counter[str]:
    """Counts what is wrong after people joined.

    Args:
        people: all who wait or are matched, the crowd and who joined.
        apart: who may not meet.
        answers: what those who joined were told.
        kept: the match that each ticket in the database is in, or none yet.
    """
    found: Counter[str] = Counter()
    told: dict[str, frozenset[UUID]] = {}
    for answer in answers:
        if answer.match is None:
            continue
        same = told.setdefault(answer.match, answer.members) == answer.members
        found["told different members"] += not (same and answer.user in answer.members)
        found.update(faults([people[user] for user in answer.members], apart, answer.at))
    counted = Counter(user for members in told.values() for user in members)
    found["in two matches"] += sum(times > 1 for times in counted.values())
    found["lost"] += len(people.keys() ^ kept.keys())
    in_matches: dict[str, set[UUID]] = {}
    for user, match in kept.items():
        if match is not None:
            in_matches.setdefault(match, set()).add(user)
    found["kept otherwise"] += sum(
        told.get(match) != in_matches.get(match) for match in told.keys() | in_matches.keys()
    )
    return +found


def missed(person: Person, others: Iterable[Person], apart: Apart) -> bool:
    """Whether somebody who joined to be two was left waiting beside a right one of these."""
    return person.wish.size == 2 and any(
        not faults([person, other], apart, person.since) for other in others
    )


def _pairs(members: Collection[Person]) -> list[Pair]:
    return [frozenset(pair) for pair in combinations([person.user for person in members], 2)]

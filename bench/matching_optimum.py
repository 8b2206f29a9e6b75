"""The least that people could have waited: by a matcher that knows beforehand who will come.

Of all right groups, each at the first moment at which it is right, those are chosen of which no two
share a member and which save the most waiting: a set packing, solved exactly by HiGHS. A matcher
that makes a group later, or leaves one out, saves no more. Sizes don't mix: each is solved alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]
from scipy.sparse import csc_array  # type: ignore[import-untyped]

from bench.matching_judge import Apart, Person, earliest
from bench.matching_trace import Match, Trace


class NotSolvedError(Exception):
    """The solver gave up, or found something else than a packing."""


def optimum(trace: Trace) -> list[Match]:
    """Returns the matches with which all together wait least.

    Raises:
        NotSolvedError: The solver didn't prove that there are no better ones.
    """
    return [
        match
        for size in sorted({person.wish.size for person in trace.people})
        for match in _packed(right_groups(trace, size), size, trace.end)
    ]


def without_hopeless(trace: Trace) -> Trace:
    """Returns a trace without those whom no matcher can match: they wait as long with each."""
    hopeful: set[UUID] = set()
    for size in {person.wish.size for person in trace.people}:
        hopeful = hopeful.union(*(group.members for group in right_groups(trace, size)))
    return replace(
        trace,
        people=[person for person in trace.people if person.user in hopeful],
        apart={pair: until for pair, until in trace.apart.items() if pair <= hopeful},
    )


def right_groups(trace: Trace, size: int) -> list[Match]:
    """Returns all groups of a size that are right before the end, each as early as it is."""
    people = [person for person in trace.people if person.wish.size == size]
    return [
        Match(frozenset(person.user for person in group), at)
        for group, at in _groups([], people, size, trace.apart)
        if at < trace.end
    ]


def _groups(
    chosen: list[Person], others: Sequence[Person], size: int, apart: Apart
) -> Iterator[tuple[list[Person], float]]:
    """Yields groups with those chosen in them; what is never right isn't in a larger one either."""
    for index, other in enumerate(others):
        group = [*chosen, other]
        at = earliest(group, apart)
        if at is None:
            continue
        if len(group) == size:
            yield group, at
        else:
            yield from _groups(group, others[index + 1 :], size, apart)


def _packed(groups: list[Match], size: int, end: float) -> list[Match]:
    """Returns the groups, no two with a common member, that save the most."""
    if not groups:
        return []
    users = sorted(frozenset.union(*(group.members for group in groups)))
    row_of = {user: row for row, user in enumerate(users)}
    saved = np.array([size * (end - group.at) for group in groups])
    rows = [row_of[user] for group in groups for user in group.members]
    columns = np.repeat(np.arange(len(groups)), size)
    members = csc_array((np.ones(len(rows)), (rows, columns)), shape=(len(users), len(groups)))
    solved = milp(
        -saved,
        integrality=np.ones(len(groups)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(members, ub=np.ones(len(users))),
        options={"mip_rel_gap": 0.0, "time_limit": 60.0},
    )
    if solved.status != 0 or np.any(members @ np.round(solved.x) > 1):
        raise NotSolvedError(solved.message)
    return [group for group, taken in zip(groups, solved.x, strict=True) if taken > 0.5]

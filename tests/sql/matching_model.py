"""Matching in plain Python: what each call must answer, and who is put together with whom.

Written from the rules (docs/matching.md), not from the SQL: the tests compare the two. Times are
milliseconds; groups are found by trying all of them.
"""

import math
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

PATIENCE = 20_000
SILENCE = 30_000
ARRIVAL = 30_000
APART = 600_000
EMPTY = 20_000
LONGEST = 12 * 3_600_000

Session = tuple[int, str]  # when it began, its sid


@dataclass(frozen=True)
class Wish:
    """What somebody says when they join."""

    room: str | None = None
    size: int = 2
    interests: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    strangers: bool = True

    @property
    def queue(self) -> tuple[str | None, int]:
        return self.room, self.size


@dataclass(frozen=True)
class Ticket:
    """Somebody who waits or is in a match."""

    user: str
    wish: Wish
    since: int
    born: int  # which call made it: the order within a millisecond
    asked: int
    match: int | None = None
    session: Session | None = None  # the latest one
    livekit: str = ""
    ended: frozenset[str] = frozenset()
    last: tuple[int, str] | None = None

    @property
    def order(self) -> tuple[int, int, str]:
        return self.since, self.born, self.user

    @property
    def here(self) -> bool:
        return self.session is not None and self.session[1] not in self.ended

    def ready(self, now: int) -> bool:
        """Says whether a common interest isn't needed."""
        patient = self.wish.strangers and now - self.since >= PATIENCE
        return patient or not self.wish.interests


@dataclass(frozen=True)
class Match:
    """Those who have been put together; who they are, their tickets say."""

    wish: Wish  # what all of them have in common
    made: int
    started: int | None = None
    empty_since: float | None = None


def speak(group: list[Ticket]) -> frozenset[str] | None:
    """Returns the languages that all of them named; None if nobody named any."""
    named = [t.wish.languages for t in group if t.wish.languages]
    return frozenset.intersection(*named) if named else None


def share(group: list[Ticket]) -> frozenset[str]:
    """Returns the interests that all of them named."""
    return frozenset.intersection(*(t.wish.interests for t in group))


@dataclass
class Matching:
    """All that is known of matching. Matches are numbered; `names` has their real ids."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    matches: dict[int, Match] = field(default_factory=dict)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    meetings: dict[int, dict[str, float]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    calls: int = 0
    made: int = 0

    def copy(self) -> "Matching":
        """Returns one that can be changed without changing this one."""
        return replace(
            self,
            tickets=dict(self.tickets),
            matches=dict(self.matches),
            blocks=set(self.blocks),
            meetings={match: dict(left) for match, left in self.meetings.items()},
            names=dict(self.names),
        )

    # Who fits ---------------------------------------------------------------------------------

    def may_meet(self, one: str, other: str, now: int) -> bool:
        """Says whether two are neither blocked nor in, or just out of, one match that stood."""
        if {(one, other), (other, one)} & self.blocks:
            return False
        both = (left for left in self.meetings.values() if one in left and other in left)
        return not any(now - min(left[one], left[other]) < APART for left in both)

    def right(self, group: list[Ticket], now: int) -> bool:
        """Says whether these are a group by the rules."""
        return (
            len({t.wish.queue for t in group}) == 1
            and len(group) == group[0].wish.size
            and speak(group) != frozenset()
            and bool(share(group) or all(t.ready(now) for t in group))
            and all(self.may_meet(a.user, b.user, now) for a, b in combinations(group, 2))
        )

    def waiting(self, queue: tuple[str | None, int], now: int) -> list[Ticket]:
        """Returns who waits in a queue, the oldest first, without those who don't ask."""
        found = (t for t in self.tickets.values() if t.match is None and t.wish.queue == queue)
        return sorted((t for t in found if now - t.asked < SILENCE), key=lambda t: t.order)

    def members(self, match: int) -> list[Ticket]:
        """Returns who is in a match, the oldest first."""
        found = (t for t in self.tickets.values() if t.match == match)
        return sorted(found, key=lambda t: t.order)

    def group_of(self, me: Ticket, now: int) -> list[Ticket] | None:
        """Returns the right group around somebody with whom has waited longest, and so on."""
        others = [t for t in self.waiting(me.wish.queue, now) if t.user != me.user]
        groups = ([me, *some] for some in combinations(others, me.wish.size - 1))
        return next((group for group in groups if self.right(group, now)), None)

    def renumber(self, user: str, born: int) -> None:
        """Puts somebody's ticket at its place among those of the same millisecond."""
        self.calls = max(self.calls, born)
        self._set(user, born=born)

    # What becomes of tickets and matches ------------------------------------------------------

    def _set(self, user: str, **changes: Any) -> None:
        self.tickets[user] = replace(self.tickets[user], **changes)

    def _seek(self, user: str, now: int) -> None:
        me = self.tickets.get(user)
        group = self.group_of(me, now) if me and me.match is None else None
        if group is None:
            return
        self.made = made = self.made + 1
        common = replace(
            group[0].wish, interests=share(group), languages=speak(group) or frozenset()
        )
        self.matches[made] = Match(common, now)
        for t in group:
            self._set(t.user, match=made, session=None, livekit="", ended=frozenset(), last=None)

    def _dissolve(self, match: int, back: list[Ticket], reason: str, now: int) -> None:
        for t in self.members(match):
            if t in back:
                self._set(t.user, match=None, asked=now, last=(match, reason))
            else:
                del self.tickets[t.user]
        del self.matches[match]
        for t in back:
            self._seek(t.user, now)

    def _end(self, match: int, now: int) -> None:
        for t in self.members(match):
            self.meetings[match][t.user] = now
            del self.tickets[t.user]
        del self.matches[match]

    def _settle(self, match: int | None, now: int) -> int | None:
        """What a match has become by now: returns it if it is over."""
        if match not in self.matches:
            return None
        it, members = self.matches[match], self.members(match)
        here = [t for t in members if t.here]
        if it.started is None and len(here) == it.wish.size:
            self.matches[match] = replace(it, started=now)
            self.meetings[match] = {t.user: math.inf for t in members}
            return None
        if it.started is None and now - it.made >= ARRIVAL:
            self._dissolve(match, here, "not_everyone_came", now)
        elif it.started is None and len(members) < it.wish.size:
            self._dissolve(match, members, "somebody_left", now)
        elif it.started is not None and (
            len(members) < 2
            or now - it.started >= LONGEST
            or (not here and it.empty_since is not None and now - it.empty_since >= EMPTY)
        ):
            self._end(match, now)
        else:
            since = now if it.empty_since is None else it.empty_since
            empty = None if here or it.started is None else since
            self.matches[match] = replace(it, empty_since=empty)
            return None
        return match

    def _turn(self, user: str, now: int) -> int | None:
        self.calls += 1
        for t in list(self.tickets.values()):
            if t.match is None and now - t.asked >= SILENCE:
                del self.tickets[t.user]
        mine = self.tickets.get(user)
        return self._settle(mine.match, now) if mine else None

    def _leave_match(self, user: str, now: int) -> tuple[int | None, int | None]:
        """Takes somebody out; returns the match, and again if it is over."""
        match = self.tickets.pop(user).match
        if match in self.meetings:
            self.meetings[match][user] = now
        return match, self._settle(match, now)

    # Operations -------------------------------------------------------------------------------

    def join(self, now: int, user: str, wish: Wish) -> dict[str, Any]:
        """Waits, or changes what is wished."""
        closed = self._turn(user, now)
        mine = self.tickets.get(user)
        if mine is None:
            self.tickets[user] = Ticket(user, wish, now, self.calls, now)
        elif mine.match is None:
            self._set(user, wish=wish, asked=now)
        self._seek(user, now)
        return self._told(user, now, closed)

    def status(self, now: int, user: str) -> dict[str, Any]:
        """Asks."""
        closed = self._turn(user, now)
        if user in self.tickets and self.tickets[user].match is None:
            self._set(user, asked=now)
            self._seek(user, now)
        return self._told(user, now, closed)

    def leave(self, now: int, user: str) -> dict[str, Any]:
        """Waits no more, or leaves the match."""
        closed = self._turn(user, now)
        left, over = self._leave_match(user, now) if user in self.tickets else (None, None)
        return self._told(user, now, closed or over) | {"left": left}

    def block(self, now: int, user: str, other: str) -> dict[str, Any]:
        """Wants to meet somebody no more."""
        closed, left, over = self._turn(user, now), None, None
        self.blocks.add((user, other))
        mine, theirs = self.tickets.get(user), self.tickets.get(other)
        if mine and theirs and mine.match is not None and mine.match == theirs.match:
            left, over = self._leave_match(user, now)
        return {"left": left, "closed": closed or over}

    def unblock(self, now: int, user: str, other: str) -> dict[str, Any]:
        """Takes it back."""
        if (user, other) not in self.blocks:
            return {"refused": "block_not_found"}
        self.blocks.remove((user, other))
        return {"unblocked": other}

    def event(
        self, now: int, kind: str, user: str, *, match: int | None, place: str, session: Session
    ) -> dict[str, Any]:
        """LiveKit tells that somebody joined or left, or that its room has finished."""
        self.calls += 1
        it = self.tickets.get(user)
        mine = it if it and it.match == match and match in self.matches else None
        is_new = mine is not None and (mine.session is None or mine.session < session)
        if kind == "joined" and mine and is_new and session[1] not in mine.ended:
            self._set(user, session=session, livekit=place)
        if kind == "left" and mine:
            self._set(user, ended=mine.ended | {session[1]})
        if kind == "finished" and match in self.matches:
            self._finished(match, place)
        closed = self._settle(match, now)
        it = self.tickets.get(user)
        may_connect = kind != "finished" and it is not None and it.match == match
        return {"may_connect": may_connect and match is not None, "closed": closed is not None}

    def _finished(self, match: int, livekit: str) -> None:
        for t in self.members(match):
            if t.livekit == livekit and t.session:
                self._set(t.user, ended=t.ended | {t.session[1]})
        gone = all(not t.here and t.livekit == livekit for t in self.members(match))
        if gone and self.matches[match].started is not None:
            self.matches[match] = replace(self.matches[match], empty_since=-math.inf)

    # Answers ----------------------------------------------------------------------------------

    def _told(self, user: str, now: int, closed: int | None) -> dict[str, Any]:
        me = self.tickets.get(user)
        if me is None:
            return {"state": "none", "closed": closed}
        if me.match is None:
            queue = self.waiting(me.wish.queue, now)
            return {
                "state": "waiting",
                "ticket": me,
                "place": queue.index(me) + 1,
                "closed": closed,
            }
        return {"state": "matched", "match": me.match, "closed": closed}

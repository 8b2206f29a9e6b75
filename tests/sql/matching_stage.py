"""Matching at the database: calls, and their answers beside the model's.

Nobody sleeps: time passes by making all that is written older. What the model is told as `now` is
the database's time and all that has passed in this way.
"""

import json
import math
import time
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.sql.conftest import Database
from tests.sql.matching_model import ARRIVAL, PATIENCE, Match, Matching, Ticket, Wish
from tests.sql.world import attempt

TOLERANCE = 3_000  # of times that no answer tells; the shortest wait is longer

ANYBODY = Wish()

# all that has a time, the columns in which one stands
TIMES = {
    "match_tickets": ("since", "asked_at"),
    "match_topics": ("since", "from_at"),
    "matches": ("made_at", "started_at", "empty_since"),
    "match_meetings": ("left_at",),
}


class Differs(AssertionError):  # noqa: N818 - what happened
    """The database did what the rules don't say."""


@dataclass(frozen=True)
class Call:
    """Something that somebody asks for, or that LiveKit tells."""

    me: str
    kind: str
    wish: Wish = ANYBODY
    other: str = ""
    match: str = ""
    livekit: str = ""
    session: tuple[int, str] = (0, "")

    @property
    def is_event(self) -> bool:
        return self.kind in {"joined", "left", "finished"}


Answer = tuple[str, dict[str, Any]]


async def ask(database: Database, call: Call) -> Answer:
    """Makes a call; returns the code of a refusal or "", and the answer."""
    if call.is_event:
        return "", await tell(database, call)
    match call.kind:
        case "join":
            return await join(database, call.me, call.wish)
        case "status" | "leave":
            function = {"status": "matching_status", "leave": "leave_matching"}[call.kind]
            return await attempt(database, call.me, function)
    return await attempt(database, call.me, f"{call.kind}_user", user_id=call.other)


async def join(database: Database, user: str, wish: Wish) -> Answer:
    """Joins with a wish."""
    return await attempt(
        database,
        user,
        "join_matching",
        room_id=wish.room,
        interests=sorted(wish.interests),
        group_size=wish.size,
        languages=sorted(wish.languages),
        strangers=wish.strangers,
    )


async def tell(database: Database, call: Call) -> dict[str, Any]:
    """Tells an event as the backend does."""
    somebody = call.kind != "finished"
    said: dict[str, Any] = json.loads(
        await database.admin.fetchval(
            "select public.match_event($1, $2, $3, $4, $5, $6)",
            *(call.match, call.kind, call.livekit, call.me if somebody else None),
            *((call.session[1], call.session[0]) if somebody else (None, None)),
        )
    )
    return said


async def age(connection: asyncpg.Connection, ms: int) -> None:
    """Lets this much time pass."""
    for table, columns in TIMES.items():
        older = ", ".join(f"{c} = {c} - make_interval(secs => {ms / 1000})" for c in columns)
        await connection.execute(f"update private.{table} set {older}")


def clock() -> int:
    """Returns the time; the database's, which runs on this machine."""
    return int(time.time() * 1000)


def foresee(model: Matching, call: Call, now: int) -> dict[str, Any]:
    """Makes a call in the model."""
    if call.is_event:
        numbers = {name: number for number, name in model.names.items()}
        match, place = numbers.get(call.match), call.livekit
        return model.event(now, call.kind, call.me, match=match, place=place, session=call.session)
    match call.kind:
        case "join":
            return model.join(now, call.me, call.wish)
        case "status":
            return model.status(now, call.me)
        case "leave":
            return model.leave(now, call.me)
        case "block":
            return model.block(now, call.me, call.other)
    return model.unblock(now, call.me, call.other)


class Comparison:
    """An answer beside the model's: raises Differs; learns the real ids of matches."""

    def __init__(self, model: Matching, now: int, passed: int) -> None:
        self.model = model
        self.now = now
        self.passed = passed

    def same(self, what: str, said: Any, expected: Any) -> None:
        """Holds that two values are the same."""
        if said != expected:
            raise Differs(f"{what} is {said!r}, not {expected!r}")

    def about(self, what: str, said: int | None, expected: float | None) -> None:
        """Holds that two times are the same, as far as the model can know."""
        if said is None or expected is None:
            self.same(what, said, expected)
        elif abs(said + self.passed - expected) > TOLERANCE:
            raise Differs(f"{what} is {said + self.passed}, not {expected}")

    def match(self, what: str, said: str | None, expected: int | None) -> None:
        """Holds that a match is the expected one, whose real id may be new."""
        names = self.model.names
        if expected is None or said is None:
            self.same(what, said, expected)
        elif expected not in names and said not in names.values():
            names[expected] = said
        else:
            self.same(what, said, names.get(expected))

    def answer(self, expected: dict[str, Any], code: str, said: dict[str, Any]) -> None:
        """Holds that an answer is what the model says."""
        self.same("refusal", code, expected.get("refused", ""))
        for plain in ("state", "unblocked", "may_connect"):
            self.same(plain, said.get(plain), expected.get(plain))
        if isinstance(expected.get("closed"), bool):
            self.same("closed", said["closed"], expected["closed"])
        else:
            self.match("closed", said.get("closed"), expected.get("closed"))
        self.match("left", said.get("left"), expected.get("left"))
        if expected.get("state") == "waiting":
            self.same("place", said["place"], expected["place"])
            self._waits(said, expected["ticket"])
        if expected.get("state") == "matched":
            self.match("match", said["match"]["id"], expected["match"])
            number = int(expected["match"])
            self._stands(said, self.model.matches[number], self.model.members(number))

    def _waits(self, said: dict[str, Any], t: Ticket) -> None:
        self.same("room_id", said["room_id"], t.wish.room)
        self.same("interests", said["interests"], sorted(t.wish.interests))
        self.same("languages", said["languages"], sorted(t.wish.languages))
        self.same("group_size", said["group_size"], t.wish.size)
        self.same("strangers", said["strangers"], t.wish.strangers)
        self.same("since", said["since"] + self.passed, t.since)
        last = said.get("last") or {"match_id": None, "reason": None}
        self.match("last", last["match_id"], t.last and t.last[0])
        self.same("reason", last["reason"], t.last and t.last[1])
        until = math.inf if t.ready(self.now) or not t.wish.strangers else t.since + PATIENCE
        self._asks_again(said, until)

    def _stands(self, said: dict[str, Any], match: Match, members: list[Ticket]) -> None:
        told = said["match"]
        self.same("members", [m["user_id"] for m in told["members"]], [t.user for t in members])
        self.same("here", [m["here"] for m in told["members"]], [t.here for t in members])
        self.same("room_id", told["room_id"], match.wish.room)
        self.same("group_size", told["group_size"], match.wish.size)
        self.same("interests", told["interests"], sorted(match.wish.interests))
        self.same("languages", told["languages"], sorted(match.wish.languages))
        self.about("made_at", told["made_at"], match.made)
        self.same("arrive_by", told["arrive_by"], told["made_at"] + ARRIVAL)
        self.about("started_at", told["started_at"], match.started)
        if match.started is None:
            self._asks_again(said, told["arrive_by"] + self.passed)
        else:
            self.same("retry_after", said["retry_after"], 60)

    def _asks_again(self, said: dict[str, Any], until: float) -> None:
        left = min(
            10.0, (until - self.now) / 1000
        )  # a millisecond less or more: what is told is cut
        may = {max(1, math.ceil(left + by)) for by in (-0.001, 0, 0.001)}
        if said["retry_after"] not in {min(10, each) for each in may}:
            raise Differs(f"retry_after is {said['retry_after']}, not in {may}")

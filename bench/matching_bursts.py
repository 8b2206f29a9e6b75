"""Joins at once, for the benchmark `matching`: 16 connections that are let go together.

Calls are the API's own, one statement each under the caller's role and claims, on an open
connection. A time is of the statement and its commit. In every other burst the commit is sent once
the statement's answer has come, as PostgREST does: then the queue is also held for as long as this
process, which is sixteen clients at once, takes for its answer.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from bench import matching_judge as judge
from bench.matching_crowd import Crowd, create, gather, join_arguments, wish
from bench.matching_judge import Person, Told, Wish
from local.supabase import platform

AT_ONCE = 16
ROUND = 10 * AT_ONCE  # joins in a round of the closed loop
JOIN = "select public.join_matching(null, $1, $2, $3, $4)"
STATUS = "select public.matching_status()"


@dataclass(slots=True)
class Seen:
    """What was measured, times in milliseconds, and what was wrong."""

    joins: list[float] = field(default_factory=list)
    joins_in_two: list[float] = field(default_factory=list)  # the commit by itself
    statuses: list[float] = field(default_factory=list)
    answers: int = 0
    matched: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    looped: int = 0
    looped_matches: int = 0
    looped_s: float = 0.0


@dataclass(slots=True)
class Joined:
    """Who joined, what they were answered, and how long it took."""

    user: UUID
    wish: Wish
    answer: str  # is read when nothing is measured
    took_ms: float

    def read(self) -> tuple[Person, Told]:
        """Returns who waits since when, and what they were told."""
        answer = json.loads(self.answer)
        at = answer["as_of"] / 1000
        told = Told(self.user, at)
        if match := answer.get("match"):
            members = frozenset(UUID(member["user_id"]) for member in match["members"])
            # told in whole milliseconds: it was up to one later
            told = Told(self.user, (match["made_at"] + 1) / 1000, match["id"], members)
        return Person(self.user, self.wish, at), told


class Stage:
    """A crowd, and who joins it."""

    def __init__(self, crowd: Crowd, connections: list[asyncpg.Connection]) -> None:
        self.crowd = crowd
        self.connections = connections
        self.seen = Seen()

    async def burst(self, seed: int, *, in_two: bool = False) -> None:
        """Lets 16 join at once; then each of them asks, one after the other."""
        users = self.crowd.newcomers[:AT_ONCE]
        barrier = asyncio.Barrier(AT_ONCE)
        joined = await asyncio.gather(
            *(
                _join(connection, user, wished, barrier, in_two=in_two)
                for connection, user, wished in zip(
                    self.connections, users, _wishes(seed, AT_ONCE), strict=True
                )
            )
        )
        times = self.seen.joins_in_two if in_two else self.seen.joins
        times += [one.took_ms for one in joined]
        await self._judge(joined)
        for user in users:
            answer, took_ms = await _called(self.connections[0], user, STATUS)
            if json.loads(answer)["state"] == "waiting":
                self.seen.statuses.append(took_ms)
        await self.crowd.restore()

    async def loop(self, seed: int) -> None:
        """Lets 160 join by 16 connections, each at once after the connection's last answer."""
        wishes = iter(zip(self.crowd.newcomers, _wishes(seed, ROUND), strict=True))
        began = perf_counter()
        done = await asyncio.gather(
            *(_join_one_by_one(connection, wishes) for connection in self.connections)
        )
        self.seen.looped_s += perf_counter() - began
        joined = [one for some in done for one in some]
        self.seen.looped += len(joined)
        self.seen.looped_matches += await self._judge(joined)
        await self.crowd.restore()

    async def _judge(self, joined: list[Joined]) -> int:
        """Notes what is wrong with the answers, and with what is in the database now.

        Returns:
            How many matches were made.
        """
        rows = await self.crowd.connection.fetch(
            "select user_id, match_id::text from private.match_tickets"
        )
        kept = {row["user_id"]: row["match_id"] for row in rows}
        read = [one.read() for one in joined]
        answers = [told for _, told in read]
        crowd, apart = self.crowd.waiting, self.crowd.apart
        people = crowd | {person.user: person for person, _ in read}
        self.seen.wrong += judge.wrong(people, apart, answers, kept)
        # whom all could see: who was there before, and is now
        seen = [crowd[user] for user, match in kept.items() if match is None and user in crowd]
        still = [person for person, _ in read if kept.get(person.user, "") is None]
        self.seen.missed += sum(judge.missed(person, seen, apart) for person in still)
        self.seen.answers += len(answers)
        self.seen.matched += sum(told.match is not None for told in answers)
        return len({told.match for told in answers} - {None})


@asynccontextmanager
async def stage(server: str, size: int) -> AsyncIterator[Stage]:
    """A database in which so many people wait, and 16 connections to it."""
    dsn = await create(server, f"waiting_{size}", size + ROUND)
    crowd = await gather(dsn, size, ROUND)
    connections = [await platform.connect(dsn) for _ in range(AT_ONCE)]
    try:
        yield Stage(crowd, connections)
    finally:
        for connection in [*connections, crowd.connection]:
            await connection.close()


def _wishes(seed: int, count: int) -> list[Wish]:
    rng = random.Random(seed)
    return [wish(rng) for _ in range(count)]


async def _join_one_by_one(
    connection: asyncpg.Connection, wishes: Iterator[tuple[UUID, Wish]]
) -> list[Joined]:
    return [await _join(connection, user, wished) for user, wished in wishes]


async def _join(
    connection: asyncpg.Connection,
    user: UUID,
    wished: Wish,
    barrier: asyncio.Barrier | None = None,
    *,
    in_two: bool = False,
) -> Joined:
    arguments = join_arguments(wished)
    called = _called(connection, user, JOIN, *arguments, barrier=barrier, in_two=in_two)
    return Joined(user, wished, *await called)


async def _called(
    connection: asyncpg.Connection,
    user: UUID,
    statement: str,
    *arguments: Any,
    barrier: asyncio.Barrier | None = None,
    in_two: bool = False,
) -> tuple[str, float]:
    """Returns what somebody's call answered, and the milliseconds that it and its commit took."""
    await become(connection, user, lasting=True)
    if in_two:
        await connection.execute("begin")
    if barrier is not None:
        await barrier.wait()
    began = perf_counter()
    answer: str = await connection.fetchval(statement, *arguments)
    if in_two:
        await connection.execute("commit")
    took_ms = (perf_counter() - began) * 1000
    await connection.execute("reset role")
    return answer, took_ms


async def become(connection: asyncpg.Connection, user: UUID, *, lasting: bool = False) -> None:
    """Makes the rest of the transaction a signed-in user's, or of the session if it is lasting."""
    claims = json.dumps({"role": "authenticated", "sub": str(user)})
    sql = "select set_config('request.jwt.claims', $1, $2)"
    await connection.execute(sql, claims, not lasting)
    await connection.execute(f"set {'' if lasting else 'local'} role authenticated")

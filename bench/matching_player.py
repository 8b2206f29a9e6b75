"""Plays a trace of arrivals through the real SQL, for the benchmark `matching`, in virtual time.

Nothing sleeps: before each call all that the database remembers is made older by the time that
passes in the trace. Virtual time is what the database's clock says since `origin`, which is moved
along. Whoever waits asks again when the API has told them to, whoever is matched goes away.
"""

import heapq
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from bench.matching_bursts import JOIN, STATUS, become
from bench.matching_crowd import add_people, join_arguments, keep_apart
from bench.matching_judge import APART_S, BLOCKED, Person
from bench.matching_trace import Match, Trace
from local.supabase import platform

_VIRTUAL_TIME = """
create temporary table virtual_time as select clock_timestamp() as origin;

-- Makes it this late: everything is older by as much.
create function pg_temp.turn_to(p_at interval)
returns void
language plpgsql
as $$
declare
  passed interval := (select v.origin + p_at - clock_timestamp() from virtual_time as v);
begin
  update private.match_tickets set since = since - passed, asked_at = asked_at - passed;
  update private.match_topics set since = since - passed, from_at = from_at - passed;
  update private.matches
  set made_at = made_at - passed, started_at = started_at - passed,
    empty_since = empty_since - passed;
  update private.match_meetings set left_at = left_at - passed where isfinite(left_at);
  update private.match_waits
  set ended_at = array(
    select e.at - passed from unnest(ended_at) with ordinality as e (at, n) order by e.n
  );
  update virtual_time set origin = origin - passed;
end;
$$;

-- Takes away the milliseconds that a call took: somebody has waited since exactly then.
create function pg_temp.waits_since(p_user_id uuid, p_at interval)
returns void
language plpgsql
as $$
declare
  exactly timestamptz := (select v.origin + p_at from virtual_time as v);
begin
  update private.match_topics set from_at = from_at - (since - exactly), since = exactly
  where user_id = p_user_id;
  update private.match_tickets set since = exactly where user_id = p_user_id;
end;
$$;
"""


class Player:
    """A database at a virtual time."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def prepare(self, trace: Trace) -> None:
        """Makes the accounts of a trace and who may not meet; nobody waits any more."""
        for table in ("match_tickets", "matches", "match_meetings", "match_waits"):
            await self.connection.execute(f"delete from private.{table}")
            await self.connection.execute(f"vacuum private.{table}")
        await self.turn_to(0)
        await add_people(self.connection, [person.user for person in trace.people])
        origin = await self.connection.fetchval("select origin from virtual_time")
        blocks: list[tuple[UUID, UUID]] = []
        meetings: list[tuple[UUID, UUID, datetime]] = []
        for pair, until in trace.apart.items():
            one, other = sorted(pair)
            if until == BLOCKED:
                blocks.append((one, other))
            else:
                meetings.append((one, other, origin + timedelta(seconds=until - APART_S)))
        await keep_apart(self.connection, blocks, meetings)

    async def turn_to(self, at: float) -> None:
        """Makes it this late."""
        await self.connection.execute("select pg_temp.turn_to($1)", timedelta(seconds=at))

    async def join(self, person: Person) -> dict[str, Any]:
        """Lets somebody come when they come; returns the answer."""
        await self.turn_to(person.since)
        answer = await self._called(person.user, JOIN, *join_arguments(person.wish))
        since = timedelta(seconds=person.since)
        await self.connection.execute("select pg_temp.waits_since($1, $2)", person.user, since)
        return answer

    async def ask(self, user: UUID, at: float) -> dict[str, Any]:
        """Lets somebody ask; returns the answer."""
        await self.turn_to(at)
        return await self._called(user, STATUS)

    async def take_away(self, match_id: str) -> None:
        """Takes a match's members out of everything."""
        await self.connection.execute("select private.delete_match($1)", UUID(match_id))

    async def _called(self, user: UUID, statement: str, *arguments: Any) -> dict[str, Any]:
        async with self.connection.transaction():
            await become(self.connection, user)
            answer: dict[str, Any] = json.loads(
                await self.connection.fetchval(statement, *arguments)
            )
        return answer


@asynccontextmanager
async def player(dsn: str) -> AsyncIterator[Player]:
    """A player on a database with our schema; whoever waits in it will be gone."""
    connection = await platform.connect(dsn)
    try:
        await connection.execute(_VIRTUAL_TIME)
        yield Player(connection)
    finally:
        await connection.close()


async def play(on: Player, trace: Trace) -> list[Match]:
    """Plays a trace; returns who was matched when."""
    await on.prepare(trace)
    calls = [(person.since, number) for number, person in enumerate(trace.people)]
    came: set[int] = set()
    gone: set[UUID] = set()
    matches: list[Match] = []
    while calls:
        at, number = heapq.heappop(calls)
        person = trace.people[number]
        if person.user in gone or at >= trace.end:
            continue
        answer = await on.ask(person.user, at) if number in came else await on.join(person)
        came.add(number)
        if answer["state"] == "matched":
            members = frozenset(UUID(one["user_id"]) for one in answer["match"]["members"])
            matches.append(Match(members, at))
            gone |= members
            await on.take_away(answer["match"]["id"])
        else:
            # a float's tenths would add up to something else
            heapq.heappush(calls, (round(at + answer["retry_after"], 1), number))
    return matches

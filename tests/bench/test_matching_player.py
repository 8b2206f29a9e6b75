"""The benchmark `matching` on a real PostgreSQL: its virtual time, its crowd."""

import asyncio
from collections import Counter
from uuid import UUID

import asyncpg
import pytest

from bench import matching_player, matching_trace
from bench.matching_bursts import stage
from bench.matching_crowd import create
from bench.matching_judge import Person, Wish, faults
from bench.matching_optimum import optimum, without_hopeless
from bench.matching_trace import Match, Trace, total_wait
from local import postgres

_STEP = """
select
  extract(epoch from t.since - v.origin)::float8 as since,
  array(
    select distinct extract(epoch from x.from_at - x.since)::float8
    from private.match_topics as x
    where x.user_id = t.user_id and x.since = t.since
    order by 1
  ) as from_at,
  (select count(*) from private.match_topics as x where x.user_id = t.user_id) as topics,
  (select count(*) from private.match_topics as x
   where x.user_id = t.user_id and x.since = t.since) as in_step
from private.match_tickets as t
cross join virtual_time as v
where t.user_id = $1
"""


@pytest.fixture(scope="module")
def arrivals_dsn(postgres_port: int) -> str:
    """A database of its own: a player clears it."""
    return asyncio.run(create(postgres.dsn(postgres_port), "arrivals", 0))


def test_virtual_time(arrivals_dsn: str) -> None:
    """Tickets and topics grow older in step, and strangers meet to the tenth of a second."""
    asyncio.run(_virtual_time(arrivals_dsn))


async def _virtual_time(dsn: str) -> None:
    first, second = (
        Person(UUID(int=n), Wish(2, frozenset({topic}), frozenset(), strangers=True), since)
        for n, topic, since in [(1, "chess", 1.5), (2, "jazz", 12.0)]
    )
    trace = Trace([first, second], {}, 60.0)
    async with matching_player.player(dsn) as on:
        await on.prepare(trace)
        assert (await on.join(first))["retry_after"] == 10
        assert (await on.join(second))["state"] == "waiting"
        for person in trace.people:
            row = await on.connection.fetchrow(_STEP, person.user)
            assert row["since"] == person.since
            assert row["from_at"] == [0.0, 20.0]
            assert row["topics"] == row["in_step"] == 2
        assert (await on.ask(first.user, 21.5))["state"] == "waiting"
        assert (await on.ask(second.user, 22.0))["retry_after"] == 10
        assert (await on.ask(first.user, 31.9))["state"] == "waiting"
        answer = await on.ask(first.user, 32.0)
        assert answer["state"] == "matched"
        await on.take_away(answer["match"]["id"])
        assert (await on.ask(second.user, 33.0))["state"] == "none"


def test_play(arrivals_dsn: str) -> None:
    """A played trace has right matches only, the same each time."""
    trace = without_hopeless(matching_trace.draw(5, 40))
    first, again = asyncio.run(_twice(arrivals_dsn, trace))
    assert len(first) > 5
    assert first == again
    people = {person.user: person for person in trace.people}
    for match in first:
        assert faults([people[user] for user in match.members], trace.apart, match.at) == []
    assert total_wait(trace, first) >= total_wait(trace, optimum(trace))


async def _twice(dsn: str, trace: Trace) -> list[list[Match]]:
    async with matching_player.player(dsn) as on:
        return [await matching_player.play(on, trace) for _ in range(2)]


def test_crowd_is_restored(postgres_port: int) -> None:
    """What 16 joins at once change is judged, then undone: nothing is wrong, all wait again."""
    asyncio.run(_burst(postgres.dsn(postgres_port)))


async def _burst(server: str) -> None:
    async with stage(server, 300) as on:
        before = await _tickets(on.crowd.connection)
        await on.burst(1)
        await on.loop(2)
        assert await _tickets(on.crowd.connection) == before
        assert len(before) == 300
        assert (on.seen.answers, on.seen.missed, on.seen.wrong) == (176, 0, Counter())
        assert on.seen.matched > 10


async def _tickets(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return list(
        await connection.fetch(
            "select t.user_id, t.since, count(*) from private.match_tickets as t"
            " join private.match_topics as x using (user_id, since) group by 1, 2 order by 1"
        )
    )

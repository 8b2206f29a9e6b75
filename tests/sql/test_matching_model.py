"""Schedules of matching, one call after the other: hypothesis chooses who does what, and when.

Each is executed by the database, and each answer must be the model's (matching_model.py), which
tries all groups. `SANGHA_EXAMPLES=2000` searches longer.
"""

import asyncio
import os
import random
from dataclasses import replace
from itertools import product

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.grants import Permission
from tests.sql.conftest import Database
from tests.sql.crowd import room
from tests.sql.matching_model import Matching
from tests.sql.matching_plans import STYLES, WAITS, Next, Step, Style, plans
from tests.sql.matching_stage import Call, Comparison, Differs, age, ask, clock, foresee
from tests.sql.matching_tables import compare, consistent, left_over, tables
from tests.sql.world import people, write

EXAMPLES = int(os.environ.get("SANGHA_EXAMPLES", "220"))
PERSONS = 7


class Schedule:
    """Plays steps, and compares."""

    def __init__(self, database: Database, users: list[str], style: Style) -> None:
        self.database = database
        self.users = users
        self.style = style
        self.model = Matching()
        self.passed = 0

    async def play(self, plan: list[Step]) -> None:
        """Plays steps; then everybody who waits asks once, and nobody is left who fits."""
        for step in plan:
            rng = random.Random(step.seed)
            if step.kind == "wait":
                await self.wait(rng.choice(WAITS))
                continue
            for call in Next(self.model, self.users, self.style, rng).calls(step.kind):
                await self.make(call)
        await self.compare()
        for user in [t.user for t in self.model.tickets.values() if t.match is None]:
            await self.make(Call(user, "status"))
        await self.compare()
        left_over(self.model, clock() + self.passed, self.passed, await tables(self.database))

    async def wait(self, ms: int) -> None:
        """Lets time pass."""
        await age(self.database.admin, ms)
        self.passed += ms

    async def make(self, call: Call) -> None:
        """Makes a call, at the database and in the model."""
        code, said = await ask(self.database, call)
        now = said.get("as_of", clock()) + self.passed
        before = self.model.copy()
        expected = foresee(self.model, call, now)
        Comparison(self.model, now, self.passed).answer(expected, code, said)
        match = expected.get("match")
        if match and match not in before.matches and not expected["closed"]:
            not_overtaken(before, self.model, match, call.me, now)

    async def compare(self) -> None:
        """Holds that the tables are as the model has them."""
        read = await tables(self.database)
        compare(self.model, clock() + self.passed, self.passed, read)
        consistent(read)


def not_overtaken(before: Matching, after: Matching, match: int, me: str, now: int) -> None:
    """Holds that nobody in a match could have been somebody who has waited longer."""
    asked = after.tickets[me]
    others = [before.tickets[t.user] for t in after.members(match) if t.user != me]
    outside = [t for t in before.waiting(asked.wish.queue, now) if t.user != me and t not in others]
    for older, t in product(outside, others):
        if older.order < t.order:
            instead = [asked, older, *(m for m in others if m != t)]
            if before.right(instead, now):
                raise Differs(f"{older.user} was overtaken by {t.user}")


def search(dsn: str, *, examples: int, weakened: str = "") -> None:
    """Searches for a schedule that the database plays otherwise than the model."""
    with asyncio.Runner() as runner:
        connection: asyncpg.Connection = runner.run(_connect(dsn))
        database = Database(connection)

        async def prepare() -> list[str]:
            await connection.transaction().start()
            await connection.execute("delete from private.match_tickets")
            if weakened:
                await connection.execute(weakened)
            users = await people(database, PERSONS)
            talk = Permission.VIEW_CHANNEL | Permission.CONNECT | Permission.SPEAK
            world = room(users, roles=[], held={}, everyone=int(talk), members=PERSONS)
            await write(database, world)
            pools.extend([(None,), (None, world.room)])
            return users

        async def play(style: Style, plan: list[Step]) -> None:
            async with database.undone():
                await Schedule(database, users, style).play(plan)

        pools: list[tuple[str | None, ...]] = []
        try:
            users = runner.run(prepare())

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                report_multiple_bugs=False,
                phases=[Phase.generate] if weakened else [Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )
            @given(style=st.sampled_from(STYLES), pool=st.sampled_from(pools), plan=plans)
            def examples_of(style: Style, pool: tuple[str | None, ...], plan: list[Step]) -> None:
                runner.run(play(replace(style, rooms=pool), plan))

            examples_of()
        finally:
            runner.run(connection.close())  # undoes what is left


async def _connect(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn)


def test_schedules(migrated_dsn: str) -> None:
    """Whatever people do in whatever order, each answer is the one that the rules say."""
    search(migrated_dsn, examples=EXAMPLES)


WEAKER = [  # how a group is found is weakened in test_matching_groups.py
    # the rule, the function that keeps it, a check, what is left of it
    ("met", "match_time", "'10 minutes'", "'0'"),
    ("patience", "match_time", "'20 seconds'", "'0'"),
    ("strangers", "index_tickets", "where t.strangers or", "where true or"),
    ("silence", "match_time", "'silence' then interval '30 seconds'", "'silence' then '1 day'"),
    ("silence of others", "match_buckets", "t.asked_at > p_now -", "p_now > p_now -"),
    ("arrival", "match_time", "'arrival' then interval '30 seconds'", "'arrival' then '1 day'"),
    ("oldest time", "join_matching", "asked_at = excluded.asked_at", "asked_at = t.since"),
    ("new wishes", "join_matching", "perform private.index_tickets(", "perform cardinality("),
    ("return", "dissolve_match", "perform private.seek(returned, p_now)", "null"),
    ("only who is there", "settle_match", "p_match_id, there, 'not", "p_match_id, members, 'not"),
    ("over for both", "settle_match", "cardinality(members) < 2", "false"),
    ("late events", "match_event", "p_sid <> all(t.left_sids)", "true"),
]
NAMES = [each[0] for each in WEAKER]


async def definition(connection: asyncpg.Connection, function: str) -> str:
    """Returns how a private function is written."""
    sql = (
        "select pg_get_functiondef(p.oid) from pg_proc as p "
        "where p.pronamespace = 'private'::regnamespace and p.proname = $1"
    )
    return str(await connection.fetchval(sql, function))


@pytest.mark.parametrize(("function", "check", "left"), [w[1:] for w in WEAKER], ids=NAMES)
def test_the_search_finds_a_rule_that_is_missing(
    migrated_dsn: str, function: str, check: str, left: str
) -> None:
    """With one rule out of force, the same schedules find it."""

    async def weakened() -> str:
        connection = await _connect(migrated_dsn)
        try:
            written = await definition(connection, function)
        finally:
            await connection.close()
        assert check in written
        return written.replace(check, left)

    with pytest.raises(Differs):
        search(migrated_dsn, examples=2000, weakened=asyncio.run(weakened()))

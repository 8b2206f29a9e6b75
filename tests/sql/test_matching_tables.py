"""What of matching nobody may read, and the search for people who may all meet, by itself."""

import json
import random
from itertools import combinations
from uuid import UUID

import pytest

from tests.sql.conftest import Tell, refused
from tests.sql.matching_pool import Play, Pool, playing
from tests.sql.world import people

DENIED = "42501"


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act, which is undone."""
    return playing(tell)


@pytest.mark.parametrize(
    "table", ["matches", "match_tickets", "match_topics", "match_meetings", "match_waits"]
)
def test_private(play: Play, table: str) -> None:
    """Nobody reads matching's tables."""

    async def act(pool: Pool) -> None:
        for role in ("anon", "authenticated"):
            async with pool.database.undone():
                await pool.run(f"set local role {role}")
                await refused(pool.run(f"select from private.{table}"), DENIED)

    play(act)


@pytest.mark.parametrize(
    "call",
    ["match_event(null, 'joined', null)", "match_outsiders('[]')", "tidy_matching()"],
)
def test_for_the_backend(play: Play, call: str) -> None:
    """What the backend tells and asks, nobody else may."""

    async def act(pool: Pool) -> None:
        for role in ("anon", "authenticated"):
            async with pool.database.undone():
                await pool.run(f"set local role {role}")
                await refused(pool.run(f"select public.{call}"), DENIED)
        async with pool.database.undone():
            await pool.run("set local role service_role")
            await pool.run(f"select public.{call}")

    play(act)


def test_anonymous(play: Play) -> None:
    """Who is nobody can't join, ask, leave or block."""

    async def act(pool: Pool) -> None:
        for call in ("join_matching()", "matching_status()", "leave_matching()", "my_blocks()"):
            async with pool.database.undone():
                await pool.run("set local role anon")
                await refused(pool.run(f"select public.{call}"), DENIED)

    play(act)


def test_only_ones_own(play: Play) -> None:
    """Who asks is told of their own ticket and match, and sees only their own blocks."""

    async def act(pool: Pool) -> None:
        one, other = pool.users[:2]
        await pool.told(0)
        await pool.run("insert into public.user_blocks values ($1, $2)", one, other)
        said = await pool.status(1)
        assert said.keys() == {"state", "as_of"}
        for user, seen in ((one, 1), (other, 0)):
            async with pool.database.undone():
                await pool.database._become(UUID(user))
                count = "select count(*) from public.user_blocks"
                assert await pool.database.admin.fetchval(count) == seen

    play(act)


def test_outsiders(play: Play) -> None:
    """Of places, those where somebody may not be are told, in their order."""

    async def act(pool: Pool) -> None:
        await pool.told(0)
        match = (await pool.told(1))["match"]["id"]
        places = [{"user_id": user, "match_id": match} for user in pool.users[3::-1]]
        found = await pool.database.admin.fetchval(
            "select public.match_outsiders($1)", json.dumps(places)
        )
        assert json.loads(found) == places[:2]

    play(act)


@pytest.mark.parametrize("seed", range(40))
def test_people_who_may_all_meet(play: Play, seed: int) -> None:
    """The first of a list of whom any two may meet, as trying all of them finds them."""
    rng = random.Random(seed)

    async def act(pool: Pool) -> None:
        users = rng.sample(pool.users, 12) + await people(pool.database, 2)
        apart = {
            pair for pair in combinations(range(14), 2) if rng.random() < rng.choice((0.3, 0.6))
        }
        for one, other in apart:
            pair = [users[one], users[other]]
            rng.shuffle(pair)
            await pool.run("insert into public.user_blocks values ($1, $2)", *pair)
        for others in range(1, 8):
            fits = (
                some
                for some in combinations(range(14), others)
                if not apart & set(combinations(some, 2))
            )
            first = next(fits, None)
            found = await pool.database.admin.fetchval(
                "select private.first_without_conflict($1, $2, now())::text[]", users, others
            )
            assert found == (first and [users[n] for n in first])

    play(act)

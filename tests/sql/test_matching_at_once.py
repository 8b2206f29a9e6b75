"""Sixteen at once, again and again: some order of their calls explains every answer.

No call deadlocks, fails to serialise or is lost; nobody is in two matches; whoever waits and fits
is matched when everybody has asked once.
"""

import os
import random

import asyncpg
import pytest

from tests.sql.conftest import Refused
from tests.sql.matching_crowd import CONNECTIONS, Crowd, crowded
from tests.sql.matching_plans import STYLES, WAITS, Next, Style
from tests.sql.matching_stage import Differs

SCHEDULES = max(6, int(os.environ.get("SANGHA_EXAMPLES", "220")) // 10)
BATCHES = 6
# mostly joins: an event or a block says not when it was, and any time must be tried
KINDS = ["join"] * 9 + ["status"] * 5 + ["leave", "leave", "block", "unblock", "joined", "left"]


async def play(crowd: Crowd, style: Style, rng: random.Random) -> None:
    """Plays batches of calls; between them time passes, people arrive and leave."""
    await crowd.forget()
    for _ in range(BATCHES):
        deciding = Next(crowd.model, crowd.users, style, rng)
        calls = [call for _ in range(CONNECTIONS) for call in deciding.calls(rng.choice(KINDS))]
        if rng.random() < 0.3:  # the same from two devices
            calls[1] = calls[0]
        await crowd.at_once(calls)
        for kind in rng.sample(["gather", "gather", "hang_up", "part", "again", "wait"], 3):
            if kind == "wait":
                await crowd.wait(rng.choice(WAITS))
            else:
                await crowd.at_once(Next(crowd.model, crowd.users, style, rng).calls(kind))
    await crowd.everybody_asks()


@pytest.mark.parametrize("style", STYLES)
def test_schedules(migrated_dsn: str, style: Style) -> None:
    """Whatever sixteen do at once, it is as if they had come one after the other."""

    async def story(crowd: Crowd) -> None:
        for seed in range(-(-SCHEDULES // len(STYLES))):
            await play(crowd, style, random.Random(seed))

    crowded(migrated_dsn, story)


LOCKS = [
    ("lock_queue", "perform pg_advisory_xact_lock(", "perform coalesce("),
    ("my_turn", "perform pg_advisory_xact_lock(", "perform coalesce("),
]


@pytest.mark.parametrize(("function", "lock", "left"), LOCKS)
def test_without_a_lock_it_goes_wrong(
    migrated_dsn: str, function: str, lock: str, left: str
) -> None:
    """With the queue's lock out of force, or the user's, the same calls go wrong."""

    async def race(crowd: Crowd) -> None:
        for seed in range(200):
            await play(crowd, STYLES[seed % len(STYLES)], random.Random(seed))

    async def story(crowd: Crowd) -> None:
        run = crowd.looking.admin
        written = str(
            await run.fetchval(
                "select pg_get_functiondef(oid) from pg_proc where proname = $1", function
            )
        )
        assert written.count(lock) == 1
        await run.execute(written.replace(lock, left))
        try:
            with pytest.raises((Differs, asyncpg.PostgresError, Refused)):
                await race(crowd)
        finally:
            await run.execute(written)

    crowded(migrated_dsn, story)

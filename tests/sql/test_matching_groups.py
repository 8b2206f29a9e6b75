"""The group that is found among many who wait, beside the one that trying all of them finds.

Here nobody has asked before: who waits is written into the tables, so that queues are longer, and
fit in more ways, than those in which everybody has been matched who could be.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from itertools import combinations
from uuid import UUID

import asyncpg
import pytest

from tests.sql.conftest import Database
from tests.sql.matching_model import Matching, Ticket
from tests.sql.matching_plans import Style, wish_of
from tests.sql.matching_stage import Call, Comparison, Differs, ask, clock, foresee
from tests.sql.test_matching_model import definition
from tests.sql.world import people

EXAMPLES = int(os.environ.get("SANGHA_EXAMPLES", "220"))
PERSONS = 14
STYLES = [
    Style(sizes=(2,)),
    Style(sizes=(3,)),
    Style(sizes=(4,), interests=(0, 1, 2, 3), languages=(0, 0, 1, 2)),
    Style(sizes=(3, 5), interests=(0, 0, 1), languages=(0,)),
    Style(sizes=(2, 3), interests=(2, 3), languages=(2, 3)),
]


def crowd_of(users: list[str], rng: random.Random, now: int) -> Matching:
    """Chooses who waits, since when, and who may not meet."""
    model, style = Matching(), rng.choice(STYLES)
    apart = rng.choice((0.0, 0.1, 0.3, 0.5))
    ago = rng.sample(range(1, 27), len(users))
    for n, user in enumerate(users):
        silent = rng.random() < 0.15 and n > 0
        since = now - 1_000 * ago[n]
        asked = since if not silent else now - 31_000
        since = min(since, asked)
        model.tickets[user] = Ticket(user, wish_of(rng, style), since, n, asked)
    for one, other in combinations(users, 2):
        if rng.random() < apart / 2:
            model.blocks.add(rng.choice([(one, other), (other, one)]))
        if rng.random() < apart / 2:
            n = -1 - len(model.names)  # the model counts upwards
            model.names[n] = str(UUID(int=-n))
            model.meetings[n] = {one: now - rng.choice((300_000, 700_000)), other: float(now)}
    return model


async def write(database: Database, model: Matching) -> None:
    """Puts them into the tables."""
    many = database.admin.executemany
    await many(
        "insert into private.match_tickets (user_id, group_size, interests, languages, strangers, "
        "since, asked_at) values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), "
        "to_timestamp($7 / 1000.0))",
        [
            (
                *(t.user, t.wish.size, sorted(t.wish.interests), sorted(t.wish.languages)),
                *(t.wish.strangers, t.since, t.asked),
            )
            for t in model.tickets.values()
        ],
    )
    await database.admin.execute(
        "select private.index_tickets(array(select user_id from private.match_tickets))"
    )
    await many(
        "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)", model.blocks
    )
    await many(
        "insert into private.match_meetings values ($1, $2, to_timestamp($3 / 1000.0))",
        [
            (user, model.names[match], left)
            for match, met in model.meetings.items()
            for user, left in met.items()
        ],
    )


@pytest.fixture
def connection(migrated_dsn: str) -> Iterator[tuple[asyncio.Runner, Database, list[str]]]:
    """A connection with people who wait nowhere; all is undone."""
    with asyncio.Runner() as runner:

        async def prepare() -> tuple[Database, list[str]]:
            database = Database(await asyncpg.connect(migrated_dsn))
            await database.admin.transaction().start()
            await database.admin.execute("delete from private.match_tickets")
            return database, await people(database, PERSONS)

        database, users = runner.run(prepare())
        yield runner, database, users
        runner.run(database.admin.close())


async def search(database: Database, users: list[str], examples: int) -> int:
    """Lets one person ask in each of many crowds; returns how often they were matched."""
    matched = 0
    for seed in range(examples):
        rng = random.Random(seed)
        async with database.undone():
            model = crowd_of(rng.sample(users, len(users)), rng, clock())
            await write(database, model)
            for call in (Call(users[0], "status"), Call(users[1], "status")):
                code, said = await ask(database, call)
                expected = foresee(model, call, said["as_of"])
                try:
                    Comparison(model, said["as_of"], 0).answer(expected, code, said)
                except Differs as different:
                    raise Differs(f"seed {seed}: {different}") from different
                matched += said["state"] == "matched"
    return matched


Connection = tuple[asyncio.Runner, Database, list[str]]


def test_the_oldest_group(connection: Connection) -> None:
    """Who asks is put together with whom has waited longest, then with who has next, and so on."""
    runner, database, users = connection
    matched = runner.run(search(database, users, EXAMPLES))
    assert 0.2 * EXAMPLES < matched < 1.9 * EXAMPLES  # else the crowds say nothing


WEAKER = [
    # the rule, the function that keeps it, a check, what is left of it
    ("blocked", "not_with", "b.blocker_id = p_user_id", "false"),
    ("blocked by", "not_with", "b.blocked_id = p_user_id", "false"),
    ("met", "match_time", "'10 minutes'", "'0'"),
    ("blocks among others", "conflicts", "k.blocker_id = a.user_id", "false"),
    ("met, among others", "conflicts", "m.user_id = a.user_id", "false"),
    ("patience", "match_time", "'20 seconds'", "'0'"),
    ("strangers, oneself", "match_buckets", "me.strangers and", "true and"),
    ("silence of others", "match_buckets", "t.asked_at > p_now -", "p_now > p_now -"),
    ("order", "find_group", "order by b.sinces[:others], b.users", "order by b.users"),
    ("order in a list", "match_buckets", "order by f.since, f.user_id", "order by f.user_id"),
    (
        *("order among many", "find_group_among_many"),
        *("(sinces, users) < (best_sinces, best)", "users < best"),
    ),
    (
        *("more than one list", "find_group_among_many"),
        *("exit when best_sinces < bucket.sinces[:others]", "exit when best_sinces is not null"),
    ),
    ("steps", "first_without_conflict", "1..2000", "1..3"),
    ("language", "match_buckets", "x.language = l.language", "true"),
    ("any language", "match_buckets", "x.language = '*'", "false"),
    ("topic", "match_buckets", "x.topic = o.topic", "true"),
]
NAMES = [each[0] for each in WEAKER]


@pytest.mark.parametrize(("function", "check", "left"), [w[1:] for w in WEAKER], ids=NAMES)
def test_the_search_finds_a_rule_that_is_missing(
    connection: Connection, function: str, check: str, left: str
) -> None:
    """With one rule out of force, the same crowds find it."""
    runner, database, users = connection
    written = runner.run(definition(database.admin, function))
    weaker = written.replace(check, left)
    assert weaker != written

    async def weakened() -> None:
        await database.admin.execute(weaker)
        await search(database, users, 2000)

    with pytest.raises(Differs):
        runner.run(weakened())

"""Databases in which many people wait, for the benchmark `matching`.

Whom people wish to meet is drawn: interests and languages are as uneven as they are among people.
The crowd is the same before each measurement: what was matched is put back with the same wishes at
the same place in the queue, who came and waits goes away.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from bench.matching_judge import APART_S, BLOCKED, Apart, Person, Wish
from bench.roles_rooms import id_of
from deploy import migrations
from local.addresses import ROOT
from local.supabase import platform

INTERESTS = [f"interest {n}" for n in range(1, 81)]
_HOW_POPULAR = [1 / n**0.9 for n in range(1, 81)]  # Zipf
_HOW_MANY = {0: 10, 1: 15, 2: 25, 3: 25, 5: 20, 8: 5}
_LANGUAGES = {"en": 45, "de": 20, "fr": 10, "es": 10, "pt": 6, "tr": 5, "pl": 4}
_SIZES = {2: 60, 3: 15, 4: 12, 5: 6, 6: 4, 8: 3}
LONGEST_WAIT_S = 300.0
PAIRS = 2  # so many people has each blocked, and met of late


def wish(rng: random.Random, sizes: dict[int, int] = _SIZES) -> Wish:
    """Draws what somebody wishes."""
    count = _one_of(rng, _HOW_MANY)
    return Wish(
        size=_one_of(rng, sizes),
        interests=frozenset(rng.choices(INTERESTS, _HOW_POPULAR, k=count)),
        languages=frozenset(
            rng.choices([*_LANGUAGES], [*_LANGUAGES.values()], k=rng.choice([1, 1, 1, 2]))
        ),
        strangers=rng.random() < 0.7,
    )


def _one_of(rng: random.Random, weights: dict[int, int]) -> int:
    return rng.choices([*weights], [*weights.values()])[0]


def join_arguments(wished: Wish) -> tuple[list[str], int, list[str], bool]:
    """Returns what join_matching is told, after the pool."""
    return [*wished.interests], wished.size, [*wished.languages], wished.strangers


async def create(server: str, name: str, people: int) -> str:
    """Makes a database with our schema and so many people, numbered from 1; returns its DSN."""
    admin = await platform.connect(server)
    await admin.execute(f'create database "{name}"')
    await admin.close()
    dsn = server.rpartition("/")[0] + f"/{name}"
    await platform.install(dsn)
    await migrations.apply(dsn, ROOT / "sql")
    connection: asyncpg.Connection = await platform.connect(dsn)
    try:
        await add_people(connection, [id_of("person", n) for n in range(1, people + 1)])
    finally:
        await connection.close()
    return dsn


async def add_people(connection: asyncpg.Connection, users: Sequence[UUID]) -> None:
    """Makes accounts."""
    async with connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(
            "insert into auth.users (id, email)"
            " select u, u || '@sangha.example' from unnest($1::uuid[]) as u on conflict do nothing",
            users,
        )
        await connection.execute(
            "insert into public.profiles (user_id, display_name)"
            " select u, 'Person' from unnest($1::uuid[]) as u on conflict do nothing",
            users,
        )


async def keep_apart(
    connection: asyncpg.Connection,
    blocks: Sequence[tuple[UUID, UUID]],
    meetings: Sequence[tuple[UUID, UUID, datetime]],
) -> None:
    """Makes people block each other (who, whom), and have met until some time."""
    await connection.executemany(
        "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)"
        " on conflict do nothing",
        blocks,
    )
    await connection.executemany(
        "insert into private.match_meetings (user_id, match_id, left_at) values ($1, $2, $3)",
        [
            (user, id_of("meeting", number), left_at)
            for number, (one, other, left_at) in enumerate(meetings)
            for user in (one, other)
        ],
    )


@dataclass(slots=True)
class Crowd:
    """People who wait in a database, those who may come, and who may not meet."""

    connection: asyncpg.Connection
    waiting: dict[UUID, Person]
    newcomers: list[UUID]
    apart: Apart

    async def restore(self) -> None:
        """Makes the queue what it was."""
        async with self.connection.transaction():
            await self.connection.execute(
                "delete from private.match_tickets where match_id is not null"
            )
            await self.connection.execute("delete from private.matches")
            await self.connection.execute(
                "delete from private.match_tickets where user_id = any($1)", self.newcomers
            )
            await self._add_missing()

    async def _add_missing(self) -> None:
        there = await self.connection.fetch("select user_id from private.match_tickets")
        missing = self.waiting.keys() - {row["user_id"] for row in there}
        # they ask all the time: their tickets are as if they had just asked
        await self.connection.executemany(
            "insert into private.match_tickets"
            " (interests, group_size, languages, strangers, user_id, since, asked_at)"
            " values ($1, $2, $3, $4, $5, $6, now() + interval '1 hour')",
            [
                (
                    *join_arguments(person.wish),
                    person.user,
                    datetime.fromtimestamp(person.since, UTC),
                )
                for person in (self.waiting[user] for user in missing)
            ],
        )
        await self.connection.execute("select private.index_tickets($1)", [*missing])


async def gather(dsn: str, size: int, newcomers: int) -> Crowd:
    """Makes `size` people wait, and as many accounts who may come; some may not meet."""
    rng = random.Random(size)
    users = [id_of("person", n) for n in range(1, size + newcomers + 1)]
    now = datetime.now(UTC)
    waiting = {
        user: Person(user, wish(rng), now.timestamp() - LONGEST_WAIT_S * (1 - n / size))
        for n, user in enumerate(users[:size])
    }
    # every second block is of somebody who has waited long: they are who would be chosen
    among = [users[:size], users[: size // 10]]
    left_at = now - timedelta(seconds=APART_S / 2)
    blocks, meetings = [], []
    for user in users:
        for _ in range(PAIRS):
            blocked, met = rng.choice(rng.choice(among)), rng.choice(users[:size])
            blocks += [(user, blocked)] * (blocked != user)
            meetings += [(user, met, left_at)] * (met != user)
    apart = {frozenset((one, other)): left_at.timestamp() + APART_S for one, other, _ in meetings}
    apart |= dict.fromkeys(map(frozenset, blocks), BLOCKED)
    connection = await platform.connect(dsn)
    crowd = Crowd(connection, waiting, users[size:], apart)
    await keep_apart(connection, blocks, meetings)
    await crowd.restore()
    await connection.execute("vacuum analyze")
    return crowd

"""What roles cost the database: rooms of 1,000 and of 100,000 members with five roles each.

Calls are the API's own, made as PostgREST makes them: one statement, in a transaction under the
caller's role and claims. A time is of the statement and its commit, on an open connection. Rooms
take turns within a round, so that what else the machine does meets both.

The permission check of the token endpoint is also asked of the first release's database, which has
no roles.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from bench import roles_rooms as rooms
from bench.report import Report, percentile, progress
from bench.roles_plans import Plan, explained, read_whole
from bench.roles_rooms import ROOM, id_of
from local import postgres
from local.supabase import platform

SMALL = 1_000
LARGE = 100_000
GROWTH = 1.5  # the bar: what a hundred times the members may cost
WARM_UP = 8  # PostgreSQL decides on a cached plan after five
EVERYBODYS = id_of("role", 1)
RARE = id_of("role", 9)  # has one member in 62
_MEMBERS = "select public.members($1, $2, $3, $4, $5)"
_TOKEN = "token_check"


@dataclass(frozen=True, slots=True)
class Call:
    """One statement, by somebody."""

    person: int
    statement: str
    arguments: tuple[Any, ...]


def members_page(limit: int, after: int = 0, role: UUID | None = None) -> Call:
    """Returns the call of a page of members, after somebody and of a role where these are given."""
    cursor = (rooms.joined_us(after), id_of("person", after)) if after else (None, None)
    return Call(rooms.MANAGER, _MEMBERS, (ROOM, limit, *cursor, role))


def _set_member_roles(turn: int) -> Call:
    """Gives a member four roles for four others; each turn another member."""
    number = turn + 10
    arguments = (ROOM, id_of("person", number), rooms.roles_of(number, 1))
    return Call(rooms.MANAGER, "select public.set_member_roles($1, $2, $3)", arguments)


def _order_roles(turn: int) -> Call:
    """Turns the order of all roles below the caller's around: 249 of 250."""
    others = [id_of("role", n) for n in range(1, rooms.ROLES)]
    order = [id_of("role", rooms.ROLES), *(others if turn % 2 == 0 else reversed(others))]
    return Call(rooms.MANAGER, "select public.order_roles($1, $2)", (ROOM, order))


def _voice_access(turn: int) -> Call:
    arguments = (ROOM, id_of("channel", 1))
    return Call(turn + 3, "select public.voice_access($1, $2)", arguments)


CALLS: dict[str, Callable[[int, int], Call]] = {
    "first_page": lambda _members, _turn: members_page(100),
    "middle_page": lambda members, _turn: members_page(100, after=members // 2),
    "last_page": lambda members, _turn: members_page(100, after=members - 100),
    "page_of_1000": lambda _members, _turn: members_page(1000),
    "page_of_everybodys_role": lambda _members, _turn: members_page(100, role=EVERYBODYS),
    "page_of_10_of_a_rare_role": lambda _members, _turn: members_page(10, role=RARE),
    "set_member_roles": lambda _members, turn: _set_member_roles(turn),
    "order_250_roles": lambda _members, turn: _order_roles(turn),
    _TOKEN: lambda _members, turn: _voice_access(turn),
}
"""What is called, in a room of so many members, in a round."""

Times = dict[tuple[str, int], list[float]]


def run(rounds: int = 120) -> Report:
    """Measures every call in both rooms, `rounds` times each."""
    with postgres.running() as port:
        return asyncio.run(_measure(postgres.dsn(port), rounds))


async def _measure(server: str, rounds: int) -> Report:
    connections = {}
    try:
        for members in (SMALL, LARGE):
            progress(f"roles: making a room of {members:,} members")
            dsn = await rooms.create(server, f"members_{members}", members)
            connections[members] = await platform.connect(dsn)
        progress("roles: making a room of the first release")
        dsn = await rooms.create(server, "first_release", LARGE, rooms.FIRST_RELEASE)
        before = await platform.connect(dsn)
        connections[0] = before
        progress(f"roles: {rounds} rounds")
        times = await _times(connections, rounds)
        report = Report("roles")
        _add_times(report, times)
        await _add_plans(report, connections[LARGE])
    finally:
        for connection in connections.values():
            await connection.close()
    return report


async def _times(connections: dict[int, asyncpg.Connection], rounds: int) -> Times:
    """Returns milliseconds by call and room; room 0 is the first release's."""
    times: Times = {}
    for turn in range(WARM_UP + rounds):
        for name, call in CALLS.items():
            order = [SMALL, LARGE] if turn % 2 else [LARGE, SMALL]
            for members in [*order, 0] if name == _TOKEN else order:
                taken = await _timed(connections[members], call(members, turn))
                if turn >= WARM_UP:
                    times.setdefault((name, members), []).append(taken)
    return times


async def _timed(connection: asyncpg.Connection, call: Call) -> float:
    async with connection.transaction():
        await _become(connection, call.person)
        began = perf_counter()
        await connection.fetchval(call.statement, *call.arguments)
    return (perf_counter() - began) * 1000


async def _become(connection: asyncpg.Connection, person: int) -> None:
    """Makes the rest of the transaction a signed-in user's."""
    claims = {"role": "authenticated", "sub": str(id_of("person", person))}
    await connection.execute(
        "select set_config('request.jwt.claims', $1, true)", json.dumps(claims)
    )
    await connection.execute("set local role authenticated")


def _add_times(report: Report, times: Times) -> None:
    for name in CALLS:
        small, large = times[name, SMALL], times[name, LARGE]
        for percent in (50, 99):
            note = f"{LARGE:,} members; {percentile(small, percent):.2f} of {SMALL:,}"
            report.add(f"{name}_p{percent}_ms", percentile(large, percent), note)
        growth = percentile(large, 50) / percentile(small, 50)
        report.add(f"{name}_growth", growth, "of the p50", at_most=GROWTH)
    before, now = times[_TOKEN, 0], times[_TOKEN, LARGE]
    for percent in (50, 99):
        note = "the first release, without roles"
        report.add(f"{_TOKEN}_before_p{percent}_ms", percentile(before, percent), note)
    report.add(f"{_TOKEN}_times_before", percentile(now, 50) / percentile(before, 50), "of the p50")


async def _add_plans(report: Report, connection: asyncpg.Connection) -> None:
    """Counts the statements in a page, however long, and the tables that a call reads whole."""
    few = len(await plans_in(connection, members_page(10)))
    many = len(await plans_in(connection, members_page(1000)))
    report.add("statements_in_a_page_of_10", few, "the call and all in it")
    report.add("statements_in_a_page_of_1000", many, "no more", at_least=few, at_most=few)
    whole = {
        f"{name} reads {table}"
        for name, call in CALLS.items()
        for table in read_whole(await plans_in(connection, call(LARGE, 500)))
    }
    note = ", ".join(sorted(whole)) or f"by {len(CALLS)} calls, of tables that grow"
    report.add("tables_read_whole", len(whole), note, at_most=0)


async def plans_in(connection: asyncpg.Connection, call: Call) -> list[Plan]:
    """Returns the plans of all statements in a call, and undoes what it did."""
    async with _undone(connection), explained(connection) as plans:
        await _become(connection, call.person)
        await asyncio.sleep(0)  # the event loop hands messages over
        plans.clear()
        await connection.fetchval(call.statement, *call.arguments)
        await connection.execute("reset role")  # a statement's plan is told when the next one comes
        await asyncio.sleep(0)
        return plans


async def answer_to(connection: asyncpg.Connection, call: Call) -> str:
    """Returns the JSON that a call answers with, and undoes what it did."""
    async with _undone(connection):
        await _become(connection, call.person)
        return str(await connection.fetchval(call.statement, *call.arguments))


@asynccontextmanager
async def _undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()

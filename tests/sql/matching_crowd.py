"""Many who join, ask, leave and block at once, a connection each; all goes at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncpg

from tests.sql.conftest import Database
from tests.sql.matching_model import Matching
from tests.sql.matching_stage import Answer, Call, Comparison, Differs, age, ask, clock, foresee
from tests.sql.matching_tables import compare, consistent, left_over, tables
from tests.sql.world import people

CONNECTIONS = 16
DEADLINE_S = 20.0
PATIENCE = {"deadlock_timeout": "50ms", "statement_timeout": "15000"}
TABLES = ("match_tickets", "matches", "match_meetings", "match_waits")


class Crowd:
    """The people, and who looks on; what the model makes of all that they have done."""

    def __init__(self, looking: Database, acting: list[Database], users: list[str]) -> None:
        self.looking = looking
        self.acting = acting
        self.users = users
        self.model = Matching()
        self.passed = 0

    async def forget(self) -> None:
        """Begins anew, with nobody waiting."""
        for table in TABLES:
            await self.looking.admin.execute(f"delete from private.{table}")
        await self.looking.admin.execute("delete from public.user_blocks")
        self.model = Matching()

    async def wait(self, ms: int) -> None:
        """Lets time pass."""
        await age(self.looking.admin, ms)
        self.passed += ms

    async def at_once(self, calls: list[Call]) -> list[Answer]:
        """Makes calls at once, each on a connection of its own; some order must explain them."""
        async with asyncio.timeout(DEADLINE_S):
            tasks = [
                asyncio.ensure_future(ask(database, call))
                for database, call in zip(self.acting, calls, strict=False)
            ]
            done = await asyncio.gather(*tasks, return_exceptions=True)  # all, even if one fails
        answers = [each for each in done if not isinstance(each, BaseException)]
        for each in done:
            if isinstance(each, BaseException):
                raise each
        read = await tables(self.looking)
        consistent(read)
        now = clock() + self.passed

        def ends(model: Matching) -> bool:
            try:
                compare(model, now, self.passed, read)
            except Differs:
                return False
            return True

        told = list(zip(calls, answers, strict=False))
        found = next(filter(ends, orders(self.model, told, now, self.passed)), None)
        if found is None:
            raise Differs(story_of(self.model, told, read, self.passed))
        for born, row in enumerate(read["tickets"]):  # answers cut what is below a millisecond
            if row["user_id"] in found.tickets:
                found.renumber(row["user_id"], born)
        self.model = found
        return answers

    async def everybody_asks(self) -> None:
        """Everybody who waits asks once, at once; then no group is left among those who wait."""
        waiting = [t.user for t in self.model.tickets.values() if t.match is None]
        await self.at_once([Call(user, "status") for user in waiting])
        read = await tables(self.looking)
        left_over(self.model, clock() + self.passed, self.passed, read)


def story_of(
    model: Matching, told: list[tuple[Call, Answer]], read: dict[str, Any], passed: int
) -> str:
    """Tells what happened, for whoever must find out why."""
    lines = ["no order explains these calls:"]
    lines += [f"before {t}" for t in model.tickets.values()]
    lines += [f"before {n} {match}" for n, match in model.matches.items()]
    lines += [f"before {model.blocks} {model.meetings} {model.names} {passed}"]
    told = sorted(told, key=lambda each: each[1][1].get("as_of", 0))
    lines += [f"call {call} answer {code}{said}" for call, (code, said) in told]
    lines += [f"after {dict(row)}" for row in read["tickets"]]
    return "\n".join(lines)


def orders(
    model: Matching, told: list[tuple[Call, Answer]], latest: int, passed: int
) -> Iterator[Matching]:
    """Finds what orders of calls, whose answers are known, may have led to.

    Answers say when their call had its turn. Others may have had theirs at any time.
    """
    seen: set[tuple[frozenset[int], str]] = set()

    def at(n: int) -> int | None:
        as_of: int | None = told[n][1][1].get("as_of")
        return as_of

    def lead(model: Matching, left: frozenset[int], now: int) -> Iterator[Matching]:
        if not left:
            yield model
            return
        state = (left, repr(model))
        if state in seen:
            return
        seen.add(state)
        first = min((t for n in left if (t := at(n)) is not None), default=None)
        for n in sorted(left, key=lambda n: (at(n) is None, n)):
            time = at(n)
            if time is not None and time != first:
                continue
            call, (code, said) = told[n]
            following = model.copy()
            then = now if time is None else time + passed
            expected = foresee(following, call, then)
            try:
                Comparison(following, then, passed).answer(expected, code, said)
            except Differs:
                continue
            yield from lead(following, left - {n}, then)

    everything = frozenset(range(len(told)))
    earliest = min((t for n in everything if (t := at(n)) is not None), default=latest - passed)
    yield from lead(model, everything, earliest + passed)


def crowded(dsn: str, story: Callable[[Crowd], Awaitable[None]], *, persons: int = 16) -> None:
    """Tells a story with a crowd; whoever deadlocks is told so at once."""

    async def main() -> None:
        connections: list[Any] = [
            await asyncpg.connect(dsn, server_settings=PATIENCE) for _ in range(CONNECTIONS + 1)
        ]
        looking, *acting = map(Database, connections)
        users = await people(looking, persons)
        crowd = Crowd(looking, acting, users)
        await crowd.forget()
        try:
            await story(crowd)
        finally:
            run = looking.admin.execute
            await crowd.forget()
            await run("delete from realtime.messages where topic like 'user:%'")
            await run("delete from public.rooms where owner_id = any($1::uuid[])", users)
            await run("delete from auth.users where id = any($1::uuid[])", users)
            for connection in connections:
                await connection.close()

    asyncio.run(main())

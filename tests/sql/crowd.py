"""Many people at once, a connection each, in rooms that are really there; all goes at the end."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg

from common.grants import Permission
from tests.sql.attempts import call_of, made_by
from tests.sql.conftest import Database
from tests.sql.world import No, World, attempt, people, read, write

PEOPLE = 16
DEADLINE_S = 20.0
ROLES = int(Permission.MANAGE_ROLES)
ROLES_AND_MORE = int(Permission.MANAGE_ROLES | Permission.KICK_MEMBERS | Permission.BAN_MEMBERS)
KICK = int(Permission.KICK_MEMBERS | Permission.BAN_MEMBERS)
VIEW = int(Permission.VIEW_CHANNEL)
COUNTED = {
    *("create_role", "edit_role", "delete_role", "order_roles", "set_member_roles", "edit_room"),
    *("create_channel", "edit_channel", "delete_channel", "order_channels", "transfer_room"),
}
"""Operations that the room's version counts."""


@dataclass(frozen=True)
class Call:
    """An operation in the model's words."""

    me: str
    kind: str
    said: dict[str, Any]
    version: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of calls made at once."""

    before: World
    after: World
    codes: list[str]
    answers: list[dict[str, Any]]


Begin = Callable[[list[str]], tuple[World, list[Call]]]


class Crowd:
    """The people, and who looks on."""

    def __init__(self, looking: Database, acting: list[Database], users: list[str]) -> None:
        self.looking = looking
        self.acting = acting
        self.users = users

    async def begin(self, world: World) -> None:
        """Puts a room in place."""
        async with self.looking.admin.transaction():
            await write(self.looking, world)

    async def end(self, room: str) -> None:
        """Takes a room away, with what was said in it."""
        run = self.looking.admin.execute
        await run("delete from public.rooms where id = $1", room)
        await run("delete from realtime.messages where topic = 'room:' || $1::text", room)

    async def at_once(
        self, room: str, calls: list[Call], *, queued: bool = False, world: World | None = None
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Makes calls at once, each within the deadline; returns their codes and answers.

        With `queued` all of them wait for the room, in this order, before the first may go on.
        """
        world = world or await read(self.looking, room)

        async def one(database: Database, call: Call) -> tuple[str, dict[str, Any]]:
            arguments = call_of(world, call.kind, call.said)
            if call.version is not None:
                arguments["version"] = call.version
            return await attempt(database, call.me, call.kind, **arguments)

        async with asyncio.timeout(DEADLINE_S):
            tasks = []
            async with self._closed(room if queued else None):
                for database, call in zip(self.acting, calls, strict=False):
                    tasks.append(asyncio.ensure_future(one(database, call)))
                    if queued:
                        await self.waiting(database, tasks[-1])
            await asyncio.wait(tasks)  # all of them, even if one fails
            done = [task.result() for task in tasks]
        return [code for code, _ in done], [answer for _, answer in done]

    @asynccontextmanager
    async def _closed(self, room: str | None) -> AsyncIterator[None]:
        """Keeps everybody else from changing a room."""
        async with self.looking.admin.transaction():
            if room:
                sql = "select from public.rooms where id = $1 for no key update"
                await self.looking.admin.execute(sql, room)
            yield

    async def waiting(self, database: Database, task: "asyncio.Future[Any]") -> None:
        """Returns once a call waits for a lock, or is over."""
        sql = "select exists (select from pg_locks where pid = $1 and not granted)"
        pid = database.admin.get_server_pid()
        # another process's lock is no event
        while not task.done() and not await self.looking.admin.fetchval(sql, pid):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    async def contest(self, begin: Begin, *, free: int = 4) -> list[Outcome]:
        """Plays calls at once: in each order of arrival, then `free` times as it comes.

        Each time in a room of its own, and each time some serial order must explain what came.
        """
        _, calls = begin(self.users)
        orders = list(itertools.permutations(range(len(calls))))[:6]
        outcomes = []
        for order in [*orders, *[None] * free]:
            world, calls = begin(self.users)
            arrive = [calls[n] for n in order] if order else calls
            await self.begin(world)
            codes, answers = await self.at_once(world.room, arrive, queued=order is not None)
            after = await read(self.looking, world.room)
            explained(world, arrive, codes, answers, after)
            await self._counted(world.room, arrive, codes)
            await self.end(world.room)
            came = [arrive.index(call) for call in calls]
            outcomes.append(
                Outcome(world, after, [codes[n] for n in came], [answers[n] for n in came])
            )
        return outcomes

    async def _counted(self, room: str, calls: list[Call], codes: list[str]) -> None:
        """Holds that the version has grown by one with each change: no update was lost."""
        changes = sum(c.kind in COUNTED and not code for c, code in zip(calls, codes, strict=True))
        assert await self.version(room) == 1 + changes

    async def version(self, room: str) -> int:
        """Returns the version of a room."""
        sql = "select version from public.rooms where id = $1"
        return int(await self.looking.admin.fetchval(sql, room))


def explained(
    before: World,
    calls: list[Call],
    codes: list[str],
    answers: list[dict[str, Any]],
    after: World,
) -> None:
    """Holds that the calls, one after the other in some order, lead to the same."""

    def lead(world: World, left: list[int]) -> bool:
        if not left:
            return world == after
        for n in left:
            following = world.copy()
            try:
                getattr(following, calls[n].kind)(calls[n].me, made_by(answers[n]), **calls[n].said)
                code = ""
            except No as refusal:
                code, following = str(refusal), world
            if code == codes[n] and lead(following, [m for m in left if m != n]):
                return True
        return False

    assert lead(before, list(range(len(calls)))), (calls, codes, before, after)


def room(
    users: list[str],
    *,
    roles: list[int],
    held: dict[int, set[int]],
    everyone: int = 0,
    members: int = 6,
    channels: int = 1,
    public: bool = True,
) -> World:
    """Makes a room of users[:members], the first its owner; roles are numbered from 1, lowest."""
    own = str(uuid4())
    order = [own, *(str(uuid4()) for _ in roles)]
    made = [str(uuid4()) for _ in range(channels)]
    return World(
        room=own,
        owner=users[0],
        public=public,
        order=order,
        bits=dict(zip(order, [everyone, *roles], strict=True)),
        members={
            user: frozenset(order[role] for role in held.get(n, ()))
            for n, user in enumerate(users[:members])
        },
        channels=made,
        kinds=dict.fromkeys(made, "voice"),
        overwrites={channel: {} for channel in made},
    )


def staffed(users: list[str], **more: Any) -> World:
    """A room where users[1] leads users[2], who leads users[3]; roles 1 and 2 are below all."""
    roles = [VIEW, 0, ROLES_AND_MORE, ROLES_AND_MORE | VIEW, ROLES_AND_MORE | VIEW]
    held = {1: {5}, 2: {4}, 3: {1, 3}}
    return room(users, roles=roles, held=held, **more)


def gathered(dsn: str, story: Callable[[Crowd], Awaitable[None]]) -> None:
    """Tells a story with a crowd; whoever deadlocks is told so at once."""

    async def main() -> None:
        patience = {"deadlock_timeout": "50ms", "statement_timeout": "15000"}
        connections = [
            await asyncpg.connect(dsn, server_settings=patience) for _ in range(PEOPLE + 1)
        ]
        looking, *acting = map(Database, connections)
        users = await people(looking, PEOPLE)
        try:
            await story(Crowd(looking, acting, users))
        finally:
            owned = "owner_id = any($1::uuid[])"
            topics = f"select 'room:' || r.id from public.rooms as r where r.{owned}"
            messages = f"delete from realtime.messages where topic in ({topics})"
            await looking.admin.execute(messages, users)
            await looking.admin.execute(f"delete from public.rooms where {owned}", users)
            await looking.admin.execute("delete from auth.users where id = any($1::uuid[])", users)
            for connection in connections:
                await connection.close()

    asyncio.run(main())

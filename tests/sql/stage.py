"""A room with one of each: the stage on which the rules are told one by one."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg

from common.grants import Permission
from local.supabase import functions
from tests.sql.conftest import Database, Tell
from tests.sql.crowd import room
from tests.sql.world import World, attempt, people, read, write

NOT_TEXT = "22P02"  # invalid input syntax: what isn't of the type at all
NUL = "22P05"  # PostgreSQL's texts have no NUL
TOO_BIG = "22003"

ROLES = int(Permission.MANAGE_ROLES)
VIEW = int(Permission.VIEW_CHANNEL)
SPEAK = int(Permission.SPEAK)
MODERATES = int(
    Permission.MANAGE_ROLES
    | Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MUTE_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.MANAGE_CHANNELS
    | Permission.VIEW_CHANNEL
)


class Room:
    """A room with an owner, a leader, an equal, a lower member, one without roles, a stranger.

    Roles from the top: 5 top (nobody's), 4 lead (leader's and equal's), 3 middle, 2 low (the lower
    member's), 1 bottom.
    """

    def __init__(self, database: Database, world: World, users: list[str]) -> None:
        self.database = database
        self.world = world
        self.owner, self.leader, self.equal, self.lower, self.plain, self.stranger = users

    def role(self, n: int) -> str:
        """Returns the id of a role by its place at the start."""
        return self.world.order[n]

    async def now(self) -> World:
        """Reads the room; its roles' places are 0 to n without a gap."""
        return await read(self.database, self.world.room)

    async def may(self, who: str, function: str, **arguments: Any) -> dict[str, Any]:
        """Calls what must be allowed."""
        arguments = {"room_id": self.world.room} | arguments
        return dict(await self.database.call(UUID(who), function, **arguments))

    async def code(self, who: str, function: str, **arguments: Any) -> str:
        """Calls what may be refused, which changes nothing; returns the code or ""."""
        before = await self.now()
        arguments = {"room_id": self.world.room} | arguments
        code, _ = await attempt(self.database, who, function, **arguments)
        assert code == "" or await self.now() == before, code
        return code

    async def pushed(self) -> list[dict[str, Any]]:
        """Returns what was said on the room's topic, the oldest first, and forgets it."""
        rows = await self.database.admin.fetch(
            "delete from realtime.messages where topic = $1 "
            "returning payload, event, private, extension",
            f"room:{self.world.room}",
        )
        for row in rows:
            assert (row["event"], row["private"], row["extension"]) == ("room", True, "broadcast")
        return [json.loads(row["payload"]) for row in rows]

    async def version(self) -> int:
        """Returns the room's version."""
        sql = "select version from public.rooms where id = $1"
        return int(await self.database.admin.fetchval(sql, self.world.room))


Act = Callable[[Room], Awaitable[None]]


Play = Callable[[Act], None]


def playing(tell: Tell) -> Play:
    """Returns what plays an act in a room of its own, which is undone."""

    def run(act: Act) -> None:
        async def story(database: Database) -> None:
            async with database.undone():
                users = await people(database, 6)
                world = room(
                    users,
                    roles=[0, 0, 0, MODERATES, 0],
                    held={1: {4}, 2: {4, 1}, 3: {2}},
                    everyone=VIEW | SPEAK | int(Permission.CONNECT),
                    members=5,
                    channels=2,
                )
                await write(database, world)
                await act(Room(database, world, users))

        tell(story)

    return run


async def everything(here: Room) -> list[str]:
    """Returns all that is written of anybody's rooms, and all that was pushed."""
    tables = ("rooms", "room_members", "room_roles", "room_user_roles", "channels")
    more = ("channel_overwrites", "room_bans", "room_invites")
    names = [*(f"public.{table}" for table in (*tables, *more)), "realtime.messages"]
    fetch = here.database.admin.fetchval
    return [
        str(await fetch(f"select jsonb_agg(to_jsonb(t) order by t) from {name} as t"))
        for name in names
    ]


async def sent(here: Room, who: str, function: str, /, **arguments: Any) -> tuple[str, Any]:
    """Sends a call; returns the code of a rule, or the SQLSTATE of a value, or "" and the answer.

    Nothing may be left of what is refused.
    """
    admin = here.database.admin
    arguments = {
        f"p_{key}": value for key, value in ({"room_id": here.world.room} | arguments).items()
    }
    if function in {"create_room", "invite"}:
        del arguments["p_room_id"]
    before = await everything(here)
    try:
        async with admin.transaction():
            called = (await functions.find(admin, function, arguments)).statement(arguments)
            claims = {"role": "authenticated", "sub": str(UUID(who))}
            await admin.execute("set local role authenticated")
            sql = "select set_config('request.jwt.claims', $1, true)"
            await admin.execute(sql, json.dumps(claims))
            answer = await admin.fetchval(called, json.dumps(arguments))
            await admin.execute("reset role")
    except asyncpg.PostgresError as error:
        assert await everything(here) == before
        state = str(error.sqlstate)
        return (error.as_dict()["message"] if state.startswith("PT4") else state), None
    return "", json.loads(answer)

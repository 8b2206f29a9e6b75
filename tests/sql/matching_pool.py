"""People who may be matched, on one connection: all that they do is undone."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from common.grants import Permission
from tests.sql.conftest import Database, Tell
from tests.sql.crowd import room
from tests.sql.matching_stage import Call, ask
from tests.sql.world import attempt, people, write

TALK = Permission.VIEW_CHANNEL | Permission.CONNECT | Permission.SPEAK
Act = Callable[["Pool"], Awaitable[None]]
Play = Callable[[Act], None]


class Pool:
    """People at the database, nobody waiting, a room of the first ones; all is undone."""

    def __init__(self, database: Database, users: list[str]) -> None:
        self.database = database
        self.users = users
        self.run = database.admin.execute

    async def join(self, n: int, **wish: Any) -> tuple[str, dict[str, Any]]:
        """Joins as user n with what the API takes."""
        return await attempt(self.database, self.users[n], "join_matching", **wish)

    async def told(self, n: int, **wish: Any) -> dict[str, Any]:
        """Joins as user n, who must be let."""
        code, said = await self.join(n, **wish)
        assert code == "", code
        return said

    async def status(self, n: int) -> dict[str, Any]:
        """Asks."""
        _, said = await ask(self.database, Call(self.users[n], "status"))
        return said

    async def arrive(self, match: str, *of: int) -> None:
        """Tells that they are there."""
        for n in of:
            sid = f"PA_{n}"
            await ask(
                self.database,
                Call(self.users[n], "joined", match=match, livekit="RM", session=(1, sid)),
            )

    async def pushed(self, n: int) -> list[dict[str, Any]]:
        """Returns what was said to user n, the oldest first, and forgets it."""
        rows = await self.database.admin.fetch(
            "delete from realtime.messages where topic = $1 returning payload, event, private",
            f"user:{self.users[n]}",
        )
        assert {(row["event"], row["private"]) for row in rows} <= {("matching", True)}
        said = [json.loads(row["payload"]) for row in rows]
        return [{k: v for k, v in each.items() if k != "id"} for each in said]

    async def room(self, *, members: int = 4, everyone: int = int(TALK)) -> str:
        """Makes a room of the first users, the first its owner."""
        world = room(self.users, roles=[], held={}, everyone=everyone, members=members)
        await write(self.database, world)
        return world.room


def playing(tell: Tell) -> Play:
    """Returns what plays an act, which is undone."""

    def run(act: Act) -> None:
        async def story(database: Database) -> None:
            async with database.undone():
                await database.admin.execute("delete from private.match_tickets")
                await database.admin.execute("delete from private.match_waits")
                await act(Pool(database, await people(database, 12)))

        tell(story)

    return run

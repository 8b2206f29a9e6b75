"""Scenes in which something goes away: matches, rooms, and what ends them."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from common.grants import Permission
from tests.sql.conftest import Database
from tests.sql.crowd import room
from tests.sql.matching_crowd import Crowd
from tests.sql.matching_model import Wish
from tests.sql.matching_stage import ANYBODY, Call, ask, join
from tests.sql.world import World, attempt, write

TALK = int(Permission.VIEW_CHANNEL | Permission.CONNECT | Permission.SPEAK)


async def status(crowd: Crowd, user: str) -> dict[str, Any]:
    """Asks."""
    _, said = await ask(crowd.looking, Call(user, "status"))
    return said


async def gather(crowd: Crowd, users: list[str], wish: Wish = ANYBODY) -> str:
    """Puts people into a match; returns its id."""
    for user in users:
        code, said = await join(crowd.looking, user, wish)
        assert code == "", code
    return str(said["match"]["id"])


async def arrive(crowd: Crowd, match: str, *users: str) -> None:
    """Tells that people are there."""
    for user in users:
        await ask(crowd.looking, arrival(match, user))


def arrival(match: str, user: str, *, kind: str = "joined", n: int = 0) -> Call:
    """Returns the event of somebody's arrival, or of their going."""
    return Call(user, kind, match=match, livekit="RM_1", session=(n, f"PA_{user}_{n}"))


async def remove(crowd: Crowd, user: str) -> None:
    """Deletes an account."""
    await crowd.looking.admin.execute("delete from auth.users where id = $1", user)


async def here(crowd: Crowd, *, members: int = 16, public: bool = True) -> World:
    """Makes a room where everybody may talk."""
    made = room(crowd.users, roles=[], held={}, everyone=TALK, members=members, public=public)
    await write(crowd.looking, made)
    return made


async def gone(crowd: Crowd, world: World) -> None:
    """Takes a room away."""
    await crowd.looking.admin.execute("delete from public.rooms where id = $1", world.room)


async def in_order(crowd: Crowd, without: set[str]) -> None:
    """Holds that nobody is in a match with nobody, or is found by what isn't theirs."""
    fetch = crowd.looking.admin.fetchval
    assert not await fetch(
        "select count(*) from private.match_topics as x where not exists (select from "
        "private.match_tickets as t where t.user_id = x.user_id and t.match_id is null "
        "and (t.pool, t.group_size, t.since) = (x.pool, x.group_size, x.since))"
    )
    assert not await fetch(
        "select count(*) from private.match_tickets where user_id = any($1::uuid[])", list(without)
    )
    assert not await fetch(
        "select count(*) from private.matches as m where m.group_size < "
        "(select count(*) from private.match_tickets as t where t.match_id = m.id)"
    )


def others(crowd: Crowd, of: list[Any]) -> list[tuple[Database, Any]]:
    """Gives each of a few a connection that calls at once don't use."""
    return list(zip(reversed(crowd.acting), of, strict=False))


async def delete(database: Database, user: str) -> None:
    """Deletes an account on a connection."""
    await database.admin.execute("delete from auth.users where id = $1", user)


async def at_once(
    crowd: Crowd, calls: list[Call], more: list[Awaitable[Any]]
) -> list[tuple[str, dict[str, Any]]]:
    """Makes calls at once with something else; what no rule refuses must succeed."""
    made = [ask(d, call) for d, call in zip(crowd.acting, calls, strict=False)]
    done = await asyncio.gather(*made, *more, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    codes = {each[0] for each in done[: len(made)] if isinstance(each, tuple)}
    assert codes <= {"", "token_refused", "room_not_found", "user_not_found"}, codes
    return [each for each in done[: len(made)] if isinstance(each, tuple)]


async def tidy(crowd: Crowd) -> None:
    """Tidies, on the connection of who looks on."""
    await crowd.looking.admin.execute("select public.tidy_matching()")


async def out(database: Database, world: World, owner: str, user: str, way: str) -> None:
    """Puts a member out of a room."""
    me = user if way == "leave" else owner
    function = "ban_member" if way == "ban" else "remove_member"
    code, _ = await attempt(database, me, function, room_id=world.room, user_id=user)
    assert code == "", code

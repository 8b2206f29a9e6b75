"""Calls in LiveKit's real server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from uuid import UUID

import asyncpg
import pytest

from local.community import ROOM
from local.livekit import server
from local.supabase import users
from tests.e2e.calls import CROWD, Call, Run, calling
from tests.stack import PASSWORD, Stack


@pytest.fixture(scope="module")
def crowd(migrated_dsn: str) -> Iterator[None]:
    """Ten more members of the demo community: strangers would be put out."""
    ids = [UUID(identity) for identity in CROWD]

    async def come() -> None:
        connection = await asyncpg.connect(migrated_dsn)
        for user_id in ids:
            email, name = f"{user_id}@sangha.example", f"Crowd {user_id.int % 100}"
            await users.create(
                connection, email=email, password=PASSWORD, name=name, user_id=user_id
            )
        await connection.executemany(
            "insert into public.room_members (room_id, user_id) values ($1, $2)",
            [(ROOM, user_id) for user_id in ids],
        )
        await connection.close()

    async def go() -> None:
        connection = await asyncpg.connect(migrated_dsn)
        await connection.execute("delete from auth.users where id = any($1)", ids)
        await connection.close()

    asyncio.run(come())
    yield
    asyncio.run(go())


@pytest.fixture
def in_call(stack: Stack, livekit: server.Server) -> Run:
    """Runs a test's story in a call."""
    stack.token("owner")

    def run(story: Callable[[Call], Awaitable[None]]) -> None:
        async def main() -> None:
            async with calling(stack, livekit) as call:
                await story(call)

        asyncio.run(main())

    return run

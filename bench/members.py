"""Members of the demo community, and the tokens that they would have signed in for."""

import time
from collections.abc import Callable
from uuid import UUID

import asyncpg

from bench.stack import Stack
from local import community
from local.supabase import users
from local.supabase.tokens import Tokens

HOUR_S = 3600


async def make(dsn: str, count: int) -> list[UUID]:
    """Makes the demo community, and `count` members more; returns their ids."""
    await community.create(dsn, "nobody signs in here")
    connection = await asyncpg.connect(dsn)
    try:
        rows = [
            await users.insert(
                connection, email=f"person-{n}@sangha.example", password=None, metadata={}
            )
            for n in range(count)
        ]
        await connection.executemany(
            "insert into public.room_members (room_id, user_id) values ($1, $2)",
            [(community.ROOM, row["id"]) for row in rows],
        )
    finally:
        await connection.close()
    return [row["id"] for row in rows]


def signer(stack: Stack) -> Callable[[UUID], str]:
    """Returns what signs access tokens as the auth server does, each for an hour.

    Signing in by password takes 40 ms each.
    """
    keys = Tokens(stack.key_file, None)
    issuer = f"{stack.settings['SUPABASE_URL']}/auth/v1"
    common = {"iss": issuer, "aud": "authenticated", "role": "authenticated"}

    def sign(person: UUID) -> str:
        now = int(time.time())
        return keys.sign(common | {"iat": now, "exp": now + HOUR_S, "sub": str(person)})

    return sign

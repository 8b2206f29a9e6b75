"""Who may hear and who may send on a private topic: row level security on realtime.messages.

As the hosted service asks: a row is written, or looked for, as the caller, with the topic in
`realtime.topic()`; then everything is rolled back. Any error of a policy is a no.
"""

import asyncpg

from local.supabase.callers import Caller
from local.supabase.database import Database, become

_INSERT = "insert into realtime.messages (topic, extension, private) values ($1, 'broadcast', true)"


async def may_read(database: Database, caller: Caller, topic: str) -> bool:
    """Says whether `caller` may join the private `topic` and hear its broadcasts.

    Raises:
        DatabaseAwayError: Nobody can say now.
    """
    try:
        async with database.rehearsal() as connection:
            row_id = await connection.fetchval(f"{_INSERT} returning id", topic)
            await become(connection, caller, {"realtime.topic": topic})
            found = await connection.fetchval(
                "select true from realtime.messages where id = $1", row_id
            )
            return found is True
    except asyncpg.PostgresError:
        return False


async def may_write(database: Database, caller: Caller, topic: str) -> bool:
    """Says whether `caller` may broadcast on the private `topic`.

    Raises:
        DatabaseAwayError: Nobody can say now.
    """
    try:
        async with database.rehearsal() as connection:
            await become(connection, caller, {"realtime.topic": topic})
            await connection.execute(_INSERT, topic)
            return True
    except asyncpg.PostgresError:
        return False

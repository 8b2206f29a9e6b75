"""Who may do what on a private topic: row level security on realtime.messages.

As the hosted service asks: a row is written, or looked for, as the caller, with the topic in
`realtime.topic()`; then everything is rolled back. Any error of a policy is a no. What is asked
about, broadcasts or presence, is the row's `extension`.
"""

from typing import Literal

import asyncpg

from local.supabase.callers import Caller
from local.supabase.database import Database, become

Extension = Literal["broadcast", "presence"]

_INSERT = "insert into realtime.messages (topic, extension, private) values ($1, $2, true)"


async def may_read(
    database: Database, caller: Caller, topic: str, extension: Extension = "broadcast"
) -> bool:
    """Says whether `caller` may hear the broadcasts of the private `topic`, or see its presence.

    Raises:
        DatabaseAwayError: Nobody can say now.
    """
    try:
        async with database.rehearsal() as connection:
            row_id = await connection.fetchval(f"{_INSERT} returning id", topic, extension)
            await become(connection, caller, {"realtime.topic": topic})
            found = await connection.fetchval(
                "select true from realtime.messages where id = $1", row_id
            )
            return found is True
    except asyncpg.PostgresError:
        return False


async def may_write(
    database: Database, caller: Caller, topic: str, extension: Extension = "broadcast"
) -> bool:
    """Says whether `caller` may broadcast on the private `topic`, or be present there.

    Raises:
        DatabaseAwayError: Nobody can say now.
    """
    try:
        async with database.rehearsal() as connection:
            await become(connection, caller, {"realtime.topic": topic})
            await connection.execute(_INSERT, topic, extension)
            return True
    except asyncpg.PostgresError:
        return False

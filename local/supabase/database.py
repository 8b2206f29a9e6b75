"""The database, as the stand-in itself and as those it acts for."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping

import asyncpg

from local.supabase.callers import Caller
from local.supabase.errors import DatabaseAwayError

CONNECTIONS = 10
CONNECT_SECONDS = 3.0
COMMAND_SECONDS = 10.0  # above every statement timeout: the server's own error comes first
STATEMENT_TIMEOUTS = {"anon": "3s", "authenticated": "8s", "service_role": "8s"}
_AWAY = (
    OSError,  # TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,  # "connection is closed"
)
_BECOME = """
select
  set_config('session_authorization', 'authenticator', true),
  set_config('role', $1, true),
  set_config('statement_timeout', $2, true),
  set_config('search_path', 'public, extensions', true),
  set_config('request.jwt.claims', $3, true),
  set_config(name, value, true)
from (
  select name, value from json_each_text($4) as settings (name, value)
  union all
  select 'realtime.topic', '' where not $4::jsonb ? 'realtime.topic'
) as rest
"""


class Database:
    """A pool of a superuser's connections; it outlives restarts of PostgreSQL."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Makes the pool; connections come when they are needed."""
        self._pool = await asyncpg.create_pool(
            self.dsn,
            min_size=0,
            max_size=CONNECTIONS,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
        )

    async def close(self) -> None:
        """Ends every connection at once: nobody waits for an answer any more."""
        if self._pool is not None:
            self._pool.terminate()

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        assert self._pool is not None, "the app's lifespan opens the database"
        try:
            async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection:
                yield connection
        except _AWAY as error:
            raise DatabaseAwayError(f"{type(error).__name__}: {error}") from error

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Yields a connection in a transaction, as superuser.

        Raises:
            DatabaseAwayError: PostgreSQL is not there, or went away before the commit.
        """
        async with self._connection() as connection, connection.transaction():
            yield connection

    @contextlib.asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[asyncpg.Connection]:
        """As `transaction`, but it is always rolled back."""
        async with self._connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            finally:
                await transaction.rollback()

    @contextlib.asynccontextmanager
    async def acting_as(
        self, caller: Caller, settings: Mapping[str, str]
    ) -> AsyncIterator[asyncpg.Connection]:
        """As `transaction`, under the caller's role, claims and timeout."""
        async with self.transaction() as connection:
            await become(connection, caller, settings)
            yield connection


async def become(
    connection: asyncpg.Connection, caller: Caller, settings: Mapping[str, str]
) -> None:
    """Makes the rest of the transaction the caller's.

    Args:
        connection: In a transaction.
        caller: Whose role and claims hold from here on.
        settings: More configuration for the transaction, such as `realtime.topic`.
    """
    await connection.execute(
        _BECOME,
        caller.role,
        STATEMENT_TIMEOUTS[caller.role],
        json.dumps(caller.claims),
        json.dumps(settings),
    )

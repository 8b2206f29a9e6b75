"""A database made into what a Supabase project is before its first migration."""

import asyncio
import time
from pathlib import Path

import asyncpg

READY_SECONDS = 20.0
_SQL = Path(__file__).with_name("platform.sql")


async def connect(dsn: str) -> asyncpg.Connection:
    """Connects to a PostgreSQL that may still be starting.

    Raises:
        RuntimeError: It is not ready within READY_SECONDS.
    """
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return await asyncpg.connect(dsn, timeout=5)
        except (OSError, asyncpg.CannotConnectNowError) as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL is not ready: {error}") from error
        await asyncio.sleep(0.05)


async def install(dsn: str) -> None:
    """Installs roles, schemas `auth` and `realtime`, and their grants, where they are missing."""
    connection = await connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(_SQL.read_text())
    finally:
        await connection.close()

"""SQL run past the API."""

import asyncio

import asyncpg

from local.supabase.project import Project


def execute(supabase: Project, sql: str, *arguments: object) -> None:
    """Runs SQL as superuser."""

    async def connected() -> None:
        connection = await asyncpg.connect(supabase.dsn)
        await connection.execute(sql, *arguments)
        await connection.close()

    asyncio.run(connected())

"""People at the database, each with their own token's claims, as PostgREST lets them in."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from local.community import PEOPLE

Story = Callable[["Database"], Awaitable[None]]


class Database:
    """One connection; `acting` runs statements as somebody, and undoes them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.admin = connection

    @asynccontextmanager
    async def acting(self, person: str, **settings: str) -> AsyncIterator[asyncpg.Connection]:
        """Acts as a demo person, or as `anonymous`, in a transaction that is rolled back."""
        transaction = self.admin.transaction()
        await transaction.start()
        try:
            role = "anon" if person == "anonymous" else "authenticated"
            claims = {"role": role}
            if person != "anonymous":
                claims["sub"] = str(PEOPLE[person])
            await self.admin.execute(f"set local role {role}")
            for name, value in {"request.jwt.claims": json.dumps(claims), **settings}.items():
                await self.admin.execute("select set_config($1, $2, true)", name, value)
            yield self.admin
        finally:
            await transaction.rollback()


@pytest.fixture
def tell(migrated_dsn: str) -> Callable[[Story], None]:
    """Runs a story on the migrated database with the demo community."""

    def run(story: Story) -> None:
        async def main() -> None:
            connection = await asyncpg.connect(migrated_dsn)
            try:
                await story(Database(connection))
            finally:
                await connection.close()

        asyncio.run(main())

    return run


async def refused(statement: Awaitable[Any], sqlstate: str) -> str:
    """Awaits a statement that must fail with `sqlstate`; returns its message."""
    with pytest.raises(asyncpg.PostgresError) as caught:
        await statement
    assert caught.value.sqlstate == sqlstate, caught.value
    return str(caught.value)

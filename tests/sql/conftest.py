"""People at the database, each with their own token's claims, as PostgREST lets them in."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from local.community import PEOPLE

Story = Callable[["Database"], Awaitable[None]]
Tell = Callable[[Story], None]


class Refused(Exception):  # noqa: N818 - what the function did
    """A function's refusal: the HTTP status and the code that it chose."""

    def __init__(self, error: asyncpg.PostgresError) -> None:
        super().__init__(f"{error.sqlstate} {error} ({error.detail})")
        self.status = error.sqlstate.removeprefix("PT") if error.sqlstate else ""
        self.code: str = error.as_dict()["message"]


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
            await self._become(None if person == "anonymous" else PEOPLE[person], **settings)
            yield self.admin
        finally:
            await transaction.rollback()

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Undoes at its end what is done inside, by `call` and otherwise."""
        transaction = self.admin.transaction()
        await transaction.start()
        try:
            yield
        finally:
            await transaction.rollback()

    async def call(self, who: str | UUID | None, function: str, **arguments: Any) -> Any:
        """Calls a function of the API as somebody; None is anonymous. A refusal is undone.

        Objects are given as dicts, and what comes back is read from JSON.

        Raises:
            Refused: the function refused.
        """
        user = PEOPLE[who] if isinstance(who, str) else who
        given = [json.dumps(v) if isinstance(v, dict) else v for v in arguments.values()]
        named = ", ".join(f"p_{name} => ${n}" for n, name in enumerate(arguments, start=1))
        try:
            async with self.admin.transaction():
                await self._become(user)
                called = f"select to_jsonb(public.{function}({named}))"
                answer = await self.admin.fetchval(called, *given)
                await self.admin.execute("reset role")
        except asyncpg.PostgresError as error:
            raise Refused(error) from error
        said: Any = json.loads(answer)
        return said

    async def _become(self, user: UUID | None, **settings: str) -> None:
        role = "authenticated" if user else "anon"
        claims = {"role": role, "sub": str(user)} if user else {"role": role}
        await self.admin.execute(f"set local role {role}")
        for name, value in {"request.jwt.claims": json.dumps(claims), **settings}.items():
            await self.admin.execute("select set_config($1, $2, true)", name, value)


@pytest.fixture
def tell(migrated_dsn: str) -> Tell:
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


async def code_of(call: Awaitable[Any]) -> str:
    """Awaits a call of the API; returns "" or the code of its refusal."""
    try:
        await call
    except Refused as refusal:
        return refusal.code
    return ""

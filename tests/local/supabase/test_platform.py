"""What an empty project has before its first migration."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from local import postgres
from local.supabase import platform, users


@pytest.fixture(scope="module")
def dsn(postgres_port: int) -> str:
    """A database with the platform installed, and nothing else."""

    async def create() -> None:
        connection = await platform.connect(postgres.dsn(postgres_port))
        await connection.execute("create database platform_test")
        await connection.close()
        await platform.install(postgres.dsn(postgres_port, "platform_test"))

    asyncio.run(create())
    return postgres.dsn(postgres_port, "platform_test")


def run(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    """Returns what `work` makes of a connection."""

    async def connected() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def test_install_twice(dsn: str) -> None:
    """A second installation leaves a project as it is."""
    email = "kept@example.com"
    made = run(dsn, lambda c: users.create(c, email=email, password="secret", name="Kept"))
    asyncio.run(platform.install(dsn))
    assert run(dsn, lambda c: c.fetchval("select id from auth.users")) == made


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_roles_do_not_reach_auth(dsn: str, role: str) -> None:
    """No role of the API reads people, sessions or refresh tokens."""

    async def read(connection: asyncpg.Connection) -> None:
        await connection.execute(f"set role {role}")
        for table in ("users", "sessions", "refresh_tokens"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select * from auth.{table}")

    run(dsn, read)


@pytest.mark.parametrize(("role", "seen"), [("anon", 0), ("authenticated", 0), ("service_role", 1)])
def test_messages_have_row_level_security(dsn: str, role: str, seen: int) -> None:
    """Without a policy only service_role sees realtime.messages."""

    async def read(connection: asyncpg.Connection) -> Any:
        async with connection.transaction():
            await connection.execute("delete from realtime.messages")
            await connection.execute("select realtime.send('{}', 'event', 'topic', true)")
            await connection.execute(f"set local role {role}")
            return await connection.fetchval("select count(*) from realtime.messages")

    assert run(dsn, read) == seen


def test_send_never_fails_its_caller(dsn: str) -> None:
    """A realtime.send() that row level security refuses is a warning, and sends nothing."""

    async def send(connection: asyncpg.Connection) -> Any:
        await connection.execute("delete from realtime.messages")
        async with connection.transaction():
            await connection.execute("set local role authenticated")
            await connection.execute("select realtime.send('{}', 'event', 'topic', true)")
        return await connection.fetchval("select count(*) from realtime.messages")

    assert run(dsn, send) == 0


def test_create_person_is_idempotent_by_email(dsn: str) -> None:
    """Making a person again gives the first one's id, in any case of the email."""

    async def twice(connection: asyncpg.Connection) -> tuple[Any, Any]:
        first = await users.create(connection, email="a@example.com", password="one", name="A")
        again = await users.create(connection, email="A@example.com", password="two", name="B")
        return first, again

    first, again = run(dsn, twice)
    assert first == again


def test_passwords_are_hashed_with_salt() -> None:
    """Two hashes of one password differ, and only that password fits them."""

    async def hashes() -> None:
        one, other = [await users.hash_password("secret") for _ in range(2)]
        assert one != other
        assert "secret" not in one
        assert await users.is_password("secret", one)
        assert not await users.is_password("Secret", one)

    asyncio.run(hashes())

"""What an empty project has, before and after migrations."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from local import postgres
from local.supabase import migrations, platform, users


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


def test_migrations_in_order_and_once(dsn: str, tmp_path: Path) -> None:
    """Migrations are applied in the order of their names, each once."""
    (tmp_path / "0002_b.sql").write_text("alter table public.ordered add column b text;")
    (tmp_path / "0001_a.sql").write_text("create table public.ordered (a text primary key);")
    assert asyncio.run(migrations.apply(dsn, tmp_path)) == ["0001_a.sql", "0002_b.sql"]
    (tmp_path / "0003_c.sql").write_text("alter table public.ordered add column c text;")
    assert asyncio.run(migrations.apply(dsn, tmp_path)) == ["0003_c.sql"]


def test_changed_migration_is_refused(dsn: str, tmp_path: Path) -> None:
    """A migration that changed after it was applied stops everything, and is named."""
    file = tmp_path / "1001_changed.sql"
    file.write_text("create table public.changed (a text primary key);")
    asyncio.run(migrations.apply(dsn, tmp_path))
    file.write_text("create table public.changed (b text primary key);")
    with pytest.raises(migrations.MigrationError, match=r"1001_changed\.sql changed since"):
        asyncio.run(migrations.apply(dsn, tmp_path))


def test_failed_migration_leaves_nothing(dsn: str, tmp_path: Path) -> None:
    """A migration that fails halfway is undone, and its error names file and line."""
    (tmp_path / "2001_half.sql").write_text("create table public.half (a text);\nselect nothing;")
    with pytest.raises(migrations.MigrationError, match=r"2001_half\.sql, line 2: column"):
        asyncio.run(migrations.apply(dsn, tmp_path))
    assert run(dsn, lambda c: c.fetchval("select to_regclass('public.half')")) is None
    (tmp_path / "2001_half.sql").write_text("create table public.half (a text);")
    assert asyncio.run(migrations.apply(dsn, tmp_path)) == ["2001_half.sql"]


def test_versions_are_unique(dsn: str, tmp_path: Path) -> None:
    """Two migrations with one version are refused before anything is applied."""
    for name in ("3001_a.sql", "3001_b.sql"):
        (tmp_path / name).write_text("create table public.never (a text);")
    with pytest.raises(migrations.MigrationError, match="same version"):
        asyncio.run(migrations.apply(dsn, tmp_path))
    assert run(dsn, lambda c: c.fetchval("select to_regclass('public.never')")) is None

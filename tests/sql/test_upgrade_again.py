"""The upgrade and all that follows it may be cut off anywhere, and run again at any time."""

import asyncio
from typing import Any

import asyncpg
import pytest

from deploy import migrations
from local.supabase import platform
from tests.sql.scratch import (
    FILES,
    SQL,
    UPGRADE,
    Scratch,
    apply_all,
    catalogue,
    contents,
    statements,
    timeless,
)

STATEMENTS = statements(FILES[UPGRADE])


@pytest.fixture(scope="module")
def scratch(postgres_port: int) -> Scratch:
    """Where the databases of these tests come from."""
    made = Scratch(postgres_port)
    asyncio.run(made.templates())
    return made


async def state(connection: asyncpg.Connection) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what is in a database and what it is made of, but for when it was upgraded."""
    return timeless(await contents(connection)), await catalogue(connection)


def state_after(scratch: Scratch, files: list[str]) -> dict[str, Any]:
    """Returns what these files, not cut off, make of each kind of database."""
    found = {}

    async def story(connection: asyncpg.Connection) -> None:
        kind = "old" if await connection.fetchval("select to_regclass('public.rooms')") else "fresh"
        for file in files:
            await connection.execute(FILES[file])
        found[kind] = await state(connection)

    for kind in ("old", "fresh"):
        scratch.run(kind, story)
    return found


@pytest.fixture(scope="module")
def upgraded(scratch: Scratch) -> tuple[Any, Any]:
    """What the upgrade alone makes of the original app's database."""
    made: tuple[Any, Any] = state_after(scratch, [UPGRADE])["old"]
    return made


@pytest.fixture(scope="module")
def smooth(scratch: Scratch) -> dict[str, Any]:
    """What all files make of each kind of database."""
    return state_after(scratch, list(FILES))


class TestAgain:
    @pytest.mark.parametrize("kind", ["old", "fresh"])
    def test_changes_nothing(self, scratch: Scratch, smooth: dict[str, Any], kind: str) -> None:
        """A second run of every file leaves each row, and what the tables are made of, as it is."""

        async def story(connection: asyncpg.Connection) -> None:
            await apply_all(connection)
            if kind == "fresh":
                await fill(connection)
            before = await contents(connection)
            await apply_all(connection)
            assert await contents(connection) == before
            assert await catalogue(connection) == smooth[kind][1]

        scratch.run(kind, story)

    def test_keeps_what_everyone_may(self, scratch: Scratch) -> None:
        """What was made of @everyone since stays, and holds while the files run again."""

        async def story(connection: asyncpg.Connection) -> None:
            await apply_all(connection)
            await connection.execute(
                "update public.room_roles set permissions = 1024 where id = room_id"
            )
            before = await contents(connection)
            for file, sql in FILES.items():
                await connection.execute(sql)
                if file < "0003":
                    asked = "select distinct everyone_permissions from public.rooms"
                    assert [row[0] for row in await connection.fetch(asked)] == [1024]
            assert await contents(connection) == before

        scratch.run("old", story)

    def test_by_our_own_migrations(self, scratch: Scratch, smooth: dict[str, Any]) -> None:
        """Files that were applied are skipped, and can be applied by hand besides."""

        async def main() -> None:
            dsn = await scratch.database("old")
            assert await migrations.apply(dsn, SQL) == list(FILES)
            assert await migrations.apply(dsn, SQL) == []
            connection = await platform.connect(dsn)
            await apply_all(connection)
            assert await state(connection) == smooth["old"]
            await connection.close()

        asyncio.run(main())


async def fill(connection: asyncpg.Connection) -> None:
    """Makes a user, a room and a role in a database of ours."""
    await connection.execute(
        "insert into auth.users (email) values ('a@new.example');"
        "insert into public.rooms (name, owner_id) select 'New', user_id from public.profiles;"
        "insert into public.room_members select id, owner_id from public.rooms;"
        "insert into public.room_roles (room_id, name, icon, position, permissions) "
        "select id, 'Admin', null, 1, 0 from public.rooms;"
        "insert into public.room_user_roles select m.room_id, m.user_id, x.id "
        "from public.room_members as m join public.room_roles as x on x.position = 1"
    )


class TestCutOff:
    @pytest.mark.parametrize("done", range(1, len(STATEMENTS) + 1))
    def test_after_a_statement(
        self, scratch: Scratch, upgraded: tuple[Any, Any], done: int
    ) -> None:
        """Each statement for itself and none after this one: the next run comes to the same end."""

        async def story(connection: asyncpg.Connection) -> None:
            for statement in STATEMENTS[:done]:
                await connection.execute(statement)
            await connection.execute(FILES[UPGRADE])
            assert await state(connection) == upgraded

        scratch.run("old", story)

    @pytest.mark.parametrize("kind", ["old", "fresh"])
    def test_after_a_statement_of_a_second_run(self, scratch: Scratch, kind: str) -> None:
        """A database of ours comes to the same, whatever of the second run was done before."""

        async def story(connection: asyncpg.Connection) -> None:
            await apply_all(connection)
            before = await state(connection)
            await connection.execute(FILES[UPGRADE])
            second = await state(connection)
            for done in range(1, len(STATEMENTS) + 1):
                for statement in STATEMENTS[:done]:
                    await connection.execute(statement)
                await connection.execute(FILES[UPGRADE])
                assert await state(connection) == second
            await apply_all(connection)
            assert await state(connection) == before

        scratch.run(kind, story)

    @pytest.mark.parametrize("file", FILES)
    def test_after_a_file(self, scratch: Scratch, smooth: dict[str, Any], file: str) -> None:
        """This file and none after it: the next run comes to the same end."""

        async def story(connection: asyncpg.Connection) -> None:
            for name, sql in FILES.items():
                if name <= file:
                    await connection.execute(sql)
            await apply_all(connection)
            assert await state(connection) == smooth["old"]

        scratch.run("old", story)

    def test_in_the_middle_of_the_upgrade(self, scratch: Scratch, smooth: dict[str, Any]) -> None:
        """A server process that is killed at work leaves everything as it was."""

        async def main() -> None:
            dsn = await scratch.database("old")
            connection, other = await platform.connect(dsn), await platform.connect(dsn)
            before = await contents(connection), await catalogue(connection)
            # by then the old policies, keys and people are done with
            async with other.transaction():
                await other.execute("lock table public.messages in access exclusive mode")
                running = asyncio.create_task(migrations.apply(dsn, SQL))
                while not (pid := await waiting_for(connection, "public.messages")):
                    assert not running.done()
                await connection.execute("select pg_terminate_backend($1)", pid)
                with pytest.raises((migrations.MigrationError, OSError, asyncpg.InterfaceError)):
                    await running
            found = await contents(connection), await catalogue(connection)
            assert found == before
            await migrations.apply(dsn, SQL)
            assert await state(connection) == smooth["old"]
            await connection.close()
            await other.close()

        asyncio.run(main())

    def test_by_an_obstacle(self, scratch: Scratch, smooth: dict[str, Any]) -> None:
        """Who sends every statement whatever fails mends the cause and sends them again."""

        async def story(connection: asyncpg.Connection) -> None:
            await connection.execute("alter table public.rooms add version text")
            for sql in FILES.values():
                for statement in statements(sql):
                    try:
                        await connection.execute(statement)
                    except asyncpg.PostgresError:
                        continue
            await connection.execute("alter table public.rooms drop version")
            await apply_all(connection)
            found = timeless(await contents(connection))
            # rows among the leftovers have the columns that were added meanwhile
            kept = {"private.upgrade_leftovers": smooth["old"][0]["private.upgrade_leftovers"]}
            assert found | kept == smooth["old"][0]

        scratch.run("old", story)


async def waiting_for(connection: asyncpg.Connection, table: str) -> int | None:
    """Returns the server process that waits for a lock on a table."""
    pid: int | None = await connection.fetchval(
        "select pid from pg_locks where relation = $1::text::regclass and not granted "
        "and database = (select oid from pg_database where datname = current_database())",
        table,
    )
    return pid

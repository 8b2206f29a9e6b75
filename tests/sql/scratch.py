"""Databases of their own for the upgrade: with the original app's data, or with none."""

import asyncio
import itertools
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from local import postgres
from local.supabase import platform

SQL = Path(__file__).parents[2] / "sql"
FILES = {file.name: file.read_text() for file in sorted(SQL.glob("*.sql"))}
UPGRADE = "0000_single_role_upgrade.sql"
OLD_SCHEMA = Path(__file__).with_name("old_schema.sql")

# Text, a comment or a dollar-quoted body, in none of which a semicolon ends a statement.
_OPAQUE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|(\$\w*\$).*?\1|;", re.DOTALL)


def statements(sql: str) -> list[str]:
    """Returns the statements of a file, as an SQL editor sends them one by one."""
    ends = [found.end() for found in _OPAQUE.finditer(sql) if found[0] == ";"]
    assert not re.sub(r"--[^\n]*", "", sql[ends[-1] :]).strip(), "a last statement has no semicolon"
    return [sql[start:end] for start, end in itertools.pairwise([0, *ends])]


class Scratch:
    """Makes databases: `old` has the original app's data, `fresh` only Supabase's platform."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.prefix = f"scratch_{uuid4().hex[:8]}"
        self.made = itertools.count()

    async def templates(self) -> None:
        """Makes what `database` copies."""
        for name in (f"{self.prefix}_fresh", f"{self.prefix}_old"):
            await self._admin(f"create database {name}")
            await platform.install(postgres.dsn(self.port, name))
        connection = await asyncpg.connect(postgres.dsn(self.port, f"{self.prefix}_old"))
        await connection.execute(OLD_SCHEMA.read_text())
        await connection.close()

    async def database(self, kind: str) -> str:
        """Makes a database; returns its DSN."""
        name = f"{self.prefix}_{next(self.made)}"
        await self._admin(f"create database {name} template {self.prefix}_{kind}")
        return postgres.dsn(self.port, name)

    def run(self, kind: str, story: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
        """Runs a story on a new database."""

        async def main() -> None:
            dsn = await self.database(kind)
            connection = await asyncpg.connect(dsn)
            try:
                await story(connection)
            finally:
                await connection.close()
                await self._admin(f"drop database {dsn.rpartition('/')[2]}")

        asyncio.run(main())

    async def _admin(self, statement: str) -> None:
        connection = await platform.connect(postgres.dsn(self.port))
        await connection.execute(statement)
        await connection.close()


async def apply_all(connection: asyncpg.Connection) -> None:
    """Applies every file, known or not, a transaction each."""
    for sql in FILES.values():
        await connection.execute(sql)


async def contents(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """Returns the rows of every table of ours and of the app's, as JSON in an order of its own."""
    tables = await connection.fetch(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('public', 'private', 'auth') and table_type = 'BASE TABLE'"
    )
    found = {}
    for (table,) in tables:
        rows = await connection.fetch(f"select to_jsonb(t)::text from {table} as t order by 1")
        found[table] = [row[0] for row in rows]
    return found


def timeless(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Returns contents without what tells when the upgrade ran."""
    found = dict(rows)
    for table, drop, when in (
        ("private.upgrade_leftovers", ("id", "created_at"), None),
        ("public.room_roles", ("created_at",), ("id", "room_id")),  # of @everyone
    ):
        kept = []
        for row in map(json.loads, rows.get(table, [])):
            if when is None or row[when[0]] == row[when[1]]:
                kept.append({k: v for k, v in row.items() if k not in drop})
            else:
                kept.append(row)
        if table in rows:
            found[table] = sorted(json.dumps(row, sort_keys=True) for row in kept)
    return found


# What a database is made of, but for the tables and columns that are the original app's alone.
CATALOGUE = {
    "columns": """
        select table_name, column_name, data_type, is_nullable, column_default
        from information_schema.columns where table_schema = 'public'
    """,
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c', 'x')
    """,
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = 'public'",
    "policies": """
        select tablename, policyname, permissive, roles::text, cmd, qual, with_check
        from pg_policies where schemaname in ('public', 'realtime')
    """,
    "row level security": """
        select relname, relrowsecurity from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'
    """,
    "triggers": """
        select pg_get_triggerdef(oid) from pg_trigger
        where not tgisinternal and tgrelid::regclass::text <> 'realtime.messages'
    """,
    "functions": """
        select oid::regprocedure::text, prosrc, proacl::text from pg_proc
        where pronamespace::regnamespace::text in ('public', 'private')
    """,
    "grants": """
        select table_name, grantee, privilege_type from information_schema.role_table_grants
        where table_schema = 'public' and grantee in ('anon', 'authenticated', 'PUBLIC')
    """,
}


async def catalogue(connection: asyncpg.Connection) -> dict[str, set[tuple[Any, ...]]]:
    """Returns what the database is made of."""
    return {
        what: {tuple(row) for row in await connection.fetch(query)}
        for what, query in CATALOGUE.items()
    }

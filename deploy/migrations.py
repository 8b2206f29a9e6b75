"""Applies a folder of SQL files to a database, each once, a transaction each, one run at a time."""

import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from deploy import database
from deploy.migration_plan import Migration, MigrationError, Plan, Recorded, plan, read

__all__ = ["MigrationError", "apply", "planned"]

LOCK_S = 60
"""Another run's migrations may take that long; after that this one gives up."""
TABLE_LOCK_S = 10
"""Who waits for a table's lock holds up everybody who comes after: rather fail, and run again."""
STATEMENT_S = 600
"""More than any of our files takes on a full free database; Supabase's own default is 2 minutes."""
_LOCK = 0x5A46_0001  # any number that only migrations lock on
_LEDGER = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  name text,
  checksum text,
  applied_at timestamptz not null default now()
);
-- Supabase's own CLI keeps the same table, without these
alter table supabase_migrations.schema_migrations add column if not exists name text;
alter table supabase_migrations.schema_migrations add column if not exists checksum text;
"""
_ROWS = """
select version, to_jsonb(m) ->> 'name' as name, to_jsonb(m) ->> 'checksum' as checksum
from supabase_migrations.schema_migrations as m
"""

Heard = Callable[[str], None]


def _silent(_line: str) -> None:
    """Nobody listens."""


async def planned(connection: asyncpg.Connection, folder: Path) -> Plan:
    """Returns what is applied and what is not; writes nothing.

    Raises:
        MigrationError: A file's name is none, or two have one version.
    """
    migrations = read(folder)
    known = await connection.fetchval(
        "select to_regclass('supabase_migrations.schema_migrations') is not null"
    )
    rows = await connection.fetch(_ROWS) if known else []
    return plan(migrations, [Recorded(*row) for row in rows])


async def apply(dsn: str, folder: Path, *, say: Heard = _silent) -> list[str]:
    """Applies what is not applied yet, in the order of the names.

    Args:
        dsn: the connection string.
        folder: of the files.
        say: takes a line as each was applied, and when another run is waited for.

    Returns:
        Names of the files applied by this call; those applied before are skipped.

    Raises:
        MigrationError: A file failed (the ones before it stay), or the folder and the database
            don't fit together, then nothing was applied.
        DatabaseError: The database can't be reached, or went away.
    """
    read(folder)  # one that is wrong is found before anything is connected
    applied = []
    async with database.connected(dsn) as connection:
        await _lock(connection, say)
        found = await planned(connection, folder)
        found.check()
        if found.waiting:
            await connection.execute(_LEDGER, timeout=LOCK_S)
        for migration in found.waiting:
            began = time.monotonic()
            await _apply(connection, migration)
            applied.append(migration.file)
            say(f"applied {migration.file} ({time.monotonic() - began:.1f} s)")
    return applied


async def _lock(connection: asyncpg.Connection, say: Heard) -> None:
    """Waits for another run to end. The lock is the session's: it ends with the connection."""
    if await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
        return
    say(f"another run is applying migrations: waiting for it, up to {LOCK_S} s")
    try:
        await connection.execute(f"set lock_timeout = '{LOCK_S}s'")
        await connection.execute(f"select pg_advisory_lock({_LOCK})", timeout=LOCK_S + 10)
    except asyncpg.LockNotAvailableError as error:
        raise MigrationError(
            f"another run has been applying migrations for {LOCK_S} s: try again when it has ended"
        ) from error


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    """Applies one migration and records it, both or neither."""
    try:
        async with connection.transaction():
            await connection.execute(
                f"set local lock_timeout = '{TABLE_LOCK_S}s';"
                f"set local statement_timeout = '{STATEMENT_S}s'"
            )
            await connection.execute(migration.sql, timeout=STATEMENT_S + 10)
            await connection.execute(
                "insert into supabase_migrations.schema_migrations (version, name, checksum) "
                "values ($1, $2, $3)",
                *(migration.version, migration.file, migration.checksum),
            )
    except asyncpg.LockNotAvailableError as error:
        raise MigrationError(
            f"{migration.file}: a table was in use for {TABLE_LOCK_S} s: nothing of it was "
            "applied, try again when less is going on"
        ) from error
    except database.GONE as error:
        raise MigrationError(
            f"{migration.file}: the connection was lost ({_text(error)}): run again, it goes on "
            "from what is recorded"
        ) from error
    except asyncpg.PostgresError as error:
        where = f"{migration.file}{_line(migration.sql, error)}"
        raise MigrationError(f"{where}: {_text(error)}; nothing of it was applied") from error


def _line(sql: str, error: asyncpg.PostgresError) -> str:
    position = error.as_dict().get("position")
    return f", line {sql[: int(position) - 1].count(chr(10)) + 1}" if position else ""


def _text(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__

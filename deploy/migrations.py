"""Applies a folder of SQL files to a database, each once.

`python -m local.supabase.migrations DSN` applies ours to any database of Supabase's.
"""

import asyncio
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from local.supabase import platform

LOCK_SECONDS = 60.0  # another run's migrations may take that long
_LOCK = 0x5A46_0001  # any number that only migrations lock on
_LEDGER = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  name text,
  checksum text,
  applied_at timestamptz not null default now()
);
-- Supabase's own CLI keeps the same table, without it
alter table supabase_migrations.schema_migrations add column if not exists checksum text;
"""
SQL = Path(__file__).parents[2] / "sql"


class MigrationError(RuntimeError):
    """A folder of migrations can't be applied; the message names the file."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file, `{version}_{name}.sql`."""

    file: str
    sql: str

    @property
    def version(self) -> str:
        """What orders it, and names it in the database."""
        return self.file.partition("_")[0]

    @property
    def checksum(self) -> str:
        """Tells whether the file changed since it was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def apply(dsn: str, folder: Path) -> list[str]:
    """Applies the `*.sql` files of `folder` in the order of their names, a transaction each.

    Returns:
        Names of the files applied by this call; those applied before are skipped.

    Raises:
        MigrationError: A file failed (the ones before it stay), or changed since it was applied.
    """
    migrations = _read(folder)
    connection = await platform.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK, timeout=LOCK_SECONDS)
        await connection.execute(_LEDGER)
        return [each.file for each in migrations if await _apply(connection, each)]
    finally:
        await connection.close()


def _read(folder: Path) -> list[Migration]:
    migrations = [Migration(file.name, file.read_text()) for file in sorted(folder.glob("*.sql"))]
    if len({each.version for each in migrations}) < len(migrations):
        raise MigrationError(f"two migrations in {folder} have the same version")
    return migrations


async def _apply(connection: asyncpg.Connection, migration: Migration) -> bool:
    """Applies one migration unless it was applied before; says whether it did."""
    applied = await connection.fetchrow(
        "select checksum from supabase_migrations.schema_migrations where version = $1",
        migration.version,
    )
    if applied is not None and applied["checksum"] in {None, migration.checksum}:
        return False
    if applied is not None:
        raise MigrationError(
            f"{migration.file} changed since it was applied: put the change in a new migration"
        )
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into supabase_migrations.schema_migrations (version, name, checksum) "
                "values ($1, $2, $3)",
                *(migration.version, migration.file, migration.checksum),
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.file}{_line(migration.sql, error)}: {error}") from error
    return True


def _line(sql: str, error: asyncpg.PostgresError) -> str:
    position = error.as_dict().get("position")
    return f", line {sql[: int(position) - 1].count(chr(10)) + 1}" if position else ""


def main(arguments: list[str]) -> int:
    """Applies our migrations to the database of the one argument; returns the exit code."""
    if len(arguments) != 1:
        print('Usage: python -m local.supabase.migrations "$DATABASE_URL"')
        return 2
    try:
        applied = asyncio.run(apply(arguments[0], SQL))
    except (MigrationError, OSError, ValueError, asyncpg.PostgresError) as error:
        print(f"Sangha: {error}")
        return 1
    print("\n".join(f"applied {file}" for file in applied) or "all migrations were applied before")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

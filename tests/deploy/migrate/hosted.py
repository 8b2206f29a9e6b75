"""Databases as a hosted project has them: whom we connect as owns it, and is no superuser.

The hosted `postgres` is held by a password, may make triggers on auth.users and policies on
realtime.messages (there by Supabase's extension supautils, here by membership), and bypasses row
level security. It owns neither table.
"""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg

from local import postgres
from local.supabase import platform

PASSWORD = "p@ss/word?#"  # as people paste them
_ROLE = """
create role {role} login password '{password}' nosuperuser createdb createrole bypassrls;
create role {role}_auth_admin nologin;
create role {role}_realtime_admin nologin;
grant {role}_realtime_admin to {role};
"""
_HAND_OVER = """
alter schema auth owner to {role}_auth_admin;
alter table auth.users owner to {role}_auth_admin;
grant all on schema auth to {role};
grant all on all tables in schema auth to {role};
grant usage, create on schema realtime to {role}_realtime_admin;
grant usage on schema realtime to {role};
alter table realtime.messages owner to {role}_realtime_admin;
alter default privileges for role {role} in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges for role {role} in schema public
  grant all on functions to anon, authenticated, service_role;
"""


class Hosted:
    """Makes databases of projects on one PostgreSQL."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.role = f"hosted_{uuid4().hex[:8]}"
        self._made = itertools.count()

    def prepare(self) -> None:
        """Makes the role, whose password is asked for, and what `database` copies."""
        template = f"{self.role}_template"
        run(postgres.dsn(self.port), _ROLE.format(role=self.role, password=PASSWORD))
        run(postgres.dsn(self.port), f"create database {template} owner {self.role}")
        asyncio.run(platform.install(postgres.dsn(self.port, template)))
        run(postgres.dsn(self.port, template), _HAND_OVER.format(role=self.role))
        found = fetch(postgres.dsn(self.port), "show hba_file")
        file = Path(found)
        rule = f"host all {self.role} 127.0.0.1/32 scram-sha-256\n"
        file.write_text(rule + file.read_text())
        fetch(postgres.dsn(self.port), "select pg_reload_conf()")

    def database(self) -> "Project":
        """Makes an empty project."""
        name = f"{self.role}_{next(self._made)}"
        sql = f"create database {name} template {self.role}_template owner {self.role}"
        run(postgres.dsn(self.port), sql)
        return Project(self, name)


class Project:
    """The database of one project."""

    def __init__(self, hosted: Hosted, name: str) -> None:
        self.name = name
        self.superuser = postgres.dsn(hosted.port, name)
        self.host = f"127.0.0.1:{hosted.port}"
        self.url = f"postgresql://{hosted.role}:{PASSWORD}@{self.host}/{name}"
        self.owner = f"postgresql://{hosted.role}:{quote(PASSWORD, safe='')}@{self.host}/{name}"

    def fetch(self, query: str, *values: Any) -> Any:
        """Returns one value, asked as a superuser."""
        return fetch(self.superuser, query, *values)

    def tables(self) -> set[str]:
        """Returns the tables of schema public."""
        query = "select array_agg(tablename::text) from pg_tables where schemaname = 'public'"
        return set(self.fetch(query) or ())

    def recorded(self) -> list[str]:
        """Returns the files that the ledger has; none where there is no ledger."""
        ledger = "supabase_migrations.schema_migrations"
        if self.fetch("select to_regclass($1)", ledger) is None:
            return []
        return list(
            self.fetch(f"select coalesce(array_agg(name order by version), '{{}}') from {ledger}")
        )


def connected(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    """Returns what `work` makes of a connection."""

    async def main() -> Any:
        connection = await platform.connect(dsn)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(main())


@contextlib.contextmanager
def holding(dsn: str, sql: str) -> Iterator[None]:
    """Keeps what `sql` locks, in a transaction of its own beside."""
    held, done = threading.Event(), threading.Event()

    async def hold(connection: asyncpg.Connection) -> None:
        async with connection.transaction():
            await connection.execute(sql)
            held.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=connected, args=(dsn, hold))
    thread.start()
    try:
        assert held.wait(10)
        yield
    finally:
        done.set()
        thread.join()


def run(dsn: str, sql: str) -> None:
    """Runs SQL."""
    connected(dsn, lambda connection: connection.execute(sql))


def fetch(dsn: str, query: str, *values: Any) -> Any:
    """Returns one value."""
    return connected(dsn, lambda connection: connection.fetchval(query, *values))

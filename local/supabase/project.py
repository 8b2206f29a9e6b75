"""A whole project for a test, a benchmark or a demo: fresh database, running stand-in."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy import migrations
from local import postgres
from local.faults import Faults
from local.serve import free_port, in_thread
from local.supabase import platform
from local.supabase.app import create_app

PUBLISHABLE_KEY = "sb_publishable_local"
SECRET_KEY = "sb_secret_local"


@dataclass(frozen=True, slots=True)
class Project:
    """Where a project is, and its keys."""

    url: str
    dsn: str
    app: Faults
    jwt_secret: str | None = None
    publishable_key: str = PUBLISHABLE_KEY
    secret_key: str = SECRET_KEY


@contextlib.contextmanager
def running(
    postgres_port: int,
    *,
    migrations_folder: Path | None = None,
    sql: str = "",
    jwt_secret: str | None = None,
) -> Iterator[Project]:
    """Runs a project on a database of its own, which goes with it; yields the project.

    Args:
        postgres_port: Of a running PostgreSQL.
        migrations_folder: Applied first, where given.
        sql: Run after that.
        jwt_secret: Makes it a project with legacy keys too.
    """
    database = f"project_{uuid4().hex}"
    dsn = postgres.dsn(postgres_port, database)
    server = postgres.dsn(postgres_port)
    port = free_port()
    asyncio.run(_execute(server, f"create database {database}"))
    try:
        asyncio.run(_prepare(dsn, migrations_folder, sql))
        with tempfile.TemporaryDirectory(prefix="sangha-supabase-") as folder:
            app = create_app(
                dsn,
                url=f"http://127.0.0.1:{port}",
                publishable_key=PUBLISHABLE_KEY,
                secret_key=SECRET_KEY,
                signing_key=Path(folder) / "jwt-key.pem",
                jwt_secret=jwt_secret,
            )
            with in_thread(app, port) as url:
                yield Project(url, dsn, app, jwt_secret)
    finally:
        asyncio.run(_execute(server, f"drop database {database} with (force)"))


async def _prepare(dsn: str, folder: Path | None, sql: str) -> None:
    await platform.install(dsn)
    if folder is not None:
        await migrations.apply(dsn, folder)
    await _execute(dsn, sql)


async def _execute(dsn: str, sql: str) -> None:
    connection = await platform.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()

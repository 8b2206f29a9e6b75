"""`migrations.apply`, as the local stack, the tests and the benchmarks call it."""

import asyncio
from pathlib import Path

import pytest

from deploy import migrations
from tests.deploy.migrate.conftest import write
from tests.deploy.migrate.hosted import Project


def apply(project: Project, folder: Path) -> list[str]:
    """Applies a folder."""
    return asyncio.run(migrations.apply(project.url, folder))


def test_in_order_and_once(project: Project, tmp_path: Path) -> None:
    """Migrations are applied in the order of their names, each once."""
    write(tmp_path, "0002_b.sql", "alter table public.ordered add column b text;")
    write(tmp_path, "0001_a.sql", "create table public.ordered (a text primary key);")
    assert apply(project, tmp_path) == ["0001_a.sql", "0002_b.sql"]
    write(tmp_path, "0003_c.sql", "alter table public.ordered add column c text;")
    assert apply(project, tmp_path) == ["0003_c.sql"]
    assert apply(project, tmp_path) == []


def test_versions_are_unique(project: Project, tmp_path: Path) -> None:
    """Two migrations with one version are refused before anything is applied."""
    for name in ("3001_a.sql", "3001_b.sql"):
        write(tmp_path, name, "create table public.never (a text);")
    with pytest.raises(migrations.MigrationError, match="same version"):
        apply(project, tmp_path)
    assert project.tables() == set()

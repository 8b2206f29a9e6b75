"""`make migrate` that fails, is interrupted, or is not the only one."""

import signal
import time
from pathlib import Path

import pytest

from tests.deploy.migrate import hosted as databases
from tests.deploy.migrate.conftest import Run, Started, write
from tests.deploy.migrate.hosted import Project

SLEEPS = (
    "select exists (select from pg_stat_activity where query ~ '^create.*pg_sleep' "
    "and datname = current_database() and state = 'active')"
)
LOCK_AWAITED = (
    "select exists (select from pg_locks as l join pg_database as d on d.oid = l.database "
    "where l.locktype = 'advisory' and not l.granted and d.datname = current_database())"
)


class TestUndone:
    def test_a_failing_file(self, project: Project, folder: Path, run: Run) -> None:
        """Those before it stay; it is rolled back whole, and not recorded; mended, it goes on."""
        write(folder, "0003_c.sql", "create table public.c (id text);\nselect nothing;")
        write(folder, "0004_d.sql", "create table public.d (id text);")
        ran = run(project.url, folder)
        assert ran.status == 1
        assert ran.err == (
            'Sangha: 0003_c.sql, line 2: column "nothing" does not exist; '
            "nothing of it was applied\n"
        )
        assert project.tables() == {"a", "b"}
        assert project.recorded() == ["0001_a.sql", "0002_b.sql"]
        write(folder, "0003_c.sql", "create table public.c (id text);")
        assert run(project.url, folder).status == 0
        assert project.tables() == {"a", "b", "c", "d"}

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_interrupted_in_the_middle_of_a_file(
        self,
        project: Project,
        folder: Path,
        start: list[Started],
        run: Run,
        number: signal.Signals,
    ) -> None:
        """It is undone at once, those before it stay, the lock is free, and a new run goes on."""
        write(folder, "0003_c.sql", "create table public.c (id text); select pg_sleep(60);")
        start.append(Started(project, folder))
        start[0].until(project, SLEEPS)
        began = time.monotonic()
        start[0].process.send_signal(number)
        ran = start[0].ended()
        assert ran.status == 130
        assert time.monotonic() - began < 10
        assert ran.err.strip().startswith("Sangha: stopped.")
        assert "Traceback" not in ran.err
        assert project.tables() == {"a", "b"}
        assert project.recorded() == ["0001_a.sql", "0002_b.sql"]
        assert project.fetch(SLEEPS) is False
        write(folder, "0003_c.sql", "create table public.c (id text);")
        assert run(project.url, folder).status == 0

    def test_the_server_goes_away_in_the_middle(
        self, project: Project, folder: Path, start: list[Started]
    ) -> None:
        """One line names the file; it is not recorded."""
        write(folder, "0003_c.sql", "create table public.c (id text); select pg_sleep(60);")
        start.append(Started(project, folder))
        start[0].until(project, SLEEPS)
        project.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where query ~ '^create.*pg_sleep' and datname = current_database()"
        )
        ran = start[0].ended()
        assert ran.status == 1
        assert ran.err.startswith("Sangha: 0003_c.sql: the connection was lost (")
        assert len(ran.err.splitlines()) == 1
        assert project.recorded() == ["0001_a.sql", "0002_b.sql"]

    def test_a_table_in_use(
        self, project: Project, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A lock that doesn't come ends the file rather than everybody's queries."""
        monkeypatch.setattr("deploy.migrations.TABLE_LOCK_S", 1)
        run(project.url, folder)
        write(folder, "0003_c.sql", "alter table public.a add column b text;")

        with databases.holding(project.superuser, "lock table public.a"):
            ran = run(project.url, folder)
        assert ran.status == 1
        assert ran.err.startswith("Sangha: 0003_c.sql: a table was in use for 1 s")
        assert "0003_c.sql" not in project.recorded()


class TestTwoAtOnce:
    def test_one_waits(self, project: Project, folder: Path, start: list[Started]) -> None:
        """The second waits for the first, says so, and applies what is left: each file once."""
        write(folder, "0003_c.sql", "create table public.c (id text); select pg_sleep(2);")
        start.append(Started(project, folder))
        start[0].until(project, SLEEPS)
        start.append(Started(project, folder))
        start[1].until(project, LOCK_AWAITED)
        first, second = (each.ended() for each in start)
        assert (first.status, second.status) == (0, 0), first.err + second.err
        assert "another run is applying migrations" in second.out
        assert "Done: 0 files applied." in second.out
        assert project.recorded() == ["0001_a.sql", "0002_b.sql", "0003_c.sql"]

    def test_one_waits_in_vain(
        self, project: Project, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After its deadline it says that another run is at it, and applies nothing."""
        monkeypatch.setattr("deploy.migrations.LOCK_S", 1)

        with databases.holding(project.superuser, f"select pg_advisory_lock({0x5A46_0001})"):
            ran = run(project.url, folder)
        assert ran.status == 1
        assert "another run has been applying migrations for 1 s" in ran.err
        assert project.recorded() == []

"""`make migrate`: what is shown, asked, applied and refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import migrate
from deploy.migration_plan import SQL
from tests.deploy.conftest import ROOT
from tests.deploy.migrate import hosted as databases
from tests.deploy.migrate.conftest import WAIT_S, Run, write
from tests.deploy.migrate.hosted import Project

FILES = [path.name for path in sorted(SQL.glob("*.sql"))]


class TestOurs:
    def test_ours_are_applied_and_again_change_nothing(self, project: Project, run: Run) -> None:
        """By a role that is no superuser: each file once, in order; a second run applies none."""
        ran = run(project.url)
        assert ran.status == 0, ran.err
        applied = [line.split()[1] for line in ran.out.splitlines() if line[:8] == "applied "]
        assert applied == FILES == project.recorded()
        assert f"Done: {len(FILES)} files applied." in ran.out
        before = project.fetch(
            "select array_agg(m order by version) from supabase_migrations.schema_migrations as m"
        )
        again = run(project.url)
        assert (again.status, again.err) == (0, "")
        assert "All are applied: nothing to do." in again.out
        assert "applied 0" not in again.out
        assert before == project.fetch(
            "select array_agg(m order by version) from supabase_migrations.schema_migrations as m"
        )

    def test_a_dry_run_changes_nothing(self, project: Project, run: Run) -> None:
        """It lists every file as to be applied; not even the ledger is made."""
        ran = run(project.url, SQL, "--dry-run")
        assert ran.status == 0
        rows = [line.split(maxsplit=1) for line in ran.out.splitlines()[1:-1]]
        assert rows == [[file, "to be applied"] for file in FILES]
        assert "Nothing was changed." in ran.out
        assert project.tables() == set()
        assert project.fetch("select to_regnamespace('supabase_migrations')") is None

    def test_make_migrate(self, project: Project) -> None:
        """`make migrate` without a terminal and without YES=1 stops after the list; DRY=1 too."""
        env = {**os.environ, "DATABASE_URL": project.url}
        outcomes = [
            subprocess.run(
                [sys.executable, "-m", "deploy.migrate", *flags],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=WAIT_S,
                check=False,
            )
            for flags in ([], ["--dry-run"])
        ]
        assert [each.returncode for each in outcomes] == [1, 0]
        assert "make migrate YES=1" in outcomes[0].stdout
        assert project.recorded() == []


class TestAsked:
    @pytest.mark.parametrize(
        ("answer", "applied"), [("y", True), ("YES ", True), ("", False), ("no", False)]
    )
    def test_a_terminal_is_asked(
        self,
        project: Project,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        answer: str,
        *,
        applied: bool,
    ) -> None:
        """Only y and yes go on; the question says how many files."""
        asked: list[str] = []

        def answers(question: str) -> str:
            asked.append(question)
            return answer

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", answers)
        status = migrate.main([], {"DATABASE_URL": project.url}, folder)
        assert status == (0 if applied else 1)
        assert asked == ["Apply 2 files? [y/N] "]
        assert project.recorded() == (["0001_a.sql", "0002_b.sql"] if applied else [])


class TestRefused:
    def test_a_changed_file(self, project: Project, folder: Path, run: Run) -> None:
        """It is named, and nothing is applied, not even what is new."""
        run(project.url, folder)
        write(folder, "0001_a.sql", "create table public.other (id text);")
        write(folder, "0003_c.sql", "create table public.c (id text);")
        for flags in ([], ["--dry-run"]):
            ran = run(project.url, folder, *flags)
            assert ran.status == 1
            assert ran.err == (
                "Sangha: 0001_a.sql changed since it was applied: "
                "put the change in a new migration\n"
            )
        assert project.tables() == {"a", "b"}

    def test_a_file_that_came_too_late(self, project: Project, folder: Path, run: Run) -> None:
        """One older than the newest applied is refused by name."""
        (folder / "0001_a.sql").unlink()
        run(project.url, folder)
        write(folder, "0001_late.sql", "create table public.late (id text);")
        write(folder, "0003_c.sql", "create table public.c (id text);")
        ran = run(project.url, folder)
        assert ran.status == 1
        assert ran.err == (
            "Sangha: 0001_late.sql was never applied, but newer ones were: "
            "give it a version after the newest\n"
        )
        assert project.tables() == {"b"}

    def test_a_database_that_is_newer(self, project: Project, folder: Path, run: Run) -> None:
        """One applied that this checkout lacks is named, and the checkout is said to be old."""
        run(project.url, folder)
        (folder / "0002_b.sql").unlink()
        ran = run(project.url, folder)
        assert ran.status == 1
        assert "0002_b.sql  applied, but not in this checkout" in ran.out
        assert ran.err == (
            "Sangha: 0002_b.sql was applied, but not in this checkout: "
            "this checkout is older than the database, update it\n"
        )

    @pytest.mark.parametrize("name", ["1_a.sql", "0003-c.sql", "notes.sql"])
    def test_a_name_that_is_none(self, project: Project, folder: Path, run: Run, name: str) -> None:
        """A file without four digits and a name stops it before it connects."""
        write(folder, name, "select 1;")
        ran = run(project.url, folder)
        assert ran.status == 1
        assert name in ran.err
        assert project.recorded() == []

    def test_migrations_of_supabases_cli_are_left_alone(
        self, project: Project, folder: Path, run: Run
    ) -> None:
        """Rows without a checksum of ours, in a table without the column, stop nothing."""
        databases.run(
            project.owner,
            (
                "create schema supabase_migrations;"
                "create table supabase_migrations.schema_migrations "
                "(version text primary key, statements text[], name text);"
                "insert into supabase_migrations.schema_migrations "
                "values ('20240101000000', '{}', 'x')"
            ),
        )
        ran = run(project.url, folder)
        assert ran.status == 0, ran.err
        assert "(1 of Supabase's own CLI are left alone)" in ran.out
        assert project.recorded() == ["0001_a.sql", "0002_b.sql", "x"]

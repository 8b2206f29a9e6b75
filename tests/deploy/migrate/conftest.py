"""Runs of `make migrate`, in this process and beside it, on the database of a project."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import migrate
from deploy.migration_plan import SQL
from tests.deploy.conftest import ROOT
from tests.deploy.migrate import hosted as databases
from tests.deploy.migrate.hosted import Hosted, Project

WAIT_S = 30
# As `python -m deploy.migrate --yes`, for another folder.
RUN = "import os, sys, pathlib; from deploy.migrate import main; "
RUN += "sys.exit(main(['--yes'], os.environ, pathlib.Path(sys.argv[1])))"


@pytest.fixture(scope="session")
def hosted(postgres_port: int) -> Hosted:
    """Where the databases come from."""
    made = Hosted(postgres_port)
    made.prepare()
    return made


@pytest.fixture
def project(hosted: Hosted) -> Project:
    """An empty project."""
    return hosted.database()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    write(tmp_path, "0001_a.sql", "create table public.a (id text primary key);")
    write(tmp_path, "0002_b.sql", "create table public.b (id text primary key);")
    return tmp_path


def write(folder: Path, name: str, sql: str) -> None:
    """Writes a migration."""
    (folder / name).write_text(sql)


class Ran:
    """What one run said and how it ended."""

    def __init__(self, status: int, captured: tuple[str, str]) -> None:
        self.status = status
        self.out, self.err = captured


class Run:
    """Runs it in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, url: str, folder: Path = SQL, *flags: str) -> Ran:
        """Runs it against `url`, with --yes where no flag is given."""
        status = migrate.main(list(flags or ["--yes"]), {"DATABASE_URL": url}, folder)
        ran = Ran(status, self.capsys.readouterr())
        assert databases.PASSWORD not in ran.out + ran.err
        return ran

    def refused(self, url: str) -> str:
        """Returns the one line that a run against `url` ends with."""
        ran = self(url)
        assert ran.status == 1
        (line,) = ran.err.splitlines()
        assert line.startswith("Sangha: ")
        return line.removeprefix("Sangha: ")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `make migrate`."""
    return Run(capsys)


class Started:
    """A run of its own process; ended with the test."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": project.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> Ran:
        """Waits for its end."""
        said = self.process.communicate(timeout=WAIT_S)
        return Ran(self.process.returncode, said)

    def until(self, project: Project, query: str) -> None:
        """Waits until a query answers true."""
        deadline = time.monotonic() + WAIT_S
        while not project.fetch(query):
            assert self.process.poll() is None, self.ended().err
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def start(project: Project) -> Iterator[list[Started]]:
    """Processes that a test has started."""
    started: list[Started] = []
    yield started
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()

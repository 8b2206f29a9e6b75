"""The doctor on the local stack, and things to go wrong with it."""

import asyncio
import contextlib
import dataclasses
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.settings import Settings
from deploy.doctor.check import Result, carry_out
from deploy.doctor.patient import DEVELOPER_API, admitted
from deploy.doctor.suite import CHECKS
from local import upstash
from local.serve import in_thread
from local.supabase import project
from local.supabase.project import Project
from tests.stack import Stack

SQL = Path(__file__).parents[3] / "sql"
CHECK = {check.name: check for check in CHECKS}
READ_ONLY_TOKEN = "the-read-only-token"
Sql = Callable[[str], Project]


class Doctor:
    """Carries out single checks; what they are told can be changed first.

    Attributes:
        environ: settings by name.
        now: the machine's clock.
        developer_api: where Upstash's Developer API is.
        deadline_s: another deadline than the check's own.
    """

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.now: Callable[[], float] = time.time
        self.developer_api = DEVELOPER_API
        self.deadline_s: float | None = None

    def set(self, **settings: str) -> None:
        """Changes settings."""
        self.environ |= settings

    def finds(self, name: str) -> Result:
        """Carries out the check of a name."""
        check = CHECK[name]
        if self.deadline_s is not None:
            check = dataclasses.replace(check, deadline_s=self.deadline_s)

        async def main() -> Result:
            settings = Settings.from_env(self.environ)
            async with admitted(
                settings, self.environ, now=self.now, developer_api=self.developer_api
            ) as patient:
                return await carry_out(check, patient)

        result = asyncio.run(main())
        for secret in self.secrets():
            assert secret not in result.outcome.found + result.outcome.remedy
        return result

    def secrets(self) -> list[str]:
        """Returns what no report may show."""
        names = [n for n in self.environ if n.endswith(("_TOKEN", "_SECRET", "SECRET_KEY"))]
        return [self.environ[name] for name in names if self.environ[name].strip()]


def well(result: Result) -> str:
    """Returns what a check found that must have passed."""
    assert (result.outcome.status, result.outcome.remedy) == ("ok", ""), result
    return result.outcome.found


def unwell(result: Result, status: str = "failed") -> str:
    """Returns what a check found, and says is to be done, that must not have passed."""
    assert result.outcome.status == status, result
    if status != "skipped":
        assert result.outcome.remedy
    return f"{result.outcome.found} → {result.outcome.remedy}"


@pytest.fixture
def doctor(stack: Stack, migrated_dsn: str) -> Iterator[Doctor]:
    """Of the healthy local stack."""
    names = ("SANGHA_", "UPSTASH_", "SUPABASE_", "LIVEKIT_")
    settings = {name: value for name, value in os.environ.items() if name.startswith(names)}
    yield Doctor({**settings, "DATABASE_URL": migrated_dsn})
    stack.simulator.clock = lambda: time.time_ns() // 1_000_000
    stack.simulator.rooms.clear()


@pytest.fixture
def webhooks(stack: Stack) -> Iterator[None]:
    """LiveKit's webhooks reach the deployment, as they do of a project where they are set up."""
    done = threading.Event()
    heard = len(stack.simulator.history)

    def deliver() -> None:
        nonlocal heard
        while not done.wait(0.02):
            new = stack.simulator.history[heard:]
            heard += len(new)
            stack.deliver(*new)

    thread = threading.Thread(target=deliver)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.fixture
def upstash_url(valkey_port: int) -> Iterator[str]:
    """The same Redis by another stand-in, which knows a read-only token too."""
    with in_thread(upstash.create_app(valkey_port, "upstash-token", READ_ONLY_TOKEN)) as url:
        yield url


@pytest.fixture
def spoiled(postgres_port: int, doctor: Doctor) -> Iterator[Sql]:
    """Makes a project with our migrations and then some SQL, and has the doctor examine it."""
    with contextlib.ExitStack() as running:

        def make(sql: str) -> Project:
            made = running.enter_context(
                project.running(postgres_port, migrations_folder=SQL, sql=sql)
            )
            doctor.set(
                SUPABASE_URL=made.url,
                SUPABASE_PUBLISHABLE_KEY=made.publishable_key,
                SUPABASE_SECRET_KEY=made.secret_key,
                DATABASE_URL=made.dsn,
            )
            return made

        yield make

"""The real engines that tests run against, one of each for the whole run."""

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from valkey import Valkey

from common import http
from common.settings import settings
from deploy import migrations
from local import community, postgres, upstash, valkey
from local.livekit.room_service import create_app as create_livekit
from local.livekit.server import Server
from local.livekit.simulator import Simulator
from local.serve import free_ports, in_thread
from local.supabase import create_app as create_supabase
from local.supabase import platform
from tests import real_livekit
from tests import stack as parts
from tests.matching import Matching

ORIGINS = {"SANGHA_ALLOWED_ORIGINS": f"{parts.ORIGIN},{parts.PAGE_ORIGIN}"}
os.environ.update(ORIGINS)  # read when the app is imported
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def _livekit_sdk() -> Iterator[None]:
    """Ends LiveKit's SDK with the tests, not at the interpreter's exit, as it does by itself.

    Its threads call Python back, with log lines for one. Whichever comes when the interpreter is
    ending is made to exit in the middle of native code, and that aborts the process.
    """
    yield
    if sdk := sys.modules.get("livekit.rtc._ffi_client"):
        gc.collect()
        sdk.FfiClient.instance._dispose()  # what it has registered for the exit does nothing then


@pytest.fixture(scope="session")
def valkey_port() -> Iterator[int]:
    """Port of a real Valkey. Tests that need an empty one flush it themselves."""
    with valkey.running() as port:
        yield port


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """Port of a real PostgreSQL 18, superuser `postgres`, no schema of ours yet."""
    with postgres.running() as port:
        yield port


@pytest.fixture(scope="session")
def migrated_dsn(postgres_port: int) -> str:
    """A database with Supabase's platform, our migrations and the demo community."""
    dsn = postgres.dsn(postgres_port, "sangha")

    async def make() -> None:
        admin = await platform.connect(postgres.dsn(postgres_port))
        await admin.execute("create database sangha")
        await admin.close()
        await platform.install(dsn)
        await migrations.apply(dsn, ROOT / "sql")
        await community.create(dsn, parts.PASSWORD)

    asyncio.run(make())
    return dsn


@pytest.fixture(scope="session")
def _stack(
    valkey_port: int, migrated_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[parts.Stack]:
    simulator = Simulator(parts.LIVEKIT_KEY, parts.LIVEKIT_SECRET, parts.now_ms)
    ports = free_ports(["upstash", "supabase", "livekit", "api"])
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    apps = {
        "upstash": upstash.create_app(valkey_port, "upstash-token"),
        "livekit": create_livekit(simulator),
        "supabase": create_supabase(
            migrated_dsn,
            url=urls["supabase"],
            publishable_key=parts.PUBLISHABLE_KEY,
            secret_key=parts.SECRET_KEY,
            signing_key=tmp_path_factory.mktemp("keys") / "jwt.pem",
            jwt_secret=parts.JWT_SECRET,
        ),
    }
    parts.set_environment(parts.environment(**urls) | ORIGINS)
    settings.cache_clear()
    lines = parts.LogLines()
    logging.getLogger("sangha").addHandler(lines)
    logging.getLogger("sangha").setLevel(logging.INFO)
    logging.getLogger("sangha").propagate = False
    with contextlib.ExitStack() as running:
        for name, app in apps.items():
            running.enter_context(in_thread(app, ports[name]))
        served = parts.Counted(importlib.import_module("app").app)
        running.enter_context(in_thread(served, ports["api"]))
        answers = importlib.import_module("tests.answers")  # it imports the app
        api = running.enter_context(
            httpx.Client(
                base_url=urls["api"], timeout=10, event_hooks={"response": [answers.check]}
            )
        )
        store = Valkey(host="127.0.0.1", port=valkey_port, decode_responses=True)
        running.callback(store.close)
        yield parts.Stack(
            api=api,
            served=served,
            supabase_url=urls["supabase"],
            upstash_url=urls["upstash"],
            upstash=apps["upstash"],
            supabase=apps["supabase"],
            livekit=apps["livekit"],
            simulator=simulator,
            valkey=store,
            log=lines,
        )


@pytest.fixture
def stack(_stack: parts.Stack) -> parts.Stack:
    """The whole stack, as if just started: no faults, an empty Redis, a cold API."""
    _stack.reset()
    return _stack


@pytest.fixture
def room(stack: parts.Stack, migrated_dsn: str) -> Iterator[parts.Room]:
    """A room of this test's own."""
    made = parts.Room(stack, migrated_dsn)
    made.create()
    yield made
    made.delete()


@pytest.fixture(scope="module")
def livekit(_stack: parts.Stack) -> Iterator[Server]:
    """LiveKit's own server in the simulator's place, for the tests of a module."""
    with real_livekit.beside(_stack) as running:
        yield running


@pytest.fixture
def matching(stack: parts.Stack, migrated_dsn: str) -> Iterator[Matching]:
    """Empty queues."""
    made = Matching(stack, migrated_dsn)
    made.clear()
    yield made
    made.clear()


@pytest.fixture
def impatient(stack: parts.Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Short deadlines, for tests in which a vendor hangs."""
    for name in parts.DEADLINES:
        monkeypatch.setenv(name, "500")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def lambda_process() -> Iterator[None]:
    """An event loop as a Lambda process has one, for tests that call a handler."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.run_until_complete(http.close())
    asyncio.set_event_loop(None)
    loop.close()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: what a machine there can run, it runs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and not exitstatus:
        reporter.write_line("skipped tests fail in CI: see the reasons above", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

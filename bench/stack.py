"""The local stack for a benchmark: real, separate processes on free ports, none left behind."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest import mock

import httpx

from common.settings import settings
from deploy import migrations
from local import addresses, postgres, valkey
from local.faults import CONTROL_PATH
from local.livekit.room_service import create_app
from local.livekit.simulator import Simulator
from local.parts import Part, listens
from local.serve import free_port, in_thread
from local.supabase import platform

LIVEKIT_KEY = "sangha-bench"
LIVEKIT_SECRET = "bench-" + "s" * 32
BILL_PATH = "/_local/commands"


class Stack:
    """Starts the parts that are asked for, and stops them in the opposite order.

    Attributes:
        settings: what an API on these parts has in its environment.
        key_file: the private key (PEM) that signs user tokens, once Supabase runs.
    """

    def __init__(self) -> None:
        self._exit = contextlib.ExitStack()
        self._folder = Path(
            self._exit.enter_context(tempfile.TemporaryDirectory(prefix="sangha-bench-"))
        )
        self._folder.chmod(0o755)  # PostgreSQL reads its data as another user where we are root
        self.key_file = self._folder / "jwt-key.pem"
        self.settings = {
            "LIVEKIT_URL": "ws://127.0.0.1:9",  # until it runs, nobody is there
            "LIVEKIT_API_KEY": LIVEKIT_KEY,
            "LIVEKIT_API_SECRET": LIVEKIT_SECRET,
            "SUPABASE_URL": "http://127.0.0.1:9",
            "SUPABASE_PUBLISHABLE_KEY": f"sb_publishable_{secrets.token_urlsafe(16)}",
            "SUPABASE_SECRET_KEY": f"sb_secret_{secrets.token_urlsafe(24)}",
            "UPSTASH_REDIS_REST_TOKEN": secrets.token_urlsafe(24),
            "SANGHA_OPS_KEY": secrets.token_urlsafe(24),
        }

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops everything."""
        self._exit.close()

    def start_upstash(self) -> str:
        """Starts Valkey and the stand-in of Upstash; returns its URL."""
        engine, port = free_port(), free_port()
        data = self._folder / "valkey"
        data.mkdir()
        self._start("valkey", valkey.command(engine, data), engine)
        token = self.settings["UPSTASH_REDIS_REST_TOKEN"]
        arguments = ["--port", str(port), "--valkey-port", str(engine), f"--token={token}"]
        self._start("upstash", _module("local.upstash", *arguments), port)
        self.settings["UPSTASH_REDIS_REST_URL"] = _url(port)
        return _url(port)

    def start_supabase(self) -> str:
        """Starts PostgreSQL with our migrations and the stand-in of Supabase; returns the DSN."""
        engine, port = free_port(), free_port()
        postgres.initialise(self._folder / "postgres")
        command = postgres.command(engine, self._folder / "postgres")
        self._start("postgres", command, engine, stop_signal=signal.SIGINT)
        dsn = postgres.dsn(engine)
        asyncio.run(_prepare(dsn))
        arguments = ["--port", str(port), "--dsn", dsn, "--key-file", str(self.key_file)]
        for name in ("publishable", "secret"):
            arguments += [f"--{name}-key", self.settings[f"SUPABASE_{name.upper()}_KEY"]]
        self._start("supabase", _module("local.supabase", *arguments), port)
        self.settings["SUPABASE_URL"] = _url(port)
        return dsn

    def start_livekit(self, simulator: Simulator) -> str:
        """Serves the simulator from a thread: what it knows can be asked here; returns its URL."""
        url = self._exit.enter_context(in_thread(create_app(simulator)))
        self.settings["LIVEKIT_URL"] = url.replace("http", "ws", 1)
        return url

    def start_api(self, app: str = "app:app") -> tuple[str, Path]:
        """Starts an ASGI app on the parts that run by now; returns its URL and its log."""
        port = free_port()
        environ = {**self.settings, "SANGHA_PUBLIC_URL": _url(port)}
        arguments = [app, "--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
        name = app.partition(":")[0]
        return _url(port), self._start(name, _module("uvicorn", *arguments), port, environ=environ)

    def billed(self) -> int:
        """Returns how many Redis commands were billed since the last `forget_bill`."""
        url = self.settings["UPSTASH_REDIS_REST_URL"]
        return int(httpx.get(url + BILL_PATH).raise_for_status().json()["billed"])

    def forget_bill(self) -> None:
        """Lets the bill begin at zero."""
        httpx.delete(self.settings["UPSTASH_REDIS_REST_URL"] + BILL_PATH).raise_for_status()

    def _start(
        self,
        name: str,
        command: list[str],
        port: int,
        *,
        environ: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Path:
        log = self._folder / "logs" / f"{name}.log"
        part = Part(name, command, log=log, environ=environ, stop_signal=stop_signal)
        self._exit.callback(part.stop)
        part.start()
        part.wait_until(listens(port))
        return log


def set_fault(url: str, **fault: Any) -> None:
    """Sets a fault of a stand-in (see local/faults.py)."""
    httpx.post(url + CONTROL_PATH, json=fault).raise_for_status()


@contextlib.contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Gives this process other settings for a while."""
    with mock.patch.dict(os.environ, variables):
        settings.cache_clear()
        try:
            yield
        finally:
            settings.cache_clear()


async def _prepare(dsn: str) -> None:
    await platform.install(dsn)
    await migrations.apply(dsn, addresses.ROOT / "sql")


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"

"""PostgreSQL goes away and comes back under the stand-in."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import postgres
from local.serve import free_port
from local.supabase import project
from local.supabase.project import Project
from local.valkey import wait_for_port

RECOVERY_SECONDS = 10.0


class Server:
    """A PostgreSQL that the test may stop and start; its data stays."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        self.data = data
        postgres.initialise(data)
        self.start()

    def start(self) -> None:
        """Returns once it accepts connections."""
        self.process = subprocess.Popen(
            postgres.command(self.port, self.data),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)

    def stop(self) -> None:
        """Ends its sessions and itself."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The PostgreSQL."""
    folder = tmp_path_factory.mktemp("outage")
    for each in (folder, folder.parent):
        each.chmod(0o755)  # PostgreSQL may run as another user than the tests
    server = Server(folder / "data")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def supabase(server: Server) -> Iterator[Project]:
    """A project on it."""
    sql = """
    create function public.one() returns integer language sql as $$ select 1 $$;
    create function public.say() returns void language sql security definer
    as $$ select realtime.send('{}', 'again', 'topic', true) $$;
    """
    with project.running(server.port, sql=sql) as running:
        yield running


@pytest.fixture
def client(supabase: Project) -> Iterator[httpx.Client]:
    """A client with the publishable key."""
    headers = {"apikey": supabase.publishable_key}
    with httpx.Client(base_url=supabase.url, headers=headers, timeout=15) as client:
        yield client


def eventually(answer: Callable[[], Any]) -> None:
    """Returns once `answer()` holds."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while not answer():
        assert time.monotonic() < deadline


def test_restart(server: Server, client: httpx.Client) -> None:
    """While PostgreSQL is away every API answers 503 in its own words; then all is well again."""
    key_set = "/auth/v1/.well-known/jwks.json"
    call = "/rest/v1/rpc/one"
    assert client.post(call, json={}).json() == 1
    server.stop()
    try:
        rest = client.post(call, json={})
        assert (rest.status_code, rest.json()["code"]) == (503, "PGRST001")
        auth = client.post("/auth/v1/signup", json={})
        assert (auth.status_code, auth.json()["error_code"]) == (503, "unexpected_failure")
        message = {"topic": "t", "event": "e", "payload": {}, "private": True}
        realtime = client.post("/realtime/v1/api/broadcast", json={"messages": [message]})
        assert realtime.status_code == 503
        assert client.get("/auth/v1/health").status_code == 503
        assert client.get(key_set).status_code == 200
    finally:
        server.start()
    eventually(lambda: client.post(call, json={}).status_code == 200)
    assert client.post("/auth/v1/signup", json={}).status_code == 200


def test_announcements_come_back(server: Server, client: httpx.Client) -> None:
    """What SQL sends is heard again after PostgreSQL was restarted."""
    server.stop()
    server.start()

    def is_heard() -> bool:
        client.post("/rest/v1/rpc/say", json={})
        broadcasts = client.get("/_local/broadcasts").json()["broadcasts"]
        return any(broadcast["event"] == "again" for broadcast in broadcasts)

    eventually(is_heard)

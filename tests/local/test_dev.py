"""`make dev` and `make demo`, as a newcomer runs them."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from dotenv import dotenv_values
from valkey import Valkey

from deploy.errors import DeployError
from local.addresses import PORTS
from local.demo import Demo
from local.livekit.server import find_or_build
from local.serve import free_ports
from local.web.build import built

ROOT = Path(__file__).parent.parent.parent
READY_S = 60
STOPPED_S = 30


class Dev:
    """One `make dev`, on ports and a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.ports = free_ports(PORTS)
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SANGHA_", "UPSTASH_", "SUPABASE_", "LIVEKIT_"))
        }
        self.environ |= {f"SANGHA_{n.upper()}_PORT": str(p) for n, p in self.ports.items()}
        self.environ["SANGHA_LOCAL_FOLDER"] = str(folder)
        self.output = folder / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; returns at once."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.dev"], cwd=ROOT, env=self.environ, stdout=output
            )

    def wait_ready(self) -> list[psutil.Process]:
        """Returns its child processes once it has printed its table."""
        assert self.process is not None
        deadline = time.monotonic() + READY_S
        while "Ctrl-C stops" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return psutil.Process(self.process.pid).children(recursive=True)

    def demo(self) -> subprocess.CompletedProcess[str]:
        """Runs the demo beside it, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "local.demo"],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def wait_ended(self) -> int:
        """Returns its exit code."""
        assert self.process is not None
        return self.process.wait(STOPPED_S)

    def said(self) -> str:
        """Returns what it has printed so far."""
        return self.output.read_text()


@pytest.fixture(scope="module", autouse=True)
def _all_is_built() -> None:
    find_or_build(print)
    with contextlib.suppress(DeployError):  # tests/local/test_dev_page.py tells what it does then
        built(print)


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Dev]:
    tmp_path.chmod(0o755)
    dev = Dev(tmp_path)
    yield dev
    if dev.process is not None and dev.process.poll() is None:
        dev.process.send_signal(signal.SIGINT)
        dev.process.wait(STOPPED_S)


def left(children: list[psutil.Process]) -> list[psutil.Process]:
    """Returns those of the processes that still run after a while."""
    _, alive = psutil.wait_procs(children, timeout=STOPPED_S)
    return alive


def test_a_newcomers_first_minutes(dev: Dev) -> None:
    """It starts, the demo runs beside it, Ctrl-C leaves no process, and a second start finds
    the data of the first.
    """
    dev.start()
    children = dev.wait_ready()
    assert {"owner@sangha.example", "stranger@sangha.example"} <= set(
        dev.said().replace(",", " ").split()
    )
    page = f"http://127.0.0.1:{dev.ports['web']}"
    assert f"Open {page} and sign in with one click." in dev.said()
    assert httpx.get(page).headers["content-type"].startswith("text/html")
    config = httpx.get(f"{page}/config.json").json()
    allowed = httpx.get(f"{config['apiUrl']}/api/health", headers={"Origin": page})
    assert allowed.headers["access-control-allow-origin"] == page
    demo = dev.demo()
    assert demo.returncode == 0, demo.stdout + demo.stderr
    shown = [
        line.split("presence shows: ")[1] for line in demo.stdout.splitlines() if "shows" in line
    ]
    assert [s.rsplit(maxsplit=2)[0] for s in shown] == [
        "Owner",
        "Owner, Mod",
        "Owner, Mod, Member",
        "Mod, Member",
        "Member",
        "nobody",
    ]
    assert "member's badge in the call is 🎙️" in demo.stdout
    assert "member and stranger are matched, connect and talk" in demo.stdout
    with Valkey(port=dev.ports["valkey"]) as valkey:
        valkey.set("kept", "yes")
    assert dev.process is not None
    dev.process.send_signal(signal.SIGINT)
    assert dev.wait_ended() == 0
    assert left(children) == []
    password = dev.said().split("password: ")[1].split()[0]

    dev.start()
    dev.wait_ready()
    with Valkey(port=dev.ports["valkey"]) as valkey:
        assert valkey.get("kept") == b"yes"
    assert password in dev.said()
    assert password == config["demo"]["password"]
    env = dict(line.split("=", 1) for line in (dev.output.parent / "env").read_text().splitlines())
    answer = httpx.post(
        f"{env['SUPABASE_URL']}/auth/v1/token?grant_type=password",
        json={"email": "member@sangha.example", "password": password},
        headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]},
    )
    assert answer.status_code == 200


def test_a_part_that_crashes(dev: Dev) -> None:
    """A part that dies is named in one line with its log, and everything else is stopped."""
    dev.start()
    children = dev.wait_ready()
    (api,) = [c for c in children if "app:app" in c.cmdline()]
    api.kill()
    assert dev.wait_ended() == 1
    last = dev.said().strip().splitlines()[-1]
    assert last.startswith("Sangha: api stopped (exit code -9)")
    assert "api.log" in last
    assert left(children) == []


def test_a_supervisor_that_is_killed(dev: Dev) -> None:
    """Even SIGKILL of the supervisor, with somebody in a call, leaves no process behind."""
    dev.start()
    children = dev.wait_ready()
    env = {n: v or "" for n, v in dotenv_values(dev.output.parent / "env").items()}

    async def story() -> list[psutil.Process]:
        async with httpx.AsyncClient(base_url=env["SANGHA_API_URL"]) as api:
            demo = Demo(env, api)
            await demo.sign_in("member")
            room = await demo.join("member")
            assert dev.process is not None
            dev.process.kill()
            alive = await asyncio.to_thread(left, children)
            await room.disconnect()
            return alive

    assert asyncio.run(story()) == []


def test_a_port_in_use(dev: Dev) -> None:
    """A port in use is named in one line, with what to do, before anything is started."""
    with socket.create_server(("127.0.0.1", dev.ports["supabase"])):
        dev.start()
        assert dev.wait_ended() == 1
    port = dev.ports["supabase"]
    assert dev.said().splitlines()[-1] == (
        f"Sangha: Port {port} (supabase) is in use. Stop what uses it, or set SANGHA_SUPABASE_PORT."
    )
    assert "ready" not in dev.said()


@pytest.mark.parametrize("value", ["http", "0", "99999"])
def test_a_port_that_is_none(dev: Dev, value: str) -> None:
    """A port setting that is no port is named in one line."""
    dev.environ["SANGHA_API_PORT"] = value
    dev.start()
    assert dev.wait_ended() == 1
    assert dev.said().splitlines()[-1] == (
        f"Sangha: SANGHA_API_PORT must be a port number, not '{value}'"
    )


def test_the_demo_without_the_stack(dev: Dev) -> None:
    """The demo says to start the stack first."""
    demo = dev.demo()
    assert demo.returncode == 1
    assert "make dev" in demo.stdout

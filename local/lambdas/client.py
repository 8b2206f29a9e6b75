"""Lambda's own runtime client, awslambdaric, for the Python that Lambda runs.

Kept outside the tree by its version: the Python of this machine's `.venv` may be another one.
"""

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from deploy import lock
from deploy.errors import DeployError
from deploy.interpreter import Interpreter
from local.addresses import ROOT

NAME = "awslambdaric"


@cache
def install(python: Interpreter) -> Path:
    """Returns the folder of the client that requirements.lock names; fetches it once.

    Raises:
        DeployError: it can't be had.
    """
    wanted = lock.package((ROOT / "requirements.lock").read_text(), NAME)
    version = wanted.split()[0]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sangha"
    folder = base / f"{version.replace('==', '-')}-python{python.version}"
    if folder.exists():
        return folder
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base) as scratch:
        listed, made = Path(scratch, "client.txt"), Path(scratch, "client")
        listed.write_text(wanted)
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
        command += ["--link-mode", "copy", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--python", str(python.path)]
        command += ["--compile-bytecode", "--target", str(made), "--requirements", str(listed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DeployError(f"Lambda's runtime client can't be had: {done.stderr.strip()}")
        if not folder.exists():  # another process may have been faster
            made.rename(folder)
    return folder

"""Fetches the packages that the functions run on, as Lambda's machine has them."""

import csv
import io
import subprocess
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import PackagePath, distributions
from pathlib import Path

from deploy import lock, roots
from deploy.errors import DeployError

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Architectures by Lambda's name → the machine's name."""
COMPILED_ONLY = frozenset({"cffi"})
"""Packages of which only the compiled modules are shipped. cryptography loads `_cffi_backend`; the
rest of cffi makes such bindings, and asks for pycparser to read C: 0.4 MB that no function runs."""
_PLATFORM = "manylinux_2_28"  # Amazon Linux 2023 has glibc 2.34


def install(folder: Path, *, root: Path, python: str, architecture: str) -> None:
    """Installs what requirements.txt asks for, by requirements.lock, and tidies it.

    Args:
        folder: where to; it is made.
        root: the folder of requirements.lock.
        python: Python's minor version there, `3.13`.
        architecture: a key of MACHINES.

    Raises:
        DeployError: a package has no wheel there, isn't what its hash says, or can't be had.
    """
    wanted = folder.with_suffix(".txt")
    wanted.write_text(lock.deployed((root / "requirements.lock").read_text()))
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--link-mode", "copy"]
    command += ["--python", sys.executable, "--python-version", python]
    command += ["--python-platform", f"{MACHINES[architecture]}-{_PLATFORM}"]
    command += ["--only-binary", ":all:", "--no-deps", "--require-hashes"]
    command += ["--target", str(folder), "--requirements", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(f"the packages for {architecture} can't be had: {done.stderr.strip()}")
    for distribution in distributions(path=[str(folder)]):
        files = distribution.files or []
        if distribution.name == "certifi":
            files = roots.split(folder, files)
        _tidy(folder, files)


def _tidy(folder: Path, files: list[PackagePath]) -> None:
    """Removes what isn't worth shipping of a package, and makes its RECORD say so.

    The installer's own RECORD has hashes of scripts, which name this machine's Python.
    """
    text = io.StringIO()
    record = csv.writer(text, lineterminator="\n")
    for file in sorted(files):
        if not _is_shipped(file):
            (folder / file).unlink()
        elif file.name == "RECORD":
            record.writerow([file, "", ""])
        else:
            content = (folder / file).read_bytes()
            digest = urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
            record.writerow([file, f"sha256={digest}", len(content)])
    (path,) = [file for file in files if file.name == "RECORD"]
    (folder / path).write_text(text.getvalue())


def _is_shipped(file: PackagePath) -> bool:
    """Says whether a file of a package is worth shipping.

    Scripts are for a shell, type stubs for a type checker; two notes of the installer say nothing
    of the package. All else stays: packages read their own metadata at run time, licences ask to
    be passed on, and of tests there are 20 kB.
    """
    if file.parts[0] in {"..", "bin", *COMPILED_ONLY} or file.suffix == ".pyi":
        return False
    return not (file.parts[0].endswith(".dist-info") and file.name in {"INSTALLER", "REQUESTED"})

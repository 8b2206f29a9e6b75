"""Each function's artifact for this machine, built twice: from the tree, and from a copy of it."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from deploy import install, interpreter
from deploy.errors import DeployError
from deploy.interpreter import Interpreter

ROOT = Path(__file__).parent.parent.parent
PARTS = ["functions", "common", "deploy"]
FILES = [
    *("serverless.yml", "serverless.one.yml", "app.py"),
    *("requirements.txt", "requirements.lock"),
]
HERE = {machine: name for name, machine in install.MACHINES.items()}.get(platform.machine(), "")


@dataclass(frozen=True)
class Built:
    """What `python -m deploy.package` made, and said."""

    folder: Path
    status: int
    stdout: str
    stderr: str


Builds = tuple[Built, Built]


def copy_tree(target: Path) -> Path:
    """Copies what a build reads, and the build."""
    for name in PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, target / name, ignore=ignored)
    for name in FILES:
        shutil.copyfile(ROOT / name, target / name)
    return target


@pytest.fixture(scope="session")
def python() -> Interpreter:
    """Lambda's Python, on this machine."""
    try:
        return interpreter.find("3.13")
    except DeployError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What requirements.txt asks for, for Lambda on arm64."""
    folder = tmp_path_factory.mktemp("arm64") / "site"
    install.install(folder, root=ROOT, python="3.13", architecture="arm64")
    return folder


@pytest.fixture(scope="session")
def _building(
    python: Interpreter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Callable[[], Built]]]:
    """Two builds at once, alike in nothing but what they build: what waits for each."""
    if not HERE:
        pytest.skip(f"Lambda does not run on {platform.machine()}: its artifacts can't run here")
    scratch = tmp_path_factory.mktemp("package")
    copy = copy_tree(scratch / "another checkout")
    (scratch / "tmp").mkdir()
    other = {"TMPDIR": str(scratch / "tmp"), "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    outs = [scratch / "one", scratch / "two"]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "deploy.package", "--arch", HERE, "--out", str(out)],
            cwd=root,
            env={**os.environ, **environ},
            umask=umask,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for out, root, environ, umask in [
            (outs[0], ROOT, {"PYTHONHASHSEED": "1"}, 0o022),
            (outs[1], copy, other, 0o077),
        ]
    ]

    def wait(out: Path, process: subprocess.Popen[str]) -> Built:
        said = process.communicate(timeout=300)
        return Built(out / HERE, process.returncode, *said)

    yield [partial(wait, *each) for each in zip(outs, running, strict=True)]
    for out, process in zip(outs, running, strict=True):
        process.kill()
        process.communicate()
        shutil.rmtree(out, ignore_errors=True)  # half a gigabyte, which pytest would keep


@pytest.fixture(scope="session")
def built(_building: list[Callable[[], Built]]) -> Built:
    """The build from the tree; the other goes on meanwhile."""
    return _building[0]()


@pytest.fixture(scope="session")
def builds(_building: list[Callable[[], Built]], built: Built) -> Builds:
    """Both builds."""
    return built, _building[1]()

"""What the vendors' own clients are run against, and Node for those in JavaScript."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import node as npm
from deploy.errors import DeployError
from local import upstash
from local.serve import in_thread


@pytest.fixture(scope="session")
def upstash_token() -> str:
    """Token of the stand-in at `upstash_url`."""
    return "contract-token"


@pytest.fixture(scope="session")
def upstash_url(valkey_port: int, upstash_token: str) -> Iterator[str]:
    """Address of the Upstash stand-in over the run's Valkey."""
    with in_thread(upstash.create_app(valkey_port, upstash_token)) as url:
        yield url


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Folder that holds `node_modules` as the lock file has it: a script's working directory.

    A script finds the packages with `createRequire(process.cwd() + "/")`. Without Node the test is
    skipped on a developer's machine; it fails in CI, where Node is promised.
    """
    try:
        return npm.installed(Path(__file__).parent)
    except DeployError as error:
        reason = f"{error}: the JavaScript clients were not tested"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def node(node_modules: Path) -> str:
    """Path of the `node` program: on PATH, or what `make test` installed beside Python."""
    return npm.program("node")

"""The real engines that tests run against, one of each for the whole run."""

from collections.abc import Iterator

import pytest

from local import postgres, valkey


@pytest.fixture(scope="session")
def valkey_port() -> Iterator[int]:
    """Port of a real Valkey. Tests that need an empty one flush it themselves."""
    with valkey.running() as port:
        yield port


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """Port of a real PostgreSQL 18, superuser `postgres`, no schema of ours yet."""
    with postgres.running() as port:
        yield port

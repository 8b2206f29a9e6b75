"""The scratch rooms, made anew for each row of the matrix and gone after it."""

from collections.abc import Iterator

import pytest

from common.memory import forget_everything
from tests.personas.answers import Supabase
from tests.personas.scratch import Given, Scratch
from tests.stack import Stack


@pytest.fixture(scope="module")
def _rooms(migrated_dsn: str) -> Iterator[Scratch]:
    rooms = Scratch(migrated_dsn)
    try:
        yield rooms
    finally:
        rooms.close()


@pytest.fixture(scope="module")
def stack(_stack: Stack) -> Stack:
    """The whole stack, reset once: a row leaves nothing behind but counted requests."""
    _stack.reset()
    return _stack


@pytest.fixture
def scratch(_rooms: Scratch, stack: Stack) -> Iterator[Scratch]:
    """The scratch rooms as they are at first, and nobody's requests counted yet."""
    stack.valkey.flushall()
    forget_everything()
    _rooms.begin(Given.NOTHING)
    yield _rooms
    _rooms.clear()


@pytest.fixture(scope="session")
def supabase() -> Iterator[Supabase]:
    """What asks Supabase itself."""
    made = Supabase()
    yield made
    made.close()

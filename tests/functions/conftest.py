"""What the tests of endpoints share."""

from collections.abc import Iterator

import pytest

from tests.stack import Room, Stack


@pytest.fixture
def room(stack: Stack, migrated_dsn: str) -> Iterator[Room]:
    """A room of this test's own."""
    made = Room(stack, migrated_dsn)
    made.create()
    yield made
    made.delete()

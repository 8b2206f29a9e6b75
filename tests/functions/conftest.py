"""What the tests of endpoints share."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.livekit.events import Webhook
from tests.stack import Room, Stack
from tests.voice import token_attributes


@pytest.fixture
def room(stack: Stack, migrated_dsn: str) -> Iterator[Room]:
    """A room of this test's own."""
    made = Room(stack, migrated_dsn)
    made.create()
    yield made
    made.delete()


@pytest.fixture
def fresh_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who joins by `Stack.join` has the attributes of a fresh token."""
    bare = Stack.join

    def join(stack: Stack, person: str, **profile: Any) -> list[Webhook]:
        given = {"attributes": token_attributes(stack, person)} | profile
        return bare(stack, person, **given)

    monkeypatch.setattr(Stack, "join", join)

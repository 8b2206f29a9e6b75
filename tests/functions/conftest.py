"""What the tests of endpoints share."""

from typing import Any

import pytest

from local.livekit.events import Webhook
from tests.stack import Stack
from tests.voice import token_attributes


@pytest.fixture
def fresh_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who joins by `Stack.join` has the attributes of a fresh token."""
    bare = Stack.join

    def join(stack: Stack, person: str, **profile: Any) -> list[Webhook]:
        given = {"attributes": token_attributes(stack, person)} | profile
        return bare(stack, person, **given)

    monkeypatch.setattr(Stack, "join", join)

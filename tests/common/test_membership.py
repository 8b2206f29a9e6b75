"""What a process remembers of who sees which voice channels, and when it forgets."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from common import membership, supabase
from common.auth import User
from common.memory import forget_everything

ROOM = str(uuid4())
USER = User(str(uuid4()), "token")


class Database:
    """Answers with a channel more each time, once it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.let = asyncio.Event()

    async def rpc(self, _function: str, _arguments: Any, *, token: str, read: Any) -> Any:
        """Answers as supabase.rpc does."""
        self.asked += 1
        answer = [str(uuid4()) for _ in range(self.asked)]
        await self.let.wait()
        return read(answer)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database in place of Supabase's, and a process that remembers nothing."""
    forget_everything()
    made = Database()
    monkeypatch.setattr(supabase, "rpc", made.rpc)
    return made


def test_an_answer_is_remembered(database: Database) -> None:
    """Who asked within a minute isn't asked for again."""

    async def story() -> None:
        database.let.set()
        first = await membership.visible_channels(USER, ROOM)
        assert membership.is_known(USER, ROOM)
        assert await membership.visible_channels(USER, ROOM) == first

    asyncio.run(story())
    assert database.asked == 1


def test_a_change_is_forgotten(database: Database) -> None:
    """After a change of the room everybody in it is asked for again, and nobody elsewhere."""
    other = str(uuid4())

    async def story() -> None:
        database.let.set()
        await membership.visible_channels(USER, ROOM)
        await membership.visible_channels(USER, other)
        membership.forget(ROOM)
        assert not membership.is_known(USER, ROOM)
        assert membership.is_known(USER, other)

    asyncio.run(story())


def test_an_answer_that_was_under_way(database: Database) -> None:
    """An answer that was asked for before a change and comes after it isn't remembered."""

    async def story() -> None:
        asking = asyncio.create_task(membership.visible_channels(USER, ROOM))
        await asyncio.sleep(0)
        membership.forget(ROOM)
        database.let.set()
        assert len(await asking) == 1
        assert len(await membership.visible_channels(USER, ROOM)) == 2

    asyncio.run(story())

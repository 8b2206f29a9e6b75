"""Matching over the API in tests: the demo people wish, wait and come, and time goes by at will."""

import time
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from local.community import PEOPLE
from local.livekit.events import Webhook
from tests import apart
from tests.stack import Stack

_AGE = """
  update private.match_topics
  set since = since - $1::interval, from_at = from_at - $1::interval;
  update private.match_tickets
  set since = since - $1::interval, asked_at = asked_at - $1::interval;
  update private.matches
  set made_at = made_at - $1::interval, started_at = started_at - $1::interval,
    empty_since = empty_since - $1::interval;
  update private.match_meetings set left_at = left_at - $1::interval;
"""
_CLEAR = """
  delete from private.match_tickets;
  delete from private.matches;
  delete from private.match_meetings;
  delete from private.match_waits;
  delete from public.user_blocks;
"""


@dataclass
class Matching:
    """The queues of one test."""

    stack: Stack
    dsn: str

    def join(self, person: str, **wishes: Any) -> httpx.Response:
        """Joins as a demo person."""
        return self.stack.api.post(
            "/api/matching/join", json=wishes, headers=self.stack.bearer(person)
        )

    def status(self, person: str) -> dict[str, Any]:
        """Asks as a demo person."""
        headers = self.stack.bearer(person)
        answer = self.stack.api.get("/api/matching/status", headers=headers)
        return dict(answer.raise_for_status().json())

    def leave(self, person: str) -> dict[str, Any]:
        """Leaves as a demo person."""
        headers = self.stack.bearer(person)
        answer = self.stack.api.post("/api/matching/leave", headers=headers)
        return dict(answer.raise_for_status().json())

    def block(self, person: str, other: str, method: str = "PUT") -> httpx.Response:
        """Blocks or unblocks as a demo person."""
        url = f"/api/blocks/{PEOPLE[other]}"
        return self.stack.api.request(method, url, headers=self.stack.bearer(person))

    def matched(self, *people: str, **wishes: Any) -> str:
        """Matches people with each other; returns LiveKit's name of their room."""
        wishes = {"group_size": len(people)} | wishes
        for person in people:
            self.join(person, **wishes).raise_for_status()
        rooms = {self.status(person)["match"]["room_name"] for person in people}
        (room,) = rooms
        return str(room)

    def standing(self, *people: str, **wishes: Any) -> str:
        """As `matched`, and all come."""
        room = self.matched(*people, **wishes)
        for person in people:
            self.comes(room, person)
        return room

    def comes(self, room: str, person: str) -> list[httpx.Response]:
        """Somebody comes into a match's room in LiveKit, and the API hears of it."""
        return self.stack.deliver(*self.arrival(room, person))

    def arrival(self, room: str, person: str) -> list[Webhook]:
        """Somebody comes into a match's room; returns the webhooks, which nobody heard of yet."""
        name, identity = person.capitalize(), str(PEOPLE[person])
        return self.stack.simulator.join(room, identity, name=name)

    def there(self, room: str) -> list[str]:
        """Returns who is in a match's room, as LiveKit has it."""
        return sorted(p.name for p in self.stack.simulator.participants(room).values())

    def pushed(self, person: str, *types: str) -> list[dict[str, Any]]:
        """Waits for what a demo person is told on their own topic; asserts the types."""
        deadline = time.monotonic() + 5
        while len(said := self._said_to(person)) < len(types):
            assert time.monotonic() < deadline, f"told {said}"
            time.sleep(0.01)
        assert [payload["type"] for payload in said] == list(types)
        return said

    def _said_to(self, person: str) -> list[dict[str, Any]]:
        topic = f"user:{PEOPLE[person]}"
        said = [s for s in self.stack.broadcasts() if s["topic"] == topic]
        assert all(s["event"] == "matching" and s["private"] for s in said)
        return [s["payload"] for s in said]

    def wait(self, seconds: float) -> None:
        """Lets time go by, but for the clocks of the processes."""
        self.sql(_AGE.replace("$1", f"'{seconds} seconds'"))

    def clear(self) -> None:
        """Empties all queues, matches and blocks."""
        self.sql(_CLEAR)

    def sql(self, statements: str) -> None:
        """Runs statements as the database's owner."""

        async def run() -> None:
            connection = await asyncpg.connect(self.dsn)
            await connection.execute(statements)
            await connection.close()

        apart.run(run())

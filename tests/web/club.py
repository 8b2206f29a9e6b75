"""A community to talk in, and who is in its calls by LiveKit's own word."""

import asyncio
import gc
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from livekit import api, rtc
from livekit.protocol.models import ParticipantInfo

from local.livekit.server import Server
from tests import apart
from tests.real_livekit import KEY, SECRET
from tests.stack import Room
from tests.web.people import Person

AGENT = "agent-scribe"
COMES_IN_S = 15.0


@dataclass
class Club(Room):
    """A room of one test with a second voice channel, Workshop."""

    workshop: UUID = field(default_factory=uuid4)

    def create(self) -> None:
        """Puts it into the database."""
        super().create()
        self.sql(
            "insert into public.channels (room_id, id, name, kind, position) "
            "values ($1, $2, 'Workshop', 'voice', 2)",
            self.id,
            self.workshop,
        )

    @property
    def path(self) -> str:
        """Where the front end shows it."""
        return f"/rooms/{self.id}"

    def voice(self, channel: str = "Lounge") -> str:
        """Returns LiveKit's name of a voice channel."""
        return f"{self.id}:{self.workshop if channel == 'Workshop' else self.lounge}"


def in_livekit(livekit: Server, name: str) -> list[ParticipantInfo]:
    """Returns who is in a room by LiveKit's own list, in the order in which they came."""

    async def ask() -> list[ParticipantInfo]:
        async with api.LiveKitAPI(livekit.url, KEY, SECRET) as server:
            answer = await server.room.list_participants(api.ListParticipantsRequest(room=name))
        return sorted(answer.participants, key=lambda each: each.joined_at_ms)

    return apart.run(ask())


def names_in_livekit(livekit: Server, name: str) -> list[str]:
    """Returns only their names."""
    return [each.name for each in in_livekit(livekit, name)]


def row_of(who: ParticipantInfo, *, watcher: Person) -> str:
    """Returns how somebody is said at the side, by LiveKit's own word, where they are silent."""
    badges = json.loads(who.attributes.get("badges", "[]"))
    you = ["you"] if who.identity == watcher.user_id else []
    return ", ".join([who.name, *you, *(badge["label"] for badge in badges)])


@contextmanager
def agent_in(livekit: Server, name: str) -> Iterator[None]:
    """Has an agent in a room, let in by who has LiveKit's keys."""
    grant = api.VideoGrants(room_join=True, room=name)
    token = api.AccessToken(KEY, SECRET).with_identity(AGENT).with_name("Scribe").with_grants(grant)
    ready, done = threading.Event(), threading.Event()

    async def stay() -> None:
        room = rtc.Room()
        await room.connect(livekit.url.replace("http", "ws", 1), token.with_kind("agent").to_jwt())
        ready.set()
        await asyncio.to_thread(done.wait)
        await room.disconnect()

    thread = threading.Thread(target=asyncio.run, args=[stay()])
    thread.start()
    try:
        assert ready.wait(COMES_IN_S), "the agent did not come in"
        yield
    finally:
        done.set()
        thread.join()
        gc.collect()  # rooms and their people hold each other, and with them the SDK's handles

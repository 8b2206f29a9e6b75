"""A call with real people in LiveKit's real server, and what must be seen of it."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from livekit import api, rtc

from local.community import LOUNGE, PEOPLE, ROOM
from local.livekit import server
from tests.real_livekit import KEY, SECRET
from tests.stack import Stack

CROWD = [f"00000000-0000-4000-8000-0000000001{n:02d}" for n in range(10)]
WHILE_WEBHOOKS_FLOW_S = 2.0


@dataclass
class Call:
    """The people in a test's call, and what must be seen of it."""

    stack: Stack
    livekit: server.Server
    rooms: dict[str, rtc.Room] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)  # identity → channel
    opened: list[rtc.Room] = field(default_factory=list)  # all that there ever were
    sources: list[rtc.AudioSource] = field(default_factory=list)

    def token(self, identity: str, channel: str) -> str:
        """Gets a LiveKit token from the API, as the person themselves where they are a member."""
        people = {str(user_id): person for person, user_id in PEOPLE.items()}
        if identity in people:
            answer = self.stack.get_token(people[identity], room_name=f"{ROOM}:{channel}")
            return str(answer.raise_for_status().json()["participant_token"])
        grant = api.VideoGrants(room_join=True, room=f"{ROOM}:{channel}")
        return api.AccessToken(KEY, SECRET).with_identity(identity).with_grants(grant).to_jwt()

    async def join(self, identity: str, channel: str = str(LOUNGE)) -> rtc.Room:
        """Brings somebody in; the room they had before, if any, is LiveKit's to end."""
        token = await asyncio.to_thread(self.token, identity, channel)
        room = self.rooms[identity] = await self.connect(token)
        self.inside[identity] = channel
        return room

    async def connect(self, token: str) -> rtc.Room:
        """Opens a room with a token; ConnectError when that fails."""
        room = rtc.Room()
        self.opened.append(room)
        await room.connect(self.livekit.url.replace("http", "ws", 1), token)
        return room

    async def publish(self, room: rtc.Room) -> rtc.LocalTrackPublication:
        """Turns the microphone on; raises when LiveKit doesn't let it."""
        source = rtc.AudioSource(48000, 1)
        self.sources.append(source)
        track = rtc.LocalAudioTrack.create_audio_track("mic", source)
        microphone = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        return await room.local_participant.publish_track(track, microphone)

    async def leave(self, identity: str) -> None:
        """Lets somebody leave."""
        del self.inside[identity]
        await self.rooms.pop(identity).disconnect()

    def shown(self) -> dict[str, str]:
        """Returns identity → channel, as the participants endpoint tells it."""
        answer = self.stack.participants("owner").raise_for_status().json()
        assert answer["source"] == "redis"
        return {
            person["identity"]: channel["channel_id"]
            for channel in answer["channels"]
            for person in channel["participants"]
        }

    async def converges(self, within_s: float = WHILE_WEBHOOKS_FLOW_S) -> None:
        """Asserts that readers come to see exactly who is inside."""
        deadline = time.monotonic() + within_s
        while (shown := await asyncio.to_thread(self.shown)) != self.inside:
            assert time.monotonic() < deadline, {
                "shown and not inside": shown.keys() - self.inside.keys(),
                "inside and not shown": self.inside.keys() - shown.keys(),
            }
            await asyncio.sleep(0.05)


@asynccontextmanager
async def calling(stack: Stack, livekit: server.Server) -> AsyncIterator[Call]:
    """A call whose people are all taken out again, and of which LiveKit's SDK keeps nothing."""
    call = Call(stack, livekit)
    try:
        yield call
    finally:
        for room in call.opened:
            await room.disconnect()
        for source in call.sources:
            await source.aclose()
        for kept in (call.rooms, call.opened, call.sources):
            kept.clear()
        gc.collect()  # rooms and their people hold each other, and with them the SDK's handles


Run = Callable[[Callable[[Call], Awaitable[None]]], None]

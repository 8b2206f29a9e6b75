"""Real people in a real LiveKit server: what readers see converges to the truth."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from livekit import api, rtc

from common import reconciler
from common.settings import settings
from local.community import LOUNGE, PEOPLE, ROOM, WORKSHOP
from local.livekit import server
from tests.stack import OPS_KEY, Stack

KEY, SECRET = "e2ekey", "livekit-secret-of-the-e2e-tests-32-chars"
CROWD = [f"00000000-0000-4000-8000-0000000001{n:02d}" for n in range(10)]
WHILE_WEBHOOKS_FLOW_S = 2.0
AFTER_RECONCILE_S = 2.0


@pytest.fixture(scope="module")
def livekit(_stack: Stack) -> Iterator[server.Server]:
    """LiveKit's own server, its webhooks going to the API, the API pointed at it."""
    binary = server.find_or_build(print)
    webhook = f"{_stack.api.base_url}/api/livekit/webhook"
    before = dict(os.environ)
    with server.running(
        binary, api_key=KEY, api_secret=SECRET, webhook_url=webhook, udp_ports=(50200, 50400)
    ) as running:
        os.environ["LIVEKIT_URL"] = running.url.replace("http", "ws", 1)
        os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"] = KEY, SECRET
        settings.cache_clear()
        yield running
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()


@dataclass
class Call:
    """The people in a test's call, and what must be seen of it."""

    stack: Stack
    livekit: server.Server
    rooms: dict[str, rtc.Room] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)  # identity → channel

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
        room = rtc.Room()
        await room.connect(self.livekit.url.replace("http", "ws", 1), token)
        self.rooms[identity] = room
        self.inside[identity] = channel
        return room

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
    """A call whose people are all taken out again."""
    call = Call(stack, livekit)
    try:
        yield call
    finally:
        for room in call.rooms.values():
            await room.disconnect()


@pytest.fixture
def in_call(
    stack: Stack, livekit: server.Server
) -> Callable[[Callable[[Call], Awaitable[None]]], None]:
    """Runs a test's story in a call."""
    stack.token("owner")

    def run(story: Callable[[Call], Awaitable[None]]) -> None:
        async def main() -> None:
            async with calling(stack, livekit) as call:
                await story(call)

        asyncio.run(main())

    return run


Run = Callable[[Callable[[Call], Awaitable[None]]], None]


async def everybody_joins(call: Call) -> None:
    """Ten people and two members come, over two channels."""
    for n, identity in enumerate([*CROWD, str(PEOPLE["owner"]), str(PEOPLE["member"])]):
        await call.join(identity, str(WORKSHOP if n % 3 == 0 else LOUNGE))


def test_a_whole_evening(in_call: Run) -> None:
    """Joining, reconnecting under the same identity, leaving, and being removed are each seen."""

    async def story(call: Call) -> None:
        await everybody_joins(call)
        await call.converges()
        for identity in CROWD[:3]:  # a second device: LiveKit puts the first one out
            before = call.rooms[identity]
            await call.join(identity, call.inside[identity])
            await before.disconnect()
        await call.converges()
        for identity in CROWD[3:6]:
            await call.leave(identity)
        await call.converges()
        async with api.LiveKitAPI(call.livekit.url, KEY, SECRET) as livekit:
            for identity in CROWD[6:8]:
                room = f"{ROOM}:{call.inside.pop(identity)}"
                who = api.RoomParticipantIdentity(room=room, identity=identity)
                await livekit.room.remove_participant(who)
            await call.converges()
            await livekit.room.delete_room(api.DeleteRoomRequest(room=f"{ROOM}:{WORKSHOP}"))
        call.inside = {i: c for i, c in call.inside.items() if c != str(WORKSHOP)}
        await call.converges()

    in_call(story)


def test_a_token_opens_what_it_says(in_call: Run) -> None:
    """A member's token opens its room under their user id and name, and lets them speak."""

    async def story(call: Call) -> None:
        room = await call.join(str(PEOPLE["member"]))
        assert room.local_participant.identity == str(PEOPLE["member"])
        assert room.local_participant.name == "Member"
        source = rtc.AudioSource(48000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("mic", source)
        microphone = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await room.local_participant.publish_track(track, microphone)
        assert publication.sid

    in_call(story)


def test_the_server_is_killed(
    in_call: Run, livekit: server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After SIGKILL with people inside, nobody tells us; a reconcile makes readers right, and
    who comes back is seen.
    """
    monkeypatch.setattr(reconciler, "NEWCOMER_MS", 0)
    monkeypatch.setattr(reconciler, "PAUSE_S", 0.2)

    async def story(call: Call) -> None:
        await everybody_joins(call)
        await call.converges()
        livekit.process.kill()
        livekit.process.wait()
        # While LiveKit is away nobody is removed, and presence is read on.
        assert await asyncio.to_thread(reconcile, call.stack) == 503
        assert await asyncio.to_thread(call.shown) == call.inside
        call.inside.clear()
        await asyncio.gather(*(room.disconnect() for room in call.rooms.values()))
        call.rooms.clear()  # else they would come back by themselves, at a time of their own
        livekit.start()
        await call.join(CROWD[0])
        assert await asyncio.to_thread(reconcile, call.stack) == 200
        await call.converges(AFTER_RECONCILE_S)
        await call.join(CROWD[1])
        await call.converges()

    in_call(story)


def reconcile(stack: Stack) -> int:
    """Runs a reconcile of the community; returns the status."""
    answer = stack.api.post(
        "/api/livekit/reconcile",
        json={"room_id": str(ROOM)},
        headers={"Authorization": f"Bearer {OPS_KEY}"},
    )
    return answer.status_code

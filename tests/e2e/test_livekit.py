"""Real people in a real LiveKit server: what readers see converges to the truth."""

import asyncio

import pytest
from livekit import api

from common import reconciler
from local.community import LOUNGE, PEOPLE, ROOM, WORKSHOP
from local.livekit import server
from tests.e2e.calls import CROWD, Call, Run
from tests.real_livekit import KEY, SECRET
from tests.stack import OPS_KEY, Stack

AFTER_RECONCILE_S = 2.0

pytestmark = pytest.mark.usefixtures("crowd")


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
        assert (await call.publish(room)).sid

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

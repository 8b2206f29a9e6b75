"""A change reaches who watches, through Supabase's own client, and nobody else."""

import asyncio
from typing import Any

import pytest
from realtime import RealtimeSubscribeStates

from local.community import LOUNGE, ROOM
from tests.listening import HEARD_S, Heard, listen, signed_in
from tests.stack import Room, Stack

TOPIC = f"room:{ROOM}"
# supabase-py hands its own postgrest what that deprecates
pytestmark = pytest.mark.filterwarnings("ignore:The '(timeout|verify)' parameter")


def test_a_member_hears_of_a_join(stack: Stack) -> None:
    """A member who subscribed hears who joined where, as LiveKit's webhook comes in."""

    async def story() -> dict[str, Any]:
        heard: Heard = asyncio.Queue()
        async with signed_in(stack, "member") as client:
            outcome = await listen(client, TOPIC, "voice", heard)
            assert outcome == RealtimeSubscribeStates.SUBSCRIBED
            await asyncio.to_thread(stack.deliver, *stack.join("owner"))
            return await asyncio.wait_for(heard.get(), HEARD_S)

    said = asyncio.run(story())["payload"]
    assert (said["type"], said["channel_id"]) == ("joined", str(LOUNGE))
    assert said["participant"]["name"] == "Owner"


def test_a_member_hears_of_a_role(stack: Stack, room: Room) -> None:
    """A member who subscribed hears the roles as the owner's PATCH of one left them, and a
    stranger, who may not subscribe, hears nothing.
    """

    async def story() -> tuple[dict[str, Any], Any]:
        topic = f"room:{room.id}"
        heard: Heard = asyncio.Queue()
        overheard: Heard = asyncio.Queue()
        async with signed_in(stack, "member") as member, signed_in(stack, "stranger") as stranger:
            outcome = await listen(member, topic, "room", heard)
            assert outcome == RealtimeSubscribeStates.SUBSCRIBED
            outcome = await listen(stranger, topic, "room", overheard)
            assert outcome == RealtimeSubscribeStates.CHANNEL_ERROR
            path, changes = ("roles", room.helper), {"name": "Gardener", "color": "#2ecc71"}
            answer = await asyncio.to_thread(room.ask, "owner", "PATCH", *path, json=changes)
            said = await asyncio.wait_for(heard.get(), HEARD_S)
            # what comes next on the stranger's socket comes after what they'd have overheard
            own: Heard = asyncio.Queue()
            user = await stranger.auth.get_user()
            assert user
            outcome = await listen(stranger, f"user:{user.user.id}", "voice", own)
            assert outcome == RealtimeSubscribeStates.SUBSCRIBED
            assert heard.empty()
            assert overheard.empty()
            return said, answer.raise_for_status().json()

    said, answer = asyncio.run(story())
    pushed = said["payload"]
    assert pushed["type"] == "roles"
    assert pushed["version"] == answer["version"]
    assert pushed["roles"] == answer["roles"]
    assert "Gardener" in [role["name"] for role in pushed["roles"]]


def test_a_stranger_is_refused(stack: Stack) -> None:
    """A stranger's subscription to the room's topic is refused."""

    async def story() -> RealtimeSubscribeStates:
        async with signed_in(stack, "stranger") as client:
            return await listen(client, TOPIC, "voice", asyncio.Queue())

    assert asyncio.run(story()) == RealtimeSubscribeStates.CHANNEL_ERROR

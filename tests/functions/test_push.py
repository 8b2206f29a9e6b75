"""A change of presence reaches who watches, through Supabase's own client, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from local.community import LOUNGE, ROOM, email
from tests.stack import PASSWORD, PUBLISHABLE_KEY, Stack

HEARD_S = 10
# supabase-py hands its own postgrest what that deprecates
pytestmark = pytest.mark.filterwarnings("ignore:The '(timeout|verify)' parameter")


@asynccontextmanager
async def signed_in(stack: Stack, person: str) -> AsyncIterator[AsyncClient]:
    """Yields Supabase's client of a demo person, and ends everything it began."""
    # One HTTP client for all: supabase-py forgets its own, unclosed, whenever somebody signs in.
    async with httpx.AsyncClient() as http:
        options = AsyncClientOptions(httpx_client=http)
        client = await acreate_client(stack.supabase_url, PUBLISHABLE_KEY, options)
        await client.auth.sign_in_with_password({"email": email(person), "password": PASSWORD})
        try:
            yield client
        finally:
            await client.realtime.close()
            await client.auth.sign_out()


async def listen(
    client: AsyncClient, heard: asyncio.Queue[dict[str, Any]]
) -> RealtimeSubscribeStates:
    """Subscribes to the room's private topic; returns how that went."""
    channel: AsyncRealtimeChannel = client.channel(
        f"room:{ROOM}", {"config": {"private": True, "broadcast": None, "presence": None}}
    )
    channel.on_broadcast("voice", lambda message: heard.put_nowait(dict(message)))
    outcome: asyncio.Future[RealtimeSubscribeStates] = asyncio.get_running_loop().create_future()

    def on_state(state: RealtimeSubscribeStates, _error: Exception | None) -> None:
        if not outcome.done():
            outcome.set_result(state)

    await channel.subscribe(on_state)
    return await asyncio.wait_for(outcome, HEARD_S)


def test_a_member_hears_of_a_join(stack: Stack) -> None:
    """A member who subscribed hears who joined where, as LiveKit's webhook comes in."""

    async def story() -> dict[str, Any]:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        async with signed_in(stack, "member") as client:
            assert await listen(client, heard) == RealtimeSubscribeStates.SUBSCRIBED
            await asyncio.to_thread(stack.deliver, *stack.join("owner"))
            return await asyncio.wait_for(heard.get(), HEARD_S)

    said = asyncio.run(story())["payload"]
    assert (said["type"], said["channel_id"]) == ("joined", str(LOUNGE))
    assert said["participant"]["name"] == "Owner"


def test_a_stranger_is_refused(stack: Stack) -> None:
    """A stranger's subscription to the room's topic is refused."""

    async def story() -> RealtimeSubscribeStates:
        async with signed_in(stack, "stranger") as client:
            return await listen(client, asyncio.Queue())

    assert asyncio.run(story()) == RealtimeSubscribeStates.CHANNEL_ERROR

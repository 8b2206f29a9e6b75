"""Supabase's own client on a private Realtime topic, as an app has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from local.community import email
from tests.stack import PASSWORD, PUBLISHABLE_KEY, Stack

HEARD_S = 10
Heard = asyncio.Queue[dict[str, Any]]


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
    client: AsyncClient, topic: str, event: str, heard: Heard
) -> RealtimeSubscribeStates:
    """Subscribes to a private topic; returns how that went."""
    channel: AsyncRealtimeChannel = client.channel(
        topic, {"config": {"private": True, "broadcast": None, "presence": None}}
    )
    channel.on_broadcast(event, lambda message: heard.put_nowait(dict(message)))
    outcome: asyncio.Future[RealtimeSubscribeStates] = asyncio.get_running_loop().create_future()

    def on_state(state: RealtimeSubscribeStates, _error: Exception | None) -> None:
        if not outcome.done():
            outcome.set_result(state)

    await channel.subscribe(on_state)
    return await asyncio.wait_for(outcome, HEARD_S)

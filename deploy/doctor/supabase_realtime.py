"""Supabase Realtime: broadcasts are taken from us, and private topics are shut to strangers.

What is broadcast goes to a topic of the doctor's own, which nobody listens to.
"""

import asyncio
import logging
from uuid import uuid4

import httpx
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates
from websockets.exceptions import WebSocketException

from deploy.doctor.check import Check, Outcome, failed, ok, warning
from deploy.doctor.patient import Patient
from deploy.doctor.supabase_keys import credentials

JOIN_S = 6
CLOSE_S = 2.0
_WORDS_OF_POLICIES = ("unauthorized", "permission")


async def broadcast(patient: Patient) -> Outcome:
    """A broadcast to a private topic, by HTTP under the secret key, is taken."""
    message = {"topic": patient.prefix, "event": "doctor", "payload": {}, "private": True}
    answer = await patient.http.post(
        f"{patient.get('SUPABASE_URL')}/realtime/v1/api/broadcast",
        headers=credentials(patient.get("SUPABASE_SECRET_KEY")),
        json={"messages": [message]},
    )
    if answer.status_code == httpx.codes.ACCEPTED:
        return ok("taken (202)")
    found = f"{answer.status_code} {answer.text[:200]}"
    return failed(found, "is SUPABASE_SECRET_KEY right, and Realtime enabled for the project?")


async def private_topic(patient: Patient) -> Outcome:
    """Who is not signed in does not join a community's private topic."""
    logging.getLogger("realtime").setLevel(logging.CRITICAL)  # what it says is told below
    socket = AsyncRealtimeClient(
        f"{patient.get('SUPABASE_URL').replace('http', 'ws', 1)}/realtime/v1",
        patient.get("SUPABASE_PUBLISHABLE_KEY"),
        auto_reconnect=False,
        max_retries=1,
        timeout=JOIN_S,
    )
    try:
        state, reason = await _joined(socket, f"room:{uuid4()}")
    except WebSocketException as error:
        return failed(f"no WebSocket: {error}", "is Realtime enabled for the project?")
    finally:
        async with asyncio.timeout(CLOSE_S):
            await socket.close()
    if state is RealtimeSubscribeStates.SUBSCRIBED:
        remedy = "a policy on realtime.messages is too wide: only those of sql/0019 should be there"
        return failed("anybody may join a community's topic", remedy)
    if state is not RealtimeSubscribeStates.CHANNEL_ERROR:
        return failed(f"no answer to the join ({state})", "is Realtime's status page green?")
    if not any(word in reason.lower() for word in _WORDS_OF_POLICIES):
        return warning(f"refused, but not by a policy: {reason}", "see Realtime's logs")
    return ok("who is not signed in is refused")


async def _joined(socket: AsyncRealtimeClient, topic: str) -> tuple[RealtimeSubscribeStates, str]:
    """Joins a private topic; returns how that went, and why."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[tuple[RealtimeSubscribeStates, str]] = loop.create_future()

    def on_state(state: RealtimeSubscribeStates, error: Exception | None) -> None:
        if not outcome.done():
            outcome.set_result((state, str(error or "")))

    channel = socket.channel(
        topic, {"config": {"private": True, "broadcast": None, "presence": None}}
    )
    await channel.subscribe(on_state)
    async with asyncio.timeout(JOIN_S):
        return await outcome


CHECKS = (
    Check("supabase: broadcast", broadcast, ("SUPABASE_URL", "SUPABASE_SECRET_KEY")),
    Check("supabase: private topics", private_topic, ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY")),
)

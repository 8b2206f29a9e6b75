"""Edge to Supabase Realtime: one broadcast, over HTTP, to a private topic."""

import asyncio
from typing import Any

import httpx

from common import http
from common.errors import Unavailable
from common.log import Outage
from common.settings import settings

_outage = Outage("realtime")


async def broadcast(topic: str, event: str, payload: dict[str, Any]) -> None:
    """Sends `payload` (JSON values, under 256 KB) to everyone subscribed to the private `topic`.

    Raises:
        Unavailable: not accepted within SANGHA_REALTIME_DEADLINE_MS.
    """
    url = f"{settings().need('supabase_url')}/realtime/v1/api/broadcast"
    secret = settings().need("supabase_secret_key")
    message = {"topic": topic, "event": event, "payload": payload, "private": True}
    try:
        async with asyncio.timeout(settings().sangha_realtime_deadline_ms / 1000):
            response = await http.client().post(
                url,
                json={"messages": [message]},
                headers={"apikey": secret, "Authorization": f"Bearer {secret}"},
            )
    except TimeoutError as error:
        raise _away("no answer within the deadline") from error
    except httpx.HTTPError as error:
        raise _away(f"{type(error).__name__}: {error}") from error
    if response.status_code != httpx.codes.ACCEPTED:
        raise _away(f"{response.status_code}: {response.text[:200]}")
    _outage.answered()


async def try_broadcast(topic: str, event: str, payload: dict[str, Any]) -> bool:
    """As `broadcast`, for those to whom it is a courtesy: False when it was not accepted."""
    try:
        await broadcast(topic, event, payload)
    except Unavailable:
        return False
    return True


def _away(reason: str) -> Unavailable:
    _outage.failed(reason)
    return Unavailable("realtime", reason)

"""Edge to Supabase Realtime: broadcasts, over HTTP, to a private topic.

A broadcast is a courtesy to those who watch. After one that hung, the next ones are left out for
a moment: a webhook that waited for each would hold up LiveKit's queue.
"""

import time
from collections.abc import Iterable
from typing import Any

import httpx

from common import http, service_role
from common.errors import Unavailable
from common.settings import SettingError, settings
from common.vendor import BadAnswer, Vendor

REST_S = 5.0

_vendor = Vendor("realtime")
_resting_until: float = 0


async def broadcast(event: str, said: Iterable[tuple[str, dict[str, Any]]]) -> bool:
    """Sends to all subscribers of private topics, in one request.

    Args:
        event: the event's name.
        said: topic and payload (JSON values, under 256 KB) of each message.

    Returns:
        Whether Realtime took them within SANGHA_REALTIME_DEADLINE_MS; if not, the log says why.
    """
    global _resting_until  # noqa: PLW0603 - what this process knows of Realtime
    messages = [
        {"topic": topic, "event": event, "payload": payload, "private": True}
        for topic, payload in said
    ]
    if not messages or time.monotonic() < _resting_until:
        return not messages
    try:
        async with _vendor.asked(settings().sangha_realtime_deadline_ms):
            await _send(messages)
    except Unavailable as error:
        if isinstance(error.__cause__, TimeoutError):
            _resting_until = time.monotonic() + REST_S
        return False
    return True


async def _send(messages: list[dict[str, Any]]) -> None:
    try:
        url = f"{settings().need('supabase_url')}/realtime/v1/api/broadcast"
        headers = service_role.credentials()
    except SettingError as error:
        raise BadAnswer(str(error)) from error
    response = await http.client().post(url, json={"messages": messages}, headers=headers)
    if response.status_code != httpx.codes.ACCEPTED:
        raise BadAnswer(f"{response.status_code}: {response.text[:200]}")


def forget() -> None:
    """Forgets that Realtime hung, as a cold start would."""
    global _resting_until  # noqa: PLW0603 - see above
    _resting_until = 0

"""Sends work off to another endpoint of ours without waiting for it to be done."""

import asyncio
from typing import Any

import httpx

from common import http, log
from common.settings import settings

HANDOVER_S = 0.5
"""Long enough to hand a request over; the work goes on after we hang up."""


def can_send_off() -> bool:
    """Says whether this deployment knows its own address and key."""
    return bool(settings().sangha_public_url and settings().sangha_ops_key)


async def send_off(path: str, body: dict[str, Any]) -> None:
    """POSTs `body` to `path` of this deployment under the ops key; failures are only logged."""
    url = settings().sangha_public_url + path
    headers = {"Authorization": f"Bearer {settings().sangha_ops_key}"}
    try:
        async with asyncio.timeout(HANDOVER_S):
            response = await http.client().post(url, json=body, headers=headers)
    except TimeoutError:
        return  # it has the request, and takes its time
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.event("not_dispatched", path=path, reason=f"{type(error).__name__}: {error}")
        return
    if response.is_error:
        log.event("not_dispatched", path=path, reason=f"{response.status_code}")

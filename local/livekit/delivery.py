"""Posts webhooks as LiveKit's server does: in order within a room, and stubborn."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import httpx

from local.livekit.events import CONTENT_TYPE, Webhook

RETRY_WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds, so five attempts
NOT_IMPLEMENTED = 501  # the only 5xx that ends delivery
MAY_TELL_WHEN = (429, 503)  # their Retry-After replaces our wait


@dataclass(frozen=True)
class Delivery:
    """How the delivery of one webhook ended.

    Attributes:
        webhook: what was posted.
        status: HTTP status of the last attempt; None when it got no answer.
        attempts: how many there were, 1 to 5.
    """

    webhook: Webhook
    status: int | None
    attempts: int


async def deliver(
    url: str,
    webhooks: Iterable[Webhook],
    *,
    sign: Callable[[bytes], str],
    client: httpx.AsyncClient,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[Delivery]:
    """Posts webhooks, one at a time in a room and all rooms at once, as fast as they are taken.

    The client's timeouts bound each attempt. The server's limits on a room's queue (200 events,
    30 s) are left out: a benchmark wants every event to arrive.

    Args:
        url: where to post.
        webhooks: in the order in which they arrive; `at_ms` is not waited for.
        sign: makes the token of a body, once per webhook: `Simulator.sign`.
        client: what posts; its pool needs a connection per room.
        sleep: waits between attempts, given seconds.

    Returns:
        One entry per webhook, grouped by room.
    """
    queues: dict[str, list[Webhook]] = {}
    for webhook in webhooks:
        queues.setdefault(webhook.event.room.name, []).append(webhook)

    async def drain(queue: list[Webhook]) -> list[Delivery]:
        return [await _post(url, webhook, sign, client, sleep) for webhook in queue]

    results = await asyncio.gather(*map(drain, queues.values()))
    return [delivery for result in results for delivery in result]


async def _post(
    url: str,
    webhook: Webhook,
    sign: Callable[[bytes], str],
    client: httpx.AsyncClient,
    sleep: Callable[[float], Awaitable[None]],
) -> Delivery:
    headers = {"Authorization": sign(webhook.body), "Content-Type": CONTENT_TYPE}
    attempts = 0
    while True:
        attempts += 1
        answer: httpx.Response | None = None
        with contextlib.suppress(httpx.TransportError):
            answer = await client.post(url, content=webhook.body, headers=headers)
        if attempts > len(RETRY_WAITS) or (answer is not None and not _is_retried(answer)):
            return Delivery(webhook, None if answer is None else answer.status_code, attempts)
        await sleep(_wait(answer, RETRY_WAITS[attempts - 1]))


def _is_retried(answer: httpx.Response) -> bool:
    status = answer.status_code
    return status == httpx.codes.TOO_MANY_REQUESTS or (
        status >= httpx.codes.INTERNAL_SERVER_ERROR and status != NOT_IMPLEMENTED
    )


def _wait(answer: httpx.Response | None, usual: float) -> float:
    if answer is not None and answer.status_code in MAY_TELL_WHEN:
        told = answer.headers.get("Retry-After", "")
        if told.isdecimal():
            return float(told)
    return usual

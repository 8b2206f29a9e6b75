"""Edge to Upstash Redis: its own client, our deadline, one kind of error.

Every command that Sangha sends may be sent twice with the effect of once (a session's field is
written only if absent, a tombstone is a tombstone, a limiter's swap finds its own stamp), so a
connection that breaks is tried once more within the deadline. The client's own retry, which
waits 3 s and knows no deadline, is off.
"""

import asyncio
from typing import Any

import httpx
from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

from common import http
from common.errors import Unavailable
from common.log import Outage
from common.settings import settings

Reply = str | int | bool | list[Any] | tuple[Any, ...] | dict[str, Any] | None

_outage = Outage("redis")
_redis: Redis | None = None


def _connect() -> Redis:
    """Returns the process's client, on the shared HTTP connections of the running loop."""
    global _redis  # noqa: PLW0603 - making one costs a TLS context
    if _redis is None:
        _redis = Redis(
            settings().need("upstash_redis_rest_url"),
            settings().need("upstash_redis_rest_token"),
            rest_retries=0,
            allow_telemetry=False,
        )
    _redis._http._client = http.client()
    return _redis


async def execute(*command: str | int) -> Reply:
    """Runs one Redis command (billed once) and returns its reply as upstash-redis casts it.

    Raises:
        Unavailable: no sensible answer within SANGHA_REDIS_DEADLINE_MS, or an error reply. The
            command may have been applied.
    """
    redis = _connect()
    try:
        async with asyncio.timeout(settings().sangha_redis_deadline_ms / 1000):
            try:
                reply: Reply = await redis.execute(list(command))
            except httpx.TransportError:
                reply = await redis.execute(list(command))
    except TimeoutError as error:
        raise _away("no answer within the deadline") from error
    except UpstashError as error:
        raise _away(str(error)) from error
    # What the vendor's client lets through when the answer isn't what it expects.
    except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise _away(f"{type(error).__name__}: {error}") from error
    _outage.answered()
    return reply


def _away(reason: str) -> Unavailable:
    _outage.failed(reason)
    return Unavailable("redis", reason)

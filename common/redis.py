"""Edge to Upstash Redis: its own client, our deadline, one kind of error.

Every command that Sangha sends may be sent twice with the effect of once (a session's field is
written only if absent, a tombstone is a tombstone, a limiter's swap finds its own stamp), so a
connection that breaks is tried once more within the deadline. The client's own retry, which
waits 3 s and knows no deadline, is off.
"""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

from common import http
from common.settings import settings
from common.vendor import BadAnswer, Vendor

Reply = str | int | bool | list[Any] | tuple[Any, ...] | dict[str, Any] | None

_vendor = Vendor("redis")
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()


def _connect() -> Redis:
    """Returns the process's client, on the shared HTTP connections of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        redis = Redis(
            settings().need("upstash_redis_rest_url"),
            settings().need("upstash_redis_rest_token"),
            rest_retries=0,
            allow_telemetry=False,
        )
        redis._http._client = http.client()  # it offers no parameter for it
        _clients[loop] = redis
    return _clients[loop]


async def execute(*command: str | int) -> Reply:
    """Runs one Redis command (billed once) and returns its reply as upstash-redis casts it.

    Raises:
        Unavailable: no sensible answer within SANGHA_REDIS_DEADLINE_MS, or an error reply. The
            command may have been applied.
    """
    redis = _connect()
    async with _vendor.asked(settings().sangha_redis_deadline_ms):
        return await _execute(redis, list(command))


async def fields(key: str) -> dict[str, str]:
    """Returns every field of the hash at `key`, none if there is no such key (1 command).

    Raises:
        Unavailable: as `execute`; or the reply is not a hash of texts.
    """
    redis = _connect()
    async with _vendor.asked(settings().sangha_redis_deadline_ms):
        reply = await _execute(redis, ["HGETALL", key])
        if not isinstance(reply, dict) or not all(isinstance(v, str) for v in reply.values()):
            raise BadAnswer("HGETALL did not answer with a hash")
        return reply


async def _execute(redis: Redis, command: list[str | int]) -> Reply:
    try:
        try:
            reply: Reply = await redis.execute(command)
        except httpx.TransportError:
            reply = await redis.execute(command)
    except UpstashError as error:
        raise BadAnswer(str(error)) from error
    return reply

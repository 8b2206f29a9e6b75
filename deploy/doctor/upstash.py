"""Upstash Redis: the token, and the commands that presence and limits rest on.

Writes below the doctor's prefix only, each key with a TTL of its own, and deletes them.
"""

import asyncio
import statistics
import time
from typing import Any

from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

from deploy.doctor.check import Check, Finding, Outcome, failed, ok, warning
from deploy.doctor.patient import Patient
from deploy.doctor.upstash_client import NEEDS, client, expect, on_own_key, refused, reply

KEPT_S = 60
"""Should deleting fail, a key goes by itself."""
SHORT_S = 1
EXPIRED_AFTER_S = 1.5
SLOW_MS = 100
PINGS = 5


@on_own_key("token")
async def token(redis: Redis, key: str) -> Outcome:
    """It is accepted, and may write and read."""
    expect("SET", "OK", await reply(redis, "SET", key, "1", "EX", KEPT_S))
    expect("GET", "1", await redis.execute(["GET", key]))
    return ok("accepted, writes and reads")


@on_own_key("fields")
async def fields(redis: Redis, key: str) -> Outcome:
    """HSETEX writes a field if it is absent (FNX), there (FXX) or either, with its own TTL."""

    async def hsetex(*options: str | int, field: str, value: str) -> object:
        return await redis.execute(["HSETEX", key, *options, "FIELDS", 1, field, value])

    new = ("FNX", "EX", KEPT_S)
    expect("HSETEX FXX of no field", 0, await hsetex("FXX", "EX", KEPT_S, field="a", value="0"))
    expect("HSETEX FNX of a new field", 1, await hsetex(*new, field="a", value="1"))
    expect("HSETEX FNX of a field that is there", 0, await hsetex(*new, field="a", value="2"))
    expect("HGET after it", "1", await redis.execute(["HGET", key, "a"]))
    expect("HSETEX of a field that is there", 1, await hsetex("EX", KEPT_S, field="a", value=""))
    expect("HSETEX FNX over a tombstone", 0, await hsetex(*new, field="a", value="3"))
    expect("HSETEX with a short TTL", 1, await hsetex("EX", SHORT_S, field="b", value="1"))
    await _has_ttl(redis, key)
    renewed = await redis.execute(["HEXPIRE", key, KEPT_S, "FIELDS", 1, "a"])
    expect("HEXPIRE", [1], renewed)
    await asyncio.sleep(EXPIRED_AFTER_S)
    expect("HGETALL after a field's TTL", {"a": ""}, await redis.execute(["HGETALL", key]))
    return ok("HSETEX with FNX, FXX and TTLs of single fields, HTTL, HEXPIRE, HGETALL")


async def _has_ttl(redis: Redis, key: str) -> None:
    ttls: Any = await redis.execute(["HTTL", key, "FIELDS", 2, "a", "b"])
    limits = (KEPT_S, SHORT_S)
    if not all(0 <= ttl <= limit for ttl, limit in zip(ttls, limits, strict=True)):
        found = f"HTTL answered {ttls}, after TTLs of {KEPT_S} and {SHORT_S} s were set"
        raise Finding(failed(found, "Redis does not keep TTLs of fields: tell the maintainers"))


@on_own_key("absent")
async def set_nx(redis: Redis, key: str) -> Outcome:
    """SET NX writes only what is absent, and answers null otherwise."""
    wait = ("PX", KEPT_S * 1000)
    expect("SET NX", "OK", await reply(redis, "SET", key, "1", "NX", *wait))
    expect("SET NX of a key that is there", None, await reply(redis, "SET", key, "2", "NX", *wait))
    expect("GET after it", "1", await redis.execute(["GET", key]))
    return ok("writes what is absent, null otherwise")


@on_own_key("swap")
async def set_ifeq(redis: Redis, key: str) -> Outcome:
    """SET IFEQ swaps only what it expects, and answers null otherwise."""
    wait = ("PX", KEPT_S * 1000)

    async def swap(new: str, expected: str) -> object:
        return await reply(redis, "SET", key, new, "IFEQ", expected, *wait)

    expect("SET IFEQ of no key", None, await swap("1", ""))
    expect("GET after it", None, await redis.execute(["GET", key]))
    await redis.execute(["SET", key, "1", *wait])
    expect("SET IFEQ", "OK", await swap("2", "1"))
    expect("GET after it", "2", await redis.execute(["GET", key]))
    expect("SET IFEQ of another value", None, await swap("3", "1"))
    expect("GET after it", "2", await redis.execute(["GET", key]))
    return ok("swaps what is expected, null otherwise")


async def latency(patient: Patient) -> Outcome:
    """The median of a few round trips on an open connection."""
    took = []
    async with client(patient) as redis:
        try:
            for _ in range(PINGS + 1):
                began = time.perf_counter()
                await redis.execute(["PING"])  # not billed
                took.append((time.perf_counter() - began) * 1000)
        except UpstashError as error:
            return refused(error)
    median = statistics.median(took[1:])  # the first one connects
    found = f"{median:.0f} ms from here"
    if median > SLOW_MS:
        return warning(
            found, "from where the functions run it should be below 100 ms: same region?"
        )
    return ok(found)


LATENCY = Check("upstash: latency", latency, NEEDS)
CHECKS = (
    Check("upstash: token", token, NEEDS),
    Check("upstash: fields with a TTL", fields, NEEDS),
    Check("upstash: SET NX", set_nx, NEEDS),
    Check("upstash: SET IFEQ", set_ifeq, NEEDS),
)

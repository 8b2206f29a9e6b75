"""Upstash's own client as the doctor uses it: it cleans up, and explains what is refused."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

from deploy.doctor.check import Finding, Outcome, failed
from deploy.doctor.finish import finished
from deploy.doctor.patient import Patient

NEEDS = ("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN")
FINISH_S = 2.0
"""What is under way when a check is given up has so long to end."""
DELETE_S = 4.0
WHERE = "Upstash's console → the database → REST API"

Examine = Callable[[Redis, str], Coroutine[Any, Any, Outcome]]


class _Careful(Redis):
    """Lets a command that is under way end before anything else is done about it."""

    async def execute(self, command: list[Any]) -> Any:
        """Runs a command; its reply as the client casts it."""
        return await finished(super().execute(command), FINISH_S)


@asynccontextmanager
async def client(patient: Patient) -> AsyncIterator[Redis]:
    """Yields Upstash's own client, which tries once and tells nobody of us."""
    async with _Careful(
        patient.get("UPSTASH_REDIS_REST_URL"),
        patient.get("UPSTASH_REDIS_REST_TOKEN"),
        rest_retries=0,
        allow_telemetry=False,
    ) as redis:
        yield redis


def on_own_key(name: str) -> Callable[[Examine], Callable[[Patient], Coroutine[Any, Any, Outcome]]]:
    """Gives a check a client and a key, and deletes the key however the check ends."""

    def decorate(examine: Examine) -> Callable[[Patient], Coroutine[Any, Any, Outcome]]:
        @wraps(examine)
        async def run(patient: Patient) -> Outcome:
            key = f"{patient.prefix}{name}"
            async with client(patient) as redis:
                try:
                    return await examine(redis, key)
                except UpstashError as error:
                    return refused(error)
                finally:
                    await delete(redis, key)

        return run

    return decorate


async def delete(redis: Redis, key: str) -> None:
    """Deletes a key as well as it can be done: what is left has a TTL."""

    async def run() -> None:
        with contextlib.suppress(Exception):  # the check's own outcome is what is told
            async with asyncio.timeout(DELETE_S):
                await Redis.execute(redis, ["DEL", key])

    await finished(run(), DELETE_S)


def refused(error: UpstashError) -> Outcome:
    """Reads an error reply."""
    text = str(error)
    if "WRONGPASS" in text:
        return failed("the token is refused", f"copy URL and token again from {WHERE}")
    if "NOPERM" in text:
        return failed(
            "the token may not write", f"it is the read-only one: take the other, {WHERE}"
        )
    if "max requests limit exceeded" in text:
        return failed(text, "the month's commands are spent: upgrade the plan, or wait")
    return failed(text, "Redis does not do what Sangha relies on")


def expect(command: str, expected: object, found: object) -> None:
    """Ends the check as failed when a reply is another than what we rely on."""
    if found != expected:
        raise Finding(
            failed(
                f"{command} answered {found!r}, not {expected!r}",
                "Redis does not do what Sangha relies on: tell the maintainers",
            )
        )


async def reply(redis: Redis, *command: str | int) -> object:
    """Returns a reply as it came: `execute` makes False of null."""
    headers = dict(redis._headers)
    sent = redis._http.execute(url=redis._url, headers=headers, command=list(command))
    return await finished(sent, FINISH_S)

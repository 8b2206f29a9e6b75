"""What all edges have in common: a deadline, one kind of error, an outage that is logged once."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator

import httpx

from common import log, waiting
from common.errors import Problem, Unavailable

REPEAT_S = 300
"""A long outage says so again every five minutes."""


class BadAnswer(ValueError):  # noqa: N818 - says what it is
    """A vendor's answer is not what it must be; the message says how."""


class Vendor:
    """A vendor as this process sees it.

    Args:
        name: "redis", "supabase", "livekit" or "realtime"; stands in codes and log lines.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._last_logged: float | None = None
        self._failures = 0
        vendors.append(self)

    @contextlib.asynccontextmanager
    async def asked(self, deadline_ms: int) -> AsyncIterator[None]:
        """Around a question and the reading of its answer.

        Raises:
            Unavailable: no answer within `deadline_ms`, or one that can't be read. What was asked
                may have been done.
        """
        try:
            with waiting.current().around():
                async with asyncio.timeout(deadline_ms / 1000):
                    yield
        except TimeoutError as error:
            raise self._failed("no answer within the deadline") from error
        except Problem:
            self.answered()  # it refused, sensibly
            raise
        except BadAnswer as error:
            raise self._failed(str(error)) from error
        # What httpx and the vendors' clients let through when an answer isn't what they expect.
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            ValueError,
            LookupError,
            AttributeError,
            TypeError,
        ) as error:
            raise self._failed(f"{type(error).__name__}: {error}") from error
        self.answered()

    def answered(self) -> None:
        """Notes a sensible answer; logs the end of an outage."""
        if self._last_logged is not None:
            log.event("vendor_back", vendor=self.name, failures=self._failures)
            self._last_logged = None
            self._failures = 0

    def _failed(self, reason: str) -> Unavailable:
        self._failures += 1
        now = time.monotonic()
        if self._last_logged is None or now - self._last_logged >= REPEAT_S:
            self._last_logged = now
            log.event(
                "vendor_away",
                level=logging.ERROR,
                vendor=self.name,
                reason=reason,
                failures=self._failures,
            )
        return Unavailable(self.name, reason)


vendors: list[Vendor] = []
"""Every edge's, for tests to end their outages."""

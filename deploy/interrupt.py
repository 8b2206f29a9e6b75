"""Runs what has to clean up after itself: SIGTERM ends it as Ctrl-C does."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Returns what `work` returns.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM came; `work` was cancelled, and has ended.
    """

    async def stoppable() -> T:
        task = asyncio.current_task()
        assert task is not None, "asyncio.run made one"
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None

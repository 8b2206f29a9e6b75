"""What was begun is waited for: a write that is cut off may come after the deletion of its key."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(work: Coroutine[Any, Any, T], within_s: float) -> T:
    """Returns what `work` returns; who cancels it waits for its end, up to `within_s` seconds."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=within_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise

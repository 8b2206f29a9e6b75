"""What is under way ends before who began it does."""

import asyncio

import pytest

from deploy.doctor.finish import finished


def test_it_returns_what_the_work_returns() -> None:
    """Its result, or its error."""

    async def result() -> int:
        return 7

    async def error() -> int:
        raise ValueError("no")

    assert asyncio.run(finished(result(), 1)) == 7
    with pytest.raises(ValueError, match="no"):
        asyncio.run(finished(error(), 1))


def test_cancelled_it_waits_for_the_end() -> None:
    """The work is done although who wanted it was cancelled, whenever that came."""

    async def main(cancelled_at: int) -> list[str]:
        done: list[str] = []

        async def work() -> None:
            for step in range(4):
                await asyncio.sleep(0)
                done.append(str(step))

        task = asyncio.create_task(finished(work(), 5))
        for _ in range(cancelled_at):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return done

    for cancelled_at in range(1, 5):
        assert asyncio.run(main(cancelled_at)) == ["0", "1", "2", "3"]


def test_cancelled_it_does_not_wait_for_ever() -> None:
    """Work that doesn't end is cancelled after its time."""

    async def main() -> bool:
        ended = asyncio.Event()

        async def work() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()

        task = asyncio.create_task(finished(work(), 0.05))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return ended.is_set()

    assert asyncio.run(main())

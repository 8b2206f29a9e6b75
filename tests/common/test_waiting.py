"""A request's own time is what it doesn't spend waiting for vendors."""

import asyncio
import time

import pytest

from common import waiting


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time stands still unless a test moves it."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_questions_at_once_count_once(clock: list[float]) -> None:
    """Two questions of 2 s that overlap by 1 s are 3 s of waiting; the time between is not."""
    mine = waiting.Waiting()
    first, second = mine.around(), mine.around()
    first.__enter__()
    clock[0] += 1
    second.__enter__()
    clock[0] += 1
    first.__exit__(None, None, None)
    clock[0] += 1
    second.__exit__(None, None, None)
    clock[0] += 10
    with mine.around():
        clock[0] += 0.5
    assert mine.seconds == 3.5


def test_one_that_fails_counts(clock: list[float]) -> None:
    """An outage is waited for, too."""
    mine = waiting.Waiting()

    def fail() -> None:
        with mine.around():
            clock[0] += 3
            raise TimeoutError

    with pytest.raises(TimeoutError):
        fail()
    assert mine.seconds == 3


def test_each_request_has_its_own(clock: list[float]) -> None:
    """What a request starts beside itself waits for it, and for no other."""

    async def ask(seconds: float) -> None:
        with waiting.current().around():
            clock[0] += seconds

    async def request(seconds: float) -> float:
        mine = waiting.begin()
        await asyncio.gather(ask(seconds), ask(seconds))
        return mine.seconds

    async def both() -> list[float]:
        return list(await asyncio.gather(request(1), request(5)))

    assert asyncio.run(both()) == [2, 10]
    with waiting.current().around():
        clock[0] += 1  # of no request: nobody reads it

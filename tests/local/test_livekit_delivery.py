"""What happens to simulated webhooks on their way: schedules, and delivery over HTTP."""

import asyncio
import itertools
import json
import random
from collections import Counter

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.livekit.delivery import Delivery, deliver
from local.livekit.events import Webhook
from local.livekit.schedule import delayed, duplicated, lost, reordered
from local.livekit.simulator import Simulator

NOW_MS = 1_800_000_000_123
ROOM = "den"


@pytest.fixture
def simulator() -> Simulator:
    """An empty simulator at a fixed time."""
    return Simulator("key", "s" * 32, lambda: NOW_MS, random.Random(1))


def _busy() -> list[Webhook]:
    """Returns the webhooks of three rooms with comings and goings, one per 100 ms."""
    times = iter(range(NOW_MS, NOW_MS + 100_000_000, 50))
    simulator = Simulator("key", "s" * 32, lambda: next(times), random.Random(1))
    for number in range(12):
        simulator.join(f"room{number % 3}", f"user{number}")
        if number % 2:
            simulator.leave(f"room{number % 3}", f"user{number}")
    return simulator.history


BUSY = _busy()
RANDOMS = st.randoms(use_true_random=False)


def _ids(webhooks: list[Webhook]) -> list[str]:
    return [webhook.event.id for webhook in webhooks]


def _by_id(webhooks: list[Webhook]) -> dict[str, int]:
    return {webhook.event.id: webhook.at_ms for webhook in webhooks}


def _room_ids(webhooks: list[Webhook], room: str) -> list[str]:
    return [webhook.event.id for webhook in webhooks if webhook.event.room.name == room]


class TestSchedules:
    @given(rng=RANDOMS, probability=st.floats(0, 1))
    def test_lost_is_a_subsequence(self, rng: random.Random, probability: float) -> None:
        """Losing drops some and leaves the others as they were."""
        kept = lost(BUSY, rng, probability=probability)
        remaining = iter(BUSY)
        assert all(webhook in remaining for webhook in kept)

    @pytest.mark.parametrize(("probability", "kept"), [(0.0, len(BUSY)), (1.0, 0)])
    def test_lost_at_the_ends(self, probability: float, kept: int) -> None:
        """Probability 0 loses nothing, 1 everything."""
        assert len(lost(BUSY, random.Random(1), probability=probability)) == kept

    @given(rng=RANDOMS)
    def test_duplicated_repeats_later(self, rng: random.Random) -> None:
        """A duplicate has the same id and body, and comes no sooner and in time."""
        arrivals = duplicated(BUSY, rng, probability=1, within_ms=5_000)
        assert Counter(_ids(arrivals)) == Counter(_ids(BUSY) * 2)
        assert arrivals == sorted(arrivals, key=lambda webhook: webhook.at_ms)
        original = _by_id(BUSY)
        for webhook in arrivals:
            assert 0 <= webhook.at_ms - original[webhook.event.id] <= 5_000

    @given(rng=RANDOMS)
    def test_delayed_keeps_the_order_in_a_room(self, rng: random.Random) -> None:
        """Delay holds all and overtakes none of the same room."""
        arrivals = delayed(BUSY, rng, up_to_ms=5_000)
        original = _by_id(BUSY)
        assert all(webhook.at_ms >= original[webhook.event.id] for webhook in arrivals)
        for room in ("room0", "room1", "room2"):
            assert _room_ids(arrivals, room) == _room_ids(BUSY, room)

    @given(rng=RANDOMS)
    def test_reordered_is_a_bounded_permutation(self, rng: random.Random) -> None:
        """Reordering loses and adds nothing, and moves each by no more than it may."""
        arrivals = reordered(BUSY, rng, within_ms=1_000)
        assert Counter(_ids(arrivals)) == Counter(_ids(BUSY))
        original = _by_id(BUSY)
        for earlier, later in itertools.pairwise(arrivals):
            assert original[earlier.event.id] <= original[later.event.id] + 1_000

    def test_reordered_does_reorder(self) -> None:
        """With room to overtake, the order in a room changes."""
        arrivals = reordered(BUSY, random.Random(1), within_ms=5_000)
        assert _room_ids(arrivals, "room0") != _room_ids(BUSY, "room0")


class _Receiver:
    """Answers posts with the given statuses in turn (None: cuts off), then 200; keeps what came."""

    def __init__(self, *statuses: int | None, retry_after: str | None = None) -> None:
        self.statuses = list(statuses)
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 200
        if status is None:
            raise httpx.ConnectError("cut off", request=request)
        return httpx.Response(status, headers=self.headers)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def take(self, simulator: Simulator, webhooks: list[Webhook]) -> list[Delivery]:
        async def run() -> list[Delivery]:
            async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as client:
                return await deliver(
                    "http://receiver/hook",
                    webhooks,
                    sign=simulator.sign,
                    client=client,
                    sleep=self._sleep,
                )

        return asyncio.run(run())


class TestDelivery:
    def test_gives_up_after_five_attempts(self, simulator: Simulator) -> None:
        """Five attempts, 1, 2, 4 and 8 s apart, all with the same body and token."""
        receiver = _Receiver(500, None, 503, 429, 500, 200)
        [delivery] = receiver.take(simulator, simulator.create_room(ROOM))
        assert (delivery.status, delivery.attempts) == (500, 5)
        assert receiver.waits == [1, 2, 4, 8]
        assert len({request.headers["authorization"] for request in receiver.requests}) == 1
        assert {request.content for request in receiver.requests} == {delivery.webhook.body}

    def test_nobody_there_has_no_status(self, simulator: Simulator) -> None:
        """A receiver that is never reached leaves no status behind."""
        receiver = _Receiver(*[None] * 5)
        [delivery] = receiver.take(simulator, simulator.create_room(ROOM))
        assert (delivery.status, delivery.attempts) == (None, 5)

    @pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 413, 501])
    def test_some_answers_are_final(self, simulator: Simulator, status: int) -> None:
        """Success, 4xx other than 429, and 501 end delivery at once."""
        receiver = _Receiver(status)
        [delivery] = receiver.take(simulator, simulator.create_room(ROOM))
        assert (delivery.status, delivery.attempts, receiver.waits) == (status, 1, [])

    @pytest.mark.parametrize(("status", "waits"), [(429, [7]), (503, [7]), (500, [1])])
    def test_retry_after_replaces_the_wait(
        self, simulator: Simulator, status: int, waits: list[float]
    ) -> None:
        """A 429 or 503 may say when to come again; a 500 may not."""
        receiver = _Receiver(status, retry_after="7")
        [delivery] = receiver.take(simulator, simulator.create_room(ROOM))
        assert (delivery.status, delivery.attempts, receiver.waits) == (200, 2, waits)

    def test_a_room_keeps_its_order(self, simulator: Simulator) -> None:
        """A webhook that is retried holds up those of its room behind it."""
        webhooks = [*simulator.join("a", "ada"), *simulator.join("b", "bob")]
        receiver = _Receiver(500)
        receiver.take(simulator, webhooks)
        arrived = [json.loads(request.content)["id"] for request in receiver.requests]
        for room in ("a", "b"):
            order = [event for event in arrived if event in _room_ids(webhooks, room)]
            assert list(dict.fromkeys(order)) == _room_ids(webhooks, room)

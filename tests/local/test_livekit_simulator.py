"""The simulated LiveKit: its webhooks, their delivery, and what its API answers on demand."""

import asyncio
import base64
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol.models import DisconnectReason, ParticipantInfo, ParticipantPermission
from livekit.protocol.room import ListParticipantsResponse

from local.faults import Faults
from local.livekit import record
from local.livekit.delivery import Delivery, deliver
from local.livekit.events import Webhook
from local.livekit.room_service import create_app
from local.livekit.schedule import delayed, duplicated, lost, reordered
from local.livekit.simulator import Simulator

RECORDED = Path(__file__).parents[1] / "events" / "livekit"
NOW_MS = 1_800_000_000_123
ROOM = record.ROOM
# Absent or not by chance: a real server counts people late, and never tells zero.
COUNTS = {"numParticipants", "numPublishers"}


@pytest.fixture
def simulator() -> Simulator:
    """An empty simulator in which each look at the clock is a millisecond later."""
    times = iter(range(NOW_MS, NOW_MS + 10_000_000))
    return Simulator(record.API_KEY, record.API_SECRET, lambda: next(times), random.Random(1))


def _play(simulator: Simulator) -> dict[str, Webhook]:
    """Plays what `record.play` plays; returns the first webhook of each kind."""

    def join(identity: str) -> None:
        simulator.join(
            ROOM,
            identity,
            name=identity.title(),
            metadata=json.dumps({"of": identity}),
            attributes={"colour": "green"},
        )

    join("ada")
    [published] = simulator.publish(ROOM, "ada")
    simulator.unpublish(ROOM, "ada", published.event.track.sid)
    join("ada")
    join("bob")
    simulator.leave(ROOM, "bob")
    simulator.abort(
        ROOM,
        "ghost",
        name="Ghost",
        metadata=json.dumps({"of": "ghost"}),
        attributes={"colour": "green"},
    )
    simulator.remove(ROOM, "ada")
    join("cleo")
    simulator.finish_room(ROOM)
    posts = [(record.Post({}, hook.body.decode()).kind, hook) for hook in simulator.history]
    return dict(reversed(posts))


def _shape(value: Any) -> Any:
    """Returns the keys and types of a body; enums by name and other constants count as types."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items() if key not in COUNTS}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    if isinstance(value, str):
        return "digits" if value.isdecimal() else "enum" if value.isupper() else "text"
    return type(value).__name__


class TestWebhooks:
    @pytest.mark.parametrize("path", sorted(RECORDED.iterdir()), ids=lambda path: path.stem)
    def test_are_as_recorded(self, simulator: Simulator, path: Path) -> None:
        """Each kind of event has the keys and types that the real server sent."""
        simulated = json.loads(_play(simulator)[path.stem].body)
        recorded = json.loads(path.read_text())["body"]
        assert _shape(simulated) == _shape(recorded)
        for where in ("event", "id"):
            assert len(simulated[where]) == len(recorded[where])
        for what in ("room", "participant", "track"):
            sids = [body.get(what, {}).get("sid", "") for body in (simulated, recorded)]
            assert sids[0][:3] == sids[1][:3]
            assert len(sids[0]) == len(sids[1])

    def test_hold_only_what_was_recorded_in_kind(self, simulator: Simulator) -> None:
        """The same call causes the same kinds of event, and no other."""
        assert _play(simulator).keys() == {path.stem for path in RECORDED.iterdir()}

    def test_are_signed_as_recorded(self, simulator: Simulator) -> None:
        """The token is a bare HS256 JWT with the real claims, over the body's hash, for 5 min."""
        post = json.loads((RECORDED / "room_started.json").read_text())
        options: Any = {"verify_exp": False}
        real, ours = (
            jwt.decode_complete(token, record.API_SECRET, ["HS256"], options)
            for token in (
                post["headers"]["authorization"],
                simulator.sign(post["raw"].encode()),
            )
        )
        assert ours["header"] == real["header"]
        assert ours["payload"].keys() == real["payload"].keys()
        for claim in ("iss", "sha256"):
            assert ours["payload"][claim] == real["payload"][claim]
        for claims in (ours["payload"], real["payload"]):
            assert claims["exp"] - claims["iat"] == 300
        digest = hashlib.sha256(post["raw"].encode()).digest()
        assert base64.b64decode(real["payload"]["sha256"]) == digest


class TestPeople:
    def test_a_second_join_puts_the_first_out(self, simulator: Simulator) -> None:
        """The same identity again is left (duplicate) for the old SID, joined for a new one."""
        first = simulator.join(ROOM, "ada")[-1].event.participant
        left, joined = simulator.join(ROOM, "ada")
        assert (left.name, joined.name) == ("participant_left", "participant_joined")
        assert left.event.participant.sid == first.sid != joined.event.participant.sid
        assert left.event.participant.disconnect_reason == DisconnectReason.DUPLICATE_IDENTITY

    def test_a_full_reconnect_keeps_the_profile(self, simulator: Simulator) -> None:
        """Who reconnects is the same person, hidden as before, under a new SID."""
        hidden = ParticipantPermission(hidden=True, can_subscribe=True)
        old = simulator.join(ROOM, "ada", name="Ada", permission=hidden)[-1].event.participant
        new = simulator.reconnect(ROOM, "ada")[-1].event.participant
        assert (new.name, new.permission) == (old.name, old.permission)
        assert new.sid != old.sid
        assert new.joined_at_ms > old.joined_at_ms

    def test_leaving_takes_the_tracks_back(self, simulator: Simulator) -> None:
        """A participant's tracks are unpublished before it leaves."""
        simulator.join(ROOM, "ada")
        simulator.publish(ROOM, "ada")
        names = [webhook.name for webhook in simulator.leave(ROOM, "ada")]
        assert names == ["track_unpublished", "participant_left"]

    def test_who_is_absent_can_not_leave(self, simulator: Simulator) -> None:
        """An impossible step is a KeyError, and no event."""
        with pytest.raises(KeyError):
            simulator.leave(ROOM, "ada")
        simulator.create_room(ROOM)
        with pytest.raises(KeyError):
            simulator.leave(ROOM, "ada")
        assert [webhook.name for webhook in simulator.history] == ["room_started"]

    def test_a_crash_is_silent(self, simulator: Simulator) -> None:
        """After a node's death nobody is there, and its heir starts the same room again."""
        [started, _] = simulator.join(ROOM, "ada")
        simulator.crash()
        assert simulator.participants(ROOM) == {}
        [again, _] = simulator.join(ROOM, "ada")
        assert (again.name, again.event.room.sid) == ("room_started", started.event.room.sid)

    def test_the_same_seed_gives_the_same_events(self) -> None:
        """With a seeded generator and a given clock the webhooks are equal to the byte."""

        def bodies() -> list[bytes]:
            simulator = Simulator("key", "s" * 32, lambda: NOW_MS, random.Random(7))
            return [hook.body for hook in _play(simulator).values()]

        assert bodies() == bodies()


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
        for earlier, later in zip(arrivals, arrivals[1:], strict=False):
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


@pytest.fixture
def app(simulator: Simulator) -> Faults:
    """The simulator's API."""
    return create_app(simulator)


@pytest.fixture
def people(simulator: Simulator, app: Faults) -> Iterator[Any]:
    """Calls ListParticipants of ROOM and returns the answer."""
    claims = {"iss": record.API_KEY, "video": {"roomAdmin": True, "room": ROOM}}
    token = jwt.encode(claims, record.API_SECRET)

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://livekit") as client:
            return await client.post(
                "/twirp/livekit.RoomService/ListParticipants",
                json={"room": ROOM},
                headers={"Authorization": f"Bearer {token}"},
            )

    return lambda: asyncio.run(call())


def _identities(answer: httpx.Response) -> list[str]:
    return [participant["identity"] for participant in answer.json()["participants"]]


class TestControls:
    def test_empty_answers_are_counted(self, simulator: Simulator, people: Any) -> None:
        """The next n answers are empty, then the truth comes back."""
        simulator.join(ROOM, "ada")
        simulator.empty_answers = 2
        assert [_identities(people()) for _ in range(3)] == [[], [], ["ada"]]

    def test_stale_answers_lag_by_one_change(self, simulator: Simulator, people: Any) -> None:
        """A stale answer lacks who came last, and still has who left last."""
        simulator.join(ROOM, "ada")
        simulator.join(ROOM, "bob")
        simulator.stale = True
        assert _identities(people()) == ["ada"]
        simulator.leave(ROOM, "ada")
        assert sorted(_identities(people())) == ["ada", "bob"]
        simulator.stale = False
        assert _identities(people()) == ["bob"]

    def test_a_stale_answer_shows_the_old_state(self, simulator: Simulator, people: Any) -> None:
        """A stale answer about somebody who published has no track yet."""
        simulator.join(ROOM, "ada")
        simulator.publish(ROOM, "ada")
        simulator.stale = True
        assert people().json()["participants"][0]["tracks"] == []

    def test_faults_apply(self, app: Faults, people: Any) -> None:
        """An injected status takes the place of the answer, as often as told."""
        app.set("status", path="/twirp", status=503, times=1)
        assert [people().status_code for _ in range(2)] == [503, 200]

    def test_removal_through_the_api_causes_webhooks(self, simulator: Simulator) -> None:
        """What an API call did stands in the history like everything else."""
        simulator.join(ROOM, "ada")
        simulator.remove(ROOM, "ada")
        assert simulator.history[-1].event.participant.disconnect_reason == (
            DisconnectReason.PARTICIPANT_REMOVED
        )

    def test_thousands_fit(self, simulator: Simulator, people: Any) -> None:
        """A room of 3,000 people fills, empties by half, and is told in full."""
        for number in range(3_000):
            simulator.join(ROOM, f"user{number}")
        for number in range(1_500):
            simulator.leave(ROOM, f"user{number}")
        assert _identities(people()) == [f"user{number}" for number in range(1_500, 3_000)]
        assert len({webhook.event.id for webhook in simulator.history}) == 4_501

"""The simulated LiveKit: its webhooks, its people, and what its API answers on demand."""

import asyncio
import base64
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from livekit.protocol.models import DisconnectReason, ParticipantPermission

from local.faults import Faults
from local.livekit import record
from local.livekit.events import Webhook
from local.livekit.room_service import create_app
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
        untimed: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        real, ours = (
            jwt.decode_complete(token, record.API_SECRET, ["HS256"], untimed)
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


@pytest.fixture
def app(simulator: Simulator) -> Faults:
    """The simulator's API."""
    return create_app(simulator)


Call = Callable[[str, dict[str, Any]], httpx.Response]


def post(app: Faults, method: str, body: dict[str, Any], claims: dict[str, Any]) -> httpx.Response:
    """Calls a method of RoomService by a token of these claims."""
    headers = {"Authorization": f"Bearer {jwt.encode(claims, record.API_SECRET)}"}

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://livekit") as client:
            path = f"/twirp/livekit.RoomService/{method}"
            return await client.post(path, json=body, headers=headers)

    return asyncio.run(run())


@pytest.fixture
def call(app: Faults) -> Call:
    """Calls a method of RoomService as ROOM's administrator."""
    claims = {"iss": record.API_KEY, "video": {"roomAdmin": True, "room": ROOM}}
    return lambda method, body: post(app, method, body, claims)


@pytest.fixture
def people(call: Call) -> Callable[[], list[str]]:
    """Returns the identities that ListParticipants tells for ROOM."""

    def identities() -> list[str]:
        answer = call("ListParticipants", {"room": ROOM})
        return [participant["identity"] for participant in answer.json()["participants"]]

    return identities


class TestControls:
    def test_empty_answers_are_counted(
        self, simulator: Simulator, people: Callable[[], list[str]]
    ) -> None:
        """The next n answers are empty, then the truth comes back."""
        simulator.join(ROOM, "ada")
        simulator.empty_answers = 2
        assert [people() for _ in range(3)] == [[], [], ["ada"]]

    def test_stale_answers_lag_by_one_change(
        self, simulator: Simulator, people: Callable[[], list[str]]
    ) -> None:
        """A stale answer lacks who came last, and still has who left last."""
        simulator.join(ROOM, "ada")
        simulator.join(ROOM, "bob")
        simulator.stale = True
        assert people() == ["ada"]
        simulator.leave(ROOM, "ada")
        assert sorted(people()) == ["ada", "bob"]
        simulator.stale = False
        assert people() == ["bob"]

    def test_a_stale_answer_shows_the_old_state(self, simulator: Simulator, call: Call) -> None:
        """A stale answer about somebody who published has no track yet."""
        simulator.join(ROOM, "ada")
        simulator.publish(ROOM, "ada")
        simulator.stale = True
        answer = call("GetParticipant", {"room": ROOM, "identity": "ada"})
        assert answer.json()["tracks"] == []

    def test_faults_apply(self, app: Faults, call: Call) -> None:
        """An injected status takes the place of the answer, as often as told."""
        app.set("status", path="/twirp", status=503, times=1)
        answers = [call("ListParticipants", {"room": ROOM}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [503, 200]

    def test_removal_through_the_api_causes_webhooks(
        self, simulator: Simulator, call: Call
    ) -> None:
        """What an API call did stands in the history like everything else."""
        simulator.join(ROOM, "ada")
        call("RemoveParticipant", {"room": ROOM, "identity": "ada"})
        assert simulator.history[-1].event.participant.disconnect_reason == (
            DisconnectReason.PARTICIPANT_REMOVED
        )

    def test_a_permission_taken_back_ends_the_track(self, simulator: Simulator, call: Call) -> None:
        """Who may no longer publish has their track taken back, by webhook too."""
        simulator.join(ROOM, "ada", attributes={"badges": "[]"})
        simulator.publish(ROOM, "ada")
        ada: dict[str, Any] = {"room": ROOM, "identity": "ada"}
        listens = {"can_subscribe": True}
        call("UpdateParticipant", {**ada, "attributes": {"badges": ""}, "permission": listens})
        assert simulator.history[-1].name == "track_unpublished"
        told = call("GetParticipant", ada).json()
        assert (told["tracks"], told["attributes"]) == ([], {})
        assert told["permission"]["can_publish"] is False

    def test_nobody_is_moved(self, simulator: Simulator, people: Callable[[], list[str]]) -> None:
        """A participant can't be moved: LiveKit's own server can't, only its Cloud."""
        simulator.join(ROOM, "ada")
        claims = {
            "iss": record.API_KEY,
            "video": {"roomAdmin": True, "room": ROOM, "destinationRoom": "other"},
        }
        body = {"room": ROOM, "identity": "ada", "destination_room": "other"}
        answer = post(create_app(simulator), "MoveParticipant", body, claims)
        assert answer.status_code == 500
        assert answer.json() == {"code": "unknown", "msg": "twirp error unknown: not implemented"}
        assert people() == ["ada"]

    def test_thousands_fit(self, simulator: Simulator, people: Callable[[], list[str]]) -> None:
        """A room of 3,000 people fills, empties by half, and is told in full."""
        for number in range(3_000):
            simulator.join(ROOM, f"user{number}")
        for number in range(1_500):
            simulator.leave(ROOM, f"user{number}")
        assert people() == [f"user{number}" for number in range(1_500, 3_000)]
        assert len({webhook.event.id for webhook in simulator.history}) == 4_501

    @pytest.mark.parametrize("method", ["PerformRpc", "ForwardParticipant", "UpdateRoomMetadata"])
    def test_what_is_not_simulated_is_refused(self, call: Call, method: str) -> None:
        """A method that only the real server has is an error that says so."""
        answer = call(method, {"room": ROOM})
        assert (answer.status_code, answer.json()["code"]) == (501, "unimplemented")
        assert method in answer.json()["msg"]

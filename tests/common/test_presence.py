"""Presence: whatever the webhooks' order, what a reader sees is who is there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.engine import AgingValkey
from bench.presence_schedules import CHANNELS, LATEST_MS, ROOM, START_MS, Clock, run_one
from common import keys, presence
from common.presence import all_sessions, due, missed, read_webhook, who_is_here
from common.sessions import Channel, Session

EVENTS = Path(__file__).parent.parent / "events" / "livekit"
ANY_SEED = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def engine(valkey_port: int, clock: Clock) -> Iterator[AgingValkey]:
    engine = AgingValkey(valkey_port, clock)
    yield engine
    engine.close()


def event(what: str, sid: str = "PA_1", /, **participant: Any) -> dict[str, Any]:
    """A webhook event as LiveKit's protojson has it."""
    person = {"sid": sid, "identity": "ada", "name": "Ada", "joinedAtMs": str(START_MS)}
    room = {"sid": "RM_1", "name": f"{ROOM}:{CHANNELS[0]}"}
    return {"event": what, "room": room, "participant": person | participant}


def record(engine: AgingValkey, *events: dict[str, Any]) -> list[Session]:
    """Records events in their order and reads who is here."""
    for said in events:
        change = read_webhook(said)
        if change is not None:
            engine.execute(*change.command())
    return who_is_here(engine.execute("HGETALL", keys.voice(ROOM)))


class TestAnySchedule:
    @ANY_SEED
    @given(seed=st.integers(0, 2**32))
    def test_duplicated_reordered_delayed(
        self, engine: AgingValkey, clock: Clock, seed: int
    ) -> None:
        """With nothing lost, a reader sees exactly who is there once the last webhook came."""
        assert run_one(engine, clock, seed, lossy=False).wrong == 0

    @ANY_SEED
    @given(seed=st.integers(0, 2**32))
    def test_lost_and_reconciled(self, engine: AgingValkey, clock: Clock, seed: int) -> None:
        """With webhooks lost and LiveKit's lists failing, reconcile never removes who is there,
        and a good one makes the reader right.
        """
        verdict = run_one(engine, clock, seed, lossy=True)
        assert verdict.evicted == 0
        assert verdict.wrong == 0


class TestOneSession:
    @pytest.fixture(autouse=True)
    def _empty(self, engine: AgingValkey) -> None:
        engine.flush()

    def test_joined_then_left(self, engine: AgingValkey) -> None:
        """Who joined is here; who left is not."""
        assert [s.identity for s in record(engine, event("participant_joined"))] == ["ada"]
        assert record(engine, event("participant_left")) == []

    def test_left_then_joined(self, engine: AgingValkey) -> None:
        """A join that arrives after its own leave changes nothing."""
        assert record(engine, event("participant_left"), event("participant_joined")) == []

    def test_aborted_is_left(self, engine: AgingValkey) -> None:
        """A connection that was aborted after its join is gone."""
        aborted = event("participant_connection_aborted")
        assert record(engine, event("participant_joined"), aborted) == []

    def test_joined_when_it_had_ended(self, engine: AgingValkey) -> None:
        """A late join that says DISCONNECTED of itself is a leave."""
        assert record(engine, event("participant_joined", state="DISCONNECTED")) == []

    def test_a_second_device(self, engine: AgingValkey) -> None:
        """Of two sessions of one identity in one channel, the last to join is shown."""
        old = event("participant_joined")
        new = event("participant_joined", "PA_2", joinedAtMs=str(START_MS + 5))
        assert [s.sid for s in record(engine, new, old)] == ["PA_2"]

    def test_a_finished_room(self, engine: AgingValkey) -> None:
        """When the room finished, sessions whose leave was lost are not shown."""
        finished = {"event": "room_finished", "room": event("")["room"]}
        assert record(engine, event("participant_joined"), finished) == []

    def test_hidden_participants(self, engine: AgingValkey) -> None:
        """A hidden participant is never recorded."""
        hidden = event("participant_joined", permission={"hidden": True})
        assert read_webhook(hidden) is None

    def test_agents_apart(self, engine: AgingValkey) -> None:
        """An agent is told apart from people by its kind."""
        (agent,) = record(engine, event("participant_joined", kind="AGENT"))
        assert agent.is_agent

    def test_badges_and_name_survive(self, engine: AgingValkey) -> None:
        """Names and attributes come back as they were, whatever characters they have."""
        said = event("participant_joined", name='Zoë "👑"\n/', attributes={"badges": "a/b,⭐"})
        (session,) = record(engine, said)
        assert (session.name, session.attributes) == ('Zoë "👑"\n/', {"badges": "a/b,⭐"})

    def test_every_field_has_a_ttl(self, engine: AgingValkey) -> None:
        """Sessions end with their lease, tombstones after the replay window, markers after both."""
        record(engine, event("participant_joined"), event("participant_left", "PA_2"))
        record(engine, {"event": "room_finished", "room": event("")["room"]})
        names = [f"{CHANNELS[0]}/PA_1", f"{CHANNELS[0]}/PA_2", "!RM_1"]
        ttls = engine.execute("HTTL", keys.voice(ROOM), "FIELDS", 3, *names)
        assert ttls == [presence.LEASE_S, presence.TOMBSTONE_S, presence.FINISHED_S]
        assert presence.TOMBSTONE_S * 1000 > LATEST_MS
        assert presence.FINISHED_S >= presence.LEASE_S + LATEST_MS / 1000

    def test_one_command_each(self, engine: AgingValkey) -> None:
        """A change is one billed command."""
        record(engine, event("participant_joined"), event("participant_left"))
        assert engine.commands == 2 + 1  # and one read

    def test_a_session_that_was_only_missing(self, engine: AgingValkey) -> None:
        """Who was removed on evidence comes back on evidence; who left does not."""
        (session,) = record(engine, event("participant_joined"))
        engine.execute(*presence.missing_command(ROOM, [session]))
        assert record(engine, event("participant_joined")) == []
        engine.execute(*presence.revive_command(ROOM, session))
        assert record(engine) == [session]


def changed(session: Session, **attributes: str) -> Session:
    """The session with other attributes."""
    return session._replace(attributes=attributes)


class TestOverlay:
    """Attributes that were changed since somebody joined stand beside their session."""

    @pytest.fixture(autouse=True)
    def _empty(self, engine: AgingValkey) -> None:
        engine.flush()

    def overlay(self, engine: AgingValkey, *sessions: Session) -> None:
        engine.execute(*presence.overlay_command(ROOM, sessions))

    def test_readers_see_the_change(self, engine: AgingValkey) -> None:
        """A session is shown with the attributes it was given last."""
        (session,) = record(engine, event("participant_joined", attributes={"badges": "[]"}))
        for badges in ("[1]", "[2]"):
            self.overlay(engine, changed(session, badges=badges, color="#ff0000"))
            assert record(engine) == [changed(session, badges=badges, color="#ff0000")]

    def test_a_repeated_join(self, engine: AgingValkey) -> None:
        """LiveKit's repetition of a join doesn't bring back what was shown then."""
        joined = event("participant_joined", attributes={"badges": "[]"})
        (session,) = record(engine, joined)
        self.overlay(engine, changed(session, badges="[1]"))
        assert record(engine, joined) == [changed(session, badges="[1]")]

    def test_before_the_join_arrives(self, engine: AgingValkey) -> None:
        """A change may be written before the join of its session: it applies all the same."""
        self.overlay(engine, Session(CHANNELS[0], "PA_1", "RM_1", "ada", "Ada", 0, attributes={}))
        (session,) = record(engine, event("participant_joined", attributes={"badges": "[1]"}))
        assert session.attributes == {}

    def test_who_left_stays_gone(self, engine: AgingValkey) -> None:
        """A change that comes after the leave brings nobody back, in any order of the two."""
        (session,) = record(engine, event("participant_joined"))
        record(engine, event("participant_left"))
        self.overlay(engine, changed(session, badges="[1]"))
        assert record(engine) == []

    def test_a_new_session_is_not_covered(self, engine: AgingValkey) -> None:
        """Who joins again is shown as their new token says: it is newer than the change."""
        (session,) = record(engine, event("participant_joined", attributes={"badges": "[]"}))
        self.overlay(engine, changed(session, badges="[1]"))
        again = event(
            "participant_joined",
            "PA_2",
            joinedAtMs=str(START_MS + 5),
            attributes={"badges": "[2]"},
        )
        assert [s.attributes for s in record(engine, again)] == [{"badges": "[2]"}]

    def test_empty_is_absent(self, engine: AgingValkey) -> None:
        """An empty attribute is none, by whatever way it came."""
        said = event("participant_joined", attributes={"badges": "[]", "muted": ""})
        (session,) = record(engine, said)
        assert session.attributes == {"badges": "[]"}
        self.overlay(engine, changed(session, badges="[]", muted=""))
        assert record(engine) == [session]

    def test_every_field_has_a_ttl(self, engine: AgingValkey) -> None:
        """A change ends with the lease, and is renewed with its session."""
        (session,) = record(engine, event("participant_joined"))
        self.overlay(engine, session)
        fields = engine.execute("HGETALL", keys.voice(ROOM))
        places = [session.place, session.overlay_place]
        ttl: presence.Command = ("HTTL", keys.voice(ROOM), "FIELDS", 2, *places)
        assert engine.execute(*ttl) == [presence.LEASE_S] * 2
        engine.execute("HEXPIRE", keys.voice(ROOM), 60, "FIELDS", 2, *places)
        engine.execute(*presence.renew_command(ROOM, [session], fields))
        assert engine.execute(*ttl) == [presence.LEASE_S] * 2

    @pytest.mark.parametrize(
        "value", ["", "-", "{}", "[", '{"a":5}', '{"a":{"badges":5}}', "[" * 9999]
    )
    def test_one_that_cannot_be_read(self, engine: AgingValkey, value: str) -> None:
        """A change that this version can't read leaves the session as it was."""
        (session,) = record(engine, event("participant_joined", attributes={"badges": "[]"}))
        engine.execute(
            *("HSETEX", keys.voice(ROOM), "EX", 60, "FIELDS", 1, session.overlay_place, value)
        )
        assert record(engine) == [session]

    def test_many_in_one_command(self, engine: AgingValkey) -> None:
        """However many are changed at once, it is one billed command."""
        sessions = [
            Session(CHANNELS[0], f"PA_{n}", "RM_1", f"p{n}", "", n, attributes={"badges": "[1]"})
            for n in range(50)
        ]
        before = engine.commands
        self.overlay(engine, *sessions)
        assert engine.commands == before + 1


class TestReadWebhook:
    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"event": "participant_joined"},
            {"event": "participant_joined", "room": {"name": "lobby", "sid": "RM_1"}},
            {"event": "participant_joined", "room": {"name": f"x:{CHANNELS[0]}", "sid": "RM_1"}},
            {"event": "participant_joined", "room": {"name": f"{ROOM}:{CHANNELS[0].upper()}x"}},
            {**event("track_published")},
            {**event("egress_started")},
            {**event("something_new")},
        ],
    )
    def test_not_ours(self, said: dict[str, Any]) -> None:
        """Events of other rooms and of other kinds say nothing about presence."""
        assert read_webhook(said) is None

    @pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
    def test_recorded_from_the_real_server(self, path: Path) -> None:
        """Each webhook of the real server is read as what it says."""
        said = json.loads(path.read_text())["body"]
        said["room"]["name"] = f"{ROOM}:{CHANNELS[0]}"
        change = read_webhook(said)
        expected = {
            "participant_joined": "joined",
            "participant_left": "left",
            "participant_connection_aborted": "left",
            "room_finished": "finished",
        }.get(said["event"])
        assert (change.event if change else None) == expected
        if change and change.session:
            assert change.session.sid == said["participant"]["sid"]
            assert change.session.joined_at_ms == int(said["participant"]["joinedAtMs"])

    def test_the_recorded_events_are_there(self) -> None:
        """Joined, left and finished were all recorded from the real server."""
        kinds = {json.loads(p.read_text())["body"]["event"] for p in EVENTS.glob("*.json")}
        assert {"participant_joined", "participant_left", "room_finished"} <= kinds


class TestChannel:
    def test_there_and_back(self) -> None:
        """A channel's LiveKit room name reads back as the channel."""
        channel = Channel(ROOM, CHANNELS[0])
        assert Channel.parse(channel.livekit_room) == channel
        assert channel.topic(private=False) == f"room:{ROOM}"

    def test_a_private_channel(self) -> None:
        """What not every member may see is told on a topic of its own."""
        channel = Channel(ROOM, CHANNELS[0])
        assert channel.topic(private=True) == f"room:{ROOM}:{CHANNELS[0]}"

    def test_match_rooms(self) -> None:
        """A match is a room of its own, in the hash of all matches, on a topic of its own."""
        channel = Channel.parse(f"match:{ROOM}")
        assert channel == Channel("match", ROOM)
        assert channel.topic(private=False) == f"match:{ROOM}"


class TestDue:
    here = Session("c", "PA_1", "RM_1", "ada", "Ada", START_MS)

    def fields(self, *marks: str) -> dict[str, str]:
        """A hash with one session and `marks`."""
        command = presence.join_command(ROOM, self.here)
        return {str(command[-2]): str(command[-1]), **dict.fromkeys(marks, "0")}

    def test_when_evidence_is_old(self) -> None:
        """LiveKit is asked when somebody has been here for long, and nobody asked since."""
        later = START_MS + presence.EVIDENCE_S * 1000
        assert due(self.fields("@rooms"), later)
        assert not due(self.fields("@rooms"), later - 1)
        assert not due(self.fields("@rooms", "@evidence"), later)

    def test_hourly_for_lost_joins(self) -> None:
        """LiveKit's rooms are listed again once their mark has expired, even if nobody is here."""
        assert due({}, START_MS)
        assert not due({"@rooms": "0"}, START_MS)

    def test_not_while_somebody_is_at_it(self) -> None:
        """While a reconciler is elected, nobody else is due."""
        assert not due(self.fields("@elected"), START_MS)
        assert not missed(self.fields("@elected"), START_MS)

    @pytest.mark.parametrize(
        ("listed", "lost"),
        [(str(START_MS - 1), True), (str(START_MS), True), (str(START_MS + 1), False), ("?", True)],
    )
    def test_after_redis_was_away(self, listed: str, lost: bool) -> None:
        """What was listed before Redis was away is no evidence of what happened then."""
        assert missed(self.fields("@evidence") | {"@rooms": listed}, START_MS) is lost
        assert missed(self.fields("@evidence"), START_MS)

    def test_marks_are_nobody(self) -> None:
        """Marks and tombstones are not sessions."""
        fields = {**self.fields("@rooms", "!RM_2"), "c/PA_9": "", "c/PA_8": "-"}
        assert [s.sid for s in all_sessions(fields)] == ["PA_1"]

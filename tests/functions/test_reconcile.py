"""GET, POST /api/livekit/reconcile: what lost webhooks left behind is healed."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common import http, presence, reconciler
from common.memory import forget_everything
from functions.livekit.reconcile import handler
from local.community import LOUNGE, PEOPLE, ROOM
from tests.problems import assert_problem
from tests.stack import LIVEKIT_ROOM, OPS_KEY, Room, Stack, now_ms
from tests.voice import comes

pytestmark = pytest.mark.usefixtures("fresh_tokens")

OPS = {"Authorization": f"Bearer {OPS_KEY}"}
LONG_AGO_MS = 60_000


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two answers that remove somebody come at once, so that no test waits."""
    monkeypatch.setattr(reconciler, "PAUSE_S", 0)


@pytest.fixture
def earlier(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the simulator does in this test happened a minute ago: nobody is a newcomer."""
    monkeypatch.setattr(stack.simulator, "clock", lambda: now_ms() - LONG_AGO_MS)


def run(stack: Stack, room_id: str | None = str(ROOM)) -> dict[str, Any]:
    """Runs a reconcile; returns the report of the demo community."""
    body = {"room_id": room_id} if room_id else None
    answer = stack.api.post("/api/livekit/reconcile", json=body, headers=OPS)
    assert answer.status_code == 200, answer.text
    (report,) = [r for r in answer.json()["reports"] if r["room_id"] == str(ROOM)]
    return dict(report)


def lounge(stack: Stack) -> tuple[str, list[str]]:
    """Returns the source, and who is in the Lounge, as a process that remembers tells."""
    answer = stack.participants("member").raise_for_status().json()
    (found,) = [c for c in answer["channels"] if c["channel_id"] == str(LOUNGE)]
    return answer["source"], [participant["name"] for participant in found["participants"]]


class TestHealing:
    def test_a_lost_join(self, stack: Stack) -> None:
        """Who is in LiveKit's list and not in presence is added, and the room is told."""
        stack.join("member")
        assert run(stack)["added"] == 1
        assert stack.names() == ["Member"]
        assert stack.broadcasts()[-1]["payload"]["type"] == "joined"

    @pytest.mark.usefixtures("earlier")
    def test_a_lost_leave(self, stack: Stack) -> None:
        """Who is in presence and twice not in LiveKit's list is removed, and the room is told."""
        stack.deliver(*stack.join("owner"), *stack.join("member"))
        stack.leave("member")
        assert run(stack)["removed"] == 1
        assert stack.names() == ["Owner"]
        assert stack.broadcasts()[-1]["payload"]["type"] == "left"

    @pytest.mark.usefixtures("earlier")
    def test_a_crash(self, stack: Stack) -> None:
        """After a crash that told nobody, everybody is removed."""
        stack.deliver(*stack.join("owner"), *stack.join("member"))
        stack.simulator.rooms.clear()
        assert run(stack)["removed"] == 2
        assert stack.names() == []

    def test_the_schedule_heals_all(self, stack: Stack) -> None:
        """Without a room_id every community that LiveKit or Redis knows of is healed."""
        stack.join("member")
        assert run(stack, room_id=None)["added"] == 1

    @pytest.mark.usefixtures("earlier")
    def test_the_schedule_finds_what_only_redis_knows(self, stack: Stack) -> None:
        """A community that LiveKit no longer lists is healed as well."""
        stack.deliver(*stack.join("member"))
        stack.simulator.rooms.clear()
        assert run(stack, room_id=None)["removed"] == 1


class TestCaution:
    @pytest.mark.usefixtures("earlier", "impatient")
    @pytest.mark.parametrize("mode", ["hang", "refuse", "drop", "status", "garbage"])
    def test_an_error_removes_nobody(self, stack: Stack, mode: str) -> None:
        """However LiveKit fails, nobody is removed, and the caller is told."""
        stack.deliver(*stack.join("member"))
        stack.livekit.set(mode, path="/twirp/livekit.RoomService/ListParticipants")
        answer = stack.api.post("/api/livekit/reconcile", json={"room_id": str(ROOM)}, headers=OPS)
        assert_problem(answer, 503, "livekit_unavailable")
        assert stack.names() == ["Member"]

    @pytest.mark.usefixtures("earlier")
    @pytest.mark.parametrize("times", [1, 2])
    def test_an_empty_answer_removes_nobody(self, stack: Stack, times: int) -> None:
        """Lists that come back empty, even twice, don't remove who LiveKit's rooms still count."""
        stack.deliver(*stack.join("member"))
        stack.simulator.empty_answers = times
        assert run(stack)["removed"] == 0
        assert stack.names() == ["Member"]

    def test_a_newcomer_is_not_judged(self, stack: Stack) -> None:
        """Who joined within the last half minute is not removed for not being listed."""
        stack.deliver(*stack.join("owner"), *stack.join("member"))
        stack.leave("member")
        assert run(stack)["removed"] == 0

    @pytest.mark.usefixtures("earlier")
    def test_who_was_missing_comes_back(self, stack: Stack) -> None:
        """Somebody who was removed on evidence is shown again once LiveKit lists them."""
        stack.deliver(*stack.join("owner"), *stack.join("member"))
        member = stack.simulator.rooms[LIVEKIT_ROOM].participants.pop(str(PEOPLE["member"]))
        assert run(stack)["removed"] == 1
        stack.simulator.rooms[LIVEKIT_ROOM].participants[member.identity] = member
        stack.valkey.hdel(f"voice:{ROOM}", "@evidence")
        assert run(stack)["added"] == 1
        assert sorted(stack.names()) == ["Member", "Owner"]

    @pytest.mark.usefixtures("earlier")
    def test_a_leave_in_the_middle(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody whose leave arrives between the two answers has left for good."""
        stack.deliver(*stack.join("owner"), *stack.join("member"))
        left = stack.leave("member")
        looked = asyncio.Event()

        async def pause(_seconds: float) -> None:
            looked.set()
            await asyncio.to_thread(stack.deliver, *left)

        async def run_it() -> reconciler.Report:
            report = await reconciler.reconcile(str(ROOM), pause=pause)
            await http.close()
            return report

        assert asyncio.run(run_it()).removed == 0
        assert looked.is_set()
        place = f"{LIVEKIT_ROOM.split(':')[1]}/{left[-1].event.participant.sid}"
        assert stack.valkey.hget(f"voice:{ROOM}", place) == presence.GONE

    def test_who_left_does_not_come_back(self, stack: Stack) -> None:
        """A list that lags behind does not bring back who has left."""
        stack.deliver(*stack.join("member"), *stack.leave("member"))
        stack.simulator.stale = True
        try:
            assert run(stack)["added"] == 0
        finally:
            stack.simulator.stale = False


class TestStandings:
    """What a change straight in the database, or a moment without LiveKit, left behind."""

    def run(self, stack: Stack, room: Room) -> None:
        """Reconciles this test's room."""
        body = {"room_id": str(room.id)}
        stack.api.post("/api/livekit/reconcile", json=body, headers=OPS).raise_for_status()

    def seen(self, stack: Stack, room: Room) -> dict[str, str]:
        """Returns the attributes of the one who is in the Lounge, as readers see them."""
        url, headers = f"/api/livekit/participants?room_id={room.id}", stack.bearer("owner")
        (lounge,) = stack.api.get(url, headers=headers).raise_for_status().json()["channels"]
        (participant,) = lounge["participants"]
        return dict(participant["attributes"])

    def mute(self, room: Room) -> None:
        """Mutes the member, behind the API's back."""
        room.sql(
            "update public.room_members set voice_muted = true where room_id = $1 and user_id = $2",
            *(room.id, PEOPLE["member"]),
        )

    def test_a_change_in_the_database(self, stack: Stack, room: Room) -> None:
        """A mute made straight in the database reaches LiveKit, readers and who watches."""
        stack.deliver(*comes(stack, "member", room.id, room.lounge))
        self.mute(room)
        self.run(stack, room)
        lounge = stack.simulator.participants(f"{room.id}:{room.lounge}")
        assert lounge[str(PEOPLE["member"])].attributes["muted"] == "true"
        assert self.seen(stack, room)["muted"] == "true"
        assert stack.broadcasts()[-1]["payload"]["type"] == "updated"

    def test_it_is_done_once(self, stack: Stack, room: Room) -> None:
        """What was put right stays right: the next run changes nobody."""
        stack.deliver(*comes(stack, "member", room.id, room.lounge))
        self.mute(room)
        self.run(stack, room)
        told = len(stack.broadcasts())
        self.run(stack, room)
        assert len(stack.broadcasts()) == told

    def test_livekit_has_something_else_than_readers(self, stack: Stack, room: Room) -> None:
        """Where LiveKit was told the older of two changes last, it is told the newer again."""
        stack.deliver(*comes(stack, "member", room.id, room.lounge))
        lounge = stack.simulator.rooms[f"{room.id}:{room.lounge}"].participants
        lounge[str(PEOPLE["member"])].attributes["badges"] = "[1]"
        self.run(stack, room)
        assert lounge[str(PEOPLE["member"])].attributes["badges"] == "[]"

    def test_readers_have_something_else_than_livekit(self, stack: Stack, room: Room) -> None:
        """Where Redis missed what LiveKit was told, readers get to see it."""
        *_, joined = comes(stack, "member", room.id, room.lounge)
        stack.deliver(joined)
        place = f"={room.lounge}/{joined.event.participant.sid}"
        stack.valkey.hset(f"voice:{room.id}", place, '{"a":{"badges":"[1]"}}')
        assert self.seen(stack, room) == {"badges": "[1]"}
        self.run(stack, room)
        forget_everything()
        assert self.seen(stack, room)["badges"] == "[]"

    @pytest.mark.usefixtures("impatient")
    def test_the_database_away(self, stack: Stack, room: Room) -> None:
        """Without Supabase presence is reconciled, and people keep what they may do."""
        comes(stack, "member", room.id, room.lounge)
        stack.supabase.set("refuse", path="/rest")
        self.run(stack, room)
        stack.supabase.clear()
        assert self.seen(stack, room)["badges"] == "[]"

    def test_a_long_call_keeps_its_badges(
        self, stack: Stack, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When a session's lease is renewed, so is what was changed of it since it joined."""
        half_a_day_ms = presence.LEASE_S * 1000
        monkeypatch.setattr(stack.simulator, "clock", lambda: now_ms() - half_a_day_ms)
        *_, joined = comes(stack, "member", room.id, room.lounge)
        monkeypatch.setattr(stack.simulator, "clock", now_ms)
        stack.deliver(joined)
        self.mute(room)
        self.run(stack, room)
        place = f"{room.lounge}/{joined.event.participant.sid}"
        key = f"voice:{room.id}"
        stack.valkey.execute_command("HEXPIRE", key, 60, "FIELDS", 2, place, f"={place}")
        self.run(stack, room)
        ttls = stack.valkey.execute_command("HTTL", key, "FIELDS", 2, place, f"={place}")
        assert min(ttls) > presence.LEASE_S - 60


class TestWhoRunsIt:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_only_operators(self, stack: Stack, method: str) -> None:
        """Without the ops key, or as a member, it is a 401, and nothing is done."""
        stack.join("member")
        for headers in ({}, stack.bearer("owner"), {"Authorization": f"Basic {OPS_KEY}"}):
            answer = stack.api.request(method, "/api/livekit/reconcile", headers=headers)
            assert_problem(answer, 401, "ops_key_required")
        assert stack.billed() == 0

    def test_a_scheduler_that_can_only_get(self, stack: Stack) -> None:
        """GET heals all communities, whatever it is sent, and nobody keeps its answer."""
        stack.join("member")
        url = f"/api/livekit/reconcile?room_id={uuid4()}"
        answer = stack.api.get(url, headers=OPS).raise_for_status()
        assert [report["added"] for report in answer.json()["reports"]] == [1]
        assert answer.headers["cache-control"] == "no-store"
        assert stack.names() == ["Member"]

    def test_a_reader_has_it_run(self, stack: Stack) -> None:
        """Reading a room whose rooms nobody listed for an hour has it reconciled, once."""
        stack.join("member")  # LiveKit's webhooks are lost
        assert stack.participants("owner").status_code == 200
        deadline = time.monotonic() + 5
        while stack.names() != ["Member"]:
            assert time.monotonic() < deadline
        stack.served.wait()
        assert stack.by_command()["HSETEX"] == 1 + 1 + 2  # elected, added, two marks
        assert stack.names() == ["Member"]
        assert stack.by_command()["HSETEX"] == 4

    @pytest.mark.usefixtures("earlier")
    def test_a_reader_who_saw_redis_away_has_it_run(self, stack: Stack) -> None:
        """Who comes and goes while Redis is away is there once it is back, though just listed."""
        stack.deliver(*stack.join("owner"))
        run(stack, room_id=None)  # LiveKit's rooms have just been listed
        stack.upstash.set("refuse")
        stack.deliver(*stack.join("member"), *stack.leave("owner"))
        assert lounge(stack) == ("livekit", ["Member"])
        httpx.delete(f"{stack.supabase_url}/_local/broadcasts")
        stack.upstash.clear()
        deadline = time.monotonic() + 15
        seen = [lounge(stack)]
        while seen[-1] != ("redis", ["Member"]):
            assert time.monotonic() < deadline, seen[-1]
            time.sleep(0.2)
            seen.append(lounge(stack))
        assert ("redis", ["Owner"]) in seen  # who reads first is told what Redis has
        stack.served.wait()
        told = [said["payload"]["type"] for said in stack.broadcasts()]
        assert told == ["joined", "left"]
        before = stack.by_command()
        time.sleep(1.1)  # past the second that readers share
        lounge(stack)
        stack.served.wait()
        spent = {name: n - before.get(name, 0) for name, n in stack.by_command().items()}
        assert {name: n for name, n in spent.items() if n} == {"HGETALL": 1}  # and no more

    def test_a_call_that_lasts_is_renewed(self, stack: Stack, monkeypatch: Any) -> None:
        """A session older than a third of its lease has its lease renewed."""
        half_a_day_ms = presence.LEASE_S * 1000
        monkeypatch.setattr(stack.simulator, "clock", lambda: now_ms() - half_a_day_ms)
        *_, joined = stack.join("member")
        monkeypatch.setattr(stack.simulator, "clock", now_ms)
        stack.deliver(joined)
        place = f"{LIVEKIT_ROOM.split(':')[1]}/{joined.event.participant.sid}"
        key = f"voice:{ROOM}"
        stack.valkey.execute_command("HEXPIRE", key, 60, "FIELDS", 1, place)
        run(stack)
        (ttl,) = stack.valkey.execute_command("HTTL", key, "FIELDS", 1, place)
        assert ttl > presence.LEASE_S - 60

    def test_bad_input(self, stack: Stack) -> None:
        """A room_id that is no UUID is refused."""
        answer = stack.api.post("/api/livekit/reconcile", json={"room_id": "x"}, headers=OPS)
        assert_problem(answer, 422, "invalid_request")


@pytest.mark.usefixtures("lambda_process")
def test_the_handler_takes_the_schedule(stack: Stack) -> None:
    """EventBridge's event runs the whole reconcile through the Lambda handler."""
    stack.join("member")
    answer = handler({"source": "aws.events", "detail-type": "Scheduled Event"}, None)
    assert answer["statusCode"] == 200, answer
    assert stack.names() == ["Member"]
    assert stack.by_command()["SCAN"] == 1

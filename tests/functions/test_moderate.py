"""POST /api/livekit/moderate: who may, what LiveKit is told, and what is kept when it is away."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common import livekit, realtime
from local.community import PEOPLE
from tests.problems import assert_problem
from tests.stack import OPS_KEY, Room, Stack
from tests.voice import comes

MEMBER = str(PEOPLE["member"])
OPS = {"Authorization": f"Bearer {OPS_KEY}"}
AWAY = ["hang", "refuse", "status", "garbage"]


def moderate(room: Room, person: str, action: str, **changes: Any) -> httpx.Response:
    """Asks for an action on the member in the room's Lounge."""
    body = {
        "room_id": str(room.id),
        "channel_id": str(room.lounge),
        "user_id": MEMBER,
        "action": action,
    }
    headers = room.stack.bearer(person)
    return room.stack.api.post("/api/livekit/moderate", json=body | changes, headers=headers)


def joins(room: Room, person: str) -> None:
    """Somebody comes into the Lounge with a fresh token, and the webhooks arrive."""
    room.stack.deliver(*comes(room.stack, person, room.id, room.lounge))


def in_livekit(room: Room, person: str = "member") -> Any:
    """Returns what LiveKit has of somebody in the Lounge, None if they aren't there."""
    return room.stack.simulator.participants(f"{room.id}:{room.lounge}").get(str(PEOPLE[person]))


def sources(room: Room) -> list[str]:
    """Returns what the member may publish, by LiveKit's own word."""
    permission = in_livekit(room).permission
    kinds = permission.DESCRIPTOR.fields_by_name["can_publish_sources"].enum_type
    return [kinds.values_by_number[n].name for n in permission.can_publish_sources]


def seen(room: Room) -> dict[str, dict[str, str]]:
    """Returns the attributes of who is in the Lounge, as a fresh reader sees them."""
    answer = room.stack.api.get(
        "/api/livekit/participants",
        params={"room_id": str(room.id)},
        headers=room.stack.bearer("owner"),
    )
    channels = answer.raise_for_status().json()["channels"]
    return {p["name"]: p["attributes"] for c in channels for p in c["participants"]}


@pytest.fixture
def lounge(room: Room) -> Room:
    """A room with moderator and member in its Lounge."""
    joins(room, "mod")
    joins(room, "member")
    return room


class TestMute:
    def test_it_reaches_everyone(self, stack: Stack, lounge: Room) -> None:
        """A mute takes the microphone at once, is shown to readers, and is broadcast."""
        answer = moderate(lounge, "mod", "mute").json()
        assert answer["member"]["voice_muted"] is True
        assert (answer["action"], answer["applied"]) == ("mute", True)
        assert sources(lounge) == []  # LiveKit would take a voice that calls itself a camera
        assert seen(lounge)["Member"]["muted"] == "true"
        (told,) = [b for b in stack.broadcasts() if b["payload"]["type"] == "updated"]
        assert (told["topic"], told["event"], told["private"]) == (
            f"room:{lounge.id}",
            "voice",
            True,
        )
        assert told["payload"]["participant"]["attributes"]["muted"] == "true"

    def test_a_microphone_ends(self, stack: Stack, lounge: Room) -> None:
        """A microphone that was on is taken back by LiveKit."""
        stack.simulator.publish(f"{lounge.id}:{lounge.lounge}", MEMBER)
        moderate(lounge, "mod", "mute")
        assert list(in_livekit(lounge).tracks) == []

    def test_and_back(self, lounge: Room) -> None:
        """Unmuting gives back what the permissions allow, and takes the sign away."""
        before = seen(lounge)["Member"]
        moderate(lounge, "mod", "mute")
        answer = moderate(lounge, "mod", "unmute").json()
        assert answer["member"]["voice_muted"] is False
        assert "MICROPHONE" in sources(lounge)
        assert seen(lounge)["Member"] == before
        assert "muted" not in in_livekit(lounge).attributes

    def test_it_outlives_the_call(self, lounge: Room) -> None:
        """Who was muted is muted in every channel and call to come."""
        moderate(lounge, "mod", "mute")
        joins(lounge, "member")
        assert in_livekit(lounge).attributes["muted"] == "true"

    def test_somebody_who_is_not_there(self, room: Room) -> None:
        """A member in no call can be muted as well."""
        assert moderate(room, "mod", "mute").json()["applied"] is True

    def test_an_old_token(self, stack: Stack, lounge: Room) -> None:
        """A token from before the mute doesn't bring the voice back."""
        old = comes(stack, "member", lounge.id, lounge.lounge)
        moderate(lounge, "mod", "mute")
        stack.simulator.join(
            f"{lounge.id}:{lounge.lounge}",
            MEMBER,
            name="Member",
            attributes=dict(old[-1].event.participant.attributes),
        )
        stack.deliver(*stack.simulator.history[-2:])
        assert "MICROPHONE" not in sources(lounge)
        assert seen(lounge)["Member"]["muted"] == "true"


class TestRemove:
    def test_it_removes(self, stack: Stack, lounge: Room) -> None:
        """Who is removed is out of LiveKit, and with its webhook out of presence."""
        answer = moderate(lounge, "mod", "remove").json()
        assert answer["applied"] is True
        assert in_livekit(lounge) is None
        stack.deliver(stack.simulator.history[-1])
        assert list(seen(lounge)) == ["Mod"]

    def test_who_is_not_there(self, room: Room) -> None:
        """Removing somebody who isn't there is no error, and says so."""
        assert moderate(room, "mod", "remove").json()["applied"] is False

    def test_they_may_come_back(self, lounge: Room) -> None:
        """Removal is no ban: a fresh token opens the channel again."""
        moderate(lounge, "mod", "remove")
        joins(lounge, "member")
        assert in_livekit(lounge) is not None


@pytest.fixture
def stage(lounge: Room) -> str:
    """A second voice channel."""
    made = lounge.ask("owner", "POST", "channels", json={"name": "Stage", "kind": "voice"})
    return str(made.raise_for_status().json()["channel"]["id"])


class TestMove:
    def test_clients_are_told(self, stack: Stack, lounge: Room, stage: str) -> None:
        """On LiveKit's own server their clients are told where to go, and they leave it."""
        answer = moderate(lounge, "mod", "move", to_channel_id=stage)
        assert answer.json()["applied"] is True
        (told,) = [b for b in stack.broadcasts() if b["topic"] == f"user:{MEMBER}"]
        assert (told["event"], told["private"]) == ("voice", True)
        assert told["payload"] == {
            "type": "move",
            "room_id": str(lounge.id),
            "from": str(lounge.lounge),
            "to": stage,
            "by": str(PEOPLE["mod"]),
        }
        assert in_livekit(lounge) is None

    def test_livekit_cloud_moves(
        self, stack: Stack, lounge: Room, stage: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the server can move participants, it does, and no client is told."""
        moved = []

        async def move(*arguments: str) -> bool:
            moved.append(arguments)
            return True

        monkeypatch.setattr(livekit, "move_participant", move)
        assert moderate(lounge, "mod", "move", to_channel_id=stage).json()["applied"] is True
        room = f"{lounge.id}:"
        assert moved == [(f"{room}{lounge.lounge}", MEMBER, f"{room}{stage}")]
        assert [b for b in stack.broadcasts() if b["topic"] == f"user:{MEMBER}"] == []

    def test_who_is_not_there(self, stack: Stack, lounge: Room, stage: str) -> None:
        """Nobody is told to move who isn't in the channel."""
        moderate(lounge, "mod", "remove")
        assert moderate(lounge, "mod", "move", to_channel_id=stage).json()["applied"] is False
        assert [b for b in stack.broadcasts() if b["topic"] == f"user:{MEMBER}"] == []

    def test_to_where_they_are(self, lounge: Room) -> None:
        """Moving to the same channel is refused."""
        answer = moderate(lounge, "mod", "move", to_channel_id=str(lounge.lounge))
        assert_problem(answer, 422, "action_invalid")

    def test_to_where_they_may_not(self, lounge: Room, stage: str) -> None:
        """Nobody is moved into a channel that they may not join."""
        denied = [{"role_id": str(lounge.id), "allow": "0", "deny": str(1 << 20)}]
        lounge.ask("owner", "PATCH", "channels", stage, json={"overwrites": denied})
        answer = moderate(lounge, "mod", "move", to_channel_id=stage)
        assert_problem(answer, 409, "may_not_connect")
        assert in_livekit(lounge) is not None

    def test_to_no_voice_channel(self, lounge: Room) -> None:
        """A text channel and an unknown one are no place to be moved to."""
        answer = moderate(lounge, "mod", "move", to_channel_id=str(lounge.general))
        assert_problem(answer, 409, "not_a_voice_channel")
        answer = moderate(lounge, "mod", "move", to_channel_id=str(uuid4()))
        assert_problem(answer, 404, "channel_not_found")

    @pytest.mark.usefixtures("impatient")
    def test_without_realtime(self, stack: Stack, lounge: Room, stage: str) -> None:
        """Who can't be told where to go is left where they are."""
        stack.supabase.set("refuse", path="/realtime")
        answer = moderate(lounge, "mod", "move", to_channel_id=stage)
        assert_problem(answer, 503, "realtime_unavailable")
        assert in_livekit(lounge) is not None
        stack.supabase.clear()
        realtime.forget()
        assert moderate(lounge, "mod", "move", to_channel_id=stage).json()["applied"] is True


class TestWhoMay:
    @pytest.mark.parametrize("action", ["mute", "unmute", "remove", "move"])
    def test_members_may_not(self, lounge: Room, stage: str, action: str) -> None:
        """Without the permission each action is refused, and nothing happens."""
        to = {"to_channel_id": stage} if action == "move" else {}
        body = {"user_id": str(PEOPLE["mod"])} | to
        answer = moderate(lounge, "member", action, **body)
        assert_problem(answer, 403, "missing_permission")
        assert in_livekit(lounge, "mod") is not None

    @pytest.mark.parametrize("target", ["owner", "admin", "mod"])
    @pytest.mark.parametrize("action", ["mute", "remove"])
    def test_only_those_below(self, lounge: Room, target: str, action: str) -> None:
        """Nobody moderates who stands above them or beside them, themselves included."""
        joins(lounge, target)
        answer = moderate(lounge, "mod", action, user_id=str(PEOPLE[target]))
        assert_problem(answer, 403, "member_too_high")
        assert in_livekit(lounge, target) is not None
        assert "muted" not in in_livekit(lounge, target).attributes

    @pytest.mark.parametrize("person", ["stranger", "banned"])
    def test_outsiders(self, lounge: Room, person: str) -> None:
        """To who isn't a member there is no such room."""
        assert_problem(moderate(lounge, person, "mute"), 404, "room_not_found")

    def test_nobody(self, stack: Stack) -> None:
        """Without a token it is a 401."""
        answer = stack.api.post("/api/livekit/moderate", json={})
        assert_problem(answer, 401, "token_missing")

    def test_somebody_who_is_no_member(self, lounge: Room) -> None:
        """A stranger can't be moderated."""
        answer = moderate(lounge, "mod", "mute", user_id=str(PEOPLE["stranger"]))
        assert_problem(answer, 404, "member_not_found")


class TestBadInput:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"action": "deafen"}, "action_invalid"),
            ({"action": ""}, "action_invalid"),
            ({"action": "move"}, "action_invalid"),
            ({"action": None}, "invalid_request"),
            ({"action": "mute\0"}, "invalid_request"),
            ({"user_id": "somebody"}, "invalid_request"),
            ({"room_id": 5}, "invalid_request"),
            ({"channel_id": []}, "invalid_request"),
        ],
        ids=str,
    )
    def test_values(self, room: Room, changes: dict[str, Any], code: str) -> None:
        """What is no action, or no id, is a 422."""
        body = {"action": "mute"} | changes
        assert_problem(moderate(room, "mod", **body), 422, code)

    def test_half_a_surrogate_pair(self, room: Room) -> None:
        """A text that is no Unicode is a 422, and nothing is sent to the database."""
        body = json.dumps(
            {
                "room_id": str(room.id),
                "channel_id": str(room.lounge),
                "user_id": MEMBER,
                "action": "\ud800",
            }
        )
        headers = room.stack.bearer("mod") | {"Content-Type": "application/json"}
        answer = room.stack.api.post("/api/livekit/moderate", content=body, headers=headers)
        assert_problem(answer, 422, "invalid_request")


class TestSpends:
    def test_each(self, stack: Stack, lounge: Room) -> None:
        """A mute in a call spends 3 commands, one of nobody 2, a removal 1."""
        for action, commands in (("mute", 3), ("mute", 2), ("unmute", 3), ("remove", 1)):
            before = stack.billed()
            assert moderate(lounge, "mod", action).status_code == 200
            assert stack.billed() - before == commands, action

    def test_thirty_a_minute(self, room: Room) -> None:
        """The 31st in a minute is a 429."""
        answers = [moderate(room, "mod", "deafen") for _ in range(31)]
        assert [a.status_code for a in answers] == [422] * 30 + [429]
        assert answers[-1].headers["ratelimit-policy"] == '"moderate";q=30;w=60'


@pytest.mark.usefixtures("impatient")
class TestLiveKitAway:
    @pytest.mark.parametrize("way", AWAY)
    def test_a_mute_is_kept(self, stack: Stack, lounge: Room, way: str) -> None:
        """A mute that LiveKit can't be told of is stored, says so, and evidence carries it out."""
        stack.livekit.set(way)
        answer = moderate(lounge, "mod", "mute").json()
        assert (answer["member"]["voice_muted"], answer["applied"]) == (True, False)
        assert "MICROPHONE" in sources(lounge)
        stack.livekit.clear()
        body = {"room_id": str(lounge.id)}
        stack.api.post("/api/livekit/reconcile", json=body, headers=OPS).raise_for_status()
        assert "MICROPHONE" not in sources(lounge)
        assert seen(lounge)["Member"]["muted"] == "true"

    @pytest.mark.parametrize("way", AWAY)
    @pytest.mark.parametrize("action", ["remove", "move"])
    def test_nobody_is_removed(self, stack: Stack, lounge: Room, action: str, way: str) -> None:
        """A removal or move that LiveKit can't be asked for is a 503, to be asked again."""
        to = {"to_channel_id": str(uuid4())} if action == "move" else {}
        if to:
            made = lounge.ask("owner", "POST", "channels", json={"name": "Stage", "kind": "voice"})
            to = {"to_channel_id": made.json()["channel"]["id"]}
        stack.livekit.set(way)
        assert_problem(moderate(lounge, "mod", action, **to), 503, "livekit_unavailable")
        stack.livekit.clear()
        assert moderate(lounge, "mod", action, **to).json()["applied"] is True

    def test_redis_away(self, stack: Stack, lounge: Room) -> None:
        """Without Redis a mute reaches LiveKit all the same; readers see it after the next
        evidence.
        """
        stack.upstash.set("refuse")
        assert moderate(lounge, "mod", "mute").json()["applied"] is False
        assert "MICROPHONE" not in sources(lounge)
        stack.upstash.clear()
        assert "muted" not in seen(lounge)["Member"]
        body = {"room_id": str(lounge.id)}
        stack.api.post("/api/livekit/reconcile", json=body, headers=OPS).raise_for_status()
        assert seen(lounge)["Member"]["muted"] == "true"

    def test_the_database_away(self, stack: Stack, lounge: Room) -> None:
        """Without the database nobody may do anything: 503."""
        stack.bearer("mod")
        stack.supabase.set("refuse", path="/rest")
        assert_problem(moderate(lounge, "mod", "mute"), 503, "supabase_unavailable")

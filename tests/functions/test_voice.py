"""A change of roles reaches who is in a call, whatever else happens at the time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from livekit.protocol.models import ParticipantInfo

from local.community import PEOPLE
from tests.matching import Matching
from tests.stack import OPS_KEY, Room
from tests.voice import comes, token_attributes

MEMBER = str(PEOPLE["member"])
AGENT = ParticipantInfo.Kind.AGENT
WAYS = ["hang", "refuse", "status", "garbage"]


def joins(room: Room, person: str = "member") -> None:
    """Somebody comes into the Lounge with a fresh token, and the webhooks arrive."""
    room.stack.deliver(*comes(room.stack, person, room.id, room.lounge))


def give(room: Room, *roles: Any) -> httpx.Response:
    """Gives the member exactly these roles."""
    body = {"roles": [str(role) for role in roles]}
    return room.ask("owner", "PUT", "members", MEMBER, "roles", json=body)


def in_livekit(room: Room) -> dict[str, str]:
    """Returns the member's attributes as LiveKit has them."""
    return dict(room.stack.simulator.participants(f"{room.id}:{room.lounge}")[MEMBER].attributes)


def seen(room: Room) -> dict[str, str]:
    """Returns the member's attributes as readers see them."""
    url, headers = f"/api/livekit/participants?room_id={room.id}", room.stack.bearer("owner")
    channels = room.stack.api.get(url, headers=headers).raise_for_status().json()["channels"]
    (found,) = [p for c in channels for p in c["participants"] if p["identity"] == MEMBER]
    return dict(found["attributes"])


def right(room: Room) -> dict[str, str]:
    """Returns the attributes that a token would say now."""
    return token_attributes(room.stack, "member", room.id, room.lounge)


def reconcile(room: Room) -> None:
    """Gathers evidence about the room."""
    body, headers = {"room_id": str(room.id)}, {"Authorization": f"Bearer {OPS_KEY}"}
    room.stack.api.post("/api/livekit/reconcile", json=body, headers=headers).raise_for_status()


class TestRoles:
    def test_one_is_given(self, room: Room) -> None:
        """A role given to somebody who speaks is in LiveKit and in presence when the request is
        answered.
        """
        joins(room)
        give(room, room.moderator).raise_for_status()
        assert in_livekit(room) == seen(room) == right(room)
        assert right(room)["color"] == "#2ecc71"

    def test_one_is_edited(self, room: Room) -> None:
        """A role's new colour reaches all who have it, in one broadcast request and one write."""
        give(room, room.moderator)
        joins(room)
        joins(room, "mod")
        before = room.stack.billed()
        room.ask("owner", "PATCH", "roles", room.moderator, json={"color": "#123456"})
        assert room.stack.billed() - before == 1 + 1 + 1  # its limit, one read, one write
        assert in_livekit(room)["color"] == seen(room)["color"] == "#123456"
        updated = [b for b in room.stack.broadcasts() if b["payload"]["type"] == "updated"]
        assert {b["payload"]["participant"]["name"] for b in updated} == {"Member", "Mod"}

    def test_everyone_may_only_listen(self, room: Room) -> None:
        """What @everyone may no longer do, nobody in a call may do any longer."""
        joins(room)
        listen = str(1 << 10 | 1 << 20)
        room.ask("owner", "PATCH", "roles", room.id, json={"permissions": listen})
        member = room.stack.simulator.participants(f"{room.id}:{room.lounge}")[MEMBER]
        assert (member.permission.can_publish, member.permission.can_subscribe) == (False, True)
        assert seen(room)["permissions"] == listen

    def test_a_channel_is_closed_to_them(self, room: Room) -> None:
        """Who may no longer join the channel that they are in is put out of it."""
        joins(room)
        denied = [{"role_id": str(room.id), "allow": "0", "deny": str(1 << 20)}]
        room.ask("owner", "PATCH", "channels", room.lounge, json={"overwrites": denied})
        assert room.stack.simulator.participants(f"{room.id}:{room.lounge}") == {}

    def test_a_ban(self, room: Room) -> None:
        """Who is banned is put out of the call."""
        joins(room)
        room.ask("owner", "PUT", "bans", MEMBER, json={}).raise_for_status()
        assert room.stack.simulator.participants(f"{room.id}:{room.lounge}") == {}


class TestPrivate:
    """What happens in a channel that somebody may not see is told to those who may."""

    def topics(self, room: Room) -> list[tuple[str, str]]:
        """Returns type and topic of what was broadcast, a topic without the room's id."""
        said = room.stack.broadcasts()
        return [
            (str(s["payload"]["type"]), str(s["topic"]).removeprefix(f"room:{room.id}"))
            for s in said
            if s["event"] == "voice"
        ]

    def close(self, room: Room) -> None:
        """Hides the Lounge from everyone but those with all permissions."""
        body = {"overwrites": [{"role_id": str(room.id), "allow": "0", "deny": str(1 << 10)}]}
        room.ask("owner", "PATCH", "channels", room.lounge, json=body).raise_for_status()

    def test_on_its_own_topic(self, room: Room) -> None:
        """Coming, going and the end of a call in a private channel are told on its own topic."""
        self.close(room)
        joins(room, "admin")
        livekit_room = f"{room.id}:{room.lounge}"
        room.stack.deliver(*room.stack.simulator.leave(livekit_room, str(PEOPLE["admin"])))
        room.stack.deliver(*room.stack.simulator.finish_room(livekit_room))
        assert self.topics(room) == [
            (kind, f":{room.lounge}") for kind in ("joined", "left", "finished")
        ]

    def test_who_has_no_token_of_ours(self, room: Room) -> None:
        """Nor is an agent told of to everybody, whose token doesn't know the channel."""
        self.close(room)
        joined = room.stack.simulator.join(f"{room.id}:{room.lounge}", "agent-1", kind=AGENT)
        room.stack.deliver(*joined)
        assert self.topics(room) == [("joined", f":{room.lounge}")]

    def test_a_token_from_before(self, room: Room) -> None:
        """Who joins with a token from before the channel was hidden isn't shown to the others."""
        webhooks = comes(room.stack, "admin", room.id, room.lounge)
        self.close(room)
        room.stack.deliver(*webhooks)
        assert {topic for _, topic in self.topics(room)} == {f":{room.lounge}"}

    def test_an_open_one(self, room: Room) -> None:
        """In a channel that everybody sees, everybody hears."""
        joins(room)
        livekit_room = f"{room.id}:{room.lounge}"
        room.stack.deliver(*room.stack.simulator.leave(livekit_room, MEMBER))
        room.stack.deliver(*room.stack.simulator.finish_room(livekit_room))
        assert self.topics(room) == [(kind, "") for kind in ("joined", "left", "finished")]

    def test_a_channel_is_hidden_while_people_talk(self, room: Room) -> None:
        """Who stays is told of on the channel's topic from then on; their token isn't renewed."""
        joins(room, "admin")
        joins(room)
        self.close(room)
        assert self.topics(room)[-1] == ("updated", f":{room.lounge}")
        livekit_room = f"{room.id}:{room.lounge}"
        room.stack.deliver(*room.stack.simulator.leave(livekit_room, str(PEOPLE["admin"])))
        assert self.topics(room)[-1] == ("left", f":{room.lounge}")

    @pytest.mark.usefixtures("impatient")
    def test_when_nobody_knows(self, room: Room) -> None:
        """Without the database, the end of a call is told to those who may see any channel."""
        joins(room)
        room.stack.supabase.set("status", path="/rest")
        room.stack.deliver(*room.stack.simulator.finish_room(f"{room.id}:{room.lounge}"))
        assert self.topics(room)[-1] == ("finished", f":{room.lounge}")


class TestAtOnce:
    @pytest.mark.parametrize("attempt", range(3))
    def test_many_changes(self, room: Room, attempt: int) -> None:
        """Of changes at once, each by a request of its own, all end with what the database has."""
        joins(room)
        sets = [(room.helper,), (room.moderator,), (room.helper, room.moderator), (room.admin,)]
        with ThreadPoolExecutor(len(sets)) as pool:
            answers = list(pool.map(lambda roles: give(room, *roles).status_code, sets))
        assert answers == [200] * len(sets)
        assert in_livekit(room) == seen(room) == right(room)


@pytest.mark.usefixtures("impatient")
class TestAway:
    @pytest.mark.parametrize("way", WAYS)
    def test_livekit(self, room: Room, way: str) -> None:
        """A change that LiveKit can't be told of is made; the next evidence carries it there."""
        joins(room)
        room.stack.livekit.set(way)
        assert give(room, room.moderator).status_code == 200
        room.stack.livekit.clear()
        assert in_livekit(room) == seen(room) != right(room)
        reconcile(room)
        assert in_livekit(room) == seen(room) == right(room)

    @pytest.mark.parametrize("way", WAYS)
    def test_redis(self, room: Room, way: str) -> None:
        """A change while Redis is away is made and reaches LiveKit; readers see it by evidence."""
        joins(room)
        room.stack.upstash.set(way)
        assert give(room, room.moderator).status_code == 200
        room.stack.upstash.clear()
        assert in_livekit(room) == right(room) != seen(room)
        reconcile(room)
        assert in_livekit(room) == seen(room) == right(room)

    @pytest.mark.parametrize("way", WAYS)
    def test_realtime(self, room: Room, way: str) -> None:
        """A change that can't be broadcast reaches LiveKit and presence all the same."""
        joins(room)
        room.stack.supabase.set(way, path="/realtime")
        assert give(room, room.moderator).status_code == 200
        assert in_livekit(room) == seen(room) == right(room)

    @pytest.mark.parametrize("way", WAYS)
    def test_the_database_between_the_two(self, room: Room, way: str) -> None:
        """When Supabase goes away right after the change, it is answered, and healed later."""
        joins(room)
        room.stack.supabase.set(way, path="/rest/v1/rpc/voice_standings")
        assert give(room, room.moderator).status_code == 200
        room.stack.supabase.clear()
        assert in_livekit(room) != right(room)
        reconcile(room)
        assert in_livekit(room) == seen(room) == right(room)


def test_others_are_left_alone(matching: Matching, room: Room) -> None:
    """LiveKit's rooms of other communities and of matches are none of a change's business."""
    joins(room)
    match = matching.matched("member", "stranger")
    matching.comes(match, "member")
    give(room, room.helper)
    found = matching.stack.simulator.participants(match)[MEMBER]
    assert dict(found.attributes) == {}

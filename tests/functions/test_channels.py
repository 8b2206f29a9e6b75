"""/api/rooms/{room_id}/channels: who sees which, their order, what may be done in them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from local.community import LOUNGE
from tests.problems import assert_problem
from tests.stack import Room

VIEW = str(1 << 10)
SPEAK = str(1 << 21)


def overwrite(role_id: UUID, *, allow: str = "0", deny: str = "0") -> dict[str, str]:
    """An overwrite as it is sent."""
    return {"role_id": str(role_id), "allow": allow, "deny": deny}


def names(answer: Any) -> list[str]:
    """Returns the names of the channels in an answer, in their order."""
    return [channel["name"] for channel in answer.raise_for_status().json()["channels"]]


def hidden(room: Room) -> dict[str, Any]:
    """Makes a text channel that only administrators and moderators see; returns it."""
    overwrites = [overwrite(room.id, deny=VIEW), overwrite(room.moderator, allow=VIEW)]
    body = {"name": "staff", "kind": "text", "overwrites": overwrites}
    answer = room.ask("admin", "POST", "channels", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["channel"]
    return made


class TestList:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in sees channels."""
        assert_problem(room.ask(None, "GET", "channels"), 401, "token_missing")

    def test_a_member(self, room: Room) -> None:
        """A member sees the channels in their order, and what they may do in each."""
        answer = room.ask("member", "GET", "channels")
        assert names(answer) == ["general", "Lounge"]
        lounge = answer.json()["channels"][1]
        assert lounge["permissions"] == str(1 | 1 << 9 | 1 << 10 | 1 << 20 | 1 << 21)
        assert answer.headers["etag"] == '"1"'
        assert room.stack.billed() == 0

    def test_a_hidden_one(self, room: Room) -> None:
        """Who may not view a channel does not know of it."""
        channel = hidden(room)
        assert channel["private"] is True
        assert names(room.ask("mod", "GET", "channels")) == ["general", "Lounge", "staff"]
        assert names(room.ask("member", "GET", "channels")) == ["general", "Lounge"]

    def test_a_stranger(self, room: Room) -> None:
        """A stranger learns nothing."""
        assert_problem(room.ask("stranger", "GET", "channels"), 404, "room_not_found")


class TestCreate:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in makes a channel."""
        with room.unchanged():
            body = {"name": "x", "kind": "text"}
            assert_problem(room.ask(None, "POST", "channels", json=body), 401, "token_missing")

    def test_as_the_last(self, room: Room) -> None:
        """A new channel comes last; those who watch are told to read, not what it is."""
        answer = room.ask("admin", "POST", "channels", json={"name": "Stage", "kind": "voice"})
        assert answer.status_code == 201
        assert set(answer.json()) == {"channel", "channels", "version"}
        assert names(answer) == ["general", "Lounge", "Stage"]
        made = answer.json()["channel"]
        assert made.items() >= {"kind": "voice", "private": False, "position": 2}.items()
        assert answer.headers["location"] == f"/api/rooms/{room.id}/channels/{made['id']}"
        assert answer.headers["etag"] == '"2"'
        (push,) = room.pushed("channels")
        assert "Stage" not in str(push)

    def test_readers_see_it_at_once(self, room: Room) -> None:
        """A process that remembers what somebody sees does not when it makes a channel."""
        before = room.stack.participants("member", room_id=str(room.id)).json()["channels"]
        room.ask("admin", "POST", "channels", json={"name": "Stage", "kind": "voice"})
        after = room.stack.participants("member", room_id=str(room.id)).json()["channels"]
        assert (len(before), len(after)) == (1, 2)

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage channels is told what they lack."""
        with room.unchanged():
            answer = room.ask("mod", "POST", "channels", json={"name": "x", "kind": "text"})
            assert_problem(answer, 403, "missing_permission")

    def test_an_old_version(self, room: Room) -> None:
        """A channel meant for an old version is not made."""
        with room.unchanged():
            body = {"name": "x", "kind": "text"}
            answer = room.ask("admin", "POST", "channels", if_match='"9"', json=body)
            assert_problem(answer, 412, "version_mismatch")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"name": "x"}, "invalid_request"),
            ({"kind": "text"}, "invalid_request"),
            ({"name": "x", "kind": "stage"}, "kind_invalid"),
            ({"name": "x", "kind": None}, "invalid_request"),
            ({"name": "", "kind": "text"}, "name_invalid"),
            ({"name": "x" * 101, "kind": "text"}, "name_invalid"),
            ({"name": "a\u202eb", "kind": "text"}, "name_invalid"),
            ({"name": "x", "kind": "text", "position": 0}, "field_unknown"),
            ({"name": "x", "kind": "text", "overwrites": None}, "overwrites_invalid"),
            ({"name": "x", "kind": "text", "overwrites": "all"}, "invalid_request"),
        ],
        ids=str,
    )
    def test_bad_input(self, room: Room, body: dict[str, Any], code: str) -> None:
        """What is no channel is refused by name."""
        with room.unchanged():
            assert_problem(room.ask("owner", "POST", "channels", json=body), 422, code)

    @pytest.mark.parametrize(
        ("given", "status", "code"),
        [
            ([{"role_id": "x", "allow": "0", "deny": "0"}], 422, "invalid_request"),
            ([overwrite(uuid4(), allow=VIEW)], 404, "role_not_found"),
            ([overwrite(LOUNGE, allow="x")], 422, "permissions_invalid"),
            ([overwrite(LOUNGE, allow="1")], 422, "permissions_unknown"),
            ([overwrite(LOUNGE, allow="9" * 41)], 422, "permissions_invalid"),
            ([overwrite(LOUNGE, allow=VIEW, deny=VIEW)], 422, "overwrites_invalid"),
            ([overwrite(LOUNGE) | {"kind": "member"}], 422, "field_unknown"),
            ([overwrite(LOUNGE, allow=VIEW)] * 2, 422, "overwrites_invalid"),
            ([overwrite(LOUNGE)] * 252, 422, "overwrites_invalid"),
            ([overwrite(LOUNGE)] * 1001, 422, "invalid_request"),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_overwrites(self, room: Room, given: Any, status: int, code: str) -> None:
        """What are no overwrites of this room's roles are refused, and no channel is made."""
        with room.unchanged():
            body = {"name": "x", "kind": "text", "overwrites": given}
            assert_problem(room.ask("owner", "POST", "channels", json=body), status, code)

    def test_five_hundred(self, room: Room) -> None:
        """A room has at most 500 channels."""
        room.sql(
            "insert into public.channels (room_id, name, kind, position) "
            "select $1, 'c', 'text', n from generate_series(2, 499) as n",
            room.id,
        )
        answer = room.ask("owner", "POST", "channels", json={"name": "x", "kind": "text"})
        assert_problem(answer, 409, "channels_full")
        assert len(names(room.ask("owner", "GET", "channels"))) == 500


class TestOrder:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in orders channels."""
        with room.unchanged():
            answer = room.ask(None, "PUT", "channels", json={"order": []})
            assert_problem(answer, 401, "token_missing")

    def test_the_whole_order(self, room: Room) -> None:
        """The order is changed in one step."""
        order = [str(room.lounge), str(room.general)]
        answer = room.ask("admin", "PUT", "channels", json={"order": order})
        assert set(answer.json()) == {"channels", "version"}
        assert names(answer) == ["Lounge", "general"]
        assert names(room.ask("member", "GET", "channels")) == ["Lounge", "general"]
        room.pushed("channels")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage channels doesn't order them."""
        with room.unchanged():
            order = [str(room.lounge), str(room.general)]
            answer = room.ask("member", "PUT", "channels", json={"order": order})
            assert_problem(answer, 403, "missing_permission")

    def test_no_whole_order(self, room: Room) -> None:
        """An order that lacks a channel, has one twice or another room's changes nothing."""
        general, lounge = str(room.general), str(room.lounge)
        for order in (
            *([], [general], [general, general], [general, lounge, lounge]),
            *([general, str(LOUNGE)], [general, lounge, str(uuid4())]),
        ):
            with room.unchanged():
                answer = room.ask("owner", "PUT", "channels", json={"order": order})
                assert_problem(answer, 422, "order_invalid")

    @pytest.mark.parametrize(
        "body",
        [{}, {"order": None}, {"order": ["x"]}, {"order": [str(LOUNGE)] * 1001}, None],
        ids=lambda body: str(body)[:40],
    )
    def test_bad_input(self, room: Room, body: Any) -> None:
        """What is no list of ids is an invalid request."""
        with room.unchanged():
            answer = room.ask("owner", "PUT", "channels", json=body)
            assert_problem(answer, 422, "invalid_request")


class TestEdit:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in changes a channel."""
        with room.unchanged():
            answer = room.ask(None, "PATCH", "channels", room.lounge, json={"name": "x"})
            assert_problem(answer, 401, "token_missing")

    def test_a_name(self, room: Room) -> None:
        """A new name leaves the overwrites as they are."""
        channel = hidden(room)
        answer = room.ask("admin", "PATCH", "channels", channel["id"], json={"name": "crew"})
        assert set(answer.json()) == {"channel", "version"}
        changed = answer.json()["channel"]
        assert (changed["name"], changed["overwrites"]) == ("crew", channel["overwrites"])
        room.pushed("channels", "channels")

    def test_overwrites_reach_who_is_in_voice(self, room: Room) -> None:
        """Who may no longer speak in a channel can't, though they are in it already."""
        room.call("member")
        body = {"overwrites": [overwrite(room.id, deny=SPEAK)]}
        room.ask("admin", "PATCH", "channels", room.lounge, json=body).raise_for_status()
        there = room.in_call("member")
        assert there is not None
        assert not there.permission.can_publish
        assert there.permission.can_subscribe

    def test_a_hidden_one(self, room: Room) -> None:
        """Who may not view a channel is told that there is none."""
        channel = hidden(room)
        with room.unchanged():
            answer = room.ask("member", "PATCH", "channels", channel["id"], json={"name": "x"})
            assert_problem(answer, 404, "channel_not_found")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage a channel doesn't change it."""
        with room.unchanged():
            answer = room.ask("mod", "PATCH", "channels", room.lounge, json={"name": "x"})
            assert_problem(answer, 403, "missing_permission")

    def test_another_rooms(self, room: Room) -> None:
        """A channel is found only in its own room, even by who may manage it there."""
        answer = room.ask("owner", "PATCH", "channels", LOUNGE, json={"name": "x"})
        assert_problem(answer, 404, "channel_not_found")

    def test_out_of_ones_own_sight(self, room: Room) -> None:
        """Nobody hides a channel from themselves by accident."""
        room.sql(
            "update public.room_roles set permissions = permissions | (1 << 4) where id = $1",
            room.moderator,
        )
        with room.unchanged():
            body = {"overwrites": [overwrite(room.id, deny=VIEW)]}
            answer = room.ask("mod", "PATCH", "channels", room.lounge, json=body)
            assert_problem(answer, 409, "locks_you_out")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"name": None}, "name_invalid"),
            ({"name": "\u2066x"}, "name_invalid"),
            ({"overwrites": None}, "overwrites_invalid"),
            ({"kind": "text"}, "field_unknown"),
            ({"name": "x", "overwrites": [{"role_id": str(LOUNGE)}]}, "invalid_request"),
        ],
        ids=str,
    )
    def test_bad_input(self, room: Room, body: dict[str, Any], code: str) -> None:
        """Half of a bad change isn't made either."""
        with room.unchanged():
            answer = room.ask("owner", "PATCH", "channels", room.lounge, json=body)
            assert_problem(answer, 422, code)


class TestDelete:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in deletes a channel."""
        with room.unchanged():
            answer = room.ask(None, "DELETE", "channels", room.general)
            assert_problem(answer, 401, "token_missing")

    def test_an_empty_one(self, room: Room) -> None:
        """A channel that nobody is in goes at once, and those who watch hear."""
        answer = room.ask("admin", "DELETE", "channels", room.lounge)
        assert answer.json()["deleted"] == str(room.lounge)
        assert names(answer) == ["general"]
        assert answer.headers["etag"] == '"2"'
        room.pushed("channels")

    def test_with_people_in_it(self, room: Room) -> None:
        """A channel with people in it stays, and the answer says how many they are."""
        room.call("member")
        room.call("mod")
        with room.unchanged():
            answer = room.ask("admin", "DELETE", "channels", room.lounge)
            assert assert_problem(answer, 409, "channel_in_use")["people"] == 2
        assert room.stack.simulator.rooms
        room.pushed()

    def test_by_force(self, room: Room) -> None:
        """Where that is meant, the people in it are put out."""
        room.call("member")
        answer = room.ask("admin", "DELETE", "channels", room.lounge, params={"force": "true"})
        assert answer.json()["deleted"] == str(room.lounge)
        assert not room.stack.simulator.rooms

    def test_people_that_are_not_the_callers_business(self, room: Room) -> None:
        """That people are in a channel is not said to who may not delete or not see it."""
        room.call("mod")
        refusals = {"stranger": "room_not_found", "member": "missing_permission"}
        for person, code in refusals.items():
            answer = room.ask(person, "DELETE", "channels", room.lounge)
            assert_problem(answer, answer.status_code, code)
        body = {"overwrites": [overwrite(room.id, deny=VIEW)]}
        room.ask("owner", "PATCH", "channels", room.lounge, json=body).raise_for_status()
        with room.unchanged():
            answer = room.ask("member", "DELETE", "channels", room.lounge)
            assert_problem(answer, 404, "channel_not_found")

    def test_while_nobody_knows_who_is_in_it(self, room: Room) -> None:
        """With Redis and LiveKit away nothing is deleted by accident, but by force it can be."""
        room.stack.upstash.set("refuse")
        room.stack.livekit.set("refuse")
        with room.unchanged():
            answer = room.ask("admin", "DELETE", "channels", room.lounge)
            assert_problem(answer, 503, "livekit_unavailable")
        answer = room.ask("admin", "DELETE", "channels", room.lounge, params={"force": "true"})
        assert answer.is_success
        assert room.stack.log.one("call_not_ended")["room"] == f"{room.id}:{room.lounge}"

    def test_by_livekits_own_list(self, room: Room) -> None:
        """With Redis away LiveKit is asked who is in it."""
        room.call("member")
        room.stack.upstash.set("refuse")
        answer = room.ask("admin", "DELETE", "channels", room.lounge)
        assert_problem(answer, 409, "channel_in_use")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage a channel doesn't delete it, whether by force or not."""
        with room.unchanged():
            for force in ("true", "false"):
                answer = room.ask("mod", "DELETE", "channels", room.lounge, params={"force": force})
                assert_problem(answer, 403, "missing_permission")

    def test_unknown_ones(self, room: Room) -> None:
        """What is no channel of this room is not deleted."""
        for channel in (LOUNGE, uuid4()):
            answer = room.ask("owner", "DELETE", "channels", channel)
            assert_problem(answer, 404, "channel_not_found")
        assert_problem(room.ask("owner", "DELETE", "channels", "x"), 422, "invalid_request")
        answer = room.ask("owner", "DELETE", "channels", room.lounge, params={"force": "maybe"})
        assert_problem(answer, 422, "invalid_request")

    def test_an_old_version(self, room: Room) -> None:
        """A channel of a room that has changed since stays."""
        with room.unchanged():
            answer = room.ask("admin", "DELETE", "channels", room.lounge, if_match='"5"')
            assert_problem(answer, 412, "version_mismatch")


def test_a_deleted_channel_is_forgotten(room: Room) -> None:
    """Readers of this process don't see a channel that it deleted, a moment ago or not."""
    mine = {"room_id": str(room.id), "channel_id": str(room.lounge)}
    assert room.stack.participants("member", **mine).is_success
    room.ask("owner", "DELETE", "channels", room.lounge).raise_for_status()
    assert_problem(room.stack.participants("member", **mine), 404, "channel_not_found")

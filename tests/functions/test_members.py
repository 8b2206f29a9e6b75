"""/api/rooms/{room_id}/members: who is in a room, joining, leaving, being put out, roles."""

from typing import Any
from uuid import uuid4

import pytest

from local.community import MODERATOR, PEOPLE
from tests.problems import assert_problem
from tests.stack import Room

IN = ("Owner", "Admin", "Mod", "Member")


def names(answer: Any) -> tuple[str, ...]:
    """Returns the names of the members in an answer, in their order."""
    return tuple(member["name"] for member in answer.raise_for_status().json()["members"])


def make_public(room: Room) -> None:
    """Lets anybody join."""
    room.ask("owner", "PATCH", json={"public": True}).raise_for_status()


class TestList:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in sees members."""
        assert_problem(room.ask(None, "GET", "members"), 401, "token_missing")

    def test_with_badges(self, room: Room) -> None:
        """Members come in the order of joining, each ready to be drawn, for no Redis command."""
        answer = room.ask("member", "GET", "members")
        assert names(answer) == IN
        assert answer.json()["next"] is None
        assert answer.headers["etag"] == '"1"'
        owner, _, mod, member = answer.json()["members"]
        assert [badge["icon"] for badge in owner["badges"]] == ["crown"]
        assert (mod["color"], mod["roles"]) == ("#2ecc71", [str(room.moderator)])
        assert mod["badges"] == [
            {
                "icon": "gavel",
                "label": "Moderator",
                "color": "#2ecc71",
                "role_id": str(room.moderator),
            }
        ]
        assert (member["badges"], member["color"], member["owner"]) == ([], None, False)
        assert room.stack.billed() == 0

    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_page_by_page(self, room: Room, size: int) -> None:
        """Pages of any size together have everybody once."""
        found: tuple[str, ...] = ()
        query: dict[str, Any] = {"limit": size}
        while True:
            answer = room.ask("member", "GET", "members", params=query)
            found += names(answer)
            assert len(names(answer)) <= size
            if answer.json()["next"] is None:
                break
            query["after"] = answer.json()["next"]
        assert found == IN

    def test_who_joined_at_the_same_time(self, room: Room) -> None:
        """Members with the same time of joining are lost on no page."""
        room.sql("update public.room_members set joined_at = now() where room_id = $1", room.id)
        found: list[str] = []
        after: dict[str, str] = {}
        for _ in IN:
            answer = room.ask("member", "GET", "members", params={"limit": 1} | after)
            found += names(answer)
            after = {"after": answer.json()["next"]}
        assert sorted(found) == sorted(IN)

    def test_who_has_a_role(self, room: Room) -> None:
        """The list can be that of a role's members; everyone's role is everyone's."""
        moderators = room.ask("member", "GET", "members", params={"role_id": str(room.moderator)})
        assert names(moderators) == ("Mod",)
        everyone = room.ask("member", "GET", "members", params={"role_id": str(room.id)})
        assert names(everyone) == names(room.ask("member", "GET", "members"))
        unknown = room.ask("member", "GET", "members", params={"role_id": str(uuid4())})
        assert_problem(unknown, 404, "role_not_found")

    def test_a_stranger(self, room: Room) -> None:
        """A stranger learns nothing."""
        assert_problem(room.ask("stranger", "GET", "members"), 404, "room_not_found")

    @pytest.mark.parametrize(
        "query",
        [
            {"limit": "0"},
            {"limit": "1001"},
            {"limit": "x"},
            {"after": ""},
            {"after": "5"},
            {"after": f"x.{MODERATOR}"},
            {"after": f"{'9' * 18}.{MODERATOR}"},
            {"after": "1.\0"},
            {"role_id": "x"},
        ],
        ids=str,
    )
    def test_bad_input(self, room: Room, query: dict[str, str]) -> None:
        """A page that can't be is an invalid request."""
        answer = room.ask("member", "GET", "members", params=query)
        assert_problem(answer, 422, "invalid_request")

    def test_the_last_cursor_there_can_be(self, room: Room) -> None:
        """A cursor beyond everybody is an empty page."""
        after = {"after": f"{'9' * 17}.{MODERATOR}"}
        assert names(room.ask("member", "GET", "members", params=after)) == ()


class TestJoin:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in joins."""
        make_public(room)
        with room.unchanged():
            assert_problem(room.ask(None, "POST", "members"), 401, "token_missing")

    def test_a_public_room(self, room: Room) -> None:
        """Anybody joins a public room, gets the whole of it, and those who watch hear."""
        make_public(room)
        answer = room.ask("stranger", "POST", "members")
        assert answer.status_code == 201
        assert answer.json()["joined"] is True
        assert answer.json()["me"]["name"] == "Stranger"
        assert answer.headers["location"] == f"/api/rooms/{room.id}/members/{PEOPLE['stranger']}"
        assert names(room.ask("stranger", "GET", "members")) == (*IN, "Stranger")
        _, push = room.pushed("room", "member_joined")
        assert push["member"]["name"] == "Stranger"

    def test_a_member_already(self, room: Room) -> None:
        """Who is a member stays one, and nobody is told."""
        with room.unchanged():
            answer = room.ask("member", "POST", "members", json={})
            assert (answer.status_code, answer.json()["joined"]) == (200, False)
        room.pushed()

    def test_a_private_room(self, room: Room) -> None:
        """A room that isn't public doesn't exist for who has no invitation."""
        with room.unchanged():
            there = room.ask("stranger", "POST", "members")
            assert_problem(there, 404, "room_not_found")
        nowhere = Room(room.stack, room.dsn).ask("stranger", "POST", "members")
        assert nowhere.json() == there.json()

    def test_by_invitation(self, room: Room) -> None:
        """An invitation lets as many in as it is for."""
        invite = room.ask("mod", "POST", "invites", json={"max_uses": 1}).json()["invite"]
        body = {"invite": invite["code"]}
        assert room.ask("stranger", "POST", "members", json=body).status_code == 201
        room.ask("stranger", "DELETE", "members", PEOPLE["stranger"]).raise_for_status()
        with room.unchanged():
            answer = room.ask("stranger", "POST", "members", json=body)
            assert_problem(answer, 404, "invite_not_found")

    def test_a_banned_person(self, room: Room) -> None:
        """Who is banned joins neither a public room nor by an invitation, which stays unused."""
        make_public(room)
        invite = room.ask("mod", "POST", "invites", json={"max_uses": 1}).json()["invite"]
        with room.unchanged():
            for body in ({}, {"invite": invite["code"]}):
                answer = room.ask("banned", "POST", "members", json=body)
                assert_problem(answer, 403, "banned")

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"invite": "x"}, 404, "invite_not_found"),
            ({"invite": ""}, 404, "invite_not_found"),
            ({"invite": "x" * 200_000}, 404, "invite_not_found"),
            ({"invite": "\0"}, 422, "invalid_request"),
            ({"invite": 5}, 422, "invalid_request"),
            ({"code": "x"}, 422, "field_unknown"),
            ([], 422, "invalid_request"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_bad_input(self, room: Room, body: Any, status: int, code: str) -> None:
        """What is no invitation to this room lets nobody in, not even when it is public."""
        make_public(room)
        with room.unchanged():
            assert_problem(room.ask("stranger", "POST", "members", json=body), status, code)


class TestRead:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in sees a member."""
        assert_problem(room.ask(None, "GET", "members", PEOPLE["mod"]), 401, "token_missing")

    def test_a_member(self, room: Room) -> None:
        """One member is shown as in the list."""
        answer = room.ask("member", "GET", "members", PEOPLE["mod"])
        assert answer.json()["member"] == room.ask("member", "GET", "members").json()["members"][2]
        assert answer.headers["etag"] == '"1"'

    def test_who_is_none(self, room: Room) -> None:
        """Who is not in the room is no member, whether they exist or not."""
        for user in (PEOPLE["stranger"], uuid4()):
            answer = room.ask("member", "GET", "members", user)
            assert_problem(answer, 404, "member_not_found")
        assert_problem(room.ask("member", "GET", "members", "me"), 422, "invalid_request")

    def test_a_stranger(self, room: Room) -> None:
        """A stranger learns nothing."""
        answer = room.ask("stranger", "GET", "members", PEOPLE["mod"])
        assert_problem(answer, 404, "room_not_found")


class TestRemove:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in puts anybody out."""
        with room.unchanged():
            answer = room.ask(None, "DELETE", "members", PEOPLE["member"])
            assert_problem(answer, 401, "token_missing")

    def test_leaving(self, room: Room) -> None:
        """A member leaves, and those who watch hear."""
        answer = room.ask("mod", "DELETE", "members", PEOPLE["mod"])
        assert answer.json() == {"removed": str(PEOPLE["mod"])}
        assert names(room.ask("owner", "GET", "members")) == ("Owner", "Admin", "Member")
        (push,) = room.pushed("member_left")
        assert push["user_id"] == str(PEOPLE["mod"])
        assert_problem(room.ask("mod", "GET"), 404, "room_not_found")

    def test_kicking(self, room: Room) -> None:
        """Who is put out is out of the call, too, and of what this process remembers."""
        room.call("member")
        mine = {"room_id": str(room.id)}
        assert room.stack.participants("member", **mine).is_success
        room.ask("mod", "DELETE", "members", PEOPLE["member"]).raise_for_status()
        assert room.in_call("member") is None
        assert_problem(room.stack.participants("member", **mine), 404, "room_not_found")

    def test_roles_are_lost(self, room: Room) -> None:
        """Who comes back starts with no role."""
        make_public(room)
        room.ask("admin", "DELETE", "members", PEOPLE["mod"]).raise_for_status()
        assert room.ask("mod", "POST", "members").json()["me"]["roles"] == []

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not kick is told what they lack."""
        with room.unchanged():
            answer = room.ask("member", "DELETE", "members", PEOPLE["mod"])
            assert_problem(answer, 403, "missing_permission")

    @pytest.mark.parametrize("target", ["admin", "owner"])
    def test_who_stands_higher(self, room: Room, target: str) -> None:
        """Nobody puts out who stands above them."""
        with room.unchanged():
            answer = room.ask("mod", "DELETE", "members", PEOPLE[target])
            assert_problem(answer, 403, "member_too_high")

    def test_an_equal(self, room: Room) -> None:
        """Nobody puts out who stands beside them."""
        room.ask(
            *("owner", "PUT", "members", PEOPLE["member"], "roles"),
            json={"roles": [str(room.moderator)]},
        ).raise_for_status()
        with room.unchanged():
            answer = room.ask("mod", "DELETE", "members", PEOPLE["member"])
            assert_problem(answer, 403, "member_too_high")

    def test_the_owner(self, room: Room) -> None:
        """The owner doesn't leave a room that would be nobody's."""
        with room.unchanged():
            answer = room.ask("owner", "DELETE", "members", PEOPLE["owner"])
            assert_problem(answer, 409, "owner_must_stay")

    def test_who_is_no_member(self, room: Room) -> None:
        """Who isn't in the room isn't put out."""
        with room.unchanged():
            for user in (PEOPLE["stranger"], PEOPLE["banned"], uuid4()):
                answer = room.ask("mod", "DELETE", "members", user)
                assert_problem(answer, 404, "member_not_found")
            answer = room.ask("stranger", "DELETE", "members", PEOPLE["stranger"])
            assert_problem(answer, 404, "room_not_found")


class TestRoles:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in gives roles."""
        with room.unchanged():
            assert_problem(give(room, None, "member"), 401, "token_missing")

    def test_the_full_set(self, room: Room) -> None:
        """The roles that a member is to have replace those that they had, and that is pushed."""
        answer = give(room, "owner", "mod", room.helper, room.admin, room.admin)
        member = answer.json()["member"]
        assert member["roles"] == [str(room.admin), str(room.helper)]
        assert [badge["label"] for badge in member["badges"]] == ["Admin", "Helper"]
        assert answer.headers["etag"] == '"2"'
        (push,) = room.pushed("member")
        assert (push["member"], push["version"]) == (member, 2)
        assert give(room, "owner", "mod").json()["member"]["roles"] == []

    def test_badges_reach_who_is_in_voice(self, room: Room) -> None:
        """Who is speaking shows the new badge at once: in LiveKit, in presence, to who watches."""
        room.call("member")
        give(room, "owner", "member", room.moderator).raise_for_status()
        there = room.in_call("member")
        assert there is not None
        assert "gavel" in there.attributes["badges"]
        (channel,) = room.stack.participants("owner", room_id=str(room.id)).json()["channels"]
        assert "gavel" in channel["participants"][0]["attributes"]["badges"]
        *_, said = [b for b in room.stack.broadcasts() if b["payload"].get("type") == "updated"]
        assert said["topic"] == f"room:{room.id}"
        assert "gavel" in said["payload"]["participant"]["attributes"]["badges"]

    def test_a_role_too_high(self, room: Room) -> None:
        """Nobody gives the role they have, or a higher one; what stays is not asked about."""
        with room.unchanged():
            for role in (room.moderator, room.admin):
                assert_problem(give(room, "mod", "member", role), 403, "role_too_high")
        assert give(room, "mod", "mod", room.moderator, room.helper).is_success

    def test_a_member_too_high(self, room: Room) -> None:
        """Nobody changes the roles of who stands above them."""
        with room.unchanged():
            for person in ("owner", "admin"):
                assert_problem(give(room, "mod", person), 403, "member_too_high")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage roles doesn't take any, from themselves or others."""
        with room.unchanged():
            answer = give(room, "member", "member", room.helper)
            assert_problem(answer, 403, "missing_permission")

    def test_a_permission_that_one_lacks(self, room: Room) -> None:
        """A role below one's own that may more is not given."""
        room.sql("update public.room_roles set permissions = 32 where id = $1", room.helper)
        with room.unchanged():
            answer = give(room, "mod", "member", room.helper)
            assert_problem(answer, 403, "permission_not_yours")

    def test_an_old_version(self, room: Room) -> None:
        """Roles meant for an old version are not given."""
        with room.unchanged():
            answer = give(room, "owner", "member", room.helper, if_match='"4"')
            assert_problem(answer, 412, "version_mismatch")

    def test_unknown_ones(self, room: Room) -> None:
        """Another room's role, or nobody's, is given to nobody; @everyone is everybody's."""
        with room.unchanged():
            for role in (MODERATOR, uuid4()):
                answer = give(room, "owner", "member", room.helper, role)
                assert_problem(answer, 404, "role_not_found")
            assert_problem(give(room, "owner", "member", room.id), 409, "everyone_fixed")
            assert_problem(give(room, "owner", "stranger"), 404, "member_not_found")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "invalid_request"),
            ({"roles": None}, "invalid_request"),
            ({"roles": ["Admin"]}, "invalid_request"),
            ({"roles": [str(MODERATOR)] * 1001}, "invalid_request"),
            ({"roles": [], "reason": "x"}, "field_unknown"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_bad_input(self, room: Room, body: Any, code: str) -> None:
        """What is no list of roles changes nobody's."""
        with room.unchanged():
            answer = room.ask("owner", "PUT", "members", PEOPLE["mod"], "roles", json=body)
            assert_problem(answer, 422, code)


def give(room: Room, who: str | None, whom: str, *roles: Any, if_match: str = "") -> Any:
    """Gives a demo person these roles."""
    body = {"roles": [str(role) for role in roles]}
    path = ("members", PEOPLE[whom], "roles")
    return room.ask(who, "PUT", *path, if_match=if_match, json=body)

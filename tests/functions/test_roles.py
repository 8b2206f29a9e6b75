"""/api/rooms/{room_id}/roles: badges, colours, permissions and the order of roles."""

from typing import Any
from uuid import uuid4

import pytest

from local.community import MODERATOR, PEOPLE
from tests.problems import assert_problem
from tests.stack import Room

BAD_VALUES = [
    ({"name": ""}, "name_invalid"),
    ({"name": "x" * 101}, "name_invalid"),
    ({"name": "a\u202eb"}, "name_invalid"),
    ({"name": "a\u200bb"}, "name_invalid"),
    ({"name": "\u0007"}, "name_invalid"),
    ({"icon": "sword"}, "icon_invalid"),
    ({"icon": "⭐⭐"}, "icon_invalid"),
    ({"icon": ""}, "icon_invalid"),
    ({"icon": "x" * 200_000}, "icon_invalid"),
    ({"icon": "crown"}, "icon_reserved"),
    ({"icon": "👑"}, "icon_reserved"),
    ({"color": "red"}, "color_invalid"),
    ({"color": "#12345"}, "color_invalid"),
    ({"permissions": "x"}, "permissions_invalid"),
    ({"permissions": "-1"}, "permissions_invalid"),
    ({"permissions": "1.5"}, "permissions_invalid"),
    ({"permissions": ""}, "permissions_invalid"),
    ({"permissions": "64"}, "permissions_unknown"),
    ({"permissions": "9" * 40}, "permissions_unknown"),
    ({"permissions": 8}, "invalid_request"),
    ({"position": 9}, "field_unknown"),
]


def names(answer: Any) -> list[str]:
    """Returns the names of the roles in an answer, the highest first."""
    return [role["name"] for role in answer.raise_for_status().json()["roles"]]


def short(value: Any) -> str:
    """Returns the name of a case."""
    return ascii(value)[:40]


class TestList:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in sees roles."""
        assert_problem(room.ask(None, "GET", "roles"), 401, "token_missing")

    def test_a_member(self, room: Room) -> None:
        """The highest role comes first and @everyone, which has the room's id, last."""
        answer = room.ask("member", "GET", "roles")
        assert names(answer) == ["Admin", "Moderator", "Helper", "@everyone"]
        roles = answer.json()["roles"]
        assert [role["position"] for role in roles] == [3, 2, 1, 0]
        assert roles[-1]["id"] == str(room.id)
        assert roles[0]["permissions"] == "8"
        assert answer.headers["etag"] == '"1"'
        assert room.stack.billed() == 0

    def test_contrast(self, room: Room) -> None:
        """A colour that is hard to read is said to be, not refused."""
        room.ask("owner", "PATCH", "roles", room.helper, json={"color": "#FFFFFF"})
        helper = room.ask("member", "GET", "roles").json()["roles"][2]
        assert helper["color"] == "#ffffff"
        assert helper["contrast"]["light"] == 1
        assert helper["contrast"]["dark"] > 10

    def test_a_stranger(self, room: Room) -> None:
        """A stranger learns nothing."""
        assert_problem(room.ask("stranger", "GET", "roles"), 404, "room_not_found")


class TestCreate:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in makes a role."""
        with room.unchanged():
            assert_problem(
                room.ask(None, "POST", "roles", json={"name": "x"}), 401, "token_missing"
            )

    def test_just_above_everyone(self, room: Room) -> None:
        """A new role stands just above @everyone, whoever makes it, and that is pushed."""
        body = {"name": "Artist", "icon": "🎨", "color": "#ABCDEF", "permissions": "1"}
        answer = room.ask("mod", "POST", "roles", json=body)
        assert answer.status_code == 201, answer.text
        made = answer.json()["role"]
        assert made.items() >= (body | {"color": "#abcdef", "position": 1}).items()
        assert names(answer) == ["Admin", "Moderator", "Helper", "Artist", "@everyone"]
        assert answer.headers["location"] == f"/api/rooms/{room.id}/roles/{made['id']}"
        (push,) = room.pushed("roles")
        assert push["roles"] == answer.json()["roles"]

    def test_only_a_name(self, room: Room) -> None:
        """A role with only a name has no badge, no colour and no permission."""
        made = room.ask("owner", "POST", "roles", json={"name": "x"}).json()["role"]
        bare = {"icon": None, "color": None, "contrast": None, "permissions": "0"}
        assert made.items() >= bare.items()

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage roles makes none."""
        with room.unchanged():
            answer = room.ask("member", "POST", "roles", json={"name": "x"})
            assert_problem(answer, 403, "missing_permission")

    def test_a_permission_that_one_lacks(self, room: Room) -> None:
        """Nobody makes a role that may more than they do."""
        with room.unchanged():
            for permissions in ("8", "16", "268435488"):
                body = {"name": "x", "permissions": permissions}
                answer = room.ask("mod", "POST", "roles", json=body)
                assert_problem(answer, 403, "permission_not_yours")

    def test_an_old_version(self, room: Room) -> None:
        """A role meant for an old version is not made."""
        with room.unchanged():
            answer = room.ask("owner", "POST", "roles", if_match='"2"', json={"name": "x"})
            assert_problem(answer, 412, "version_mismatch")

    @pytest.mark.parametrize(("values", "code"), BAD_VALUES, ids=short)
    def test_bad_input(self, room: Room, values: dict[str, Any], code: str) -> None:
        """A value that can't be is refused by name."""
        with room.unchanged():
            answer = room.ask("owner", "POST", "roles", json={"name": "x"} | values)
            assert_problem(answer, 422, code)

    def test_a_megabyte(self, room: Room) -> None:
        """A megabyte of text is refused before it is read."""
        with room.unchanged():
            answer = room.ask("owner", "POST", "roles", json={"name": "x" * 2**20})
            assert_problem(answer, 413, "body_too_large")

    def test_two_hundred_and_fifty(self, room: Room) -> None:
        """A room has at most 250 roles besides @everyone."""
        room.sql(
            "insert into public.room_roles (room_id, name, position) "
            "select $1, 'r', n from generate_series(4, 250) as n",
            room.id,
        )
        with room.unchanged():
            answer = room.ask("owner", "POST", "roles", json={"name": "x"})
            assert_problem(answer, 409, "roles_full")


def order(room: Room, who: str | None, *roles: Any, if_match: str = "") -> Any:
    """Asks for this order, the highest first."""
    body = {"order": [str(role) for role in roles]}
    return room.ask(who, "PUT", "roles", if_match=if_match, json=body)


class TestOrder:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in orders roles."""
        with room.unchanged():
            assert_problem(order(room, None), 401, "token_missing")

    def test_the_whole_order(self, room: Room) -> None:
        """The order is changed in one step and pushed, with the colours and badges it brings."""
        answer = order(room, "owner", room.helper, room.admin, room.moderator)
        assert set(answer.json()) == {"roles", "version"}
        assert names(answer) == ["Helper", "Admin", "Moderator", "@everyone"]
        room.pushed("roles")

    def test_at_or_above_ones_own(self, room: Room) -> None:
        """Nobody moves their own role, a higher one, or a lower one up to it."""
        with room.unchanged():
            for given in (
                (room.moderator, room.admin, room.helper),
                (room.admin, room.helper, room.moderator),
            ):
                assert_problem(order(room, "mod", *given), 403, "role_too_high")

    def test_below_ones_own(self, room: Room) -> None:
        """What stands lower is ordered freely."""
        made = room.ask("mod", "POST", "roles", json={"name": "Artist"}).json()["role"]
        answer = order(room, "mod", room.admin, room.moderator, made["id"], room.helper)
        assert names(answer) == ["Admin", "Moderator", "Artist", "Helper", "@everyone"]

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage roles orders none."""
        with room.unchanged():
            answer = order(room, "member", room.admin, room.moderator, room.helper)
            assert_problem(answer, 403, "missing_permission")

    def test_an_old_version(self, room: Room) -> None:
        """Of two orders at once, the second is told to read again."""
        order(room, "owner", room.helper, room.admin, room.moderator, if_match='"1"')
        with room.unchanged():
            answer = order(room, "admin", room.admin, room.moderator, room.helper, if_match='"1"')
            assert_problem(answer, 412, "version_mismatch")

    def test_no_whole_order(self, room: Room) -> None:
        """An order that lacks a role, or has one twice, @everyone or another room's, is none."""
        roles = (room.admin, room.moderator, room.helper)
        with room.unchanged():
            for given in (
                *((), roles[:2], (*roles, room.id), (*roles, room.helper), (*roles[:2], roles[0])),
                *((*roles[:2], MODERATOR), (*roles, uuid4())),
            ):
                assert_problem(order(room, "owner", *given), 422, "order_invalid")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "invalid_request"),
            ({"order": None}, "invalid_request"),
            ({"order": [1]}, "invalid_request"),
            ({"order": [str(MODERATOR)] * 1001}, "invalid_request"),
            ({"order": [], "first": 1}, "field_unknown"),
        ],
        ids=short,
    )
    def test_bad_input(self, room: Room, body: Any, code: str) -> None:
        """What is no list of ids is refused."""
        with room.unchanged():
            assert_problem(room.ask("owner", "PUT", "roles", json=body), 422, code)


def edit(room: Room, who: str | None, role: Any, if_match: str = "", **changes: Any) -> Any:
    """Changes a role."""
    return room.ask(who, "PATCH", "roles", role, if_match=if_match, json=changes)


class TestEdit:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in changes a role."""
        with room.unchanged():
            assert_problem(edit(room, None, room.helper, name="x"), 401, "token_missing")

    def test_what_is_omitted_stays(self, room: Room) -> None:
        """A change of one field leaves the others, and a null takes a badge away."""
        answer = edit(room, "admin", room.moderator, icon=None)
        assert set(answer.json()) == {"role", "roles", "version"}
        changed = answer.json()["role"]
        assert changed.items() >= {"name": "Moderator", "icon": None, "color": "#2ecc71"}.items()
        assert changed["permissions"] != "0"
        assert room.ask("member", "GET", "members", PEOPLE["mod"]).json()["member"]["badges"] == []
        room.pushed("roles")

    def test_it_reaches_who_is_in_voice(self, room: Room) -> None:
        """Who has the role and is speaking shows the new badge at once."""
        room.call("mod")
        edit(room, "admin", room.moderator, icon="star").raise_for_status()
        there = room.in_call("mod")
        assert there is not None
        assert "star" in there.attributes["badges"]

    def test_everyone(self, room: Room) -> None:
        """Of @everyone the permissions can be changed, and nothing else."""
        assert edit(room, "admin", room.id, permissions="1024").is_success
        with room.unchanged():
            for change in ({"name": "all"}, {"icon": "star"}, {"color": None}):
                assert_problem(edit(room, "owner", room.id, **change), 409, "everyone_fixed")

    def test_everyone_by_who_has_less(self, room: Room) -> None:
        """Nobody gives everyone what they lack."""
        with room.unchanged():
            answer = edit(room, "mod", room.id, permissions="8")
            assert_problem(answer, 403, "permission_not_yours")

    def test_a_role_too_high(self, room: Room) -> None:
        """Nobody changes the role they have, or a higher one."""
        with room.unchanged():
            for role in (room.moderator, room.admin):
                assert_problem(edit(room, "mod", role, name="x"), 403, "role_too_high")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage roles changes none."""
        with room.unchanged():
            answer = edit(room, "member", room.helper, permissions="0")
            assert_problem(answer, 403, "missing_permission")

    def test_unknown_ones(self, room: Room) -> None:
        """Another room's role is not found, even by who may change it there."""
        with room.unchanged():
            for role in (MODERATOR, uuid4()):
                assert_problem(edit(room, "owner", role, name="x"), 404, "role_not_found")
            assert_problem(edit(room, "owner", "admin", name="x"), 422, "invalid_request")

    def test_an_old_version(self, room: Room) -> None:
        """A change meant for an old version isn't made."""
        with room.unchanged():
            answer = edit(room, "owner", room.helper, if_match='"3"', name="x")
            assert_problem(answer, 412, "version_mismatch")

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            *BAD_VALUES,
            ({"name": None}, "name_invalid"),
            ({"permissions": None}, "permissions_invalid"),
        ],
        ids=short,
    )
    def test_bad_input(self, room: Room, values: dict[str, Any], code: str) -> None:
        """Half of a bad change isn't made either."""
        with room.unchanged():
            answer = edit(room, "owner", room.helper, **({"color": "#000000"} | values))
            assert_problem(answer, 422, code)


class TestDelete:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in deletes a role."""
        with room.unchanged():
            answer = room.ask(None, "DELETE", "roles", room.helper)
            assert_problem(answer, 401, "token_missing")

    def test_an_unused_one(self, room: Room) -> None:
        """A role that nobody has goes at once; those above move down."""
        answer = room.ask("mod", "DELETE", "roles", room.helper)
        assert answer.json()["deleted"] == str(room.helper)
        assert [role["position"] for role in answer.json()["roles"]] == [2, 1, 0]
        room.pushed("roles")

    def test_one_that_members_have(self, room: Room) -> None:
        """A role that members have goes only where that is meant; they keep their others."""
        path = ("members", PEOPLE["mod"], "roles")
        room.ask("owner", "PUT", *path, json={"roles": [str(room.moderator), str(room.helper)]})
        with room.unchanged():
            answer = room.ask("admin", "DELETE", "roles", room.moderator)
            assert "(1)" in assert_problem(answer, 409, "role_in_use")["detail"]
        answer = room.ask("admin", "DELETE", "roles", room.moderator, params={"force": "true"})
        assert names(answer) == ["Admin", "Helper", "@everyone"]
        mod = room.ask("member", "GET", "members", PEOPLE["mod"]).json()["member"]
        assert mod["roles"] == [str(room.helper)]

    def test_everyone(self, room: Room) -> None:
        """@everyone stays."""
        with room.unchanged():
            answer = room.ask("owner", "DELETE", "roles", room.id, params={"force": "true"})
            assert_problem(answer, 409, "everyone_fixed")

    def test_a_role_too_high(self, room: Room) -> None:
        """Nobody deletes the role they have, or a higher one."""
        with room.unchanged():
            for role in (room.moderator, room.admin):
                answer = room.ask("mod", "DELETE", "roles", role, params={"force": "true"})
                assert_problem(answer, 403, "role_too_high")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage roles deletes none."""
        with room.unchanged():
            answer = room.ask("member", "DELETE", "roles", room.helper)
            assert_problem(answer, 403, "missing_permission")

    def test_unknown_ones(self, room: Room) -> None:
        """Another room's role is not found."""
        for role in (MODERATOR, uuid4()):
            answer = room.ask("owner", "DELETE", "roles", role, params={"force": "true"})
            assert_problem(answer, 404, "role_not_found")

    def test_an_old_version(self, room: Room) -> None:
        """A role of a room that has changed since stays."""
        with room.unchanged():
            answer = room.ask("owner", "DELETE", "roles", room.helper, if_match='"6"')
            assert_problem(answer, 412, "version_mismatch")

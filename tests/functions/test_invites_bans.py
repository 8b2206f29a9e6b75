"""Invitations and bans: who comes in, and who may not."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.community import PEOPLE
from tests.problems import assert_problem
from tests.stack import Room

CODE = {"code", "expires_at", "max_uses", "uses", "created_by", "created_at"}


def invite(room: Room, who: str = "mod", **body: Any) -> dict[str, Any]:
    """Makes an invitation."""
    answer = room.ask(who, "POST", "invites", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["invite"]
    return made


def look_up(room: Room, who: str | None, code: str) -> httpx.Response:
    """Asks what an invitation leads to."""
    headers = room.stack.bearer(who) if who else {}
    return room.stack.api.get(f"/api/invites/{code}", headers=headers)


def codes(room: Room) -> list[str]:
    """Returns the codes of the room's invitations, the newest first."""
    return [i["code"] for i in room.ask("admin", "GET", "invites").json()["invites"]]


class TestInvites:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in sees invitations."""
        assert_problem(room.ask(None, "GET", "invites"), 401, "token_missing")

    def test_who_manages_the_room(self, room: Room) -> None:
        """Who manages the room sees all invitations that hold, and no others."""
        first, second = invite(room), invite(room, "member", max_uses=3)
        ended = invite(room)
        room.sql("update public.room_invites set expires_at = now() where code = $1", ended["code"])
        found = room.ask("admin", "GET", "invites").json()["invites"]
        assert found == [second, first]

    def test_who_does_not(self, room: Room) -> None:
        """Others don't see whom others invited."""
        assert_problem(room.ask("mod", "GET", "invites"), 403, "missing_permission")
        assert_problem(room.ask("stranger", "GET", "invites"), 404, "room_not_found")


class TestInvite:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in invites."""
        with room.unchanged():
            assert_problem(room.ask(None, "POST", "invites"), 401, "token_missing")

    def test_without_wishes(self, room: Room) -> None:
        """An invitation lasts a day and any number of uses, unless said otherwise."""
        answer = room.ask("member", "POST", "invites")
        made = answer.json()["invite"]
        assert set(made) == CODE
        assert made["expires_at"] - made["created_at"] == 86_400_000
        assert (made["max_uses"], made["uses"]) == (None, 0)
        assert answer.headers["location"] == f"/api/invites/{made['code']}"
        assert len(made["code"]) >= 11

    def test_for_ever(self, room: Room) -> None:
        """An invitation can hold for ever."""
        assert invite(room, expires_in_s=None, max_uses=1)["expires_at"] is None

    def test_without_the_permission(self, room: Room) -> None:
        """Where everyone may not invite, members don't."""
        room.ask("owner", "PATCH", "roles", room.id, json={"permissions": "1024"})
        with room.unchanged():
            answer = room.ask("member", "POST", "invites")
            assert_problem(answer, 403, "missing_permission")

    def test_a_stranger(self, room: Room) -> None:
        """A stranger learns nothing."""
        assert_problem(room.ask("stranger", "POST", "invites"), 404, "room_not_found")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"expires_in_s": 59}, "invite_options_invalid"),
            ({"expires_in_s": 604_801}, "invite_options_invalid"),
            ({"expires_in_s": -1}, "invite_options_invalid"),
            ({"max_uses": 0}, "invite_options_invalid"),
            ({"max_uses": 1001}, "invite_options_invalid"),
            ({"max_uses": 10**30}, "invalid_request"),
            ({"max_uses": 1.5}, "invalid_request"),
            ({"max_uses": "5"}, "invalid_request"),
            ({"max_uses": True}, "invalid_request"),
            ({"code": "x"}, "field_unknown"),
        ],
        ids=str,
    )
    def test_bad_input(self, room: Room, body: dict[str, Any], code: str) -> None:
        """What no invitation can be is refused."""
        with room.unchanged():
            assert_problem(room.ask("owner", "POST", "invites", json=body), 422, code)

    def test_a_hundred(self, room: Room) -> None:
        """A room has at most 100 invitations that hold."""
        room.sql(
            "insert into public.room_invites (code, room_id) "
            "select $1::uuid || n::text, $1 from generate_series(1, 100) as n",
            room.id,
        )
        with room.unchanged():
            assert_problem(room.ask("owner", "POST", "invites"), 409, "invites_full")


class TestTakeBack:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in takes an invitation back."""
        made = invite(room)
        with room.unchanged():
            assert_problem(room.ask(None, "DELETE", "invites", made["code"]), 401, "token_missing")

    @pytest.mark.parametrize("who", ["member", "admin"])
    def test_ones_own_and_who_manages(self, room: Room, who: str) -> None:
        """Who made it takes it back, and who manages the room."""
        made = invite(room, "member")
        answer = room.ask(who, "DELETE", "invites", made["code"])
        assert answer.json() == {"deleted": made["code"]}
        assert codes(room) == []

    def test_anothers(self, room: Room) -> None:
        """Another's invitation stays."""
        made = invite(room, "member")
        with room.unchanged():
            answer = room.ask("mod", "DELETE", "invites", made["code"])
            assert_problem(answer, 403, "missing_permission")

    @pytest.mark.parametrize(
        ("code", "status", "said"),
        [
            ("x", 404, "invite_not_found"),
            ("%F0%9F%91%91", 404, "invite_not_found"),
            ("%FF", 404, "invite_not_found"),
            ("x" * 4000, 404, "invite_not_found"),
            ("%00", 422, "invalid_request"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_unknown_ones(self, room: Room, code: str, status: int, said: str) -> None:
        """What is no invitation to this room is not found."""
        with room.unchanged():
            assert_problem(room.ask("owner", "DELETE", "invites", code), status, said)


class TestLookUp:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in looks an invitation up."""
        assert_problem(look_up(room, None, invite(room)["code"]), 401, "token_missing")

    def test_a_stranger(self, room: Room) -> None:
        """Who was invited sees where to, and no more than that."""
        answer = look_up(room, "stranger", invite(room)["code"])
        assert answer.json() == {
            "room": {"id": str(room.id), "name": "Test"},
            "members": 4,
            "joined": False,
        }

    def test_a_member(self, room: Room) -> None:
        """A member is told that they are one."""
        assert look_up(room, "member", invite(room)["code"]).json()["joined"] is True

    @pytest.mark.parametrize(
        ("code", "status", "said"),
        [
            ("x", 404, "invite_not_found"),
            ("%00", 422, "invalid_request"),
            ("", 404, "not_found"),
        ],
    )
    def test_unknown_ones(self, room: Room, code: str, status: int, said: str) -> None:
        """What is no invitation leads nowhere."""
        assert_problem(look_up(room, "stranger", code), status, said)

    def test_guesses_are_limited(self, room: Room) -> None:
        """Whoever tries codes is stopped, by the limit of writes."""
        answers = [look_up(room, "stranger", f"guess{n}").status_code for n in range(61)]
        assert answers == [404] * 60 + [429]


class TestBans:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in sees who is banned."""
        assert_problem(room.ask(None, "GET", "bans"), 401, "token_missing")

    def test_who_may_ban(self, room: Room) -> None:
        """Who may ban sees who is, and why."""
        (ban,) = room.ask("mod", "GET", "bans").json()["bans"]
        assert set(ban) == {"user_id", "name", "reason", "banned_by", "created_at"}
        assert (ban["name"], ban["reason"]) == ("Banned", "spam")

    def test_who_may_not(self, room: Room) -> None:
        """Others don't see who is banned."""
        assert_problem(room.ask("member", "GET", "bans"), 403, "missing_permission")
        assert_problem(room.ask("banned", "GET", "bans"), 404, "room_not_found")


class TestBan:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in bans."""
        with room.unchanged():
            answer = room.ask(None, "PUT", "bans", PEOPLE["member"])
            assert_problem(answer, 401, "token_missing")

    def test_a_member(self, room: Room) -> None:
        """Who is banned is out of the room and of the call, and those who watch hear."""
        room.call("member")
        answer = room.ask("mod", "PUT", "bans", PEOPLE["member"], json={"reason": " rude "})
        ban = answer.json()["ban"]
        assert ban.items() >= {"reason": "rude", "banned_by": str(PEOPLE["mod"])}.items()
        assert room.in_call("member") is None
        room.pushed("member_left", "bans")
        assert_problem(room.ask("member", "GET"), 404, "room_not_found")
        assert_problem(room.ask("member", "POST", "members"), 404, "room_not_found")

    def test_who_is_no_member_yet(self, room: Room) -> None:
        """Somebody can be banned before they come; no member left, and who bans hears."""
        answer = room.ask("mod", "PUT", "bans", PEOPLE["stranger"])
        assert answer.json()["ban"]["reason"] is None
        code = invite(room)["code"]
        joining = room.ask("stranger", "POST", "members", json={"invite": code})
        assert_problem(joining, 403, "banned")
        room.pushed("bans", "invites")

    def test_again(self, room: Room) -> None:
        """A second ban changes the reason."""
        room.ask("mod", "PUT", "bans", PEOPLE["banned"], json={"reason": "again"})
        (ban,) = room.ask("mod", "GET", "bans").json()["bans"]
        assert ban["reason"] == "again"

    def test_who_stands_higher(self, room: Room) -> None:
        """Nobody bans who stands above them, beside them, or themselves."""
        with room.unchanged():
            for person in ("owner", "admin", "mod"):
                answer = room.ask("mod", "PUT", "bans", PEOPLE[person])
                assert_problem(answer, 403, "member_too_high")

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not ban bans nobody, a stranger among them."""
        with room.unchanged():
            answer = room.ask("member", "PUT", "bans", PEOPLE["stranger"])
            assert_problem(answer, 403, "missing_permission")
            answer = room.ask("stranger", "PUT", "bans", PEOPLE["member"])
            assert_problem(answer, 404, "room_not_found")

    def test_nobody(self, room: Room) -> None:
        """Who doesn't exist isn't banned."""
        with room.unchanged():
            assert_problem(room.ask("mod", "PUT", "bans", uuid4()), 404, "user_not_found")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"reason": "x" * 501}, "reason_too_long"),
            ({"reason": "x" * 200_000}, "reason_too_long"),
            ({"reason": "\0"}, "invalid_request"),
            ({"reason": 5}, "invalid_request"),
            ({"until": 5}, "field_unknown"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_bad_input(self, room: Room, body: dict[str, Any], code: str) -> None:
        """A ban that can't be leaves the member where they are."""
        with room.unchanged():
            answer = room.ask("mod", "PUT", "bans", PEOPLE["member"], json=body)
            assert_problem(answer, 422, code)


class TestUnban:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in lifts a ban."""
        with room.unchanged():
            answer = room.ask(None, "DELETE", "bans", PEOPLE["banned"])
            assert_problem(answer, 401, "token_missing")

    def test_who_may_ban(self, room: Room) -> None:
        """Who may ban lifts bans; the other may come back by an invitation."""
        answer = room.ask("mod", "DELETE", "bans", PEOPLE["banned"])
        assert answer.json() == {"unbanned": str(PEOPLE["banned"])}
        body = {"invite": invite(room)["code"]}
        assert room.ask("banned", "POST", "members", json=body).status_code == 201

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not ban lifts no ban, not even their own."""
        with room.unchanged():
            answer = room.ask("member", "DELETE", "bans", PEOPLE["banned"])
            assert_problem(answer, 403, "missing_permission")
            answer = room.ask("banned", "DELETE", "bans", PEOPLE["banned"])
            assert_problem(answer, 404, "room_not_found")

    def test_who_is_not_banned(self, room: Room) -> None:
        """There is no ban to lift of who isn't banned."""
        answer = room.ask("mod", "DELETE", "bans", PEOPLE["member"])
        assert_problem(answer, 404, "ban_not_found")

"""/api/rooms and /api/rooms/{room_id}: rooms, their owners, their end."""

from typing import Any
from uuid import uuid4

import pytest

from local.community import PEOPLE, ROOM
from tests.problems import assert_problem
from tests.stack import Room, Stack

WHOLE = {"room", "channels", "roles", "me", "version"}


def mine(stack: Stack, person: str) -> list[dict[str, Any]]:
    """Returns the rooms of a demo person."""
    answer = stack.api.get("/api/rooms", headers=stack.bearer(person)).raise_for_status()
    rooms: list[dict[str, Any]] = answer.json()["rooms"]
    return rooms


class TestList:
    def test_anonymous(self, stack: Stack) -> None:
        """Nobody who isn't signed in has rooms."""
        assert_problem(stack.api.get("/api/rooms"), 401, "token_missing")

    def test_a_member(self, stack: Stack, room: Room) -> None:
        """A member's rooms come in the order of joining, and cost no Redis command."""
        found = mine(stack, "member")
        assert {str(ROOM), str(room.id)} <= {shown["id"] for shown in found}
        shown = next(shown for shown in found if shown["id"] == str(room.id))
        assert shown.items() >= {"name": "Test", "public": False, "version": 1}.items()
        assert shown["owner_id"] == str(PEOPLE["owner"])
        assert stack.billed() == 0

    def test_a_stranger(self, stack: Stack) -> None:
        """Who is in no room has none."""
        assert mine(stack, "stranger") == []


@pytest.fixture
def made(stack: Stack, migrated_dsn: str) -> Any:
    """Makes rooms through the API that end with the test."""
    answers = []

    def make(person: str, **body: Any) -> Any:
        answer = stack.api.post("/api/rooms", json=body, headers=stack.bearer(person))
        answers.append(answer)
        return answer

    yield make
    for answer in answers:
        if answer.status_code == 201:
            Room(stack, migrated_dsn, id=answer.json()["room"]["id"]).delete()


class TestCreate:
    def test_anonymous(self, stack: Stack) -> None:
        """Nobody who isn't signed in makes a room."""
        assert_problem(stack.api.post("/api/rooms", json={"name": "x"}), 401, "token_missing")

    def test_anybody(self, stack: Stack, made: Any) -> None:
        """Who makes a room owns it, wears the crown, and may do everything in it."""
        answer = made("stranger", name="  Café  ")
        assert answer.status_code == 201, answer.text
        whole = answer.json()
        assert set(whole) == WHOLE
        assert whole["room"].items() >= {"name": "Café", "public": False}.items()
        assert answer.headers["location"] == f"/api/rooms/{whole['room']['id']}"
        assert answer.headers["etag"] == f'"{whole["version"]}"'
        assert [(c["name"], c["kind"]) for c in whole["channels"]] == [
            ("general", "text"),
            ("Lounge", "voice"),
        ]
        assert [role["id"] for role in whole["roles"]] == [whole["room"]["id"]]
        assert whole["me"]["badges"][0].items() >= {"icon": "crown", "label": "Owner"}.items()
        assert mine(stack, "stranger") == [whole["room"]]

    def test_public(self, made: Any) -> None:
        """A room is public if that is asked for."""
        assert made("stranger", name="x", public=True).json()["room"]["public"] is True

    @pytest.mark.parametrize("name", ["x", "x" * 100, "👩‍👩‍👧‍👦", "مرحبا", "नमस्ते", "a b"])
    def test_names(self, made: Any, name: str) -> None:
        """A name of 1 to 100 characters of any script is kept as it is."""
        assert made("stranger", name=name).json()["room"]["name"] == name

    @pytest.mark.parametrize(
        "name",
        ["", " ", "x" * 101, "x" * 200_000, "a\u202eb", "a\u200bb", "\u200d", "a\nb", "a\x7fb"],
        ids=lambda name: ascii(name)[:12],
    )
    def test_names_that_are_none(self, stack: Stack, made: Any, name: str) -> None:
        """A name that is too long, or can't be seen, or turns the text around it, is refused."""
        assert_problem(made("stranger", name=name), 422, "name_invalid")
        assert mine(stack, "stranger") == []

    @pytest.mark.parametrize("name", ["a\u0000b", "a\ud800b", None, 5, ["x"], {}], ids=ascii)
    def test_names_that_are_no_text(self, stack: Stack, name: Any) -> None:
        """What is no text, or none that can be stored, is an invalid request."""
        body = f'{{"name": {ascii_json(name)}}}'
        headers = stack.bearer("stranger") | {"Content-Type": "application/json"}
        answer = stack.api.post("/api/rooms", content=body, headers=headers)
        assert_problem(answer, 422, "invalid_request")
        assert mine(stack, "stranger") == []

    def test_a_megabyte(self, stack: Stack, made: Any) -> None:
        """A megabyte of text is refused before it is read."""
        assert_problem(made("stranger", name="x" * 2**20), 413, "body_too_large")
        assert mine(stack, "stranger") == []

    @pytest.mark.parametrize("body", [{"public": "yes"}, {"public": 1}, {"public": None}], ids=str)
    def test_publicity_is_a_boolean(self, made: Any, body: dict[str, Any]) -> None:
        """What is not true or false is not guessed at."""
        assert_problem(made("stranger", name="x", **body), 422, "invalid_request")

    def test_an_unknown_field(self, made: Any) -> None:
        """A field that means nothing is named, not passed over."""
        problem = assert_problem(made("stranger", name="x", icon="star"), 422, "field_unknown")
        assert "icon" in problem["detail"]

    def test_a_hundred_rooms(self, stack: Stack, room: Room, made: Any) -> None:
        """Nobody is in more than 100 rooms."""
        room.sql(
            "with made as (insert into public.rooms (name, owner_id) "
            "select 'full ' || n, $1 from generate_series(1, 100) as n returning id) "
            "insert into public.room_members (room_id, user_id) select id, $1 from made",
            PEOPLE["stranger"],
        )
        try:
            assert_problem(made("stranger", name="x"), 409, "rooms_full")
            assert len(mine(stack, "stranger")) == 100
        finally:
            room.sql("delete from public.rooms where name like 'full %'")


def ascii_json(value: Any) -> str:
    """Returns JSON that may have halves of surrogate pairs, escaped."""
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(character):04x}" for character in value) + '"'
    return {None: "null"}.get(value, str(value)) if not isinstance(value, dict | list) else "[]"


class TestRead:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in reads a room."""
        assert_problem(room.ask(None, "GET"), 401, "token_missing")

    def test_a_member(self, room: Room) -> None:
        """A member gets all that a front end shows, with its version as ETag, for no command."""
        answer = room.ask("member", "GET")
        assert answer.status_code == 200
        whole = answer.json()
        assert set(whole) == WHOLE
        assert answer.headers["etag"] == f'"{whole["version"]}"' == '"1"'
        assert [role["name"] for role in whole["roles"]] == [
            *("Admin", "Moderator", "Helper", "@everyone")
        ]
        assert whole["me"]["user_id"] == str(PEOPLE["member"])
        assert room.stack.billed() == 0

    @pytest.mark.parametrize("person", ["stranger", "banned"])
    def test_who_is_no_member(self, room: Room, person: str) -> None:
        """To who is no member, a room and none look alike."""
        there = room.ask(person, "GET")
        assert_problem(there, 404, "room_not_found")
        nowhere = Room(room.stack, room.dsn).ask(person, "GET")
        assert nowhere.json() == there.json()

    def test_what_is_no_id(self, room: Room) -> None:
        """An id that is none is an invalid request."""
        answer = room.stack.api.get("/api/rooms/lobby", headers=room.stack.bearer("member"))
        assert_problem(answer, 422, "invalid_request")


class TestEdit:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in changes a room."""
        with room.unchanged():
            assert_problem(room.ask(None, "PATCH", json={"name": "x"}), 401, "token_missing")

    def test_what_is_omitted_stays(self, room: Room) -> None:
        """A change of one field leaves the other, is the next version, and is pushed."""
        answer = room.ask("admin", "PATCH", json={"public": True})
        body = answer.json()
        assert body["room"].items() >= {"name": "Test", "public": True, "version": 2}.items()
        assert (body["version"], answer.headers["etag"]) == (2, '"2"')
        (push,) = room.pushed("room")
        assert (push["room"], push["version"]) == (body["room"], 2)

    def test_without_the_permission(self, room: Room) -> None:
        """Who may not manage the room is told what they lack."""
        with room.unchanged():
            answer = room.ask("mod", "PATCH", json={"name": "x"})
            assert "MANAGE_ROOM" in assert_problem(answer, 403, "missing_permission")["detail"]

    def test_a_stranger(self, room: Room) -> None:
        """A stranger learns nothing."""
        answer = room.ask("stranger", "PATCH", json={"name": "x"})
        assert_problem(answer, 404, "room_not_found")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"name": None}, "name_invalid"),
            ({"name": "x" * 101}, "name_invalid"),
            ({"name": "x", "public": "no"}, "invalid_request"),
            ({"name": "x", "owner_id": str(PEOPLE["member"])}, "field_unknown"),
            ({"name": "x", "version": 5}, "field_unknown"),
        ],
        ids=str,
    )
    def test_bad_input(self, room: Room, body: dict[str, Any], code: str) -> None:
        """Half of a bad change isn't made either."""
        with room.unchanged():
            assert_problem(room.ask("owner", "PATCH", json=body), 422, code)


class TestIfMatch:
    @pytest.mark.parametrize("given", ['"1"', 'W/"1"', "*"])
    def test_the_version(self, room: Room, given: str) -> None:
        """The version of the last answer, weak or strong, or any at all lets it happen."""
        answer = room.ask("owner", "PATCH", if_match=given, json={"name": "x"})
        assert answer.json()["version"] == 2

    def test_an_old_version(self, room: Room) -> None:
        """A change meant for an old version doesn't happen, and its repetition does."""
        room.ask("admin", "PATCH", json={"name": "First"}).raise_for_status()
        with room.unchanged():
            answer = room.ask("owner", "PATCH", if_match='"1"', json={"name": "Second"})
            assert_problem(answer, 412, "version_mismatch")
        assert room.ask("owner", "PATCH", if_match='"2"', json={"name": "Second"}).is_success

    @pytest.mark.parametrize(
        "given", ["1", '"x"', '"1", "2"', '"-1"', '""', '"' + "9" * 19 + '"', '"1', 'w/"1"']
    )
    def test_what_is_no_version(self, room: Room, given: str) -> None:
        """What can't be a version of a room is named."""
        with room.unchanged():
            answer = room.ask("owner", "PATCH", if_match=given, json={"name": "x"})
            assert_problem(answer, 400, "if_match_invalid")


class TestDelete:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in deletes a room."""
        with room.unchanged():
            assert_problem(room.ask(None, "DELETE"), 401, "token_missing")

    def test_the_owner(self, room: Room) -> None:
        """The owner who repeats the name deletes it with everything, and those who watch hear."""
        answer = room.ask("owner", "DELETE", params={"confirm": "Test"})
        assert answer.json() == {"deleted": str(room.id)}
        assert_problem(room.ask("owner", "GET"), 404, "room_not_found")
        room.pushed("room_deleted")

    def test_calls_are_ended(self, room: Room) -> None:
        """Who is in its voice channels is put out."""
        room.call("member")
        room.ask("owner", "DELETE", params={"confirm": "Test"}).raise_for_status()
        assert not room.stack.simulator.rooms

    @pytest.mark.parametrize("vendor", ["livekit", "upstash"])
    def test_calls_that_can_not_be_ended(self, room: Room, vendor: str) -> None:
        """With a vendor away the room is deleted all the same, and the log says what was not."""
        room.call("member")
        room.stack.livekit.set("refuse")
        if vendor == "upstash":
            room.stack.upstash.set("refuse")
        room.ask("owner", "DELETE", params={"confirm": "Test"}).raise_for_status()
        assert str(room.id) in room.stack.log.one("call_not_ended")["room"]

    @pytest.mark.parametrize("confirm", [{}, {"confirm": ""}, {"confirm": "test"}], ids=str)
    def test_without_its_name(self, room: Room, confirm: dict[str, str]) -> None:
        """Nothing is deleted by accident: the name has to be repeated."""
        with room.unchanged():
            answer = room.ask("owner", "DELETE", params=confirm)
            assert_problem(answer, 409, "confirm_needed")

    def test_an_administrator(self, room: Room) -> None:
        """Only the owner deletes a room, and nobody in a call is disturbed by a refusal."""
        room.call("member")
        with room.unchanged():
            answer = room.ask("admin", "DELETE", params={"confirm": "Test"})
            assert_problem(answer, 403, "owner_only")
        assert room.stack.simulator.rooms

    def test_an_old_version(self, room: Room) -> None:
        """A room that has changed since is not deleted."""
        with room.unchanged():
            answer = room.ask("owner", "DELETE", if_match='"7"', params={"confirm": "Test"})
            assert_problem(answer, 412, "version_mismatch")


class TestTransfer:
    def test_anonymous(self, room: Room) -> None:
        """Nobody who isn't signed in hands a room over."""
        with room.unchanged():
            answer = room.ask(None, "PUT", "owner", json={"user_id": str(PEOPLE["member"])})
            assert_problem(answer, 401, "token_missing")

    def test_the_owner(self, room: Room) -> None:
        """The crown moves from one to the other, and those who watch hear."""
        answer = room.ask("owner", "PUT", "owner", json={"user_id": str(PEOPLE["member"])})
        body = answer.json()
        assert set(body) == {"room", "members", "version"}
        assert [m["name"] for m in body["members"]] == ["Owner", "Member"]
        assert [m["owner"] for m in body["members"]] == [False, True]
        assert [b["icon"] for b in body["members"][1]["badges"]] == ["crown"]
        assert body["room"]["owner_id"] == str(PEOPLE["member"])
        (push,) = room.pushed("owner")
        assert push.items() >= body.items()

    @pytest.mark.parametrize("person", ["admin", "member"])
    def test_another(self, room: Room, person: str) -> None:
        """Nobody but the owner hands the room over, not even to themselves."""
        with room.unchanged():
            answer = room.ask(person, "PUT", "owner", json={"user_id": str(PEOPLE[person])})
            assert_problem(answer, 403, "owner_only")

    @pytest.mark.parametrize("person", ["stranger", "banned"])
    def test_to_who_is_no_member(self, room: Room, person: str) -> None:
        """The owner is always a member."""
        with room.unchanged():
            answer = room.ask("owner", "PUT", "owner", json={"user_id": str(PEOPLE[person])})
            assert_problem(answer, 404, "member_not_found")

    @pytest.mark.parametrize("body", [{}, {"user_id": None}, {"user_id": "x"}, []], ids=str)
    def test_bad_input(self, room: Room, body: Any) -> None:
        """A new owner is a user's id."""
        with room.unchanged():
            assert_problem(room.ask("owner", "PUT", "owner", json=body), 422, "invalid_request")

    def test_nobody(self, room: Room) -> None:
        """An id that nobody has is no member's."""
        answer = room.ask("owner", "PUT", "owner", json={"user_id": str(uuid4())})
        assert_problem(answer, 404, "member_not_found")


class TestLimit:
    def test_sixty_writes_a_minute(self, room: Room) -> None:
        """A user's 61st write in a minute is refused, whatever it is; reads and others go on."""
        for _ in range(60):
            answer = room.ask("member", "PATCH", json={"name": "x"})
            assert_problem(answer, 403, "missing_permission")
        with room.unchanged():
            refused = room.ask("member", "PUT", "roles", json={"order": []})
            problem = assert_problem(refused, 429, "rate_limited")
            assert problem["violated-policies"] == ["write"]
        assert room.ask("member", "GET").is_success
        allowed = room.ask("admin", "PATCH", json={"name": "x"})
        assert allowed.headers["ratelimit"].startswith('"write";r=59;')

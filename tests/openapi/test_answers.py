"""The checker that each answer and each push of the tests goes through."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from openapi.shapes import matching
from tests.answers import check, check_push

ROOM = {
    "id": str(uuid4()),
    "name": "Sangha",
    "owner_id": str(uuid4()),
    "public": False,
    "version": 1,
    "created_at": 1_900_000_000_000,
}
PROBLEM = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "code": "token_missing",
    "detail": "Sign in.",
}
HEADERS = {"x-request-id": "x", "www-authenticate": "Bearer"}


def answer(
    asked: str,
    body: Any,
    *,
    status: int = 200,
    sent: Any = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Returns what `asked`, a method and a path, would be answered."""
    method, path = asked.split()
    kind = "application/problem+json" if status >= 400 else "application/json"
    return httpx.Response(
        status,
        content=json.dumps(body),
        headers={"content-type": kind, **HEADERS, **(headers or {})},
        request=httpx.Request(method, f"http://api{path}", json=sent),
    )


class TestAnswer:
    def test_what_is_documented_passes(self) -> None:
        """A body of the operation's shape, and a problem that it lists."""
        check(answer("GET /api/rooms", {"rooms": [ROOM]}))
        check(answer("GET /api/rooms", PROBLEM, status=401))

    @pytest.mark.parametrize(
        "room",
        [ROOM | {"topic": "x"}, ROOM | {"version": "1"}, ROOM | {"owner_id": None}, {}],
        ids=["a member more", "a text for a number", "null", "members missing"],
    )
    def test_another_body_fails(self, room: dict[str, Any]) -> None:
        """The failure names the operation, and where it is wrong."""
        with pytest.raises(AssertionError, match=r"listRooms answered 200 .*RoomList: rooms/0/"):
            check(answer("GET /api/rooms", {"rooms": [room]}))

    def test_another_status_fails(self) -> None:
        """A success that the operation doesn't have is none."""
        with pytest.raises(AssertionError, match="listRooms answered 201"):
            check(answer("GET /api/rooms", {"rooms": []}, status=201))

    def test_a_code_that_is_not_stated_fails(self) -> None:
        """The failure says which operation doesn't state it."""
        problem = PROBLEM | {"status": 403, "code": "banned"}
        with pytest.raises(AssertionError, match="listRooms answered 403 banned"):
            check(answer("GET /api/rooms", problem, status=403))

    def test_a_code_of_no_operation_fails(self) -> None:
        """Where nothing is, nothing but that is said."""
        check(answer("GET /api/x", PROBLEM | {"status": 404, "code": "not_found"}, status=404))
        with pytest.raises(AssertionError, match="token_missing of no operation"):
            check(answer("GET /api/x", PROBLEM, status=401))

    def test_a_header_that_is_missing_fails(self) -> None:
        """What the document promises is there."""
        room = {"room": ROOM, "version": 1}
        given = {"ratelimit": "x", "ratelimit-policy": "x"}
        asked = f"PATCH /api/rooms/{ROOM['id']}"
        check(answer(asked, room, sent={"name": "x"}, headers=given | {"etag": '"1"'}))
        with pytest.raises(AssertionError, match="200 has no ETag"):
            check(answer(asked, room, sent={"name": "x"}, headers=given))

    def test_a_body_that_was_taken_and_is_not_documented_fails(self) -> None:
        """Whatever the API takes, the document has."""
        room = {"room": ROOM, "version": 1}
        with pytest.raises(AssertionError, match="editRoom took what is no RoomChanges: name"):
            check(answer(f"PATCH /api/rooms/{ROOM['id']}", room, sent={"name": None}))


class TestPush:
    def test_by_event_and_topic(self) -> None:
        """A move and what happens in a channel are both `voice`, on other topics."""
        room, one, other = (str(uuid4()) for _ in range(3))
        move = {"type": "move", "room_id": room, "from": one, "to": other, "by": str(uuid4())}
        check_push("voice", f"user:{uuid4()}", move)
        check_push(
            "voice", f"room:{room}", {"type": "finished", "channel_id": one, "room_sid": "x"}
        )
        with pytest.raises(AssertionError, match=r"on room:.*VoicePush"):
            check_push("voice", f"room:{room}", move)

    def test_another_payload_fails(self) -> None:
        """A type that isn't documented, and a member that is missing."""
        for push in ({"type": "renamed", "version": 1}, {"type": "member", "version": 1}):
            with pytest.raises(AssertionError, match="RoomPush"):
                check_push("room", f"room:{uuid4()}", push)


def test_what_may_be_absent_is_never_null() -> None:
    """`estimate_s` is a number or isn't there."""
    waiting = {
        "state": "waiting",
        "as_of": 1,
        "room_id": None,
        "interests": [],
        "languages": [],
        "group_size": 2,
        "strangers": True,
        "since": 1,
        "place": None,
        "retry_after": 10,
    }
    read = matching.MatchStatus.model_validate_json
    assert isinstance(read(json.dumps(waiting)).root, matching.Waiting)
    with pytest.raises(ValueError, match="estimate_s"):
        read(json.dumps(waiting | {"estimate_s": None}))

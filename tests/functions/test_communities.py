"""What all operations on communities have in common: who is asked, what fails how, odd requests."""

import time
from typing import Any

import httpx
import pytest

from local.community import PEOPLE
from tests.operations import OPERATIONS
from tests.problems import assert_problem
from tests.stack import Room

WRITES = [operation for operation in OPERATIONS if not operation.startswith("GET")]
ODD = [
    b"{",
    b"\xff",
    b"[]",
    b"5",
    b'"x"',
    b"[" * 100_000,
    b'{"name": "\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"name": "a\\u0000b", "icon": "\\u0000", "order": ["\\u0000"]}',
    b'{"name": 1' + b"0" * 5000 + b"}",
    b'{"name": {}, "order": {}, "roles": {}, "user_id": {}, "invite": {}, "reason": {}}',
    b'{"permissions": "1", "permissions": "8", "name": "x", "name": []}',
]


@pytest.mark.parametrize("operation", OPERATIONS)
class TestEveryOperation:
    def test_anonymous(self, room: Room, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is for who is signed in, and says so before anything else."""
        monkeypatch.setattr(room.stack, "bearer", lambda _person: {})
        assert_problem(OPERATIONS[operation](room), 401, "token_missing")

    def test_with_redis_away(self, room: Room, operation: str) -> None:
        """It goes on, limited by each process; who is in a call is asked of LiveKit."""
        room.stack.upstash.set("refuse")
        answer = OPERATIONS[operation](room)
        assert answer.is_success, answer.text

    def test_with_supabase_away(self, room: Room, operation: str) -> None:
        """It says so, and when to try again."""
        room.ask("owner", "GET")  # the key set is known
        for way in ("refuse", "garbage"):
            room.stack.supabase.set(way, path="/rest")
            assert_problem(OPERATIONS[operation](room), 503, "supabase_unavailable")

    def test_with_livekit_away(self, room: Room, operation: str) -> None:
        """It is done, whoever is in a call, but for what asks first who is in it."""
        room.call("mod")
        room.stack.livekit.set("refuse")
        answer = OPERATIONS[operation](room)
        if operation.startswith("DELETE") and operation.endswith("/{channel_id}"):
            assert_problem(answer, 409, "channel_in_use")
        else:
            assert answer.is_success, answer.text

    def test_answers_of_another_shape(
        self, room: Room, operation: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """JSON that isn't what the SQL function answers is Supabase away, not passed on."""
        room.ask("owner", "GET")  # the key set is known
        post, shapes = httpx.AsyncClient.post, [None, 5, "x", {}, [1], {"version": "x"}]

        async def odd(self: Any, url: str, **options: Any) -> httpx.Response:
            if "/rpc/" in url:
                return httpx.Response(200, json=shapes.pop())
            return await post(self, url, **options)

        monkeypatch.setattr(httpx.AsyncClient, "post", odd)
        while shapes:
            assert_problem(OPERATIONS[operation](room), 503, "supabase_unavailable")


@pytest.mark.parametrize("operation", WRITES)
def test_the_limit_is_told(room: Room, operation: str) -> None:
    """The answer to a write says what is left of the user's."""
    answer = OPERATIONS[operation](room)
    assert answer.headers["ratelimit-policy"] == '"write";q=60;w=60'
    assert answer.headers["ratelimit"].startswith('"write";r=59;')


@pytest.mark.parametrize("operation", [o for o in WRITES if not o.startswith("DELETE")])
def test_odd_bodies(room: Room, operation: str) -> None:
    """Whatever a body says, it is the caller's fault, and nothing is written."""
    method, path = operation.split(" ", 1)
    url = path.format(
        room_id=room.id, channel_id=room.lounge, role_id=room.helper, user_id=PEOPLE["mod"]
    )
    headers = room.stack.bearer("owner") | {"Content-Type": "application/json"}
    with room.unchanged():
        for body in ODD:
            answer = room.stack.api.request(method, url, content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (body[:30], answer.text)
            assert_problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("vendor", ["livekit", "upstash"])
def test_a_vendor_that_hangs(room: Room, vendor: str) -> None:
    """A change is answered within the deadlines, though a call can't be told of it now."""
    room.call("mod")
    getattr(room.stack, vendor).set("hang")
    began = time.monotonic()
    answer = room.ask("owner", "PATCH", "roles", room.moderator, json={"icon": "star"})
    assert answer.json()["role"]["icon"] == "star"
    assert time.monotonic() - began < 3

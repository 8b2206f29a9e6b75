"""The edge to Supabase: who asks, and what a refusal becomes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
import pytest

from common import http, service_role, supabase
from common.errors import Problem, Unavailable
from common.settings import settings
from local.community import LOUNGE, PEOPLE, ROOM
from tests.stack import JWT_SECRET, Stack

MEMBER = str(PEOPLE["member"])
PLACES = [{"user_id": MEMBER, "channel_id": str(LOUNGE)}]


def asked(call: Callable[[], Awaitable[Any]]) -> Any:
    """Runs one call as a process that ends after it."""

    async def main() -> Any:
        try:
            return await call()
        finally:
            await http.close()

    return asyncio.run(main())


def standings(token: str | None, places: Any = PLACES, **options: Any) -> Any:
    """Asks for standings in the demo community, without a token as the service."""
    arguments = {"p_room_id": str(ROOM), "p_places": places}
    options["read"] = lambda answer: answer
    if token is None:
        return asked(lambda: service_role.rpc("voice_standings", arguments, **options))
    return asked(lambda: supabase.rpc("voice_standings", arguments, token=token, **options))


class TestService:
    def test_the_service_may_ask_about_others(self, stack: Stack) -> None:
        """Without a token an RPC runs as the service, by the project's secret key."""
        (standing,) = standings(None)
        assert (standing["user_id"], standing["may_connect"]) == (MEMBER, True)

    def test_with_a_legacy_key(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """A service_role key of the old kind, which is a token itself, works as well."""
        claims = {
            "role": "service_role",
            "iss": "supabase",
            "exp": 4_000_000_000,
        }
        monkeypatch.setenv("SUPABASE_SECRET_KEY", jwt.encode(claims, JWT_SECRET))
        settings.cache_clear()
        try:
            assert standings(None)[0]["may_connect"] is True
        finally:
            monkeypatch.undo()
            settings.cache_clear()

    @pytest.mark.parametrize("person", ["owner", "member", "stranger"])
    def test_nobody_else_may(self, stack: Stack, person: str) -> None:
        """Whoever is signed in, the owner too, may not ask what others may do."""
        with pytest.raises(Problem) as refused:
            standings(stack.token(person))
        assert (refused.value.status, refused.value.code) == (403, "forbidden")

    def test_a_shorter_deadline(self, stack: Stack) -> None:
        """A call may be given less time than the setting allows."""
        stack.supabase.set("delay", path="/rest", ms=2000)
        with pytest.raises(Unavailable, match="deadline"):
            standings(None, deadline_ms=100)


class TestBadValues:
    @pytest.mark.parametrize(
        "places",
        [
            [{"user_id": "somebody", "channel_id": str(LOUNGE)}],
            [{"user_id": MEMBER, "channel_id": "a\0b"}],
            5,
        ],
        ids=str,
    )
    def test_what_the_database_cannot_take(self, stack: Stack, places: Any) -> None:
        """A value that its type can't hold is the caller's mistake: 422, not 503."""
        with pytest.raises(Problem) as refused:
            standings(None, places)
        assert (refused.value.status, refused.value.code) == (422, "invalid_request")
        assert stack.log.of("vendor_away") == []

    @pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
    def test_half_a_surrogate_pair(self, stack: Stack, text: str) -> None:
        """A text that is no Unicode is a 422, and isn't sent."""
        stack.supabase.set("hang", path="/rest")  # whoever asked would wait
        with pytest.raises(Problem) as refused:
            standings(None, [{"user_id": text}])
        assert (refused.value.status, refused.value.code) == (422, "invalid_request")

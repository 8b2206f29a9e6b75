"""Who may join a topic, and for how long."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import jwt
import pytest
from websockets.exceptions import InvalidStatus

from local.supabase import channel
from local.supabase.project import Project
from tests.local.supabase.phoenix_client import SignIn, connected, of, send


class TestJoin:
    @pytest.mark.parametrize("key", ["", "unknown"])
    def test_needs_the_key(self, supabase: Project, key: str) -> None:
        """Without a key of the project there is no connection."""

        async def talk() -> int:
            with pytest.raises(InvalidStatus) as refused:
                async with connected(supabase, key=key):
                    pass
            return refused.value.response.status_code

        assert asyncio.run(talk()) == 401

    def test_unknown_version(self, supabase: Project) -> None:
        """A version of the protocol that is not spoken is refused."""

        async def talk() -> int:
            with pytest.raises(InvalidStatus) as refused:
                async with connected(supabase, "3.0.0"):
                    pass
            return refused.value.response.status_code

        assert asyncio.run(talk()) == 400

    @pytest.mark.parametrize(
        ("topic", "token", "config", "reason"),
        [
            ("news", "a.b.c", {}, "InvalidJWTToken"),
            ("news", "sb_secret_local", {}, "Invalid API key"),
            ("user:x", None, {"private": True}, "Unauthorized"),
            ("news", None, {"postgres_changes": [{"event": "*"}]}, "no postgres_changes"),
            ("news", None, {"presence": "x"}, "has to be an object"),
            ("news", None, {"presence": {"key": 1}}, "presence.key has to be text"),
            ("", None, {}, "unmatched topic"),
        ],
    )
    def test_refusals(
        self,
        supabase: Project,
        topic: str,
        token: str | None,
        config: dict[str, Any],
        reason: str,
    ) -> None:
        """What can't be joined is refused with a reason, and the connection goes on."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                reply = await client.join(topic, token, **config)
                assert (await client.join("news"))["status"] == "ok"
                return reply

        reply = asyncio.run(talk())
        assert reply["status"] == "error"
        assert reason in reply["response"]["reason"]

    def test_secret_key_reads_everything(self, supabase: Project) -> None:
        """The secret key joins every private topic."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase, key=supabase.secret_key) as client:
                return await client.join("user:x", supabase.secret_key, private=True)

        assert asyncio.run(talk())["status"] == "ok"

    def test_private_and_public_are_two_topics(
        self, supabase: Project, anon: httpx.Client, sign_in: SignIn
    ) -> None:
        """Who joined a topic as public hears nothing that is sent to it as private."""
        topic, token = of(sign_in("ann"))

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                await client.join(topic, token)
                send(anon, supabase, topic, private=True)
                return await client.ask("phoenix", "heartbeat", {})

        assert asyncio.run(talk())["status"] == "ok"

    def test_broadcasts_from_sql(
        self, supabase: Project, anon: httpx.Client, sign_in: SignIn
    ) -> None:
        """What realtime.send() sends is heard on the topic, with its id."""
        topic, token = of(sign_in("ann"))

        async def talk() -> dict[str, Any]:
            connection = await asyncpg.connect(supabase.dsn)
            async with connected(supabase) as client:
                await client.join(topic, token, private=True)
                await connection.execute("select realtime.send('{}', 'sql', $1, true)", topic)
                heard = await client.next()
            await connection.close()
            return heard

        payload = asyncio.run(talk())["payload"]
        assert payload["event"] == "sql"
        assert payload["payload"]["id"] == payload["meta"]["id"]


class TestTokens:
    @pytest.fixture(autouse=True)
    def channels_live_an_hour_ahead(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets a token expire for its channel alone: tokens are checked by the second."""
        clock = SimpleNamespace(time=lambda: time.time() + 3600)
        monkeypatch.setattr(channel, "time", clock)

    def test_expiry(self, supabase: Project) -> None:
        """A channel is closed when its token expires."""

        async def talk() -> list[dict[str, Any]]:
            async with connected(supabase) as client:
                await client.join("news", signed(supabase, seconds=3600.1))
                return [await client.next(), await client.next()]

        system, close = asyncio.run(talk())
        assert system["payload"] == {
            "channel": "news",
            "extension": "system",
            "message": "Token has expired",
            "status": "error",
        }
        assert close["event"] == "phx_close"

    def test_fresh_token(self, supabase: Project, anon: httpx.Client) -> None:
        """A fresh token keeps a channel open beyond the first one's expiry."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                await client.join("news", signed(supabase, seconds=3600.3))
                fresh = {"access_token": signed(supabase, seconds=3660)}
                await client.push("realtime:news", "access_token", fresh)
                await client.join("other", signed(supabase, seconds=3600.5))
                assert (await client.next())["topic"] == "realtime:other"  # later than 0.3 s
                await client.next()
                send(anon, supabase, "news", private=False)
                return await client.next()

        assert asyncio.run(talk())["topic"] == "realtime:news"

    def test_token_of_another(self, supabase: Project, sign_in: SignIn) -> None:
        """A private channel is closed when its fresh token may not read it."""
        topic, token = of(sign_in("ann"))
        _, other = of(sign_in("bob"))

        async def talk() -> list[str]:
            async with connected(supabase) as client:
                await client.join(topic, token, private=True)
                await client.push(f"realtime:{topic}", "access_token", {"access_token": other})
                return [(await client.next())["event"], (await client.next())["event"]]

        assert asyncio.run(talk()) == ["system", "phx_close"]


def signed(supabase: Project, *, seconds: float) -> str:
    """Returns a legacy token."""
    assert supabase.jwt_secret is not None
    claims = {"role": "authenticated", "exp": time.time() + seconds}
    return jwt.encode(claims, supabase.jwt_secret, algorithm="HS256")

"""Channels over a WebSocket, in both versions of the protocol."""

import asyncio
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from local.supabase.project import Project
from tests.local.supabase.phoenix_client import VERSIONS, SignIn, connected, of, send


@pytest.mark.parametrize("version", VERSIONS)
class TestBothVersions:
    def test_private_topic(
        self, supabase: Project, anon: httpx.Client, sign_in: SignIn, version: str
    ) -> None:
        """Who may read a private topic joins it, and hears what is sent to it."""
        topic, token = of(sign_in("ann"))

        async def talk() -> dict[str, Any]:
            async with connected(supabase, version) as client:
                reply = await client.join(topic, token, private=True)
                assert reply == {"status": "ok", "response": {"postgres_changes": []}}
                send(anon, supabase, topic, private=True)
                return await client.next()

        assert asyncio.run(talk()) == {
            "topic": f"realtime:{topic}",
            "event": "broadcast",
            "ref": None,
            "payload": {"type": "broadcast", "event": "new", "payload": {"n": 1}},
        }

    def test_refused_topic(self, supabase: Project, sign_in: SignIn, version: str) -> None:
        """Who may not read a private topic is refused, with Realtime's reason."""
        _, token = of(sign_in("ann"))

        async def talk() -> dict[str, Any]:
            async with connected(supabase, version) as client:
                return await client.join("user:another", token, private=True)

        assert asyncio.run(talk()) == {
            "status": "error",
            "response": {
                "reason": "Unauthorized: You do not have permissions to read "
                "from this Channel topic: user:another"
            },
        }

    def test_heartbeat(self, supabase: Project, version: str) -> None:
        """A heartbeat is answered."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase, version) as client:
                return await client.ask("phoenix", "heartbeat", {})

        assert asyncio.run(talk()) == {"status": "ok", "response": {}}

    def test_leave(self, supabase: Project, anon: httpx.Client, version: str) -> None:
        """Who leaves a topic is told so, and hears it no more."""

        async def talk() -> list[str]:
            async with connected(supabase, version) as client:
                await client.join("news")
                await client.ask("realtime:news", "phx_leave", {})
                closed = await client.next()
                send(anon, supabase, "news", private=False)
                await client.push("phoenix", "heartbeat", {})
                return [closed["event"], (await client.next())["topic"]]

        assert asyncio.run(talk()) == ["phx_close", "phoenix"]

    @pytest.mark.parametrize("text", ["{", "[]", "1", '{"topic": 1}', "[1, 2, 3, 4, 5]"])
    def test_malformed(self, supabase: Project, version: str, text: str) -> None:
        """What is no message of the protocol ends the connection."""

        async def talk() -> int | None:
            async with connected(supabase, version) as client:
                await client.connection.send(text)
                with pytest.raises(ConnectionClosed):
                    await client.next()
                return client.connection.close_code

        assert asyncio.run(talk()) == 1003

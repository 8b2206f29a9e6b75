"""What clients send on channels."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from local.supabase import realtime_socket
from local.supabase.project import Project
from tests.local.supabase.phoenix_client import SignIn, connected, of


class TestBroadcast:
    def test_to_others(self, supabase: Project) -> None:
        """A broadcast reaches the others on a public topic, and not its sender."""
        message = {"type": "broadcast", "event": "hi", "payload": {"n": 1}}

        async def talk() -> tuple[dict[str, Any], dict[str, Any]]:
            async with connected(supabase) as one, connected(supabase, "1.0.0") as other:
                await one.join("chat")
                await other.join("chat")
                await one.push("realtime:chat", "broadcast", message)
                heard = await other.next()
                return heard, await one.ask("phoenix", "heartbeat", {})

        heard, next_of_sender = asyncio.run(talk())
        assert heard["payload"] == message
        assert next_of_sender["status"] == "ok"

    def test_to_self_with_acknowledgement(self, supabase: Project) -> None:
        """A sender who asks for it hears itself, and is told that it was sent."""
        message = {"type": "broadcast", "event": "hi", "payload": {}}

        async def talk() -> list[str]:
            async with connected(supabase) as client:
                await client.join("chat", broadcast={"self": True, "ack": True})
                await client.push("realtime:chat", "broadcast", message)
                return [(await client.next())["event"], (await client.next())["event"]]

        assert asyncio.run(talk()) == ["broadcast", "phx_reply"]

    def test_binary(self, supabase: Project) -> None:
        """supabase-js's binary push of a broadcast is understood; another binary is not."""
        texts = [b"1", b"9", b"realtime:chat", b"hi", b""]
        header = bytes([3, *(len(text) for text in texts), 1])

        async def talk() -> tuple[dict[str, Any], int | None]:
            async with connected(supabase) as one, connected(supabase) as other:
                await one.join("chat")
                await other.join("chat")
                await one.connection.send(header + b"".join(texts) + b'{"n": 1}')
                heard = await other.next()
                await one.connection.send(b"\x04")
                with pytest.raises(ConnectionClosed):
                    await one.next()
                return heard, one.connection.close_code

        heard, code = asyncio.run(talk())
        assert heard["payload"] == {"type": "broadcast", "event": "hi", "payload": {"n": 1}}
        assert code == 1003

    def test_private_by_policy(self, supabase: Project, sign_in: SignIn) -> None:
        """A client sends on a private topic where its policy lets it."""
        topic, token = of(sign_in("ann"))
        message = {"type": "broadcast", "event": "hi", "payload": {}}

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                await client.join(topic, token, private=True, broadcast={"ack": True})
                return await client.ask(f"realtime:{topic}", "broadcast", message)

        assert asyncio.run(talk())["status"] == "ok"

    def test_private_read_only(self, supabase: Project, sign_in: SignIn) -> None:
        """Who may only read a private topic is refused when it sends."""
        _, token = of(sign_in("ann"))
        message = {"type": "broadcast", "event": "hi", "payload": {}}

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                assert (await client.join("readable", token, private=True))["status"] == "ok"
                return await client.ask("realtime:readable", "broadcast", message)

        reply = asyncio.run(talk())
        assert reply["status"] == "error"
        assert "permissions to write" in reply["response"]["reason"]

    @pytest.mark.parametrize(
        ("event", "payload", "reason"),
        [
            ("broadcast", {"payload": {}}, "has an event"),
            ("broadcast", {"event": "e", "payload": "x" * (256 * 1024)}, "exceeds"),
            ("postgres_changes", {}, "does not speak 'postgres_changes'"),
        ],
    )
    def test_refusals(
        self, supabase: Project, event: str, payload: dict[str, Any], reason: str
    ) -> None:
        """What can't be sent is refused with a reason."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                await client.join("chat")
                return await client.ask("realtime:chat", event, payload)

        assert reason in asyncio.run(talk())["response"]["reason"]

    def test_without_joining(self, supabase: Project) -> None:
        """Nobody sends on a topic that they have not joined."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                return await client.ask("realtime:chat", "broadcast", {"event": "e"})

        assert asyncio.run(talk())["response"] == {"reason": "unmatched topic"}

    def test_silent_client(self, supabase: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """A client that sends nothing, not even a heartbeat, is closed."""
        monkeypatch.setattr(realtime_socket, "IDLE_SECONDS", 0.1)

        async def talk() -> int | None:
            async with connected(supabase) as client:
                with pytest.raises(ConnectionClosed):
                    await client.next()
                return client.connection.close_code

        assert asyncio.run(talk()) == 1003

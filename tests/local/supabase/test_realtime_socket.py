"""Channels over a WebSocket, in both versions of the protocol."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import jwt
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from local.supabase import channel, realtime_socket
from local.supabase.project import Project

ANSWER_SECONDS = 5.0
VERSIONS = ["1.0.0", "2.0.0"]

SignIn = Callable[[str], dict[str, Any]]


class Client:
    """Speaks the protocol by hand; every wait is bounded."""

    def __init__(self, connection: ClientConnection, version: str) -> None:
        self.connection = connection
        self.version = version
        self._refs = 0

    async def push(self, topic: str, event: str, payload: dict[str, Any]) -> str:
        """Sends a message; returns its ref."""
        self._refs += 1
        ref = str(self._refs)
        if self.version == "1.0.0":
            message: Any = {
                "topic": topic,
                "event": event,
                "payload": payload,
                "ref": ref,
                "join_ref": "1",
            }
        else:
            message = ["1", ref, topic, event, payload]
        await self.connection.send(json.dumps(message))
        return ref

    async def next(self) -> dict[str, Any]:
        """Returns the next message."""
        text = await asyncio.wait_for(self.connection.recv(), ANSWER_SECONDS)
        message = json.loads(text)
        if self.version == "2.0.0":
            _join_ref, ref, topic, event, payload = message
            message = {"topic": topic, "event": event, "payload": payload, "ref": ref}
        message.pop("join_ref", None)
        answer: dict[str, Any] = message
        return answer

    async def ask(self, topic: str, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Sends a message; returns the reply's payload."""
        ref = await self.push(topic, event, payload)
        reply = await self.next()
        assert (reply["event"], reply["ref"], reply["topic"]) == ("phx_reply", ref, topic)
        answer: dict[str, Any] = reply["payload"]
        return answer

    async def join(self, topic: str, token: str | None = None, **config: Any) -> dict[str, Any]:
        """Joins a topic; returns the reply's payload."""
        payload: dict[str, Any] = {"config": config}
        if token is not None:
            payload["access_token"] = token
        return await self.ask(f"realtime:{topic}", "phx_join", payload)


@asynccontextmanager
async def connected(
    supabase: Project, version: str = "2.0.0", key: str | None = None
) -> AsyncIterator[Client]:
    """Yields a connected client."""
    url = supabase.url.replace("http", "ws")
    key = supabase.publishable_key if key is None else key
    async with connect(f"{url}/realtime/v1/websocket?apikey={key}&vsn={version}") as connection:
        yield Client(connection, version)


def send(client: httpx.Client, supabase: Project, topic: str, *, private: bool) -> None:
    """Broadcasts over HTTP with the secret key."""
    message = {"topic": topic, "event": "new", "payload": {"n": 1}, "private": private}
    client.post(
        "/realtime/v1/api/broadcast",
        json={"messages": [message]},
        headers={"apikey": supabase.secret_key},
    ).raise_for_status()


def of(session: dict[str, Any]) -> tuple[str, str]:
    """Returns a signed-in person's private topic and token."""
    return f"user:{session['user']['id']}", session["access_token"]


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
            ("news", None, {"presence": {"enabled": True}}, "no Realtime presence"),
            ("news", None, {"presence": "x"}, "has to be an object"),
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
            ("presence", {"event": "track"}, "does not speak 'presence'"),
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


def signed(supabase: Project, *, seconds: float) -> str:
    """Returns a legacy token."""
    assert supabase.jwt_secret is not None
    claims = {"role": "authenticated", "exp": time.time() + seconds}
    return jwt.encode(claims, supabase.jwt_secret, algorithm="HS256")

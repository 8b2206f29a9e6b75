"""A client that speaks Realtime's protocol by hand, in either version."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

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

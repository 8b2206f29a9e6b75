"""Who is there, as a client of Realtime's Presence says and sees it."""

import asyncio
from typing import Any

import pytest

from local.supabase import realtime_socket
from local.supabase.project import Project
from tests.local.supabase.phoenix_client import VERSIONS, Client, SignIn, connected

HERE = "realtime:here"
NOBODY: dict[str, Any] = {}


async def enter(
    client: Client, token: str | None, topic: str = "here", *, key: str = "", private: bool = True
) -> dict[str, Any]:
    """Joins a topic to see who is there; returns who is."""
    reply = await client.join(topic, token, private=private, presence={"enabled": True, "key": key})
    assert reply["status"] == "ok", reply
    state = await client.next()
    assert (state["event"], state["ref"]) == ("presence_state", None)
    found: dict[str, Any] = state["payload"]
    return found


async def say(
    client: Client, event: str, payload: Any = None, topic: str = HERE
) -> list[dict[str, Any]]:
    """Tracks or untracks; returns what the client is told up to the reply."""
    sent = {"type": "presence", "event": event}
    ref = await client.push(
        topic, "presence", sent if payload is None else sent | {"payload": payload}
    )
    told = [await client.next()]
    while told[-1]["ref"] != ref:
        told.append(await client.next())
    return told


async def diff(client: Client) -> tuple[list[str], list[str]]:
    """Returns the keys of who joins and who leaves, by the next message."""
    message = await client.next()
    assert (message["event"], message["ref"]) == ("presence_diff", None)
    return sorted(message["payload"]["joins"]), sorted(message["payload"]["leaves"])


async def silent(client: Client) -> bool:
    """Says whether a client was told nothing until now."""
    return await client.ask("phoenix", "heartbeat", {}) == {"status": "ok", "response": {}}


@pytest.fixture
def token(sign_in: SignIn) -> str:
    """The access token of a person."""
    return str(sign_in("ann")["access_token"])


@pytest.mark.parametrize("version", VERSIONS)
class TestBothVersions:
    def test_comes_and_goes(self, supabase: Project, token: str, version: str) -> None:
        """Who tracks is seen by all, themselves included; who untracks is seen to go."""

        async def talk() -> None:
            async with connected(supabase, version) as ann, connected(supabase, version) as bob:
                assert await enter(bob, token, key="bob") == NOBODY
                assert await enter(ann, token, key="ann") == NOBODY
                own, reply = await say(ann, "track", {"n": 1})
                assert reply["payload"] == {"status": "ok", "response": {}}
                seen = await bob.next()
                assert seen == own
                (meta,) = seen["payload"]["joins"]["ann"]["metas"]
                assert seen["payload"] == {"joins": {"ann": {"metas": [meta]}}, "leaves": {}}
                assert meta == {"n": 1, "phx_ref": meta["phx_ref"]}
                await say(ann, "untrack")
                assert (await bob.next())["payload"]["leaves"] == {"ann": {"metas": [meta]}}

        asyncio.run(talk())

    def test_who_comes_later(self, supabase: Project, token: str, version: str) -> None:
        """Who joins is told who is there; two tabs of one person are one key with two metas."""

        async def talk() -> None:
            async with connected(supabase, version) as one, connected(supabase, version) as two:
                for tab in (one, two):
                    await enter(tab, token, key="ann")
                    await say(tab, "track", {})
                async with connected(supabase, version) as bob:
                    state = await enter(bob, token, key="bob")
                    assert list(state) == ["ann"]
                    assert len({meta["phx_ref"] for meta in state["ann"]["metas"]}) == 2

        asyncio.run(talk())


class TestLeaving:
    @pytest.mark.parametrize("how", ["closes", "leaves", "joins again"])
    def test_goes_with_its_channel(self, supabase: Project, token: str, how: str) -> None:
        """Who closes the socket, leaves the topic or joins it anew is gone without untracking."""

        async def talk() -> None:
            async with connected(supabase) as bob:
                await enter(bob, token)
                async with connected(supabase) as ann:
                    await enter(ann, token, key="ann")
                    await say(ann, "track", {})
                    assert await diff(bob) == (["ann"], [])
                    if how == "leaves":
                        await ann.ask(HERE, "phx_leave", {})
                    if how == "joins again":
                        assert await enter(ann, token, key="ann") == NOBODY
                    if how != "closes":
                        assert await diff(bob) == ([], ["ann"])
                if how == "closes":
                    assert await diff(bob) == ([], ["ann"])
                assert await silent(bob)

        asyncio.run(talk())

    def test_heartbeats_end(
        self, supabase: Project, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who sends no heartbeat any more, as a phone out of reach, is gone when it is noticed."""

        async def talk() -> None:
            async with connected(supabase) as bob:
                await enter(bob, token)
                monkeypatch.setattr(realtime_socket, "IDLE_SECONDS", 0.5)
                async with connected(supabase) as ann:
                    await enter(ann, token, key="ann")
                    await say(ann, "track", {})
                    assert await diff(bob) == (["ann"], [])
                    assert await diff(bob) == ([], ["ann"])

        asyncio.run(talk())

    def test_token_of_a_stranger(self, supabase: Project, token: str) -> None:
        """Who may no longer be there by their fresh token is put out, and seen to go."""

        async def talk() -> None:
            async with connected(supabase) as bob, connected(supabase) as ann:
                await enter(bob, token)
                await enter(ann, token, key="ann")
                await say(ann, "track", {})
                assert await diff(bob) == (["ann"], [])
                stranger = {"access_token": supabase.publishable_key}
                await ann.push(HERE, "access_token", stranger)
                assert [(await ann.next())["event"] for _ in range(2)] == ["system", "phx_close"]
                assert await diff(bob) == ([], ["ann"])

        asyncio.run(talk())

    def test_fresh_token(self, supabase: Project, token: str, sign_in: SignIn) -> None:
        """Who stays with a fresh token is there all the time."""

        async def talk() -> None:
            async with connected(supabase) as bob, connected(supabase) as ann:
                await enter(bob, token)
                await enter(ann, token, key="ann")
                await say(ann, "track", {})
                assert await diff(bob) == (["ann"], [])
                fresh = sign_in("ann")["access_token"]
                await ann.push(HERE, "access_token", {"access_token": fresh})
                assert await silent(ann)
                assert await silent(bob)

        asyncio.run(talk())


class TestPolicies:
    def test_a_stranger(self, supabase: Project) -> None:
        """Who may read nothing of a topic doesn't join it."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                return await client.join("here", private=True, presence={"enabled": True})

        reply = asyncio.run(talk())
        assert reply["status"] == "error"
        assert "permissions to read" in reply["response"]["reason"]

    def test_reads_only(self, supabase: Project, token: str) -> None:
        """Who may only see who is there is refused when they track, and seen by nobody."""

        async def talk() -> None:
            async with connected(supabase) as client:
                await enter(client, token, "seen")
                (reply,) = await say(client, "track", {}, "realtime:seen")
                assert reply["payload"]["status"] == "error"
                assert "permissions to track" in reply["payload"]["response"]["reason"]

        asyncio.run(talk())

    def test_broadcasts_are_another_matter(self, supabase: Project, token: str) -> None:
        """Who may be present on a topic may neither broadcast there nor hear broadcasts."""

        async def talk() -> None:
            async with connected(supabase) as ann, connected(supabase) as bob:
                await enter(bob, token)
                await enter(ann, token)
                reply = await ann.ask(HERE, "broadcast", {"event": "hi", "payload": {}})
                assert "permissions to write" in reply["response"]["reason"]
                async with connected(supabase, key=supabase.secret_key) as server:
                    await server.join("here", private=True, broadcast={"ack": True})
                    said = await server.ask(HERE, "broadcast", {"event": "hi", "payload": {}})
                    assert said["status"] == "ok"
                assert await silent(bob)

        asyncio.run(talk())

    def test_writes_only(self, supabase: Project, token: str) -> None:
        """Who may read nothing doesn't join, even where they might be present."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                return await client.join("blind", token, private=True, presence={"enabled": True})

        assert asyncio.run(talk())["status"] == "error"

    def test_presence_is_asked_for(self, supabase: Project, token: str) -> None:
        """Who doesn't ask to see who is there is told nothing, and joins by broadcasts alone."""

        async def talk() -> None:
            async with connected(supabase) as client:
                assert (await client.join("here", token, private=True))["status"] == "error"
                assert (await client.join("readable", token, private=True))["status"] == "ok"
                assert await silent(client)

        asyncio.run(talk())

    def test_private_and_public_are_two(self, supabase: Project, token: str) -> None:
        """Who is present on a public topic is not so on the private one of its name."""

        async def talk() -> None:
            async with connected(supabase) as ann, connected(supabase) as bob:
                await enter(ann, None, key="ann", private=False)
                await say(ann, "track", {})
                assert await enter(bob, token) == NOBODY

        asyncio.run(talk())


class TestTrack:
    def test_without_having_asked(self, supabase: Project) -> None:
        """Who tracks without having asked to see presence sees it from then on."""

        async def talk() -> None:
            async with connected(supabase) as ann:
                await ann.join("chat", presence={"key": "ann"})
                told = await say(ann, "track", topic="realtime:chat")
                events = ["presence_diff", "presence_state", "phx_reply"]
                assert [each["event"] for each in told] == events
                assert list(told[1]["payload"]) == ["ann"]

        asyncio.run(talk())

    def test_no_key(self, supabase: Project) -> None:
        """Who gives no key gets one of their own."""

        async def talk() -> None:
            async with connected(supabase) as one, connected(supabase) as two:
                for client in (one, two):
                    await enter(client, None, "chat", private=False)
                    await say(client, "track", {}, "realtime:chat")
                async with connected(supabase) as last:
                    assert len(await enter(last, None, "chat", private=False)) == 2

        asyncio.run(talk())

    @pytest.mark.parametrize(
        ("event", "payload", "reason"),
        [
            ("track", "here", "must be a map"),
            ("wave", {}, "knows track and untrack"),
            (7, {}, "knows track and untrack"),
        ],
    )
    def test_refusals(self, supabase: Project, event: Any, payload: Any, reason: str) -> None:
        """What is no presence is refused with a reason."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                await enter(client, None, "chat", private=False)
                return (await say(client, event, payload, "realtime:chat"))[-1]

        assert reason in asyncio.run(talk())["payload"]["response"]["reason"]

    def test_without_joining(self, supabase: Project) -> None:
        """Nobody is present on a topic that they have not joined."""

        async def talk() -> dict[str, Any]:
            async with connected(supabase) as client:
                return await client.ask(HERE, "presence", {"event": "track"})

        assert asyncio.run(talk())["response"] == {"reason": "unmatched topic"}

    @pytest.mark.parametrize(
        ("payload", "times", "reason"),
        [({"x": "x" * (256 * 1024)}, 1, "size exceeded"), ({}, 6, "rate limit exceeded")],
    )
    def test_too_much(
        self, supabase: Project, payload: dict[str, Any], times: int, reason: str
    ) -> None:
        """Who says too much, or speaks of it too often, loses the channel."""

        async def talk() -> tuple[dict[str, Any], str]:
            async with connected(supabase) as client:
                await enter(client, None, "chat", private=False)
                for _ in range(times - 1):
                    await say(client, "track", payload, "realtime:chat")
                await client.push(
                    "realtime:chat", "presence", {"event": "track", "payload": payload}
                )
                system = await client.next()
                while system["event"] == "presence_diff":
                    system = await client.next()
                return system["payload"], (await client.next())["event"]

        system, closed = asyncio.run(talk())
        assert (system["status"], closed) == ("error", "phx_close")
        assert reason in system["message"]

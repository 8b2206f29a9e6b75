"""Broadcasts sent over HTTP and from SQL, as the hub takes them."""

import asyncio
import time
from typing import Any

import asyncpg
import httpx
import pytest

from local.supabase.project import Project
from tests.local.supabase.sql import execute


def send(
    client: httpx.Client, headers: dict[str, str] | None = None, **message: Any
) -> httpx.Response:
    """Sends one broadcast."""
    message = {"topic": "news", "event": "new", "payload": {"n": 1}, "private": False} | message
    return client.post("/realtime/v1/api/broadcast", json={"messages": [message]}, headers=headers)


def recent(client: httpx.Client) -> list[dict[str, Any]]:
    """Returns what was broadcast in this test."""
    broadcasts: list[dict[str, Any]] = client.get("/_local/broadcasts").json()["broadcasts"]
    return broadcasts


def announced(client: httpx.Client, count: int) -> list[dict[str, Any]]:
    """Returns the broadcasts once there are `count` of them."""
    deadline = time.monotonic() + 5
    while len(broadcasts := recent(client)) < count:
        assert time.monotonic() < deadline, broadcasts
    return broadcasts


class TestSend:
    def test_public(self, anon: httpx.Client) -> None:
        """Whoever has a key may send to a public topic: 202 and no body."""
        response = send(anon)
        assert (response.status_code, response.content) == (202, b"")
        expected = {"topic": "news", "event": "new", "payload": {"n": 1}, "private": False}
        assert recent(anon) == [expected | {"id": None}]

    def test_private_by_policy(self, anon: httpx.Client, sign_in: Any) -> None:
        """A private message goes out where the sender's policy lets it; else 202, and nothing."""
        session = sign_in("ann")
        ann = {"Authorization": f"Bearer {session['access_token']}"}
        own = f"user:{session['user']['id']}"
        for topic in (own, "user:somebody-else"):
            assert send(anon, ann, topic=topic, private=True).status_code == 202
        assert [broadcast["topic"] for broadcast in recent(anon)] == [own]

    def test_private_without_user(self, anon: httpx.Client) -> None:
        """The publishable key alone sends nothing private."""
        assert send(anon, topic="user:x", private=True).status_code == 202
        assert recent(anon) == []

    def test_private_with_secret_key(self, supabase: Project, anon: httpx.Client) -> None:
        """The secret key sends to every private topic."""
        key = supabase.secret_key
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        send(anon, headers, topic="user:anybody", private=True)
        assert [broadcast["topic"] for broadcast in recent(anon)] == ["user:anybody"]

    def test_asking_leaves_no_rows(self, supabase: Project, anon: httpx.Client) -> None:
        """Asking the policies writes nothing for good."""
        send(anon, {"apikey": supabase.secret_key}, private=True)

        async def count() -> Any:
            connection = await asyncpg.connect(supabase.dsn)
            rows = await connection.fetchval(
                "select count(*) from realtime.messages where event is null"
            )
            await connection.close()
            return rows

        assert asyncio.run(count()) == 0

    def test_one_by_path(self, anon: httpx.Client) -> None:
        """The clients' newer call names topic and event in the path."""
        path = "/realtime/v1/api/broadcast/room%3A1/events/moved"
        assert anon.post(path, json={"n": 2}).status_code == 202
        assert anon.post(f"{path}?private=true", json={"n": 2}).status_code == 202
        [only] = recent(anon)
        assert (only["topic"], only["event"], only["payload"]) == ("room:1", "moved", {"n": 2})

    def test_several(self, anon: httpx.Client) -> None:
        """Messages of one request keep their order."""
        messages = [{"topic": "t", "event": f"e{n}", "payload": {}} for n in range(5)]
        anon.post("/realtime/v1/api/broadcast", json={"messages": messages})
        assert [broadcast["event"] for broadcast in recent(anon)] == ["e0", "e1", "e2", "e3", "e4"]

    @pytest.mark.parametrize(
        "message",
        [
            {"topic": ""},
            {"topic": None},
            {"topic": "a\x00b"},
            {"event": ""},
            {"event": 1},
            {"payload": "text"},
            {"payload": None},
            {"payload": {"long": "x" * (256 * 1024)}},
        ],
    )
    def test_refused_message(self, anon: httpx.Client, message: dict[str, Any]) -> None:
        """A message without topic, event or payload, or with too long a payload, is 422."""
        assert send(anon, **message).status_code == 422
        assert recent(anon) == []

    @pytest.mark.parametrize("body", [{}, {"messages": []}, {"messages": "x"}, {"messages": [1]}])
    def test_refused_batch(self, anon: httpx.Client, body: dict[str, Any]) -> None:
        """A batch that is no list of messages is 422."""
        assert anon.post("/realtime/v1/api/broadcast", json=body).status_code == 422

    def test_malformed(self, anon: httpx.Client) -> None:
        """A body that is no JSON is 400."""
        assert anon.post("/realtime/v1/api/broadcast", content=b"{").status_code == 400

    @pytest.mark.parametrize("headers", [{"apikey": "unknown"}, {"Authorization": "Bearer a.b.c"}])
    def test_unauthorised(self, anon: httpx.Client, headers: dict[str, str]) -> None:
        """An unknown key and a bad token are 401."""
        assert send(anon, headers).status_code == 401
        assert recent(anon) == []

    def test_what_is_not_spoken(self, anon: httpx.Client) -> None:
        """An endpoint that the local stack lacks says so."""
        assert anon.get("/realtime/v1/api/tenants").status_code == 501


class TestFromSql:
    def test_send(self, supabase: Project, anon: httpx.Client) -> None:
        """realtime.send() is broadcast, with the message's id in payload and meta."""
        execute(supabase, """select realtime.send('{"n": 1}', 'new', 'sql', true)""")
        [message] = announced(anon, 1)
        assert (message["topic"], message["event"], message["private"]) == ("sql", "new", True)
        assert message["payload"] == {"n": 1, "id": message["id"]}

    def test_long_payload(self, supabase: Project, anon: httpx.Client) -> None:
        """A payload longer than a notification may be arrives whole."""
        execute(
            supabase,
            "select realtime.send(jsonb_build_object('t', repeat('ä', 20000)), 'e', 'sql', false)",
        )
        [message] = announced(anon, 1)
        assert message["payload"]["t"] == "ä" * 20000

    def test_rolled_back(self, supabase: Project, anon: httpx.Client) -> None:
        """What a rolled-back transaction sent is never heard."""
        execute(supabase, "begin; select realtime.send('{}', 'no', 'sql', true); rollback")
        execute(supabase, "select realtime.send('{}', 'yes', 'sql', true)")
        assert [message["event"] for message in announced(anon, 1)] == ["yes"]

    def test_only_the_last_hundred_are_kept(self, anon: httpx.Client) -> None:
        """The record for tests holds a hundred broadcasts."""
        messages = [{"topic": "t", "event": f"e{n}", "payload": {}} for n in range(101)]
        anon.post("/realtime/v1/api/broadcast", json={"messages": messages})
        assert [recent(anon)[0]["event"], len(recent(anon))] == ["e1", 100]

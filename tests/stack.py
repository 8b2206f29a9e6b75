"""The stack that endpoint tests run on: real Valkey and PostgreSQL behind our stand-ins.

A test that changes a community has one of its own: `Room`, by the fixture `room`.

LiveKit is the simulator here: it can fail. tests/e2e has the real server.
"""

import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from livekit.protocol.models import ParticipantInfo
from valkey import Valkey

from common import auth, log, realtime
from common.memory import forget_everything
from common.vendor import vendors
from local.community import LOUNGE, MODERATES, PEOPLE, ROOM, email
from local.faults import App, Faults, Receive, Scope, Send
from local.livekit.events import Webhook
from local.livekit.simulator import Simulator
from tests import apart

PASSWORD = "correct horse battery"
PUBLISHABLE_KEY = "sb_publishable_test"
SECRET_KEY = "sb_secret_test"
OPS_KEY = "ops-key-of-the-tests"
JWT_SECRET = "legacy-jwt-secret-of-the-tests-32-chars"
LIVEKIT_KEY = "testkey"
LIVEKIT_SECRET = "livekit-secret-of-the-tests-32-chars"
ORIGIN = "https://app.example"
PAGE_ORIGIN = "http://sangha.localhost"
"""The front end's in tests/web: a name of this machine, as its port isn't known beforehand."""
DEADLINES = [
    f"SANGHA_{vendor}_DEADLINE_MS" for vendor in ("REDIS", "SUPABASE", "LIVEKIT", "REALTIME")
]
LIVEKIT_ROOM = f"{ROOM}:{LOUNGE}"


class LogLines(logging.Handler):
    """Keeps the log as the JSON lines that people would read."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(log.JsonLines())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line."""
        self.lines.append(json.loads(self.format(record)))

    def of(self, event: str) -> list[dict[str, Any]]:
        """Returns the lines of one event."""
        return [line for line in self.lines if line["event"] == event]

    def one(self, event: str) -> dict[str, Any]:
        """Waits for the one line of an event: an answer may arrive before its line."""
        deadline = time.monotonic() + 5
        while not (found := self.of(event)):
            assert time.monotonic() < deadline, f"nothing logged {event}"
        (line,) = found
        return line


class Counted:
    """An ASGI app that knows how many requests are under way, background work included."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        is_request = scope["type"] == "http"
        self.active += is_request
        try:
            await self.app(scope, receive, send)
        finally:
            self.active -= is_request

    def wait(self) -> None:
        """Returns once nothing is under way."""
        deadline = time.monotonic() + 10
        while self.active:
            assert time.monotonic() < deadline, "a request of the test before never ended"
            time.sleep(0.002)


@dataclass
class Stack:
    """The running parts and how to reach them.

    Attributes:
        api: a client of the API.
        served: the API itself.
        upstash, supabase, livekit: where faults are set.
        simulator: the LiveKit whose webhooks and lists the API sees.
        valkey: the Redis behind Upstash's protocol.
    """

    api: httpx.Client
    served: Counted
    supabase_url: str
    upstash_url: str
    upstash: Faults
    supabase: Faults
    livekit: Faults
    simulator: Simulator
    valkey: Valkey
    log: LogLines
    spent_before: int = 0
    _tokens: dict[str, str] = field(default_factory=dict)

    def reset(self) -> None:
        """Ends all faults, empties Redis and LiveKit, and lets the API start cold."""
        for part in (self.upstash, self.supabase, self.livekit):
            part.clear()
        self.served.wait()
        self.valkey.flushall()
        self.simulator.rooms.clear()
        self.simulator.empty_answers = 0
        forget_everything()
        auth.forget_keys()
        realtime.forget()
        for vendor in vendors:
            vendor.answered()
        self.log.lines.clear()
        httpx.delete(f"{self.upstash_url}/_local/commands")
        httpx.delete(f"{self.supabase_url}/_local/broadcasts")

    def billed(self) -> int:
        """Returns how many commands Upstash would have billed since `reset`."""
        bill: dict[str, Any] = httpx.get(f"{self.upstash_url}/_local/commands").json()
        return int(bill["billed"])

    def broadcasts(self) -> list[dict[str, Any]]:
        """Returns what was broadcast of late, oldest first."""
        from tests import answers  # it imports the app, which reads its settings then

        said: dict[str, Any] = httpx.get(f"{self.supabase_url}/_local/broadcasts").json()
        for each in said["broadcasts"]:
            answers.check_push(each["event"], each["topic"], each["payload"])
        return list(said["broadcasts"])

    def by_command(self) -> dict[str, int]:
        """Returns how many of each command were billed since `reset`."""
        bill: dict[str, Any] = httpx.get(f"{self.upstash_url}/_local/commands").json()
        return dict(bill["by_command"])

    def token(self, person: str) -> str:
        """Signs a demo person in (once) and returns the access token."""
        if person not in self._tokens:
            answer = httpx.post(
                f"{self.supabase_url}/auth/v1/token?grant_type=password",
                json={"email": email(person), "password": PASSWORD},
                headers={"apikey": PUBLISHABLE_KEY},
            )
            self._tokens[person] = answer.raise_for_status().json()["access_token"]
        return self._tokens[person]

    def bearer(self, person: str) -> dict[str, str]:
        """Returns the headers of a signed-in demo person."""
        return {"Authorization": f"Bearer {self.token(person)}"}

    def get_token(self, person: str, **body: Any) -> httpx.Response:
        """Asks for a LiveKit token, by default for the Lounge."""
        wanted = {"room_name": LIVEKIT_ROOM} | body
        return self.api.post("/api/livekit/token", json=wanted, headers=self.bearer(person))

    def participants(self, person: str, **query: str) -> httpx.Response:
        """Asks who is in the demo community."""
        params = {"room_id": str(ROOM)} | query
        return self.api.get("/api/livekit/participants", params=params, headers=self.bearer(person))

    def names(self, person: str = "member") -> list[str]:
        """Returns the names of the people in the Lounge, as the API tells them afresh."""
        forget_everything()
        channels = self.participants(person).raise_for_status().json()["channels"]
        (lounge,) = [c for c in channels if c["channel_id"] == str(LOUNGE)]
        return [participant["name"] for participant in lounge["participants"]]

    def deliver(self, *webhooks: Webhook) -> list[httpx.Response]:
        """Posts webhooks as LiveKit does, once each."""
        return [self.post_webhook(w.body, self.simulator.sign(w.body)) for w in webhooks]

    def post_webhook(self, body: bytes, token: str | None) -> httpx.Response:
        """Posts one webhook body with this Authorization."""
        headers = {"Content-Type": "application/webhook+json"}
        if token is not None:
            headers["Authorization"] = token
        return self.api.post("/api/livekit/webhook", content=body, headers=headers)

    def join(self, person: str, **profile: Any) -> list[Webhook]:
        """Lets a demo person join the Lounge in LiveKit; returns the webhooks."""
        name = person.capitalize()
        return self.simulator.join(LIVEKIT_ROOM, str(PEOPLE[person]), name=name, **profile)

    def leave(self, person: str) -> list[Webhook]:
        """Lets a demo person leave the Lounge in LiveKit; returns the webhooks."""
        return self.simulator.leave(LIVEKIT_ROOM, str(PEOPLE[person]))


@dataclass
class Room:
    """A room for one test: owner, admin, mod and member are in it, banned is banned.

    Its channels are general (text) and Lounge (voice); its roles, the highest first, Admin (all),
    Moderator (as the demo community's) and Helper, which nobody has.
    """

    stack: Stack
    dsn: str
    id: UUID = field(default_factory=uuid4)
    general: UUID = field(default_factory=uuid4)
    lounge: UUID = field(default_factory=uuid4)
    admin: UUID = field(default_factory=uuid4)
    moderator: UUID = field(default_factory=uuid4)
    helper: UUID = field(default_factory=uuid4)

    def create(self) -> None:
        """Puts it into the database."""
        roles = [
            (self.helper, "Helper", "leaf", None, 0),
            (self.moderator, "Moderator", "gavel", "#2ecc71", int(MODERATES)),
            (self.admin, "Admin", "shield", None, 1 << 3),
        ]
        people = ("owner", "admin", "mod", "member")
        now = datetime.now(UTC)
        self._insert(
            ("rooms (id, name, owner_id)", [(self.id, "Test", PEOPLE["owner"])]),
            (
                "channels (room_id, id, name, kind, position)",
                [
                    (self.id, self.general, "general", "text", 0),
                    (self.id, self.lounge, "Lounge", "voice", 1),
                ],
            ),
            (
                "room_members (room_id, user_id, joined_at)",
                [(self.id, PEOPLE[p], now - timedelta(days=4 - n)) for n, p in enumerate(people)],
            ),
            (
                "room_roles (room_id, id, name, icon, color, permissions, position)",
                [(self.id, *role, n) for n, role in enumerate(roles, start=1)],
            ),
            (
                "room_user_roles (room_id, user_id, role_id)",
                [
                    (self.id, PEOPLE["admin"], self.admin),
                    (self.id, PEOPLE["mod"], self.moderator),
                ],
            ),
            (
                "room_bans (room_id, user_id, name, reason)",
                [(self.id, PEOPLE["banned"], "Banned", "spam")],
            ),
        )

    def delete(self) -> None:
        """Takes it out of the database, if it is still there."""
        self.sql("delete from public.rooms where id = $1", self.id)

    def sql(self, statement: str, *arguments: Any) -> None:
        """Runs a statement as the database's superuser."""
        self._run([(statement, [arguments])])

    def _insert(self, *tables: tuple[str, list[tuple[Any, ...]]]) -> None:
        steps = []
        for table, rows in tables:
            places = ", ".join(f"${n}" for n in range(1, len(rows[0]) + 1))
            steps.append((f"insert into public.{table} values ({places})", rows))
        self._run(steps)

    def _run(self, steps: list[tuple[str, list[tuple[Any, ...]]]]) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.dsn)
            for statement, rows in steps:
                await connection.executemany(statement, rows)
            await connection.close()

        apart.run(run())

    def ask(
        self, person: str | None, method: str, *path: Any, if_match: str = "", **options: Any
    ) -> httpx.Response:
        """Asks for this room, or for `path` below it, as a demo person or as nobody."""
        headers = {} if person is None else self.stack.bearer(person)
        if if_match:
            headers["If-Match"] = if_match
        url = "/".join(["/api/rooms", str(self.id), *map(str, path)])
        return self.stack.api.request(method, url, headers=headers, **options)

    def seen(self) -> list[Any]:
        """Returns all that the owner can see of the room."""
        parts: list[tuple[str, ...]] = [(), ("members",), ("bans",), ("invites",)]
        answers = [self.ask("owner", "GET", *part) for part in parts]
        return [answer.raise_for_status().json() for answer in answers]

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Asserts that what happens within leaves the room as it was."""
        before = self.seen()
        yield
        assert self.seen() == before

    def pushed(self, *types: str) -> list[dict[str, Any]]:
        """Waits for as many pushes on the room's topic; asserts their types, returns them."""
        deadline = time.monotonic() + 5
        while len(pushes := self._pushes()) < len(types):
            assert time.monotonic() < deadline, f"pushed {pushes}"
            time.sleep(0.01)
        assert [push["type"] for push in pushes] == list(types)
        return pushes

    def _pushes(self) -> list[dict[str, Any]]:
        said = [s for s in self.stack.broadcasts() if s["event"] == "room"]
        return [s["payload"] for s in said if s["topic"] == f"room:{self.id}" and s["private"]]

    def call(self, person: str) -> list[Webhook]:
        """Lets a demo person join the Lounge in LiveKit and the API hear of it."""
        name, identity = f"{self.id}:{self.lounge}", str(PEOPLE[person])
        webhooks = self.stack.simulator.join(name, identity, name=person.capitalize())
        self.stack.deliver(*webhooks)
        return webhooks

    def in_call(self, person: str) -> ParticipantInfo | None:
        """Returns a demo person as LiveKit has them in the Lounge, None when they aren't there."""
        people = self.stack.simulator.participants(f"{self.id}:{self.lounge}")
        return people.get(str(PEOPLE[person]))


def environment(*, upstash: str, supabase: str, livekit: str, api: str) -> dict[str, str]:
    """Returns the settings of the API under test: patient, for a busy machine."""
    return {
        "UPSTASH_REDIS_REST_URL": upstash,
        "UPSTASH_REDIS_REST_TOKEN": "upstash-token",
        "SUPABASE_URL": supabase,
        "SUPABASE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "SUPABASE_SECRET_KEY": SECRET_KEY,
        "SUPABASE_JWT_SECRET": JWT_SECRET,
        "LIVEKIT_URL": livekit.replace("http", "ws", 1),
        "LIVEKIT_API_KEY": LIVEKIT_KEY,
        "LIVEKIT_API_SECRET": LIVEKIT_SECRET,
        "SANGHA_OPS_KEY": OPS_KEY,
        "SANGHA_PUBLIC_URL": api,
        "SANGHA_ALLOWED_ORIGINS": ORIGIN,
        **dict.fromkeys(DEADLINES, "3000"),
    }


def now_ms() -> int:
    """Returns the time in milliseconds, for the simulator."""
    return time.time_ns() // 1_000_000


def set_environment(values: dict[str, str]) -> None:
    """Puts settings in place before the app is imported."""
    for name in list(os.environ):
        if name.startswith(("SANGHA_", "UPSTASH_", "SUPABASE_", "LIVEKIT_")):
            del os.environ[name]
    os.environ.update(values)

"""Replays a trace of bench/evening.py through the real endpoints at an injected clock.

Webhooks and reads go through the endpoints' own ASGI app, limit checks through common.limits,
reconciles through common.reconciler. Behind their edges stand a Valkey that counts commands and
the LiveKit simulator, whose lists are counted as API calls.
"""

import contextlib
import functools
import heapq
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import httpx
from google.protobuf.json_format import MessageToDict

from bench.engine import AgingValkey
from bench.evening import LIMITS, MINUTE_MS, Evening, Happening
from bench.stack import LIVEKIT_KEY, LIVEKIT_SECRET, environment
from common import auth, clock, limits, livekit, log, memory, realtime, reconciler, redis, supabase
from common.endpoint import create_app
from common.rate_limit import Rule
from functions.livekit import participants, webhook
from local.livekit import schedule
from local.livekit.events import CONTENT_TYPE, Webhook, sign
from local.livekit.simulator import Simulator

BEGINS_MS = 1_900_000_000_000
WEBHOOK_MS = 50
HANDOVER_MS = 100
SCHEDULE_MS = [n * 360 * MINUTE_MS - 60 * MINUTE_MS for n in range(4)]  # 18:00, 0:00, 6:00, 12:00
ROOM = "00000000-0000-4000-8000-000000000001"
CHANNELS = [f"00000000-0000-4000-8000-00000000001{n}" for n in range(3)]
SETTINGS = {
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_bench",
    "LIVEKIT_API_KEY": LIVEKIT_KEY,
    "LIVEKIT_API_SECRET": LIVEKIT_SECRET,
    "SANGHA_OPS_KEY": "ops-key-of-the-bench",
    "SANGHA_PUBLIC_URL": "http://bench",
}

Shown = frozenset[tuple[str, str, str]]  # channel, identity, SID


@dataclass
class Day:
    """One day: the trace, LiveKit, the way of its webhooks, and our endpoints.

    Attributes:
        cold: whether every request meets a process that remembers nothing.
        spent: billed commands, by what they were spent for.
        calls: LiveKit API calls, by method.
        counted: what else happened, by name.
    """

    engine: AgingValkey
    rng: random.Random
    cold: bool
    now_ms: int = BEGINS_MS
    queue: list[tuple[int, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    history: list[tuple[int, Shown]] = field(default_factory=list)
    spent: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Plans what is known beforehand: the evening, and the scheduled reconciles."""
        self.livekit = Simulator(LIVEKIT_KEY, LIVEKIT_SECRET, self.clock_ms, self.rng)
        app = create_app(webhook.router, participants.router)
        app.dependency_overrides[auth.user] = lambda: auth.User(self.reader, "token")
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench")
        self.reader = ""
        self._note_truth()
        for happening in Evening(self.rng).happenings():
            self._plan(BEGINS_MS + happening.at_ms, functools.partial(self._happen, happening))
        for at_ms in SCHEDULE_MS:
            self._plan(BEGINS_MS + at_ms, self._reconcile_all)

    async def run(self) -> None:
        """Lives through the day."""
        self.now_ms = BEGINS_MS + SCHEDULE_MS[0]
        async with self.client:
            await self._advance(BEGINS_MS + SCHEDULE_MS[-1])

    async def _advance(self, until_ms: int) -> None:
        """Lets time pass, and what is planned for it happen."""
        while self.queue and self.queue[0][0] <= until_ms:
            at_ms, _, action = heapq.heappop(self.queue)
            self.now_ms = max(self.now_ms, at_ms)
            await action()
        self.now_ms = max(self.now_ms, until_ms)

    def _plan(self, at_ms: int, action: Callable[[], Awaitable[None]]) -> None:
        self.counted["planned"] += 1
        heapq.heappush(self.queue, (at_ms, self.counted["planned"], action))

    async def _happen(self, happening: Happening) -> None:
        if happening.kind == "read":
            await self._read(happening.person)
        elif happening.kind == "check":
            await self._check(happening.person, str(happening.where))
        else:
            self._in_livekit(happening)

    def clock_ms(self) -> int:
        """Returns the time in milliseconds."""
        return self.now_ms

    def clock_s(self) -> float:
        """Returns the time in seconds."""
        return self.now_ms / 1000

    # --- LiveKit, and its webhooks

    def _in_livekit(self, happening: Happening) -> None:
        room = f"{ROOM}:{CHANNELS[int(happening.where)]}"
        who = () if happening.kind == "finish" else (happening.person,)
        kind = "finish_room" if happening.kind == "finish" else happening.kind
        webhooks: list[Webhook] = getattr(self.livekit, kind)(room, *who)
        self._note_truth()
        for arrival in schedule.delayed(webhooks, self.rng, up_to_ms=WEBHOOK_MS):
            self._plan(arrival.at_ms, functools.partial(self._deliver, arrival))

    async def _deliver(self, arrival: Webhook) -> None:
        token = sign(  # PyJWT knows no injected clock
            arrival.body,
            api_key=LIVEKIT_KEY,
            api_secret=LIVEKIT_SECRET,
            now_ms=time.time_ns() // 1_000_000,
        )
        headers = {"Authorization": token, "Content-Type": CONTENT_TYPE}
        with self._spending("webhooks"):
            answer = await self.client.post(
                "/api/livekit/webhook", content=arrival.body, headers=headers
            )
        self.counted["events"] += 1
        self.counted["events lost"] += answer.status_code != httpx.codes.OK

    def _note_truth(self) -> None:
        here = frozenset(
            (room.partition(":")[2], identity, info.sid)
            for room, live in self.livekit.rooms.items()
            for identity, info in live.participants.items()
        )
        self.history.append((self.now_ms, here))

    # --- reads and limit checks

    async def _read(self, person: str) -> None:
        self.reader = person
        with self._spending("reads"):
            url = f"/api/livekit/participants?room_id={ROOM}"
            body = (await self.client.get(url)).raise_for_status().json()
        shown = frozenset(
            (channel["channel_id"], someone["identity"], someone["sid"])
            for channel in body["channels"]
            for someone in channel["participants"]
        )
        self.counted["reads"] += 1
        self.counted["reads wrong"] += shown not in self._truths(body["as_of"])
        self.counted["reads behind"] += shown != self.history[-1][1]

    def _truths(self, as_of_ms: int) -> list[Shown]:
        """Returns who was there at each moment of the 50 ms up to `as_of_ms`."""
        until = [here for at_ms, here in self.history if at_ms <= as_of_ms]
        recent = sum(as_of_ms - WEBHOOK_MS <= at_ms <= as_of_ms for at_ms, _ in self.history)
        return until[-1 - recent :]

    async def _check(self, person: str, limit: str) -> None:
        with self._spending("limit checks"):
            decision = await limits.check(Rule(limit, LIMITS[limit]), person)
        self.counted["checks"] += 1
        self.counted["checks refused"] += not decision.allowed

    # --- reconciles

    async def send_off(self, _path: str, body: dict[str, Any]) -> None:
        """Stands in for common.dispatch.send_off."""
        self._plan(self.now_ms + HANDOVER_MS, functools.partial(self._reconcile, body["room_id"]))

    async def _reconcile(self, room_id: str) -> None:
        with self._spending("reconciles"):
            await reconciler.reconcile(room_id, pause=self._pause)

    async def _reconcile_all(self) -> None:
        with self._spending("scheduled reconciles"):
            await reconciler.reconcile_all(pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        await self._advance(self.now_ms + int(seconds * 1000))

    @contextlib.contextmanager
    def _spending(self, purpose: str) -> Iterator[None]:
        if self.cold:
            memory.forget_everything()
        before = self.engine.commands - self.spent.total()
        yield
        self.spent[purpose] += self.engine.commands - self.spent.total() - before

    # --- what stands behind the edges

    async def rpc(
        self, function: str, _arguments: object, *, read: Callable[[Any], Any], **_: object
    ) -> Any:
        """Stands in for common.supabase.rpc: everyone sees every channel."""
        if function == "voice_is_private":
            return False
        self.counted["rpcs"] += 1
        return read(CHANNELS)

    async def list_rooms(self, names: Any = ()) -> list[dict[str, Any]]:
        """Stands in for common.livekit.list_rooms."""
        self.calls["ListRooms"] += 1
        wanted = set(names)
        rooms = [live.info for live in self.livekit.rooms.values()]
        return [_protojson(room) for room in rooms if not wanted or room.name in wanted]

    async def list_participants(self, room: str) -> list[dict[str, Any]]:
        """Stands in for common.livekit.list_participants."""
        self.calls["ListParticipants"] += 1
        return [_protojson(info) for info in self.livekit.participants(room).values()]

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Puts this day behind the edges, and its clock behind every clock that rules read."""
        with (
            environment(SETTINGS),
            mock.patch.object(redis, "execute", self.engine.execute_async),
            mock.patch.object(redis, "fields", self.engine.fields),
            mock.patch.object(supabase, "rpc", self.rpc),
            mock.patch.object(livekit, "list_rooms", self.list_rooms),
            mock.patch.object(livekit, "list_participants", self.list_participants),
            mock.patch.object(realtime, "broadcast", mock.AsyncMock()),
            mock.patch.object(participants, "send_off", self.send_off),
            mock.patch.object(clock, "now_ms", self.clock_ms),
            mock.patch.object(log, "event"),
            contextlib.ExitStack() as clocks,
        ):
            for remembered in memory._all:
                seconds = mock.patch.object(remembered, "_clock", self.clock_s)
                clocks.enter_context(seconds)
            memory.forget_everything()
            yield
            memory.forget_everything()


def _protojson(message: Any) -> dict[str, Any]:
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )

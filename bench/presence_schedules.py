"""Random schedules of people coming and going, and of what happens to the webhooks on their way.

The simulated LiveKit is the truth. Its webhooks come duplicated, out of order and late, within
LiveKit's own bounds, and where a schedule says so, not at all. They are recorded in a real Valkey
under an injected clock, reconciles run in between, and LiveKit's lists err, come back empty or lag
behind. A verdict says whether a reader was ever wrong who could have been right.
"""

import asyncio
import contextlib
import heapq
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from google.protobuf.json_format import MessageToDict

from bench.engine import AgingValkey
from common import clock as process_clock
from common import keys, livekit, realtime, reconciler, redis, supabase
from common.errors import Unavailable
from common.presence import read_webhook, who_is_here
from local.livekit import schedule
from local.livekit.events import Webhook
from local.livekit.simulator import Simulator

START_MS = 1_900_000_000_000
MINUTE_MS = 60_000
LATEST_MS = 6 * MINUTE_MS + 45_000
"""The latest that a webhook can still be accepted: queued 30 s, retried 15 s, signed for 6 min."""
LAG_MS = 5_000
"""How far LiveKit's lists lag behind at most."""
ROOM = "00000000-0000-4000-8000-000000000001"
CHANNELS = [f"00000000-0000-4000-8000-00000000001{n}" for n in range(3)]
PEOPLE = ["ada", "bela", "cleo", "dina", "egon"]
Place = tuple[str, str, str]  # channel, identity, SID


@dataclass
class Verdict:
    """What one schedule showed.

    Attributes:
        happened: joins, leaves and so on.
        delivered: webhooks that arrived, repetitions included.
        wrong: 1 when the last reader saw something else than the truth.
        evicted: people who were there, were shown, and were removed by a reconcile.
    """

    happened: int = 0
    delivered: int = 0
    wrong: int = 0
    evicted: int = 0


class World:
    """LiveKit, the way of its webhooks, and our presence, under one injected clock."""

    def __init__(self, engine: AgingValkey, rng: random.Random, *, lossy: bool) -> None:
        self.now_ms = START_MS
        self.engine = engine
        self.rng = rng
        self.lossy = lossy
        self.livekit = Simulator("key", "s" * 32, lambda: self.now_ms, rng)
        self.under_way: list[tuple[int, int, Webhook]] = []
        self.changed: dict[str, tuple[object, int]] = {}  # LiveKit room → last change, when
        self.faulty = False
        self.verdict = Verdict()

    # --- what happens

    def happen(self) -> None:
        """Lets one thing happen in LiveKit, chosen at random."""
        channel = f"{ROOM}:{self.rng.choice(CHANNELS)}"
        present = list(self._in(channel))
        self.verdict.happened += 1
        self.now_ms += 1  # nobody joins twice in the same millisecond
        if not present or self.rng.random() < 0.4:
            self.send(self.livekit.join(channel, self.rng.choice(PEOPLE)))
            return
        person = self.rng.choice(present)
        choices = [self.livekit.leave, self.livekit.reconnect, self.livekit.remove]
        choices += [self.livekit.publish, self.livekit.reconnect]
        if self.rng.random() < 0.1:
            self.send(self.livekit.abort(channel, "nobody"))
        elif self.rng.random() < 0.1 and self.lossy:
            self.livekit.crash()
            self.send([])
        elif self.rng.random() < 0.1:
            self.send(self.livekit.finish_room(channel))
        else:
            self.send(self.rng.choice(choices)(channel, person))

    def send(self, webhooks: list[Webhook]) -> None:
        """Puts webhooks on their way, each with a fate of its own."""
        arrivals = webhooks
        if self.lossy:
            arrivals = schedule.lost(arrivals, self.rng, probability=0.3)
        late_ms = self.rng.choice([0, 50, 5_000, LATEST_MS // 2])
        arrivals = schedule.reordered(arrivals, self.rng, within_ms=late_ms)
        arrivals = schedule.duplicated(
            arrivals, self.rng, probability=0.3, within_ms=LATEST_MS - late_ms
        )
        for name, room in self.livekit.rooms.items():
            if self.changed.get(name, (None, 0))[0] is not room.last_change:
                self.changed[name] = (room.last_change, self.now_ms)
        for webhook in arrivals:
            heapq.heappush(self.under_way, (webhook.at_ms, self.rng.getrandbits(32), webhook))

    # --- time and delivery

    def advance(self, ms: int) -> None:
        """Lets time pass, and delivers what arrives meanwhile."""
        until = self.now_ms + ms
        while self.under_way and self.under_way[0][0] <= until:
            at_ms, _, webhook = heapq.heappop(self.under_way)
            self.now_ms = max(self.now_ms, at_ms)
            change = read_webhook(json.loads(webhook.body))
            if change is not None:
                self.engine.execute(*change.command())
            self.verdict.delivered += 1
        self.now_ms = until

    async def pause(self, seconds: float) -> None:
        """Lets time pass in the middle of a reconcile; things may happen in it."""
        if self.rng.random() < 0.3:
            self.happen()
        self.advance(int(seconds * 1000))

    # --- what LiveKit answers

    async def list_rooms(self, names: Any = ()) -> list[dict[str, Any]]:
        """Stands in for common.livekit.list_rooms."""
        self._may_fail()
        wanted = set(names)
        rooms = [room.info for room in self.livekit.rooms.values()]
        return [_json(room) for room in rooms if not wanted or room.name in wanted]

    async def list_participants(self, room: str) -> list[dict[str, Any]]:
        """Stands in for common.livekit.list_participants."""
        self._may_fail()
        if self.faulty and self.rng.random() < 0.3:
            return []
        self.livekit.stale = self.faulty and self._changed_just_now(room)
        return [_json(info) for info in self.livekit.participants(room).values()]

    def _changed_just_now(self, room: str) -> bool:
        return self.now_ms - self.changed.get(room, (None, START_MS))[1] < LAG_MS

    def _may_fail(self) -> None:
        if self.faulty and self.rng.random() < 0.2:
            raise Unavailable("livekit", "injected")

    # --- presence and the truth

    def truth(self) -> set[Place]:
        """Returns who is there, by LiveKit's own state."""
        return {
            (channel, identity, info.sid)
            for channel in CHANNELS
            for identity, info in self._in(f"{ROOM}:{channel}").items()
        }

    def shown(self) -> set[Place]:
        """Returns who is there, as a reader sees it."""
        fields = self.engine.execute("HGETALL", keys.voice(ROOM))
        return {(s.channel_id, s.identity, s.sid) for s in who_is_here(fields)}

    async def reconcile(self, *, faulty: bool) -> None:
        """Runs a reconcile; counts who was there, was shown, and was removed by it."""
        self.faulty = faulty
        before = self.shown()
        with contextlib.suppress(Unavailable):
            await reconciler.reconcile(ROOM, pause=self.pause)
        self.faulty = self.livekit.stale = False
        self.verdict.evicted += len((before & self.truth()) - self.shown())

    def _in(self, channel: str) -> dict[str, Any]:
        room = self.livekit.rooms.get(channel)
        return dict(room.participants) if room else {}

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Puts this world behind the edges that the reconciler uses."""

        async def unheard(*_: object) -> bool:
            return True

        async def everybody_sees(*_: Any, **__: Any) -> bool:
            return False  # no channel is private

        with (
            mock.patch.object(redis, "execute", self.engine.execute_async),
            mock.patch.object(redis, "fields", self.engine.fields),
            mock.patch.object(livekit, "list_rooms", self.list_rooms),
            mock.patch.object(livekit, "list_participants", self.list_participants),
            mock.patch.object(realtime, "broadcast", unheard),
            mock.patch.object(supabase, "rpc", everybody_sees),
            mock.patch.object(process_clock, "now_ms", side_effect=lambda: self.now_ms),
        ):
            yield


async def run(world: World) -> Verdict:
    """Runs one random schedule and judges it."""
    rng = world.rng
    for _ in range(rng.randint(3, 40)):
        world.happen()
        world.advance(rng.choice([0, 0, 10, 300, 20_000, 3 * MINUTE_MS]))
        if world.lossy and rng.random() < 0.2:
            await world.reconcile(faulty=rng.random() < 0.7)
        if rng.random() < 0.02:  # a long call: the schedule reconciles every six hours
            world.advance(5 * 60 * MINUTE_MS)
            await world.reconcile(faulty=False)
    world.advance(LATEST_MS + 1)
    if world.lossy:
        world.engine.execute("HDEL", keys.voice(ROOM), "@rooms")  # an hour has passed, or a run
        with mock.patch.object(world, "happen"):
            await world.reconcile(faulty=False)
    world.verdict.wrong = int(world.shown() != world.truth())
    return world.verdict


def run_one(engine: AgingValkey, clock: "Clock", seed: int, *, lossy: bool) -> Verdict:
    """Runs the schedule of one seed on an empty Valkey."""
    engine.flush()
    world = World(engine, random.Random(seed), lossy=lossy)
    clock.world = world
    with world.installed():
        return asyncio.run(run(world))


class Clock:
    """The clock of the world that runs just now."""

    def __init__(self) -> None:
        self.world: World | None = None

    def __call__(self) -> int:
        """Returns the time in milliseconds."""
        return self.world.now_ms if self.world else START_MS


def _json(message: Any) -> dict[str, Any]:
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )

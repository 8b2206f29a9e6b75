"""A burst of 1,000 signed events over 50 LiveKit rooms, through the API process over HTTP.

Delivered as LiveKit does: one request in flight per room, all rooms at once, each room as fast as
it is answered. Afterwards the hash of every community must tell what the simulator knows. Redis,
Supabase (for the broadcasts) and the API are processes of their own on this machine.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from bench.report import Report, percentile, progress
from bench.stack import LIVEKIT_KEY, LIVEKIT_SECRET, Stack, environment
from common import keys, redis
from common.clock import now_ms
from common.presence import read_webhook, who_is_here
from common.sessions import Channel
from local.livekit.delivery import Delivery, deliver
from local.livekit.events import Webhook
from local.livekit.simulator import Simulator

COMMUNITIES = 5
CHANNELS = 10  # each
PEOPLE = [f"person-{n}" for n in range(30)]
PATH = "/api/livekit/webhook"
Place = tuple[str, str, str]  # channel, identity, SID


def run(events: int = 1_000) -> Report:
    """Delivers `events` events and judges what is left of them."""
    rng = random.Random(1)
    simulator = Simulator(LIVEKIT_KEY, LIVEKIT_SECRET, now_ms, rng)
    rooms = [_uuid(rng) for _ in range(COMMUNITIES)]
    channels = [Channel(room, _uuid(rng)) for room in rooms for _ in range(CHANNELS)]
    _live(simulator, channels, rng, events)
    with Stack() as stack:
        progress("webhook: starting the stack")
        stack.start_upstash()
        stack.start_supabase()
        url, _ = stack.start_api()
        httpx.get(f"{url}/api/health").raise_for_status()
        stack.forget_bill()
        progress(f"webhook: delivering {events} events")
        began = time.perf_counter()
        deliveries, latencies_ms = asyncio.run(_deliver(url + PATH, simulator))
        seconds = time.perf_counter() - began
        billed = stack.billed()
        with environment(stack.settings):
            wrong = asyncio.run(_wrong(rooms, simulator))
    changes = sum(read_webhook(_event(delivery)) is not None for delivery in deliveries)
    report = Report("webhook")
    report.add("events", len(deliveries), f"in {len(channels)} LiveKit rooms", at_least=events)
    lost = sum(delivery.status != httpx.codes.OK for delivery in deliveries)
    report.add("lost", lost, "not answered with 200 after LiveKit's retries", at_most=0)
    again = sum(delivery.attempts - 1 for delivery in deliveries)
    report.add("retries", again, "deliveries after a 503: our deadline on a busy machine")
    report.add("wrong_communities", wrong, "whose hash is not the simulator's truth", at_most=0)
    note = "to deliver all; LiveKit drops what has waited for 30 s"
    report.add("seconds", seconds, note, at_most=30)
    report.add("events_per_s", events / seconds)
    report.add("p50_ms", percentile(latencies_ms, 50))
    note = "of an answer, 50 asked of one process at once; LiveKit's queue wants under a second"
    report.add("p99_ms", percentile(latencies_ms, 99), note, at_most=1000)
    note = f"1 for each of the {changes} events that change presence, and each retry"
    report.add("billed_commands", billed, note, at_most=changes + again)
    return report


def _live(simulator: Simulator, channels: list[Channel], rng: random.Random, events: int) -> None:
    """Lets people come, talk and go until exactly `events` webhooks were caused."""
    while (left := events - len(simulator.history)) > 0:
        room = rng.choice(channels).livekit_room
        live = simulator.rooms.get(room)
        present = list(live.participants) if live else []
        absent = [person for person in PEOPLE if person not in present]
        chance = rng.random()
        if not present and left > 1:
            simulator.join(room, rng.choice(absent))
        elif present and (chance < 0.35 or left < 8):
            simulator.publish(room, rng.choice(present))
        elif present and chance < 0.6:
            simulator.leave(room, rng.choice(present))
        elif present and chance < 0.65:
            simulator.reconnect(room, rng.choice(present))
        elif present and absent:
            simulator.join(room, rng.choice(absent))


async def _deliver(url: str, simulator: Simulator) -> tuple[list[Delivery], list[float]]:
    """Returns how each delivery ended, and how long each answer took in milliseconds."""
    latencies_ms: list[float] = []

    async def begin(request: httpx.Request) -> None:
        request.extensions["began"] = time.perf_counter()

    async def end(response: httpx.Response) -> None:
        latencies_ms.append((time.perf_counter() - response.request.extensions["began"]) * 1000)

    hooks: dict[str, list[Callable[..., Any]]] = {"request": [begin], "response": [end]}
    queues: dict[str, list[Webhook]] = {}
    for webhook in simulator.history:
        queues.setdefault(webhook.event.room.name, []).append(webhook)

    async def one_room(queue: list[Webhook]) -> list[Delivery]:
        # A client each: httpx's pool would cost more than the API once fifty share it.
        async with httpx.AsyncClient(timeout=5, event_hooks=hooks, verify=False) as client:
            return await deliver(url, queue, sign=simulator.sign, client=client)

    rooms = await asyncio.gather(*map(one_room, queues.values()))
    return [delivery for room in rooms for delivery in room], latencies_ms


async def _wrong(rooms: list[str], simulator: Simulator) -> int:
    """Counts communities whose readers see something else than the simulator's truth."""
    truth: dict[str, set[Place]] = {room: set() for room in rooms}
    for name, live in simulator.rooms.items():
        channel = Channel.parse(name)
        assert channel is not None
        for identity, info in live.participants.items():
            truth[channel.room_id].add((channel.channel_id, identity, info.sid))
    wrong = 0
    for room, present in truth.items():
        fields = await redis.fields(keys.voice(room))
        shown = {(s.channel_id, s.identity, s.sid) for s in who_is_here(fields)}
        wrong += shown != present
    return wrong


def _event(delivery: Delivery) -> dict[str, object]:
    event: dict[str, object] = json.loads(delivery.webhook.body)
    return event


def _uuid(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128)))

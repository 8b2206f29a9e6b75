"""Heals presence from evidence: LiveKit's own lists, where webhooks were lost.

Adds who is missing, renews leases, and removes a session only when two good answers some seconds
apart lack it. LiveKit's lists lag a little behind and are known to come back empty for a moment,
so an error is no evidence, a newcomer is not judged, and an empty answer counts only if the list
of rooms agrees.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common import clock, keys, livekit, presence, redis, roster
from common.errors import Unavailable
from common.presence import Channel, Session
from common.realtime import try_broadcast

PAUSE_S = 3.0
"""Between the two answers that remove somebody: longer than LiveKit's lists lag behind."""
NEWCOMER_MS = 30_000
"""Who joined this recently may not be in LiveKit's list yet."""
RENEWED_MS = presence.LEASE_S * 1000 // 3
"""Sessions this old have their lease renewed: with the schedule's six hours, none runs out."""
SCAN_COUNT = 1000
AT_ONCE = 8  # communities reconciled side by side

Pause = Callable[[float], Awaitable[None]]
Listing = dict[str, dict[str, Session]]  # channel id → participant SID → session


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did: counts of sessions, and of channels that LiveKit said nothing about."""

    room_id: str
    added: int
    removed: int
    unanswered: int


async def reconcile_all(pause: Pause = asyncio.sleep) -> list[Report]:
    """Reconciles every community that LiveKit or Redis knows of.

    Raises:
        Unavailable: LiveKit's list of rooms, or Redis, can't be had.
    """
    rooms = await livekit.list_rooms()
    found = {c.room_id for room in rooms if (c := Channel.parse(room.get("name", "")))}
    async for key in _scan(keys.voice("*")):
        found.add(key.removeprefix(keys.voice("")))
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(room_id: str) -> Report:
        async with turn:
            return await reconcile(room_id, rooms=rooms, pause=pause)

    return await asyncio.gather(*map(one, sorted(found)))


async def reconcile(
    room_id: str, *, rooms: list[dict[str, Any]] | None = None, pause: Pause = asyncio.sleep
) -> Report:
    """Reconciles one community.

    Args:
        room_id: the community.
        rooms: LiveKit's list of rooms, if the caller has it; else it is asked once an hour.
        pause: waits that many seconds.

    Raises:
        Unavailable: Redis, or LiveKit for every channel, can't be had.
    """
    now = clock.now_ms()
    fields = await _fields(room_id)
    if rooms is None and "@rooms" not in fields:
        rooms = await livekit.list_rooms()
    sids = _room_sids(room_id, rooms or [])
    known = list(presence.all_sessions(fields))
    channels = {session.channel_id for session in known} | set(sids)
    listing = await _list(room_id, channels, sids)
    if channels and not listing:
        raise Unavailable("livekit", "no channel could be listed")

    suspects = _absent(known, listing, now - NEWCOMER_MS)
    if suspects:
        await pause(PAUSE_S)
        suspects = await _still_absent(room_id, suspects)
    listed = [session for channel in listing.values() for session in channel.values()]
    added = await _add(room_id, fields, listed)
    if suspects:
        await redis.execute(*presence.missing_command(room_id, suspects))
    old = [s for s in listed if s.joined_at_ms < now - RENEWED_MS and _place(s) in fields]
    if old:
        await redis.execute(*presence.renew_command(room_id, old))
    if len(listing) == len(channels):
        await redis.execute(*presence.mark_command(room_id, "@evidence", presence.EVIDENCE_S, now))
        if rooms is not None:
            await redis.execute(*presence.mark_command(room_id, "@rooms", presence.ROOMS_S, now))
    if added or suspects:
        roster.forget(room_id)
    await _tell(room_id, "joined", added)
    await _tell(room_id, "left", suspects)
    return Report(room_id, len(added), len(suspects), len(channels) - len(listing))


async def _fields(room_id: str) -> dict[str, str]:
    reply = await redis.execute("HGETALL", keys.voice(room_id))
    assert isinstance(reply, dict)
    return reply


async def _scan(pattern: str) -> AsyncIterator[str]:
    cursor = 0
    while True:
        reply = await redis.execute("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT)
        assert isinstance(reply, list | tuple)
        cursor, found = int(reply[0]), reply[1]
        for key in found:
            yield key
        if cursor == 0:
            return


def _room_sids(room_id: str, rooms: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Returns channel id → LiveKit room SID of a community's active channels."""
    parsed = ((Channel.parse(room.get("name", "")), room.get("sid", "")) for room in rooms)
    return {c.channel_id: sid for c, sid in parsed if c is not None and c.room_id == room_id}


async def _list(room_id: str, channels: Iterable[str], sids: Mapping[str, str]) -> Listing:
    """Lists channels; one that LiveKit gives no answer for is left out."""
    order = sorted(channels)
    answers = await asyncio.gather(
        *(livekit.list_participants(Channel(room_id, c).livekit_room) for c in order),
        return_exceptions=True,
    )
    listing: Listing = {}
    for channel_id, answer in zip(order, answers, strict=True):
        if isinstance(answer, Unavailable):
            continue
        if isinstance(answer, BaseException):
            raise answer
        found = presence.read_list(channel_id, sids.get(channel_id, ""), answer)
        listing[channel_id] = {session.sid: session for session in found}
    return listing


def _absent(known: Iterable[Session], listing: Listing, joined_before_ms: int) -> list[Session]:
    return [
        session
        for session in known
        if session.channel_id in listing
        and session.sid not in listing[session.channel_id]
        and session.joined_at_ms <= joined_before_ms
    ]


async def _still_absent(room_id: str, suspects: list[Session]) -> list[Session]:
    """Asks a second time; an empty answer counts only where the list of rooms agrees."""
    listing = await _list(room_id, {s.channel_id for s in suspects}, {})
    empty = [Channel(room_id, c).livekit_room for c, people in listing.items() if not people]
    if empty:
        try:
            rooms = await livekit.list_rooms(empty)
        except Unavailable:
            return []
        for room in rooms:
            channel = Channel.parse(room.get("name", ""))
            if channel and int(room.get("num_participants", room.get("numParticipants", 0))):
                listing.pop(channel.channel_id, None)
    return _absent(suspects, listing, clock.now_ms())


async def _add(room_id: str, fields: Mapping[str, str], listed: Iterable[Session]) -> list[Session]:
    added = []
    for session in listed:
        state = fields.get(_place(session))
        if state is None:
            written = await redis.execute(*presence.join_command(room_id, session))
        elif state == presence.MISSING:
            written = await redis.execute(*presence.revive_command(room_id, session))
        else:
            continue
        if written:
            added.append(session)
    return added


async def _tell(room_id: str, event: str, sessions: Iterable[Session]) -> None:
    for session in sessions:
        channel = Channel(room_id, session.channel_id)
        change = presence.Change(event, channel, session.room_sid, session.sid, session)
        await try_broadcast(channel.topic, "voice", change.message())


def _place(session: Session) -> str:
    return f"{session.channel_id}/{session.sid}"

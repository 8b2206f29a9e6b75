"""Heals presence from evidence: LiveKit's own lists, where webhooks were lost.

Adds who is missing, renews leases, and removes a session only when two good answers some seconds
apart lack it. LiveKit's lists lag a little behind and are known to come back empty for a moment,
so an error is no evidence, a newcomer is not judged, and an empty answer counts only if the list
of rooms agrees.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common import clock, keys, livekit, log, presence, redis, roster, sessions, voice
from common.errors import Unavailable
from common.sessions import Channel, Session

PAUSE_S = 3.0
"""Between the two answers that remove somebody: longer than LiveKit's lists lag behind."""
NEWCOMER_MS = 30_000
"""Who joined this recently may not be in LiveKit's list yet."""
RENEWED_MS = presence.LEASE_S * 1000 // 3
"""Sessions this old have their lease renewed: with the schedule's six hours, none runs out."""
SCAN_COUNT = 1000
AT_ONCE = 8  # communities reconciled side by side

Pause = Callable[[float], Awaitable[None]]
Check = Callable[[str, list[Session]], Awaitable[object]]
Listing = dict[str, dict[str, Session]]  # channel id → participant SID → session


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did.

    Attributes:
        room_id: the community.
        added, removed: sessions.
        unanswered: channels that LiveKit didn't list, and sessions it gave no verdict on.
    """

    room_id: str
    added: int
    removed: int
    unanswered: int


async def reconcile_all(pause: Pause = asyncio.sleep, check: Check | None = None) -> list[Report]:
    """Reconciles every community that LiveKit or Redis knows of; one that fails stops no other.

    Takes what `reconcile` takes.

    Raises:
        Unavailable: LiveKit's list of rooms, or Redis, can't be had.
    """
    rooms = await livekit.list_rooms()
    found = {c.room_id for room in rooms if (c := Channel.of_room(room))}
    async for key in _scan(keys.voice("*")):
        found.add(key.removeprefix(keys.voice("")))
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(room_id: str) -> Report | None:
        async with turn:
            try:
                return await reconcile(room_id, rooms=rooms, pause=pause, check=check)
            except Unavailable as error:
                log.event("not_reconciled", room_id=room_id, reason=str(error))
                return None

    reports = await asyncio.gather(*map(one, sorted(found)))
    return [report for report in reports if report is not None]


async def reconcile(
    room_id: str,
    *,
    rooms: list[dict[str, Any]] | None = None,
    pause: Pause = asyncio.sleep,
    check: Check | None = None,
) -> Report:
    """Reconciles one community.

    Args:
        room_id: the community.
        rooms: LiveKit's list of rooms, if the caller has it; else it is asked once an hour.
        pause: waits that many seconds.
        check: is given the community and who LiveKit lists, each session as LiveKit has it and,
            where it differs, as readers see it.

    Raises:
        Unavailable: Redis, or LiveKit for every channel, can't be had.
    """
    now = clock.now_ms()
    fields = await redis.fields(keys.voice(room_id))
    if rooms is None and "@rooms" not in fields:
        rooms = await livekit.list_rooms()
    sids = sessions.room_sids(room_id, rooms or [])
    known = list(presence.all_sessions(fields))
    channels = {session.channel_id for session in known} | set(sids)
    listing = await _list(room_id, channels, sids)
    if channels and not listing:
        raise Unavailable("livekit", "no channel could be listed")

    removed, undecided = await _remove(room_id, _absent(known, listing, now - NEWCOMER_MS), pause)
    listed = [session for channel in listing.values() for session in channel.values()]
    added = await _add(room_id, fields, listed)
    old = [s for s in listed if s.joined_at_ms < now - RENEWED_MS and s.place in fields]
    if old:
        await redis.execute(*presence.renew_command(room_id, old, fields))
    if len(listing) == len(channels) and not undecided:
        await redis.execute(*presence.mark_command(room_id, "@evidence", presence.EVIDENCE_S, now))
        if rooms is not None:
            await redis.execute(*presence.mark_command(room_id, "@rooms", presence.ROOMS_S, now))
    if added or removed:
        roster.forget(room_id)
    await _tell(room_id, [("joined", s) for s in added] + [("left", s) for s in removed])
    if check is not None:
        places = {session.place for session in listed}
        await check(room_id, listed + [session for session in known if session.place in places])
    return Report(room_id, len(added), len(removed), len(channels) - len(listing) + undecided)


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
        with contextlib.suppress(Unavailable):  # a list that can't be read is no evidence
            found = list(sessions.read_list(channel_id, sids.get(channel_id, ""), answer))
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


async def _remove(room_id: str, suspects: list[Session], pause: Pause) -> tuple[list[Session], int]:
    """Removes who is absent a second time; returns them, and how many remain undecided."""
    if not suspects:
        return [], 0
    await pause(PAUSE_S)
    listing = await _list(room_id, {s.channel_id for s in suspects}, {})
    for channel_id in await _contradicted(room_id, [c for c, who in listing.items() if not who]):
        del listing[channel_id]
    undecided = sum(s.channel_id not in listing for s in suspects)
    fields = await redis.fields(keys.voice(room_id))
    here = {session.sid for session in presence.all_sessions(fields)}
    absent = [s for s in _absent(suspects, listing, clock.now_ms()) if s.sid in here]
    if absent:
        await redis.execute(*presence.missing_command(room_id, absent))
    return absent, undecided


async def _contradicted(room_id: str, empty: list[str]) -> list[str]:
    """Returns those of the channels listed as empty that the list of rooms does not call empty."""
    if not empty:
        return []
    names = {Channel(room_id, channel_id).livekit_room: channel_id for channel_id in empty}
    try:
        rooms = await livekit.list_rooms(names)
        counts = {room.get("name"): int(room.get("num_participants") or 0) for room in rooms}
    except (Unavailable, ValueError, TypeError):
        return empty
    return [channel_id for name, channel_id in names.items() if counts.get(name)]


async def _add(room_id: str, fields: Mapping[str, str], listed: Iterable[Session]) -> list[Session]:
    added = []
    for session in listed:
        state = fields.get(session.place)
        if state is None:
            written = await redis.execute(*presence.join_command(room_id, session))
        elif state == presence.MISSING:
            written = await redis.execute(*presence.revive_command(room_id, session))
        else:
            continue
        if written:
            added.append(session)
    return added


async def _tell(room_id: str, changes: list[tuple[str, Session]]) -> None:
    """Broadcasts what was healed, all of it in one request."""
    said = [
        presence.Change(event, Channel(room_id, s.channel_id), s.room_sid, s)
        for event, s in changes
    ]
    await voice.tell(said)

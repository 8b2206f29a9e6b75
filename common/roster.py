"""Reads who is in a community's voice channels: from Redis, or from LiveKit while it is away."""

import asyncio
from typing import NamedTuple

from common import clock, keys, livekit, redis, sessions
from common.errors import Unavailable
from common.memory import Memory
from common.presence import due, missed, who_is_here
from common.sessions import Channel, Session, in_order, read_list

SHARED_S = 1.0
"""Readers within a second share one answer: a sidebar refetch of many costs one command."""
FALLBACK_S = 5.0
"""LiveKit's list is slower and limited: while Redis is away, readers share it for longer."""
ROOMS_REMEMBERED = 1000


class Roster(NamedTuple):
    """Who is here.

    Attributes:
        sessions: one per channel and identity, in the order of joining.
        source: "redis" or "livekit".
        as_of_ms: when it was read.
        due: whether LiveKit itself should be asked (see common/presence.py).
        missed: whether it should because Redis was away, and events are lost.
    """

    sessions: list[Session]
    source: str
    as_of_ms: int
    due: bool = False
    missed: bool = False


_away: Memory[str, int] = Memory(ROOMS_REMEMBERED)
"""When this process last found Redis to be away, by community."""
AWAY_REMEMBERED_S = 3600.0
"""As long as LiveKit's rooms go unlisted: after that a reader is due anyway."""
_reads: Memory[str, asyncio.Task[Roster]] = Memory(ROOMS_REMEMBERED)


async def read(room_id: str) -> Roster:
    """Returns the roster of a community; concurrent and recent readers share one read.

    Raises:
        Unavailable: neither Redis nor LiveKit answers.
    """
    task = _reads.get(room_id, FALLBACK_S)
    if task is not None and task.done() and not task.cancelled() and not task.exception():
        roster = task.result()
        shared_s = SHARED_S if roster.source == "redis" else FALLBACK_S
        if clock.now_ms() - roster.as_of_ms < shared_s * 1000:
            return roster
    if task is None or task.done():
        task = asyncio.get_running_loop().create_task(_read(room_id))
        _reads.put(room_id, task)
    return await asyncio.shield(task)


def forget(room_id: str) -> None:
    """Lets the next reader of this process see what was just written by it."""
    _reads.drop(room_id)


async def _read(room_id: str) -> Roster:
    now = clock.now_ms()
    try:
        fields = await redis.fields(keys.voice(room_id))
    except Unavailable:
        _away.put(room_id, clock.now_ms())
        return Roster(await from_livekit(room_id), "livekit", clock.now_ms())
    away_ms = _away.get(room_id, AWAY_REMEMBERED_S)
    lost = away_ms is not None and missed(fields, away_ms)
    return Roster(who_is_here(fields), "redis", now, due(fields, now) or lost, lost)


async def from_livekit(room_id: str) -> list[Session]:
    """Returns who is here by LiveKit's own lists; Unavailable when one of them can't be had."""
    sids = sessions.room_sids(room_id, await livekit.list_rooms())
    rooms = [Channel(room_id, channel_id).livekit_room for channel_id in sids]
    answers = await asyncio.gather(*map(livekit.list_participants, rooms))
    listed = zip(sids.items(), answers, strict=True)
    return in_order(
        session
        for (channel_id, room_sid), answer in listed
        for session in read_list(channel_id, room_sid, answer)
    )

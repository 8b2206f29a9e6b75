"""The calls in a community's voice channels: how many people are in one, and how they are ended.

A channel is deleted in the database first; then its call is ended, so that nobody speaks on in
what is gone. That is a courtesy: tokens open nothing new for long, and everybody leaves one day.
"""

import asyncio
from collections.abc import Iterable

from common import livekit, log, roster
from common.errors import Unavailable
from common.sessions import Channel


async def people_in(channel: Channel) -> int:
    """Returns how many people are in a voice channel, agents not counted.

    Raises:
        Unavailable: neither Redis nor LiveKit answers.
    """
    here = await roster.read(channel.room_id)
    return sum(s.channel_id == channel.channel_id and not s.is_agent for s in here.sessions)


async def end(channels: Iterable[Channel]) -> None:
    """Has LiveKit end these calls; failures are only logged."""
    rooms = [channel.livekit_room for channel in channels]
    outcomes = await asyncio.gather(*map(livekit.delete_room, rooms), return_exceptions=True)
    for room, outcome in zip(rooms, outcomes, strict=True):
        if isinstance(outcome, Unavailable):
            log.event("call_not_ended", room=room, reason=outcome.reason)
        elif isinstance(outcome, BaseException):
            raise outcome


async def end_all(room_id: str) -> None:
    """Has LiveKit end every call of a community; failures are only logged."""
    roster.forget(room_id)
    try:
        here = await roster.read(room_id)
    except Unavailable as error:
        log.event("call_not_ended", room=room_id, reason=error.reason)
        return
    await end({Channel(room_id, session.channel_id) for session in here.sessions})

"""Which voice channels a caller may see: asked of the database, remembered for a minute."""

from itertools import count
from typing import Any
from uuid import UUID

from common import supabase
from common.auth import User
from common.errors import Problem, Unavailable
from common.memory import Memory

FRESH_S = 60
"""A member whom another process removed still reads presence from this one for this long."""
STALE_S = 900
"""While Supabase is away, who was a member this long ago still is."""
REMEMBERED = 10_000

_visible: Memory[tuple[str, str, int], frozenset[str]] = Memory(REMEMBERED)
_refused: Memory[str, bool] = Memory(REMEMBERED)
_changes: Memory[str, int] = Memory(REMEMBERED)  # the last of this process in each community
_change = count(1)


def is_known(user: User, room_id: str) -> bool:
    """Says whether `visible_channels` would answer from memory."""
    return _visible.get(_place(user, room_id), FRESH_S) is not None


def was_refused(user: User) -> bool:
    """Says whether the user asked for a community that isn't theirs within the last minute."""
    return _refused.get(user.id, FRESH_S) is not None


async def visible_channels(user: User, room_id: str) -> frozenset[str]:
    """Returns the ids of the voice channels of a community that the caller may see.

    Raises:
        Problem: 404 room_not_found for a stranger and for a community that doesn't exist alike.
        Unavailable: Supabase is away, and the caller isn't known.
    """
    place = _place(user, room_id)
    known = _visible.get(place, FRESH_S)
    if known is not None:
        return known
    try:
        found = await supabase.rpc(
            "voice_channels", {"p_room_id": room_id}, token=user.token, read=_channel_ids
        )
    except Problem:
        _visible.drop(place)
        _refused.put(user.id, True)  # noqa: FBT003 - a mark
        raise
    except Unavailable:
        stale = _visible.get(place, STALE_S)
        if stale is None:
            raise
        return stale
    _visible.put(place, found)
    return found


def forget(room_id: str) -> None:
    """After a change of who sees what in a community: this process asks again, whoever reads."""
    _changes.put(room_id, next(_change))


def _place(user: User, room_id: str) -> tuple[str, str, int]:
    # With the last change in the key, an answer that was under way during one is not found later.
    return user.id, room_id, _changes.get(room_id, STALE_S) or 0


def _channel_ids(answer: Any) -> frozenset[str]:
    if not isinstance(answer, list):
        raise TypeError("voice_channels did not answer with a list")
    return frozenset(str(UUID(channel)) for channel in answer)

"""The LiveKit rooms of matches: closed when a match is over, and nobody's but its members'.

The room of a match is its members' alone for as long as it lives: tokens are made for them only,
who comes with an old one is put out, and a match that is over has its LiveKit room closed.
"""

from collections.abc import Awaitable, Callable

from common import livekit, log
from common.errors import Problem, Unavailable
from common.sessions import LIVEKIT_MATCH_ROOM, Channel
from common.settings import SettingError

AWAY = (Unavailable, Problem, SettingError)


async def close(match_id: str) -> None:
    """Ends the LiveKit room of a match that is over; a failure is logged and no more.

    Its members are told to hang up in any case.
    """
    await _try(livekit.delete_room, _room(match_id))


async def put_out(match_id: str, user_id: str) -> None:
    """Takes somebody out of the LiveKit room of a match; a failure is logged and no more."""
    await _try(livekit.remove_participant, _room(match_id), user_id)


def _room(match_id: str) -> str:
    return Channel(LIVEKIT_MATCH_ROOM, match_id).livekit_room


async def _try(call: Callable[..., Awaitable[bool]], *arguments: str) -> None:
    try:
        await call(*arguments)
    except AWAY as error:
        log.event("match_not_enforced", room=arguments[0], reason=str(error))

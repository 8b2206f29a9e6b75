"""The LiveKit rooms of matches: who comes and goes, and that nobody else is in them.

The room of a match is its members' alone for as long as it lives: tokens are made for them only,
who comes with an old one is put out, and a match that is over has its LiveKit room closed.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from common import livekit, log, supabase
from common.errors import Problem, Unavailable
from common.presence import Change
from common.sessions import LIVEKIT_MATCH_ROOM, Channel, Session
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


async def heard(change: Change, *, deadline_ms: int) -> None:
    """Notes who came to a match's LiveKit room or left it; puts out who may not be there.

    Spends 1 Supabase RPC, and 1 LiveKit call when somebody is put out or the match is over by it.

    Raises:
        Unavailable: not noted; LiveKit must tell again.
    """
    session = change.session
    if session is not None and not session.is_member:
        return
    match_id = change.channel.channel_id
    told = {
        "p_match_id": match_id,
        "p_event": change.event,
        "p_livekit_room": change.room_sid,
        "p_user_id": session and session.identity,
        "p_sid": session and session.sid,
        "p_joined_ms": session and session.joined_at_ms,
    }
    try:
        verdict = await supabase.rpc(
            "match_event", told, token=None, read=_verdict, deadline_ms=deadline_ms
        )
    except (Problem, SettingError) as error:  # a 4xx would end LiveKit's delivery for good
        raise Unavailable("supabase", str(error)) from error
    if verdict["closed"]:
        await close(match_id)
    elif change.event == "joined" and session is not None and not verdict["may_connect"]:
        await put_out(match_id, session.identity)


async def put_out_strangers(sessions: Iterable[Session]) -> bool:
    """Takes out of matches' rooms who is no member; returns whether all is as it should be.

    Spends 1 Supabase RPC when anybody is in a match, and a LiveKit call for each who is put out.
    """
    places = [{"user_id": s.identity, "match_id": s.channel_id} for s in sessions if s.is_member]
    if not places:
        return True
    try:
        strangers = await supabase.rpc(
            "match_outsiders", {"p_places": places}, token=None, read=_places
        )
    except AWAY as error:
        log.event("matches_not_checked", reason=str(error))
        return False
    for match_id, user_id in strangers:
        await put_out(match_id, user_id)
    return True


async def tidy() -> None:
    """Drops tickets and matches that nobody asks about any more; a failure is logged."""
    try:
        dropped = await supabase.rpc("tidy_matching", {}, token=None, read=dict)
    except AWAY as error:
        log.event("matching_not_tidied", reason=str(error))
        return
    log.event("matching_tidied", **dropped)


def _verdict(found: Any) -> dict[str, bool]:
    return {name: bool(found[name]) for name in ("may_connect", "closed")}


def _places(found: Any) -> list[tuple[str, str]]:
    return [(str(place["match_id"]), str(place["user_id"])) for place in found]


def _room(match_id: str) -> str:
    return Channel(LIVEKIT_MATCH_ROOM, match_id).livekit_room


async def _try(call: Callable[..., Awaitable[bool]], *arguments: str) -> None:
    try:
        await call(*arguments)
    except AWAY as error:
        log.event("match_not_enforced", room=arguments[0], reason=str(error))

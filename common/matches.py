"""Who comes to the LiveKit rooms of matches and goes, and that nobody else is in them."""

from collections.abc import Iterable
from typing import Any

from common import log, match_rooms, service_role
from common.errors import Problem, Unavailable
from common.presence import Change
from common.sessions import Session
from common.settings import SettingError

AWAY = (Unavailable, Problem, SettingError)


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
        verdict = await service_role.rpc(
            "match_event", told, read=_verdict, deadline_ms=deadline_ms
        )
    except (Problem, SettingError) as error:  # a 4xx would end LiveKit's delivery for good
        raise Unavailable("supabase", str(error)) from error
    if verdict["closed"]:
        await match_rooms.close(match_id)
    elif change.event == "joined" and session is not None and not verdict["may_connect"]:
        await match_rooms.put_out(match_id, session.identity)


async def put_out_strangers(sessions: Iterable[Session]) -> bool:
    """Takes out of matches' rooms who is no member; returns whether all is as it should be.

    Spends 1 Supabase RPC when anybody is in a match, and a LiveKit call for each who is put out.
    """
    places = [{"user_id": s.identity, "match_id": s.channel_id} for s in sessions if s.is_member]
    if not places:
        return True
    try:
        strangers = await service_role.rpc("match_outsiders", {"p_places": places}, read=_places)
    except AWAY as error:
        log.event("matches_not_checked", reason=str(error))
        return False
    for match_id, user_id in strangers:
        await match_rooms.put_out(match_id, user_id)
    return True


async def tidy() -> None:
    """Drops tickets and matches that nobody asks about any more; a failure is logged."""
    try:
        dropped = await service_role.rpc("tidy_matching", {}, read=dict)
    except AWAY as error:
        log.event("matching_not_tidied", reason=str(error))
        return
    log.event("matching_tidied", **dropped)


def _verdict(found: Any) -> dict[str, bool]:
    return {name: bool(found[name]) for name in ("may_connect", "closed")}


def _places(found: Any) -> list[tuple[str, str]]:
    return [(str(place["match_id"]), str(place["user_id"])) for place in found]

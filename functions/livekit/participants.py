"""Who is in the voice channels of a community, at once.

Route: GET /api/livekit/participants
Auth: member
Limit: none
Spends: 1 billed Redis command, 0 within a second of another reader; 1 Supabase RPC, 0 within a
    minute; once in nine minutes of a call, once an hour, and once after Redis was away, 1 command
    a process to elect who has the community reconciled
Fails: open without Redis (LiveKit's own list, `source` says so); open without Supabase for who
    was a member within 15 minutes, else closed (503)
Errors: 401 token_*, 404 room_not_found and channel_not_found, 422 invalid_request,
    503 supabase_unavailable and livekit_unavailable
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from common import auth, clock, membership, redis, roster
from common.dispatch import can_send_off, send_off
from common.endpoint import create_app, create_handler
from common.errors import Problem, Unavailable
from common.memory import Memory
from common.presence import ELECTED_S, elect_command
from common.sessions import Session

router = APIRouter()
_asked: Memory[tuple[str, bool], bool] = Memory(1000)  # what this process stood for election for


@router.get("/api/livekit/participants")
async def participants(
    request: Request,
    user: Annotated[auth.User, Depends(auth.user)],
    after: BackgroundTasks,
    room_id: UUID,
    channel_id: UUID | None = None,
) -> Response:
    """Returns {room_id, source, as_of, channels: [{channel_id, participants, agents}]}.

    `as_of` and `joined_at` are milliseconds since the epoch. With `If-None-Match`: 304.
    """
    room = str(room_id)
    visible, here = await _load(user, room)
    if channel_id is not None:
        if str(channel_id) not in visible:
            raise Problem(404, "channel_not_found", "There is no such voice channel.")
        visible = frozenset({str(channel_id)})
    task = (room, here.missed)
    if here.due and can_send_off() and _asked.get(task, ELECTED_S) is None:
        _asked.put(task, here.due)
        after.add_task(_have_reconciled, room, listing=here.missed)
    channels = json.dumps(_by_channel(here.sessions, visible), separators=(",", ":"))
    etag = f'"{hashlib.sha256(f"{here.source}{channels}".encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers, background=after)
    head = json.dumps({"room_id": room, "source": here.source, "as_of": here.as_of_ms})
    body = f'{head[:-1]}, "channels": {channels}}}'
    return Response(body, headers=headers, media_type="application/json", background=after)


async def _load(user: auth.User, room_id: str) -> tuple[frozenset[str], roster.Roster]:
    """Asks side by side, unless the caller keeps asking for what isn't theirs."""
    if membership.was_refused(user) and not membership.is_known(user, room_id):
        return await membership.visible_channels(user, room_id), await roster.read(room_id)
    visible, here = await asyncio.gather(
        membership.visible_channels(user, room_id), roster.read(room_id), return_exceptions=True
    )
    if isinstance(visible, BaseException):
        raise visible
    if isinstance(here, BaseException):
        raise here
    return visible, here


def _by_channel(sessions: Iterable[Session], visible: frozenset[str]) -> list[dict[str, Any]]:
    channels: dict[str, dict[str, Any]] = {
        channel_id: {"channel_id": channel_id, "participants": [], "agents": []}
        for channel_id in sorted(visible)
    }
    for session in sessions:
        if session.channel_id in channels:
            group = "agents" if session.is_agent else "participants"
            channels[session.channel_id][group].append(session.public())
    return list(channels.values())


async def _have_reconciled(room_id: str, *, listing: bool) -> None:
    """After the answer: the one reader that is elected has LiveKit's own lists compared."""
    try:
        elected = await redis.execute(*elect_command(room_id, clock.now_ms()))
    except Unavailable:
        return
    if elected:
        await send_off("/api/livekit/reconcile", {"room_id": room_id, "listing": listing})


app = create_app(router)
handler = create_handler(app)

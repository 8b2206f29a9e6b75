"""A moderator mutes, unmutes, removes or moves somebody in voice.

Route: POST /api/livekit/moderate
Auth: member with MUTE_MEMBERS or MOVE_MEMBERS in the channel
Limit: moderate, 30 a minute a user
Spends: 3 billed Redis commands to mute or unmute somebody who is in a call, 2 when nobody is, 1 to
    remove or move (2 more when another process served this user since, 0 when refused again);
    1 Supabase RPC, to mute 1 more for those in voice and 1 when that changes somebody; LiveKit: 1
    call a channel that they are in to mute, 1 to remove, 3 to move; 1 Realtime broadcast to move
Fails: closed without Supabase (503); limits per process without Redis. A mute is kept by the
    database: without LiveKit or Redis it is answered with applied false, and takes effect at the
    next join or reconcile. Without LiveKit nobody is removed or moved (503), without Realtime
    nobody is moved (503), and asking again is safe
Errors: 400 body_not_json, 401 token_*, 403 missing_permission and member_too_high,
    404 room_not_found, channel_not_found and member_not_found, 409 not_a_voice_channel and
    may_not_connect, 413 body_too_large, 422 invalid_request, field_unknown and action_invalid,
    429 rate_limited, 503 supabase_unavailable, livekit_unavailable and realtime_unavailable
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from common import auth, limits, livekit, realtime, supabase, voice
from common.communities import Body
from common.endpoint import create_app, create_handler
from common.errors import Problem, Unavailable
from common.rate_limit import Rule
from common.sessions import Channel
from common.settings import settings

router = APIRouter()


class ModerateRequest(Body):
    """Whom, where, and what: `mute`, `unmute`, `remove`, or `move` to `to_channel_id`."""

    room_id: UUID
    channel_id: UUID
    user_id: UUID
    action: str
    to_channel_id: UUID | None = None


@router.post("/api/livekit/moderate")
async def moderate(
    body: ModerateRequest, response: Response, user: Annotated[auth.User, Depends(auth.user)]
) -> dict[str, Any]:
    """Returns {action, member, applied}. A mute holds in every channel until it is taken back.

    `applied` is false when nobody was there to be removed or moved, or a mute waits for LiveKit.
    """
    rule = Rule("moderate", settings().sangha_moderate_limit)
    response.headers.update(await limits.enforce(rule, user.id))
    if body.to_channel_id == body.channel_id:
        raise Problem(422, "action_invalid", "They are to be moved to where they are.")
    decided = await supabase.rpc(
        "moderate_voice",
        {f"p_{name}": value for name, value in body.model_dump(mode="json").items()},
        token=user.token,
        read=_decision,
    )
    channel = Channel(str(body.room_id), str(body.channel_id))
    identity = str(body.user_id)
    if body.action == "remove":
        applied = await livekit.remove_participant(channel.livekit_room, identity)
    elif body.action == "move":
        applied = await _move(channel, identity, str(body.to_channel_id), by=user.id)
    else:
        applied = await voice.refresh(channel.room_id)
    return decided | {"applied": applied}


def _decision(answer: Any) -> dict[str, Any]:
    return {"action": answer["action"], "member": dict(answer["member"])}


async def _move(channel: Channel, identity: str, to_channel_id: str, *, by: str) -> bool:
    """Moves somebody; False when they aren't there.

    LiveKit Cloud moves a participant. For LiveKit's own server, which can't, the person's clients
    are told to join the other channel, and leave this one by our hand.
    """
    room = channel.livekit_room
    if not await livekit.is_in(room, identity):
        return False
    to = Channel(channel.room_id, to_channel_id)
    if await livekit.move_participant(room, identity, to.livekit_room):
        return True
    told = {
        "type": "move",
        "room_id": channel.room_id,
        "from": channel.channel_id,
        "to": to_channel_id,
        "by": by,
    }
    if not await realtime.broadcast("voice", [(f"user:{identity}", told)]):
        raise Unavailable("realtime", "nobody could be told to move")
    return await livekit.remove_participant(room, identity)


app = create_app(router)
handler = create_handler(app)

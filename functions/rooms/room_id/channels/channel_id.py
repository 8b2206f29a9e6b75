"""One channel: its name, who may do what in it, its end.

Route: PATCH, DELETE /api/rooms/{room_id}/channels/{channel_id}
Auth: MANAGE_CHANNELS in the channel; overwrites by MANAGE_ROLES besides
Limit: write, 60 a minute a user for all writes
Spends: PATCH 1 billed Redis command (3 when another process served this user since, 0 when refused
    again; with overwrites 1 more, and 1 more when somebody in voice may do something else now);
    DELETE 2 (1 with force); 1 Supabase RPC, then for overwrites 1 for those in voice, for DELETE
    1 LiveKit call
Fails: closed without Supabase (503); limits per process without Redis, and who is in the channel is
    asked of LiveKit: DELETE without force is closed when both are away (503); a call that LiveKit
    can't be asked to end goes on until its people leave
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 missing_permission, role_too_high
    and permission_not_yours, 404 room_not_found, channel_not_found and role_not_found, 409
    channel_in_use and locks_you_out, 412 version_mismatch, 413 body_too_large, 422 name_invalid,
    overwrites_invalid, permissions_invalid, permissions_unknown, field_unknown and invalid_request,
    429 rate_limited, 503 supabase_unavailable and livekit_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common import auth, calls, membership
from common.communities import (
    Body,
    IfMatch,
    Overwrites,
    SignedIn,
    admit,
    answer,
    ask,
)
from common.endpoint import create_app, create_handler
from common.errors import Problem
from common.grants import Permission
from common.sessions import Channel
from common.standings import standings_changed

PATH = "/api/rooms/{room_id}/channels/{channel_id}"
router = APIRouter()


class ChannelChanges(Body):
    """What is omitted stays; `overwrites` are all that the channel is to have."""

    name: str | None = None
    overwrites: Overwrites | None = None


@router.patch(PATH)
async def edit(
    user: SignedIn, version: IfMatch, room_id: UUID, channel_id: UUID, body: ChannelChanges
) -> Response:
    """Changes name or overwrites: {channel, version}."""
    limit = await admit(user)
    edited = await ask(
        user,
        "edit_channel",
        {"channel", "version"},
        room_id=room_id,
        channel_id=channel_id,
        changes=body.given(),
        version=version,
    )
    if "overwrites" in body.model_fields_set:
        await standings_changed(room_id)
    return answer(edited, limit)


@router.delete(PATH)
async def delete(
    user: SignedIn, version: IfMatch, room_id: UUID, channel_id: UUID, *, force: bool = False
) -> Response:
    """Deletes the channel: {deleted, channels, version}. People in it are put out by `force`."""
    limit = await admit(user)
    channel = Channel(str(room_id), str(channel_id))
    if not force and (people := await calls.people_in(channel)):
        raise await _in_use(user, channel, people)
    deleted = await ask(
        user,
        "delete_channel",
        {"deleted", "channels", "version"},
        room_id=room_id,
        channel_id=channel_id,
        force=True,  # meant, or nobody is there
        version=version,
    )
    membership.forget(channel.room_id)
    await calls.end([channel])
    return answer(deleted, limit)


async def _in_use(user: auth.User, channel: Channel, people: int) -> Problem:
    """Returns the refusal; that people are here is only said to who may delete the channel."""
    found = await ask(user, "channels", {"channels"}, room_id=channel.room_id)
    visible = {seen["id"]: Permission(int(seen["permissions"])) for seen in found["channels"]}
    if channel.channel_id not in visible:
        return Problem(404, "channel_not_found", "There is no such channel, or you may not see it.")
    if Permission.MANAGE_CHANNELS not in visible[channel.channel_id]:
        return Problem(403, "missing_permission", "You need the permission MANAGE_CHANNELS.")
    detail = f"People are in this channel ({people}): delete it with force."
    return Problem(409, "channel_in_use", detail, extra={"people": people})


app = create_app(router)
handler = create_handler(app)

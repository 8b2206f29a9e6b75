"""One room: all that a front end shows of it, its name, its end.

Route: GET, PATCH, DELETE /api/rooms/{room_id}
Auth: member; PATCH by MANAGE_ROOM, DELETE by the owner
Limit: GET none; PATCH and DELETE write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; PATCH 1 (3 when another process served this user since, 0 when
    refused again); DELETE 2, the other to see who is in voice; 1 Supabase RPC, then for DELETE 1
    LiveKit call for each voice channel in use
Fails: closed without Supabase (503); limits per process without Redis; a call that can't be ended,
    for LiveKit or Redis is away, goes on until its people leave
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 missing_permission and owner_only,
    404 room_not_found, 409 confirm_needed, 412 version_mismatch, 413 body_too_large, 422
    name_invalid, public_invalid, field_unknown and invalid_request, 429 rate_limited, 503
    supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import StrictBool

from common import calls, membership
from common.communities import Body, IfMatch, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

PATH = "/api/rooms/{room_id}"
router = APIRouter()


class RoomChanges(Body):
    """What is omitted stays."""

    name: str | None = None
    public: StrictBool | None = None


@router.get(PATH)
async def room(user: SignedIn, room_id: UUID) -> Response:
    """Returns {room, channels, roles, me, version}, as the caller may see it."""
    whole = {"room", "channels", "roles", "me", "version"}
    return answer(await ask(user, "room", whole, room_id=room_id))


@router.patch(PATH)
async def edit(user: SignedIn, version: IfMatch, room_id: UUID, body: RoomChanges) -> Response:
    """Changes name or publicity: {room, version}."""
    limit = await admit(user)
    edited = await ask(
        user,
        "edit_room",
        {"room", "version"},
        room_id=room_id,
        changes=body.given(),
        version=version,
    )
    return answer(edited, limit)


@router.delete(PATH)
async def delete(
    user: SignedIn, version: IfMatch, room_id: UUID, confirm: str | None = None
) -> Response:
    """Deletes the room with all that is in it: {deleted}. `confirm` repeats its name."""
    limit = await admit(user)
    deleted = await ask(
        user, "delete_room", {"deleted"}, room_id=room_id, confirm=confirm, version=version
    )
    membership.forget(str(room_id))
    await calls.end_all(str(room_id))
    return answer(deleted, limit)


app = create_app(router)
handler = create_handler(app)

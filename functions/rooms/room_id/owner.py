"""Whose room it is: the owner alone hands it over.

Route: PUT /api/rooms/{room_id}/owner
Auth: the owner
Limit: write, 60 a minute a user for all writes
Spends: 2 billed Redis commands (4 when another process served this user since, 0 when refused
    again; 1 more when somebody in voice is shown differently); 1 Supabase RPC, 1 for those in voice
Fails: closed without Supabase (503); limits per process without Redis; voice then catches up with
    the next reconcile
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 owner_only, 404 room_not_found and
    member_not_found, 412 version_mismatch, 413 body_too_large, 422 field_unknown and
    invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import Body, IfMatch, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler
from common.standings import standings_changed

router = APIRouter()


class NewOwner(Body):
    """A member of the room."""

    user_id: UUID


@router.put("/api/rooms/{room_id}/owner")
async def transfer(user: SignedIn, version: IfMatch, room_id: UUID, body: NewOwner) -> Response:
    """Hands the room over: {room, members: [the old owner, the new one], version}."""
    limit = await admit(user)
    transferred = await ask(
        user,
        "transfer_room",
        {"room", "members", "version"},
        room_id=room_id,
        user_id=body.user_id,
        version=version,
    )
    await standings_changed(room_id)
    return answer(transferred, limit)


app = create_app(router)
handler = create_handler(app)

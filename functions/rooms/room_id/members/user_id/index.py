"""One member: how they are shown; leaving, and being put out.

Route: GET, DELETE /api/rooms/{room_id}/members/{user_id}
Auth: member; DELETE of another by KICK_MEMBERS
Limit: GET none; DELETE write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; DELETE 2 (4 when another process served this user since, 0
    when refused again); 1 Supabase RPC, 1 for those in voice and a LiveKit call to remove one
Fails: closed without Supabase (503); limits per process without Redis; voice then catches up with
    the next reconcile
Errors: 401 token_*, 403 missing_permission and member_too_high, 404 room_not_found and
    member_not_found, 409 owner_must_stay, 422 invalid_request, 429 rate_limited, 503
    supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler
from common.standings import standings_changed

PATH = "/api/rooms/{room_id}/members/{user_id}"
router = APIRouter()


@router.get(PATH)
async def member(user: SignedIn, room_id: UUID, user_id: UUID) -> Response:
    """Returns {member, version}."""
    found = await ask(user, "member", {"member", "version"}, room_id=room_id, user_id=user_id)
    return answer(found)


@router.delete(PATH)
async def remove(user: SignedIn, room_id: UUID, user_id: UUID) -> Response:
    """Puts a member out, who may come back; one's own id leaves: {removed}."""
    limit = await admit(user)
    removed = await ask(user, "remove_member", {"removed"}, room_id=room_id, user_id=user_id)
    await standings_changed(room_id)
    return answer(removed, limit)


app = create_app(router)
handler = create_handler(app)

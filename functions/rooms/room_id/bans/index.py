"""Who is banned from a room.

Route: GET /api/rooms/{room_id}/bans
Auth: BAN_MEMBERS
Limit: none
Spends: 0 billed Redis commands; 1 Supabase RPC
Fails: closed without Supabase (503)
Errors: 401 token_*, 403 missing_permission, 404 room_not_found, 422 invalid_request, 503
    supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import SignedIn, answer, ask
from common.endpoint import create_app, create_handler

router = APIRouter()


@router.get("/api/rooms/{room_id}/bans")
async def bans(user: SignedIn, room_id: UUID) -> Response:
    """Returns {bans: [{user_id, name, reason, banned_by, created_at}]}, the newest thousand."""
    return answer(await ask(user, "bans", {"bans"}, room_id=room_id))


app = create_app(router)
handler = create_handler(app)

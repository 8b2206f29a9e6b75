"""One invitation: taken back.

Route: DELETE /api/rooms/{room_id}/invites/{code}
Auth: who made it, or MANAGE_ROOM
Limit: write, 60 a minute a user for all writes
Spends: 1 billed Redis command (3 when another process served this user since, 0 when refused
    again); 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis
Errors: 401 token_*, 403 missing_permission, 404 room_not_found and invite_not_found, 422
    invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

router = APIRouter()


@router.delete("/api/rooms/{room_id}/invites/{code}")
async def delete(user: SignedIn, room_id: UUID, code: str) -> Response:
    """Takes an invitation back: {deleted}."""
    limit = await admit(user)
    return answer(await ask(user, "delete_invite", {"deleted"}, room_id=room_id, code=code), limit)


app = create_app(router)
handler = create_handler(app)

"""One ban: puts a member out, or keeps somebody from joining, until it is lifted.

Route: PUT, DELETE /api/rooms/{room_id}/bans/{user_id}
Auth: BAN_MEMBERS
Limit: write, 60 a minute a user for all writes
Spends: PUT 2 billed Redis commands (4 when another process served this user since, 0 when refused
    again), DELETE 1; 1 Supabase RPC, for PUT 1 for those in voice and a LiveKit call to remove one
Fails: closed without Supabase (503); limits per process without Redis; voice then catches up with
    the next reconcile
Errors: 400 body_not_json, 401 token_*, 403 missing_permission and member_too_high, 404
    room_not_found, user_not_found and ban_not_found, 413 body_too_large, 422 reason_too_long,
    field_unknown and invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import Body, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler
from common.standings import standings_changed

PATH = "/api/rooms/{room_id}/bans/{user_id}"
router = APIRouter()


class Ban(Body):
    """`reason`: for those who may ban, at most 500 characters."""

    reason: str | None = None


@router.put(PATH)
async def ban(user: SignedIn, room_id: UUID, user_id: UUID, body: Ban | None = None) -> Response:
    """Bans, or changes the reason: {ban}."""
    limit = await admit(user)
    reason = body.reason if body else None
    banned = await ask(user, "ban_member", {"ban"}, room_id=room_id, user_id=user_id, reason=reason)
    await standings_changed(room_id)
    return answer(banned, limit)


@router.delete(PATH)
async def unban(user: SignedIn, room_id: UUID, user_id: UUID) -> Response:
    """Lifts the ban; who was a member has to join again: {unbanned}."""
    limit = await admit(user)
    unbanned = await ask(user, "unban_member", {"unbanned"}, room_id=room_id, user_id=user_id)
    return answer(unbanned, limit)


app = create_app(router)
handler = create_handler(app)

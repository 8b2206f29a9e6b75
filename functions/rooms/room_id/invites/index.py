"""The invitations to a room: the list, a new one.

Route: GET, POST /api/rooms/{room_id}/invites
Auth: GET by MANAGE_ROOM, POST by CREATE_INVITE
Limit: GET none; POST write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; POST 1 (3 when another process served this user since, 0 when
    refused again); 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis
Errors: 400 body_not_json, 401 token_*, 403 missing_permission, 404 room_not_found, 409
    invites_full, 413 body_too_large, 422 invite_options_invalid, field_unknown and invalid_request,
    429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import StrictInt

from common.communities import Body, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

PATH = "/api/rooms/{room_id}/invites"
DAY_S = 86_400
router = APIRouter()


class NewInvite(Body):
    """How long it holds, null for ever; for how many, null for any number."""

    expires_in_s: StrictInt | None = DAY_S
    max_uses: StrictInt | None = None


@router.get(PATH)
async def invites(user: SignedIn, room_id: UUID) -> Response:
    """Returns {invites: [{code, expires_at, max_uses, uses, created_by, created_at}]} that hold."""
    return answer(await ask(user, "invites", {"invites"}, room_id=room_id))


@router.post(PATH)
async def create(user: SignedIn, room_id: UUID, body: NewInvite | None = None) -> Response:
    """Makes an invitation: 201 {invite}."""
    limit = await admit(user)
    wanted = body or NewInvite()
    made = await ask(
        user,
        "create_invite",
        {"invite"},
        room_id=room_id,
        expires_in_s=wanted.expires_in_s,
        max_uses=wanted.max_uses,
    )
    return answer(made, limit, status=201, location=f"/api/invites/{made['invite']['code']}")


app = create_app(router)
handler = create_handler(app)

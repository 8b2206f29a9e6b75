"""Which roles a member has: the full set, in one step.

Route: PUT /api/rooms/{room_id}/members/{user_id}/roles
Auth: MANAGE_ROLES
Limit: write, 60 a minute a user for all writes
Spends: 2 billed Redis commands (4 when another process served this user since, 0 when refused
    again; 1 more when the member is in voice); 1 Supabase RPC, 1 for those in voice
Fails: closed without Supabase (503); limits per process without Redis; voice then catches up with
    the next reconcile
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 missing_permission,
    member_too_high, role_too_high and permission_not_yours, 404 room_not_found, member_not_found
    and role_not_found, 409 everyone_fixed, 412 version_mismatch, 413 body_too_large, 422
    field_unknown and invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from common.communities import (
    IDS_AT_ONCE,
    Body,
    IfMatch,
    SignedIn,
    admit,
    answer,
    ask,
)
from common.endpoint import create_app, create_handler
from common.standings import standings_changed

router = APIRouter()


class MembersRoles(Body):
    """All the roles to have, in any order, without @everyone."""

    roles: Annotated[list[UUID], Field(max_length=IDS_AT_ONCE)]


@router.put("/api/rooms/{room_id}/members/{user_id}/roles")
async def assign(
    user: SignedIn, version: IfMatch, room_id: UUID, user_id: UUID, body: MembersRoles
) -> Response:
    """Gives the member these roles and no others: {member, version}."""
    limit = await admit(user)
    assigned = await ask(
        user,
        "set_member_roles",
        {"member", "version"},
        room_id=room_id,
        user_id=user_id,
        roles=body.roles,
        version=version,
    )
    await standings_changed(room_id)
    return answer(assigned, limit)


app = create_app(router)
handler = create_handler(app)

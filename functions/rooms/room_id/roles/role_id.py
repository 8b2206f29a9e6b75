"""One role: its name, badge, colour and permissions, its end.

Route: PATCH, DELETE /api/rooms/{room_id}/roles/{role_id}
Auth: MANAGE_ROLES
Limit: write, 60 a minute a user for all writes
Spends: 2 billed Redis commands (4 when another process served this user since, 0 when refused
    again; 1 more when somebody in voice is shown differently); 1 Supabase RPC, 1 for those in voice
Fails: closed without Supabase (503); limits per process without Redis; voice then catches up with
    the next reconcile
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 missing_permission, role_too_high
    and permission_not_yours, 404 room_not_found and role_not_found, 409 everyone_fixed and
    role_in_use, 412 version_mismatch, 413 body_too_large, 422 name_invalid, icon_invalid,
    icon_reserved, color_invalid, permissions_invalid, permissions_unknown, field_unknown and
    invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import Body, IfMatch, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler
from common.standings import standings_changed

PATH = "/api/rooms/{room_id}/roles/{role_id}"
router = APIRouter()


class RoleChanges(Body):
    """What is omitted stays; a null takes the icon or the colour away."""

    name: str | None = None
    icon: str | None = None
    color: str | None = None
    permissions: str | None = None


@router.patch(PATH)
async def edit(
    user: SignedIn, version: IfMatch, room_id: UUID, role_id: UUID, body: RoleChanges
) -> Response:
    """Changes the role; of @everyone, only the permissions: {role, roles, version}."""
    limit = await admit(user)
    edited = await ask(
        user,
        "edit_role",
        {"role", "roles", "version"},
        room_id=room_id,
        role_id=role_id,
        changes=body.given(),
        version=version,
    )
    await standings_changed(room_id)
    return answer(edited, limit)


@router.delete(PATH)
async def delete(
    user: SignedIn, version: IfMatch, room_id: UUID, role_id: UUID, *, force: bool = False
) -> Response:
    """Deletes the role: {deleted, roles, version}. One that members have, only by `force`."""
    limit = await admit(user)
    deleted = await ask(
        user,
        "delete_role",
        {"deleted", "roles", "version"},
        room_id=room_id,
        role_id=role_id,
        force=force,
        version=version,
    )
    await standings_changed(room_id)
    return answer(deleted, limit)


app = create_app(router)
handler = create_handler(app)

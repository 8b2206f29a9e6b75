"""The roles of a room: the list, a new one, their order.

Route: GET, POST, PUT /api/rooms/{room_id}/roles
Auth: member; POST and PUT by MANAGE_ROLES
Limit: GET none; POST and PUT write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; POST 1 (3 when another process served this user since, 0 when
    refused again); PUT 2, and 1 more when somebody in voice is shown differently; 1 Supabase RPC,
    then for PUT 1 for those in voice
Fails: closed without Supabase (503); limits per process without Redis; voice then catches up with
    the next reconcile
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 missing_permission, role_too_high
    and permission_not_yours, 404 room_not_found, 409 roles_full, 412 version_mismatch, 413
    body_too_large, 422 name_invalid, icon_invalid, icon_reserved, color_invalid,
    permissions_invalid, permissions_unknown, order_invalid, field_unknown and invalid_request, 429
    rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common.communities import (
    Body,
    IfMatch,
    Order,
    SignedIn,
    admit,
    answer,
    ask,
)
from common.endpoint import create_app, create_handler
from common.standings import standings_changed

PATH = "/api/rooms/{room_id}/roles"
router = APIRouter()


class NewRole(Body):
    """`icon`: a badge's name or one emoji. `color`: #rrggbb. `permissions`: bits, as a text."""

    name: str
    icon: str | None = None
    color: str | None = None
    permissions: str = "0"


@router.get(PATH)
async def roles(user: SignedIn, room_id: UUID) -> Response:
    """Returns {roles, version}, the highest role first, @everyone last."""
    return answer(await ask(user, "roles", {"roles", "version"}, room_id=room_id))


@router.post(PATH)
async def create(user: SignedIn, version: IfMatch, room_id: UUID, body: NewRole) -> Response:
    """Makes a role, just above @everyone: 201 {role, roles, version}."""
    limit = await admit(user)
    made = await ask(
        user,
        "create_role",
        {"role", "roles", "version"},
        room_id=room_id,
        values=body.given(),
        version=version,
    )
    location = f"/api/rooms/{room_id}/roles/{made['role']['id']}"
    return answer(made, limit, status=201, location=location)


@router.put(PATH)
async def order(user: SignedIn, version: IfMatch, room_id: UUID, body: Order) -> Response:
    """Orders all the roles but @everyone, the highest first: {roles, version}."""
    limit = await admit(user)
    ordered = await ask(
        user,
        "order_roles",
        {"roles", "version"},
        room_id=room_id,
        order=body.order,
        version=version,
    )
    await standings_changed(room_id)
    return answer(ordered, limit)


app = create_app(router)
handler = create_handler(app)

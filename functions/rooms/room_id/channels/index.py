"""The channels of a room that the caller sees: the list, a new one, their order.

Route: GET, POST, PUT /api/rooms/{room_id}/channels
Auth: member; POST and PUT by MANAGE_CHANNELS, overwrites by MANAGE_ROLES besides
Limit: GET none; POST and PUT write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; POST and PUT 1 (3 when another process served this user since,
    0 when refused again); 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis
Errors: 400 body_not_json and if_match_invalid, 401 token_*, 403 missing_permission, role_too_high
    and permission_not_yours, 404 room_not_found and role_not_found, 409 channels_full and
    locks_you_out, 412 version_mismatch, 413 body_too_large, 422 name_invalid, kind_invalid,
    overwrites_invalid, permissions_invalid, permissions_unknown, order_invalid, field_unknown and
    invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common import membership
from common.communities import Body, IfMatch, Order, Overwrites, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

PATH = "/api/rooms/{room_id}/channels"
router = APIRouter()


class NewChannel(Body):
    """`kind`: text or voice. `overwrites`: who may do what in it besides, or may not."""

    name: str
    kind: str
    overwrites: Overwrites | None = None


@router.get(PATH)
async def channels(user: SignedIn, room_id: UUID) -> Response:
    """Returns {channels, version}."""
    return answer(await ask(user, "channels", {"channels", "version"}, room_id=room_id))


@router.post(PATH)
async def create(user: SignedIn, version: IfMatch, room_id: UUID, body: NewChannel) -> Response:
    """Makes a channel, as the last one: 201 {channel, channels, version}."""
    limit = await admit(user)
    made = await ask(
        user,
        "create_channel",
        {"channel", "channels", "version"},
        room_id=room_id,
        values=body.given(),
        version=version,
    )
    membership.forget(str(room_id))
    location = f"/api/rooms/{room_id}/channels/{made['channel']['id']}"
    return answer(made, limit, status=201, location=location)


@router.put(PATH)
async def order(user: SignedIn, version: IfMatch, room_id: UUID, body: Order) -> Response:
    """Orders all the channels that the caller sees, the first first: {channels, version}."""
    limit = await admit(user)
    ordered = await ask(
        user,
        "order_channels",
        {"channels", "version"},
        room_id=room_id,
        order=body.order,
        version=version,
    )
    return answer(ordered, limit)


app = create_app(router)
handler = create_handler(app)

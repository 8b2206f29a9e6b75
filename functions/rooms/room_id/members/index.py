"""The members of a room with their badges, page by page; joining.

Route: GET, POST /api/rooms/{room_id}/members
Auth: member; POST user, with an invitation unless the room is public
Limit: GET none; POST write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; POST 1 (3 when another process served this user since, 0 when
    refused again); 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis
Errors: 400 body_not_json, 401 token_*, 403 banned, 404 room_not_found, invite_not_found and
    role_not_found (GET), 409 rooms_full, 413 body_too_large, 422 field_unknown and
    invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from common.communities import Body, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler
from common.errors import Problem

PATH = "/api/rooms/{room_id}/members"
PAGE = 100  # members, unless the caller asks for another size
_CURSOR = re.compile(r"([0-9]{1,17})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
router = APIRouter()


class Joining(Body):
    """`invite`: the code of an invitation; a public room needs none."""

    invite: str | None = None


@router.get(PATH)
async def members(
    user: SignedIn,
    room_id: UUID,
    limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
    after: str | None = None,
    role_id: UUID | None = None,
) -> Response:
    """Returns {members, next, version} by the time of joining; `next` is the next page's `after`.

    With `role_id`: only the members who have that role, by their ids.
    """
    joined_us, user_id = _read_cursor(after)
    page = await ask(
        user,
        "members",
        {"members", "next", "version"},
        room_id=room_id,
        limit=limit,
        after_joined_us=joined_us,
        after_user_id=user_id,
        role_id=role_id,
    )
    if page["next"] is not None:
        page["next"] = f"{page['next']['joined_us']}.{page['next']['user_id']}"
    return answer(page)


@router.post(PATH)
async def join(user: SignedIn, room_id: UUID, body: Joining | None = None) -> Response:
    """Joins: 201 {room, channels, roles, me, version, joined}, 200 for who is a member already."""
    limit = await admit(user)
    whole = {"room", "channels", "roles", "me", "version", "joined"}
    invite = body.invite if body else None
    joined = await ask(user, "join_room", whole, room_id=room_id, invite=invite)
    if not joined["joined"]:
        return answer(joined, limit)
    location = f"/api/rooms/{room_id}/members/{user.id}"
    return answer(joined, limit, status=201, location=location)


def _read_cursor(after: str | None) -> tuple[int | None, str | None]:
    """Returns when the last member of the page before joined, in microseconds, and who it was."""
    if after is None:
        return None, None
    cursor = _CURSOR.fullmatch(after)
    if cursor is None:
        raise Problem(422, "invalid_request", "after is the `next` of the page before.")
    return int(cursor[1]), cursor[2]


app = create_app(router)
handler = create_handler(app)

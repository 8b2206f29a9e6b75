"""The caller's rooms, and new ones: a room is a community with text and voice channels.

Route: GET, POST /api/rooms
Auth: user
Limit: GET none; POST write, 60 a minute a user for all writes
Spends: GET 0 billed Redis commands; POST 1 (3 when another process served this user since, 0 when
    refused again); 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis
Errors: 400 body_not_json, 401 token_*, 409 rooms_full, 413 body_too_large, 422 name_invalid,
    field_unknown and invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from fastapi import APIRouter, Response
from pydantic import StrictBool

from common.communities import Body, SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

PATH = "/api/rooms"
router = APIRouter()


class NewRoom(Body):
    """`public`: whether anybody may join; else by invitation."""

    name: str
    public: StrictBool = False


@router.get(PATH)
async def rooms(user: SignedIn) -> Response:
    """Returns {rooms: [room]} that the caller is a member of, in the order of joining."""
    return answer(await ask(user, "my_rooms", {"rooms"}))


@router.post(PATH)
async def create(user: SignedIn, body: NewRoom) -> Response:
    """Makes a room of the caller's own: 201 {room, channels, roles, me, version}."""
    limit = await admit(user)
    whole = {"room", "channels", "roles", "me", "version"}
    made = await ask(user, "create_room", whole, name=body.name, public=body.public)
    return answer(made, limit, status=201, location=f"{PATH}/{made['room']['id']}")


app = create_app(router)
handler = create_handler(app)

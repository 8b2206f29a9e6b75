"""What an invitation leads to, for who was given it and is not a member yet.

Route: GET /api/invites/{code}
Auth: user
Limit: write, 60 a minute a user for all writes, so that nobody tries codes: they have 66
    random bits
Spends: 1 billed Redis command (3 when another process served this user since, 0 when refused
    again); 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis
Errors: 401 token_*, 404 invite_not_found, 422 invalid_request, 429 rate_limited, 503
    supabase_unavailable
"""

from fastapi import APIRouter, Response

from common.communities import SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

router = APIRouter()


@router.get("/api/invites/{code}")
async def invite(user: SignedIn, code: str) -> Response:
    """Returns {room: {id, name}, members, joined}: how many members, and whether one is the caller.

    To accept, POST {invite: code} to /api/rooms/{room_id}/members.
    """
    limit = await admit(user)
    return answer(await ask(user, "invite", {"room", "members", "joined"}, code=code), limit)


app = create_app(router)
handler = create_handler(app)

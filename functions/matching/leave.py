"""Stops waiting, or leaves a match: always possible, also in the instant of a match.

Route: POST /api/matching/leave
Auth: user
Limit: none
Spends: 0 billed Redis commands; 1 Supabase RPC; 1 LiveKit call when they were in a match
Fails: closed without Supabase (503), and asking again is safe; open without Realtime, and without
    LiveKit: who has left is no member, and can't come back with an old token
Errors: 401 token_*, 503 supabase_unavailable
"""

from fastapi import APIRouter, Response

from common import matching
from common.communities import SignedIn, answer
from common.endpoint import create_app, create_handler

router = APIRouter()


@router.post("/api/matching/leave")
async def leave(user: SignedIn) -> Response:
    """Returns {state: "none", left}: the id of the match they were in, else null."""
    return answer(await matching.leave(user))


app = create_app(router)
handler = create_handler(app)

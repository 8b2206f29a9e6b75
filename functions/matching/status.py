"""What has become of somebody's wish; asking keeps their ticket, and matches them if it can.

Route: GET /api/matching/status
Auth: user
Limit: none
Spends: 0 billed Redis commands; 1 Supabase RPC; 1 LiveKit call when a match of theirs turns out to
    be over
Fails: closed without Supabase (503); open without LiveKit and Realtime
Errors: 401 token_*, 503 supabase_unavailable
"""

from fastapi import APIRouter, Response

from common import matching
from common.communities import SignedIn, answer
from common.endpoint import create_app, create_handler

router = APIRouter()


@router.get("/api/matching/status")
async def status(user: SignedIn) -> Response:
    """Returns {state: "none"}, or what join returns; ask again after `retry_after` seconds."""
    return answer(await matching.ask(user, "matching_status"))


app = create_app(router)
handler = create_handler(app)

"""Whom somebody has blocked.

Route: GET /api/blocks
Auth: user
Limit: none
Spends: 0 billed Redis commands; 1 Supabase RPC
Fails: closed without Supabase (503)
Errors: 401 token_*, 503 supabase_unavailable
"""

from fastapi import APIRouter, Response

from common.communities import SignedIn, answer, ask
from common.endpoint import create_app, create_handler

router = APIRouter()


@router.get("/api/blocks")
async def blocks(user: SignedIn) -> Response:
    """Returns {blocks: [{user_id, name, created_at}]}, the newest first."""
    return answer(await ask(user, "my_blocks", {"blocks"}))


app = create_app(router)
handler = create_handler(app)

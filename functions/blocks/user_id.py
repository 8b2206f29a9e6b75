"""One block: the two are never put together, whoever of them blocked the other.

Route: PUT, DELETE /api/blocks/{user_id}
Auth: user
Limit: write, 60 a minute a user for all writes
Spends: PUT and DELETE 1 billed Redis command (3 when another process served this user since, 0 when
    refused again); 1 Supabase RPC; for PUT 1 LiveKit call when they are in a match together
Fails: closed without Supabase (503); limits per process without Redis; open without LiveKit
Errors: 401 token_*, 404 user_not_found and block_not_found, 409 blocks_full, 422 not_yourself and
    invalid_request, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common import matching
from common.communities import SignedIn, admit, answer, ask
from common.endpoint import create_app, create_handler

PATH = "/api/blocks/{user_id}"
router = APIRouter()


@router.put(PATH)
async def block(user: SignedIn, user_id: UUID) -> Response:
    """Blocks, and leaves the match that the two are in: {block, left}."""
    limit = await admit(user)
    return answer(await matching.block(user, user_id), limit)


@router.delete(PATH)
async def unblock(user: SignedIn, user_id: UUID) -> Response:
    """Takes the block back: {unblocked}."""
    limit = await admit(user)
    unblocked = await ask(user, "unblock_user", {"unblocked"}, user_id=user_id)
    return answer(unblocked, limit)


app = create_app(router)
handler = create_handler(app)

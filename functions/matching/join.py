"""Says what somebody wishes, and matches them with whom has waited longest and fits.

Route: POST /api/matching/join
Auth: user; for a room's pool a member with CONNECT and SPEAK
Limit: matching, 5 a minute a user
Spends: 1 billed Redis command (3 when another process served this user since, 0 when refused
    again), 1 Supabase RPC; 1 LiveKit call when a match of theirs turns out to be over
Fails: closed without Supabase (503), and asking again is safe: it answers with the same ticket or
    match; limits per process without Redis; open without LiveKit and Realtime
Errors: 400 body_not_json, 401 token_*, 403 missing_permission, 404 room_not_found,
    413 body_too_large, 422 invalid_request, field_unknown, interests_invalid, languages_invalid
    and group_size_invalid, 429 rate_limited, 503 supabase_unavailable
"""

from uuid import UUID

from fastapi import APIRouter, Response

from common import limits, matching
from common.communities import Body, SignedIn, answer
from common.endpoint import create_app, create_handler
from common.rate_limit import Rule
from common.settings import settings

router = APIRouter()


class Wishes(Body):
    """With whom to talk; docs/matching.md tells what each means, and what is omitted."""

    room_id: UUID | None = None
    interests: list[str] | None = None
    group_size: int = 2
    languages: list[str] | None = None
    strangers: bool = True


@router.post("/api/matching/join")
async def join(user: SignedIn, body: Wishes | None = None) -> Response:
    """Returns {state: "waiting", place, retry_after, …} or {state: "matched", match, …}."""
    rule = Rule("matching", settings().sangha_matching_limit)
    limit = await limits.enforce(rule, user.id)
    wishes = body.given() if body else {}
    return answer(await matching.ask(user, "join_matching", **wishes), limit)


app = create_app(router)
handler = create_handler(app)

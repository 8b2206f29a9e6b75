"""LiveKit says who joined and who left; presence keeps it.

Route: POST /api/livekit/webhook
Auth: LiveKit's signature over the raw body
Limit: none
Spends: 1 billed Redis command for joined, left, aborted and finished, 0 for any other event; 1
    Realtime broadcast beside it, and 1 Supabase RPC to know who may hear it unless the channel is
    known to be private. A joined of a member costs 1 RPC more; where the token was older than a
    mute, a kick or a new role, 1 more of each and 1 LiveKit call. In a match's room 1 RPC, which
    notes who came and who left, and 1 LiveKit call when somebody is put out or the match is over
Fails: closed without Redis, and in a match's room without Supabase (503: LiveKit retries); a failed
    broadcast is logged and no more. Else open without Supabase or LiveKit: who joined with an old
    token keeps what it says until the next reconcile; and what can't be known to be for everybody
    is told to those who may view the channel
Errors: 401 signature_invalid, 413 body_too_large, 503 redis_unavailable and supabase_unavailable
"""

import asyncio
import logging

from fastapi import APIRouter, Request

from common import log, matches, redis, roster, voice
from common.endpoint import create_app, create_handler
from common.errors import Problem
from common.livekit_tokens import BadSignature, verify_webhook
from common.presence import Change, Command, read_webhook
from common.sessions import LIVEKIT_MATCH_ROOM
from common.settings import settings

router = APIRouter()
STANDING_DEADLINE_MS = 1000
"""LiveKit holds back the room's other events while it waits for our answer."""
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@router.post("/api/livekit/webhook")
async def webhook(request: Request) -> dict[str, str]:
    """Records one event. Any order, any number of times, the same presence."""
    token = request.headers.get("authorization", "")
    try:
        event = verify_webhook(await request.body(), token, settings().livekit_keys)
        change = read_webhook(event)
        command = change.command() if change else ()
    except BadSignature as error:
        detail = f"Not signed by LiveKit: {error}."
        challenge = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "signature_invalid", detail, headers=challenge) from error
    except UNREADABLE:
        # Signed, so it is LiveKit's: a retry would bring the same bytes.
        log.event("webhook_unreadable", level=logging.WARNING, error=True)
        return {"status": "ignored"}
    if change is None:
        log.event("webhook_ignored", kind=event.get("event"), id=event.get("id"))
        return {"status": "ignored"}
    telling = asyncio.ensure_future(voice.tell([change], deadline_ms=STANDING_DEADLINE_MS))
    doing = [_record(change, command, telling), telling]
    if change.channel.room_id == LIVEKIT_MATCH_ROOM:
        doing.append(matches.heard(change, deadline_ms=STANDING_DEADLINE_MS))
    outcomes = await asyncio.gather(*doing, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return {"status": "recorded"}


async def _record(change: Change, command: Command, telling: asyncio.Future[None]) -> None:
    """Records a change; who joined is then held to what the database says of them now.

    In this order: a role that changes meanwhile is carried to the sessions that Redis has.
    """
    try:
        await redis.execute(*command)
    finally:
        roster.forget(change.channel.room_id)
    room_id = change.channel.room_id
    if change.event == "joined" and change.session is not None and room_id != LIVEKIT_MATCH_ROOM:
        await voice.settle(
            room_id, [change.session], deadline_ms=STANDING_DEADLINE_MS, after=telling
        )


app = create_app(router)
handler = create_handler(app)

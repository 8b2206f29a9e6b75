"""Compares presence with LiveKit's own lists and the database, and heals what was missed.

GET is for schedulers that can't POST, as Vercel's: all communities.

Route: GET, POST /api/livekit/reconcile
Auth: ops key
Limit: none
Spends: for one community 2 billed Redis commands (3 when LiveKit's rooms are listed, once an
    hour and after Redis was away), 1 for each session added, 2 when somebody seems gone, 1 when
    calls over 4 hours are renewed; for all communities 1 SCAN and these 3. LiveKit: 1 call a
    channel in use, 1 for the list of rooms, as many again when somebody seems gone. Supabase: 1 RPC
    a community with a call, 1 a channel whose list was wrong; where somebody isn't what the
    database says, 1 more of each, and 1 LiveKit call a person; for all communities 1 RPC more, to
    have matching tidied, and 1 for those in matches
Fails: closed without Redis or LiveKit (503); nobody is removed on an error or an empty answer; open
    without Supabase: people in calls keep what they may do
Errors: 400 body_not_json, 401 ops_key_required, 422 invalid_request, 503 redis_unavailable,
    livekit_unavailable
"""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from common import livekit, log, matches, voice
from common.endpoint import create_app, create_handler
from common.ops import operator, scheduled_request
from common.reconciler import reconcile, reconcile_all

PATH = "/api/livekit/reconcile"
router = APIRouter()
Operated = Annotated[None, Depends(operator)]
Reports = dict[str, list[dict[str, Any]]]


class ReconcileRequest(BaseModel):
    """`room_id`: one community; absent, as the schedule asks, all of them.

    `listing`: LiveKit's rooms are listed, though they may have been within the hour.
    """

    room_id: UUID | None = None
    listing: bool = False


@router.get(PATH)
async def run_all(operated: Operated) -> Reports:
    """Reconciles all communities; returns what `run` does."""
    return await run(operated)


@router.post(PATH)
async def run(_operated: Operated, body: ReconcileRequest | None = None) -> Reports:
    """Returns {reports: [{room_id, added, removed, unanswered}]}."""
    if body is not None and body.room_id is not None:
        rooms = await livekit.list_rooms() if body.listing else None
        reports = [await reconcile(str(body.room_id), rooms=rooms, check=voice.settle)]
    else:
        reports = await reconcile_all(check=voice.settle)
        await matches.tidy()
    for report in reports:
        if report.added or report.removed or report.unanswered:
            log.event("reconciled", **asdict(report))
    return {"reports": [asdict(report) for report in reports]}


app = create_app(router)
handler = create_handler(app, partial(scheduled_request, PATH))

"""Whether this deployment is up; with the ops key, whether each vendor is.

Route: GET /api/health
Auth: none; the ops key for `?deep=1`
Limit: none
Spends: 0 billed Redis commands; deep: 1 PING (not billed), 1 LiveKit call, 1 Supabase call
Fails: never without `deep`; deep answers 503 when a vendor is away, and names it
Errors: 401 ops_key_required, 422 invalid_request
"""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from common import livekit, redis, supabase
from common.endpoint import create_app, create_handler
from common.errors import Unavailable
from common.ops import operator
from common.version import VERSION

router = APIRouter()


@router.get("/api/health")
async def health(request: Request, *, deep: bool = False) -> JSONResponse:
    """Returns {status, version}, and with `deep` each vendor's state and milliseconds."""
    body: dict[str, Any] = {"status": "ok", "version": VERSION}
    if not deep:
        return JSONResponse(body)
    await operator(request)
    pings = {"redis": redis.execute("PING"), "livekit": livekit.list_rooms()}
    checks = [_check(name, ping) for name, ping in {**pings, "supabase": supabase.ping()}.items()]
    vendors = dict(await asyncio.gather(*checks))
    away = any(vendor["status"] != "ok" for vendor in vendors.values())
    body |= {"status": "degraded" if away else "ok", "vendors": vendors}
    return JSONResponse(body, 503 if away else 200)


async def _check(name: str, ping: Awaitable[object]) -> tuple[str, dict[str, Any]]:
    started = time.perf_counter()
    try:
        await ping
    except Unavailable as error:
        return name, {"status": "away", "reason": error.reason}
    return name, {"status": "ok", "ms": round((time.perf_counter() - started) * 1000, 1)}


app = create_app(router)
handler = create_handler(app)

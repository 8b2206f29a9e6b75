"""The icons and the emojis that a role's badge may have.

Route: GET /api/badges
Auth: none
Limit: none
Spends: 0 billed Redis commands
Fails: never
Errors: none of its own; 405 method_not_allowed
"""

import hashlib
import json

from fastapi import APIRouter, Request, Response

from common import badges
from common.endpoint import create_app, create_handler

_CONTENT = {
    "icons": [
        {"name": icon.name, "label": icon.label, "svg": icon.svg, "reserved": icon.reserved}
        for icon in badges.ICONS
    ],
    "emoji": {
        "version": badges.EMOJI_VERSION,
        "rule": badges.EMOJI_RULE,
        "reserved": [badges.RESERVED_EMOJI],
    },
    "credit": badges.CREDIT,
}
_VERSION = hashlib.sha256(json.dumps(_CONTENT).encode()).hexdigest()[:16]
_BODY = json.dumps({"version": _VERSION, **_CONTENT}, ensure_ascii=False, separators=(",", ":"))
_HEADERS = {
    "ETag": f'"{_VERSION}"',
    # A day, then a week in which the old answer serves while the new one is fetched: what a name
    # draws hardly ever changes, and a new icon can wait.
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800, immutable",
    # Also where no origin asks: a cache must not give that answer, which lets none in, to one.
    "Vary": "Origin",
}

router = APIRouter()


@router.get("/api/badges")
async def list_badges(request: Request) -> Response:
    """Returns {version, icons: [{name, label, svg, reserved}], emoji, credit}.

    `version` and the ETag change with the content. With `If-None-Match`: 304.
    """
    if _HEADERS["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_HEADERS)
    return Response(_BODY, headers=_HEADERS, media_type="application/json")


app = create_app(router)
handler = create_handler(app)

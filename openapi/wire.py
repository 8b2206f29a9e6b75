"""What of the document is neither a path nor a schema: headers, credentials, tags."""

from typing import Any

INFO = {
    "title": "Sangha",
    "summary": "The backend of a Discord-like voice community.",
    "description": (
        "Rooms with channels, members and roles; who is in voice, and the way in; people matched "
        "to talk. Times are milliseconds since the epoch, ids are UUIDs, permissions are decimal "
        "texts of Discord's bits. Every failure is `application/problem+json` with a stable "
        "`code`. The schemas `RoomPush`, `VoicePush`, `MovePush` and `MatchingPush` are what "
        "Supabase Realtime pushes on private topics."
    ),
    "license": {"name": "MIT", "identifier": "MIT"},
}

TAGS = [
    {"name": "rooms", "description": "Communities: channels, members, roles, bans, invitations."},
    {"name": "voice", "description": "Who is in voice, the way in, moderation."},
    {"name": "matching", "description": "People who want to talk to somebody; blocks."},
    {"name": "badges", "description": "Icons and emojis of roles."},
    {"name": "operations", "description": "For operators, LiveKit and schedules."},
]
_TAGGED = {
    "/api/rooms": "rooms",
    "/api/invites": "rooms",
    "/api/matching": "matching",
    "/api/blocks": "matching",
    "/api/badges": "badges",
    "/api/health": "operations",
    "/api/livekit/webhook": "operations",
    "/api/livekit/reconcile": "operations",
    "/api/livekit": "voice",
}


def tag_of(path: str) -> str:
    """Returns the tag of a path's operations."""
    return next(tag for prefix, tag in _TAGGED.items() if path.startswith(prefix))


SECURITY_SCHEMES = {
    "user": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token that Supabase gave to a signed-in user.",
    },
    "operator": {
        "type": "http",
        "scheme": "bearer",
        "description": "The deployment's SANGHA_OPS_KEY.",
    },
    "livekit": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "A bare JWT with the body's SHA-256, signed with LiveKit's API secret.",
    },
}
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "user": [{"user": []}],
    "operator": [{"operator": []}],
    "livekit": [{"livekit": []}],
    "nobody": [],
    "nobody or operator": [{}, {"operator": []}],
}
"""By who calls."""

_TEXT: dict[str, Any] = {"type": "string"}


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": _TEXT | schema}


HEADERS = {
    "ETag": _header('Of the answer; a room\'s version in quotes, such as "17".'),
    "Location": _header("The path of what was made."),
    "RateLimit": _header('What is left: "write";r=59;t=60, t in seconds.'),
    "RateLimit-Policy": _header('The limit: "write";q=60;w=60, w in seconds.'),
    "Retry-After": _header("Try again after so many seconds.", type="integer"),
    "WWW-Authenticate": _header("What is wrong with the credentials."),
    "X-Request-Id": _header("The caller's own, or a new one: the log's."),
}

PARAMETERS = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of an answer about the room: change it only if it is that still.",
        "schema": _TEXT,
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of the last answer: 304 if nothing has changed.",
        "schema": _TEXT,
    },
}

DESCRIBED = {
    "after": "The `next` of the page before.",
    "channel_id": "A channel's id.",
    "code": "An invitation's code.",
    "confirm": "The room's name, so that nothing is deleted by mistake.",
    "deep": "Whether vendors are asked as well; with the ops key only.",
    "force": "Whether it is meant although it is in use.",
    "limit": "How many at most.",
    "role_id": "A role's id.",
    "room_id": "A room's id.",
    "user_id": "A user's id.",
}
"""What the parameters of paths and queries mean."""

"""Bodies of requests: bounded, and JSON objects where that is what is spoken."""

import json
from typing import Any

from starlette.requests import Request

from local.supabase.errors import ApiError

MAX_BYTES = 4 * 1024 * 1024


class BodyError(Exception):
    """The body is no JSON object of valid text."""


async def read(request: Request) -> bytes:
    """Returns the body.

    Raises:
        ApiError: 413, it is longer than MAX_BYTES. It is read to its end, but not kept:
            a client hears an answer only once it has sent everything.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BYTES:
            chunks.append(chunk)
    if size > MAX_BYTES:
        message = f"request body too large: at most {MAX_BYTES} bytes"
        raise ApiError(413, {"code": "413", "message": message, "msg": message})
    return b"".join(chunks)


def parse_object(content: bytes) -> dict[str, Any]:
    """Returns the JSON object in a body; an empty body is an empty one.

    Raises:
        BodyError: It is something else, or holds half of a surrogate pair.
    """
    try:
        parsed = json.loads(content.decode()) if content else {}
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BodyError(f"Could not parse request body as JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise BodyError("Could not parse request body as JSON: not an object")
    return parsed

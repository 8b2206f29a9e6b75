"""Around every request: its id and its log line, the limit on its body, the last resort."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common import cold_start, log, waiting
from common.errors import Problem
from common.settings import SettingError

MAX_BODY_BYTES = 256 * 1024  # a webhook with LiveKit's full 64 KiB of metadata; all else is tiny
LOGGED_PATH = 200  # characters of a path that is no route of ours
_REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)


class RequestLog:
    """The outermost: gives every request an id, and the log one line of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, and logs it whatever comes of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, answered_ms = time.perf_counter(), 0, 0.0
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        waited = waiting.begin()

        async def send_on(message: Message) -> None:
            nonlocal status, answered_ms
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("cache-control", "no-store")
            await send(message)
            answered_ms = (time.perf_counter() - started) * 1000

        try:
            await self.app(scope, receive, send_on)
        finally:
            route = scope.get("route")
            log.event(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=getattr(route, "path", scope["path"][:LOGGED_PATH]),
                status=status,
                ms=round(answered_ms, 2),
                waited_ms=round(waited.seconds * 1000, 2),
            )
            cold_start.end()


class Gateway:
    """Gives the app a body within MAX_BODY_BYTES, and answers what the app failed to."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; an exception that nobody caught becomes a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            body = await _read_body(scope, receive)
            if body is not None:
                await self.app(scope, _replay(body, receive), send_on)
        except Problem as problem:
            await problem.response()(scope, receive, send_on)
        except Exception as error:
            log.event("failed", level=logging.ERROR, error=True, request_id=scope.get("request_id"))
            if started:
                raise
            await _last_resort(error, scope.get("request_id"))(scope, receive, send_on)


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Reads the body, at most MAX_BODY_BYTES of it; None when the caller hung up in the middle."""
    declared = Headers(scope=scope).get("content-length", "")
    received = 0
    chunks: list[bytes] = []
    more = True
    while more:
        if received > MAX_BODY_BYTES or (declared.isdecimal() and _is_too_large(declared)):
            limit = f"A request body may have {MAX_BODY_BYTES} bytes at most."
            raise Problem(413, "body_too_large", limit, headers={"Connection": "close"})
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        received += len(chunks[-1])
        more = message.get("more_body", False) or received > MAX_BODY_BYTES
    return b"".join(chunks)


def _is_too_large(declared: str) -> bool:
    digits = declared.lstrip("0")
    return len(digits) > len(str(MAX_BODY_BYTES)) or int(digits or "0") > MAX_BODY_BYTES


def _replay(body: bytes, receive: Receive) -> Receive:
    """Returns what gives the app the body once, and then what comes from the server."""
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _last_resort(error: Exception, request_id: str | None) -> Response:
    if isinstance(error, SettingError):
        return Problem(500, "misconfigured", f"{error}. See .env.example.").response()
    return Problem(500, "internal_error", f"This is our fault. Report {request_id}.").response()

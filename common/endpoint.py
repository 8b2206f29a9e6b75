"""What makes a router a deployable endpoint: errors, limits on bodies, CORS, one log line."""

import contextlib
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common import http, log
from common.errors import Problem, Unavailable, on_problem
from common.settings import SettingError, settings

MAX_BODY_BYTES = 256 * 1024  # a webhook with LiveKit's full 64 KiB of metadata; all else is tiny
_REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)


def create_app(*routers: APIRouter) -> FastAPI:
    """Returns an app that serves `routers` and answers every failure as problem+json."""
    app = FastAPI(title="Sangha", docs_url=None, redoc_url=None, lifespan=_lifespan)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(Unavailable, on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_middleware(Gateway)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings().allowed_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["authorization", "content-type", "if-none-match", "x-request-id"],
        expose_headers=["etag", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id"],
        max_age=7200,
    )
    return app


@contextlib.asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Where the app is a server's: it starts with nothing to do, and stops cleanly."""
    yield
    await http.close()


def create_handler(
    app: FastAPI, schedule_path: str | None = None
) -> Callable[[dict[str, Any], Any], Any]:
    """Returns the AWS Lambda handler of `app`.

    Args:
        app: the endpoint's app.
        schedule_path: what an EventBridge schedule POSTs to, under the ops key.
    """
    mangum = Mangum(app, lifespan="off")

    def handler(event: dict[str, Any], context: Any) -> Any:
        if schedule_path and event.get("source") in {"aws.events", "aws.scheduler"}:
            event = _scheduled_request(schedule_path)
        return mangum(event, context)

    return handler


class Gateway:
    """Around every request: its id, its body within MAX_BODY_BYTES, its end in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; an exception that nobody caught becomes a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            receive = await _read_body(scope, receive)
            await self.app(scope, receive, send_on)
        except Exception as error:
            if status:
                raise
            await _last_resort(error, request_id)(scope, receive, send_on)
        route = scope.get("route")
        log.event(
            "request",
            request_id=request_id,
            method=scope["method"],
            path=getattr(route, "path", scope["path"]),
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 2),
        )


async def _read_body(scope: Scope, receive: Receive) -> Receive:
    """Reads the body, at most MAX_BODY_BYTES of it; returns what gives it to the app again."""
    declared = Headers(scope=scope).get("content-length", "")
    size = int(declared) if declared.isdecimal() else 0
    chunks: list[bytes] = []
    more = True
    while more:
        if size > MAX_BODY_BYTES:
            limit = f"A request body may have {MAX_BODY_BYTES} bytes at most."
            raise Problem(413, "body_too_large", limit, headers={"Connection": "close"})
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        size = max(size, sum(map(len, chunks)))
        more = message.get("more_body", False) or size > MAX_BODY_BYTES
    body = b"".join(chunks)
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _last_resort(error: Exception, request_id: str) -> Response:
    if isinstance(error, Problem):
        return error.response()
    log.event("failed", level=40, error=True, request_id=request_id)
    if isinstance(error, SettingError):
        return Problem(500, "misconfigured", f"{error}. See .env.example.").response()
    return Problem(500, "internal_error", f"This is our fault. Report {request_id}.").response()


async def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return Problem(400, "body_not_json", "The body is not valid JSON.").response()
    found = [{"at": "/".join(map(str, item["loc"])), "message": item["msg"]} for item in errors]
    detail = "; ".join(f"{item['at']}: {item['message']}" for item in found[:3])
    return Problem(422, "invalid_request", detail, extra={"errors": found}).response()


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {400: "body_not_json", 404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    return Problem(error.status_code, code, str(error.detail), headers=headers).response()


def _scheduled_request(path: str) -> dict[str, Any]:
    """Returns the API Gateway event of a POST to `path` under the ops key."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "authorization": f"Bearer {settings().need('sangha_ops_key')}",
            "content-type": "application/json",
        },
        "requestContext": {
            "http": {"method": "POST", "path": path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "body": json.dumps({}),
        "isBase64Encoded": False,
    }

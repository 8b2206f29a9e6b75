"""What makes a router a deployable endpoint: its app, its errors, its Lambda handler."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Match, Route

from common import http
from common.errors import Problem, Unavailable, on_problem
from common.gateway import Gateway, RequestLog
from common.settings import settings

NAMED = 40  # characters of a caller's own field name that an error repeats


def create_app(*routers: APIRouter) -> FastAPI:
    """Returns an app that serves `routers` and answers every failure as problem+json."""
    app = FastAPI(title="Sangha", openapi_url=None, redirect_slashes=False, lifespan=_lifespan)
    app.state.routers = routers
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
        allow_headers=[
            "authorization",
            "content-type",
            "if-match",
            "if-none-match",
            "x-request-id",
        ],
        expose_headers=[
            "etag",
            "location",
            "retry-after",
            "ratelimit",
            "ratelimit-policy",
            "x-request-id",
        ],
        max_age=7200,
    )
    app.add_middleware(RequestLog)
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


async def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return Problem(400, "body_not_json", "The body is not valid JSON.").response()
    unknown = [item["loc"][-1] for item in errors if item["type"] == "extra_forbidden"]
    if unknown:
        named = ", ".join(str(name)[:NAMED] for name in unknown[:3])
        return Problem(422, "field_unknown", f"No such field here: {named}.").response()
    found = [{"at": "/".join(map(str, item["loc"])), "message": item["msg"]} for item in errors]
    detail = "; ".join(f"{item['at']}: {item['message']}" for item in found[:3])
    return Problem(422, "invalid_request", detail, extra={"errors": found}).response()


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {400: "body_not_json", 404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    if code == "method_not_allowed":
        headers["Allow"] = ", ".join(sorted(_allowed(request)))
    return Problem(error.status_code, code, str(error.detail), headers=headers).response()


def _allowed(request: Request) -> set[str]:
    """Returns every method of the path; the framework's own 405 knows one route of it."""
    return {
        method
        for router in request.app.state.routers
        for route in router.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE
        for method in route.methods or ()
    }


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

"""What makes a router a deployable endpoint: its app, its errors, its Lambda handler."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Match, Route

from common import cold_start, http
from common.errors import Problem, Unavailable, on_problem
from common.gateway import Gateway, RequestLog
from common.settings import settings_without_secrets

NAMED = 40  # characters of a caller's own field name that an error repeats
WARM = {"sangha": "warm"}
"""The event that keeps a process from being thrown away."""
Event = dict[str, Any]


def create_app(*routers: APIRouter) -> FastAPI:
    """Returns an app that serves `routers` and answers every failure as problem+json."""
    app = FastAPI(
        title="Sangha",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        # Unless somebody sets OpenTelemetry up, it only costs; cold_start leaves most of it out.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
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
        allow_origins=settings_without_secrets().allowed_origins,
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


class UnknownEvent(ValueError):  # noqa: N818 - says what it is
    """An event that a function does not take; the message says which it does."""


def create_handler(
    app: FastAPI, scheduled: Callable[[], Event] | None = None
) -> Callable[[Event, Any], Any]:
    """Returns the AWS Lambda handler of `app`: the last that a function's module makes.

    It takes HTTP requests as API Gateway and Function URLs give them, WARM, which it answers before
    it does anything else, and, with `scheduled`, what EventBridge sends by a schedule.

    Args:
        app: the endpoint's app.
        scheduled: makes the request that a schedule stands for.
    """
    mangum = Mangum(app, lifespan="off", text_mime_types=["text/", "application/"])
    kinds = "HTTP requests, {}{}".format(json.dumps(WARM), " and schedules" if scheduled else "")

    def handler(event: Event, context: Any) -> Any:
        if "requestContext" in event:
            return mangum(_without_stage(event), context)
        if event == WARM:
            return {"warm": True}
        if scheduled and event.get("source") in {"aws.events", "aws.scheduler"}:
            return mangum(scheduled(), context)
        raise UnknownEvent(f"This function takes {kinds}, not an event of {sorted(event)[:10]}")

    cold_start.imported()
    return handler


def _without_stage(event: Event) -> Event:
    """Returns a request as it is routed: its path decoded, and without the stage's name.

    API Gateway gives the path decoded, after the name of a stage that has one; a Function URL
    gives it as it came.
    """
    request = event["requestContext"]
    if "http" not in request:
        return event  # of a REST API or a load balancer, which Mangum knows
    path, stage = request["http"]["path"], f"/{request.get('stage')}/"
    if path.startswith(stage):
        path = path[len(stage) - 1 :]
    if ".lambda-url." in request.get("domainName", ""):
        path = unquote(path)
    if path == request["http"]["path"]:
        return event
    return {**event, "requestContext": {**request, "http": {**request["http"], "path": path}}}


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

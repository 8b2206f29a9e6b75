"""Servers that answer otherwise than we rely on."""

import json
from collections.abc import Callable
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Command = list[Any]


def redis_that(twist: Callable[[Command], Command], upstash_url: str) -> Starlette:
    """Returns an Upstash that runs another command than it is told to."""

    async def answer(request: Request) -> Response:
        command = twist(json.loads(await request.body()))
        headers = {name: request.headers[name] for name in ("authorization", "upstash-encoding")}
        async with httpx.AsyncClient() as client:
            told = await client.post(upstash_url, json=command, headers=headers)
        return Response(told.content, told.status_code, media_type="application/json")

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


def without(*options: str) -> Callable[[Command], Command]:
    """Returns a twist that knows nothing of options: NX, FNX, IFEQ with its value, and so on."""

    def twist(command: Command) -> Command:
        kept: Command = []
        rest = iter(command)
        for argument in rest:
            if argument not in options:
                kept.append(argument)
            elif argument in {"IFEQ", "EX"}:
                next(rest)
        return kept

    return twist


def answering(routes: dict[str, Any], status: int = 200, *, any_origin: bool = False) -> Starlette:
    """Returns a server that answers JSON by path, whoever asks."""

    def answer(body: Any) -> Callable[[Request], Response]:
        return lambda _request: JSONResponse(body, status)

    middleware = [
        Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    ]
    return Starlette(
        routes=[Route(path, answer(body), methods=["GET"]) for path, body in routes.items()],
        middleware=middleware if any_origin else [],
    )


def developer_api(database: dict[str, Any], requests: int) -> Starlette:
    """Returns Upstash's Developer API of an account, in the shape that its documentation has."""
    stats = {
        "connection_count": [{"x": "2026-11-25 10:00:00.000 +0000 UTC", "y": 1}],
        "keyspace": [{"x": "2026-11-25 10:00:00.000 +0000 UTC", "y": 42}],
        "throughput": [{"x": "2026-11-25 10:00:00.000 +0000 UTC", "y": 0.3}],
        "latency_99": [{"x": "2026-11-25 10:00:00.000 +0000 UTC", "y": 0.4}],
        "dailyrequests": [{"x": "2026-11-25 00:00:00.000 +0000 UTC", "y": 1200}],
        "daily_net_commands": 1200,
        "total_monthly_requests": requests,
        "total_monthly_bandwidth": 1_000_000,
        "current_storage": 5000,
    }
    other = {"database_id": "other", "endpoint": "other.upstash.io", "type": "free"}

    def guarded(body: Any) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            expected = httpx.BasicAuth("me@example.com", "api-key")._auth_header
            if request.headers.get("authorization") != expected:
                return Response("Unauthorized", 401)
            return JSONResponse(body)

        return answer

    return Starlette(
        routes=[
            Route("/v2/redis/databases", guarded([other, database])),
            Route(f"/v2/redis/stats/{database['database_id']}", guarded(stats)),
        ]
    )
